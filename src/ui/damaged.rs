//! The window that offers the last whole checkpoint of a run whose newest one is broken.

use crate::message::Message;
use crate::ui::command::{Command, FileCommand};
use crate::ui::text::{explain, tr, whole};
use crate::ui::{theme, widgets};
use eframe::egui::Context;
use rust_i18n::t;
use std::path::PathBuf;

/// The window, where it is open.
#[derive(Default)]
pub struct DamagedDialog {
    open: Option<Offer>,
}

struct Offer {
    run: PathBuf,
    step: u64,
    why: Message,
}

impl DamagedDialog {
    /// Offers to open `run` at `step`, as its newest checkpoint is broken: `why`.
    pub fn offer(&mut self, run: PathBuf, step: u64, why: Message) {
        self.open = Some(Offer { run, step, why });
    }

    /// Draws it where it is open.
    pub fn ui(&mut self, context: &Context, commands: &mut Vec<Command>) {
        let Some(Offer { run, step, why }) = &self.open else { return };
        widgets::note_dialog(context);
        let mut keep = true;
        let mut confirmed = false;
        widgets::dialog(tr("damaged.title"), "damaged", &mut keep).show(context, |ui| {
            ui.set_width(56.0 * theme::GRID);
            ui.label(explain(why));
            ui.add_space(theme::GRID);
            ui.label(theme::note(ui, tr("damaged.note")));
            ui.add_space(theme::GRID);
            let go = t!("damaged.go", step = whole(*step));
            confirmed = widgets::button(ui, true, &go, &tr("damaged.note")).clicked();
        });
        if confirmed {
            commands.push(FileCommand::OpenRunAt(run.clone(), *step).into());
        }
        if confirmed || !keep || widgets::escapes(context) {
            self.open = None;
        }
    }
}

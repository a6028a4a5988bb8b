//! Windows that ask for a path. A path can always be typed: a system's file dialog may be missing.

use crate::dataset::{BUILT_IN, Source};
use crate::ui::command::{Ask, Command, DataCommand, FileCommand};
use crate::ui::text::tr;
use crate::ui::view::View;
use crate::ui::{theme, widgets};
use eframe::egui::{Context, Key, TextEdit};
use std::path::PathBuf;

/// The keys of a window's title, its note, and what its button does.
const fn keys(ask: Ask) -> (&'static str, &'static str, &'static str) {
    match ask {
        Ask::OpenData => ("dialog.open_data", "dialog.open_data_note", "dialog.open"),
        Ask::OpenRun => ("dialog.open_run", "dialog.open_run_note", "dialog.open"),
        Ask::SaveInto => ("dialog.save_into", "dialog.save_into_note", "dialog.choose"),
        Ask::Export(_) => ("dialog.export", "dialog.export_note", "dialog.write"),
    }
}

/// The window that is open, if any.
#[derive(Default)]
pub struct Dialogs {
    open: Option<(Ask, String)>,
    fresh: bool,
    /// Whether the help is open.
    pub help: bool,
}

impl Dialogs {
    /// Opens the window for `ask` with a path to start from.
    pub fn ask(&mut self, ask: Ask, path: String) {
        self.open = Some((ask, path));
        self.fresh = true;
    }

    /// Puts a path that the system's dialog gave into the window.
    pub fn fill(&mut self, ask: Ask, path: &std::path::Path) {
        if let Some((open, text)) = &mut self.open
            && *open == ask
        {
            *text = path.display().to_string();
        }
    }

    /// Puts a path to start from into the window, unless something was typed already.
    pub fn suggest(&mut self, ask: Ask, path: &std::path::Path) {
        if self.open.as_ref().is_some_and(|(open, text)| *open == ask && text.is_empty()) {
            self.fill(ask, path);
        }
    }

    /// Draws the window that is open.
    pub fn ui(&mut self, context: &Context, _view: &View<'_>, commands: &mut Vec<Command>) {
        let Some((ask, text)) = &mut self.open else { return };
        let ask = *ask;
        let (title, note, action) = keys(ask);
        let mut keep = true;
        let mut confirmed = None;
        widgets::dialog(tr(title), "ask", &mut keep).show(context, |ui| {
            ui.set_width(56.0 * theme::GRID);
            ui.label(theme::note(ui, tr(note)));
            if ask == Ask::OpenData {
                ui.horizontal(|ui| {
                    ui.label(tr("dialog.built_in"));
                    for built_in in BUILT_IN {
                        let name = tr(&format!("data.{}", built_in.name()));
                        if widgets::button(ui, true, &name, &tr("dialog.built_in_tip")).clicked() {
                            confirmed = Some(built_in.name().to_owned());
                        }
                    }
                });
            }
            let label = ui.label(tr("dialog.path"));
            let edit = TextEdit::singleline(text).desired_width(f32::INFINITY).hint_text(tr("dialog.hint"));
            let field = ui.add(edit).labelled_by(label.id);
            if std::mem::take(&mut self.fresh) {
                field.request_focus();
            }
            let enter = field.lost_focus() && ui.input(|input| input.key_pressed(Key::Enter));
            ui.add_space(theme::GRID);
            ui.horizontal(|ui| {
                if widgets::button(ui, true, &tr("dialog.browse"), &tr("dialog.browse_tip")).clicked() {
                    commands.push(FileCommand::Browse(ask).into());
                }
                let ready = !text.trim().is_empty();
                if (widgets::button(ui, ready, &tr(action), &tr(note)).clicked() || enter) && ready {
                    confirmed = Some(text.trim().to_owned());
                }
            });
        });
        if let Some(path) = confirmed {
            commands.push(match ask {
                Ask::OpenData => DataCommand::Open(Source::parse(&path)).into(),
                Ask::OpenRun => FileCommand::OpenRun(PathBuf::from(path)).into(),
                Ask::SaveInto => FileCommand::SaveInto(PathBuf::from(path)).into(),
                Ask::Export(picture) => FileCommand::Export(picture, PathBuf::from(path)).into(),
            });
            keep = false;
        }
        if !keep || context.input(|input| input.key_pressed(Key::Escape)) {
            self.open = None;
        }
    }
}

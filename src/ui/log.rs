//! The log: what happened since the program was started, newest first, to be read and copied.

use crate::ui::command::Command;
use crate::ui::messages::{Level, LogMessage};
use crate::ui::text::tr;
use crate::ui::theme::{self, signs};
use crate::ui::view::View;
use crate::ui::{Panel, widgets};
use eframe::egui::{Color32, Label, RichText, ScrollArea, TextStyle, Ui};

/// The panel's own looks: whether only failures are shown.
#[derive(Default)]
pub struct Log {
    failures_only: bool,
}

impl Panel for Log {
    fn ui(&mut self, ui: &mut Ui, view: &View<'_>, _commands: &mut Vec<Command>) {
        if view.messages.is_empty() {
            widgets::empty(ui, &tr("log.empty"));
            return;
        }
        let failures_only = self.failures_only;
        let shown: Vec<&LogMessage> =
            view.messages.iter().rev().filter(|message| !failures_only || message.level == Level::Failed).collect();
        ui.horizontal(|ui| {
            ui.checkbox(&mut self.failures_only, tr("log.failures")).on_hover_text(tr("log.failures_tip"));
            if widgets::button(ui, !shown.is_empty(), &tr("log.copy"), &tr("log.copy_tip")).clicked() {
                let lines: Vec<String> = shown.iter().rev().map(|message| line(message)).collect();
                ui.ctx().copy_text(lines.join("\n"));
            }
        });
        let height = ui.text_style_height(&TextStyle::Body);
        ScrollArea::both().auto_shrink(false).show_rows(ui, height, shown.len(), |ui, rows| {
            for message in shown.get(rows).unwrap_or_default() {
                ui.horizontal(|ui| {
                    ui.label(theme::figure(message.clock()));
                    let (sign, color) = sign_of(ui, message.level);
                    ui.label(RichText::new(sign).color(color)).on_hover_text(tr(message.level.key()));
                    let text = ui.add(Label::new(message.text.as_str()).extend().selectable(true));
                    text.on_hover_text(message.text.as_str());
                });
            }
        });
    }
}

/// A message as a line of text: time, severity, what happened.
fn line(message: &LogMessage) -> String {
    format!("{}  {}  {}", message.clock(), tr(message.level.key()), message.text)
}

fn sign_of(ui: &Ui, level: Level) -> (&'static str, Color32) {
    let palette = theme::of(ui);
    match level {
        Level::Done => (signs::DONE, palette.text),
        Level::Note => (signs::NOTE, palette.text_secondary),
        Level::Failed => (signs::FAILED, palette.danger),
    }
}

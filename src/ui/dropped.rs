//! Files and folders that are dropped on the window.

use crate::dataset::Source;
use crate::ui::command::{Command, DataCommand};
use crate::ui::text::tr;
use crate::ui::theme;
use eframe::egui::{Align2, FontId, Id, LayerId, Order, Ui};
use std::path::PathBuf;

/// Opens what was dropped: one file or folder, or of several the folder that they lie in. While something is held over the
/// window it says what will be done with it.
pub fn commands(ui: &Ui, commands: &mut Vec<Command>) {
    let context = ui.ctx();
    let (hovers, dropped) = context.input(|input| {
        let dropped: Vec<PathBuf> = input.raw.dropped_files.iter().map(|file| file.path().to_owned()).collect();
        (!input.raw.hovered_files.is_empty(), dropped)
    });
    if hovers {
        let painter = context.layer_painter(LayerId::new(Order::Foreground, Id::unique("dropped")));
        let (palette, rect) = (theme::of(ui), context.content_rect());
        painter.rect_filled(rect, 0.0, palette.surfaces[1].gamma_multiply(0.9));
        let font = FontId::proportional(theme::TEXT_TITLE);
        painter.text(rect.center(), Align2::CENTER_CENTER, tr("data.drop"), font, palette.text);
    }
    let path = match dropped.as_slice() {
        [] => return,
        [one] => one.clone(),
        [first, ..] => first.parent().map_or_else(|| first.clone(), PathBuf::from),
    };
    commands.push(DataCommand::Open(Source::path(path).absolute()).into());
}

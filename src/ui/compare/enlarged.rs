//! The image that is selected and what the models make of it, large.

use super::pictures::{SheetImage, SheetPictures};
use super::titles::{class_name, figure_lines, letter_of, likelihood_name, tip, title};
use super::{Compare, class_names};
use crate::explore::compare::{Sheet, SheetColumn};
use crate::ui::command::{Command, CompareCommand, FileCommand, ImageSubject};
use crate::ui::text::tr;
use crate::ui::view::View;
use crate::ui::{copy, theme, widgets};
use eframe::egui::{self, Role, Ui, Vec2, WidgetInfo, Window};
use rust_i18n::t;
use std::sync::Arc;

impl Compare {
    /// A window of its own; Escape closes it, and lets the selection go where it is not open.
    pub(super) fn enlarged(&mut self, ui: &Ui, view: &View<'_>, sheet: &Arc<Sheet>, commands: &mut Vec<Command>) {
        let row = view.sheet.row();
        let escapes = view.sheet.selection.is_some() && widgets::escapes_below_dialogs(ui.ctx());
        let Some(row) = row.filter(|_| self.enlarged == view.sheet.selection) else {
            self.large = SheetPictures::default();
            if escapes {
                commands.push(CompareCommand::Select(None).into());
            }
            return;
        };
        let (mut open, mut pointed) = (!escapes, SheetColumn::Original);
        let columns = sheet.image_columns();
        Window::new(t!("compare.image", place = row + 1))
            .id(egui::Id::unique("enlarged"))
            .pivot(egui::Align2::CENTER_CENTER)
            .default_pos(ui.ctx().content_rect().center())
            .open(&mut open)
            .collapsible(false)
            .resizable(false)
            .show(ui.ctx(), |ui| {
                let side = (ui.ctx().content_rect().width() / columns.len().max(1) as f32 - 2.0 * theme::GRID)
                    .clamp(8.0 * theme::GRID, 22.0 * theme::GRID);
                ui.horizontal(|ui| {
                    for column in columns.iter().copied().filter(|column| sheet.cell(*column, row).is_some()) {
                        let (title, tip) = (title(sheet, column), tip(sheet, column));
                        ui.vertical(|ui| {
                            ui.label(theme::note(ui, title.as_str())).on_hover_text(tip);
                            let (rect, response) = ui.allocate_exact_size(Vec2::splat(side), copy::IMAGE_SENSE);
                            let name = t!("compare.enlarged", column = title);
                            response.widget_info(|| WidgetInfo::labeled(Role::Image, true, name.clone()));
                            let map = view.settings.color_map;
                            self.large.paint(ui.painter(), rect, SheetImage { sheet, column, row }, map);
                            if response.hovered() {
                                pointed = column;
                            }
                            copy::menu(&response, ImageSubject::Sheet(column, row), commands);
                        });
                    }
                });
                let class = class_name(sheet, row, class_names(view));
                widgets::fact(ui, &tr("compare.class"), &class, &tr("compare.class_tip"));
                for (place, model) in sheet.models.iter().enumerate() {
                    let Some(made) = model.reconstruction(row) else { continue };
                    let likelihood = model.weights.likelihood.map(likelihood_name).unwrap_or_default();
                    let words = figure_lines(&made.figures).join(" · ");
                    widgets::fact(
                        ui,
                        letter_of(place),
                        format!("{words} {likelihood}").trim_end(),
                        &tr("compare.nats_tip"),
                    );
                }
            });
        self.large.end_frame(sheet);
        if copy::pressed(ui.ctx()) {
            commands.push(FileCommand::CopyImage(ImageSubject::Sheet(pointed, row)).into());
        }
        self.enlarged = self.enlarged.filter(|_| open);
    }
}

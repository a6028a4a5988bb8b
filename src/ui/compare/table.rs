//! Test images in rows, with what the models make of them and how near that is.

use super::pictures::SheetImage;
use super::titles::{class_name, figure_lines, image_name, short_title, slot_of, tip, title};
use super::{Compare, choose, class_names};
use crate::explore::compare::{Searched, Sheet, SheetChoice, SheetColumn};
use crate::ui::command::{Command, CompareCommand, ImageSubject};
use crate::ui::text::tr;
use crate::ui::view::View;
use crate::ui::{copy, theme, widgets};
use eframe::egui::{
    Align2, Button, Color32, FontId, Label, Rect, Response, Role, ScrollArea, Sense, Stroke, StrokeKind, Ui, UiBuilder,
    Vec2, WidgetInfo, pos2, vec2,
};
use rust_i18n::t;
use std::sync::Arc;

/// Between images, in points.
pub(super) const GAP: f32 = theme::GRID / 2.0;
/// Height of the words below an image, in points: two lines.
pub(super) const WORDS: f32 = 4.25 * theme::GRID;
/// Between an image and these, in points.
pub(super) const ABOVE_WORDS: f32 = 2.0;

/// The titles of columns of so many points, in one line.
pub(super) fn headings(ui: &mut Ui, sheet: &Sheet, columns: &[SheetColumn], side: f32) {
    ui.horizontal(|ui| {
        ui.spacing_mut().item_spacing.x = GAP;
        for column in columns.iter().copied() {
            let (title, tip) = (title(sheet, column), tip(sheet, column));
            let font = FontId::proportional(theme::TEXT_SMALL);
            let width = ui.painter().layout_no_wrap(title.clone(), font, Color32::PLACEHOLDER).size().x;
            let text = if width > side { short_title(sheet, column) } else { title.clone() };
            ui.allocate_ui(Vec2::new(side, theme::LINE), |ui| {
                ui.set_min_width(side);
                let label = Label::new(theme::note(ui, text)).truncate().show_tooltip_when_elided(false);
                ui.add(label).on_hover_text(format!("{title}: {tip}"));
            });
        }
    });
}

/// A side of an image where so many stand beside each other.
pub(super) fn side(ui: &Ui, columns: usize) -> f32 {
    ((ui.available_width() - 2.0 * theme::GRID) / columns.max(1) as f32 - GAP).clamp(20.0, 96.0)
}

impl Compare {
    pub(super) fn table(&mut self, ui: &mut Ui, view: &View<'_>, sheet: &Arc<Sheet>, commands: &mut Vec<Command>) {
        let (rows, columns) = (self.rows(sheet, view.sheet.choice), sheet.image_columns());
        let side = side(ui, columns.len());
        headings(ui, sheet, &columns, side);
        let height = ui.available_height() - self.footer.max(2.0 * theme::GRID) - theme::GRID;
        let area = ScrollArea::vertical().auto_shrink(false).max_height(height.max(side + WORDS));
        ui.spacing_mut().item_spacing.y = GAP;
        area.show_rows(ui, side + WORDS, rows.len(), |ui, visible| {
            for row in rows.get(visible).unwrap_or_default() {
                let size = vec2((side + GAP) * columns.len() as f32, side + WORDS);
                let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
                for (place, column) in columns.iter().enumerate() {
                    let min = pos2(rect.left() + place as f32 * (side + GAP), rect.top());
                    let rect = Rect::from_min_size(min, Vec2::splat(side));
                    self.cell(ui, rect, view, SheetImage { sheet, column: *column, row: *row }, commands);
                }
                let below = |column: usize, width: f32| {
                    let left = rect.left() + column as f32 * (side + GAP);
                    let top = rect.top() + side + ABOVE_WORDS;
                    Rect::from_min_max(pos2(left, top), pos2(left + width, rect.bottom()))
                };
                below_original(ui, view, sheet, *row, below(0, side), commands);
                for model in 0..sheet.models.len() {
                    below_model(ui, sheet, model, *row, below(1 + 2 * model, 2.0 * side + GAP));
                }
            }
        });
    }

    /// One image of the table; a click selects its row, a double click shows it large.
    fn cell(&mut self, ui: &mut Ui, rect: Rect, view: &View<'_>, of: SheetImage<'_>, commands: &mut Vec<Command>) {
        let response = self.image(ui, rect, view, of, commands);
        let index = of.sheet.originals.get(of.row).map(|original| original.index);
        if view.sheet.selection.is_some() && view.sheet.selection == index {
            let stroke = Stroke::new(2.0, theme::of(ui).text);
            ui.painter().rect_stroke(rect.expand(1.0), 0.0, stroke, StrokeKind::Outside);
        }
        if response.clicked() {
            commands.push(CompareCommand::Select(index).into());
        }
        if response.double_clicked() || (response.clicked() && self.enlarged.is_some()) {
            self.enlarged = index;
        }
    }

    /// Draws one image of a sheet, with its frame, its name and its menu.
    pub(super) fn image(
        &mut self,
        ui: &mut Ui,
        rect: Rect,
        view: &View<'_>,
        of: SheetImage<'_>,
        commands: &mut Vec<Command>,
    ) -> Response {
        let SheetImage { sheet, column, row } = of;
        let response = ui.interact(rect, ui.scope_id().with((row, format!("{column:?}"))), Sense::click());
        let is_there = self.pictures.paint(ui.painter(), rect, of, view.settings.color_map);
        if !is_there {
            ui.painter().rect_filled(rect, 0.0, theme::of(ui).surfaces[2]);
        }
        if let Some(slot) = column.model().and_then(slot_of) {
            let stroke = Stroke::new(1.0, view.color(slot));
            ui.painter().rect_stroke(rect, 0.0, stroke, StrokeKind::Outside);
        }
        let name = image_name(sheet, column, row, class_names(view));
        response.widget_info(|| WidgetInfo::labeled(Role::Button, true, &name));
        let index = sheet.originals.get(row).filter(|_| !column.is_of_samples()).map(|original| original.index);
        response.context_menu(|ui| {
            if is_there {
                copy::entry(ui, ImageSubject::Sheet(column, row), commands);
            }
            let large =
                index.is_some() && ui.button(tr("compare.enlarge")).on_hover_text(tr("compare.enlarge_tip")).clicked();
            if large {
                commands.push(CompareCommand::Select(index).into());
                self.enlarged = index;
            }
        });
        response.on_hover_text(name)
    }
}

/// The class of a test image, its place, and whether it is pinned.
fn below_original(ui: &mut Ui, view: &View<'_>, sheet: &Sheet, row: usize, rect: Rect, commands: &mut Vec<Command>) {
    let Some(original) = sheet.originals.get(row) else { return };
    let palette = theme::of(ui);
    let (index, place) = (format!("#{}", original.index), class_name(sheet, row, class_names(view)));
    let pinned = view.sheet.choice.images.is_pinned(original.index);
    let button = Rect::from_min_max(pos2(rect.right() - 2.5 * theme::GRID, rect.top() + 2.0), rect.right_bottom());
    let width = rect.width() - button.width() - 2.0;
    let line = |line: f32| pos2(rect.left(), rect.top() + (0.5 + line) * rect.height() / 2.0);
    widgets::paint_truncated(ui.painter(), &place, line(0.0), width, palette.text);
    if original.class.is_some() {
        widgets::paint_truncated(ui.painter(), &index, line(1.0), width, palette.text_secondary);
    }
    let sign = if pinned { theme::signs::PINNED } else { theme::signs::PIN };
    let response = ui.put(button, Button::new(theme::note(ui, sign)).frame(false));
    let name = t!("compare.pin", index = original.index);
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, pinned, name.clone()));
    if response.on_hover_text(tr("compare.pin_tip")).clicked() {
        let images = view.sheet.choice.images.pin(original.index, !pinned);
        choose(view, SheetChoice { images, ..view.sheet.choice.clone() }, commands);
    }
}

/// How near a model comes to a test image, or that it is searched for.
fn below_model(ui: &mut Ui, sheet: &Sheet, model: usize, row: usize, rect: Rect) {
    let palette = theme::of(ui);
    let Some(of_model) = sheet.models.get(model) else { return };
    let searched = of_model.searched.get(row).copied().unwrap_or(Searched::Afresh);
    let Some(made) = of_model.reconstruction(row) else {
        let words = tr(if searched == Searched::No { "compare.searching" } else { "compare.not_found" });
        let font = FontId::proportional(theme::TEXT_SMALL);
        ui.painter().text(rect.left_top(), Align2::LEFT_TOP, words, font, palette.text_secondary);
        return;
    };
    for (line, words) in figure_lines(&made.figures).into_iter().enumerate() {
        let height = rect.height() / 2.0;
        let top = rect.top() + line as f32 * height;
        let place = Rect::from_min_size(pos2(rect.left(), top), vec2(rect.width(), height));
        let mut child = ui.new_child(UiBuilder::new().max_rect(place));
        child.add(Label::new(theme::note(ui, words)).truncate().selectable(false));
    }
}

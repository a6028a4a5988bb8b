//! Fresh samples of both models, each beside the training image that is nearest to it.

use super::Compare;
use super::pictures::SheetImage;
use super::table::{ABOVE_WORDS, GAP, WORDS, headings, side};
use super::titles::{letter_of, slot_of};
use crate::explore::compare::{NearestTraining, Sheet, SheetColumn};
use crate::ui::command::{Command, PlaneCommand};
use crate::ui::text::{number, tr, whole};
use crate::ui::view::View;
use crate::ui::{theme, widgets};
use eframe::egui::{Label, Rect, ScrollArea, Sense, Stroke, StrokeKind, Ui, UiBuilder, Vec2, pos2, vec2};
use rust_i18n::t;
use std::sync::Arc;

impl Compare {
    pub(super) fn samples(&mut self, ui: &mut Ui, view: &View<'_>, sheet: &Arc<Sheet>, commands: &mut Vec<Command>) {
        let of_model = |model| [SheetColumn::Sample(model), SheetColumn::Nearest(model)];
        let columns: Vec<SheetColumn> = (0..sheet.models.len()).flat_map(of_model).collect();
        let side = side(ui, columns.len());
        headings(ui, sheet, &columns, side);
        let count = sheet.models.iter().map(|model| model.samples.len()).max().unwrap_or(0);
        let height = ui.available_height() - self.footer.max(2.0 * theme::GRID) - theme::GRID;
        let area = ScrollArea::vertical().auto_shrink(false).max_height(height.max(side + WORDS));
        ui.spacing_mut().item_spacing.y = GAP;
        area.show_rows(ui, side + WORDS, count, |ui, visible| {
            for row in visible {
                let size = vec2((side + GAP) * columns.len() as f32, side + WORDS);
                let (rect, _) = ui.allocate_exact_size(size, Sense::hover());
                for (place, column) in columns.iter().copied().enumerate() {
                    let min = pos2(rect.left() + place as f32 * (side + GAP), rect.top());
                    let place = Rect::from_min_size(min, Vec2::splat(side));
                    let response = self.image(ui, place, view, SheetImage { sheet, column, row }, commands);
                    if response.clicked()
                        && let Some((model, latent)) = sheet.latent(column, row)
                        && let Some(slot) = slot_of(model)
                    {
                        commands.push(PlaneCommand::LookAt(view.slots.id(slot), latent.to_vec()).into());
                    }
                }
                for (place, model) in sheet.models.iter().enumerate() {
                    let left = rect.left() + 2.0 * place as f32 * (side + GAP);
                    let place = Rect::from_min_size(pos2(left, rect.top()), vec2(2.0 * side + GAP, side + WORDS));
                    below(ui, model.nearest.as_ref().and_then(|nearest| nearest.get(row)), place);
                }
            }
        });
        self.below(ui, |ui| footer(ui, sheet));
    }
}

/// How far a sample is from its nearest training image, and whether it counts as memorised; `place` is that of both images
/// with the words below.
fn below(ui: &mut Ui, nearest: Option<&NearestTraining>, place: Rect) {
    let Some(nearest) = nearest else { return };
    let palette = theme::of(ui);
    let words = Rect::from_min_max(pos2(place.left(), place.bottom() - WORDS + ABOVE_WORDS), place.max);
    let distance = t!("compare.distance", distance = number(nearest.distance), index = nearest.index);
    let mut child = ui.new_child(UiBuilder::new().max_rect(words));
    child.spacing_mut().item_spacing.y = 0.0;
    child.add(Label::new(theme::note(ui, distance)).truncate().selectable(false));
    if nearest.is_memorised {
        let images = Rect::from_min_max(place.min, pos2(place.right(), words.top() - ABOVE_WORDS));
        let stroke = Stroke::new(2.0, palette.warning);
        ui.painter().rect_stroke(images.expand(1.0), 0.0, stroke, StrokeKind::Outside);
        let mark = theme::note(ui, tr("compare.memorised")).color(palette.warning);
        child.add(Label::new(mark).truncate().selectable(false));
    }
}

/// How many samples are memorised, and by what they count.
fn footer(ui: &mut Ui, sheet: &Sheet) {
    let Some(bound) = &sheet.bound else {
        ui.label(theme::note(ui, tr("compare.comparing")));
        return;
    };
    ui.horizontal_wrapped(|ui| {
        for (place, model) in sheet.models.iter().enumerate() {
            let Some(nearest) = &model.nearest else { continue };
            let memorised = nearest.iter().filter(|nearest| nearest.is_memorised).count();
            let name = t!("compare.memorised_of", model = letter_of(place));
            let value = t!("compare.of", some = memorised, all = nearest.len());
            widgets::fact(ui, &name, &value, &tr("compare.memorised_tip"));
        }
    });
    let [tests, training] = [bound.tests, bound.training()].map(|count| whole(count as u64));
    let rule = t!("compare.rule", below = number(bound.below), tests = tests, training = training);
    ui.add(Label::new(theme::note(ui, rule)).wrap()).on_hover_text(tr("compare.memorised_tip"));
}

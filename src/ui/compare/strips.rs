//! What each model makes of the way from one test image to another.

use super::pictures::{SheetImage, StripImage};
use super::table::GAP;
use super::titles::{class_name, image_name, letter_of, slot_of};
use super::{Compare, class_names};
use crate::explore::compare::{Interpolation, STRIP_IMAGES, Sheet, SheetColumn};
use crate::ui::command::{Command, PlaneCommand};
use crate::ui::text::tr;
use crate::ui::theme;
use crate::ui::view::View;
use eframe::egui::{Label, Rect, Role, Sense, Stroke, StrokeKind, Ui, Vec2, WidgetInfo, pos2, vec2};
use rust_i18n::t;
use std::sync::Arc;

impl Compare {
    pub(super) fn strips(&mut self, ui: &mut Ui, view: &View<'_>, sheet: &Arc<Sheet>, commands: &mut Vec<Command>) {
        let Some(made) = &sheet.interpolation else {
            ui.label(theme::note(ui, tr("compare.interpolating")));
            return;
        };
        let wide = (ui.available_width() - theme::GRID) / STRIP_IMAGES as f32 - GAP;
        let side = wide.clamp(16.0, 96.0);
        self.ends(ui, view, sheet, made, side, commands);
        for model in 0..sheet.models.len() {
            let title = t!("compare.strip", model = letter_of(model));
            ui.label(theme::note(ui, title));
            self.strip(ui, view, sheet, model, side, commands);
        }
        ui.add(Label::new(theme::note(ui, tr("compare.pair_note"))).wrap());
    }

    /// The two test images, above the ends of the strips.
    fn ends(
        &mut self,
        ui: &mut Ui,
        view: &View<'_>,
        sheet: &Sheet,
        made: &Interpolation,
        side: f32,
        commands: &mut Vec<Command>,
    ) {
        let width = STRIP_IMAGES as f32 * (side + GAP) - GAP;
        let (rect, _) = ui.allocate_exact_size(vec2(width, side), Sense::hover());
        let lefts = [rect.left(), rect.right() - side];
        for (row, left) in made.rows.into_iter().zip(lefts) {
            let place = Rect::from_min_size(pos2(left, rect.top()), Vec2::splat(side));
            self.image(ui, place, view, SheetImage { sheet, column: SheetColumn::Original, row }, commands);
        }
        let names = class_names(view);
        let [from, to] = made.rows.map(|row| {
            let index = sheet.originals.get(row).map_or(0, |original| original.index);
            let class = class_name(sheet, row, names);
            if class == format!("#{index}") { class } else { format!("{class} #{index}") }
        });
        let middle = Rect::from_min_max(pos2(lefts[0] + side + GAP, rect.top()), pos2(lefts[1] - GAP, rect.bottom()));
        ui.put(middle, Label::new(theme::note(ui, format!("{from} → {to}"))).truncate());
    }

    fn strip(
        &mut self,
        ui: &mut Ui,
        view: &View<'_>,
        sheet: &Sheet,
        model: usize,
        side: f32,
        commands: &mut Vec<Command>,
    ) {
        let Some(made) = &sheet.interpolation else { return };
        let Some(strip) = made.strips.get(model).and_then(Option::as_ref) else {
            let words = image_name(sheet, SheetColumn::Reconstruction(model), made.rows[0], class_names(view));
            ui.label(theme::note(ui, t!("compare.strip_waits", image = words)));
            return;
        };
        ui.horizontal(|ui| {
            ui.spacing_mut().item_spacing.x = GAP;
            for (place, latent) in strip.latents.iter().enumerate() {
                let (rect, response) = ui.allocate_exact_size(Vec2::splat(side), Sense::click());
                self.pictures.paint_strip(
                    ui.painter(),
                    rect,
                    StripImage { sheet, model, place },
                    view.settings.color_map,
                );
                let name = t!("compare.strip_image", model = letter_of(model), place = place + 1);
                response.widget_info(|| WidgetInfo::labeled(Role::Button, true, name.clone()));
                let Some(slot) = slot_of(model) else { continue };
                let stroke = Stroke::new(1.0, view.color(slot));
                ui.painter().rect_stroke(rect, 0.0, stroke, StrokeKind::Outside);
                if response.on_hover_text(tr("compare.strip_tip")).clicked() {
                    commands.push(PlaneCommand::LookAt(view.slots.id(slot), latent.clone()).into());
                }
            }
        });
    }
}

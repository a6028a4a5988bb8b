//! What a step to the right and a step upwards change in the image at the cursor: signed images, for both models.

use crate::explore::directions::{DirectionRequest, Directions};
use crate::gpu::TextureSlot;
use crate::gpu::image::{self, Fit};
use crate::picture::{Bitmap, ColorMap};
use crate::ui::command::Command;
use crate::ui::slot::Slot;
use crate::ui::text::{number, tr};
use crate::ui::view::View;
use crate::ui::{PanelNeeds, theme, widgets};
use eframe::egui::{Label, RichText, Role, Sense, Ui, WidgetInfo, vec2};
use rust_i18n::t;
use std::sync::Arc;

/// What is made of one model.
#[derive(Default)]
struct DirectionCell {
    request: Option<DirectionRequest>,
    made: Option<MadeDirections>,
    slots: [TextureSlot; 2],
}

struct MadeDirections {
    of: Arc<Directions>,
    largest: f32,
    pictures: [Bitmap; 2],
}

/// Both models' directions.
#[derive(Default)]
pub(super) struct DirectionCells {
    a: DirectionCell,
    b: DirectionCell,
}

impl DirectionCells {
    pub fn ui(&mut self, ui: &mut Ui, view: &View<'_>, commands: &[Command]) {
        if view.has_points() {
            self.begin_frame();
            return widgets::empty(ui, &tr("output.points"));
        }
        let shown = Slot::BOTH.iter().filter(|slot| view.model(**slot).snapshot.is_some()).count();
        if shown == 0 {
            return widgets::empty(ui, &tr("directions.empty"));
        }
        let row = ui.available_height() / shown as f32 - 3.0 * theme::LINE;
        let side = (ui.available_width() / 2.0 - theme::GRID).min(row).max(4.0 * theme::GRID).floor();
        for slot in Slot::BOTH {
            let cell = self.cell(slot);
            cell.follow(view, slot, commands);
            cell.ui(ui, view, slot, side);
        }
    }

    pub fn begin_frame(&mut self) {
        (self.a.request, self.b.request) = (None, None);
    }

    /// Adds the places whose directions were drawn.
    pub fn needs(&mut self, needs: &mut PanelNeeds) {
        for slot in Slot::BOTH {
            needs.directions.extend(self.cell(slot).request.clone().map(|request| (slot, request)));
        }
    }

    fn cell(&mut self, slot: Slot) -> &mut DirectionCell {
        match slot {
            Slot::A => &mut self.a,
            Slot::B => &mut self.b,
        }
    }
}

impl DirectionCell {
    /// Asks for the cursor's place, and takes what was made last.
    fn follow(&mut self, view: &View<'_>, slot: Slot, commands: &[Command]) {
        let known = view.plane(slot);
        let plane = known.and_then(|known| known.plane.clone()).zip(view.model(slot).snapshot);
        self.request = plane
            .zip(view.latent_after(slot, commands))
            .map(|((plane, snapshot), latent)| DirectionRequest { snapshot: snapshot.clone(), latent, plane });
        let Some(found) = known.and_then(|known| known.directions.as_ref()) else {
            self.made = None;
            return;
        };
        if self.made.as_ref().is_some_and(|made| Arc::ptr_eq(&made.of, found)) {
            return;
        }
        let (shape, largest) = (found.request.snapshot.image, found.largest());
        let scale = if largest > 0.0 { 1.0 / largest } else { 0.0 };
        let picture =
            |change: &[f32]| Bitmap::signed(shape, &change.iter().map(|value| scale * value).collect::<Vec<f32>>());
        let pictures = [picture(&found.right), picture(&found.up)];
        self.made = Some(MadeDirections { of: found.clone(), largest, pictures });
    }

    fn ui(&self, ui: &mut Ui, view: &View<'_>, slot: Slot, side: f32) {
        let Some(made) = &self.made else { return };
        let name = RichText::new(view.model(slot).name).color(view.color(slot)).strong();
        let scale = t!("directions.scale", largest = number(f64::from(made.largest)));
        ui.horizontal(|ui| {
            ui.add(Label::new(name).truncate());
            ui.label(theme::note(ui, scale)).on_hover_text(tr("directions.scale_tip"));
        });
        let words = ["directions.right", "directions.up"];
        ui.horizontal(|ui| {
            for ((picture, texture), words) in made.pictures.iter().zip(&self.slots).zip(words) {
                ui.vertical(|ui| {
                    let (rect, response) = ui.allocate_exact_size(vec2(side, side), Sense::hover());
                    let name = format!("{} {}", slot.name(), tr(words));
                    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &name));
                    if ui.is_rect_visible(rect) {
                        image::paint(ui.painter(), rect, texture, picture, ColorMap::Signed, Fit::Sharp);
                    }
                    ui.add(Label::new(theme::note(ui, tr(words))).truncate());
                });
            }
        });
    }
}

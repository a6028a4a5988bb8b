//! The anchors a, b and c: what the model makes of them, the plane through them, and what comes of a − b + c.

use super::known::{AnchorPictures, ArithmeticPictures, RealPicture};
use crate::explore::anchors::{Anchor, Anchors};
use crate::explore::codes::PlaneBasis;
use crate::explore::plane::Plane;
use crate::gpu::TextureSlot;
use crate::gpu::image::{self, Fit};
use crate::picture::Bitmap;
use crate::ui::command::{Command, PlaneCommand};
use crate::ui::data_panel::example_name;
use crate::ui::text::{number, tr};
use crate::ui::view::View;
use crate::ui::{theme, widgets};
use eframe::egui::{Label, Role, ScrollArea, Sense, Stroke, StrokeKind, Ui, WidgetInfo, vec2};
use rust_i18n::t;

/// Sides of a picture, in points: at least, and at most.
const SIDES: (f32, f32) = (6.0 * theme::GRID, 14.0 * theme::GRID);

/// Where the pictures are drawn.
#[derive(Default)]
pub(super) struct AnchorCells {
    anchors: [TextureSlot; 3],
    result: TextureSlot,
    nearest: TextureSlot,
}

impl AnchorCells {
    pub fn ui(&mut self, ui: &mut Ui, view: &View<'_>, plane: &Plane, commands: &mut Vec<Command>) {
        let slot = view.settings.plane.model;
        let (model, Some(known)) = (view.slots.id(slot), view.plane(slot)) else { return };
        let (anchors, pictures) = (&known.anchors, known.anchored.as_deref());
        let gap = theme::GRID;
        let side = ((ui.available_width() - 4.0 * gap) / 3.0).clamp(SIDES.0, SIDES.1);
        ScrollArea::vertical().id_salt("anchors").auto_shrink(false).show(ui, |ui| {
            ui.add(Label::new(theme::note(ui, tr("latent.anchors_help"))).wrap());
            ui.horizontal(|ui| {
                ui.spacing_mut().item_spacing.x = gap;
                for (place, letter) in Anchors::NAMES.into_iter().enumerate() {
                    let anchor = anchors.get(place);
                    let picture = pictures.and_then(|AnchorPictures { anchors, .. }| anchors.get(place)?.as_ref());
                    ui.vertical(|ui| {
                        ui.set_width(side);
                        ui.add(Label::new(anchor_words(view, letter, anchor)).truncate());
                        let name = t!("latent.anchor", letter = letter);
                        let clicked = self.picture(ui, view, place, picture.filter(|_| anchor.is_some()), &name, side);
                        if let Some(anchor) = anchor.filter(|_| clicked) {
                            commands.push(PlaneCommand::LookAt(model, anchor.latent.clone()).into());
                        }
                        ui.horizontal_wrapped(|ui| {
                            ui.spacing_mut().item_spacing.x = theme::GRID / 2.0;
                            let set = t!("latent.set_anchor", letter = letter);
                            if widgets::button(ui, true, &set, &tr("latent.set_anchor_tip")).clicked() {
                                let at_cursor = view.latent_after(view.settings.plane.model, commands);
                                let latent = at_cursor.unwrap_or_else(|| plane.latent_from_plane(view.cursor));
                                let anchor = Some(Anchor { latent, image: None });
                                commands.push(PlaneCommand::Anchor(model, place, anchor).into());
                            }
                            let (remove, tip) =
                                (t!("latent.remove_anchor", letter = letter), tr("latent.remove_anchor_tip"));
                            let sign = theme::signs::REMOVE;
                            if anchor.is_some() && widgets::sign_button(ui, true, sign, &remove, &tip).clicked() {
                                commands.push(PlaneCommand::Anchor(model, place, None).into());
                            }
                        });
                    });
                }
            });
            if plane.latent() > 2 {
                let can = anchors.plane(plane.latent()).is_some();
                if widgets::button(ui, can, &tr("latent.lay_anchors"), &tr("latent.lay_anchors_tip")).clicked() {
                    commands.push(PlaneCommand::Lay(model, PlaneBasis::Anchors).into());
                }
            }
            ui.separator();
            let result = pictures.and_then(|pictures| pictures.result.as_ref());
            let result = result.filter(|_| anchors.latents(plane.latent()).is_some());
            self.result(ui, view, result, side, commands);
        });
    }

    /// What comes of a − b + c, and the image whose code is nearest.
    fn result(
        &mut self,
        ui: &mut Ui,
        view: &View<'_>,
        result: Option<&ArithmeticPictures>,
        side: f32,
        commands: &mut Vec<Command>,
    ) {
        ui.label(theme::title(tr("latent.arithmetic"))).on_hover_text(tr("latent.arithmetic_tip"));
        let Some(ArithmeticPictures { latent, picture, nearest }) = result else {
            ui.add(Label::new(theme::note(ui, tr("latent.arithmetic_empty"))).wrap());
            return;
        };
        let model = view.slots.id(view.settings.plane.model);
        ui.horizontal(|ui| {
            ui.vertical(|ui| {
                ui.set_width(side);
                ui.add(Label::new(theme::note(ui, tr("latent.decoded"))).truncate());
                if paint(ui, view, &self.result, Some(picture), &tr("latent.result"), side) {
                    commands.push(PlaneCommand::LookAt(model, latent.clone()).into());
                }
            });
            ui.vertical(|ui| match nearest {
                Some(RealPicture { index, distance, picture }) => {
                    let name = view.data.map_or_else(String::new, |data| example_name(&data.test, *index));
                    ui.add(Label::new(theme::note(ui, tr("latent.nearest"))).truncate());
                    paint(ui, view, &self.nearest, Some(picture), &t!("latent.nearest_of", name = name), side);
                    let distance = t!("latent.distance", name = name, distance = number(f64::from(*distance)));
                    ui.add(Label::new(theme::note(ui, distance)).wrap());
                }
                None => _ = ui.add(Label::new(theme::note(ui, tr("latent.no_codes"))).wrap()),
            });
        });
        if widgets::button(ui, true, &tr("latent.go_there"), &tr("latent.go_there_tip")).clicked() {
            commands.push(PlaneCommand::LookAt(model, latent.clone()).into());
        }
    }

    fn picture(
        &self,
        ui: &mut Ui,
        view: &View<'_>,
        place: usize,
        picture: Option<&Bitmap>,
        name: &str,
        side: f32,
    ) -> bool {
        self.anchors.get(place).is_some_and(|slot| paint(ui, view, slot, picture, name, side))
    }
}

/// What an anchor is: a test image, or a place.
fn anchor_words(view: &View<'_>, letter: &str, anchor: Option<&Anchor>) -> String {
    let what = anchor.map(|anchor| match anchor.image.zip(view.data) {
        Some((image, data)) => example_name(&data.test, image as usize),
        None => tr("latent.a_place"),
    });
    what.map_or_else(|| letter.to_owned(), |what| format!("{letter}: {what}"))
}

/// A picture in its frame; says whether it was clicked.
fn paint(ui: &mut Ui, view: &View<'_>, slot: &TextureSlot, picture: Option<&Bitmap>, name: &str, side: f32) -> bool {
    let (rect, response) = ui.allocate_exact_size(vec2(side, side), Sense::click());
    let palette = theme::of(ui);
    response.widget_info(|| WidgetInfo::labeled(Role::Image, picture.is_some(), name));
    if ui.is_rect_visible(rect) {
        ui.painter().rect_filled(rect, 2.0, palette.surfaces[2]);
        if let Some(picture) = picture {
            image::paint(ui.painter(), rect, slot, picture, view.settings.color_map, Fit::Full);
        }
        let color = if response.hovered() || response.has_focus() { palette.text } else { palette.line };
        ui.painter().rect_stroke(rect, 2.0, Stroke::new(1.0, color), StrokeKind::Inside);
    }
    response.clicked()
}

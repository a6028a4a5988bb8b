//! The complete panel: a test image of which a brush takes pixels away, and draws of them by the models that are shown.

pub mod known;
mod tools;

use crate::dataset::{Dataset, ImageShape};
use crate::explore::completion_choice::{COMPLETION_DRAWS, CompletionChange, CompletionChoice};
use crate::explore::image_completer::CompletedImage;
use crate::gpu::TextureSlot;
use crate::gpu::image::{self, Fit};
use crate::picture::Bitmap;
use crate::ui::brush_surface::{BrushMove, BrushSurface, on_pixels, show_brush, whole_pixel_side};
use crate::ui::command::Command;
use crate::ui::slot::Slot;
use crate::ui::text::{explain, tr, whole};
use crate::ui::view::View;
use crate::ui::{Panel, PanelNeeds, theme, widgets};
use eframe::egui::{Label, RichText, Role, ScrollArea, Sense, Stroke, StrokeKind, Theme, Ui, Vec2, WidgetInfo};
use known::ModelCompletion;
use rust_i18n::t;
use std::sync::Arc;

/// The image is never smaller, nor larger, in points.
const SIDES: [f32; 2] = [14.0 * theme::GRID, 40.0 * theme::GRID];
/// The part of the panel's width that it takes.
const PART: f32 = 0.36;
/// Between draws, in points.
const GAP: f32 = theme::GRID / 2.0;
/// What is missing, as pixels of a chessboard.
const MISSING: [f32; 2] = [0.4, 0.6];

/// The panel. What is missing is in the project; here is how it looks.
#[derive(Default)]
pub struct Complete {
    surface: BrushSurface,
    /// Where the brush was last.
    last: Option<[f32; 2]>,
    original: Option<Original>,
    kept: Option<(Vec<bool>, Bitmap)>,
    texture: TextureSlot,
    draws: Vec<(Slot, ModelDraws)>,
}

/// The image that is completed.
struct Original {
    data: Arc<Dataset>,
    index: usize,
    values: Vec<f32>,
    picture: (Bitmap, TextureSlot),
}

/// What one model makes of it, as pictures.
struct ModelDraws {
    of: Arc<CompletedImage>,
    pictures: Vec<(Bitmap, TextureSlot)>,
}

impl Panel for Complete {
    fn ui(&mut self, ui: &mut Ui, view: &View<'_>, commands: &mut Vec<Command>) {
        let Some(data) = view.data else {
            return widgets::empty(ui, &tr("complete.no_data"));
        };
        if view.has_points() || data.test.count() == 0 {
            return widgets::empty(ui, &tr("complete.no_images"));
        }
        let shape = data.shape();
        if !CompletionChoice::fits(shape) {
            return widgets::empty(ui, &tr("complete.too_large"));
        }
        // What the person does shows in this same frame.
        let mut choice = view.completion.choice.clone();
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            let mut changes = self.tools(ui, view, data);
            ui.horizontal_top(|ui| {
                let side = (PART * ui.available_width()).clamp(SIDES[0], SIDES[1]);
                let side = whole_pixel_side(ui, side, shape);
                self.image(ui, side, data, &mut choice, &mut changes, view);
                ui.vertical(|ui| {
                    let room = ui.available_width() / COMPLETION_DRAWS as f32 - GAP;
                    let side = whole_pixel_side(ui, room.clamp(4.0 * theme::GRID, SIDES[1]), shape);
                    for slot in Slot::BOTH {
                        self.model(ui, side, slot, view, shape);
                        ui.add_space(theme::GRID);
                    }
                });
            });
            commands.extend(changes.into_iter().map(Command::from));
        });
    }

    fn needs(&mut self, view: &View<'_>, _now_secs: f64, needs: &mut PanelNeeds) {
        needs.completion |= view.data.is_some();
    }

    fn leave(&mut self) {
        *self = Self::default();
    }
}

impl Complete {
    /// The image with what is missing of it, under the brush, and the whole one below.
    fn image(
        &mut self,
        ui: &mut Ui,
        side: f32,
        data: &Arc<Dataset>,
        choice: &mut CompletionChoice,
        changes: &mut Vec<CompletionChange>,
        view: &View<'_>,
    ) {
        let shape = data.shape();
        changes.iter().for_each(|change| choice.apply(change.clone(), shape));
        ui.vertical(|ui| {
            let (response, moves) = self.surface.ui(ui, side, shape, &tr("complete.surface"));
            for brush in moves {
                let (points, begins) = match brush {
                    BrushMove::Begin(at) => (vec![at], true),
                    BrushMove::Along(points) => (self.last.into_iter().chain(points).collect(), false),
                };
                self.last = points.last().copied();
                let change = CompletionChange::Paint { points, begins };
                choice.apply(change.clone(), shape);
                changes.push(change);
            }
            self.read(data, choice.image);
            let kept = choice.kept(shape);
            let Some(original) = &self.original else { return };
            let area = (shape.width * shape.height).max(1);
            if self.kept.as_ref().is_none_or(|(of, _)| *of != kept) {
                let (row, column) = (|at: usize| at / shape.width.max(1), |at: usize| at % shape.width.max(1));
                let missing = |at: usize| MISSING[(row(at) + column(at)) % 2];
                let values = original.values.iter().zip(&kept).enumerate();
                let values = values.map(|(at, (x, kept))| if *kept { *x } else { missing(at % area) });
                let bitmap = Bitmap::new(shape, &values.collect::<Vec<f32>>());
                self.kept = Some((kept, bitmap));
            }
            let (rect, map) = (on_pixels(ui, response.rect), view.settings.color_map);
            if let Some((_, bitmap)) = &self.kept {
                image::paint(ui.painter(), rect, &self.texture, bitmap, map, Fit::Sharp);
            }
            ui.painter().rect_stroke(rect, 0.0, Stroke::new(1.0, theme::of(ui).line), StrokeKind::Outside);
            show_brush(ui, &response, choice.brush.width, theme::palette(Theme::Dark).text_secondary);
            ui.add_space(GAP);
            ui.label(theme::note(ui, tr("complete.original")));
            let small = whole_pixel_side(ui, side / 2.0, shape);
            let (rect, response) = ui.allocate_exact_size(Vec2::splat(small), Sense::hover());
            response.widget_info(|| WidgetInfo::labeled(Role::Image, true, tr("complete.original")));
            image::paint(ui.painter(), on_pixels(ui, rect), &original.picture.1, &original.picture.0, map, Fit::Sharp);
        });
    }

    /// Reads the image where it is another.
    fn read(&mut self, data: &Arc<Dataset>, index: usize) {
        let index = index.min(data.test.count().saturating_sub(1));
        if self.original.as_ref().is_some_and(|of| Arc::ptr_eq(&of.data, data) && of.index == index) {
            return;
        }
        let values = data.test.image(index);
        let picture = (Bitmap::new(data.shape(), &values), TextureSlot::default());
        self.original = Some(Original { data: data.clone(), index, values, picture });
        self.kept = None;
    }

    /// What one model makes of it.
    fn model(&mut self, ui: &mut Ui, side: f32, slot: Slot, view: &View<'_>, shape: ImageShape) {
        let (model, color) = (view.model(slot), view.color(slot));
        let known = view.completion.known.get(model.id).cloned().unwrap_or_default();
        ui.horizontal_wrapped(|ui| {
            let name = RichText::new(format!("{} {}", slot.name(), model.name)).color(color).strong();
            ui.add(Label::new(name).truncate());
            facts(ui, &known);
        });
        if let Some(failure) = &known.failure {
            ui.add(Label::new(theme::note(ui, explain(failure))).wrap());
        }
        let Some(made) = known.made else {
            self.draws.retain(|(of, _)| *of != slot);
            return;
        };
        let is_same = |(of, draws): &&(Slot, ModelDraws)| *of == slot && Arc::ptr_eq(&draws.of, &made);
        if self.draws.iter().find(is_same).is_none() {
            let images = made.completion.draws.chunks_exact(shape.values().max(1));
            let pictures = images.map(|image| (Bitmap::new(shape, image), TextureSlot::default())).collect();
            self.draws.retain(|(of, _)| *of != slot);
            self.draws.push((slot, ModelDraws { of: made, pictures }));
        }
        let Some((_, draws)) = self.draws.iter().find(|(of, _)| *of == slot) else { return };
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing = Vec2::splat(GAP);
            for (number, (bitmap, texture)) in draws.pictures.iter().enumerate() {
                let (rect, response) = ui.allocate_exact_size(Vec2::splat(side), Sense::hover());
                let name = t!("complete.draw", number = number + 1, slot = slot.name());
                response.widget_info(|| WidgetInfo::labeled(Role::Image, true, name.clone()));
                let rect = on_pixels(ui, rect);
                image::paint(ui.painter(), rect, texture, bitmap, view.settings.color_map, Fit::Sharp);
                ui.painter().rect_stroke(rect, 0.0, Stroke::new(1.0, color), StrokeKind::Outside);
            }
        });
    }
}

/// How likely the image's own missing pixels are, of which step's weights the draws are, and whether newer ones are made.
fn facts(ui: &mut Ui, known: &ModelCompletion) {
    if let Some(made) = &known.made {
        match made.completion.log_p {
            Some(log_p) => {
                let words = t!("complete.log_p", nats = format!("{log_p:.1}"));
                ui.label(theme::figure(words)).on_hover_text(tr("complete.log_p_tip"));
            }
            None => {
                let words = theme::note(ui, tr("complete.log_p_unknown"));
                ui.label(words).on_hover_text(tr("complete.log_p_unknown_tip"));
            }
        }
        ui.label(theme::note(ui, t!("complete.step", step = whole(made.step))));
    }
    if known.is_making {
        ui.label(theme::note(ui, tr("complete.making")));
    }
}

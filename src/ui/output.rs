//! What both models make of the cursor's latent, large, in the frame in which the cursor moves, beside the nearest real
//! image.

use crate::dataset::Split;
use crate::explore::plane::Plane;
use crate::explore::viewer::NearestFound;
use crate::gpu::image::{self, Fit, Picture};
use crate::gpu::{ColorMap, Slot};
use crate::snapshot::{Scratch, Snapshot};
use eframe::egui::{self, Color32, FontId, RichText, Role, Sense, Stroke, WidgetInfo, vec2};
use std::sync::Arc;

/// The theme's colours that the output needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutputColors {
    /// Behind an image.
    pub background: Color32,
    /// Names.
    pub text: Color32,
    /// Steps, distances, the note.
    pub text_secondary: Color32,
    /// Around the real image.
    pub frame: Color32,
}

/// One model, this frame.
#[derive(Clone, Copy)]
pub struct OutputModel<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its colour.
    pub color: Color32,
    /// Its newest weights.
    pub snapshot: Option<&'a Arc<Snapshot>>,
    /// Its plane.
    pub plane: Option<&'a Plane>,
}

/// All that the output draws from, this frame.
pub struct OutputInput<'a> {
    /// The words of a key, in the language chosen.
    pub text: fn(&'static str) -> String,
    /// The theme's colours.
    pub colors: OutputColors,
    /// The models A and B.
    pub models: [OutputModel<'a>; 2],
    /// Where the cursor is, on each model's plane.
    pub cursor: [f32; 2],
    /// For grey images.
    pub map: ColorMap,
    /// The training image nearest to A's output, once it is found.
    pub nearest: Option<&'a NearestFound>,
    /// The images among which it was found.
    pub train: Option<&'a Split>,
    /// A name a class.
    pub class_names: &'a [String],
}

/// What the person did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutputAction {
    /// There is nothing yet: what fills it shall be done (start training).
    Fill,
}

/// A decoded latent and what it was decoded from.
struct Decoded {
    snapshot: Arc<Snapshot>,
    latent: Vec<f32>,
    image: Arc<[f32]>,
    picture: Picture,
}

/// The picture of a training image.
struct Real {
    index: usize,
    labels: Arc<[u8]>,
    picture: Picture,
}

/// The panel. An idle frame decodes nothing: outputs are kept until the weights or the latent are others.
#[derive(Default)]
pub struct OutputPanel {
    scratch: Scratch,
    decoded: [Option<Decoded>; 2],
    real: Option<Real>,
    slots: [Slot; 3],
    asked: Option<Asked>,
    decodes: u64,
}

/// What the nearest image was last asked for.
struct Asked {
    latent: Vec<f32>,
    at_secs: f64,
    image: Arc<[f32]>,
}

/// How long a search for the nearest image serves while only the weights change, in seconds.
const NEAREST_INTERVAL_SECS: f64 = 0.5;

/// The frame around an image, in points.
const FRAME: f32 = 3.0;

impl OutputPanel {
    /// Draws the panel into what is left of `ui`.
    pub fn ui(&mut self, ui: &mut egui::Ui, input: &OutputInput<'_>) -> Vec<OutputAction> {
        let mut actions = Vec::new();
        self.decode(input);
        self.find_real(input);
        if self.decoded.iter().all(Option::is_none) {
            ui.vertical_centered(|ui| {
                ui.add_space(16.0);
                ui.label(RichText::new((input.text)("output.empty")).color(input.colors.text_secondary));
                ui.add_space(8.0);
                if ui.button((input.text)("output.fill")).clicked() {
                    actions.push(OutputAction::Fill);
                }
            });
            return actions;
        }
        let note = RichText::new((input.text)("output.not_aligned")).small().color(input.colors.text_secondary);
        let cells = 3usize;
        let spacing = ui.spacing().item_spacing;
        let caption = 2.0 * 18.0;
        // As many columns as make the images largest; two lines are left for the note.
        let available = ui.available_size() - vec2(0.0, 36.0);
        let side = |columns: usize| {
            let rows = cells.div_ceil(columns) as f32;
            let width = (available.x - spacing.x * (columns as f32 - 1.0)) / columns as f32;
            width.min((available.y - spacing.y * (rows - 1.0)) / rows - caption)
        };
        let columns = (1..=3).max_by(|a, b| side(*a).total_cmp(&side(*b))).unwrap_or(3);
        let side = self.snug(side(columns).max(48.0), ui.ctx().pixels_per_point());
        let order = [0usize, 1, 2];
        for row in order.chunks(columns) {
            ui.horizontal(|ui| {
                for cell in row {
                    self.cell(ui, *cell, side, input);
                }
            });
        }
        ui.add(egui::Label::new(note).wrap());
        actions
    }

    /// The largest side up to `side` (in points) at which every pixel of the image is a whole number of screen pixels.
    fn snug(&self, side: f32, pixels_per_point: f32) -> f32 {
        let sizes = self.decoded.iter().flatten().map(|decoded| decoded.picture.size());
        let longest = sizes.map(|[width, height]| width.max(height)).max().unwrap_or(1) as f32;
        let times = ((side - 2.0 * FRAME) * pixels_per_point / longest).floor();
        if times >= 1.0 { times * longest / pixels_per_point + 2.0 * FRAME } else { side.floor() }
    }

    /// Decodes the cursor's latent where it or the weights are new: on this thread, some 0.03 ms for a dense network.
    fn decode(&mut self, input: &OutputInput<'_>) {
        for (place, model) in self.decoded.iter_mut().zip(&input.models) {
            let usable = |(snapshot, plane): &(&Arc<Snapshot>, &Plane)| plane.latent() == snapshot.latent;
            let Some((snapshot, plane)) = model.snapshot.zip(model.plane).filter(usable) else {
                *place = None;
                continue;
            };
            let latent = plane.latent_from_plane(input.cursor);
            let same = |old: &Decoded| Arc::ptr_eq(&old.snapshot, snapshot) && old.latent == latent;
            if place.as_ref().is_some_and(same) {
                continue;
            }
            let image: Arc<[f32]> = snapshot.decoder.evaluate(&latent, 1, &mut self.scratch).into();
            let picture = Picture::new(snapshot.image, &image);
            *place = Some(Decoded { snapshot: snapshot.clone(), latent, image, picture });
            self.decodes += 1;
        }
    }

    fn find_real(&mut self, input: &OutputInput<'_>) {
        let (Some(found), Some(train)) = (input.nearest, input.train) else {
            self.real = None;
            return;
        };
        let index = found.nearest.index;
        let same = |real: &Real| real.index == index && Arc::ptr_eq(&real.labels, &train.labels);
        if !self.real.as_ref().is_some_and(same) {
            let picture = Picture::new(train.shape, &train.image(index));
            self.real = Some(Real { index, labels: train.labels.clone(), picture });
        }
    }

    /// One image with its heading and its figure: 0 and 1 are the models, 2 is the real image.
    fn cell(&self, ui: &mut egui::Ui, cell: usize, side: f32, input: &OutputInput<'_>) {
        let text = input.text;
        let (picture, name, said, accessible, color) = match input.models.get(cell) {
            Some(model) => {
                let decoded = self.decoded.get(cell).and_then(Option::as_ref);
                let said = decoded.map(|d| format!("{} {}", text("output.step"), d.snapshot.step));
                let accessible = if cell == 0 { "output.a" } else { "output.b" };
                (decoded.map(|d| &d.picture), model.name.to_owned(), said, accessible, model.color)
            }
            None => {
                let said = input.nearest.filter(|_| self.real.is_some()).map(|found| {
                    let class = input.class_names.get(found.nearest.label).map_or("", String::as_str);
                    format!("{class} · L2 {:.2}", found.nearest.distance)
                });
                let picture = self.real.as_ref().map(|real| &real.picture);
                (picture, text("output.nearest"), said, "output.nearest", input.colors.frame)
            }
        };
        ui.vertical(|ui| {
            ui.set_width(side);
            ui.add(egui::Label::new(RichText::new(name).color(color).strong()).truncate());
            let (rect, response) = ui.allocate_exact_size(vec2(side, side), Sense::hover());
            response.widget_info(|| WidgetInfo::labeled(Role::Image, true, text(accessible)));
            if ui.is_rect_visible(rect) {
                ui.painter().rect_filled(rect, 2.0, input.colors.background);
                if let (Some(picture), Some(slot)) = (picture, self.slots.get(cell)) {
                    image::paint(ui.painter(), rect.shrink(FRAME), slot, picture, input.map, Fit::Sharp);
                }
                ui.painter().rect_stroke(rect, 2.0, Stroke::new(2.0, color), egui::StrokeKind::Inside);
            }
            let said = RichText::new(said.unwrap_or_default()).font(FontId::monospace(12.0));
            ui.add(egui::Label::new(said.color(input.colors.text_secondary)).truncate());
        });
    }

    /// What a model made of the cursor's latent when the panel was last drawn, `[shape.values()]`.
    pub fn image(&self, model: usize) -> Option<&Arc<[f32]>> {
        self.decoded.get(model)?.as_ref().map(|decoded| &decoded.image)
    }

    /// How often a latent was decoded so far.
    pub fn decodes(&self) -> u64 {
        self.decodes
    }

    /// The image to ask the nearest one for: A's output, at once when the cursor moves, and twice a second while only the
    /// weights change. `now_secs` is any clock that goes forward. Give it to the viewer every frame; the same image again
    /// costs nothing.
    pub fn nearest_query(&mut self, now_secs: f64) -> Option<Arc<[f32]>> {
        let decoded = self.decoded.first()?.as_ref()?;
        let serves = |asked: &Asked| {
            asked.latent == decoded.latent && (0.0..NEAREST_INTERVAL_SECS).contains(&(now_secs - asked.at_secs))
        };
        let image = match &self.asked {
            Some(asked) if Arc::ptr_eq(&asked.image, &decoded.image) || serves(asked) => asked.image.clone(),
            _ => {
                let (latent, image) = (decoded.latent.clone(), decoded.image.clone());
                self.asked = Some(Asked { latent, at_secs: now_secs, image: image.clone() });
                image
            }
        };
        Some(image)
    }
}

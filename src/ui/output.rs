//! What both models make of the cursor's latent, large, in the frame in which the cursor moves, beside the nearest real
//! image.

use crate::dataset::Split;
use crate::explore::plane::Plane;
use crate::explore::viewer::{Look, LookFound, NearestFound};
use crate::gpu::image::{self, Fit, Picture};
use crate::gpu::live::{self, Decode, DecodedModel};
use crate::gpu::{ColorMap, OnDevice, Slot};
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
    /// Where the window's device decodes.
    pub on_device: Option<OnDevice>,
    /// Why the CPU decodes this model though the device decodes: one sentence.
    pub refused: Option<&'a str>,
    /// What the viewer made of a latent last: the answer to [`OutputPanel::look_query`].
    pub found: Option<&'a Arc<LookFound>>,
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

/// What is looked at, and what is known of it.
struct Decoded {
    look: Arc<Look>,
    /// The image, its picture and the step of its weights; none where the device decodes, or until the viewer has.
    made: Option<Made>,
    on_device: Option<OnDevice>,
}

struct Made {
    image: Arc<[f32]>,
    picture: Picture,
    step: u64,
}

impl Made {
    fn new(snapshot: &Snapshot, image: Arc<[f32]>) -> Self {
        Self { picture: Picture::new(snapshot.image, &image), image, step: snapshot.step }
    }
}

/// The picture of a training image.
struct Real {
    index: usize,
    split: Split,
    picture: Picture,
}

/// The panel. An idle frame decodes nothing: outputs are kept until the weights or the latent are others.
#[derive(Default)]
pub struct OutputPanel {
    scratch: Scratch,
    decoded: [Option<Decoded>; 2],
    real: Option<Real>,
    slots: [Slot; 3],
    device_slots: [Slot; 2],
    asked: Option<Asked>,
    decodes: u64,
}

/// What the nearest image was last asked for.
struct Asked {
    at_secs: f64,
    look: Arc<Look>,
}

/// A network of so many floating-point operations is decoded in the frame itself: a millisecond or two. Larger ones are
/// left to the viewer, who answers a frame later.
pub const QUICK_FLOPS: u64 = 20_000_000;

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
        let shapes = self.decoded.iter().flatten().map(|decoded| decoded.look.snapshot.image);
        let longest = shapes.map(|shape| shape.width.max(shape.height)).max().unwrap_or(1).max(1) as f32;
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
            let same = |old: &Decoded| Arc::ptr_eq(&old.look.snapshot, snapshot) && old.look.latent == latent;
            let mut decoded = match place.take() {
                Some(old) if same(&old) => old,
                old => {
                    let made = old.and_then(|old| old.made).filter(|_| snapshot.decoder.flops() > QUICK_FLOPS);
                    let look = Arc::new(Look { snapshot: snapshot.clone(), latent });
                    Decoded { look, made, on_device: None }
                }
            };
            decoded.on_device = model.on_device;
            if OnDevice::step_of(model.on_device).is_some() {
                decoded.made = None;
            } else if snapshot.decoder.flops() > QUICK_FLOPS {
                let fits = |found: &&Arc<LookFound>| found.look.snapshot.image == snapshot.image;
                let shown = decoded.made.as_ref().map(|made| &made.image);
                if let Some(found) = model.found.filter(fits)
                    && let Some(image) = found.image()
                    && shown.is_none_or(|shown| !Arc::ptr_eq(shown, image))
                {
                    decoded.made = Some(Made::new(&found.look.snapshot, image.clone()));
                }
            } else if decoded.made.is_none() {
                let image = snapshot.decoder.evaluate(&decoded.look.latent, 1, &mut self.scratch);
                decoded.made = Some(Made::new(snapshot, image.into()));
                self.decodes += 1;
            }
            *place = Some(decoded);
        }
    }

    fn find_real(&mut self, input: &OutputInput<'_>) {
        let (Some(found), Some(train)) = (input.nearest, input.train) else {
            self.real = None;
            return;
        };
        let index = found.nearest.index;
        let same = |real: &Real| real.index == index && real.split.same(train);
        if !self.real.as_ref().is_some_and(same) {
            let picture = Picture::new(train.shape(), &train.image(index));
            self.real = Some(Real { index, split: train.clone(), picture });
        }
    }

    /// One image with its heading and its figure: 0 and 1 are the models, 2 is the real image.
    fn cell(&self, ui: &mut egui::Ui, cell: usize, side: f32, input: &OutputInput<'_>) {
        let text = input.text;
        let decoded = self.decoded.get(cell).and_then(Option::as_ref);
        let (picture, name, said, accessible, color) = match input.models.get(cell) {
            Some(model) => {
                let made = decoded.and_then(|decoded| decoded.made.as_ref());
                let step =
                    made.map(|made| made.step).or(decoded.and_then(|decoded| OnDevice::step_of(decoded.on_device)));
                let said = step.map(|step| format!("{} {step}", text("output.step")));
                let accessible = if cell == 0 { "output.a" } else { "output.b" };
                (made.map(|made| &made.picture), model.name.to_owned(), said, accessible, model.color)
            }
            None => {
                let said = input.nearest.filter(|_| self.real.is_some()).map(|found| {
                    let distance = format!("L2 {:.2}", found.nearest.distance);
                    match found.nearest.class.and_then(|class| input.class_names.get(class)) {
                        Some(name) => format!("{name} · {distance}"),
                        None => distance,
                    }
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
                let (place, slot) = (rect.shrink(FRAME), self.slots.get(cell));
                let live = decoded.and_then(|decoded| Some((decoded, decoded.on_device?)));
                if let (Some(picture), Some(slot)) = (picture, slot) {
                    image::paint(ui.painter(), place, slot, picture, input.map, Fit::Sharp);
                }
                if let (Some((Decoded { look, .. }, on_device)), Some(slot)) = (live, self.device_slots.get(cell)) {
                    let model = DecodedModel { id: on_device.model, snapshot: look.snapshot.clone() };
                    let decode = Decode::Image { latent: look.latent.clone(), map: input.map, fit: Fit::Sharp };
                    live::paint(ui.painter(), place, slot, model, decode);
                }
                ui.painter().rect_stroke(rect, 2.0, Stroke::new(2.0, color), egui::StrokeKind::Inside);
            }
            let refused = input.models.get(cell).and_then(|model| model.refused);
            let said = said.unwrap_or_default();
            let said = if refused.is_some() { format!("{said} · CPU") } else { said };
            let said = RichText::new(said).font(FontId::monospace(12.0));
            let said = ui.add(egui::Label::new(said.color(input.colors.text_secondary)).truncate());
            if let Some(why) = refused {
                said.on_hover_text(why);
            }
        });
    }

    /// What a model made of the cursor's latent when the panel was last drawn, `[shape.values()]`.
    pub fn image(&self, model: usize) -> Option<&Arc<[f32]>> {
        Some(&self.decoded.get(model)?.as_ref()?.made.as_ref()?.image)
    }

    /// How often a latent was decoded so far.
    pub fn decodes(&self) -> u64 {
        self.decodes
    }

    /// What the viewer shall decode for a model, because it is too much for a frame. Give it to the viewer every frame; the
    /// same again costs nothing.
    pub fn look_query(&self, model: usize) -> Option<&Arc<Look>> {
        let decoded = self.decoded.get(model)?.as_ref()?;
        let slow =
            OnDevice::step_of(decoded.on_device).is_none() && decoded.look.snapshot.decoder.flops() > QUICK_FLOPS;
        slow.then_some(&decoded.look)
    }

    /// What to ask the nearest image for: A's output, at once when the cursor moves, and twice a second while only the
    /// weights change. `now_secs` is any clock that goes forward. Give it to the viewer every frame; the same again costs
    /// nothing.
    pub fn nearest_query(&mut self, now_secs: f64) -> Option<Arc<Look>> {
        let look = &self.decoded.first()?.as_ref()?.look;
        let serves = |asked: &Asked| {
            asked.look.latent == look.latent && (0.0..NEAREST_INTERVAL_SECS).contains(&(now_secs - asked.at_secs))
        };
        match &self.asked {
            Some(asked) if Arc::ptr_eq(&asked.look, look) || serves(asked) => {}
            _ => self.asked = Some(Asked { at_secs: now_secs, look: look.clone() }),
        }
        self.asked.as_ref().map(|asked| asked.look.clone())
    }
}

//! What both models make of the cursor's latent, large, in the frame in which the cursor moves, beside the nearest real
//! image.

mod places;

use crate::dataset::Split;
use crate::explore::browse::{DataPart, ExamplePlace};
use crate::explore::viewer::{Look, LookFound};
use crate::gpu::image::{self, Fit};
use crate::gpu::live::{self, Decode, DecodedModel};
use crate::gpu::{Decoding, OnDevice, TextureSlot};
use crate::picture::Bitmap;
use crate::snapshot::{Scratch, Snapshot};
use crate::ui::command::{Command, ImageSubject, ModelCommand};
use crate::ui::slot::Slot;
use crate::ui::text::{decoded_by, tr, whole};
use crate::ui::view::View;
use crate::ui::{Panel, PanelNeeds, copy, theme, widgets};
use eframe::egui::emath::GuiRounding;
use eframe::egui::{Color32, Label, Rect, Response, RichText, Role, Stroke, StrokeKind, Ui, WidgetInfo, vec2};
use places::{OutputForm, OutputPlaces};
use std::sync::Arc;

/// What is looked at, and what is known of it.
struct Decoded {
    look: Arc<Look>,
    /// The image, its picture and the step of its weights; none where the device decodes, or until the viewer has.
    made: Option<Made>,
    on_device: Option<OnDevice>,
}

struct Made {
    image: Arc<[f32]>,
    picture: Bitmap,
    step: u64,
}

impl Made {
    fn new(snapshot: &Snapshot, image: Arc<[f32]>) -> Self {
        Self { picture: Bitmap::new(snapshot.image, &image), image, step: snapshot.step }
    }
}

/// The picture of a training image.
struct Real {
    index: usize,
    split: Split,
    picture: Bitmap,
}

/// What one of the views shows.
struct OutputCell {
    slot: Slot,
    decoded: Option<Decoded>,
    texture: TextureSlot,
    device_texture: TextureSlot,
}

/// The panel. An idle frame decodes nothing: outputs are kept until the weights or the latent are others.
pub struct OutputPanel {
    scratch: Scratch,
    cells: Vec<OutputCell>,
    real: Option<Real>,
    real_texture: TextureSlot,
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

/// An image on the screen with its heading and its figure.
struct Heading {
    name: String,
    accessible: &'static str,
    color: Color32,
    figure: Option<String>,
    /// Why the CPU decodes this model though the device decodes: one sentence.
    refused: Option<String>,
}

impl Default for OutputPanel {
    fn default() -> Self {
        let cell = |slot| OutputCell {
            slot,
            decoded: None,
            texture: TextureSlot::default(),
            device_texture: TextureSlot::default(),
        };
        Self {
            scratch: Scratch::default(),
            cells: Slot::BOTH.map(cell).into(),
            real: None,
            real_texture: TextureSlot::default(),
            asked: None,
            decodes: 0,
        }
    }
}

impl Panel for OutputPanel {
    fn ui(&mut self, ui: &mut Ui, view: &View<'_>, commands: &mut Vec<Command>) {
        if view.has_points() {
            self.cells.iter_mut().for_each(|cell| cell.decoded = None);
            widgets::empty(ui, &tr("output.points"));
            return;
        }
        let cursor = view.cursor_after(commands);
        self.decode(view, commands);
        self.find_real(view);
        if self.cells.iter().all(|cell| cell.decoded.is_none()) {
            if widgets::empty_with_action(ui, &tr("output.empty"), &tr("output.fill"), &tr("train.all_tip")) {
                commands.push(ModelCommand::ToggleAll.into());
            }
            return;
        }
        let size = ui.available_size();
        let places = OutputPlaces::in_panel(size);
        let side = self.whole_pixel_side(places.side, ui.ctx().pixels_per_point());
        let nearest = places.nearest_side(size, side);
        let order: Vec<&OutputCell> = self.cells.iter().collect();
        let columns = if places.form == OutputForm::Above { 1 } else { order.len().max(1) };
        for row in order.chunks(columns) {
            ui.horizontal(|ui| {
                row.iter().for_each(|cell| cell.ui(ui, side, view, cursor, commands));
                if places.form == OutputForm::Line {
                    self.real_ui(ui, side, view, commands);
                }
            });
        }
        if places.form == OutputForm::Line {
            ui.add(Label::new(theme::note(ui, tr("output.not_aligned"))).wrap());
        } else {
            self.strip(ui, nearest, view, commands);
        }
    }

    fn needs(&mut self, _view: &View<'_>, now_secs: f64, needs: &mut PanelNeeds) {
        for slot in Slot::BOTH {
            if let Some(look) = self.look_query(slot) {
                needs.look(slot, look);
            }
        }
        needs.nearest = self.nearest_query(now_secs);
    }
}

impl OutputPanel {
    /// The largest side up to `side` (in points) at which every pixel of the image is a whole number of screen pixels.
    fn whole_pixel_side(&self, side: f32, pixels_per_point: f32) -> f32 {
        let shapes = self.cells.iter().filter_map(|cell| Some(cell.decoded.as_ref()?.look.snapshot.image));
        let longest = shapes.map(|shape| shape.width.max(shape.height)).max().unwrap_or(1).max(1) as f32;
        let times = ((side - 2.0 * FRAME) * pixels_per_point / longest).floor();
        if times >= 1.0 { times * longest / pixels_per_point + 2.0 * FRAME } else { side.floor() }
    }

    /// Decodes the cursor's latent where it or the weights are new: on this thread, some 0.03 ms for a dense network.
    fn decode(&mut self, view: &View<'_>, commands: &[Command]) {
        for cell in &mut self.cells {
            let known = view.plane(cell.slot);
            let latent = view.latent_after(cell.slot, commands);
            let Some((known, snapshot, latent)) =
                known.zip(view.model(cell.slot).snapshot).zip(latent).and_then(|((known, snapshot), latent)| {
                    (latent.len() == snapshot.latent).then_some((known, snapshot, latent))
                })
            else {
                cell.decoded = None;
                continue;
            };
            let same = |old: &Decoded| Arc::ptr_eq(&old.look.snapshot, snapshot) && old.look.latent == latent;
            let mut decoded = match cell.decoded.take() {
                Some(old) if same(&old) => old,
                old => {
                    let made = old.and_then(|old| old.made).filter(|_| snapshot.decoder.flops() > QUICK_FLOPS);
                    let look = Arc::new(Look { snapshot: snapshot.clone(), latent });
                    Decoded { look, made, on_device: None }
                }
            };
            decoded.on_device = known.on_device;
            if OnDevice::step_of(known.on_device).is_some() {
                decoded.made = None;
            } else if snapshot.decoder.flops() > QUICK_FLOPS {
                let fits = |found: &&Arc<LookFound>| found.look.snapshot.image == snapshot.image;
                let shown = decoded.made.as_ref().map(|made| &made.image);
                if let Some(found) = known.found.as_ref().filter(fits)
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
            cell.decoded = Some(decoded);
        }
    }

    fn find_real(&mut self, view: &View<'_>) {
        let (Some(found), Some(data)) = (&view.planes.nearest, view.data) else {
            self.real = None;
            return;
        };
        let (index, train) = (found.nearest.index, &data.train);
        let same = |real: &Real| real.index == index && real.split.same(train);
        if !self.real.as_ref().is_some_and(same) {
            let picture = Bitmap::new(train.shape(), &train.image(index));
            self.real = Some(Real { index, split: train.clone(), picture });
        }
    }

    /// The nearest image, and beside it what it is and that the spaces are not aligned.
    fn strip(&self, ui: &mut Ui, side: f32, view: &View<'_>, commands: &mut Vec<Command>) {
        ui.horizontal(|ui| {
            self.real_image(ui, side, view, commands);
            ui.vertical(|ui| {
                ui.set_width(ui.available_width());
                let Heading { name, color, figure, .. } = self.real_heading(ui, view);
                ui.add(Label::new(RichText::new(name).color(color).strong()).wrap());
                let figure = theme::figure(figure.unwrap_or_default()).color(theme::of(ui).text_secondary);
                ui.add(Label::new(figure).wrap());
                if ui.available_height() > theme::LINE {
                    let note = tr("output.not_aligned");
                    let label = Label::new(theme::note(ui, note.as_str()));
                    let has_room = side > 4.0 * theme::LINE && ui.available_width() > 20.0 * theme::GRID;
                    let label = if has_room { label.wrap() } else { label.truncate() };
                    ui.add(label.show_tooltip_when_elided(false)).on_hover_text(note);
                }
            });
        });
    }

    fn real_heading(&self, ui: &Ui, view: &View<'_>) -> Heading {
        let found = view.planes.nearest.as_ref().filter(|_| self.real.is_some());
        let newest = view.model(Slot::A).snapshot.map(|snapshot| snapshot.step);
        let figure = found.zip(view.data).map(|(found, data)| {
            let distance = format!("L2 {:.2}", found.nearest.distance);
            let mut figure = match found.nearest.class.and_then(|class| data.class_names().get(class)) {
                Some(name) => format!("{name} · {distance}"),
                None => distance,
            };
            let step = found.look.snapshot.step;
            if newest.is_some_and(|newest| newest != step) {
                figure += &format!(" · {} {}", tr("output.step"), whole(step));
            }
            figure
        });
        let color = theme::of(ui).text_secondary;
        Heading { name: tr("output.nearest"), accessible: "output.nearest", color, figure, refused: None }
    }

    fn real_ui(&self, ui: &mut Ui, side: f32, view: &View<'_>, commands: &mut Vec<Command>) {
        let heading = self.real_heading(ui, view);
        captioned(ui, side, &heading, |ui| self.real_image(ui, side, view, commands));
    }

    fn real_image(&self, ui: &mut Ui, side: f32, view: &View<'_>, commands: &mut Vec<Command>) {
        let heading = self.real_heading(ui, view);
        let response = framed(ui, side, &heading, |ui, place| {
            if let Some(real) = &self.real {
                let map = view.settings.color_map;
                image::paint(ui.painter(), place, &self.real_texture, &real.picture, map, Fit::Sharp);
            }
        });
        if let Some(Real { index, .. }) = self.real {
            let place = ExamplePlace { part: DataPart::Train, index };
            copy::menu(&response, ImageSubject::Example(place), commands);
        }
    }

    fn decoded(&self, slot: Slot) -> Option<&Decoded> {
        self.cells.iter().find(|cell| cell.slot == slot)?.decoded.as_ref()
    }

    /// What a model made of the cursor's latent when the panel was last drawn, `[shape.values()]`.
    pub fn image(&self, slot: Slot) -> Option<&Arc<[f32]>> {
        Some(&self.decoded(slot)?.made.as_ref()?.image)
    }

    /// How often a latent was decoded so far.
    pub fn decodes(&self) -> u64 {
        self.decodes
    }

    /// What the viewer shall decode for a model, because it is too much for a frame. Give it to the viewer every frame; the
    /// same again costs nothing.
    pub fn look_query(&self, slot: Slot) -> Option<&Arc<Look>> {
        let decoded = self.decoded(slot)?;
        let slow =
            OnDevice::step_of(decoded.on_device).is_none() && decoded.look.snapshot.decoder.flops() > QUICK_FLOPS;
        slow.then_some(&decoded.look)
    }

    /// What to ask the nearest image for: A's output, at once when the cursor moves, and twice a second while only the
    /// weights change. `now_secs` is any clock that goes forward. Give it to the viewer every frame; the same again costs
    /// nothing.
    pub fn nearest_query(&mut self, now_secs: f64) -> Option<Arc<Look>> {
        let look = self.decoded(Slot::A)?.look.clone();
        let serves = |asked: &Asked| {
            asked.look.latent == look.latent && (0.0..NEAREST_INTERVAL_SECS).contains(&(now_secs - asked.at_secs))
        };
        match &self.asked {
            Some(asked) if Arc::ptr_eq(&asked.look, &look) || serves(asked) => {}
            _ => self.asked = Some(Asked { at_secs: now_secs, look }),
        }
        self.asked.as_ref().map(|asked| asked.look.clone())
    }
}

impl OutputCell {
    fn ui(&self, ui: &mut Ui, side: f32, view: &View<'_>, cursor: [f32; 2], commands: &mut Vec<Command>) {
        let decoded = self.decoded.as_ref();
        let made = decoded.and_then(|decoded| decoded.made.as_ref());
        let step = made.map(|made| made.step).or(decoded.and_then(|decoded| OnDevice::step_of(decoded.on_device)));
        let heading = Heading {
            name: view.model(self.slot).name.to_owned(),
            accessible: match self.slot {
                Slot::A => "output.a",
                Slot::B => "output.b",
            },
            color: view.color(self.slot),
            figure: step.map(|step| format!("{} {}", tr("output.step"), whole(step))),
            refused: match &view.model(self.slot).decoding {
                refused @ Decoding::CpuRefused(_) => Some(decoded_by(refused)),
                _ => None,
            },
        };
        let map = view.settings.color_map;
        let paint = |ui: &Ui, place: Rect| {
            if let Some(made) = made {
                image::paint(ui.painter(), place, &self.texture, &made.picture, map, Fit::Sharp);
            }
            if let Some((Decoded { look, .. }, on_device)) = decoded.zip(decoded.and_then(|decoded| decoded.on_device))
            {
                let model = DecodedModel { id: on_device.model, snapshot: look.snapshot.clone() };
                let decode = Decode::Image { latent: look.latent.clone(), map, fit: Fit::Sharp };
                live::paint(ui.painter(), place, &self.device_texture, model, decode);
            }
        };
        captioned(ui, side, &heading, |ui| {
            let response = framed(ui, side, &heading, paint);
            if step.is_some() {
                copy::menu(&response, ImageSubject::Decoded(self.slot, cursor), commands);
            }
        });
    }
}

/// An image in its frame; `paint` fills the place inside.
fn framed(ui: &mut Ui, side: f32, heading: &Heading, paint: impl FnOnce(&Ui, Rect)) -> Response {
    let (rect, response) = ui.allocate_exact_size(vec2(side, side), copy::IMAGE_SENSE);
    // Each pixel of the image is a whole number of the screen's.
    let rect = rect.round_to_pixels(ui.ctx().pixels_per_point());
    response.widget_info(|| WidgetInfo::labeled(Role::Image, true, tr(heading.accessible)));
    if ui.is_rect_visible(rect) {
        ui.painter().rect_filled(rect, 2.0, theme::of(ui).surfaces[0]);
        paint(ui, rect.shrink(FRAME));
        ui.painter().rect_stroke(rect, 2.0, Stroke::new(2.0, heading.color), StrokeKind::Inside);
    }
    response
}

/// An image with its name above it and its figure below.
fn captioned(ui: &mut Ui, side: f32, heading: &Heading, image: impl FnOnce(&mut Ui)) {
    ui.vertical(|ui| {
        ui.set_width(side);
        ui.add(Label::new(RichText::new(&heading.name).color(heading.color).strong()).truncate());
        image(ui);
        let mut figure = heading.figure.clone().unwrap_or_default();
        if heading.refused.is_some() {
            figure += " · CPU";
        }
        let figure = ui.add(Label::new(theme::figure(figure).color(theme::of(ui).text_secondary)).truncate());
        if let Some(why) = &heading.refused {
            figure.on_hover_text(why);
        }
    });
}

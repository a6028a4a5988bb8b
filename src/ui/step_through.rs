//! One step of training in all its parts: the batch with the loss of each image, what each layer gave and its gradient for one
//! of them, and how large the update was.

use crate::dataset::ImageShape;
use crate::diagnosis::StepLook;
use crate::explore::lens::MapSheet;
use crate::gpu::image::{self, Fit};
use crate::gpu::{self, ColorMap};
use crate::metrics;
use crate::nn::conv_shape::Map;
use crate::nn::inspection::{KEPT_ROWS, LayerInspection};
use crate::nn::operations::OutputLayout;
use crate::picture::Bitmap;
use crate::snapshot::{Likelihood, Snapshot};
use crate::trainer::{DiagnosisReport, Part};
use crate::ui::command::{Command, ModelCommand, ViewCommand};
use crate::ui::slot::Slot;
use crate::ui::text::{number, tr, whole};
use crate::ui::view::View;
use crate::ui::{Panel, theme, widgets};
use eframe::egui::{RichText, Role, ScrollArea, Sense, Stroke, StrokeKind, Ui, Vec2, WidgetInfo};
use rust_i18n::t;
use std::sync::Arc;

/// Sides of pictures, in points.
const IMAGE: f32 = 6.0 * theme::GRID;
const LAYER: f32 = 11.0 * theme::GRID;

/// The panel.
#[derive(Default)]
pub struct StepThrough {
    /// The image of the batch whose way through the layers is shown.
    chosen: usize,
    drawn: Option<DrawnStep>,
}

/// A picture with its texture.
struct Drawn {
    bitmap: Bitmap,
    slot: gpu::TextureSlot,
}

impl Drawn {
    fn new(bitmap: Bitmap) -> Self {
        Self { bitmap, slot: gpu::TextureSlot::default() }
    }
}

/// An image of the batch, what the model makes of it or makes itself in its place, and the loss of each.
struct DrawnImage {
    original: Drawn,
    made: Option<Drawn>,
    losses: [Option<f32>; 2],
}

/// A step as it is drawn.
struct DrawnStep {
    report: Arc<DiagnosisReport>,
    chosen: usize,
    images: Vec<DrawnImage>,
    /// What each layer gave for the chosen image, and its gradient.
    layers: Vec<[Option<Drawn>; 2]>,
}

impl DrawnStep {
    fn new(report: &Arc<DiagnosisReport>, snapshot: &Snapshot, chosen: usize) -> Self {
        let look = &report.look;
        let size = snapshot.image.values().max(1);
        let images = look.images.chunks_exact(size).enumerate();
        let images = images.map(|(place, original)| drawn_image(look, snapshot, place, original)).collect();
        let layers = look.inspection.layers.iter();
        let layers = layers.map(|layer| {
            [&layer.kept, &layer.kept_gradients].map(|kept| {
                let values = kept.chunks_exact(layer.outputs.max(1)).nth(chosen)?;
                Some(Drawn::new(layer_picture(layer, snapshot.image, values)))
            })
        });
        Self { report: report.clone(), chosen, images, layers: layers.collect() }
    }
}

/// How many images of this shape are kept of a step; `None` of none, or where the weights that are shown are of other data.
fn rows(look: &StepLook, shape: ImageShape) -> Option<usize> {
    let (values, size) = (look.images.len(), shape.values().max(1));
    (values.is_multiple_of(size) && (1..=KEPT_ROWS).contains(&(values / size))).then_some(values / size)
}

/// The last layer of the network that gives images.
fn image_layer(look: &StepLook) -> Option<&LayerInspection> {
    look.layers_of("decoder").last().or_else(|| look.layers_of("generator").last())
}

fn drawn_image(look: &StepLook, snapshot: &Snapshot, place: usize, original: &[f32]) -> DrawnImage {
    let shape = snapshot.image;
    let layer = image_layer(look).filter(|layer| layer.outputs == shape.values());
    let made = layer.and_then(|layer| layer.kept.chunks_exact(layer.outputs.max(1)).nth(place)).map(|values| {
        // A decoder's last layer gives logits where its pixels are coin flips.
        match snapshot.likelihood {
            Some(Likelihood::Bernoulli) => values.iter().map(|logit| 1.0 / (1.0 + (-logit).exp())).collect(),
            _ => values.to_vec(),
        }
    });
    let nats =
        snapshot.likelihood.zip(made.as_ref()).map(|(likelihood, made)| metrics::nats(likelihood, original, made));
    let losses = match &snapshot.critic {
        Some(critic) => {
            let logit = |logits: &[f32]| logits.get(place).copied();
            let real = logit(&look.inspection.real_logits).map(|logit| critic.loss.real(logit).0);
            [real, logit(&look.inspection.fake_logits).map(|logit| critic.loss.fake(logit).0)]
        }
        None => [nats, None],
    };
    let made = made.map(|made: Vec<f32>| Drawn::new(Bitmap::new(shape, &made)));
    DrawnImage { original: Drawn::new(Bitmap::new(shape, original)), made, losses }
}

/// What a layer gave, laid out as maps: an image where it has an image's size, else channels side by side where it has some.
fn layer_picture(layer: &LayerInspection, shape: ImageShape, values: &[f32]) -> Bitmap {
    let places = layer.outputs / layer.units.max(1);
    let side = (places as f64).sqrt().round() as usize;
    let layout = if layer.outputs == shape.values() {
        OutputLayout::Planes(Map { height: shape.height, width: shape.width, channels: shape.channels })
    } else if places > 1 && side * side == places {
        OutputLayout::ChannelsLast(Map { height: side, width: side, channels: layer.units })
    } else {
        OutputLayout::Vector(layer.outputs)
    };
    let sheet = MapSheet::laid_out(layout, layer.outputs);
    let [width, height] = sheet.size();
    Bitmap::signed(ImageShape::grey(height, width), &sheet.picture(values))
}

impl Panel for StepThrough {
    fn ui(&mut self, ui: &mut Ui, view: &View<'_>, commands: &mut Vec<Command>) {
        let mut stepped = view.settings.diagnosis.stepped;
        ui.horizontal_wrapped(|ui| {
            for slot in Slot::BOTH {
                let name = RichText::new(view.model(slot).name).color(view.color(slot)).strong();
                ui.selectable_value(&mut stepped, slot, name);
            }
            let model = view.model(stepped);
            let ready = model.status.is_some();
            if widgets::button(ui, ready, &tr("step_through.step"), &tr("step_through.step_tip")).clicked() {
                commands.push(ModelCommand::Step(model.id, Part::Whole).into());
            }
            for (part, number) in model.config.family().parts.iter().zip(1..) {
                let (name, tip) = (tr(part.words), tr(&format!("{}_tip", part.words)));
                if widgets::sign_button(ui, ready, part.sign, &name, &tip).clicked() {
                    commands.push(ModelCommand::Step(model.id, Part::Only(number)).into());
                }
            }
        });
        if stepped != view.settings.diagnosis.stepped {
            let mut settings = view.settings.clone();
            settings.diagnosis.stepped = stepped;
            commands.push(ViewCommand::Settings(Box::new(settings)).into());
        }
        let model = view.model(stepped);
        let known = model.diagnosis.as_ref().zip(model.snapshot);
        let known = known.and_then(|(report, snapshot)| Some((report, snapshot, rows(&report.look, snapshot.image)?)));
        let Some((report, snapshot, count)) = known else {
            widgets::empty(ui, &tr("step_through.empty"));
            return;
        };
        self.chosen = self.chosen.min(count.saturating_sub(1));
        let same = |drawn: &DrawnStep| Arc::ptr_eq(&drawn.report, report) && drawn.chosen == self.chosen;
        if !self.drawn.as_ref().is_some_and(same) {
            self.drawn = Some(DrawnStep::new(report, snapshot, self.chosen));
        }
        let Some(drawn) = &self.drawn else { return };
        let tip = if snapshot.critic.is_some() { "step_through.adversarial" } else { "step_through.nats" };
        let step = t!("step_through.shown", step = whole(report.look.step + 1));
        ui.label(theme::note(ui, step)).on_hover_text(tr(tip));
        let map = view.settings.color_map;
        ScrollArea::horizontal().id_salt("batch").show(ui, |ui| {
            ui.horizontal(|ui| {
                for (place, image) in drawn.images.iter().enumerate() {
                    if batch_image(ui, (place, image), place == self.chosen, map) {
                        self.chosen = place;
                    }
                }
            });
        });
        ScrollArea::vertical().id_salt("layers").auto_shrink(false).show(ui, |ui| {
            ui.label(theme::note(ui, tr("step_through.colors")));
            for (layer, pictures) in report.look.inspection.layers.iter().zip(&drawn.layers) {
                layer_row(ui, &report.look, layer, pictures);
            }
        });
    }

    fn leave(&mut self) {
        self.drawn = None;
    }
}

/// An image with its loss, and what was made in its place with its own. Whether it was clicked.
fn batch_image(ui: &mut Ui, (place, image): (usize, &DrawnImage), is_chosen: bool, map: ColorMap) -> bool {
    let mut clicked = false;
    let made = if image.losses[1].is_some() { "step_through.generated" } else { "step_through.made" };
    ui.vertical(|ui| {
        let cells = [(Some(&image.original), "step_through.image"), (image.made.as_ref(), made)];
        for ((picture, key), loss) in cells.into_iter().zip(image.losses) {
            let Some(picture) = picture else { continue };
            let (rect, response) = ui.allocate_exact_size(Vec2::splat(IMAGE), Sense::click());
            let name = t!(key, place = place + 1);
            response.widget_info(|| WidgetInfo::selected(Role::Button, true, is_chosen, &*name));
            image::paint(ui.painter(), rect, &picture.slot, &picture.bitmap, map, Fit::Full);
            if is_chosen {
                let stroke = Stroke::new(2.0, theme::of(ui).text);
                ui.painter().rect_stroke(rect, 0.0, stroke, StrokeKind::Outside);
            }
            clicked |= response.on_hover_text(name).clicked();
            ui.label(theme::figure(loss.map_or_else(String::new, |loss| number(f64::from(loss)))).small());
        }
    });
    clicked
}

/// A layer: what it gave for the chosen image, the gradient there, and the update of its weights.
fn layer_row(ui: &mut Ui, look: &StepLook, layer: &LayerInspection, pictures: &[Option<Drawn>; 2]) {
    ui.add_space(theme::GRID / 2.0);
    let name = format!("{}.weight", layer.name);
    let weight = look.inspection.parameters.iter().find(|parameter| parameter.name == name);
    ui.horizontal_wrapped(|ui| {
        ui.label(theme::figure(&layer.name));
        if let Some(weight) = weight {
            let ratio = number(weight.update_ratio());
            ui.label(theme::note(ui, t!("step_through.update", ratio = ratio)));
        }
    });
    ui.horizontal(|ui| {
        let figures = [Some(&layer.values), layer.gradients.as_ref()];
        for ((picture, key), figures) in pictures.iter().zip(["step_through.gave", "step_through.got"]).zip(figures) {
            let Some(picture) = picture else { continue };
            let (rect, response) = ui.allocate_exact_size(Vec2::splat(LAYER), Sense::hover());
            let name = t!(key, layer = layer.name);
            response.widget_info(|| WidgetInfo::labeled(Role::Image, true, &*name));
            image::paint(ui.painter(), rect, &picture.slot, &picture.bitmap, ColorMap::Signed, Fit::Full);
            let range = figures.map(|f| format!("\n{} … {}", number(f64::from(f.least)), number(f64::from(f.most))));
            response.on_hover_text(format!("{name}{}", range.unwrap_or_default()));
        }
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Not thousands of images of two pixels, where a model has gone on to points.
    #[test]
    fn a_step_of_other_data_is_not_cut_into_images_of_this() {
        let look = |values: usize| StepLook { images: vec![0.5; values], ..StepLook::default() };
        let shape = ImageShape::grey(28, 28);
        assert_eq!(rows(&look(16 * 784), shape), Some(16));
        assert_eq!(rows(&look(3 * 784), shape), Some(3));
        for values in [0, 17 * 784, 784 + 1] {
            assert_eq!(rows(&look(values), shape), None);
        }
        assert_eq!(rows(&look(16 * 784), ImageShape::grey(1, 2)), None);
    }
}

//! The setup panel: what is learned from, and the two models that learn.

use crate::dataset::{Dataset, DatasetId, Sample};
use crate::explore::compare::one_of_each_class;
use crate::explore::data_plane::DataBounds;
use crate::gpu::{self, ColorMap, image};
use crate::model::{MOST_MODELS, ModelId};
use crate::picture::Bitmap;
use crate::ui::command::{Ask, Command, DataCommand, FileCommand, ModelCommand};
use crate::ui::data_plane::OnScreen;
use crate::ui::model_card::card_ids::CardIds;
use crate::ui::model_card::{self, resting};
use crate::ui::text::{tr, whole};
use crate::ui::theme::signs;
use crate::ui::view::View;
use crate::ui::{Panel, theme, widgets};
use eframe::egui::{self, DragValue, Frame, ProgressBar, RichText, ScrollArea, Sense, Ui, UiBuilder, Vec2};
use rust_i18n::t;

const SHOWN: usize = 20;
/// Points that are shown, and the side of the square that they are in, in points of the screen.
const SCATTERED: usize = 600;
const SCATTER: f32 = 16.0 * theme::GRID;

/// The panel's own looks.
#[derive(Default)]
pub struct Setup {
    images: Option<(DatasetId, Bitmap)>,
    slot: gpu::TextureSlot,
    scatter: Option<Scatter>,
    cards: CardIds,
}

/// Points of the plane with their classes.
struct Scatter {
    of: DatasetId,
    bounds: DataBounds,
    points: Vec<([f32; 2], Option<usize>)>,
}

impl Setup {
    fn data(&mut self, ui: &mut Ui, view: &View<'_>, commands: &mut Vec<Command>) {
        ui.horizontal(|ui| {
            ui.label(theme::title(tr("data.title")));
            if widgets::button(ui, true, &tr("data.open"), &tr("data.open_tip")).clicked() {
                commands.push(FileCommand::Ask(Ask::OpenData).into());
            }
        });
        if let Some(opening) = &view.opening {
            ui.add(ProgressBar::new(opening.part()).text(opening.words()));
            if widgets::button(ui, true, &tr("data.cancel_opening"), &tr("data.cancel_tip")).clicked() {
                commands.push(DataCommand::CancelOpening.into());
            }
        }
        let Some(data) = view.data else {
            ui.label(theme::note(ui, tr("data.none_note")));
            return;
        };
        ui.label(RichText::new(data.name.as_str()).strong());
        let facts = [
            (tr("data.train"), whole(data.train.count() as u64), tr("data.train_tip")),
            (tr("data.test"), whole(data.test.count() as u64), tr("data.test_tip")),
            (tr("data.shape"), data.sample().to_string(), tr("data.shape_tip")),
            (tr("data.classes"), data.class_names().len().to_string(), tr("data.classes_tip")),
        ];
        for pair in facts.chunks(2) {
            ui.horizontal(|ui| {
                for (name, value, tip) in pair {
                    widgets::fact(ui, name, value, tip);
                }
            });
        }
        match data.sample() {
            Sample::Image(_) => self.images(ui, data, view.settings.color_map),
            Sample::Point { .. } => self.points(ui, data),
        }
    }

    fn images(&mut self, ui: &mut Ui, data: &Dataset, map: ColorMap) {
        if self.images.as_ref().is_none_or(|(id, ..)| *id != data.id) {
            let indices = one_of_each_class(data, SHOWN);
            let images: Vec<Vec<f32>> = indices.iter().map(|index| data.test.image(*index)).collect();
            let columns = (images.len() / 2).clamp(1, 10);
            self.images = Some((data.id.clone(), Bitmap::montage(data.shape(), &images, columns)));
        }
        let Some((_, picture)) = &self.images else { return };
        let [width, height] = picture.size().map(|side| side.max(1) as f32);
        let scale = (ui.available_width() / width).min(2.0);
        let (rect, response) = ui.allocate_exact_size(Vec2::new(width, height) * scale, Sense::hover());
        // Smaller than it is, an image keeps all of its pixels only where they are mixed.
        let smaller = scale * ui.ctx().pixels_per_point() < 1.0;
        let fit = if smaller { image::Fit::Smooth } else { image::Fit::Full };
        image::paint(ui.painter(), rect, &self.slot, picture, map, fit);
        response.on_hover_text(tr("data.images_tip"));
    }
}

impl Setup {
    /// The first test points of the plane, in the colours of their classes.
    fn points(&mut self, ui: &mut Ui, data: &Dataset) {
        if self.scatter.as_ref().is_none_or(|scatter| scatter.of != data.id) {
            let mut point = [0.0; 2];
            let points = (0..data.test.count().min(SCATTERED)).map(|index| {
                data.test.read(index, &mut point);
                (point, data.test.class(index))
            });
            let points = points.collect();
            self.scatter = Some(Scatter { of: data.id.clone(), bounds: DataBounds::of_range(data.range()), points });
        }
        let Some(Scatter { bounds, points, .. }) = &self.scatter else { return };
        let side = ui.available_width().min(SCATTER);
        let (rect, response) = ui.allocate_exact_size(Vec2::splat(side), Sense::hover());
        let grey = theme::of(ui).text_secondary;
        let colored = points.iter().map(|(point, class)| (*point, class.map_or(grey, theme::class_color)));
        ui.painter_at(rect).add(OnScreen { rect, bounds: *bounds }.squares(colored, 1.0));
        response.on_hover_text(tr("data.points_tip"));
    }

    /// Below all: the models that learned from other data.
    fn resting(&self, ui: &mut Ui, view: &View<'_>, commands: &mut Vec<Command>) {
        for (place, (model, data)) in view.resting_models().enumerate() {
            if place == 0 {
                ui.add_space(theme::GRID / 2.0);
                ui.label(theme::note(ui, tr("resting.heading"))).on_hover_text(tr("resting.tip"));
            }
            ui.add_space(theme::GRID / 2.0);
            let id = self.cards.of(model.id);
            card(ui, id, |ui| resting::ui(ui, view, model, data, commands));
        }
    }
}

impl Panel for Setup {
    fn ui(&mut self, ui: &mut Ui, view: &View<'_>, commands: &mut Vec<Command>) {
        let models: Vec<ModelId> = view.models.iter().map(|model| model.id).collect();
        self.cards.keep(&models);
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            // Room for the scroll bar, which floats over the content.
            ui.set_max_width(ui.available_width() - theme::GRID);
            card(ui, None, |ui| self.data(ui, view, commands));
            ui.add_space(theme::GRID / 2.0);
            train_all(ui, view, commands);
            for model in view.active_models() {
                ui.add_space(theme::GRID / 2.0);
                let id = self.cards.of(model.id);
                card(ui, id, |ui| model_card::ui(ui, view, model, commands));
            }
            ui.add_space(theme::GRID / 2.0);
            list_end(ui, view, commands);
            self.resting(ui, view, commands);
        });
    }
}

fn train_all(ui: &mut Ui, view: &View<'_>, commands: &mut Vec<Command>) {
    let ready = view.models.iter().any(|model| model.status.is_some());
    let active = view.is_active();
    let words = if active { tr("train.pause_all") } else { tr("train.train_all") };
    let sign = if active { signs::PAUSE } else { signs::START };
    let size = Vec2::new(ui.available_width(), 4.0 * theme::GRID);
    let response = ui.add_enabled(ready, egui::Button::new(format!("{sign}  {words}")).min_size(size));
    response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, ready, &words));
    if response.on_hover_text(tr("train.all_tip")).on_disabled_hover_text(tr("train.no_data")).clicked() {
        commands.push(ModelCommand::ToggleAll.into());
    }
}

/// Below the list: one more model, and how many train at once.
fn list_end(ui: &mut Ui, view: &View<'_>, commands: &mut Vec<Command>) {
    ui.horizontal_wrapped(|ui| {
        ui.menu_button(tr("list.add"), |ui| {
            if let Some(preset) = model_card::presets::list(ui, None, view.data.map(|data| &**data)) {
                commands.push(ModelCommand::Add(preset).into());
                ui.close();
            }
        })
        .response
        .on_hover_text(tr("list.add_tip"));
        let label = ui.label(theme::note(ui, tr("list.at_once")));
        let mut count = view.train_at_once;
        let field = DragValue::new(&mut count).range(1..=MOST_MODELS).speed(0.05);
        let threads = t!("list.at_once_tip", threads = view.threads);
        ui.add(field).labelled_by(label.id).on_hover_text(threads);
        if count != view.train_at_once {
            commands.push(ModelCommand::TrainAtOnce(count).into());
        }
    });
}

/// `id`: the number of a model's card, none of the data's: all within has its id of it, wherever the card stands on the list.
fn card(ui: &mut Ui, id: Option<usize>, add: impl FnOnce(&mut Ui)) {
    let palette = theme::of(ui);
    Frame::new().fill(palette.surfaces[0]).corner_radius(theme::GRID / 2.0).inner_margin(theme::GRID).show(ui, |ui| {
        ui.set_width(ui.available_width());
        let id = ui.scope_id().with(id);
        ui.scope_builder(UiBuilder::new().scope_id(id), add);
    });
}

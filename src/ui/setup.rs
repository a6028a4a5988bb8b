//! The setup panel: what is learned from, and the two models that learn.

use crate::dataset::{Dataset, DatasetId};
use crate::explore::compare::one_of_each_class;
use crate::gpu::image::{self, Picture};
use crate::gpu::{self, ColorMap};
use crate::ui::command::{Command, Slot};
use crate::ui::dialogs::Ask;
use crate::ui::model_card;
use crate::ui::text::{tr, whole};
use crate::ui::theme::signs;
use crate::ui::view::View;
use crate::ui::{Panel, theme, widgets};
use eframe::egui::{self, Frame, ProgressBar, RichText, ScrollArea, Sense, Ui, Vec2};

const SHOWN: usize = 20;

/// The panel's own looks.
#[derive(Default)]
pub struct Setup {
    images: Option<(DatasetId, Picture)>,
    slot: gpu::TextureSlot,
}

impl Setup {
    fn data(&mut self, ui: &mut Ui, view: &View<'_>, commands: &mut Vec<Command>) {
        ui.horizontal(|ui| {
            ui.label(theme::title(tr("data.title")));
            if widgets::button(ui, true, &tr("data.open"), &tr("data.open_tip")).clicked() {
                commands.push(Command::Ask(Ask::OpenData));
            }
        });
        if let Some(opening) = &view.opening {
            let (done, total) = opening.progress.get();
            let part = if total > 0 { done as f32 / total as f32 } else { 0.0 };
            ui.add(ProgressBar::new(part).text(opening.what));
        }
        let Some(data) = view.data else {
            ui.label(theme::note(ui, tr("data.none_note")));
            return;
        };
        ui.label(RichText::new(data.name.as_str()).strong());
        let facts = [
            (tr("data.train"), whole(data.train.count() as u64), tr("data.train_tip")),
            (tr("data.test"), whole(data.test.count() as u64), tr("data.test_tip")),
            (tr("data.shape"), data.shape().to_string(), tr("data.shape_tip")),
            (tr("data.classes"), data.class_names().len().to_string(), tr("data.classes_tip")),
        ];
        for pair in facts.chunks(2) {
            ui.horizontal(|ui| {
                for (name, value, tip) in pair {
                    widgets::fact(ui, name, value, tip);
                }
            });
        }
        self.images(ui, data, view.settings.color_map);
    }

    fn images(&mut self, ui: &mut Ui, data: &Dataset, map: ColorMap) {
        if self.images.as_ref().is_none_or(|(id, ..)| *id != data.id) {
            let indices = one_of_each_class(data, SHOWN);
            let images: Vec<Vec<f32>> = indices.iter().map(|index| data.test.image(*index)).collect();
            let columns = (images.len() / 2).clamp(1, 10);
            self.images = Some((data.id.clone(), Picture::montage(data.shape(), &images, columns)));
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

impl Panel for Setup {
    fn ui(&mut self, ui: &mut Ui, view: &View<'_>, commands: &mut Vec<Command>) {
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            // Room for the scroll bar, which floats over the content.
            ui.set_max_width(ui.available_width() - theme::GRID);
            card(ui, |ui| self.data(ui, view, commands));
            let ready = view.models.iter().any(|model| model.status.is_some());
            let words = if view.is_training() { tr("train.pause_both") } else { tr("train.train_both") };
            let sign = if view.is_training() { signs::PAUSE } else { signs::START };
            ui.add_space(theme::GRID / 2.0);
            let size = Vec2::new(ui.available_width(), 4.0 * theme::GRID);
            let button = egui::Button::new(format!("{sign}  {words}")).min_size(size);
            let response = ui.add_enabled(ready, button);
            response.widget_info(|| egui::WidgetInfo::labeled(egui::Role::Button, ready, &words));
            if response.on_hover_text(tr("train.both_tip")).on_disabled_hover_text(tr("train.no_data")).clicked() {
                commands.push(Command::ToggleBoth);
            }
            for slot in Slot::BOTH {
                ui.add_space(theme::GRID / 2.0);
                card(ui, |ui| model_card::ui(ui, view.model(slot), commands));
            }
        });
    }
}

fn card(ui: &mut Ui, add: impl FnOnce(&mut Ui)) {
    let palette = theme::of(ui);
    Frame::new().fill(palette.surfaces[0]).corner_radius(theme::GRID / 2.0).inner_margin(theme::GRID).show(ui, |ui| {
        ui.set_width(ui.available_width());
        add(ui);
    });
}

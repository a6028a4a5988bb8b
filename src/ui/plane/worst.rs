//! Lists of images: those that the encoder serves worst, and those that no place of a decoder without one reproduces.

use crate::explore::browse::{DataPart, ExamplePlace};
use crate::explore::field::POSTERIOR;
use crate::explore::posterior::{PlacedImages, WorstEncoded};
use crate::ui::command::{Command, DataCommand, PlaneCommand};
use crate::ui::text::{number, tr, whole};
use crate::ui::theme;
use crate::ui::view::View;
use eframe::egui::containers::menu::{MenuButton, MenuConfig};
use eframe::egui::{PopupCloseBehavior, RichText, Ui};
use rust_i18n::t;

/// Missed images that are listed.
const MISSED: usize = 20;

/// A button with the list, while posteriors are looked at of a model that has an encoder.
pub(super) fn chip(ui: &mut Ui, view: &View<'_>, commands: &mut Vec<Command>) {
    let settings = &view.settings.plane;
    let model = view.model(settings.model);
    if let Some(placed) = view.plane(settings.model).and_then(|known| known.placed.as_deref()) {
        return missed_chip(ui, view, placed, commands);
    }
    let shown = settings.show.get(POSTERIOR.id).unwrap_or(false) && model.has_encoder() && model.has_prior();
    if !shown || view.has_points() {
        return;
    }
    let stays = MenuConfig::new().close_behavior(PopupCloseBehavior::CloseOnClickOutside);
    let name = format!("{} {}", tr("plane.worst"), theme::signs::MENU);
    let (response, _) = MenuButton::new(name).config(stays).ui(ui, |ui| {
        ui.set_min_width(24.0 * theme::GRID);
        let known = view.plane(settings.model);
        match known.and_then(|known| known.gaps_measured) {
            Some(part) => {
                ui.label(t!("plane.worst_coming", part = format!("{:.0}", 100.0 * part)));
                if ui.button(tr("plane.worst_cancel")).clicked() {
                    commands.push(PlaneCommand::CancelGaps(view.slots.id(settings.model)).into());
                }
            }
            None => {
                if ui.button(tr("plane.worst_measure")).on_hover_text(tr("plane.worst_measure_tip")).clicked() {
                    commands.push(PlaneCommand::MeasureGaps(view.slots.id(settings.model)).into());
                }
            }
        }
        if let Some(worst) = known.and_then(|known| known.worst.as_deref()) {
            list(ui, view, worst, commands);
        }
    });
    response.on_hover_text(tr("plane.worst_tip"));
}

fn list(ui: &mut Ui, view: &View<'_>, found: &WorstEncoded, commands: &mut Vec<Command>) {
    let key = if found.is_part { "plane.worst_mean_slice" } else { "plane.worst_mean" };
    let mean = t!(key, images = whole(found.images as u64), step = whole(found.step), gap = number(found.mean_gap));
    ui.label(RichText::new(mean).color(theme::of(ui).text_secondary));
    for (image, evidence) in &found.worst {
        let class = view.data.and_then(|data| data.class_names().get(data.test.class(*image)?).cloned());
        let gap = number(evidence.gap());
        let words = match class {
            Some(class) => t!("plane.worst_image_class", image = image, class = class, gap = gap),
            None => t!("plane.worst_image", image = image, gap = gap),
        };
        if entry(ui, view, *image, &words) {
            commands.push(DataCommand::LookAtExample(ExamplePlace { part: DataPart::Test, index: *image }).into());
        }
    }
}

/// A test example on a list; whether it was clicked.
fn entry(ui: &mut Ui, view: &View<'_>, index: usize, words: &str) -> bool {
    let is_selected = view.browse.browse.example == Some(ExamplePlace { part: DataPart::Test, index });
    ui.selectable_label(is_selected, words).on_hover_text(tr("plane.worst_image_tip")).clicked()
}

/// A button with the list of the images that no place reproduces, the worst first.
fn missed_chip(ui: &mut Ui, view: &View<'_>, placed: &PlacedImages, commands: &mut Vec<Command>) {
    let stays = MenuConfig::new().close_behavior(PopupCloseBehavior::CloseOnClickOutside);
    let missed = placed.found.missed().count();
    let name = format!("{} {}", t!("plane.missed", count = whole(missed as u64)), theme::signs::MENU);
    let (response, _) = MenuButton::new(name).config(stays).ui(ui, |ui| {
        ui.set_min_width(24.0 * theme::GRID);
        for index in placed.worst().into_iter().take(MISSED) {
            let point = placed.points.of_image(index);
            let error = point.and_then(|point| placed.found.places.get(point)).map_or(0.0, |place| place.error);
            let class = view.data.and_then(|data| data.class_names().get(data.test.class(index)?).cloned());
            let error = number(f64::from(error));
            let words = match class {
                Some(class) => t!("plane.missed_image_class", image = index, class = class, error = error),
                None => t!("plane.missed_image", image = index, error = error),
            };
            if entry(ui, view, index, &words) {
                commands.push(DataCommand::LookAtExample(ExamplePlace { part: DataPart::Test, index }).into());
                let latent =
                    point.and_then(|point| placed.points.encoding.posterior(point)).map(|(mean, _)| mean.to_vec());
                let model = view.slots.id(view.settings.plane.model);
                commands.extend(latent.map(|latent| PlaneCommand::LookAt(model, latent).into()));
            }
        }
    });
    response.on_hover_text(tr("plane.missed_tip"));
}

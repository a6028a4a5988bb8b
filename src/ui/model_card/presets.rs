//! The presets to choose from, under a heading for each kind of family; those that cannot learn the data say why.

use super::thumbnails;
use crate::dataset::Dataset;
use crate::message::{Explain, Message};
use crate::model::{Config, FAMILIES};
use crate::ui::text::{explain, tr};
use crate::ui::theme;
use eframe::egui::text::{LayoutJob, TextFormat};
use eframe::egui::{Button, FontId, Role, ScrollArea, Ui, WidgetInfo, WidgetText};

/// How wide a line of the list is, in points.
const WIDTH: f32 = 68.0 * theme::GRID;

/// A preset's name and latent dimensions, and what it is for.
fn words(ui: &Ui, preset: &str) -> LayoutJob {
    let palette = theme::of(ui);
    let text = |size, color| TextFormat::simple(FontId::proportional(size), color);
    let mut job = LayoutJob::default();
    job.append(preset, 0.0, text(theme::TEXT_BODY, palette.text));
    if let Some(config) = Config::preset(preset) {
        let latent = format!("z {}", config.latent());
        job.append(&latent, theme::GRID, text(theme::TEXT_SMALL, palette.text_secondary));
    }
    let summary = tr(&format!("preset.{preset}"));
    job.append(&summary, theme::GRID, text(theme::TEXT_SMALL, palette.text_secondary));
    job
}

/// What keeps a preset from learning the data.
fn mistake_in(preset: &str, data: &Dataset) -> Option<Message> {
    let mut config = Config::preset(preset)?;
    config.adapt_to_data(data);
    config.check_on_data(data).err().map(|error| error.message())
}

/// Draws the list, with the one that is `chosen` marked; gives the one that was clicked. `data`: what is to be learned, once it
/// is open.
pub fn list(ui: &mut Ui, chosen: Option<&str>, data: Option<&Dataset>) -> Option<String> {
    ui.set_width(WIDTH.min(ui.ctx().content_rect().width() - 4.0 * theme::GRID));
    ui.spacing_mut().item_spacing.y = 0.0;
    let height = 0.8 * ui.ctx().content_rect().height();
    ScrollArea::vertical().max_height(height).show(ui, |ui| lines(ui, chosen, data)).inner
}

fn lines(ui: &mut Ui, chosen: Option<&str>, data: Option<&Dataset>) -> Option<String> {
    let mut clicked = None;
    let mut heading = "";
    for family in FAMILIES {
        if family.heading != heading {
            if !heading.is_empty() {
                ui.separator();
            }
            heading = family.heading;
            ui.label(theme::note(ui, tr(heading)));
        }
        for preset in family.presets {
            let is_chosen = chosen == Some(preset.name);
            let words = words(ui, preset.name);
            let button = match thumbnails::of(ui.ctx(), preset.name) {
                Some(plane) => Button::selectable(is_chosen, (plane, WidgetText::from(words))),
                None => Button::selectable(is_chosen, words),
            };
            let mistake = data.and_then(|data| mistake_in(preset.name, data));
            let can = mistake.is_none();
            let response = ui.add_enabled(can, button.truncate());
            response.widget_info(|| WidgetInfo::selected(Role::Button, can, is_chosen, preset.name));
            let response = response.on_hover_text(tr(&format!("preset.{}", preset.name)));
            let response = response.on_disabled_hover_ui(|ui| {
                if let Some(mistake) = &mistake {
                    ui.label(explain(mistake));
                }
            });
            if response.clicked() && !is_chosen {
                clicked = Some(preset.name.to_owned());
            }
        }
    }
    clicked
}

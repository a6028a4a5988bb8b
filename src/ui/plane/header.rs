//! What stands above the plane: whose it is, and as chips what its directions and its origin are; what is drawn of it.

use super::PlanePanel;
use super::basis;
use super::layers::LAYERS;
use super::settings::PlaneSettings;
use super::worst;
use crate::dataset::{Column, Split};
use crate::explore::coloring::{ColorBy, class_column, others};
use crate::explore::plane::{Plane, PlaneAxis};
use crate::explore::point_values::{ERROR_NAME, KL_NAME};
use crate::explore::tiles::LARGEST_GRID;
use crate::explore::viewport::Viewport;
use crate::model::ModelId;
use crate::ui::command::{Command, PlaneCommand, ViewCommand};
use crate::ui::settings::Settings;
use crate::ui::slot::Slot;
use crate::ui::text::{self, number, tr};
use crate::ui::theme;
use crate::ui::view::View;
use eframe::egui::containers::menu::{MenuButton, MenuConfig};
use eframe::egui::{self, Label, PopupCloseBehavior, RichText, ScrollArea, Sense, Slider, Ui};
use rust_i18n::t;

/// Letters of a model's name that the header has room for.
const LONGEST_NAME: usize = 16;
/// A list of dimensions is scrolled where it is longer, in points.
const LIST_HEIGHT: f32 = 40.0 * theme::GRID;

impl PlanePanel {
    pub(super) fn header(&mut self, ui: &mut Ui, view: &View<'_>, commands: &mut Vec<Command>) {
        let mut settings = view.settings.plane.clone();
        ui.horizontal_wrapped(|ui| {
            ui.spacing_mut().item_spacing.x = theme::GRID / 2.0;
            for slot in Slot::BOTH {
                let name = view.model(slot).name;
                let short: String = match name.chars().count() > LONGEST_NAME {
                    true => name.chars().take(LONGEST_NAME - 1).chain(['…']).collect(),
                    false => name.to_owned(),
                };
                let text = RichText::new(short).color(view.color(slot)).strong();
                ui.selectable_value(&mut settings.model, slot, text).on_hover_text(t!("plane.model_tip", name = name));
            }
            let slot = view.settings.plane.model;
            if let Some(plane) = view.plane(slot).and_then(|known| known.plane.as_deref()) {
                for axis in PlaneAxis::BOTH {
                    direction(ui, view, (axis, plane), commands);
                }
            }
            layers(ui, view, &mut settings);
            worst::chip(ui, view, commands);
            if ui.button(tr("plane.fit")).on_hover_text(tr("plane.fit_tip")).clicked() {
                self.asked_fit = true;
            }
            if ui.button(tr("plane.reset")).on_hover_text(tr("plane.reset_tip")).clicked() {
                self.reset_view(commands);
            }
            if view.model(slot).has_encoder() {
                self.outline_buttons(ui, view, commands);
            }
            // The last one: how long its words are changes as the plane is moved.
            if let Some(plane) = view.plane(slot).and_then(|known| known.plane.as_deref()) {
                origin(ui, view, plane, commands);
            }
        });
        if settings != view.settings.plane {
            let settings = Settings { plane: settings, ..view.settings.clone() };
            commands.push(ViewCommand::Settings(Box::new(settings)).into());
        }
    }

    /// Looks at the plane as it was looked at first.
    pub(super) fn reset_view(&mut self, commands: &mut Vec<Command>) {
        self.viewport = Viewport::default();
        commands.push(PlaneCommand::Viewport(self.viewport).into());
    }
}

/// What an axis is called: the dimension that it runs along, or its letter.
pub fn axis_name(plane: &Plane, axis: PlaneAxis) -> String {
    plane.dimension(axis).map_or_else(|| letter(axis).to_owned(), text::latent_dimension)
}

const fn letter(axis: PlaneAxis) -> &'static str {
    match axis {
        PlaneAxis::X => "x",
        PlaneAxis::Y => "y",
    }
}

/// A button with a list of choices, which is called by what is chosen now.
fn chip(ui: &mut Ui, text: String, tooltip: &str, config: MenuConfig, add: impl FnOnce(&mut Ui)) {
    let (response, _) = MenuButton::new(format!("{text} {}", theme::signs::MENU)).config(config).ui(ui, add);
    response.on_hover_text(tooltip);
}

/// Along what a direction runs: any dimension, those of highest KL first, or a random direction.
fn direction(ui: &mut Ui, view: &View<'_>, (axis, plane): (PlaneAxis, &Plane), commands: &mut Vec<Command>) {
    let slot = view.settings.plane.model;
    let model = view.slots.id(slot);
    let chosen = plane.dimension(axis);
    let source = plane.source(axis);
    let unnamed = || source.map_or_else(|| tr("plane.random"), basis::name);
    let what = chosen.filter(|_| source.is_none()).map_or_else(unnamed, text::latent_dimension);
    let points = view.plane(slot).and_then(|known| known.points.as_ref());
    let kl = points.map(|points| points.encoding.kl_per_dimension.as_slice()).filter(|_| view.model(slot).has_prior());
    let kl = kl.filter(|kl| kl.len() == plane.latent());
    let tooltip = tr(if kl.is_some() { "plane.direction_kl_tip" } else { "plane.direction_tip" });
    let tooltip = source.map_or_else(String::new, |source| basis::explanation(source) + "\n") + &tooltip;
    chip(ui, format!("{}: {what}", letter(axis)), &tooltip, MenuConfig::default(), |ui| {
        ui.set_min_width(16.0 * theme::GRID);
        if plane.latent() > 2 {
            let is_random = chosen.is_none() && source.is_none();
            if ui.selectable_label(is_random, tr("plane.random_directions")).clicked() {
                commands.push(PlaneCommand::RandomDirections(model).into());
            }
            basis::entries(ui, view, (axis, plane), commands);
        }
        let order = match kl {
            Some(kl) => Plane::by_kl(kl),
            None => (0..plane.latent()).collect(),
        };
        ScrollArea::vertical().max_height(LIST_HEIGHT).show(ui, |ui| {
            for dimension in order {
                let name = text::latent_dimension(dimension);
                let name = match kl.and_then(|kl| kl.get(dimension)) {
                    Some(kl) => t!("plane.dimension_kl", name = name, kl = number(f64::from(*kl))).into_owned(),
                    None => name,
                };
                if ui.selectable_label(chosen == Some(dimension), name).clicked() {
                    commands.push(PlaneCommand::Along(model, axis, dimension).into());
                    ui.close();
                }
            }
        });
    });
}

/// Where the plane's middle lies: at 0, at the cursor, or at the encoding of the image that is selected on the compare sheet.
fn origin(ui: &mut Ui, view: &View<'_>, plane: &Plane, commands: &mut Vec<Command>) {
    let slot = view.settings.plane.model;
    let model = view.slots.id(slot);
    let length = plane.origin.iter().map(|x| x * x).sum::<f32>().sqrt();
    let what = if length == 0.0 { "0".to_owned() } else { format!("|z| {length:.2}") };
    let name = t!("plane.origin", place = what).into_owned();
    if plane.latent() <= 2 {
        let label = ui.add(Label::new(theme::note(ui, name)).extend().sense(Sense::hover()));
        label.on_hover_text(tr("plane.origin_two_tip"));
        return;
    }
    chip(ui, name, &tr("plane.origin_tip"), MenuConfig::default(), |ui| {
        let mut entry = |ui: &mut Ui, enabled: bool, words: &str, tooltip: &str, command: Option<PlaneCommand>| {
            let button = ui.add_enabled(enabled, egui::Button::new(words));
            let button = button.on_hover_text(tooltip).on_disabled_hover_text(tooltip);
            if let (true, Some(command)) = (button.clicked(), command) {
                commands.push(command.into());
            }
        };
        let to_zero = Some(PlaneCommand::OriginToZero(model));
        entry(ui, length != 0.0, &tr("plane.origin_zero"), &tr("plane.origin_zero_tip"), to_zero);
        let at_cursor = Some(PlaneCommand::OriginToCursor(model));
        entry(ui, view.cursor != [0.0; 2], &tr("plane.origin_cursor"), &tr("plane.origin_cursor_tip"), at_cursor);
        let selected = selected_encoding(view, slot, model);
        let enabled = selected.is_some();
        entry(ui, enabled, &tr("plane.origin_selected"), &tr("plane.origin_selected_tip"), selected);
    });
}

/// Goes to where the model has the image that is selected on the compare sheet.
fn selected_encoding(view: &View<'_>, slot: Slot, model: ModelId) -> Option<PlaneCommand> {
    Some(PlaneCommand::LookAt(model, view.sheet.selected_latent(slot)?.to_vec()))
}

/// What is drawn: tiles along the longer side, and layers that show something of this model.
fn layers(ui: &mut Ui, view: &View<'_>, settings: &mut PlaneSettings) {
    let model = view.model(view.settings.plane.model);
    let stays = MenuConfig::new().close_behavior(PopupCloseBehavior::CloseOnClickOutside);
    chip(ui, tr("plane.layers"), &tr("plane.layers_tip"), stays, |ui| {
        for layer in LAYERS.iter().filter(|layer| (layer.applies)(model)) {
            let Some([name, explanation]) = layer.text_keys() else { continue };
            let mut shown = layer.is_shown(&settings.show);
            ui.horizontal(|ui| {
                if ui.checkbox(&mut shown, tr(&name)).on_hover_text(tr(&explanation)).changed() {
                    settings.show.set(layer.id, shown);
                }
                if layer.field.is_some() && shown {
                    opacity(ui, layer.id, &tr(&name), settings);
                }
            });
        }
        ui.separator();
        let mut grid = settings.grid.clamp(1, LARGEST_GRID);
        let slider = Slider::new(&mut grid, 1..=LARGEST_GRID).text(tr("plane.grid"));
        if ui.add(slider).on_hover_text(tr("plane.grid_help")).changed() {
            settings.grid = grid;
        }
        if model.has_encoder() || model.has_places() {
            let size = Slider::new(&mut settings.point_size, PlaneSettings::POINT_SIZES).logarithmic(true).suffix(" ×");
            ui.add(size.text(tr("plane.point_size"))).on_hover_text(tr("plane.point_size_tip"));
            let opacity = Slider::new(&mut settings.point_opacity, PlaneSettings::POINT_OPACITIES).fixed_decimals(2);
            ui.add(opacity.text(tr("plane.point_opacity"))).on_hover_text(tr("plane.point_opacity_tip"));
            if let Some(data) = view.data {
                color_by(ui, &data.test, model.has_prior(), &mut settings.color_by);
            }
        }
    });
}

/// How much a field hides.
fn opacity(ui: &mut Ui, id: &str, name: &str, settings: &mut PlaneSettings) {
    let mut opacity = settings.opacity_of(id);
    let slider = Slider::new(&mut opacity, PlaneSettings::FIELD_OPACITIES).fixed_decimals(2);
    let response = ui.add(slider).accessible_name(t!("plane.field_opacity", name = name));
    if response.on_hover_text(t!("plane.field_opacity", name = name)).changed() {
        settings.opacities.insert(id.to_owned(), opacity);
    }
}

/// By what the points are coloured: the class, another column, what the model says of it, or nothing.
fn color_by(ui: &mut Ui, split: &Split, has_prior: bool, chosen: &mut ColorBy) {
    let class = match class_column(split) {
        Some(column) if column.name != "class" => column.name.clone(),
        _ => tr("plane.class"),
    };
    let named = |column: &Column| (ColorBy::Column(column.name.clone()), column.name.clone());
    let mut choices = vec![(ColorBy::Class, class)];
    choices.extend(others(split).map(named));
    choices.extend(has_prior.then(|| (ColorBy::Kl, KL_NAME.to_owned())));
    choices.push((ColorBy::Error, ERROR_NAME.to_owned()));
    choices.push((ColorBy::Nothing, tr("plane.color_by_nothing")));
    // A column that this data does not have is its class.
    let now = if choices.iter().any(|(by, _)| by == chosen) { chosen.clone() } else { ColorBy::Class };
    let name = choices.iter().find(|(by, _)| *by == now).map(|(_, name)| name.as_str()).unwrap_or_default();
    let menu = ui.menu_button(t!("plane.color_by", column = name), |ui| {
        ui.set_min_width(16.0 * theme::GRID);
        ScrollArea::vertical().max_height(LIST_HEIGHT).show(ui, |ui| {
            for (by, name) in &choices {
                if ui.selectable_label(*by == now, name).clicked() {
                    *chosen = by.clone();
                }
            }
        });
    });
    menu.response.on_hover_text(tr("plane.color_by_tip"));
}

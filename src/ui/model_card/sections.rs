//! The sections of a card: a line of their names, of which at most one is open, so that both models' buttons are on the
//! screen at once.

use super::{fields, rate_curve};
use crate::model::{Config, LearningRate, ModelId, Section};
use crate::ui::text::tr;
use crate::ui::theme;
use crate::ui::view::ModelView;
use eframe::egui::{Button, Context, Id, RichText, Role, Ui, WidgetInfo};
use rust_i18n::t;

/// The sections that have a row for `config`, in the order of its fields; what changes while it trains stands open above.
fn sections(config: &Config) -> Vec<Section> {
    let mut sections = Vec::new();
    for row in config.family().fields.iter().filter_map(|field| field.card) {
        if row.section != Section::LIVE && !sections.contains(&row.section) {
            sections.push(row.section);
        }
    }
    sections
}

fn place_of(model: ModelId) -> Id {
    Id::unique(("open section", model))
}

/// The name of the section of a model's card that is open.
pub fn open_name(context: &Context, model: ModelId) -> Option<&'static str> {
    context.data(|data| data.get_temp::<Option<Section>>(place_of(model))).flatten().map(|section| section.0)
}

/// Opens the section of this name of a model's card; nothing where it has none.
pub fn open_named(context: &Context, model: ModelId, config: &Config, name: &str) {
    if let Some(section) = sections(config).into_iter().find(|section| section.0 == name) {
        context.data_mut(|data| data.insert_temp(place_of(model), Some(section)));
    }
}

/// Draws the line of names and what is open, and changes `config`.
pub fn ui(ui: &mut Ui, model: &ModelView<'_>, config: &mut Config) {
    let id = place_of(model.id);
    let before = ui.data(|data| data.get_temp::<Option<Section>>(id)).flatten();
    let mut open = before;
    let sections = sections(config);
    ui.horizontal_wrapped(|ui| {
        ui.spacing_mut().item_spacing.x = theme::GRID / 2.0;
        for section in &sections {
            if name(ui, model, *section, open == Some(*section)) {
                open = if open == Some(*section) { None } else { Some(*section) };
            }
        }
    });
    ui.data_mut(|data| data.insert_temp(id, open));
    let Some(section) = open.filter(|section| sections.contains(section)) else { return };
    let drawn = ui.scope(|ui| {
        fields::rows(ui, section, config);
        if let Some(rate) = LearningRate::of(config).filter(|_| section == Section::SCHEDULE) {
            rate_curve::ui(ui, model, &rate);
        }
        if let Some(warning) = (config.family().warning)(config, section) {
            ui.label(RichText::new(tr(warning)).small().color(theme::of(ui).warning));
        }
    });
    // What was just opened is moved to where it can be seen.
    if open != before {
        drawn.response.scroll_to_me(None);
    }
}

/// A section's name; true where it was clicked.
fn name(ui: &mut Ui, model: &ModelView<'_>, section: Section, open: bool) -> bool {
    let words = format!("section.{}", section.0);
    let response = ui.add(Button::selectable(open, RichText::new(tr(&words)).small()).frame_when_inactive(true));
    let named = format!("{words}_of");
    let name = t!(&named, slot = model.label());
    response.widget_info(|| WidgetInfo::selected(Role::Button, true, open, &name));
    ui.ctx().accesskit_node_builder(response.id, |node| node.set_expanded(open));
    response.on_hover_text(tr(&format!("{words}_tip"))).clicked()
}

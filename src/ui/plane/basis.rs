//! What a plane's directions can be beside dimensions: entries of the direction's list, and what they are called.

use crate::explore::codes::{Attribute, PlaneBasis};
use crate::explore::direction_source::{AttributeFigures, DirectionSource};
use crate::explore::plane::{Plane, PlaneAxis};
use crate::ui::command::{Command, PlaneCommand};
use crate::ui::text::{number, tr};
use crate::ui::theme;
use crate::ui::view::View;
use eframe::egui::{Button, ScrollArea, Ui};
use rust_i18n::t;

/// Letters of an attribute's name that the header has room for.
const LONGEST_NAME: usize = 14;
/// The list of attributes is scrolled where it is longer, in points.
const LIST_HEIGHT: f32 = 40.0 * theme::GRID;

/// What a direction is called that comes from codes or anchors.
pub(super) fn name(source: &DirectionSource) -> String {
    match source {
        DirectionSource::Component { number, share } => {
            t!("plane.component", number = number, share = format!("{:.0}", 100.0 * share)).into_owned()
        }
        DirectionSource::Anchors => tr("plane.of_anchors"),
        DirectionSource::Attribute(AttributeFigures { name, angle_deg, .. }) => {
            let short: String = match name.chars().count() > LONGEST_NAME {
                true => name.chars().take(LONGEST_NAME - 1).chain(['…']).collect(),
                false => name.clone(),
            };
            format!("{short} ± {angle_deg:.1}°")
        }
    }
}

/// What there is to know of it, with how sure it is.
pub(super) fn explanation(source: &DirectionSource) -> String {
    match source {
        DirectionSource::Component { number, share } => {
            t!("plane.component_tip", number = number, share = format!("{:.1}", 100.0 * share)).into_owned()
        }
        DirectionSource::Anchors => tr("plane.of_anchors_tip"),
        DirectionSource::Attribute(AttributeFigures { name, distance, error, angle_deg }) => t!(
            "plane.attribute_tip",
            name = name,
            distance = number(f64::from(*distance)),
            error = number(f64::from(*error)),
            ratio = format!("{:.0}", distance / error.max(f32::MIN_POSITIVE)),
            angle = format!("{angle_deg:.1}")
        )
        .into_owned(),
    }
}

/// The entries of a direction's list that are no dimensions.
pub(super) fn entries(ui: &mut Ui, view: &View<'_>, (axis, plane): (PlaneAxis, &Plane), commands: &mut Vec<Command>) {
    let slot = view.settings.plane.model;
    let (model, known) = (view.slots.id(slot), view.plane(slot));
    let mut lay = |basis: PlaneBasis| commands.push(PlaneCommand::Lay(model, basis).into());
    let has_codes = known.is_some_and(|known| known.points.is_some());
    let has_anchors = known.is_some_and(|known| known.anchors.plane(plane.latent()).is_some());
    let mut entry = |ui: &mut Ui, enabled: bool, words: String, tip: String, basis: PlaneBasis| {
        let button = ui.add_enabled(enabled, Button::selectable(false, words));
        if button.on_hover_text(tip.as_str()).on_disabled_hover_text(tip).clicked() {
            lay(basis);
            ui.close();
        }
    };
    entry(ui, has_codes, tr("plane.components"), tr("plane.components_tip"), PlaneBasis::Components);
    entry(ui, has_anchors, tr("plane.through_anchors"), tr("plane.through_anchors_tip"), PlaneBasis::Anchors);
    let attributes = view.data.map(|data| Attribute::all(&data.test)).filter(|all| has_codes && !all.is_empty());
    if let Some(attributes) = attributes {
        let menu = ui.menu_button(tr("plane.attributes"), |ui| {
            ui.set_min_width(16.0 * theme::GRID);
            ScrollArea::vertical().max_height(LIST_HEIGHT).show(ui, |ui| {
                for (attribute, name) in attributes {
                    let (words, tip) = match attribute {
                        Attribute::Class(_) => ("plane.class_attribute", "plane.class_attribute_tip"),
                        Attribute::Column(_) => ("plane.column_attribute", "plane.column_attribute_tip"),
                    };
                    let basis = PlaneBasis::Attribute(axis, attribute);
                    entry(ui, true, t!(words, name = name).into_owned(), t!(tip, name = name).into_owned(), basis);
                }
            });
        });
        menu.response.on_hover_text(tr("plane.attributes_tip"));
    }
    ui.separator();
}

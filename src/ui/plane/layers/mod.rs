//! What lies on the plane: one file a layer, and one line in the list.
//!
//! A new layer is a file here (its arithmetic in `explore`), its line in [`LAYERS`], and where it has a switch its texts
//! `plane_layer.<id>` and `plane_layer.<id>_tip`.

mod anchors;
mod card;
mod cursor;
mod density;
mod drawing;
mod field;
mod layer;
mod legend;
mod line;
mod map;
mod mixture;
mod places;
mod points;
mod posterior;
mod rings;
mod scale;
mod selected;
mod steps;
mod ticks;
mod tiles;

pub use layer::{PlaneFrame, PlaneLayer};

use super::settings::LayerSwitches;
use crate::explore::field::{
    AGGREGATE, CLASSES, CRITIC, DISAGREEMENT, POSTERIOR, PlaneField, SENSITIVITY, UNCERTAINTY, UNSUPPORTED,
};
use crate::snapshot::Prior;
use crate::ui::view::ModelView;
use field::FieldLayer;

/// A line of the list.
#[derive(Clone, Copy)]
pub struct LayerEntry {
    /// What the settings call it.
    pub id: &'static str,
    /// Whether it is drawn, and whether a person can change that.
    pub switch: Switch,
    /// Whether a model has what it shows.
    pub applies: Applies,
    /// What it draws, where that is a field.
    pub field: Option<&'static PlaneField>,
    /// Makes it.
    pub make: fn() -> Box<dyn PlaneLayer>,
}

/// Whether a layer is drawn as long as nobody has said otherwise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Switch {
    /// Always; it has no switch.
    Always,
    /// It has a switch, which is on at first.
    On,
    /// It has a switch, which is off at first.
    Off,
}

/// The id of the decoded tiles.
pub const TILES: &str = "tiles";
/// The id of the encoded points.
pub const POINTS: &str = "points";
/// The id of the places that are looked for where there is no encoder.
pub const PLACES: &str = "places";

/// Whether a model has what a layer shows.
pub type Applies = fn(&ModelView<'_>) -> bool;

/// Of layers that show something of every model, of those with a prior, of those with an encoder.
const ALL: Applies = |_| true;
const PRIOR: Applies = |model| model.has_prior();
const RINGS: Applies = |model| model.has_prior() && !has_mixture(model);
const ENCODER: Applies = |model| model.has_encoder();
const POINTED: Applies = |model| model.has_encoder() || model.has_places();
const PLACED: Applies = |model| model.has_places();
const POSTERIORS: Applies = |model| model.has_encoder() && model.has_prior();
const HAS_CRITIC: Applies = |model| model.snapshot.is_some_and(|snapshot| snapshot.critic.is_some());
const WEIGHT_POSTERIOR: Applies =
    |model| model.snapshot.is_some_and(|snapshot| snapshot.decoder.deviations().is_some());

/// Whether its latents are drawn from a mixture.
fn has_mixture(model: &ModelView<'_>) -> bool {
    model.snapshot.is_some_and(|snapshot| snapshot.prior != Prior::StandardNormal)
}

/// The layer of a field: off at first.
const fn layer_of(field: &'static PlaneField, applies: Applies, make: fn() -> Box<dyn PlaneLayer>) -> LayerEntry {
    LayerEntry { id: field.id, switch: Switch::Off, applies, field: Some(field), make }
}

/// A layer that is no field.
const fn layer(id: &'static str, switch: Switch, applies: Applies, make: fn() -> Box<dyn PlaneLayer>) -> LayerEntry {
    LayerEntry { id, switch, applies, field: None, make }
}

/// All layers, the lowest first.
pub const LAYERS: &[LayerEntry] = &[
    layer(TILES, Switch::On, ALL, || Box::<tiles::TilesLayer>::default()),
    layer_of(&AGGREGATE, POSTERIORS, || Box::new(FieldLayer::new(&AGGREGATE))),
    layer_of(&CLASSES, ALL, || Box::new(FieldLayer::new(&CLASSES))),
    layer_of(&SENSITIVITY, ALL, || Box::new(FieldLayer::new(&SENSITIVITY))),
    layer_of(&CRITIC, HAS_CRITIC, || Box::new(FieldLayer::new(&CRITIC))),
    layer_of(&DISAGREEMENT, ALL, || Box::new(FieldLayer::new(&DISAGREEMENT))),
    layer_of(&UNCERTAINTY, WEIGHT_POSTERIOR, || Box::new(FieldLayer::new(&UNCERTAINTY))),
    layer_of(&UNSUPPORTED, POSTERIORS, || Box::new(FieldLayer::new(&UNSUPPORTED))),
    layer_of(&POSTERIOR, PRIOR, || Box::new(FieldLayer::new(&POSTERIOR))),
    layer("rings", Switch::On, RINGS, || Box::new(rings::RingsLayer)),
    layer("density", Switch::Off, POINTED, || Box::<density::DensityLayer>::default()),
    layer(POINTS, Switch::On, POINTED, || Box::<points::PointsLayer>::default()),
    layer(PLACES, Switch::Off, PLACED, || Box::new(places::PlacesLayer)),
    layer("mixture", Switch::On, has_mixture, || Box::new(mixture::MixtureLayer)),
    layer("ticks", Switch::Always, ALL, || Box::new(ticks::TicksLayer)),
    layer("ellipses", Switch::Always, PRIOR, || Box::new(posterior::PosteriorLayer)),
    layer("drawing", Switch::Always, ENCODER, || Box::<drawing::DrawingLayer>::default()),
    layer("line", Switch::Always, ALL, || Box::new(line::LineLayer)),
    layer("anchors", Switch::Always, ALL, || Box::new(anchors::AnchorsLayer)),
    layer("selected", Switch::Always, ALL, || Box::new(selected::SelectedLayer)),
    layer("cursor", Switch::Always, ALL, || Box::new(cursor::CursorLayer)),
    layer("legend", Switch::On, POINTED, || Box::new(legend::LegendLayer)),
    layer("map", Switch::Always, ALL, || Box::new(map::MapLayer)),
    layer("steps", Switch::Always, ALL, || Box::new(steps::StepsLayer)),
    layer("card", Switch::Always, POINTED, || Box::<card::CardLayer>::default()),
];

impl LayerEntry {
    /// The keys of its switch's name and explanation, where it has one.
    pub fn text_keys(&self) -> Option<[String; 2]> {
        let keys = ["", "_tip"].map(|ending| format!("plane_layer.{}{ending}", self.id));
        (self.switch != Switch::Always).then_some(keys)
    }

    /// Whether it is drawn.
    pub fn is_shown(&self, switches: &LayerSwitches) -> bool {
        match self.switch {
            Switch::Always => true,
            Switch::On => switches.get(self.id).unwrap_or(true),
            Switch::Off => switches.get(self.id).unwrap_or(false),
        }
    }
}

/// Whether the layer of an id is drawn.
pub fn is_shown(id: &str, switches: &LayerSwitches) -> bool {
    LAYERS.iter().any(|layer| layer.id == id && layer.is_shown(switches))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_and_a_switch_that_nobody_touched_is_as_the_list_says() {
        let untouched = LayerSwitches::default();
        for (index, layer) in LAYERS.iter().enumerate() {
            assert!(LAYERS.iter().skip(index + 1).all(|other| other.id != layer.id), "{}", layer.id);
            assert_eq!(layer.is_shown(&untouched), layer.switch != Switch::Off, "{}", layer.id);
        }
        assert!(!is_shown(POINTS, &untouched.with(POINTS, false)));
        assert!(!is_shown("no such layer", &LayerSwitches::default()));
    }
}

//! What is drawn on the plane: kept from one session to the next.

use crate::explore::coloring::ColorBy;
use crate::explore::tiles::LARGEST_GRID;
use crate::ui::slot::Slot;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::ops::RangeInclusive;

/// Whose plane is shown, and how.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct PlaneSettings {
    /// Whose plane it is.
    pub model: Slot,
    /// Tiles along the longer side.
    pub grid: usize,
    /// How large points are drawn, against as they are at first.
    pub point_size: f32,
    /// How much points hide of what lies under them.
    pub point_opacity: f32,
    /// By what points are coloured.
    pub color_by: ColorBy,
    /// ψ: fresh latents are so many times the prior's draws.
    pub truncation: f32,
    /// Which layers are drawn.
    pub show: LayerSwitches,
    /// How much of what lies under them fields hide that somebody has changed, by their ids.
    pub opacities: BTreeMap<String, f32>,
}

impl Default for PlaneSettings {
    fn default() -> Self {
        Self {
            model: Slot::A,
            grid: 20,
            point_size: 1.0,
            point_opacity: 1.0,
            color_by: ColorBy::default(),
            truncation: 1.0,
            show: LayerSwitches::default(),
            opacities: BTreeMap::new(),
        }
    }
}

impl PlaneSettings {
    /// What a point's size can be.
    pub const POINT_SIZES: RangeInclusive<f32> = 0.25..=4.0;
    /// What a point's opacity can be.
    pub const POINT_OPACITIES: RangeInclusive<f32> = 0.05..=1.0;

    /// What a field's opacity can be, and is at first.
    pub const FIELD_OPACITIES: RangeInclusive<f32> = 0.05..=1.0;
    const FIELD_OPACITY: f32 = 0.7;

    /// How much of what lies under it a field hides.
    pub fn opacity_of(&self, field: &str) -> f32 {
        self.opacities.get(field).copied().unwrap_or(Self::FIELD_OPACITY)
    }
    /// What the truncation can be.
    pub const TRUNCATIONS: RangeInclusive<f32> = 0.05..=1.5;

    /// Numbers that the plane could not be drawn with become the default's.
    #[must_use]
    pub fn made_whole(mut self) -> Self {
        let whole = Self::default();
        self.grid = self.grid.clamp(1, LARGEST_GRID);
        if !Self::POINT_SIZES.contains(&self.point_size) {
            self.point_size = whole.point_size;
        }
        self.opacities.retain(|_, opacity| Self::FIELD_OPACITIES.contains(opacity));
        if !Self::POINT_OPACITIES.contains(&self.point_opacity) {
            self.point_opacity = whole.point_opacity;
        }
        if !Self::TRUNCATIONS.contains(&self.truncation) {
            self.truncation = whole.truncation;
        }
        self
    }
}

/// Which layers were switched on or off, by their ids; of the others each layer says itself whether it is on at first.
/// Ids that this program does not know are kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct LayerSwitches(BTreeMap<String, bool>);

impl LayerSwitches {
    /// Whether a layer was switched on or off; `None` where nobody has touched its switch.
    pub fn get(&self, id: &str) -> Option<bool> {
        self.0.get(id).copied()
    }

    /// Switches a layer on or off.
    pub fn set(&mut self, id: &str, on: bool) {
        self.0.insert(id.to_owned(), on);
    }

    /// The same with a layer switched on or off.
    #[must_use]
    pub fn with(mut self, id: &str, on: bool) -> Self {
        self.set(id, on);
        self
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_state_from_before_there_were_layers_is_read_and_unknown_ids_are_kept() {
        let old =
            r#"{"model":"B","grid":9,"show":{"tiles":true,"points":false,"rings":true,"legend":true,"later":false}}"#;
        let settings: PlaneSettings = serde_json::from_str(old).unwrap();
        assert_eq!((settings.model, settings.grid), (Slot::B, 9));
        assert_eq!((settings.show.get("points"), settings.show.get("tiles")), (Some(false), Some(true)));
        assert_eq!(settings.show.get("density"), None, "a new layer is as it is at first");
        assert_eq!(settings.color_by, ColorBy::Class);
        let written = serde_json::to_string(&settings).unwrap();
        assert!(written.contains("\"later\":false"), "{written}");
        assert_eq!(serde_json::from_str::<PlaneSettings>(&written).unwrap(), settings);
    }
}

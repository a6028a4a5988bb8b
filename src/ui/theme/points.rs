//! The colours of encoded points: of classes and categories, and of a scale.

use super::{CLASSES, class_color};
use crate::explore::coloring::{LEVELS, NO_NUMBER, PointKey};
use crate::picture::ColorMap;
use eframe::egui::Color32;

/// The colour of what has no number, and of the categories that have no colour of their own.
const REST: Color32 = Color32::from_rgb(0x8C, 0x92, 0x9E);

/// The colour of a part of a scale, in [0, 1]: from dark violet to yellow, rising in lightness, so that people of any colour
/// vision can tell more from less.
pub fn scale_color(part: f32) -> Color32 {
    let [red, green, blue] = ColorMap::Viridis.rgb(part);
    Color32::from_rgb(red, green, blue)
}

/// The colour of a group of points.
pub fn group_color(key: &PointKey, group: usize) -> Color32 {
    match key {
        PointKey::Class | PointKey::Alike => class_color(group),
        PointKey::Categories { names, others: true } if group >= names.len().min(CLASSES.len()) => REST,
        PointKey::Categories { .. } => class_color(group),
        PointKey::Scale(_) if group >= NO_NUMBER => REST,
        PointKey::Scale(_) => scale_color((group as f32 + 0.5) / LEVELS as f32),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance, as WCAG 2 has it.
    fn luminance(color: Color32) -> f32 {
        let linear = |byte: u8| (f32::from(byte) / 255.0).powf(2.2);
        0.2126 * linear(color.r()) + 0.7152 * linear(color.g()) + 0.0722 * linear(color.b())
    }

    #[test]
    fn a_scale_rises_in_lightness_so_that_hue_is_not_needed() {
        let lights: Vec<f32> = (0..=20).map(|part| luminance(scale_color(part as f32 / 20.0))).collect();
        assert!(lights.windows(2).all(|two| two[1] > two[0]), "{lights:?}");
        assert!(lights[20] > 10.0 * lights[0], "{lights:?}");
    }
}

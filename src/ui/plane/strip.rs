//! The row of images along a line or a path, below the plane.

use crate::explore::line::PlaneLine;
use crate::explore::path::PATH_IMAGES;
use crate::gpu::TextureSlot;
use crate::ui::theme;

/// Side of an image, in points: at least, and at most.
const SIDES: (f32, f32) = (16.0, 72.0);
/// What the button beside the images takes, in points.
const BUTTON: f32 = 4.5 * theme::GRID;
const _: () = assert!(PATH_IMAGES == PlaneLine::IMAGES);

/// Where the images are drawn.
#[derive(Default)]
pub(super) struct ImageStrip {
    pub on_device: TextureSlot,
    pub of_cpu: TextureSlot,
    /// The image that its menu was opened over, by its place.
    pub menu_place: usize,
}

/// The side of an image in so wide a panel, in points.
pub(super) fn side(width: f32) -> f32 {
    ((width - BUTTON) / PATH_IMAGES as f32).floor().clamp(SIDES.0, SIDES.1)
}

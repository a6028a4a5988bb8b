//! A panel as a picture: the window's own, and what is cut out of it.

use crate::ui::pane::Pane;
use crossbeam_channel::Sender;
use eframe::egui::{ColorImage, Rect};
use image::{Rgb, RgbImage};
use std::sync::Arc;

/// A panel whose picture is taken with the next frame.
pub(super) struct PanelCapture {
    pub pane: Pane,
    pub sender: Sender<CapturedWindow>,
}

/// The whole window, and where the panel is on it.
pub(super) struct CapturedWindow {
    pub window: Arc<ColorImage>,
    /// In points.
    pub place: Rect,
    pub pixels_per_point: f32,
}

/// A panel as it was on the screen.
pub struct PanelPicture {
    /// The panel.
    pub pane: Pane,
    /// Its pixels.
    pub picture: Arc<RgbImage>,
}

impl CapturedWindow {
    /// The panel alone; `None` where it is not on the window.
    pub fn cut_out(&self) -> Option<RgbImage> {
        cut_out(&self.window, self.place, self.pixels_per_point)
    }
}

/// The pixels of a place given in points, as far as they are on the picture; `None` where none is.
fn cut_out(window: &ColorImage, place: Rect, pixels_per_point: f32) -> Option<RgbImage> {
    let [width, height] = window.size;
    let pixel = |points: f32, most: usize| ((points * pixels_per_point).round().max(0.0) as usize).min(most);
    let (left, right) = (pixel(place.left(), width), pixel(place.right(), width));
    let (top, bottom) = (pixel(place.top(), height), pixel(place.bottom(), height));
    if left >= right || top >= bottom {
        return None;
    }
    let row = |y: usize| window.pixels.get(y * width + left..y * width + right).unwrap_or_default();
    let pixels = (top..bottom).flat_map(row).flat_map(|color| Rgb([color.r(), color.g(), color.b()]).0).collect();
    RgbImage::from_raw((right - left) as u32, (bottom - top) as u32, pixels)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use eframe::egui::{Color32, pos2};

    #[test]
    fn a_place_is_cut_out_in_pixels_and_no_further_than_the_window() {
        let pixels = (0..60).map(|at| Color32::from_rgb(at, 100 + at, 7)).collect();
        let window = ColorImage::new([10, 6], pixels);
        let cut = |left: f32, top: f32, right: f32, bottom: f32, by: f32| {
            cut_out(&window, Rect::from_min_max(pos2(left, top), pos2(right, bottom)), by)
        };
        let found = cut(1.0, 1.0, 4.0, 2.0, 2.0).unwrap();
        assert_eq!(found.dimensions(), (6, 2));
        assert_eq!((found.get_pixel(0, 0).0, found.get_pixel(5, 1).0), ([22, 122, 7], [37, 137, 7]));
        assert_eq!(cut(-3.0, -3.0, 99.0, 99.0, 1.0).unwrap().dimensions(), (10, 6), "as far as there is something");
        assert_eq!(cut(0.0, 0.0, 1.5, 1.5, 1.0).unwrap().dimensions(), (2, 2));
        for nothing in [cut(20.0, 0.0, 30.0, 5.0, 1.0), cut(3.0, 3.0, 3.0, 5.0, 1.0), cut(0.0, 0.0, 9.0, 5.0, f32::NAN)]
        {
            assert!(nothing.is_none());
        }
    }
}

//! Frames as H.264 has them: BT.601, limited range, a quarter of the pixels for colour.

use image::RgbImage;

/// A frame with even sides: luma `[height, width]`, both chromas `[height / 2, width / 2]`.
pub(super) struct YuvFrame {
    pub size: [usize; 2],
    pub y: Vec<u8>,
    pub u: Vec<u8>,
    pub v: Vec<u8>,
}

impl YuvFrame {
    pub fn new(size: [u32; 2]) -> Self {
        let size = size.map(|side| side as usize);
        let area = size[0] * size[1];
        Self { size, y: vec![0; area], u: vec![0; area / 4], v: vec![0; area / 4] }
    }

    /// Takes a picture; its last column and row are repeated where it is smaller.
    pub fn fill(&mut self, picture: &RgbImage) {
        let [width, height] = self.size;
        let (last_x, last_y) = (picture.width().saturating_sub(1), picture.height().saturating_sub(1));
        let pixel = |x: usize, y: usize| {
            let found = picture.get_pixel_checked((x as u32).min(last_x), (y as u32).min(last_y));
            found.map_or([0.0; 3], |pixel| pixel.0.map(f32::from))
        };
        for top in (0..height).step_by(2) {
            for left in (0..width).step_by(2) {
                let mut mean = [0.0; 3];
                for (x, y) in [(left, top), (left + 1, top), (left, top + 1), (left + 1, top + 1)] {
                    let rgb = pixel(x, y);
                    mean.iter_mut().zip(rgb).for_each(|(mean, value)| *mean += value / 4.0);
                    if let Some(luma) = self.y.get_mut(y * width + x) {
                        *luma = (16.0 + (65.481 * rgb[0] + 128.553 * rgb[1] + 24.966 * rgb[2]) / 255.0).round() as u8;
                    }
                }
                let place = top / 2 * (width / 2) + left / 2;
                let [red, green, blue] = mean;
                if let (Some(u), Some(v)) = (self.u.get_mut(place), self.v.get_mut(place)) {
                    *u = (128.0 + (-37.797 * red - 74.203 * green + 112.0 * blue) / 255.0).round() as u8;
                    *v = (128.0 + (112.0 * red - 93.786 * green - 18.214 * blue) / 255.0).round() as u8;
                }
            }
        }
    }
}

//! One image as bytes: what the window draws and what files hold.

use super::colormap::ColorMap;
use crate::dataset::ImageShape;
use crate::explore::compare::pixel_error;
use crate::explore::tiles::fresh_id;
use std::sync::Arc;

/// An image ready to be drawn. Cloning shares the pixels.
#[derive(Clone, Debug)]
pub struct Bitmap {
    id: u64,
    size: [usize; 2],
    /// 1: entries of a colour map; 4: red, green, blue, opaque.
    channels: usize,
    signed: bool,
    bytes: Arc<[u8]>,
}

impl Bitmap {
    /// From values in [0, 1], `[shape.values()]`. Three channels are colour; any other number is averaged to grey.
    pub fn new(shape: ImageShape, values: &[f32]) -> Self {
        Self::with(shape, values, false)
    }

    /// From values in [−1, 1], `[shape.values()]`, to be drawn blue–white–red about zero, one figure a pixel:
    /// [`pixel_error`].
    pub fn signed(shape: ImageShape, values: &[f32]) -> Self {
        Self::with(shape, values, true)
    }

    /// Images of one shape side by side, `columns` a row, as one: one texture for all of them.
    pub fn montage(shape: ImageShape, images: &[Vec<f32>], columns: usize) -> Self {
        let columns = columns.max(1);
        let rows = images.len().div_ceil(columns).max(1);
        let whole = ImageShape { channels: shape.channels, height: rows * shape.height, width: columns * shape.width };
        let mut values = vec![0.0; whole.values()];
        for (place, image) in images.iter().enumerate() {
            let (left, top) = (place % columns * shape.width, place / columns * shape.height);
            for channel in 0..shape.channels {
                for y in 0..shape.height {
                    let from = (channel * shape.height + y) * shape.width;
                    let to = (channel * whole.height + top + y) * whole.width + left;
                    if let (Some(to), Some(from)) =
                        (values.get_mut(to..to + shape.width), image.get(from..from + shape.width))
                    {
                        to.copy_from_slice(from);
                    }
                }
            }
        }
        Self::new(whole, &values)
    }

    fn with(shape: ImageShape, values: &[f32], signed: bool) -> Self {
        let area = shape.width * shape.height;
        let map = if signed { ColorMap::Signed } else { ColorMap::Grey };
        let value = |channel: usize, pixel: usize| values.get(channel * area + pixel).copied().unwrap_or(0.0);
        let color = shape.is_color() && !signed;
        let bytes: Arc<[u8]> = if color {
            let pixel = |p: usize| [map.entry(value(0, p)), map.entry(value(1, p)), map.entry(value(2, p)), 255];
            (0..area).flat_map(pixel).collect()
        } else {
            let mean = |p: usize| (0..shape.channels).map(|c| value(c, p)).sum::<f32>() / shape.channels.max(1) as f32;
            let figure = |p: usize| if signed { pixel_error(shape, values, p) } else { mean(p) };
            (0..area).map(|p| map.entry(figure(p))).collect()
        };
        let channels = if color { 4 } else { 1 };
        Self { id: fresh_id(), size: [shape.width, shape.height], channels, signed, bytes }
    }

    /// Unlike that of any other image in this process.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// Width and height in its own pixels.
    pub fn size(&self) -> [usize; 2] {
        self.size
    }

    /// Bytes a pixel: 1 (an entry of a colour map) or 4 (red, green, blue, opaque).
    pub fn channels(&self) -> usize {
        self.channels
    }

    /// `[height, width, channels]`.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The colour map that it is drawn with where this one is chosen for grey images.
    pub fn map(&self, chosen: ColorMap) -> ColorMap {
        match (self.signed, chosen) {
            (true, _) => ColorMap::Signed,
            (false, ColorMap::Signed) => ColorMap::Grey,
            (false, other) => other,
        }
    }

    /// By which whole number it is enlarged to be looked at elsewhere: its shorter side has 256 pixels then, or more, and its
    /// longer one no more than 8 192 for that.
    pub fn enlargement(&self) -> usize {
        let [shorter, longer] = [self.size[0].min(self.size[1]).max(1), self.size[0].max(self.size[1]).max(1)];
        256usize.div_ceil(shorter).min(8192 / longer).max(1)
    }

    /// Its pixels as greys or colours, each of them `factor × factor`, `[factor·height, factor·width, 3]`.
    pub fn enlarged(&self, factor: usize) -> Vec<u8> {
        let (rgb, width) = (self.rgb(ColorMap::Grey), self.size[0].max(1));
        let wide = |row: &[u8]| -> Vec<u8> { row.chunks_exact(3).flat_map(|pixel| pixel.repeat(factor)).collect() };
        rgb.chunks_exact(3 * width).flat_map(|row| wide(row).repeat(factor)).collect()
    }

    /// Its pixels as the screen shows them, `[height, width, 3]`; what an exported picture has.
    pub fn rgb(&self, map: ColorMap) -> Vec<u8> {
        rgb(&self.bytes, self.channels, self.map(map))
    }
}

/// Red, green and blue of pixels of 1 byte (entries of a colour map) or 4 bytes (red, green, blue, opaque).
pub(super) fn rgb(bytes: &[u8], channels: usize, map: ColorMap) -> Vec<u8> {
    let table = map.table();
    match channels {
        1 => bytes.iter().flat_map(|entry| table.get(usize::from(*entry)).copied().unwrap_or_default()).collect(),
        _ => bytes.chunks_exact(4).flat_map(|pixel| pixel.iter().take(3).copied()).collect(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn bitmaps_take_their_colours_from_the_map_or_from_their_channels() {
        let grey = Bitmap::new(ImageShape::grey(1, 2), &[0.0, 1.0]);
        assert_eq!(grey.rgb(ColorMap::Grey), [0, 0, 0, 255, 255, 255]);
        assert_eq!(grey.rgb(ColorMap::Magma)[..3], ColorMap::Magma.rgb(0.0));
        let colour = Bitmap::new(ImageShape { channels: 3, height: 1, width: 1 }, &[1.0, 0.5, 0.0]);
        assert_eq!(colour.rgb(ColorMap::Magma), [255, 128, 0]);
        let error = Bitmap::signed(ImageShape::grey(1, 3), &[-1.0, 0.0, 1.0]);
        assert_eq!(error.rgb(ColorMap::Grey)[3..6], [255, 255, 255]);
        // Too red and not blue enough is not right, though as bright as it should be.
        let error = Bitmap::signed(ImageShape { channels: 3, height: 1, width: 1 }, &[0.5, 0.0, -1.0]);
        assert_eq!(error.rgb(ColorMap::Grey), ColorMap::Signed.rgb(-1.0));
        assert_eq!(Bitmap::new(ImageShape::grey(2, 2), &[]).rgb(ColorMap::Grey), [0; 12]);
    }

    #[test]
    fn what_is_enlarged_has_each_pixel_as_a_block() {
        let picture = Bitmap::new(ImageShape::grey(1, 2), &[0.0, 1.0]);
        let row = [0, 0, 0, 0, 0, 0, 255, 255, 255, 255, 255, 255];
        assert_eq!(picture.enlarged(2), [row, row].concat());
        let factor = |height, width| Bitmap::new(ImageShape::grey(height, width), &[]).enlargement();
        assert_eq!([factor(28, 28), factor(256, 300), factor(64, 1000), factor(1, 9000)], [10, 1, 4, 1]);
    }

    #[test]
    fn a_montage_has_each_image_in_its_place() {
        let shape = ImageShape::grey(1, 2);
        let picture = Bitmap::montage(shape, &[vec![0.0, 1.0], vec![1.0, 0.0], vec![1.0, 1.0]], 2);
        assert_eq!(picture.size(), [4, 2]);
        let bytes: Vec<u8> = picture.rgb(ColorMap::Grey).into_iter().step_by(3).collect();
        assert_eq!(bytes, [0, 255, 255, 0, 255, 255, 0, 0]);
    }
}

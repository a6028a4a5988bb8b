//! Small pictures of examples.

use super::bitmap::Bitmap;
use crate::dataset::ImageShape;

/// A picture of an image whose longer side has `most` pixels at most: of a larger one each pixel is the mean of a block.
pub fn thumbnail(shape: ImageShape, values: &[f32], most: usize) -> Bitmap {
    let block = shape.width.max(shape.height).div_ceil(most.max(1)).max(1);
    if block == 1 {
        return Bitmap::new(shape, values);
    }
    let small = ImageShape {
        channels: shape.channels,
        height: shape.height.div_ceil(block),
        width: shape.width.div_ceil(block),
    };
    let mut sums = vec![0.0f32; small.values()];
    let mut counts = vec![0.0f32; small.height * small.width];
    let lines = values.chunks_exact(shape.width.max(1)).take(shape.channels * shape.height);
    for (line, row) in lines.zip(0..) {
        let (channel, y) = (row / shape.height, row % shape.height / block);
        for (x, pixels) in line.chunks(block).enumerate() {
            let place = y * small.width + x;
            if let Some(sum) = sums.get_mut(channel * counts.len() + place) {
                *sum += pixels.iter().sum::<f32>();
            }
            if let Some(count) = counts.get_mut(place).filter(|_| channel == 0) {
                *count += pixels.len() as f32;
            }
        }
    }
    for channel in sums.chunks_exact_mut(counts.len().max(1)) {
        channel.iter_mut().zip(&counts).for_each(|(sum, count)| *sum /= count.max(1.0));
    }
    Bitmap::new(small, &sums)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::picture::ColorMap;

    #[test]
    fn a_large_image_is_made_of_the_means_of_blocks_and_a_small_one_stays() {
        let values: Vec<f32> = [1.0, 1.0, 0.0, 0.0, 1.0, 1.0, 0.0, 1.0, 0.2].into();
        let shape = ImageShape::grey(3, 3);
        let small = thumbnail(shape, &values, 2);
        assert_eq!(small.size(), [2, 2]);
        let grey = |part: f32| (part * 255.0).round() as u8;
        let bytes: Vec<u8> = small.rgb(ColorMap::Grey).into_iter().step_by(3).collect();
        assert_eq!(bytes, [grey(0.75), grey(0.5), grey(0.5), grey(0.2)]);
        assert_eq!(thumbnail(shape, &values, 3).size(), [3, 3]);
        let color = ImageShape { channels: 3, height: 2, width: 2 };
        let red = thumbnail(color, &[1.0, 1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0], 1);
        assert_eq!(red.rgb(ColorMap::Grey), [255, 0, 0]);
    }
}

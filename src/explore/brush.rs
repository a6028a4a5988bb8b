//! A round pen on an image: strokes as values in [0, 1], with soft edges.

use crate::dataset::ImageShape;
use serde::{Deserialize, Serialize};

/// One stroke of the pen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PadStroke {
    /// Where the pen went, in pixels of the image from its upper left corner.
    pub points: Vec<[f32; 2]>,
    /// The pen's width in pixels.
    pub width: f32,
    /// Red, green and blue; grey images take the first.
    pub color: [u8; 3],
}

/// Lays a stroke over an image: what it covers takes its colour, by as much as it covers.
pub fn draw(values: &mut [f32], stroke: &PadStroke, shape: ImageShape) {
    let ImageShape { channels, height, width } = shape;
    let radius = (stroke.width / 2.0).max(0.0);
    let reach = radius + 0.5;
    let mut covered = vec![0.0f32; height * width];
    let points = &stroke.points;
    for (place, to) in points.iter().enumerate() {
        let from = place.checked_sub(1).and_then(|before| points.get(before)).unwrap_or(to);
        let span = |axis: usize, count: usize| {
            let (low, high) = (from[axis].min(to[axis]) - reach, from[axis].max(to[axis]) + reach);
            (low.floor().max(0.0) as usize).min(count)..(high.ceil().max(0.0) as usize).min(count)
        };
        for row in span(1, height) {
            for column in span(0, width) {
                let at = [column as f32 + 0.5, row as f32 + 0.5];
                let cover = (reach - distance(at, *from, *to)).clamp(0.0, stroke.width.min(1.0));
                if let Some(place) = covered.get_mut(row * width + column) {
                    *place = place.max(cover);
                }
            }
        }
    }
    for (channel, plane) in values.chunks_exact_mut((height * width).max(1)).take(channels).enumerate() {
        let color = stroke.color.get(channel).map_or(1.0, |byte| f32::from(*byte) / 255.0);
        for (value, cover) in plane.iter_mut().zip(&covered) {
            *value += (color - *value) * cover;
        }
    }
}

/// How far a place is from the segment between two others.
fn distance(at: [f32; 2], from: [f32; 2], to: [f32; 2]) -> f32 {
    let (way, there) = ([to[0] - from[0], to[1] - from[1]], [at[0] - from[0], at[1] - from[1]]);
    let length = way[0] * way[0] + way[1] * way[1];
    let part = if length > 0.0 { ((there[0] * way[0] + there[1] * way[1]) / length).clamp(0.0, 1.0) } else { 0.0 };
    (there[0] - part * way[0]).hypot(there[1] - part * way[1])
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn drawn(points: &[[f32; 2]], width: f32) -> Vec<f32> {
        let mut values = vec![0.0; 100];
        let stroke = PadStroke { points: points.to_vec(), width, color: [255; 3] };
        draw(&mut values, &stroke, ImageShape::grey(10, 10));
        values
    }

    #[test]
    fn a_stroke_is_full_in_its_middle_soft_at_its_edge_and_nothing_beyond() {
        let values = drawn(&[[2.0, 5.0], [8.0, 5.0]], 3.0);
        let column: Vec<f32> = (0..10).map(|row| values[row * 10 + 5]).collect();
        assert_eq!(column, [0.0, 0.0, 0.0, 0.5, 1.0, 1.0, 0.5, 0.0, 0.0, 0.0]);
        // Going over it again in the same stroke changes nothing.
        assert_eq!(values, drawn(&[[2.0, 5.0], [8.0, 5.0], [2.0, 5.0]], 3.0));
    }

    #[test]
    fn a_colour_reaches_its_channels() {
        let shape = ImageShape { channels: 3, height: 10, width: 10 };
        let mut values = vec![0.0; 300];
        draw(&mut values, &PadStroke { points: vec![[5.0, 5.0]], width: 40.0, color: [255, 0, 51] }, shape);
        assert_eq!([values[0], values[100], values[200]], [1.0, 0.0, 0.2]);
    }
}

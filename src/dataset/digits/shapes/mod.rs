//! The ten digits as strokes, each in the ways in which people write it, and how freely a hand varies them.

mod high;
mod low;

use super::hand::Hand;
use super::raster::Pen;
use super::stroke::{Sketch, Warp};

/// How far a knot strays, in digit heights.
const JITTER: f32 = 0.022;

/// A digit of `class`, the distortion of the hand that wrote it, and its pen.
pub fn write(hand: &mut Hand, class: u8) -> (Sketch, Warp, Pen) {
    let mut sketch = Sketch::default();
    let mut warp = Warp {
        aspect: hand.about(0.77, 0.15, 0.42, 1.25),
        slant: hand.about(0.2, 0.22, -0.35, 0.85),
        rotation: hand.about(0.0, 0.014, -0.04, 0.04),
        elastic: 0.065,
    };
    // Figures with more line in them are written with a finer one.
    let fine = if matches!(class, 2 | 4 | 6 | 8 | 9) { 0.91 } else { 1.0 };
    let radius = (fine * hand.about(1.35, 0.36, 0.65, 2.3)).max(0.72);
    let pressure = hand.between(0.0, 0.22);
    // A soft edge on a fine line would leave it grey.
    let edge = hand.between(1.1, 1.7).min(1.6 * radius);
    let pen = Pen { radius, pressure, edge };
    match class {
        0 => low::zero(hand, &mut sketch, &mut warp),
        1 => low::one(hand, &mut sketch, &mut warp),
        2 => low::two(hand, &mut sketch, &mut warp),
        3 => low::three(hand, &mut sketch),
        4 => low::four(hand, &mut sketch),
        5 => high::five(hand, &mut sketch),
        6 => high::six(hand, &mut sketch, &mut warp),
        7 => high::seven(hand, &mut sketch, &mut warp),
        8 => high::eight(hand, &mut sketch, &mut warp),
        _ => high::nine(hand, &mut sketch),
    }
    (sketch, warp, pen)
}

//! From a pen's path to 28×28 pixels, by MNIST's rules: the ink fits 20×20, its centre of mass is in the middle.

use super::hand::{Hand, sine};
use super::stroke::Sketch;

/// Rows and columns of an image.
pub const SIDE: usize = 28;
/// Values of an image.
pub const AREA: usize = SIDE * SIDE;
/// The longer side of the ink's box, in pixels.
const BOX: f32 = 20.0;

/// The pen: its width and how it changes along a stroke.
#[derive(Clone, Copy, Debug)]
pub struct Pen {
    /// Half the stroke's width, in pixels.
    pub radius: f32,
    /// How far the radius swings along a stroke, as a share of it.
    pub pressure: f32,
    /// The width of the soft edge, in pixels.
    pub edge: f32,
}

/// Draws `sketch` in white on black into `image` (`[28, 28]`).
pub fn draw(hand: &mut Hand, pen: &Pen, sketch: &mut Sketch, image: &mut [u8; AREA]) {
    let (low, high) = sketch.bounds();
    let longest = (high[0] - low[0]).max(high[1] - low[1]).max(1e-3);
    let scale = (BOX - 2.0 * pen.radius) / longest;
    let middle = 0.5 * SIDE as f32;
    let centre = [0.5 * (low[0] + high[0]), 0.5 * (low[1] + high[1])];
    sketch.map(|[x, y]| [(x - centre[0]) * scale + middle, (y - centre[1]) * scale + middle]);

    let mut ink = [0.0f32; AREA];
    for stroke in &sketch.strokes {
        let (phase, rate) = (hand.unit(), hand.between(0.3, 0.9));
        let count = stroke.len() as f32;
        for (index, pair) in stroke.windows(2).enumerate() {
            let [from, to] = pair else { continue };
            let swing = sine(phase + rate * index as f32 / count);
            segment(&mut ink, *from, *to, pen.radius * (1.0 + pen.pressure * swing), pen.edge);
        }
    }
    centre_of_mass(&ink, image);
}

/// Adds a thick line with round ends: each pixel keeps the most ink that any segment gives it.
fn segment(ink: &mut [f32; AREA], from: [f32; 2], to: [f32; 2], radius: f32, edge: f32) {
    let reach = radius + 0.5 * edge;
    let range = |a: f32, b: f32| {
        let first = (a.min(b) - reach).floor().clamp(0.0, SIDE as f32) as usize;
        let last = (a.max(b) + reach).ceil().clamp(0.0, SIDE as f32) as usize;
        first..last
    };
    let [dx, dy] = [to[0] - from[0], to[1] - from[1]];
    let inverse = 1.0 / (dx * dx + dy * dy).max(1e-9);
    // A little more than the reach, so that no rounding leaves out ink.
    let beyond = 1.001 * reach * reach;
    let columns = range(from[0], to[0]);
    for row in range(from[1], to[1]) {
        let Some(line) = ink.get_mut(row * SIDE..(row + 1) * SIDE) else { continue };
        let y = row as f32 + 0.5 - from[1];
        for (column, value) in line.iter_mut().enumerate().take(columns.end).skip(columns.start) {
            // No segment adds to what one before has covered whole.
            if *value >= 1.0 {
                continue;
            }
            let x = column as f32 + 0.5 - from[0];
            let along = ((x * dx + y * dy) * inverse).clamp(0.0, 1.0);
            let [ex, ey] = [x - along * dx, y - along * dy];
            let square = ex * ex + ey * ey;
            if square > beyond {
                continue;
            }
            let distance = square.sqrt();
            let cover = ((reach - distance) / edge).clamp(0.0, 1.0);
            *value = value.max(cover);
        }
    }
}

/// Moves the ink by whole pixels so that its centre of mass is in the middle, and writes it as bytes.
fn centre_of_mass(ink: &[f32; AREA], image: &mut [u8; AREA]) {
    let [mut mass, mut mass_x, mut mass_y] = [1e-6f32, 0.0, 0.0];
    for (row, line) in ink.chunks_exact(SIDE).enumerate() {
        for (column, value) in line.iter().enumerate() {
            mass += value;
            mass_x += value * (column as f32 + 0.5);
            mass_y += value * (row as f32 + 0.5);
        }
    }
    let shift = |moment: f32| (0.5 * SIDE as f32 - moment / mass).round() as isize;
    let (right, down) = (shift(mass_x), shift(mass_y));
    for (row, line) in image.chunks_exact_mut(SIDE).enumerate() {
        let source = row.checked_add_signed(-down).and_then(|row| ink.chunks_exact(SIDE).nth(row));
        for (column, byte) in line.iter_mut().enumerate() {
            let value = column.checked_add_signed(-right).and_then(|column| source.and_then(|line| line.get(column)));
            *byte = value.map_or(0, |value| (value * 255.0 + 0.5) as u8);
        }
    }
}

//! The ten digits as strokes, each in the ways in which people write it, and how freely a hand varies them.

use super::hand::{Hand, cosine, sine};
use super::raster::Pen;
use super::stroke::{Knot, Sketch, Warp, bowed, c, s};

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
    let pen = Pen {
        radius: fine * hand.about(1.35, 0.36, 0.65, 2.3),
        pressure: hand.between(0.0, 0.22),
        edge: hand.between(1.1, 1.7),
    };
    match class {
        0 => zero(hand, &mut sketch, &mut warp),
        1 => one(hand, &mut sketch, &mut warp),
        2 => two(hand, &mut sketch, &mut warp),
        3 => three(hand, &mut sketch),
        4 => four(hand, &mut sketch),
        5 => five(hand, &mut sketch),
        6 => six(hand, &mut sketch, &mut warp),
        7 => seven(hand, &mut sketch, &mut warp),
        8 => eight(hand, &mut sketch, &mut warp),
        _ => nine(hand, &mut sketch),
    }
    (sketch, warp, pen)
}

/// An oval that starts near the top and closes, overlaps, or stays slightly open.
fn zero(hand: &mut Hand, sketch: &mut Sketch, warp: &mut Warp) {
    warp.aspect = hand.about(0.84, 0.22, 0.38, 1.5);
    let start = hand.about(-0.25, 0.06, -0.45, 0.0);
    let sweep = hand.between(0.92, 1.16);
    // Some ovals are nearer to a box, some to a lens.
    let square = hand.about(0.0, 0.025, -0.06, 0.06);
    let drift = hand.about(0.0, 0.04, -0.1, 0.1);
    let knots: [Knot; 10] = std::array::from_fn(|index| {
        let share = index as f32 / 9.0;
        let turn = start - sweep * share;
        let radius = 0.5 * (1.0 - square * cosine(4.0 * turn)) + drift * (share - 0.5);
        s(0.5 + radius * cosine(turn), 0.5 + radius * sine(turn))
    });
    sketch.stroke(hand, 0.014, &knots);
}

/// A slanted line; sometimes with a flag, sometimes with a foot.
fn one(hand: &mut Hand, sketch: &mut Sketch, warp: &mut Warp) {
    warp.slant = hand.about(0.3, 0.27, -0.25, 1.0);
    warp.aspect = hand.about(0.6, 0.1, 0.4, 0.9);
    let bow = hand.about(0.0, 0.02, -0.06, 0.06);
    let (top, bottom) = ([0.5, 0.0], [0.5, 1.0]);
    match hand.pick(&[0.86, 0.08, 0.06]) {
        0 => sketch.line(hand, 0.015, top, bottom, bow),
        flagged => {
            let reach = hand.between(0.15, 0.45);
            let drop = hand.between(0.1, 0.3);
            sketch.stroke(hand, 0.015, &[c(0.5 - reach, drop), c(0.5, 0.0), bowed(top, bottom, bow), c(0.5, 1.0)]);
            if flagged == 2 {
                warp.slant *= 0.4;
                let foot = hand.between(0.25, 0.5);
                sketch.line(hand, 0.02, [0.5 - foot, 1.0], [0.5 + foot, 1.0], 0.0);
            }
        }
    }
}

/// A hook above, then a flat foot, a loop of any size, or a wave.
fn two(hand: &mut Hand, sketch: &mut Sketch, warp: &mut Warp) {
    warp.aspect += 0.08;
    let belly = hand.about(0.0, 0.05, -0.1, 0.1);
    let start = hand.about(0.24, 0.11, 0.02, 0.52);
    let foot = hand.about(0.94, 0.08, 0.76, 1.15);
    let reach = hand.about(1.05, 0.17, 0.7, 1.5);
    let head = hand.about(0.8, 0.1, 0.5, 1.0);
    let left = hand.about(0.08, 0.06, -0.08, 0.25);
    let [a, b, d] = [s(left, start), s(0.15 + 0.1 * head, 0.06), s(0.2 + 0.4 * head, 0.0)];
    let [e, f, g] = [s(head - 0.02, 0.1 + 0.4 * belly), s(head, 0.33 + belly), s(0.15 + 0.5 * head, 0.62 + belly)];
    match hand.pick(&[0.42, 0.24, 0.2, 0.14]) {
        0 => {
            let knots = [a, b, d, e, f, g, c(0.06, 0.95), s(0.5, 0.5 * (0.95 + foot)), s(reach, foot)];
            sketch.stroke(hand, JITTER, &knots);
        }
        1 => {
            let size = hand.between(0.6, 2.0);
            let [h, i] = [s(0.26, 0.93), s(0.26 - 0.16 * size, 1.0 - 0.04 * size)];
            let [j, k] = [s(0.26 - 0.18 * size, 1.0 - 0.18 * size), s(0.3, 1.0 - 0.22 * size)];
            sketch.stroke(hand, JITTER * 0.8, &[a, b, d, e, f, g, h, i, j, k, s(0.58, 0.95), s(reach, foot)]);
        }
        2 => {
            let size = hand.about(0.3, 0.07, 0.15, 0.45);
            let far = hand.about(-0.08, 0.07, -0.25, 0.08);
            let g = s(0.1 + 0.5 * head, 0.7);
            let [h, i] = [s(0.2, 0.97), s(far, 1.0 - 0.4 * size)];
            let [j, k] = [s(0.16, 1.0 - 1.15 * size), s(0.55, 0.9)];
            sketch.stroke(hand, JITTER * 0.9, &[a, b, d, e, f, g, h, i, j, k, s(reach, foot)]);
        }
        _ => {
            sketch.stroke(hand, JITTER, &[a, b, d, e, f, g, s(0.18, 0.92), s(0.2, 0.99), s(0.55, 0.96), s(reach, foot)])
        }
    }
}

/// Two bowls that meet in a notch or a small loop; the upper one may be a bar and a diagonal.
fn three(hand: &mut Hand, sketch: &mut Sketch) {
    let waist = hand.about(0.47, 0.045, 0.36, 0.58);
    let notch = hand.about(0.42, 0.1, 0.15, 0.64);
    let tail = hand.about(0.88, 0.07, 0.68, 1.0);
    let left = hand.about(0.02, 0.1, -0.22, 0.25);
    let lower = [s(0.72, waist + 0.08), s(hand.about(0.86, 0.05, 0.7, 1.0), 0.73), s(0.7, 0.94), s(0.4, 1.0), s(left, tail)];
    let [h, i, j, k, l] = lower;
    let start = hand.about(0.12, 0.05, 0.0, 0.25);
    match hand.pick(&[0.62, 0.13, 0.25]) {
        0 => {
            let knots = [s(0.1 - 0.7 * left, start), s(0.4, 0.0), s(0.74, 0.08), s(0.76, 0.26), c(notch, waist), h, i, j, k, l];
            sketch.stroke(hand, JITTER, &knots);
        }
        1 => sketch.stroke(hand, JITTER, &[c(0.08, 0.04), c(0.8, 0.02), c(notch, waist - 0.04), h, i, j, k, l]),
        _ => {
            let knots = [
                s(0.1, start),
                s(0.42, 0.0),
                s(0.75, 0.1),
                s(0.7, 0.3),
                s(notch + 0.02, waist + 0.01),
                s(notch - 0.04, waist + 0.03),
                h,
                i,
                j,
                k,
                l,
            ];
            sketch.stroke(hand, JITTER * 0.9, &knots);
        }
    }
}

/// An open cup with a stem, or a closed triangle.
fn four(hand: &mut Hand, sketch: &mut Sketch) {
    let bar = hand.about(0.52, 0.06, 0.36, 0.68);
    let stem = hand.about(0.74, 0.06, 0.6, 0.9);
    let lean = hand.about(0.0, 0.05, -0.12, 0.12);
    match hand.pick(&[0.5, 0.28, 0.22]) {
        0 => {
            let left = hand.between(0.0, 0.14);
            let beyond = hand.about(0.92, 0.08, stem, 1.1);
            sketch.stroke(
                hand,
                JITTER,
                &[s(left + 0.1, 0.04), s(left + 0.03, 0.28), c(left, bar), s(0.5, bar), s(beyond, bar - 0.04)],
            );
            let top = hand.about(0.02, 0.08, -0.12, 0.25);
            sketch.line(hand, JITTER, [stem + lean, top], [stem - lean, 1.0], 0.0);
        }
        1 => {
            let knots = [s(0.08, 0.0), s(0.04, 0.25), s(0.16, bar - 0.04), s(0.5, bar), s(stem, bar - 0.14)];
            sketch.stroke(hand, JITTER, &knots);
            let top = hand.about(0.03, 0.08, -0.1, 0.25);
            sketch.line(hand, JITTER, [stem + 0.04 + lean, top], [stem - lean, 1.0], 0.0);
        }
        _ => {
            let knots = [c(stem, 0.0), s(0.36, 0.3), c(0.0, bar + 0.06), s(0.5, bar + 0.06), s(1.0, bar + 0.04)];
            sketch.stroke(hand, JITTER, &knots);
            sketch.line(hand, JITTER, [stem + lean, 0.02], [stem - lean, 1.0], 0.0);
        }
    }
}

/// A bar, a neck and a bowl, in one stroke or two, or as one wave.
fn five(hand: &mut Hand, sketch: &mut Sketch) {
    let waist = hand.about(0.42, 0.05, 0.28, 0.54);
    let reach = hand.about(1.0, 0.2, 0.55, 1.6);
    let tilt = hand.about(-0.02, 0.06, -0.2, 0.12);
    let tail = hand.about(0.88, 0.08, 0.68, 1.0);
    let neck = hand.about(0.2, 0.06, 0.05, 0.36);
    let belly = hand.about(0.8, 0.09, 0.58, 1.05);
    let left = hand.about(0.0, 0.1, -0.25, 0.25);
    let [h, i, j, k] = [s(belly, 0.64), s(belly - 0.12, 0.9), s(0.34, 1.0), s(left, tail)];
    let shoulder = s(0.5, waist - 0.02);
    match hand.pick(&[0.45, 0.3, 0.25]) {
        0 => {
            let knots = [s(reach, tilt), c(neck + 0.08, 0.03), c(neck, waist), shoulder, h, i, j, k];
            sketch.stroke(hand, JITTER, &knots);
        }
        1 => {
            sketch.stroke(hand, JITTER, &[s(neck + 0.08, 0.04), c(neck, waist), shoulder, h, i, j, k]);
            sketch.line(hand, JITTER, [neck + 0.06, 0.05], [reach, tilt], 0.0);
        }
        _ => {
            let knots =
                [s(reach, tilt), s(0.55, 0.04), s(neck + 0.08, 0.15), s(neck + 0.1, waist - 0.06), s(0.58, waist + 0.08), h, i, j, k];
            sketch.stroke(hand, JITTER, &knots);
        }
    }
}

/// A falling curve that closes in a loop.
fn six(hand: &mut Hand, sketch: &mut Sketch, warp: &mut Warp) {
    warp.aspect = warp.aspect.max(0.55);
    let start = hand.about(0.64, 0.14, 0.3, 1.0);
    let loop_top = hand.about(0.53, 0.08, 0.36, 0.7);
    let right = hand.about(0.86, 0.1, 0.62, 1.1);
    let close = hand.about(0.14, 0.1, -0.05, 0.42);
    let bend = hand.about(0.0, 0.05, -0.1, 0.1);
    let middle = 0.5 * (loop_top + 1.0);
    let knots = [
        s(start, 0.0),
        s(0.36 + bend, 0.22),
        s(0.12 + 0.5 * bend, 0.5),
        s(0.1, 0.8),
        s(0.35, 1.0),
        s(0.68, 0.94),
        s(right, middle),
        s(0.62, loop_top),
        s(0.34, loop_top + 0.06),
        s(close, middle + 0.06),
    ];
    sketch.stroke(hand, JITTER * 0.9, &knots);
}

/// A bar and a falling line; some hands cross it, some begin with a serif.
fn seven(hand: &mut Hand, sketch: &mut Sketch, warp: &mut Warp) {
    // A narrower one reads as a 1.
    warp.aspect = warp.aspect.max(0.6);
    let tilt = hand.about(0.09, 0.08, -0.06, 0.34);
    let foot = hand.about(0.42, 0.14, 0.1, 0.8);
    let bow = hand.about(0.04, 0.06, -0.1, 0.2);
    let corner = if hand.chance(0.7) { c(0.86, 0.03) } else { s(0.84, 0.06) };
    let fall = bowed([0.86, 0.03], [foot, 1.0], bow);
    let bar = bowed([0.02, tilt], [0.86, 0.03], hand.about(0.0, 0.04, -0.1, 0.1));
    if hand.chance(0.2) {
        let knots = [c(0.04, tilt + 0.14), c(0.03, tilt), bar, corner, fall, s(foot, 1.0)];
        sketch.stroke(hand, JITTER, &knots);
    } else {
        sketch.stroke(hand, JITTER, &[s(0.02, tilt), bar, corner, fall, s(foot, 1.0)]);
    }
    if hand.chance(0.14) {
        let at = hand.about(0.52, 0.05, 0.4, 0.64);
        sketch.line(hand, JITTER, [0.28, at + 0.03], [0.9, at - 0.03], 0.0);
    }
}

/// One crossing stroke that closes, one whose ends stick out, or two loops.
fn eight(hand: &mut Hand, sketch: &mut Sketch, warp: &mut Warp) {
    warp.slant += 0.06;
    warp.aspect = warp.aspect.max(0.55);
    let waist = hand.about(0.49, 0.06, 0.33, 0.66);
    let upper = hand.about(0.32, 0.09, 0.12, 0.52);
    let lower = hand.about(0.29, 0.09, 0.12, 0.5);
    let middle_up = 0.5 * waist;
    let middle_down = 0.5 * (1.0 + waist);
    let end = hand.about(0.0, 0.08, -0.12, 0.2);
    let shift = hand.about(0.0, 0.06, -0.14, 0.14);
    let [bottom_right, bottom] = [s(0.46 + shift + lower, middle_down), s(0.46 + shift, 1.0)];
    let bottom_left = s(0.46 + shift - lower, middle_down + 0.03);
    let top_left = s(0.52 - upper, middle_up * 0.85);
    match hand.pick(&[0.55, 0.3, 0.15]) {
        0 => {
            let [first, top] = [s(0.55 + upper * 0.85, 0.6 * middle_up), s(0.52, 0.0)];
            let [rise, last] =
                [s(0.55 + upper, middle_up * 0.9 + end), s(0.58 + upper * 0.6, 0.06 + end)];
            let knots = [
                first, top, top_left, s(0.5, waist), bottom_right, bottom, bottom_left, s(0.5, waist + 0.02), rise, last,
            ];
            sketch.stroke(hand, JITTER * 0.9, &knots);
        }
        1 => {
            let arm = hand.about(0.9, 0.1, 0.65, 1.15);
            let first = s(0.5 + upper, hand.about(0.1, 0.06, -0.05, 0.28));
            let [cross, tip] = [s(0.52, waist), s(arm, hand.about(0.02, 0.08, -0.15, 0.2))];
            let knots = [
                first, s(0.5, 0.02), top_left, s(0.48, waist), bottom_right, bottom, bottom_left, cross, tip,
            ];
            sketch.stroke(hand, JITTER, &knots);
        }
        _ => {
            for (low, high, radius) in [(0.0, waist, upper), (waist, 1.0, lower)] {
                let middle = 0.5 * (low + high);
                let knots =
                    [s(0.5, low), s(0.5 - radius, middle), s(0.5, high), s(0.5 + radius, middle), s(0.52, low)];
                sketch.stroke(hand, JITTER * 0.8, &knots);
            }
        }
    }
}

/// A loop with a straight, bent or hooked tail.
fn nine(hand: &mut Hand, sketch: &mut Sketch) {
    let loop_bottom = hand.about(0.46, 0.075, 0.28, 0.64);
    let left = hand.about(0.1, 0.08, -0.05, 0.32);
    let middle = 0.5 * loop_bottom;
    let start = s(0.76, hand.about(0.14, 0.05, 0.02, 0.28));
    let right = 0.8;
    let foot = hand.about(0.66, 0.1, 0.4, 0.92);
    let [a, b, d, e] = [s(0.46, 0.0), s(left, middle), s(0.36, loop_bottom), s(0.7, middle + 0.06)];
    match hand.pick(&[0.5, 0.3, 0.2]) {
        0 => sketch.stroke(
            hand,
            JITTER,
            &[start, a, b, d, e, c(right, 0.08), bowed([right, 0.08], [foot, 1.0], 0.02), s(foot, 1.0)],
        ),
        1 => sketch.stroke(hand, JITTER, &[start, a, b, d, e, s(right, 0.14), s(right - 0.03, 0.5), s(foot, 1.0)]),
        _ => {
            let hook = hand.between(0.05, 0.4);
            let knots = [start, a, b, d, e, c(right, 0.1), s(right, 0.5), s(0.7, 0.86), s(0.44, 1.0), s(hook, 0.9)];
            sketch.stroke(hand, JITTER, &knots);
        }
    }
}

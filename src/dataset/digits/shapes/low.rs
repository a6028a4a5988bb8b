//! The ways of writing 0 to 4. Positions are in digit heights, x to the right and y downwards from the top left.

use super::super::hand::{Hand, cosine, sine};
use super::super::stroke::{Knot, Sketch, Warp, bowed, c, s};
use super::JITTER;

/// An oval that starts near the top and closes, overlaps, or stays slightly open.
pub fn zero(hand: &mut Hand, sketch: &mut Sketch, warp: &mut Warp) {
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
    sketch.stroke(hand, 0.01, &knots);
}

/// A slanted line; sometimes with a flag, sometimes with a foot.
pub fn one(hand: &mut Hand, sketch: &mut Sketch, warp: &mut Warp) {
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
pub fn two(hand: &mut Hand, sketch: &mut Sketch, warp: &mut Warp) {
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
pub fn three(hand: &mut Hand, sketch: &mut Sketch) {
    let waist = hand.about(0.47, 0.045, 0.36, 0.58);
    let notch = hand.about(0.42, 0.1, 0.15, 0.64);
    let tail = hand.about(0.88, 0.07, 0.68, 1.0);
    let left = hand.about(0.02, 0.1, -0.22, 0.25);
    let lower =
        [s(0.72, waist + 0.08), s(hand.about(0.86, 0.05, 0.7, 1.0), 0.73), s(0.7, 0.94), s(0.4, 1.0), s(left, tail)];
    let [h, i, j, k, l] = lower;
    let start = hand.about(0.12, 0.05, 0.0, 0.25);
    match hand.pick(&[0.62, 0.13, 0.25]) {
        0 => {
            let knots =
                [s(0.1 - 0.7 * left, start), s(0.4, 0.0), s(0.74, 0.08), s(0.76, 0.26), c(notch, waist), h, i, j, k, l];
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
pub fn four(hand: &mut Hand, sketch: &mut Sketch) {
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

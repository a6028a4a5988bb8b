//! The ways of writing 5 to 9. Positions are in digit heights, x to the right and y downwards from the top left.

use super::super::hand::Hand;
use super::super::stroke::{Sketch, Warp, bowed, c, s};
use super::JITTER;

/// A bar, a neck and a bowl, in one stroke or two, or as one wave.
pub fn five(hand: &mut Hand, sketch: &mut Sketch) {
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
            let knots = [
                s(reach, tilt),
                s(0.55, 0.04),
                s(neck + 0.08, 0.15),
                s(neck + 0.1, waist - 0.06),
                s(0.58, waist + 0.08),
                h,
                i,
                j,
                k,
            ];
            sketch.stroke(hand, JITTER, &knots);
        }
    }
}

/// A falling curve that closes in a loop.
pub fn six(hand: &mut Hand, sketch: &mut Sketch, warp: &mut Warp) {
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
pub fn seven(hand: &mut Hand, sketch: &mut Sketch, warp: &mut Warp) {
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
pub fn eight(hand: &mut Hand, sketch: &mut Sketch, warp: &mut Warp) {
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
            let [rise, last] = [s(0.55 + upper, middle_up * 0.9 + end), s(0.58 + upper * 0.6, 0.06 + end)];
            let knots = [
                first,
                top,
                top_left,
                s(0.5, waist),
                bottom_right,
                bottom,
                bottom_left,
                s(0.5, waist + 0.02),
                rise,
                last,
            ];
            sketch.stroke(hand, JITTER * 0.9, &knots);
        }
        1 => {
            let arm = hand.about(0.9, 0.1, 0.65, 1.15);
            let first = s(0.5 + upper, hand.about(0.1, 0.06, -0.05, 0.28));
            let [cross, tip] = [s(0.52, waist), s(arm, hand.about(0.02, 0.08, -0.15, 0.2))];
            let knots = [first, s(0.5, 0.02), top_left, s(0.48, waist), bottom_right, bottom, bottom_left, cross, tip];
            sketch.stroke(hand, JITTER, &knots);
        }
        _ => {
            for (low, high, radius) in [(0.0, waist, upper), (waist, 1.0, lower)] {
                let middle = 0.5 * (low + high);
                let knots = [s(0.5, low), s(0.5 - radius, middle), s(0.5, high), s(0.5 + radius, middle), s(0.52, low)];
                sketch.stroke(hand, JITTER * 0.8, &knots);
            }
        }
    }
}

/// A loop with a straight, bent or hooked tail.
pub fn nine(hand: &mut Hand, sketch: &mut Sketch) {
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

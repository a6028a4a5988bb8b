//! From a few knots to the path of a pen: jitter, Catmull–Rom splines, and the warp of a whole digit.

use super::hand::{Hand, cosine, sine};

/// A place on the paper: x to the right, y downwards. A digit's skeleton fills about [0, 1] × [0, 1].
pub type Point = [f32; 2];

/// Steps between two knots of a curve.
const STEPS: usize = 6;

/// A place that a stroke goes through.
#[derive(Clone, Copy, Debug)]
pub struct Knot {
    at: Point,
    corner: bool,
}

/// A knot that the pen passes smoothly.
pub const fn s(x: f32, y: f32) -> Knot {
    Knot { at: [x, y], corner: false }
}

/// A knot where the pen turns sharply.
pub const fn c(x: f32, y: f32) -> Knot {
    Knot { at: [x, y], corner: true }
}

/// The strokes of one digit, each a polyline of at least two points.
#[derive(Debug, Default)]
pub struct Sketch {
    /// Polylines in the order in which they are drawn.
    pub strokes: Vec<Vec<Point>>,
}

impl Sketch {
    /// Draws one stroke through `knots`, each moved by a nearly normal `jitter` in both directions.
    pub fn stroke(&mut self, hand: &mut Hand, jitter: f32, knots: &[Knot]) {
        let moved: Vec<Knot> = knots
            .iter()
            .map(|knot| {
                let [x, y] = knot.at;
                Knot { at: [x + jitter * hand.normal(), y + jitter * hand.normal()], corner: knot.corner }
            })
            .collect();
        let mut path: Vec<Point> = Vec::with_capacity(knots.len() * STEPS + 1);
        path.extend(moved.first().map(|knot| knot.at));
        for (index, pair) in moved.windows(2).enumerate() {
            let [from, to] = pair else { continue };
            // Beyond a corner or an end there is no neighbour to bend towards.
            let before = match index.checked_sub(1).and_then(|i| moved.get(i)) {
                Some(knot) if !from.corner => knot.at,
                _ => from.at,
            };
            let after = match moved.get(index + 2) {
                Some(knot) if !to.corner => knot.at,
                _ => to.at,
            };
            for step in 1..=STEPS {
                path.push(spline(before, from.at, to.at, after, step as f32 / STEPS as f32));
            }
        }
        if path.len() >= 2 {
            self.strokes.push(path);
        }
    }

    /// A straight stroke that bows sideways by `bow` of its length.
    pub fn line(&mut self, hand: &mut Hand, jitter: f32, from: Point, to: Point, bow: f32) {
        let middle = bowed(from, to, bow);
        self.stroke(hand, jitter, &[s(from[0], from[1]), middle, s(to[0], to[1])]);
    }

    /// Applies `map` to every point.
    pub fn map(&mut self, mut map: impl FnMut(Point) -> Point) {
        for point in self.strokes.iter_mut().flatten() {
            *point = map(*point);
        }
    }

    /// The least and the greatest corner of the box around all points.
    pub fn bounds(&self) -> (Point, Point) {
        let mut low = [f32::INFINITY; 2];
        let mut high = [f32::NEG_INFINITY; 2];
        for [x, y] in self.strokes.iter().flatten() {
            low = [low[0].min(*x), low[1].min(*y)];
            high = [high[0].max(*x), high[1].max(*y)];
        }
        (low, high)
    }
}

/// The knot halfway between two points, moved sideways by `bow` of their distance.
pub fn bowed(from: Point, to: Point, bow: f32) -> Knot {
    let [dx, dy] = [to[0] - from[0], to[1] - from[1]];
    s(0.5 * (from[0] + to[0]) - bow * dy, 0.5 * (from[1] + to[1]) + bow * dx)
}

/// A uniform Catmull–Rom spline from `p1` to `p2`, `t` in [0, 1].
fn spline(p0: Point, p1: Point, p2: Point, p3: Point, t: f32) -> Point {
    let axis = |a: f32, b: f32, c: f32, d: f32| {
        let (linear, square, cube) = (c - a, 2.0 * a - 5.0 * b + 4.0 * c - d, 3.0 * (b - c) + d - a);
        b + 0.5 * t * (linear + t * (square + t * cube))
    };
    [axis(p0[0], p1[0], p2[0], p3[0]), axis(p0[1], p1[1], p2[1], p3[1])]
}

/// How a hand distorts a whole digit.
#[derive(Clone, Copy, Debug)]
pub struct Warp {
    /// Width over height of the skeleton's box.
    pub aspect: f32,
    /// Rightward lean: x gained over y climbed.
    pub slant: f32,
    /// Counter-clockwise, in turns.
    pub rotation: f32,
    /// Amplitude of the smooth field, in digit heights.
    pub elastic: f32,
}

impl Warp {
    /// Squeezes, shears and turns `sketch` about its middle, then moves it along a smooth random field.
    pub fn apply(&self, hand: &mut Hand, sketch: &mut Sketch) {
        let (sin, cos) = (sine(self.rotation), cosine(self.rotation));
        // Three plane waves, about one swing across the digit each.
        let mut waves = [[0.0f32; 5]; 3];
        for wave in &mut waves {
            let direction = hand.unit();
            let frequency = hand.between(0.4, 1.1);
            let heading = hand.unit();
            let size = self.elastic * hand.between(0.3, 1.0);
            *wave = [
                frequency * cosine(direction),
                frequency * sine(direction),
                hand.unit(),
                size * cosine(heading),
                size * sine(heading),
            ];
        }
        let (aspect, slant) = (self.aspect, self.slant);
        sketch.map(|[x, y]| {
            let y = y - 0.5;
            let x = (x - 0.5) * aspect - slant * y;
            let [x, y] = [x * cos + y * sin, y * cos - x * sin];
            let mut moved = [x, y];
            for [kx, ky, phase, ax, ay] in waves {
                let swing = sine(kx * x + ky * y + phase);
                moved = [moved[0] + ax * swing, moved[1] + ay * swing];
            }
            moved
        });
    }
}

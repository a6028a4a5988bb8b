//! Lines cut to what is seen. A dashed line is a shape for each dash, seen or not: one that ends far outside would be millions.

/// A part of a plane, from its lowest to its highest coordinates.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct SeenPart {
    /// Lowest x and y.
    pub low: [f64; 2],
    /// Highest x and y.
    pub high: [f64; 2],
}

impl SeenPart {
    /// The same, larger by its own size on every side: where it is moved within the frame nothing is missing.
    pub fn with_surroundings(self) -> Self {
        let size = [0, 1].map(|axis| self.high[axis] - self.low[axis]);
        Self {
            low: [0, 1].map(|axis| self.low[axis] - size[axis]),
            high: [0, 1].map(|axis| self.high[axis] + size[axis]),
        }
    }

    /// The pieces of a line through these points that lie in it, each of two points or more.
    pub fn pieces(&self, line: &[[f64; 2]]) -> Vec<Vec<[f64; 2]>> {
        let mut pieces: Vec<Vec<[f64; 2]>> = Vec::new();
        for (from, to) in line.iter().zip(line.iter().skip(1)) {
            let Some([start, end]) = self.cut(*from, *to) else { continue };
            match pieces.last_mut().filter(|piece| piece.last() == Some(&start) && start == *from) {
                Some(piece) => piece.push(end),
                None => pieces.push(vec![start, end]),
            }
        }
        pieces
    }

    /// The part of a straight line that lies in it (Liang and Barsky 1984).
    fn cut(&self, from: [f64; 2], to: [f64; 2]) -> Option<[[f64; 2]; 2]> {
        let (mut enters, mut leaves) = (0.0f64, 1.0f64);
        for axis in 0..2 {
            let (way, low, high) = (to[axis] - from[axis], self.low[axis] - from[axis], self.high[axis] - from[axis]);
            if !way.is_finite() {
                return None;
            }
            if way == 0.0 {
                if low > 0.0 || high < 0.0 {
                    return None;
                }
                continue;
            }
            let (near, far) = if way > 0.0 { (low / way, high / way) } else { (high / way, low / way) };
            (enters, leaves) = (enters.max(near), leaves.min(far));
        }
        if enters > leaves {
            return None;
        }
        let at = |part: f64, whole: [f64; 2]| {
            // Far away the sum has no digits left.
            let place = |axis: usize| from[axis] + part * (to[axis] - from[axis]);
            match part {
                0.0 | 1.0 => whole,
                _ => [0, 1].map(|axis| place(axis).clamp(self.low[axis], self.high[axis])),
            }
        };
        Some([at(enters, from), at(leaves, to)])
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    const UNIT: SeenPart = SeenPart { low: [0.0; 2], high: [1.0; 2] };

    #[test]
    fn what_is_outside_is_cut_off() {
        let line = [[0.5, 0.5], [0.5, 1e30], [2.0, 1e30], [2.0, 0.25], [-1e12, 0.25]];
        assert_eq!(UNIT.pieces(&line), [[[0.5, 0.5], [0.5, 1.0]], [[1.0, 0.25], [0.0, 0.25]]]);
        assert_eq!(UNIT.pieces(&[[0.0, 0.0], [0.5, 0.5], [1.0, 0.0]]), [[[0.0, 0.0], [0.5, 0.5], [1.0, 0.0]]]);
        assert!(UNIT.pieces(&[[0.5, 0.5]]).is_empty() && UNIT.pieces(&[]).is_empty());
        assert!(UNIT.pieces(&[[0.5, f64::NAN], [0.5, 0.5]]).is_empty());
        let around = UNIT.with_surroundings();
        assert_eq!((around.low, around.high), ([-1.0; 2], [2.0; 2]));
    }

    proptest! {
        #[test]
        fn pieces_lie_inside_and_on_the_line(line in prop::collection::vec(prop::array::uniform2(-3.0f64..4.0), 2..20)) {
            let pieces = UNIT.pieces(&line);
            for place in pieces.iter().flatten() {
                prop_assert!(place.iter().all(|x| (0.0..=1.0).contains(x)));
                let off = |pair: &[[f64; 2]]| {
                    let [a, b] = [pair[0], pair[1]];
                    let way = [b[0] - a[0], b[1] - a[1]];
                    let length = way[0].hypot(way[1]);
                    if length == 0.0 { return (place[0] - a[0]).hypot(place[1] - a[1]) }
                    ((place[0] - a[0]) * way[1] - (place[1] - a[1]) * way[0]).abs() / length
                };
                prop_assert!(line.windows(2).map(off).fold(f64::INFINITY, f64::min) < 1e-9);
            }
            // What is inside is kept.
            let inside = line.iter().skip(1).filter(|place| place.iter().all(|x| (0.0..=1.0).contains(x)));
            for place in inside {
                prop_assert!(pieces.iter().flatten().any(|kept| kept == place), "{place:?}");
            }
        }
    }
}

//! What part of a plane is on the screen: pan and zoom.

/// The part of a plane that is looked at: a centre and half of its height, in the plane's units; the width follows from
/// the shape of the screen area. The second coordinate grows upwards, pixels grow downwards.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Viewport {
    /// The position in the middle of the screen area.
    pub centre: [f32; 2],
    /// From the middle to the upper edge.
    pub half_height: f32,
}

impl Default for Viewport {
    /// A little more than three standard deviations of the prior.
    fn default() -> Self {
        Self { centre: [0.0, 0.0], half_height: 3.3 }
    }
}

/// A rectangle of a screen: its upper left corner and its size, in points or pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Area {
    /// Upper left corner.
    pub min: [f32; 2],
    /// Width and height.
    pub size: [f32; 2],
}

impl Viewport {
    /// Where a cursor goes by `[right, up]` presses of the arrow keys: each a 64th of what is seen, or an eighth of that
    /// where `fine`.
    pub fn nudged(&self, cursor: [f32; 2], [right, up]: [f32; 2], fine: bool) -> [f32; 2] {
        let step = self.half_height / if fine { 256.0 } else { 32.0 };
        [cursor[0] + right * step, cursor[1] + up * step]
    }

    /// The closest that can be looked at: half a height of it.
    pub const SMALLEST: f32 = 1e-3;
    /// The farthest that can be looked at: half a height of it.
    pub const LARGEST: f32 = 1e3;

    /// Pixels a unit of the plane.
    pub fn scale(&self, area: Area) -> f32 {
        area.size[1].max(1.0) / (2.0 * self.half_height)
    }

    /// Where a position of the plane is on the screen.
    pub fn pixel_from_plane(&self, area: Area, position: [f32; 2]) -> [f32; 2] {
        let scale = self.scale(area);
        [
            area.min[0] + area.size[0] / 2.0 + (position[0] - self.centre[0]) * scale,
            area.min[1] + area.size[1] / 2.0 - (position[1] - self.centre[1]) * scale,
        ]
    }

    /// Which position of the plane is at a place on the screen.
    pub fn plane_from_pixel(&self, area: Area, pixel: [f32; 2]) -> [f32; 2] {
        let scale = self.scale(area);
        [
            self.centre[0] + (pixel[0] - area.min[0] - area.size[0] / 2.0) / scale,
            self.centre[1] - (pixel[1] - area.min[1] - area.size[1] / 2.0) / scale,
        ]
    }

    /// The lowest and the highest position that can be seen: `(min, max)`.
    pub fn bounds(&self, area: Area) -> ([f32; 2], [f32; 2]) {
        let half = [area.size[0] / 2.0 / self.scale(area), self.half_height];
        let corner = |sign: f32| [self.centre[0] + sign * half[0], self.centre[1] + sign * half[1]];
        (corner(-1.0), corner(1.0))
    }

    /// Moves what is seen along with the pointer, which went by `delta` pixels.
    #[must_use]
    pub fn panned(self, area: Area, delta: [f32; 2]) -> Self {
        let scale = self.scale(area);
        let centre = [self.centre[0] - delta[0] / scale, self.centre[1] + delta[1] / scale];
        Self { centre: centre.map(|x| x.clamp(-Self::LARGEST, Self::LARGEST)), ..self }
    }

    /// Makes what is seen `factor` times as large (above 1 goes closer); what is under `pixel` stays there.
    #[must_use]
    pub fn zoomed(self, area: Area, pixel: [f32; 2], factor: f32) -> Self {
        if !(factor.is_finite() && factor > 0.0) {
            return self;
        }
        let held = self.plane_from_pixel(area, pixel);
        let zoomed = Self { half_height: (self.half_height / factor).clamp(Self::SMALLEST, Self::LARGEST), ..self };
        let now = zoomed.plane_from_pixel(area, pixel);
        let centre = [zoomed.centre[0] + held[0] - now[0], zoomed.centre[1] + held[1] - now[1]];
        Self { centre: centre.map(|x| x.clamp(-Self::LARGEST, Self::LARGEST)), ..zoomed }
    }

    /// The part that shows these positions, but for a 200th of them at each end, with a little space around; `None` where
    /// there are none.
    pub fn fitting(positions: impl Iterator<Item = [f32; 2]>, area: Area) -> Option<Self> {
        let finite = positions.filter(|position| position.iter().all(|x| x.is_finite()));
        let (mut first, mut second): (Vec<f32>, Vec<f32>) = finite.map(|[x, y]| (x, y)).unzip();
        let range = |values: &mut Vec<f32>| {
            values.sort_unstable_by(f32::total_cmp);
            let strays = values.len() / 200;
            Some((*values.get(strays)?, *values.get(values.len() - 1 - strays)?))
        };
        let ((left, right), (low, high)) = (range(&mut first)?, range(&mut second)?);
        let aspect = (area.size[0] / area.size[1].max(1.0)).max(1e-3);
        let half = ((high - low) / 2.0).max((right - left) / 2.0 / aspect).max(0.05);
        let middle = |low: f32, high: f32| (low / 2.0 + high / 2.0).clamp(-Self::LARGEST, Self::LARGEST);
        let half_height = (half * Self::SPACE).clamp(Self::SMALLEST, Self::LARGEST);
        Some(Self { centre: [middle(left, right), middle(low, high)], half_height })
    }

    /// A view like this one from few that there are: a little larger, in steps of a quarter.
    #[must_use]
    pub fn in_steps(self) -> Self {
        let steps = (self.half_height.ln() / 1.25f32.ln()).ceil();
        let half_height = 1.25f32.powf(steps).clamp(Self::SMALLEST, Self::LARGEST);
        let cell = half_height / 8.0;
        Self { centre: self.centre.map(|x| (x / cell).round() * cell), half_height }
    }

    /// How much larger than what it fits a view is.
    const SPACE: f32 = 1.1;

    /// Whether it can be drawn; one that was read from a file may not.
    pub fn is_valid(&self) -> bool {
        self.centre.iter().all(|x| x.is_finite()) && (Self::SMALLEST..=Self::LARGEST).contains(&self.half_height)
    }
}

/// Round numbers from `low` to `high`, about `count` of them: steps of 1, 2 or 5 times a power of ten. Gives the values
/// and the digits after the point that they need.
pub fn ticks(low: f32, high: f32, count: usize) -> (Vec<f32>, usize) {
    let raw = (high - low) / count.max(1) as f32;
    if !(raw.is_finite() && raw > 0.0) {
        return (Vec::new(), 0);
    }
    let power = raw.log10().floor();
    let ten = 10f32.powf(power);
    let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|m| m * ten).find(|step| *step >= raw * 0.999).unwrap_or(raw);
    let digits = (-step.log10().floor()).max(0.0) as usize;
    let (first, last) = ((low / step).ceil() as i64, (high / step).floor() as i64);
    ((first..=last).take(4 * count.max(1)).map(|i| i as f32 * step).collect(), digits)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use proptest::prelude::*;

    const AREA: Area = Area { min: [20.0, 30.0], size: [640.0, 480.0] };

    proptest! {
        #[test]
        fn a_position_survives_the_way_over_the_screen(
            x in -10.0f32..10.0, y in -10.0f32..10.0, cx in -3.0f32..3.0, cy in -3.0f32..3.0, half in 0.5f32..20.0,
        ) {
            let view = Viewport { centre: [cx, cy], half_height: half };
            let [a, b] = view.plane_from_pixel(AREA, view.pixel_from_plane(AREA, [x, y]));
            prop_assert!((a - x).abs() < 1e-3 && (b - y).abs() < 1e-3);
        }

        #[test]
        fn zooming_holds_what_is_under_the_pointer(px in 20.0f32..660.0, py in 30.0f32..510.0, factor in 0.2f32..5.0) {
            let view = Viewport::default();
            let before = view.plane_from_pixel(AREA, [px, py]);
            let after = view.zoomed(AREA, [px, py], factor).plane_from_pixel(AREA, [px, py]);
            prop_assert!((before[0] - after[0]).abs() < 1e-3 && (before[1] - after[1]).abs() < 1e-3);
        }

        #[test]
        fn panning_carries_a_position_along(dx in -300.0f32..300.0, dy in -300.0f32..300.0) {
            let view = Viewport::default();
            let before = view.pixel_from_plane(AREA, [0.5, -0.5]);
            let after = view.panned(AREA, [dx, dy]).pixel_from_plane(AREA, [0.5, -0.5]);
            prop_assert!((after[0] - before[0] - dx).abs() < 1e-2 && (after[1] - before[1] - dy).abs() < 1e-2);
        }

        #[test]
        fn a_view_that_fits_positions_shows_them_and_little_else(
            positions in prop::collection::vec((-50.0f32..50.0, -50.0f32..50.0), 1..150),
        ) {
            let positions: Vec<[f32; 2]> = positions.into_iter().map(|(x, y)| [x, y]).collect();
            let view = Viewport::fitting(positions.iter().copied(), AREA).unwrap();
            for view in [view, view.in_steps()] {
                let (min, max) = view.bounds(AREA);
                let inside = |p: &[f32; 2]| (0..2).all(|axis| p[axis] >= min[axis] && p[axis] <= max[axis]);
                prop_assert!(positions.iter().all(inside), "{:?}", view);
            }
            let reach = positions.iter().flatten().fold(0.0f32, |most, x| most.max(x.abs()));
            prop_assert!(view.half_height <= (1.11 * reach).max(0.06));
        }

        #[test]
        fn ticks_are_few_and_inside(low in -100.0f32..100.0, span in 0.01f32..100.0) {
            let (values, _) = ticks(low, low + span, 6);
            prop_assert!((1..=13).contains(&values.len()), "{:?}", values);
            prop_assert!(values.iter().all(|x| *x >= low - span * 0.01 && *x <= low + span * 1.01));
        }
    }

    #[test]
    fn nothing_is_fitted_by_no_view() {
        assert_eq!(Viewport::fitting([[f32::NAN, 0.0]].into_iter(), AREA), None);
        assert!(Viewport::fitting([[2.0, 1.0]].into_iter(), AREA).unwrap().is_valid());
    }

    #[test]
    fn zoom_ends_at_its_limits_and_refuses_nonsense() {
        let view = Viewport::default();
        assert_eq!(view.zoomed(AREA, [100.0, 100.0], f32::NAN), view);
        assert_eq!(view.zoomed(AREA, [340.0, 270.0], 1e30).half_height, Viewport::SMALLEST);
    }

    #[test]
    fn up_on_the_plane_is_up_on_the_screen() {
        let view = Viewport::default();
        assert!(view.pixel_from_plane(AREA, [0.0, 1.0])[1] < view.pixel_from_plane(AREA, [0.0, 0.0])[1]);
    }
}

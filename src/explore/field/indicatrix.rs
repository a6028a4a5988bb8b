//! Tissot's indicatrices of a metric on the plane: the steps about a place that change the image equally.

use super::FieldGrid;
use crate::explore::plane::ellipse;

/// The longest radius as a part of the distance between their middles.
const LONGEST: f32 = 0.48;
/// So large a share of all ellipses are no longer.
const WHOLE: f32 = 0.95;
/// Corners of an ellipse.
const CORNERS: usize = 24;

/// Closed rings about every `every`th place of a field with a metric; all stand for the same change of the image, as large as
/// leaves room for nearly all of them. The few that would reach into others are cut off.
pub fn indicatrices(grid: &FieldGrid, every: usize) -> Vec<Vec<[f32; 2]>> {
    let (metric, every) = (&grid.values.metric, every.max(1));
    // The longest radius of the steps that change the image by 1: 1/√λ of the metric's smaller eigenvalue λ.
    let radius = |[xx, xy, yy]: [f32; 3]| {
        let (middle, half) = ((xx + yy) / 2.0, ((xx - yy) / 2.0).hypot(xy));
        (middle - half).max(0.0).sqrt().recip()
    };
    let mut radii: Vec<f32> = metric.iter().copied().map(radius).filter(|radius| radius.is_finite()).collect();
    if radii.is_empty() {
        return Vec::new();
    }
    let place = (WHOLE * (radii.len() - 1) as f32) as usize;
    let (_, whole, _) = radii.select_nth_unstable_by(place, f32::total_cmp);
    let longest = LONGEST * every as f32 * grid.lattice.cell;
    let size = longest / *whole;
    let columns = grid.lattice.columns.max(1);
    let is_chosen = |place: usize| place % columns % every == every / 2 && place / columns % every == every / 2;
    let places = grid.lattice.middles().into_iter().zip(metric).enumerate();
    let ring = |(place, (position, [xx, xy, yy])): (usize, ([f32; 2], &[f32; 3]))| {
        let determinant = xx * yy - xy * xy;
        if !is_chosen(place) || determinant <= 0.0 {
            return None;
        }
        let inverse = [yy / determinant, -xy / determinant, xx / determinant];
        let corners = ellipse(position, inverse, size, CORNERS).into_iter().map(|corner| {
            let away = (corner[0] - position[0]).hypot(corner[1] - position[1]);
            let part = if away > longest { longest / away } else { 1.0 };
            [0, 1].map(|axis| position[axis] + part * (corner[axis] - position[axis]))
        });
        Some(corners.collect())
    };
    places.filter_map(ring).collect()
}

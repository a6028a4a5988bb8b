//! Which point is under the pointer: a grid over the points, so that a look costs a few cells, not all points.

/// Points on a plane sorted into square cells.
#[derive(Clone, Debug, Default)]
pub struct PointIndex {
    min: [f32; 2],
    cell: f32,
    columns: usize,
    rows: usize,
    /// Where each cell's points begin in `order`, `[columns·rows + 1]`.
    starts: Vec<u32>,
    /// Indices of points, cell by cell.
    order: Vec<u32>,
}

impl PointIndex {
    /// Sorts the points; those with a coordinate that is not finite are left out.
    pub fn new(positions: &[[f32; 2]]) -> Self {
        let finite = |p: &[f32; 2]| p[0].is_finite() && p[1].is_finite();
        let usable: Vec<u32> = (0u32..).zip(positions).filter(|(_, p)| finite(p)).map(|(i, _)| i).collect();
        if usable.is_empty() {
            return Self::default();
        }
        let (mut min, mut max) = ([f32::INFINITY; 2], [f32::NEG_INFINITY; 2]);
        for p in positions.iter().filter(|p| finite(p)) {
            for axis in 0..2 {
                min[axis] = min[axis].min(p[axis]);
                max[axis] = max[axis].max(p[axis]);
            }
        }
        // About two points a cell, were they spread evenly.
        let span = (max[0] - min[0]).max(max[1] - min[1]).max(1e-6);
        let side = ((usable.len() as f32 / 2.0).sqrt().ceil()).clamp(1.0, 512.0);
        let cell = span / side;
        let count = |axis: usize| ((max[axis] - min[axis]) / cell) as usize + 1;
        let mut index =
            Self { min, cell, columns: count(0), rows: count(1), starts: Vec::new(), order: vec![0; usable.len()] };
        // A counting sort by cell.
        let cells: Vec<usize> =
            usable.iter().map(|i| positions.get(*i as usize).map_or(0, |p| index.cell_of(*p))).collect();
        let mut starts = vec![0u32; index.columns * index.rows + 1];
        for cell in &cells {
            if let Some(start) = starts.get_mut(cell + 1) {
                *start += 1;
            }
        }
        let mut sum = 0;
        for start in &mut starts {
            sum += *start;
            *start = sum;
        }
        let mut next = starts.clone();
        for (point, cell) in usable.iter().zip(&cells) {
            if let Some(place) = next.get_mut(*cell) {
                if let Some(slot) = index.order.get_mut(*place as usize) {
                    *slot = *point;
                }
                *place += 1;
            }
        }
        index.starts = starts;
        index
    }

    fn cell_of(&self, position: [f32; 2]) -> usize {
        let place =
            |axis: usize, count: usize| (((position[axis] - self.min[axis]) / self.cell) as usize).min(count - 1);
        place(1, self.rows) * self.columns + place(0, self.columns)
    }

    /// The nearest point to `position` that is no farther than `radius` and that `wanted` wants. `positions` must be
    /// those that the index was made from.
    pub fn nearest(
        &self,
        positions: &[[f32; 2]],
        position: [f32; 2],
        radius: f32,
        wanted: impl Fn(usize) -> bool,
    ) -> Option<usize> {
        if self.order.is_empty() || !radius.is_finite() {
            return None;
        }
        let range = |axis: usize, count: usize| {
            let place = |x: f32| ((x - self.min[axis]) / self.cell).floor().clamp(-1.0, count as f32) as i64;
            let (low, high) = (place(position[axis] - radius), place(position[axis] + radius));
            low.max(0) as usize..(high + 1).clamp(0, count as i64) as usize
        };
        let mut best = (radius * radius, None);
        for row in range(1, self.rows) {
            for column in range(0, self.columns) {
                let cell = row * self.columns + column;
                let (Some(start), Some(end)) = (self.starts.get(cell), self.starts.get(cell + 1)) else { continue };
                for point in self.order.get(*start as usize..*end as usize).unwrap_or_default() {
                    let index = *point as usize;
                    let Some(p) = positions.get(index) else { continue };
                    let distance = (p[0] - position[0]).powi(2) + (p[1] - position[1]).powi(2);
                    if distance <= best.0 && wanted(index) {
                        best = (distance, Some(index));
                    }
                }
            }
        }
        best.1
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn it_finds_what_a_scan_of_all_points_finds(
            points in prop::collection::vec((-4.0f32..4.0, -4.0f32..4.0), 0..200),
            x in -6.0f32..6.0, y in -6.0f32..6.0, radius in 0.0f32..3.0,
        ) {
            let points: Vec<[f32; 2]> = points.into_iter().map(|(x, y)| [x, y]).collect();
            let distance = |i: usize| (points[i][0] - x).powi(2) + (points[i][1] - y).powi(2);
            let even = |i: usize| i.is_multiple_of(2);
            let expected = (0..points.len()).filter(|i| even(*i) && distance(*i) <= radius * radius)
                .map(distance).min_by(f32::total_cmp);
            let found = PointIndex::new(&points).nearest(&points, [x, y], radius, even).map(distance);
            prop_assert_eq!(found, expected);
        }
    }

    #[test]
    fn points_that_are_not_numbers_and_no_points_at_all_are_no_trouble() {
        assert_eq!(PointIndex::new(&[]).nearest(&[], [0.0, 0.0], 1.0, |_| true), None);
        let points = [[f32::NAN, 0.0], [1.0, 1.0], [1.0, 1.0]];
        assert_eq!(PointIndex::new(&points).nearest(&points, [1.0, 1.0], 0.1, |i| i == 1), Some(1));
    }
}

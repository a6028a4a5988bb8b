//! Which point is under the pointer: a grid over the points of each class, so that a look costs a few cells, not all
//! points, and what is hidden costs nothing.

use super::plane_point::PlanePoint;

/// The most cells along the longer side of a grid.
const LARGEST_SIDE: f32 = 512.0;

/// Points on a plane, a grid a class.
#[derive(Clone, Debug, Default)]
pub struct PointIndex {
    classes: Vec<(usize, Grid)>,
}

/// Points of one class sorted into square cells.
#[derive(Clone, Debug)]
struct Grid {
    min: [f32; 2],
    cell: f32,
    columns: usize,
    rows: usize,
    /// Where each cell's points begin in `order`, `[columns·rows + 1]`.
    starts: Vec<u32>,
    /// Indices of points, cell by cell, rising in each.
    order: Vec<u32>,
}

/// The best of what was looked at: its squared distance and its index.
#[derive(Clone, Copy, Debug)]
struct Best {
    squared: f32,
    index: Option<usize>,
}

impl Best {
    fn offer(&mut self, squared: f32, index: usize) {
        let nearer = squared < self.squared;
        if nearer || (squared == self.squared && self.index.is_none_or(|best| index > best)) {
            *self = Self { squared, index: Some(index) };
        }
    }

    /// Offers the points of a cell.
    fn offer_all(&mut self, points: &[PlanePoint], position: [f32; 2], members: &[u32]) {
        for index in members.iter().map(|member| *member as usize) {
            if let Some(p) = points.get(index).map(|point| point.position) {
                self.offer((p[0] - position[0]).powi(2) + (p[1] - position[1]).powi(2), index);
            }
        }
    }
}

impl PointIndex {
    /// Sorts the points; those with a coordinate that is not finite are left out.
    pub fn new(points: &[PlanePoint]) -> Self {
        let mut classes: Vec<Vec<u32>> = Vec::new();
        for (index, point) in (0u32..).zip(points).filter(|(_, point)| is_finite(point.position)) {
            let class = (point.group & 0xFF) as usize;
            if classes.len() <= class {
                classes.resize_with(class + 1, Vec::new);
            }
            if let Some(members) = classes.get_mut(class) {
                members.push(index);
            }
        }
        let grids = classes
            .into_iter()
            .enumerate()
            .filter_map(|(class, members)| (!members.is_empty()).then(|| (class, Grid::new(points, &members))));
        Self { classes: grids.collect() }
    }

    /// What it takes of memory, in bytes.
    pub fn bytes(&self) -> usize {
        let entries = |grid: &Grid| (grid.starts.capacity() + grid.order.capacity()) * size_of::<u32>();
        self.classes.iter().map(|(_, grid)| entries(grid)).sum()
    }

    /// The nearest point to `position` that is no farther than `radius` and whose class is `shown`; of equally near ones
    /// the one with the highest index. `points` must be those that the index was made from.
    pub fn nearest(
        &self,
        points: &[PlanePoint],
        position: [f32; 2],
        radius: f32,
        shown: impl Fn(usize) -> bool,
    ) -> Option<usize> {
        self.search(position, radius, shown, |best, members| best.offer_all(points, position, members))
    }

    /// Walks through the cells that may have a nearer point than the best so far; `look` is given the points of each.
    fn search(
        &self,
        position: [f32; 2],
        radius: f32,
        shown: impl Fn(usize) -> bool,
        mut look: impl FnMut(&mut Best, &[u32]),
    ) -> Option<usize> {
        if !radius.is_finite() || !is_finite(position) {
            return None;
        }
        let mut best = Best { squared: radius * radius, index: None };
        for (_, grid) in self.classes.iter().filter(|(class, _)| shown(*class)) {
            grid.search(position, &mut best, &mut look);
        }
        best.index
    }
}

impl Grid {
    /// `members` are indices of points with finite positions, at least one.
    fn new(points: &[PlanePoint], members: &[u32]) -> Self {
        let position = |member: &u32| points.get(*member as usize).map_or([0.0; 2], |point| point.position);
        let (mut min, mut max) = ([f32::INFINITY; 2], [f32::NEG_INFINITY; 2]);
        for p in members.iter().map(position) {
            for axis in 0..2 {
                min[axis] = min[axis].min(p[axis]);
                max[axis] = max[axis].max(p[axis]);
            }
        }
        // About two points a cell, were they spread evenly.
        let span = (max[0] - min[0]).max(max[1] - min[1]).max(1e-6);
        let side = (members.len() as f32 / 2.0).sqrt().ceil().clamp(1.0, LARGEST_SIDE);
        let cell = span / side;
        let count = |axis: usize| ((max[axis] - min[axis]) / cell) as usize + 1;
        let (columns, rows) = (count(0), count(1));
        let mut grid = Self { min, cell, columns, rows, starts: Vec::new(), order: vec![0; members.len()] };
        // A counting sort by cell.
        let cells: Vec<usize> = members.iter().map(|member| grid.cell_of(position(member))).collect();
        let mut starts = vec![0u32; columns * rows + 1];
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
        for (member, cell) in members.iter().zip(&cells) {
            if let Some(place) = next.get_mut(*cell) {
                if let Some(slot) = grid.order.get_mut(*place as usize) {
                    *slot = *member;
                }
                *place += 1;
            }
        }
        grid.starts = starts;
        grid
    }

    /// Where a coordinate lies along the axis, in cells.
    fn place(&self, position: [f32; 2], axis: usize) -> f32 {
        (position[axis] - self.min[axis]) / self.cell
    }

    /// The column and the row of the cell that a position is in, or that is nearest to it.
    fn column_and_row(&self, position: [f32; 2]) -> [usize; 2] {
        let within = |axis: usize, count: usize| (self.place(position, axis) as usize).min(count - 1);
        [within(0, self.columns), within(1, self.rows)]
    }

    fn cell_of(&self, position: [f32; 2]) -> usize {
        let [column, row] = self.column_and_row(position);
        row * self.columns + column
    }

    /// How far at least it is to whatever is in a column or row, squared: a little less than it is, because by rounding a
    /// point may lie in the cell next to its own.
    fn squared_gap(&self, place: f32, at: usize) -> f32 {
        let cells = ((place - (at as f32 + 0.5)).abs() * 0.999_99 - 0.51).max(0.0);
        (cells * self.cell).powi(2)
    }

    /// Walks through the rows, from the position upwards and downwards.
    fn search(&self, position: [f32; 2], best: &mut Best, look: &mut impl FnMut(&mut Best, &[u32])) {
        let [_, row] = self.column_and_row(position);
        self.search_rows(row..self.rows, position, best, look);
        self.search_rows((0..row).rev(), position, best, look);
    }

    fn search_rows(
        &self,
        rows: impl Iterator<Item = usize>,
        position: [f32; 2],
        best: &mut Best,
        look: &mut impl FnMut(&mut Best, &[u32]),
    ) {
        let [column, _] = self.column_and_row(position);
        let [x, y] = [0, 1].map(|axis| self.place(position, axis));
        for row in rows {
            let up = self.squared_gap(y, row);
            if up > best.squared {
                return;
            }
            let members = |column: usize| self.members(row * self.columns + column);
            let is_far = |column: usize, best: &Best| self.squared_gap(x, column) + up > best.squared;
            for column in column..self.columns {
                if is_far(column, best) {
                    break;
                }
                look(best, members(column));
            }
            for column in (0..column).rev() {
                if is_far(column, best) {
                    break;
                }
                look(best, members(column));
            }
        }
    }

    /// The points of a cell.
    fn members(&self, cell: usize) -> &[u32] {
        let (Some(start), Some(end)) = (self.starts.get(cell), self.starts.get(cell + 1)) else { return &[] };
        self.order.get(*start as usize..*end as usize).unwrap_or_default()
    }
}

fn is_finite([x, y]: [f32; 2]) -> bool {
    x.is_finite() && y.is_finite()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::random::{Purpose, normal_rows};
    use proptest::prelude::*;

    fn squared(point: &PlanePoint, [x, y]: [f32; 2]) -> f32 {
        (point.position[0] - x).powi(2) + (point.position[1] - y).powi(2)
    }

    /// The answer by looking at every point.
    fn scan(points: &[PlanePoint], at: [f32; 2], radius: f32, shown: impl Fn(usize) -> bool) -> Option<usize> {
        let near = |i: &usize| shown(points[*i].group as usize) && squared(&points[*i], at) <= radius * radius;
        let nearer =
            |a: &usize, b: &usize| squared(&points[*a], at).total_cmp(&squared(&points[*b], at)).then(b.cmp(a));
        (0..points.len()).filter(near).min_by(nearer)
    }

    proptest! {
        #[test]
        fn it_finds_what_a_scan_of_all_points_finds(
            points in prop::collection::vec((-4.0f32..4.0, -4.0f32..4.0, 0u32..5), 0..200),
            x in -6.0f32..6.0, y in -6.0f32..6.0, radius in 0.0f32..3.0,
            hidden in 0usize..6,
        ) {
            let points: Vec<PlanePoint> =
                points.into_iter().map(|(x, y, class)| PlanePoint { position: [x, y], group: class }).collect();
            let shown = |class: usize| class != hidden;
            let found = PointIndex::new(&points).nearest(&points, [x, y], radius, shown);
            prop_assert_eq!(found, scan(&points, [x, y], radius, shown));
        }

        /// Points on few places, in lines, far from 0 or with a stray among them; looked at from near and from very far.
        #[test]
        fn it_does_so_for_awkward_points_and_for_any_radius(
            places in prop::collection::vec((-3i32..3, -3i32..3, 0u32..3), 1..120),
            scale in prop::sample::select(vec![[1e-3f32, 1e-3], [1.0, 1.0], [1.0, 0.0], [300.0, 0.01]]),
            middle in prop::sample::select(vec![0.0f32, -7.0, 1e4]),
            stray in prop::option::of(-1e5f32..1e5),
            x in -1.0f32..1.0, y in -1.0f32..1.0, reach in prop::sample::select(vec![1e-3f32, 4.0, 1e3, 1e6]),
            radius in prop::sample::select(vec![0.0f32, 0.5, 50.0, 1e7]),
        ) {
            let place = |(x, y, class): (i32, i32, u32)| {
                PlanePoint { position: [middle + x as f32 * scale[0], middle + y as f32 * scale[1]], group: class }
            };
            let stray = stray.map(|at| PlanePoint { position: [at, -at], group: 1 });
            let points: Vec<PlanePoint> = places.into_iter().map(place).chain(stray).collect();
            let at = [middle + x * reach, middle + y * reach];
            let found = PointIndex::new(&points).nearest(&points, at, radius, |class| class != 2);
            prop_assert_eq!(found, scan(&points, at, radius, |class| class != 2));
        }
    }

    #[test]
    fn points_that_are_not_numbers_and_no_points_at_all_are_no_trouble() {
        assert_eq!(PointIndex::new(&[]).nearest(&[], [0.0, 0.0], 1.0, |_| true), None);
        let (most, least) = (f32::MAX, -f32::MAX);
        let points = [
            ([f32::NAN, 0.0], 0),
            ([1.0, 1.0], 1),
            ([1.0, 1.0], 255),
            ([most, least], 3),
            ([least, most], 3),
            ([2.0, 2.0], 3),
        ];
        let points = points.map(|(position, class)| PlanePoint { position, group: class });
        let index = PointIndex::new(&points);
        assert_eq!(index.nearest(&points, [1.0, 1.0], 0.1, |class| class == 1), Some(1));
        assert_eq!(index.nearest(&points, [1.0, 1.0], 0.1, |_| true), Some(2));
        assert_eq!(index.nearest(&points, [1.9, 2.0], 0.2, |_| true), Some(5));
        assert_eq!(index.nearest(&points, [f32::NAN, 1.0], 0.1, |_| true), None);
        assert_eq!(index.nearest(&points, [1.0, 1.0], f32::INFINITY, |_| true), None);
    }

    /// What bounds the time of a look at 750 000 points in 366 000 cells: how many of them it visits, wherever it is from
    /// and whatever is hidden.
    #[test]
    fn a_look_at_very_many_points_visits_few_of_them() {
        let places = normal_rows(7, Purpose::Weights, 0, 750_000, 2);
        let mut points: Vec<PlanePoint> = (0u32..)
            .zip(places.chunks_exact(2))
            .map(|(i, p)| PlanePoint { position: [p[0], p[1]], group: i % 10 })
            .collect();
        // One point far away, and all others of its class are in one cell: they are visited once.
        for (stray, crowd) in [(0.0, 0), (1e6, 75_000)] {
            points[3].position = [stray, stray];
            let index = PointIndex::new(&points);
            for at in [[0.0, 0.0], [3.0, -3.0], [40.0, 10.0], [-900.0, 900.0]] {
                for few in [false, true] {
                    let shown = |class: usize| !few || class == 3;
                    let (mut cells, mut visited) = (0, 0);
                    let found = index.search(at, 2000.0, shown, |best, members| {
                        (cells, visited) = (cells + 1, visited + members.len());
                        best.offer_all(&points, at, members);
                    });
                    let case = format!("stray {stray}, from {at:?}, few {few}: {cells} cells, {visited} points");
                    assert!(cells <= 40_000 && visited <= crowd + 1000, "{case}");
                    assert_eq!(found, scan(&points, at, 2000.0, shown));
                }
            }
        }
    }
}

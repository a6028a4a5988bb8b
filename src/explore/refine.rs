//! Which tiles a frame decodes: a coarse grid at once where nothing else is there, then the wanted one within what a frame
//! may take, and with newer weights over and over in its place. Knows nothing of who decodes.

use super::plane::Plane;
use super::tiles::{AtlasLimits, Lattice};
use std::ops::Range;
use std::sync::Arc;

/// Which tiles of which plane are wanted.
#[derive(Clone, Debug, PartialEq)]
pub struct TilePlace {
    /// The plane.
    pub plane: Arc<Plane>,
    /// Which latents of it.
    pub lattice: Lattice,
    /// How large their atlas may be.
    pub limits: AtlasLimits,
}

impl TilePlace {
    /// Whether tiles of another place do for this one as long as there are none of its own: they cover it, and are between
    /// half and double its size.
    pub fn is_served_by(&self, other: &Self) -> bool {
        self.resembles(other) && other.lattice.covers(&self.lattice)
    }

    /// Whether tiles of another place are of the same plane, and between half and double the size.
    pub fn resembles(&self, other: &Self) -> bool {
        let ratio = other.lattice.cell / self.lattice.cell;
        self.plane == other.plane && (0.5..=2.0).contains(&ratio)
    }

    /// The same with larger cells: `cells` at most, or as few as there can be.
    pub fn coarse(&self, cells: usize) -> Self {
        Self { lattice: self.lattice.coarser_than(cells), ..self.clone() }
    }
}

/// Where tiles are put.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum TileLayer {
    /// A grid of large cells.
    Coarse,
    /// One of two grids: the one that is seen, or the one that will be.
    Fine(usize),
}

/// Tiles that one frame decodes into a layer.
#[derive(Clone, Debug, PartialEq)]
pub struct Work {
    /// Into which layer.
    pub layer: TileLayer,
    /// Whose tiles the layer holds when it is whole.
    pub place: TilePlace,
    /// Which of them, row by row.
    pub cells: Range<usize>,
}

/// What a layer holds.
#[derive(Clone, Debug)]
struct Filled {
    place: TilePlace,
    /// The version of the weights with which the first cell was decoded.
    version: u64,
    /// Cells decoded since then.
    done: usize,
}

impl Filled {
    fn cells(&self) -> usize {
        self.place.lattice.columns * self.place.lattice.rows
    }

    fn is_whole(&self) -> bool {
        self.done >= self.cells()
    }

    /// The next cells, `most` at most.
    fn advance(&mut self, most: usize) -> Range<usize> {
        let first = self.done;
        self.done = (first + most).min(self.cells());
        first..self.done
    }
}

/// What has been decoded, and what comes next.
#[derive(Debug, Default)]
pub struct Refiner {
    coarse: Option<TilePlace>,
    /// The grid that is seen, whole at least once.
    front: Option<Filled>,
    /// The grid that will take its place.
    back: Option<Filled>,
    /// Which of the two fine layers is the front.
    side: usize,
}

impl Refiner {
    /// What this frame decodes, `most` cells at most (but one at least), so that `place` is seen with the weights of `version`.
    /// It is taken as done.
    pub fn frame(&mut self, place: &TilePlace, version: u64, most: usize) -> Vec<Work> {
        let most = most.max(1);
        if let Some(front) = self.front.as_mut().filter(|front| front.place == *place) {
            self.back = None;
            if front.is_whole() && front.version != version {
                // A refresh that was begun is finished, or there would be no end of beginnings while a model trains.
                (front.version, front.done) = (version, 0);
            }
            let cells = front.advance(most);
            let work = Work { layer: TileLayer::Fine(self.side), place: place.clone(), cells };
            return if work.cells.is_empty() { Vec::new() } else { vec![work] };
        }
        let mut left = most;
        let mut works = Vec::new();
        let begun = self.back.take().filter(|back| back.place == *place);
        let mut back = begun.unwrap_or_else(|| Filled { place: place.clone(), version, done: 0 });
        let served = self.front.as_ref().is_some_and(|front| place.is_served_by(&front.place));
        let coarse = place.coarse(most.div_ceil(2));
        if back.cells() - back.done > most && !served && self.coarse.as_ref() != Some(&coarse) {
            let cells = coarse.lattice.columns * coarse.lattice.rows;
            works.push(Work { layer: TileLayer::Coarse, place: coarse.clone(), cells: 0..cells });
            self.coarse = Some(coarse);
            left = left.saturating_sub(cells);
        }
        let cells = back.advance(left);
        if !cells.is_empty() {
            works.push(Work { layer: TileLayer::Fine(1 - self.side), place: place.clone(), cells });
        }
        if back.is_whole() {
            (self.front, self.side, self.coarse) = (Some(back), 1 - self.side, None);
        } else {
            self.back = Some(back);
        }
        works
    }

    /// Whether `place` with the weights of `version` is all there.
    pub fn is_settled(&self, place: &TilePlace, version: u64) -> bool {
        self.front.as_ref().is_some_and(|front| front.place == *place && front.version == version && front.is_whole())
    }

    /// What is drawn for `place`, the lowest first: a layer, the lattice that it is laid out for, and how many of its rows,
    /// from the highest on, are there.
    pub fn layers(&self, place: &TilePlace) -> Vec<(TileLayer, Lattice, usize)> {
        let whole = |layer, lattice: Lattice| (layer, lattice, lattice.rows);
        let front = self.front.as_ref().filter(|front| front.place.plane == place.plane);
        let coarse = self.coarse.as_ref().filter(|coarse| coarse.plane == place.plane);
        let back = self.back.as_ref().filter(|back| back.place == *place);
        let fine = front.map(|front| whole(TileLayer::Fine(self.side), front.place.lattice));
        let coarse = coarse.map(|coarse| whole(TileLayer::Coarse, coarse.lattice));
        let coming = back.map(|back| {
            let lattice = back.place.lattice;
            (TileLayer::Fine(1 - self.side), lattice, back.done / lattice.columns.max(1))
        });
        let coming = coming.filter(|(.., rows)| *rows > 0);
        match front {
            Some(front) if place.resembles(&front.place) => coarse.into_iter().chain(fine).chain(coming).collect(),
            _ => fine.into_iter().chain(coarse).chain(coming).collect(),
        }
    }

    /// Forgets everything: what the layers hold is gone.
    pub fn clear(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::explore::viewport::{Area, Viewport};
    use proptest::prelude::*;

    const AREA: Area = Area { min: [0.0, 0.0], size: [640.0, 640.0] };

    fn place(view: Viewport, grid: usize) -> TilePlace {
        let lattice = Lattice::covering(&view, AREA, grid);
        TilePlace { plane: Arc::new(Plane::of_two()), lattice, limits: AtlasLimits::default() }
    }

    fn frames(refiner: &mut Refiner, place: &TilePlace, version: u64, most: usize) -> Vec<Vec<Work>> {
        let mut frames = Vec::new();
        while !refiner.is_settled(place, version) {
            frames.push(refiner.frame(place, version, most));
            assert!(frames.len() < 10_000, "it comes to an end");
        }
        assert!(refiner.frame(place, version, most).is_empty(), "nothing is left to do");
        frames
    }

    #[test]
    fn a_first_look_is_coarse_in_its_frame_and_fine_in_the_next_ones() {
        let (mut refiner, place) = (Refiner::default(), place(Viewport::default(), 32));
        let frames = frames(&mut refiner, &place, 1, 300);
        assert_eq!(frames[0][0].layer, TileLayer::Coarse);
        assert!(frames[0][0].cells.len() <= 150 && frames[0][0].place.lattice.covers(&place.lattice));
        let fine: Vec<_> = frames.iter().flatten().filter(|work| work.layer != TileLayer::Coarse).collect();
        assert!(fine.windows(2).all(|pair| pair[0].cells.end == pair[1].cells.start));
        assert!(frames.iter().all(|works| works.iter().map(|work| work.cells.len()).sum::<usize>() <= 300));
        assert_eq!(refiner.layers(&place), [(TileLayer::Fine(1), place.lattice, place.lattice.rows)]);
    }

    #[test]
    fn what_fits_a_frame_needs_no_coarse_grid() {
        let (mut refiner, place) = (Refiner::default(), place(Viewport::default(), 16));
        let frames = frames(&mut refiner, &place, 1, 5000);
        assert_eq!((frames.len(), frames[0].len()), (1, 1));
    }

    #[test]
    fn newer_weights_come_in_place_and_a_refresh_is_finished() {
        let (mut refiner, place) = (Refiner::default(), place(Viewport::default(), 32));
        frames(&mut refiner, &place, 1, 5000);
        let seen = refiner.layers(&place);
        // Weights come faster than the tiles.
        let mut cells = Vec::new();
        for version in 2..40 {
            for work in refiner.frame(&place, version, 300) {
                assert_eq!(work.layer, seen[0].0, "in place");
                cells.push(work.cells);
            }
        }
        assert!(cells.iter().filter(|cells| cells.start == 0).count() > 5, "every cell has its turn: {cells:?}");
        assert_eq!(refiner.layers(&place), seen);
    }

    #[test]
    fn zooming_in_decodes_finer_and_what_was_there_stays_until_then() {
        let mut refiner = Refiner::default();
        let far = place(Viewport::default(), 32);
        frames(&mut refiner, &far, 1, 5000);
        let near = place(Viewport { half_height: 3.0, ..Viewport::default() }, 32);
        let works = refiner.frame(&near, 1, 300);
        assert!(works.iter().all(|work| work.layer == TileLayer::Fine(0)), "the old tiles serve: {works:?}");
        // The rows that are decoded already lie over them.
        let rows = 300 / near.lattice.columns;
        let seen = [(TileLayer::Fine(1), far.lattice, far.lattice.rows), (TileLayer::Fine(0), near.lattice, rows)];
        assert_eq!(refiner.layers(&near), seen);
        frames(&mut refiner, &near, 1, 300);
        assert_eq!(refiner.layers(&near), [(TileLayer::Fine(0), near.lattice, near.lattice.rows)]);
        // Much nearer: the old tiles would be magnified, so a coarse grid of the new ones lies over them.
        let nearest = place(Viewport { half_height: 0.1, ..Viewport::default() }, 32);
        refiner.frame(&nearest, 1, 300);
        let layers = refiner.layers(&nearest);
        assert_eq!((layers[0].0, layers[1].0), (TileLayer::Fine(0), TileLayer::Coarse));
    }

    proptest! {
        #[test]
        fn wherever_one_goes_it_comes_to_an_end_and_covers_what_is_seen(
            steps in prop::collection::vec((-9.0f32..9.0, -9.0f32..9.0, 0.05f32..30.0, 1usize..=64, 1usize..900), 1..8),
        ) {
            let mut refiner = Refiner::default();
            let mut version = 0;
            for (x, y, half_height, grid, most) in steps {
                version += 1;
                let place = place(Viewport { centre: [x, y], half_height }, grid);
                refiner.frame(&place, version, most);
                let layers = refiner.layers(&place);
                let whole = |lattice: &Lattice, rows: usize| rows == lattice.rows && lattice.covers(&place.lattice);
                let covered = layers.iter().any(|(_, lattice, rows)| whole(lattice, *rows));
                prop_assert!(covered, "in the first frame: {:?}", layers);
                for _ in 0..5000 {
                    if refiner.is_settled(&place, version) {
                        break;
                    }
                    refiner.frame(&place, version, most);
                }
                prop_assert!(refiner.is_settled(&place, version));
                let last = refiner.layers(&place).last().map(|(_, lattice, rows)| (*lattice, *rows));
                prop_assert_eq!(last, Some((place.lattice, place.lattice.rows)));
            }
        }
    }
}

//! A line from place to place on a plane, and the images along it.

use super::plane::Plane;
use super::tiles::Lattice;
use super::viewport::Viewport;
use serde::{Deserialize, Serialize};

/// A line on a plane.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct PlaneLine {
    /// Where it begins.
    pub from: [f32; 2],
    /// Where it ends.
    pub to: [f32; 2],
}

/// The images along a line as a lattice of one row: what decodes and draws tiles does so for them.
#[derive(Clone, Debug, PartialEq)]
pub struct LineTiles {
    /// A plane whose first direction is the line's; its second is 0, so that rows do not matter.
    pub plane: Plane,
    /// Its cells, whose middles are the places along the line.
    pub lattice: Lattice,
}

impl PlaneLine {
    /// Images along a line, its ends included.
    pub const IMAGES: usize = 12;

    /// Whether there is something along it; of one that was read from a file there may not be.
    pub fn is_valid(&self) -> bool {
        let finite = self.from.iter().chain(&self.to).all(|x| x.abs() <= 2.0 * Viewport::LARGEST);
        finite && self.length() > 1e-6
    }

    fn length(&self) -> f32 {
        (self.to[0] - self.from[0]).hypot(self.to[1] - self.from[1])
    }

    /// The places of the images on the plane.
    pub fn positions(&self) -> [[f32; 2]; Self::IMAGES] {
        std::array::from_fn(|place| {
            let part = place as f32 / (Self::IMAGES - 1) as f32;
            [0, 1].map(|axis| self.from[axis] + part * (self.to[axis] - self.from[axis]))
        })
    }

    /// The images along it on a plane.
    pub fn tiles(&self, plane: &Plane) -> LineTiles {
        let length = self.length().max(f32::MIN_POSITIVE);
        let cell = length / (Self::IMAGES - 1) as f32;
        let [right, up] = [0, 1].map(|axis| (self.to[axis] - self.from[axis]) / length);
        let direction: Vec<f32> = plane.u.iter().zip(&plane.v).map(|(u, v)| right * u + up * v).collect();
        // The middle of the first cell is where the line begins.
        let first = plane.latent_from_plane(self.from);
        let origin = first.iter().zip(&direction).map(|(z, d)| z - cell / 2.0 * d).collect();
        let plane = Plane::new(origin, direction, vec![0.0; plane.latent()]);
        LineTiles { plane, lattice: Lattice { cell, column: 0, row: 0, columns: Self::IMAGES, rows: 1 } }
    }
}

/// The view that shows a lattice of one row from end to end.
pub fn row_view(lattice: &Lattice) -> Viewport {
    let (low, high) = lattice.bounds();
    Viewport { centre: [0, 1].map(|axis| (low[axis] + high[axis]) / 2.0), half_height: lattice.cell / 2.0 }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use proptest::prelude::*;

    proptest! {
        /// What is decoded as tiles are the latents at the places along the line.
        #[test]
        fn its_tiles_are_the_latents_along_it(
            latent in 2usize..40, seed in any::<u64>(),
            from in prop::array::uniform2(-4.0f32..4.0), to in prop::array::uniform2(-4.0f32..4.0),
        ) {
            let line = PlaneLine { from, to };
            prop_assume!(line.length() > 1e-3);
            let mut plane = Plane::random(latent, seed);
            plane.origin.fill(0.5);
            let LineTiles { plane: along, lattice } = line.tiles(&plane);
            let tiles = along.latents_from_plane(&lattice.middles());
            let wanted = plane.latents_from_plane(&line.positions());
            prop_assert_eq!(tiles.len(), wanted.len());
            for (a, b) in tiles.iter().zip(&wanted) {
                prop_assert!((a - b).abs() < 1e-3, "{} {}", a, b);
            }
            let view = row_view(&lattice);
            prop_assert!((view.half_height - lattice.cell / 2.0).abs() < 1e-6);
        }
    }

    #[test]
    fn it_is_from_end_to_end_and_one_without_length_is_none() {
        let line = PlaneLine { from: [1.0, -1.0], to: [-2.0, 3.0] };
        assert_eq!((line.positions()[0], line.positions()[11]), ([1.0, -1.0], [-2.0, 3.0]));
        assert!(line.is_valid());
        assert!(!PlaneLine { to: line.from, ..line }.is_valid());
        assert!(!PlaneLine { to: [f32::NAN, 0.0], ..line }.is_valid());
    }
}

//! Where a decoder puts a lattice of its latent plane.

use crate::explore::plane::Plane;
use crate::snapshot::{Scratch, Snapshot};

/// Places on a line between two crossings with others.
const FINENESS: usize = 4;

/// A lattice of the latent plane: equally spaced lines along both directions.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MappedGrid {
    /// Cells a side.
    pub cells: usize,
    /// Half its side, in standard deviations of the prior.
    pub reach: f32,
}

impl MappedGrid {
    /// The lines as the decoder maps them: those along the plane's first direction from bottom to top, then those along the
    /// second from left to right. Of points of the plane only; none of others.
    pub fn of(&self, snapshot: &Snapshot, plane: &Plane) -> Vec<Vec<[f32; 2]>> {
        let cells = self.cells.max(1);
        let finest = cells * FINENESS;
        let at = |place: usize, all: usize| self.reach * (2.0 * place as f32 / all as f32 - 1.0);
        let mut latents = Vec::new();
        for line in 0..=cells {
            (0..=finest)
                .for_each(|place| latents.extend(plane.latent_from_plane([at(place, finest), at(line, cells)])));
        }
        for line in 0..=cells {
            (0..=finest)
                .for_each(|place| latents.extend(plane.latent_from_plane([at(line, cells), at(place, finest)])));
        }
        let points = places(snapshot, &latents, &mut Scratch::default());
        points.chunks_exact(finest + 1).map(<[_]>::to_vec).collect()
    }
}

/// Where a decoder puts latents, `[count, latent]`. Of points of the plane only; none of others.
pub fn places(snapshot: &Snapshot, latents: &[f32], scratch: &mut Scratch) -> Vec<[f32; 2]> {
    if snapshot.decoder.output() != 2 || snapshot.latent == 0 {
        return Vec::new();
    }
    let count = latents.len() / snapshot.latent;
    let values = snapshot.decoder.evaluate(latents, count, scratch);
    values.chunks_exact(2).map(|point| [point[0], point[1]]).collect()
}

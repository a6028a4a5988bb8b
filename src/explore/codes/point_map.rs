//! Maps of points: codes laid onto two dimensions so that near ones lie near each other. There is no way back: a place between
//! points is no latent.

use super::components::Components;
use crate::explore::encoded::Encoding;
use crate::random::{Purpose, normal_rows};
use bhtsne::tSNE;
use serde::{Deserialize, Serialize};

/// Codes that a map is of, at most: of more, evenly spread ones are.
pub const MOST_MAPPED: usize = 2500;
/// Steps of t-SNE's descent, and those of them in which near codes attract each other more than they should.
const EPOCHS: usize = 1000;
const EXAGGERATED: usize = 250;
/// Steps between two checks whether to go on; each stretch starts from rest.
const STRETCH: usize = 125;
/// How many neighbours a code has, about (van der Maaten and Hinton 2008).
const PERPLEXITY: f32 = 30.0;
/// How coarse the Barnes–Hut approximation of far points is.
const THETA: f32 = 0.5;
/// Spread of the places that t-SNE begins with.
const BEGIN: f32 = 1e-4;

/// How codes are laid out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum MapKind {
    /// Along their first two principal components.
    #[default]
    Pca,
    /// By t-SNE.
    Tsne,
}

impl MapKind {
    /// Both.
    pub const BOTH: [Self; 2] = [Self::Pca, Self::Tsne];

    /// 0 or 1.
    pub const fn index(self) -> usize {
        self as usize
    }
}

/// Codes laid out.
#[derive(Clone, Debug, PartialEq)]
pub struct PointMap {
    /// How.
    pub kind: MapKind,
    /// The step of the weights.
    pub step: u64,
    /// Codes that there were.
    pub of: usize,
    /// Where each code lies on the map, `[count]`.
    pub positions: Vec<[f32; 2]>,
    /// The places of the images in the split, rising, `[count]`.
    pub images: Vec<u32>,
    /// Their classes, `[count]`.
    pub labels: Vec<u8>,
    /// The codes, `[count, latent]`.
    pub codes: Vec<f32>,
    /// Latent dimensions.
    pub latent: usize,
}

impl PointMap {
    /// Lays out codes that are finite; `None` where `go_on` (given what is done and what there is to do) said no, or there are too
    /// few codes. The same codes and seed give the same map on one thread.
    pub fn of(
        kind: MapKind,
        encoding: &Encoding,
        seed: u64,
        go_on: &mut (dyn FnMut(usize, usize) -> bool + Send),
    ) -> Option<Self> {
        let latent = encoding.latent;
        let known = encoding.mean.chunks_exact(latent.max(1)).zip(encoding.images.iter().zip(&encoding.labels));
        let finite = known.step_by(encoding.count().div_ceil(MOST_MAPPED).max(1));
        let finite = finite.filter(|(code, _)| code.iter().all(|x| x.is_finite()));
        let (mut images, mut labels, mut codes) = (Vec::new(), Vec::new(), Vec::new());
        for (code, (image, label)) in finite {
            codes.extend_from_slice(code);
            images.push(*image);
            labels.push(*label);
        }
        let components = Components::of(&codes, latent, 2, &mut || go_on(0, 1))?;
        let mut positions = Vec::with_capacity(images.len());
        for code in codes.chunks_exact(latent) {
            let mut along = components.directions.chunks_exact(latent).map(|direction| {
                code.iter().zip(&components.mean).zip(direction).map(|((z, mean), d)| (z - mean) * d).sum::<f32>()
            });
            positions.push([along.next().unwrap_or(0.0), along.next().unwrap_or(0.0)]);
        }
        if kind == MapKind::Tsne {
            positions = embedded(&codes, latent, &positions, seed, go_on)?;
        }
        Some(Self { kind, step: encoding.step, of: encoding.count(), positions, images, labels, codes, latent })
    }

    /// A code, `[latent]`.
    pub fn code(&self, index: usize) -> Option<&[f32]> {
        self.codes.get(index * self.latent..(index + 1) * self.latent)
    }

    /// The point nearest to a position that is no farther than `radius`.
    pub fn nearest(&self, position: [f32; 2], radius: f32) -> Option<usize> {
        let squared = |[x, y]: &[f32; 2]| (x - position[0]).powi(2) + (y - position[1]).powi(2);
        let near = self.positions.iter().map(squared).enumerate().filter(|(_, d)| *d <= radius * radius);
        near.min_by(|a, b| a.1.total_cmp(&b.1)).map(|(index, _)| index)
    }

    /// The lower and the upper ends of both axes.
    pub fn bounds(&self) -> ([f32; 2], [f32; 2]) {
        let (mut low, mut high) = ([f32::INFINITY; 2], [f32::NEG_INFINITY; 2]);
        for [x, y] in &self.positions {
            low = [low[0].min(*x), low[1].min(*y)];
            high = [high[0].max(*x), high[1].max(*y)];
        }
        (low, high)
    }
}

/// t-SNE of codes (van der Maaten 2014), begun where they lie along their principal components.
fn embedded(
    codes: &[f32],
    latent: usize,
    begin: &[[f32; 2]],
    seed: u64,
    go_on: &mut (dyn FnMut(usize, usize) -> bool + Send),
) -> Option<Vec<[f32; 2]>> {
    let rows: Vec<&[f32]> = codes.chunks_exact(latent).collect();
    let perplexity = PERPLEXITY.min(((rows.len().saturating_sub(1)) / 3) as f32);
    if perplexity < 2.0 {
        return None;
    }
    let spread = begin.iter().map(|[x, _]| x * x).sum::<f32>().sqrt() / (rows.len() as f32).sqrt();
    let scale = if spread > 0.0 { BEGIN / spread } else { 0.0 };
    // Codes that are the same do not begin at the same place.
    let apart = normal_rows(seed, Purpose::Plane, 2, rows.len(), 2);
    let mut places: Vec<f32> =
        begin.iter().flatten().zip(&apart).map(|(x, apart)| x * scale + 1e-2 * BEGIN * apart).collect();
    let mut descent = tSNE::<f32, &[f32], 2>::new(&rows);
    descent.perplexity(perplexity).epochs(STRETCH).momentum_switch_epoch(usize::MAX);
    let distance = |a: &&[f32], b: &&[f32]| a.iter().zip(*b).map(|(a, b)| (a - b).powi(2)).sum::<f32>().sqrt();
    for done in (0..EPOCHS).step_by(STRETCH) {
        if !go_on(done, EPOCHS) {
            return None;
        }
        let exaggerated = done < EXAGGERATED;
        descent.stop_lying_epoch(if exaggerated { usize::MAX } else { 0 }).momentum(if exaggerated {
            0.5
        } else {
            0.8
        });
        descent.initial_embedding(places).barnes_hut(THETA, distance);
        places = descent.embedding();
    }
    let positions: Vec<[f32; 2]> = places.chunks_exact(2).map(|place| [place[0], place[1]]).collect();
    positions.iter().flatten().all(|x| x.is_finite()).then_some(positions)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use std::time::Duration;

    /// Three clouds of codes far apart, of classes 0, 1 and 2.
    fn clouds(each: usize, latent: usize) -> Encoding {
        let mut mean = normal_rows(3, Purpose::Sample, 0, 3 * each, latent);
        mean.chunks_exact_mut(latent).enumerate().for_each(|(row, code)| code[row % 3] += 12.0);
        Encoding {
            step: 5,
            latent,
            log_variance: vec![0.0; mean.len()],
            mean,
            kl_per_dimension: vec![0.0; latent],
            images: (0..3 * each as u32).collect(),
            labels: (0..3 * each).map(|row| (row % 3) as u8).collect(),
            took: Duration::ZERO,
        }
    }

    /// The part of points whose nearest other point has their class.
    fn purity(map: &PointMap) -> f64 {
        let squared = |a: [f32; 2], b: [f32; 2]| (a[0] - b[0]).powi(2) + (a[1] - b[1]).powi(2);
        let same = (0..map.positions.len()).filter(|own| {
            let others = (0..map.positions.len()).filter(|other| other != own);
            let nearest = others.min_by(|a, b| {
                squared(map.positions[*a], map.positions[*own])
                    .total_cmp(&squared(map.positions[*b], map.positions[*own]))
            });
            map.labels[nearest.unwrap()] == map.labels[*own]
        });
        same.count() as f64 / map.positions.len() as f64
    }

    #[test]
    fn both_maps_keep_clouds_apart_and_repeat() {
        let encoding = clouds(40, 8);
        for kind in MapKind::BOTH {
            let map = || {
                let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
                pool.install(|| PointMap::of(kind, &encoding, 7, &mut |_, _| true)).unwrap()
            };
            let first = map();
            assert!(purity(&first) > 0.98, "{kind:?}: {}", purity(&first));
            assert_eq!(first, map(), "{kind:?}");
            assert_eq!((first.positions.len(), first.of, first.step), (120, 120, 5));
            let (low, high) = first.bounds();
            assert!(first.positions.iter().all(|p| (0..2).all(|axis| (low[axis]..=high[axis]).contains(&p[axis]))));
            let [x, y] = first.positions[17];
            assert_eq!(first.nearest([x, y], 1e-3), Some(17));
            assert_eq!(first.code(17).unwrap(), &encoding.mean[17 * 8..18 * 8]);
            assert_eq!(first.nearest([high[0] + 1e3, 0.0], 1.0), None);
        }
    }

    #[test]
    fn it_stops_when_told_and_needs_some_codes() {
        let stopped = PointMap::of(MapKind::Tsne, &clouds(10, 4), 1, &mut |done, total| done * 2 < total);
        assert_eq!(stopped, None);
        assert_eq!(PointMap::of(MapKind::Tsne, &clouds(1, 4), 1, &mut |_, _| true), None);
        let many = PointMap::of(MapKind::Pca, &clouds(2000, 3), 1, &mut |_, _| true).unwrap();
        assert!(many.positions.len() <= MOST_MAPPED && many.positions.len() > MOST_MAPPED / 2 && many.of == 6000);
    }
}

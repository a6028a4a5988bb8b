//! Paths through a latent space: from waypoint to waypoint straight, along great circles, or the shortest way by what the
//! decoder makes of it.

mod curve;
mod descent;
mod file;
mod graph;
mod metric;
mod on_plane;
mod plane_path;
mod spherical;
mod support;
#[cfg(test)]
mod tests;

pub use curve::LatentCurve;
pub use file::{PATH_FRAMES, PathFile, PathFileError, Waypoints};
pub use metric::PathMetric;
pub use on_plane::{PATH_IMAGES, PathMade, PathSource};
pub use plane_path::{MOST_WAYPOINTS, PlanePath};
pub use support::DataSupport;

use crate::snapshot::Network;
use graph::PathGraph;
use serde::{Deserialize, Serialize};

/// Pieces of a curve between two waypoints.
const PIECES: usize = 48;

/// How a path goes from one waypoint to the next.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PathKind {
    /// Straight.
    #[default]
    Straight,
    /// Along a great circle about 0, the distance from 0 changing evenly: what a normal prior of many dimensions asks for.
    Spherical,
    /// The shortest way under the decoder's pull-back metric, kept to where the data is: [`PathMetric`].
    Geodesic,
}

impl PathKind {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Straight, Self::Spherical, Self::Geodesic];
}

/// What a path is made from.
#[derive(Clone, Debug, PartialEq)]
pub struct PathPlan {
    /// How it goes from waypoint to waypoint.
    pub kind: PathKind,
    /// Whether it goes back from the last to the first.
    pub closed: bool,
    /// `[latent]` each, two or more.
    pub waypoints: Vec<Vec<f32>>,
}

impl PathPlan {
    /// The path; `support` is where the data is. `None` where `go_on`, asked now and then, says no, or where there is no path:
    /// fewer than two waypoints, or waypoints that are not the decoder's inputs.
    pub fn curve(
        &self,
        decoder: &Network,
        support: Option<&DataSupport>,
        go_on: &mut dyn FnMut() -> bool,
    ) -> Option<LatentCurve> {
        let latent = decoder.input();
        let is_latent = |point: &Vec<f32>| point.len() == latent && point.iter().all(|z| z.is_finite());
        if self.waypoints.len() < 2 || latent == 0 || !self.waypoints.iter().all(is_latent) {
            return None;
        }
        let after = self.waypoints.iter().skip(1).chain(self.waypoints.first().filter(|_| self.closed));
        let legs = self.waypoints.iter().zip(after);
        let mut points: Vec<f32> = Vec::new();
        match self.kind {
            PathKind::Straight => legs.for_each(|(from, to)| append(&mut points, (from, to), straight(from, to))),
            PathKind::Spherical => {
                legs.for_each(|(from, to)| append(&mut points, (from, to), spherical::leg(from, to, PIECES)));
            }
            PathKind::Geodesic => {
                let mut metric = PathMetric::new(decoder, support, &self.waypoints, go_on)?;
                let graph = PathGraph::new(&mut metric, &self.waypoints, go_on)?;
                for (number, (from, to)) in legs.enumerate() {
                    let ends = [number, (number + 1) % self.waypoints.len()];
                    let around = graph.shortest(ends);
                    let leg = metric.shortest((from, to), around, PIECES, go_on)?;
                    append(&mut points, (from, to), leg.into_iter().map(|z| z as f32).collect());
                }
            }
        }
        Some(LatentCurve { latent, points, closed: self.closed })
    }
}

/// The pieces of a straight leg, `[PIECES + 1, latent]`.
fn straight(from: &[f32], to: &[f32]) -> Vec<f32> {
    let at = |piece: usize| {
        let part = piece as f32 / PIECES as f32;
        from.iter().zip(to).map(move |(from, to)| from + part * (to - from))
    };
    (0..=PIECES).flat_map(at).collect()
}

/// Appends a leg whose ends are the waypoints to the bit; the first of them is there already but for the first leg.
fn append(points: &mut Vec<f32>, (from, to): (&[f32], &[f32]), leg: Vec<f32>) {
    let latent = from.len();
    if points.is_empty() {
        points.extend_from_slice(from);
    }
    let inner = latent..leg.len().saturating_sub(latent);
    points.extend_from_slice(leg.get(inner).unwrap_or_default());
    points.extend_from_slice(to);
}

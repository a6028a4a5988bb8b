//! Waypoints on a plane and how one goes from one to the next: what a person lays.

use super::PathKind;
use crate::explore::viewport::Viewport;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Waypoints of a path over a plane, at most.
pub const MOST_WAYPOINTS: usize = 64;

/// A path as it is laid.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct PlanePath {
    /// Positions on the plane; of one there is no path yet.
    pub waypoints: Vec<[f32; 2]>,
    /// Waypoints that are the codes of test images, by their number: their places in the split. Where a model has no encoder the
    /// position serves.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub images: BTreeMap<usize, u32>,
    /// How it goes from waypoint to waypoint.
    pub kind: PathKind,
    /// Whether it goes back from the last to the first.
    pub closed: bool,
}

impl PlanePath {
    /// Whether all its waypoints can lie on a plane; of a path that was read from a file they may not.
    pub fn is_valid(&self) -> bool {
        let finite = self.waypoints.iter().flatten().all(|x| x.abs() <= 2.0 * Viewport::LARGEST);
        let known = self.images.keys().all(|waypoint| *waypoint < self.waypoints.len());
        finite && known && (1..=MOST_WAYPOINTS).contains(&self.waypoints.len())
    }

    /// Whether it leads anywhere.
    pub fn leads(&self) -> bool {
        self.waypoints.len() > 1
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn what_cannot_lie_on_a_plane_is_no_path() {
        let path = |waypoints: Vec<[f32; 2]>| PlanePath { waypoints, ..PlanePath::default() };
        assert!(path(vec![[0.0, 1.0]]).is_valid() && !path(vec![[0.0, 1.0]]).leads());
        assert!(!path(vec![]).is_valid() && !path(vec![[f32::NAN, 0.0]]).is_valid());
        assert!(!path(vec![[1e30, 0.0]]).is_valid() && !path(vec![[0.0; 2]; MOST_WAYPOINTS + 1]).is_valid());
        let image = |waypoint| PlanePath { images: BTreeMap::from([(waypoint, 7)]), ..path(vec![[0.0; 2]; 2]) };
        assert!(image(1).is_valid() && !image(2).is_valid());
    }

    #[test]
    fn a_path_from_before_there_were_images_is_read_and_images_are_kept() {
        let old = r#"{"waypoints":[[0.0,1.0],[1.0,0.5]],"kind":"geodesic","closed":true}"#;
        let path: PlanePath = serde_json::from_str(old).unwrap();
        assert!(path.images.is_empty() && path.closed);
        assert_eq!(serde_json::to_string(&path).unwrap(), old);
        let path = PlanePath { images: BTreeMap::from([(1, 7)]), ..path };
        assert_eq!(serde_json::from_str::<PlanePath>(&serde_json::to_string(&path).unwrap()).unwrap(), path);
    }
}

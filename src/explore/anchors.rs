//! Three latents that a person has marked: a plane goes through them, and they are added and subtracted.

use super::direction_source::DirectionSource;
use super::plane::{Plane, PlaneAxis};
use serde::{Deserialize, Serialize};

/// A latent that a person has marked.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Anchor {
    /// The latent, `[latent]`.
    pub latent: Vec<f32>,
    /// The test image whose code it is, by its place in the split.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<u32>,
}

/// The anchors a, b and c of a model.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Anchors([Option<Anchor>; 3]);

impl Anchors {
    /// Their letters.
    pub const NAMES: [&str; 3] = ["a", "b", "c"];

    /// The anchor at a place, from 0.
    pub fn get(&self, place: usize) -> Option<&Anchor> {
        self.0.get(place)?.as_ref()
    }

    /// Marks a latent, or takes the mark away. Whether something changed.
    pub fn set(&mut self, place: usize, anchor: Option<Anchor>) -> bool {
        match self.0.get_mut(place) {
            Some(now) if *now != anchor => {
                *now = anchor;
                true
            }
            _ => false,
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.iter().all(Option::is_none)
    }

    /// All three latents, where they are there and have so many finite values.
    pub fn latents(&self, latent: usize) -> Option<[&[f32]; 3]> {
        let whole = |place: usize| {
            let z = self.get(place)?.latent.as_slice();
            (z.len() == latent && z.iter().all(|x| x.is_finite())).then_some(z)
        };
        Some([whole(0)?, whole(1)?, whole(2)?])
    }

    /// The plane through all three with their mean at `[0, 0]`: u leads from a towards b, c lies above it. `None` where one is
    /// missing or they lie in a line.
    pub fn plane(&self, latent: usize) -> Option<Plane> {
        let [a, b, c] = self.latents(latent)?;
        let origin: Vec<f32> = a.iter().zip(b).zip(c).map(|((a, b), c)| (a + b + c) / 3.0).collect();
        let to = |end: &[f32]| end.iter().zip(a).map(|(end, a)| end - a).collect::<Vec<f32>>();
        let source = Some(DirectionSource::Anchors);
        let along = Plane { origin, ..Plane::of_axes(latent, 0, 1) }.towards(PlaneAxis::X, &to(b), source.clone())?;
        let up = to(c);
        let share: f32 = along.u.iter().zip(&up).map(|(u, x)| u * x).sum();
        let across: Vec<f32> = along.u.iter().zip(&up).map(|(u, x)| x - share * u).collect();
        along.towards(PlaneAxis::Y, &across, source)
    }

    /// a − b + c, `[latent]`.
    pub fn combined(&self, latent: usize) -> Option<Vec<f32>> {
        let [a, b, c] = self.latents(latent)?;
        Some(a.iter().zip(b).zip(c).map(|((a, b), c)| a - b + c).collect())
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::random::{Purpose, normal_rows};
    use proptest::prelude::*;

    fn anchors(latents: [Vec<f32>; 3]) -> Anchors {
        Anchors(latents.map(|latent| Some(Anchor { latent, image: None })))
    }

    proptest! {
        #[test]
        fn the_plane_goes_through_all_three(latent in 2usize..40, seed in any::<u64>()) {
            let rows = normal_rows(seed, Purpose::Plane, 0, 3, latent);
            let mut rows = rows.chunks_exact(latent).map(<[f32]>::to_vec);
            let anchors = anchors([rows.next().unwrap(), rows.next().unwrap(), rows.next().unwrap()]);
            let Some(plane) = anchors.plane(latent) else { return Ok(()) };
            for place in 0..3 {
                let z = &anchors.get(place).unwrap().latent;
                let back = plane.latent_from_plane(plane.plane_from_latent(z));
                let off: f32 = back.iter().zip(z).map(|(x, y)| (x - y).powi(2)).sum();
                prop_assert!(off.sqrt() < 1e-3, "{off}");
            }
            let [ax, ay] = plane.plane_from_latent(&anchors.get(0).unwrap().latent);
            let [bx, by] = plane.plane_from_latent(&anchors.get(1).unwrap().latent);
            prop_assert!(bx > ax && (by - ay).abs() < 1e-3);
            prop_assert!(plane.plane_from_latent(&anchors.get(2).unwrap().latent)[1] > ay);
        }
    }

    #[test]
    fn three_in_a_line_or_two_are_no_plane() {
        let line = anchors([vec![0.0; 4], vec![1.0; 4], vec![3.0; 4]]);
        assert_eq!(line.plane(4), None);
        assert_eq!(line.combined(4), Some(vec![2.0; 4]));
        assert_eq!(line.plane(5), None, "of another model");
        let mut two = line;
        assert!(two.set(1, None) && !two.set(1, None) && !two.set(7, None));
        assert_eq!((two.plane(4), two.combined(4)), (None, None));
    }
}

//! Precision and recall (Kynkäänniemi 2019), density and coverage (Naeem 2020): whose neighbourhoods the examples of two sets lie
//! in. The neighbourhood of an example is the ball that reaches to its k-th nearest neighbour in its own set.

use super::feature_set::{FeatureSet, fold_products};

/// k of all four figures.
pub const MANIFOLD_NEIGHBOURS: usize = 5;

/// A set with the neighbourhood of each example.
#[derive(Clone, Debug)]
pub struct Manifold {
    set: FeatureSet,
    /// The squared distance of each to its k-th nearest other.
    radii: Vec<f32>,
}

impl Manifold {
    /// Of a set and k; `None` where an example has fewer others.
    pub fn new(set: FeatureSet, neighbours: usize) -> Option<Self> {
        if neighbours == 0 || set.count() <= neighbours {
            return None;
        }
        let begin = |rows: std::ops::Range<usize>| vec![vec![f32::INFINITY; neighbours]; rows.len()];
        let stripes = fold_products(&set, &set, begin, |nearest, mut block| {
            block.square_distances(&set, &set);
            let start = block.columns.start;
            for (nearest, (row, distances)) in nearest.iter_mut().zip(block.each_row()) {
                if let Some(own) = row.checked_sub(start).and_then(|place| distances.get_mut(place)) {
                    *own = f32::INFINITY;
                }
                distances.iter().for_each(|distance| insert(nearest, *distance));
            }
        });
        let radii = stripes.into_iter().flatten().filter_map(|nearest| nearest.last().copied()).collect();
        Some(Self { set, radii })
    }

    /// Examples.
    pub fn count(&self) -> usize {
        self.radii.len()
    }

    /// Its examples.
    pub fn set(&self) -> &FeatureSet {
        &self.set
    }
}

/// Keeps the smallest values in rising order.
fn insert(nearest: &mut [f32], value: f32) {
    if nearest.last().is_some_and(|last| value < *last) {
        let place = nearest.partition_point(|other| *other <= value);
        if let Some(after) = nearest.get_mut(place..) {
            after.rotate_right(1);
            after.iter_mut().take(1).for_each(|first| *first = value);
        }
    }
}

/// In whose neighbourhoods the examples of a real and of a generated set lie.
#[derive(Clone, Debug, PartialEq)]
pub struct Neighbourhoods {
    /// In how many real neighbourhoods each generated example lies.
    inside: Vec<u32>,
    /// Whether each real example lies in a generated neighbourhood.
    reached: Vec<bool>,
    /// Whether a generated example lies in the neighbourhood of each real one.
    covered: Vec<bool>,
    neighbours: usize,
}

impl Neighbourhoods {
    /// Of two sets whose neighbourhoods are of the same k.
    pub fn of(real: &Manifold, generated: &Manifold, neighbours: usize) -> Self {
        struct Stripe {
            inside: Vec<u32>,
            reached: Vec<bool>,
            covered: Vec<bool>,
        }
        let begin = |rows: std::ops::Range<usize>| Stripe {
            inside: vec![0; generated.count()],
            reached: vec![false; rows.len()],
            covered: vec![false; rows.len()],
        };
        let stripes = fold_products(&real.set, &generated.set, begin, |stripe, mut block| {
            block.square_distances(&real.set, &generated.set);
            let (inside, radii) = (&mut stripe.inside[block.columns.clone()], &generated.radii[block.columns.clone()]);
            let states = stripe.reached.iter_mut().zip(&mut stripe.covered);
            for ((reached, covered), (row, distances)) in states.zip(block.each_row()) {
                let own = real.radii[row];
                for ((distance, inside), radius) in distances.iter().zip(inside.iter_mut()).zip(radii) {
                    let is_inside = *distance < own;
                    *inside += u32::from(is_inside);
                    *covered |= is_inside;
                    *reached |= *distance < *radius;
                }
            }
        });
        let mut out = Self { inside: vec![0; generated.count()], reached: vec![], covered: vec![], neighbours };
        for stripe in stripes {
            out.inside.iter_mut().zip(stripe.inside).for_each(|(sum, inside)| *sum += inside);
            out.reached.extend(stripe.reached);
            out.covered.extend(stripe.covered);
        }
        out
    }

    /// 1 for each generated example that lies in a real neighbourhood, else 0: precision is their mean.
    pub fn precision(&self) -> Vec<f64> {
        self.inside.iter().map(|inside| f64::from(u8::from(*inside > 0))).collect()
    }

    /// 1 for each real example that lies in a generated neighbourhood, else 0: recall is their mean.
    pub fn recall(&self) -> Vec<f64> {
        self.reached.iter().map(|reached| f64::from(u8::from(*reached))).collect()
    }

    /// Real neighbourhoods that each generated example lies in, over k: density is their mean, about 1 for equal sets.
    pub fn density(&self) -> Vec<f64> {
        self.inside.iter().map(|inside| f64::from(*inside) / self.neighbours as f64).collect()
    }

    /// 1 for each real example whose neighbourhood has a generated one in it, else 0: coverage is their mean.
    pub fn coverage(&self) -> Vec<f64> {
        self.covered.iter().map(|covered| f64::from(u8::from(*covered))).collect()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_line_of_points_has_the_neighbourhoods_that_one_counts() {
        let line = |points: &[f32]| Manifold::new(FeatureSet::new(points.to_vec(), 1), 1).unwrap();
        let (real, generated) = (line(&[0.0, 1.0, 2.0, 10.0]), line(&[0.5, 1.5, 30.0]));
        assert_eq!(real.radii, [1.0, 1.0, 1.0, 64.0]);
        let found = Neighbourhoods::of(&real, &generated, 1);
        assert_eq!(found.precision(), [1.0, 1.0, 0.0]);
        assert_eq!(found.density(), [2.0, 2.0, 0.0], "0.5 lies about 0 and 1; 1.5 about 1 and 2, not 8 away from 10");
        assert_eq!(found.recall(), [1.0, 1.0, 1.0, 1.0], "10 lies within 28.5 of 30");
        assert_eq!(found.coverage(), [1.0, 1.0, 1.0, 0.0]);
        assert!(Manifold::new(FeatureSet::new(vec![1.0], 1), 1).is_none());
    }
}

//! A direction for what the data says of its examples: the difference of two mean codes, with how sure it is.

use crate::dataset::{ColumnValues, Split};
use crate::explore::coloring::{class_column, others};
use crate::explore::direction_source::{AttributeFigures, DirectionSource};
use crate::explore::plane::{Plane, PlaneAxis};
use serde::{Deserialize, Serialize};

/// What examples are told apart by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Attribute {
    /// This class against all others.
    Class(usize),
    /// The upper half of the numbers in the column of this name against the lower half.
    Column(String),
}

impl Attribute {
    /// What examples of a split can be told apart by, with what that is called.
    pub fn all(split: &Split) -> Vec<(Self, String)> {
        let names = class_column(split).map(|_| split.class_names()).unwrap_or_default();
        let classes = names.iter().enumerate().map(|(class, name)| (Self::Class(class), name.clone()));
        let numbers = others(split).filter(|column| matches!(column.values, ColumnValues::Number(_)));
        classes.chain(numbers.map(|column| (Self::Column(column.name.clone()), column.name.clone()))).collect()
    }

    /// On which side each of the images (places in the split) stands: `true` has the attribute, `None` is on neither side.
    pub fn sides(&self, split: &Split, images: &[u32]) -> Vec<Option<bool>> {
        match self {
            Self::Class(class) => {
                images.iter().map(|image| split.class(*image as usize).map(|own| own == *class)).collect()
            }
            Self::Column(name) => {
                let numbers =
                    others(split).find(|column| column.name == *name).and_then(|column| match &column.values {
                        ColumnValues::Number(numbers) => Some(numbers),
                        ColumnValues::Class { .. } | ColumnValues::Text(_) => None,
                    });
                let Some(numbers) = numbers else { return vec![None; images.len()] };
                let number = |image: &u32| numbers.get(*image as usize).filter(|number| number.is_finite());
                let values: Vec<Option<f32>> = images.iter().map(number).collect();
                let mut sorted: Vec<f32> = values.iter().flatten().copied().collect();
                sorted.sort_by(f32::total_cmp);
                let Some(median) = sorted.get(sorted.len() / 2).copied() else { return vec![None; images.len()] };
                // Numbers of few values may have their median at an end.
                let at_end = sorted.first() == Some(&median);
                let is_upper = |value: f32| if at_end { value > median } else { value >= median };
                values.into_iter().map(|value| value.map(is_upper)).collect()
            }
        }
    }

    /// What it is called.
    pub fn name(&self, split: &Split) -> String {
        match self {
            Self::Class(class) => split.class_names().get(*class).cloned().unwrap_or_else(|| class.to_string()),
            Self::Column(name) => name.clone(),
        }
    }
}

/// The difference of two mean codes.
#[derive(Clone, Debug, PartialEq)]
pub struct AttributeDirection {
    /// From the mean code without the attribute to that with it, `[latent]`.
    pub difference: Vec<f32>,
    /// Its length.
    pub distance: f32,
    /// Standard error of its length: the codes' spread along it over the roots of their numbers.
    pub error: f32,
    /// How far it points off as a rule, in degrees: the standard error of the difference across it, seen from its beginning.
    pub angle_deg: f32,
}

/// Mean and variance of some codes.
struct Moments {
    count: f64,
    mean: Vec<f64>,
    /// Of each dimension, over n − 1.
    variance: Vec<f64>,
}

impl Moments {
    fn of<'a>(codes: impl Iterator<Item = &'a [f32]> + Clone, latent: usize) -> Self {
        let count = codes.clone().count() as f64;
        let mut mean = vec![0.0f64; latent];
        codes.clone().for_each(|z| mean.iter_mut().zip(z).for_each(|(sum, x)| *sum += f64::from(*x) / count));
        let mut variance = vec![0.0f64; latent];
        for z in codes {
            for ((sum, x), mean) in variance.iter_mut().zip(z).zip(&mean) {
                *sum += (f64::from(*x) - mean).powi(2) / (count - 1.0);
            }
        }
        Self { count, mean, variance }
    }
}

impl AttributeDirection {
    /// Of codes `[n, latent]` whose sides are `[n]`. `None` where a side has fewer than two, or the means are the same.
    pub fn of(codes: &[f32], latent: usize, sides: &[Option<bool>]) -> Option<Self> {
        let rows = || codes.chunks_exact(latent.max(1)).zip(sides).filter(|(z, _)| z.iter().all(|x| x.is_finite()));
        let side = |with: bool| rows().filter(move |(_, side)| **side == Some(with)).map(|(z, _)| z);
        let (with, without) = (Moments::of(side(true), latent), Moments::of(side(false), latent));
        if with.count < 2.0 || without.count < 2.0 {
            return None;
        }
        let difference: Vec<f64> = with.mean.iter().zip(&without.mean).map(|(a, b)| a - b).collect();
        let distance = difference.iter().map(|x| x * x).sum::<f64>().sqrt();
        if distance <= 1e-9 {
            return None;
        }
        // The spread along it is that of the codes' own projections: their dimensions need not be independent.
        let along = |z: &[f32]| z.iter().zip(&difference).map(|(x, d)| f64::from(*x) * d).sum::<f64>() / distance;
        let along_variance = |with: bool, count: f64| {
            let mean = side(with).map(along).sum::<f64>() / count;
            side(with).map(|z| (along(z) - mean).powi(2)).sum::<f64>() / (count - 1.0) / count
        };
        let error = along_variance(true, with.count) + along_variance(false, without.count);
        let all: f64 =
            with.variance.iter().sum::<f64>() / with.count + without.variance.iter().sum::<f64>() / without.count;
        let across = (all - error).max(0.0).sqrt();
        Some(Self {
            difference: difference.iter().map(|x| *x as f32).collect(),
            distance: distance as f32,
            error: error.sqrt() as f32,
            angle_deg: across.atan2(distance).to_degrees() as f32,
        })
    }

    /// The same plane with one direction along it.
    pub fn laid(&self, plane: &Plane, axis: PlaneAxis, name: String) -> Option<Plane> {
        let Self { distance, error, angle_deg, .. } = *self;
        let source = DirectionSource::Attribute(AttributeFigures { name, distance, error, angle_deg });
        plane.towards(axis, &self.difference, Some(source))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::dataset::{Cells, Column, ImageShape};
    use crate::random::{Purpose, normal_rows};
    use proptest::prelude::*;

    /// Codes of spread 1, half of which lie `shift` along the first dimension.
    fn codes(seed: u64, n: usize, latent: usize, shift: f32) -> (Vec<f32>, Vec<Option<bool>>) {
        let mut codes = normal_rows(seed, Purpose::Sample, 0, n, latent);
        let sides: Vec<Option<bool>> = (0..n).map(|i| Some(i % 2 == 0)).collect();
        codes
            .chunks_exact_mut(latent)
            .zip(&sides)
            .filter(|(_, side)| **side == Some(true))
            .for_each(|(z, _)| z[0] += shift);
        (codes, sides)
    }

    #[test]
    fn the_stated_errors_are_those_that_fresh_draws_show() {
        let (latent, n, shift) = (6, 200, 1.5f32);
        let found: Vec<_> = (0..60)
            .map(|seed| {
                let (codes, sides) = codes(seed, n, latent, shift);
                AttributeDirection::of(&codes, latent, &sides).unwrap()
            })
            .collect();
        let mean = |of: &dyn Fn(&AttributeDirection) -> f32| found.iter().map(of).sum::<f32>() / found.len() as f32;
        // The true one runs along the first dimension.
        let angle = |found: &AttributeDirection| (found.difference[0] / found.distance).acos().to_degrees();
        let rms_angle = mean(&|found| angle(found).powi(2)).sqrt();
        let stated = mean(&|found| found.angle_deg);
        assert!((rms_angle / stated - 1.0).abs() < 0.25, "{rms_angle} {stated}");
        let length = mean(&|found| found.distance);
        let spread = mean(&|found| (found.distance - length).powi(2)).sqrt();
        let error = mean(&|found| found.error);
        assert!((spread / error - 1.0).abs() < 0.35, "{spread} {error}");
    }

    proptest! {
        #[test]
        fn four_times_as_many_codes_halve_the_error(seed in 0u64..1000) {
            let of = |n: usize| {
                let (codes, sides) = codes(seed, n, 4, 2.0);
                AttributeDirection::of(&codes, 4, &sides).unwrap()
            };
            let (few, many) = (of(400), of(1600));
            prop_assert!((0.4..0.62).contains(&(many.error / few.error)), "{} {}", few.error, many.error);
            let plane = many.laid(&Plane::random(4, seed), PlaneAxis::X, "odd".to_owned()).unwrap();
            prop_assert!(plane.u[0] > 0.98);
        }
    }

    #[test]
    fn sides_are_a_class_against_the_rest_or_the_halves_of_a_number() {
        let class = Column::class([0u8, 1, 2, 1], ["x", "y", "z"].map(str::to_owned));
        let number = ColumnValues::Number(Cells::Listed([0.1, 0.5, f32::NAN, 2.0].into()));
        let split = Split::of_bytes(
            ImageShape::grey(1, 1),
            vec![0; 4],
            vec![class, Column { name: "size".to_owned(), values: number }],
        );
        let images = [0u32, 1, 2, 3];
        let (yes, no) = (Some(true), Some(false));
        assert_eq!(Attribute::Class(1).sides(&split, &images), [no, yes, no, yes]);
        assert_eq!(Attribute::Column("size".to_owned()).sides(&split, &images), [no, yes, None, yes]);
        assert_eq!(Attribute::Column("none".to_owned()).sides(&split, &images), [None; 4]);
        let names: Vec<String> = Attribute::all(&split).into_iter().map(|(_, name)| name).collect();
        assert_eq!(names, ["x", "y", "z", "size"]);
        assert_eq!(AttributeDirection::of(&[0.0; 8], 2, &[yes, yes, yes, no]), None);
    }
}

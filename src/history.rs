//! The curves of a run, recent and whole, shared between the trainer that appends and the window that looks.
//! Each curve carries a pyramid of minima and maxima, so that drawing a hundred thousand points costs what a thousand do.

use crate::metrics;
use crate::model::MetricId;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What a curve is drawn over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Axis {
    /// Training steps.
    #[default]
    Step,
    /// Seconds of training.
    Seconds,
}

const BRANCH: usize = 8;

#[derive(Clone, Copy, Debug)]
struct Block {
    min: f32,
    max: f32,
    mean: f32,
}

/// One curve: points in order of step.
#[derive(Clone, Debug, Default)]
pub struct Curve {
    steps: Vec<u64>,
    seconds: Vec<f32>,
    values: Vec<f32>,
    /// Level `l` has a block for every BRANCH^(l+1) points that are complete.
    levels: Vec<Vec<Block>>,
}

impl Curve {
    /// Points recorded.
    pub fn len(&self) -> usize {
        self.values.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }

    /// The last point: (step, value).
    pub fn last(&self) -> Option<(u64, f32)> {
        Some((*self.steps.last()?, *self.values.last()?))
    }

    /// All points: (step, seconds, value).
    pub fn points(&self) -> impl Iterator<Item = (u64, f32, f32)> + '_ {
        self.steps.iter().zip(&self.seconds).zip(&self.values).map(|((step, seconds), value)| (*step, *seconds, *value))
    }

    /// Appends a point and updates the pyramid, in constant time on average.
    pub fn push(&mut self, step: u64, seconds: f32, value: f32) {
        self.steps.push(step);
        self.seconds.push(seconds);
        self.values.push(value);
        let mut level = 0;
        let mut complete = self.values.len();
        while complete.is_multiple_of(BRANCH) {
            let block = match level {
                0 => summarize(self.values[self.values.len() - BRANCH..].iter().map(|v| Block {
                    min: *v,
                    max: *v,
                    mean: *v,
                })),
                _ => {
                    let below = &self.levels[level - 1];
                    summarize(below[below.len() - BRANCH..].iter().copied())
                }
            };
            if self.levels.len() == level {
                self.levels.push(Vec::new());
            }
            self.levels[level].push(block);
            complete /= BRANCH;
            level += 1;
        }
    }

    fn x(&self, index: usize, axis: Axis) -> f64 {
        match axis {
            Axis::Step => self.steps[index] as f64,
            Axis::Seconds => f64::from(self.seconds[index]),
        }
    }

    /// The points to draw for `x` in `[from, to]`, at most about `most` of them: every point where there are few, else
    /// the smallest and the largest of each block. With `smoothing` above 0 (below 1): the exponential moving average
    /// of block means with that weight a point, started without bias.
    pub fn visible(&self, axis: Axis, (from, to): (f64, f64), most: usize, smoothing: f64) -> Vec<[f64; 2]> {
        let first = self.partition(axis, |x| x < from).saturating_sub(1);
        let last = (self.partition(axis, |x| x <= to) + 1).min(self.len());
        let mut level = 0;
        let mut size = 1;
        while last.saturating_sub(first) / size > most.max(2) / 2 && level < self.levels.len() {
            level += 1;
            size *= BRANCH;
        }
        // Smoothing starts before what is seen, so that panning does not change the curve.
        let memory = if smoothing > 0.0 { (10.0 / (1.0 - smoothing)) as usize } else { 0 };
        let start = first.saturating_sub(memory) / size * size;
        let mut out = Vec::new();
        let (mut average, mut weight) = (0.0f64, 0.0f64);
        let mut index = start;
        while index < last {
            let end = (index + size).min(self.len());
            let block = match level {
                0 => Block { min: self.values[index], max: self.values[index], mean: self.values[index] },
                _ => self.levels[level - 1].get(index / size).copied().unwrap_or_else(|| {
                    summarize(self.values[index..end].iter().map(|v| Block { min: *v, max: *v, mean: *v }))
                }),
            };
            if smoothing > 0.0 {
                let keep = smoothing.powi((end - index) as i32);
                if block.mean.is_finite() {
                    average = keep * average + (1.0 - keep) * f64::from(block.mean);
                    weight = keep * weight + (1.0 - keep);
                }
                if end > first && weight > 0.0 {
                    out.push([self.x(end - 1, axis), average / weight]);
                }
            } else if size == 1 {
                out.push([self.x(index, axis), f64::from(block.mean)]);
            } else {
                out.push([self.x(index, axis), f64::from(block.min)]);
                out.push([self.x(end - 1, axis), f64::from(block.max)]);
            }
            index = end;
        }
        out
    }

    fn partition(&self, axis: Axis, below: impl Fn(f64) -> bool) -> usize {
        match axis {
            Axis::Step => self.steps.partition_point(|step| below(*step as f64)),
            Axis::Seconds => self.seconds.partition_point(|seconds| below(f64::from(*seconds))),
        }
    }
}

fn summarize(blocks: impl Iterator<Item = Block>) -> Block {
    let (mut min, mut max, mut sum, mut count) = (f32::INFINITY, f32::NEG_INFINITY, 0.0f64, 0u32);
    for block in blocks {
        min = min.min(block.min);
        max = max.max(block.max);
        sum += f64::from(block.mean);
        count += 1;
    }
    Block { min, max, mean: (sum / f64::from(count.max(1))) as f32 }
}

/// All curves of one run, behind one short lock.
#[derive(Debug, Default)]
pub struct History {
    curves: Mutex<BTreeMap<MetricId, Curve>>,
}

impl History {
    fn lock(&self) -> MutexGuard<'_, BTreeMap<MetricId, Curve>> {
        self.curves.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Appends what one step measured.
    pub fn push(&self, step: u64, seconds: f32, values: &[(MetricId, f32)]) {
        let mut curves = self.lock();
        for (id, value) in values {
            curves.entry(*id).or_default().push(step, seconds, *value);
        }
    }

    /// The curves that have points, in the order of the table of metrics.
    pub fn ids(&self) -> Vec<MetricId> {
        let mut ids: Vec<MetricId> = self.lock().keys().copied().collect();
        metrics::sort(&mut ids);
        ids
    }

    /// Looks at one curve; `None` where there is none. Keep it short: the trainer may be waiting.
    pub fn with<T>(&self, id: MetricId, look: impl FnOnce(&Curve) -> T) -> Option<T> {
        self.lock().get(&id).map(look)
    }

    /// The last point of a curve: (step, value).
    pub fn last(&self, id: MetricId) -> Option<(u64, f32)> {
        self.with(id, Curve::last).flatten()
    }

    /// Points in all curves together.
    pub fn len(&self) -> usize {
        self.lock().values().map(Curve::len).sum()
    }

    /// Whether nothing was recorded.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Forgets everything.
    pub fn clear(&self) {
        self.lock().clear();
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use proptest::prelude::*;

    fn curve(values: &[f32]) -> Curve {
        let mut curve = Curve::default();
        values.iter().enumerate().for_each(|(step, value)| curve.push(step as u64 + 1, step as f32 * 0.5, *value));
        curve
    }

    #[test]
    fn few_points_are_drawn_as_they_are() {
        let points = curve(&[3.0, 1.0, 2.0]).visible(Axis::Step, (0.0, 10.0), 100, 0.0);
        assert_eq!(points, [[1.0, 3.0], [2.0, 1.0], [3.0, 2.0]]);
        let points = curve(&[3.0, 1.0, 2.0]).visible(Axis::Seconds, (0.0, 10.0), 100, 0.0);
        assert_eq!(points, [[0.0, 3.0], [0.5, 1.0], [1.0, 2.0]]);
        assert!(curve(&[]).visible(Axis::Step, (0.0, 10.0), 100, 0.9).is_empty());
    }

    #[test]
    fn smoothing_is_the_debiased_moving_average() {
        let points = curve(&[4.0, 0.0, 2.0]).visible(Axis::Step, (0.0, 10.0), 100, 0.5);
        let expected = [4.0, 4.0 / 3.0, (0.5 * (0.5 * 2.0) + 1.0) / 0.875];
        for (point, expected) in points.iter().zip(expected) {
            assert!((point[1] - expected).abs() < 1e-6, "{points:?}");
        }
    }

    proptest! {
        /// However many points, what is drawn is bounded, in order, and reaches the smallest and the largest value.
        #[test]
        fn a_decimated_curve_keeps_its_extremes(values in prop::collection::vec(-1e3f32..1e3, 1..6000), most in 10usize..400) {
            let curve = curve(&values);
            let points = curve.visible(Axis::Step, (0.0, 1e9), most, 0.0);
            prop_assert!(points.len() <= most + 2 * BRANCH, "{} points for {most}", points.len());
            prop_assert!(points.windows(2).all(|pair| pair[0][0] <= pair[1][0]));
            let fold = |f: fn(f64, f64) -> f64, start| points.iter().map(|point| point[1]).fold(start, f);
            prop_assert_eq!(fold(f64::min, f64::INFINITY) as f32, values.iter().copied().fold(f32::INFINITY, f32::min));
            prop_assert_eq!(fold(f64::max, f64::NEG_INFINITY) as f32, values.iter().copied().fold(f32::NEG_INFINITY, f32::max));
        }

        /// A smoothed curve over blocks stays near the one over all points.
        #[test]
        fn smoothing_does_not_depend_on_decimation(seed in 0u64..50) {
            let noise = crate::random::normal_rows(seed, crate::random::Purpose::Sample, 0, 1, 4000);
            let values: Vec<f32> = noise.iter().enumerate().map(|(i, n)| 10.0 + (i as f32 / 700.0).sin() + 0.1 * n).collect();
            let curve = curve(&values);
            let fine = curve.visible(Axis::Step, (0.0, 1e9), 1_000_000, 0.98);
            let coarse = curve.visible(Axis::Step, (0.0, 1e9), 600, 0.98);
            for point in coarse.iter().skip(60) {
                let near = fine.iter().find(|fine| fine[0] == point[0]).unwrap();
                prop_assert!((near[1] - point[1]).abs() < 0.05, "{near:?} {point:?}");
            }
        }
    }
}

//! One curve: the newest points whole, older ones in blocks that grow with age.
//!
//! Level 0 is the points; a block of level `l` sums up `BRANCH^l` of them. Each level keeps its newest entries alone, and
//! the last one reaches back to the first point: what is kept grows with the logarithm of what was recorded, and drawing
//! a hundred thousand points costs what a thousand do.

use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use std::ops::Range;

/// What a curve is drawn over.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Axis {
    /// Training steps.
    #[default]
    Step,
    /// Seconds of training.
    Seconds,
}

/// Entries of one level that an entry of the next sums up.
pub(super) const BRANCH: usize = 8;
/// The newest points of a curve that are kept whole, less `BRANCH` at most.
pub const WHOLE_POINTS: usize = 8192;

/// A point of a curve.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CurvePoint {
    /// Steps made.
    pub step: u64,
    /// Seconds of training.
    pub seconds: f32,
    /// What was measured.
    pub value: f32,
}

impl CurvePoint {
    fn x(&self, axis: Axis) -> f64 {
        match axis {
            Axis::Step => self.step as f64,
            Axis::Seconds => f64::from(self.seconds),
        }
    }
}

/// Points in a row, summed up. Smallest and largest are points as they were recorded.
#[derive(Clone, Copy, Debug)]
struct Block {
    min: CurvePoint,
    max: CurvePoint,
    last: CurvePoint,
    mean: f32,
}

impl Block {
    fn of(point: CurvePoint) -> Self {
        Self { min: point, max: point, last: point, mean: point.value }
    }

    /// The two in order; one where they are the same.
    fn extremes(&self) -> impl Iterator<Item = CurvePoint> {
        let (first, second) = if self.min.step <= self.max.step { (self.min, self.max) } else { (self.max, self.min) };
        [Some(first), (first.step != second.step).then_some(second)].into_iter().flatten()
    }
}

/// Blocks in a row on their way to one.
#[derive(Default)]
struct Sum {
    block: Option<Block>,
    sum: f64,
    points: usize,
}

impl Sum {
    fn add(&mut self, block: &Block, points: usize) {
        self.sum += f64::from(block.mean) * points as f64;
        self.points += points;
        let Some(all) = &mut self.block else {
            self.block = Some(*block);
            return;
        };
        // What is not a number is neither small nor large.
        if block.min.value < all.min.value || all.min.value.is_nan() {
            all.min = block.min;
        }
        if block.max.value > all.max.value || all.max.value.is_nan() {
            all.max = block.max;
        }
        all.last = block.last;
    }

    fn block(self) -> Option<Block> {
        let mean = (self.sum / self.points.max(1) as f64) as f32;
        self.block.map(|block| Block { mean, ..block })
    }
}

/// The places on either side of the one at which something would be put in order.
fn around(place: usize) -> impl Iterator<Item = usize> {
    place.checked_sub(1).into_iter().chain([place])
}

/// One curve: points in order of step.
#[derive(Clone, Debug)]
pub struct Curve {
    /// Points recorded in all.
    count: usize,
    /// About how many points are kept whole.
    whole: usize,
    points: VecDeque<CurvePoint>,
    /// Levels from 1 on.
    levels: Vec<VecDeque<Block>>,
}

impl Default for Curve {
    fn default() -> Self {
        Self::with_whole(WHOLE_POINTS)
    }
}

/// Points that an entry of a level stands for.
fn size(level: usize) -> usize {
    BRANCH.pow(level as u32)
}

impl Curve {
    /// A curve that keeps about so many points whole, and half as many blocks a level; a power of two from 64 on.
    pub(super) fn with_whole(whole: usize) -> Self {
        Self { count: 0, whole, points: VecDeque::new(), levels: Vec::new() }
    }

    /// Points recorded.
    pub fn len(&self) -> usize {
        self.count
    }

    /// What is held, in bytes.
    pub fn held_bytes(&self) -> u64 {
        let blocks: usize = self.levels.iter().map(VecDeque::len).sum();
        (self.points.len() * size_of::<CurvePoint>() + blocks * size_of::<Block>()) as u64
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    /// The last point: (step, value).
    pub fn last(&self) -> Option<(u64, f32)> {
        self.points.back().map(|point| (point.step, point.value))
    }

    /// The newest points, whole: all of them where there are few.
    pub fn points(&self) -> impl Iterator<Item = CurvePoint> + '_ {
        self.points.iter().copied()
    }

    /// All that is kept, in order: of each block of older points the smallest and the largest, then the newest points.
    pub fn thinned(&self) -> impl Iterator<Item = CurvePoint> + '_ {
        let older = (1..=self.levels.len()).rev().flat_map(|level| {
            let blocks = self.levels.get(level - 1).into_iter().flatten();
            // Up to where the next finer level begins.
            let count = (self.start(level - 1) - self.start(level)) / size(level);
            blocks.take(count).flat_map(Block::extremes)
        });
        older.chain(self.points())
    }

    /// Appends a point and updates the blocks, in constant time on average.
    pub fn push(&mut self, point: CurvePoint) {
        self.points.push_back(point);
        self.count += 1;
        let mut level = 1;
        while self.count.is_multiple_of(size(level)) {
            let Some(block) = self.sum(level - 1, self.count - size(level), self.count).block() else { break };
            if self.levels.len() < level {
                self.levels.push(VecDeque::new());
            }
            if let Some(blocks) = self.levels.get_mut(level - 1) {
                blocks.push_back(block);
                if blocks.len() >= self.whole / 2 {
                    blocks.drain(..BRANCH);
                }
            }
            level += 1;
        }
        if self.points.len() >= self.whole {
            self.points.drain(..BRANCH);
        }
    }

    /// The first point that a level still has: a multiple of the next level's size.
    fn start(&self, level: usize) -> usize {
        match level.checked_sub(1).and_then(|index| self.levels.get(index)) {
            Some(blocks) => (self.count / size(level) - blocks.len()) * size(level),
            None => self.count - self.points.len(),
        }
    }

    /// The entry of a level that begins with this point; `None` where the level has none (yet, or any more).
    fn entry(&self, level: usize, first: usize) -> Option<Block> {
        let place = first.checked_sub(self.start(level))? / size(level);
        match level.checked_sub(1) {
            Some(index) => self.levels.get(index)?.get(place).copied(),
            None => self.points.get(place).copied().map(Block::of),
        }
    }

    /// The points from `first` to `end` summed up, from entries of a level and of those below it.
    fn sum(&self, level: usize, first: usize, end: usize) -> Sum {
        let (mut sum, mut at) = (Sum::default(), first);
        for level in (0..=level).rev() {
            while at + size(level) <= end {
                let Some(block) = self.entry(level, at) else { break };
                sum.add(&block, size(level));
                at += size(level);
            }
        }
        sum
    }

    /// Shows what is known of the points from `index` up to `last`, in order: entries of a level and, where those are
    /// gone, of the next one that has them; the newest points that fill no entry come last, summed up. Each comes with
    /// the points that it stands for.
    fn walk(&self, index: usize, last: usize, finest: usize, mut visit: impl FnMut(Range<usize>, &Block)) {
        let mut index = index;
        for level in (finest..=self.levels.len()).rev() {
            let (begin, size) = (self.start(level), size(level));
            let until = if level > finest { self.start(level - 1).min(last) } else { last };
            let Some(offset) = index.checked_sub(begin).filter(|_| index < until) else { continue };
            let place = offset / size;
            index = begin + place * size;
            let mut show = |block: &Block| {
                visit(index..index + size, block);
                index += size;
                index < until
            };
            match level.checked_sub(1).and_then(|index| self.levels.get(index)) {
                Some(blocks) => _ = blocks.iter().skip(place).all(show),
                None => _ = self.points.iter().skip(place).all(|point| show(&Block::of(*point))),
            }
        }
        if index < last
            && let Some(block) = self.sum(finest.saturating_sub(1), index, self.count).block()
        {
            visit(index..self.count, &block);
        }
    }

    /// The points to draw for `x` in `[from, to]`, at most about `most` of them: every point where there are few, else
    /// the smallest and the largest of each block. With `smoothing` above 0 (below 1): the exponential moving average
    /// of block means with that weight a point, started without bias.
    pub fn visible(&self, axis: Axis, (from, to): (f64, f64), most: usize, smoothing: f64) -> Vec<[f64; 2]> {
        let first = self.partition(axis, |x| x < from).saturating_sub(1);
        let last = (self.partition(axis, |x| x <= to) + 1).min(self.count);
        let mut level = 0;
        let blocks = |level: usize| last.saturating_sub(first) / size(level);
        // An average over long blocks would be another curve: it is taken over finer ones, of which some are shown.
        let most_blocks = if smoothing > 0.0 { BRANCH * most.max(2) } else { most.max(2) / 2 };
        while blocks(level) > most_blocks && level < self.levels.len() {
            level += 1;
        }
        let every = (blocks(level) / most.max(2)).max(1);
        let mut seen = 0usize;
        // Smoothing starts before what is seen, so that panning does not change the curve.
        let memory = if smoothing > 0.0 { (10.0 / (1.0 - smoothing)) as usize } else { 0 };
        let mut out = Vec::new();
        let (mut average, mut weight) = (0.0f64, 0.0f64);
        self.walk(first.saturating_sub(memory), last, level, |covered, block| {
            if smoothing > 0.0 {
                let keep = smoothing.powi(covered.len() as i32);
                if block.mean.is_finite() {
                    average = keep * average + (1.0 - keep) * f64::from(block.mean);
                    weight = keep * weight + (1.0 - keep);
                }
                if covered.end > first && weight > 0.0 {
                    if seen.is_multiple_of(every) || covered.end >= last {
                        out.push([block.last.x(axis), average / weight]);
                    }
                    seen += 1;
                }
            } else {
                out.extend(block.extremes().map(|point| [point.x(axis), f64::from(point.value)]));
            }
        });
        out
    }

    /// The first point whose x is not below: where points are in blocks, the first of its block.
    fn partition(&self, axis: Axis, below: impl Fn(f64) -> bool) -> usize {
        for level in 0..=self.levels.len() {
            // A finer level has what is looked for where the oldest that it has is below.
            let is_inside = |oldest: Option<CurvePoint>| oldest.is_some_and(|point| below(point.x(axis)));
            let place = match level.checked_sub(1).and_then(|index| self.levels.get(index)) {
                Some(blocks) if level == self.levels.len() || is_inside(blocks.front().map(|block| block.last)) => {
                    blocks.partition_point(|block| below(block.last.x(axis)))
                }
                None if self.levels.is_empty() || is_inside(self.points.front().copied()) => {
                    self.points.partition_point(|point| below(point.x(axis)))
                }
                _ => continue,
            };
            return self.start(level) + place * size(level);
        }
        0
    }

    /// The seconds of training after which a step was reached: between what is kept of the curve in proportion, from 0 on.
    pub fn seconds_at(&self, step: u64) -> f32 {
        let (mut before, mut after): ((u64, f32), Option<(u64, f32)>) = ((0, 0.0), None);
        // Each level knows its own neighbours of the step: those that are nearest are meant.
        let mut narrow = |points: &mut dyn Iterator<Item = CurvePoint>| {
            for CurvePoint { step: at, seconds, .. } in points {
                if at < step && at >= before.0 {
                    before = (at, seconds);
                } else if at >= step && after.is_none_or(|(nearest, _)| at < nearest) {
                    after = Some((at, seconds));
                }
            }
        };
        for blocks in &self.levels {
            let place = blocks.partition_point(|block| block.last.step < step);
            narrow(&mut around(place).filter_map(|place| Some(blocks.get(place)?.last)));
        }
        let place = self.points.partition_point(|point| point.step < step);
        narrow(&mut around(place).filter_map(|place| self.points.get(place).copied()));
        let Some((next, seconds)) = after else { return before.1 };
        let part = step.saturating_sub(before.0) as f32 / next.saturating_sub(before.0).max(1) as f32;
        before.1 + part * (seconds - before.1)
    }

    #[cfg(test)]
    pub(super) fn bytes(&self) -> usize {
        let blocks: usize = self.levels.iter().map(VecDeque::capacity).sum();
        self.points.capacity() * size_of::<CurvePoint>() + blocks * size_of::<Block>()
    }
}

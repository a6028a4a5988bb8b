//! What is wrong with the data, or with how they are taken for granted.

use crate::diagnosis::evidence::Evidence;
use crate::diagnosis::finding::{Remedy, Sign};
use crate::message::message;

/// Variance of pixels below which images have no differences.
const CONSTANT: f64 = 1e-6;
/// How far values may lie outside 0 to 1.
const OUTSIDE: f32 = 1e-3;
/// The most that a batch's largest value may be for it to be a picture in 0 to 1: pictures divided by 255 twice reach 0.004.
const DIM: f32 = 0.05;
/// Drift of batches' mean images above which they are no fair draw: chance gives 1.
const DRIFT: f64 = 4.0;
/// Share of pixels that are 0 or 1 above which they are coin flips.
const BINARY: f64 = 0.999;

/// Values that are not numbers.
pub(in crate::diagnosis) fn broken(evidence: &Evidence) -> Option<Sign> {
    let look = evidence.last()?;
    let image = look.batch.not_finite?;
    let place = message!("image {image} of the batch of step {step}", image = image + 1, step = look.step + 1);
    Some(Sign::new(1.0, 0.0).at(place))
}

/// Images that do not differ from each other, or have one value each.
pub(in crate::diagnosis) fn constant(evidence: &Evidence) -> Option<Sign> {
    let batch = &evidence.last()?.batch;
    let variance = batch.pixel_variance.min(batch.image_variance);
    // Points have no pixels that could differ within one.
    let variance = if batch.mean_image.len() > 3 { variance } else { batch.pixel_variance };
    (batch.images > 1 && variance < CONSTANT).then(|| Sign::new(variance, CONSTANT))
}

/// Values outside 0 to 1, where the model gives values in it, or values that hardly reach beyond 0.
pub(in crate::diagnosis) fn range(evidence: &Evidence) -> Option<Sign> {
    let batch = &evidence.last()?.batch;
    let config = &evidence.config;
    let is_bounded = match config.word("likelihood") {
        Some(likelihood) => likelihood == "bernoulli",
        None => config.word("generator_output") == Some("sigmoid"),
    };
    if !is_bounded || !config.family().samples && !config.encodes() {
        return None;
    }
    if batch.most > 1.0 + OUTSIDE {
        return Some(Sign::new(f64::from(batch.most), 1.0));
    }
    if batch.least < -OUTSIDE {
        return Some(Sign::new(f64::from(batch.least), 0.0));
    }
    (batch.most > 0.0 && batch.most < DIM).then(|| Sign::new(f64::from(batch.most), f64::from(DIM)))
}

/// Batches whose mean image is far from the data's.
pub(in crate::diagnosis) fn unshuffled(evidence: &Evidence) -> Option<Sign> {
    let drift = evidence.median(5, |look| Some(look.drift))?;
    let is_other = constant(evidence).is_some() || range(evidence).is_some();
    (drift > DRIFT && !is_other).then(|| Sign::new(drift, DRIFT))
}

/// Shuffles, where it is not done.
pub(in crate::diagnosis) fn shuffle(evidence: &Evidence) -> Option<Remedy> {
    let shuffles = evidence.config.get("shuffle") != Some(&false.into());
    (!shuffles).then(|| Remedy::new("shuffle", true))
}

/// A normal distribution for pixels that are 0 or 1.
pub(in crate::diagnosis) fn unfit_likelihood(evidence: &Evidence) -> Option<Sign> {
    let batch = &evidence.last()?.batch;
    let is_binary = batch.binary_share > BINARY && batch.pixel_variance > CONSTANT;
    (evidence.config.word("likelihood") == Some("gaussian") && is_binary).then(|| Sign::new(batch.binary_share, BINARY))
}

//! The learning rate.

use crate::diagnosis::evidence::{Evidence, StepLook};
use crate::diagnosis::finding::{Remedy, Sign};
use crate::model::Config;

/// Share of itself that a weight tensor may change by in an update: presets that go well stay below 0.04.
const HIGH: f64 = 0.15;
/// And at least: they stay above 3·10⁻⁴ in some tensor.
const LOW: f64 = 3e-5;
/// The share in the first steps, whose weights are as small as they were drawn: presets that go well stay below 0.3.
const HIGH_AT_FIRST: f64 = 0.5;
/// First steps: in them more may be healthy, and nothing is said of a low one.
const BEGINNING: u64 = 20;

/// The median of the weight tensors' update-to-weight ratios.
fn middle_ratio(look: &StepLook) -> Option<f64> {
    let mut ratios: Vec<f64> = look.weights().map(|weight| weight.update_ratio()).collect();
    ratios.sort_by(f64::total_cmp);
    ratios.get(ratios.len() / 2).copied()
}

/// Updates as large as the weights. A step that failed made none: those before it count.
pub(in crate::diagnosis) fn too_high(evidence: &Evidence) -> Option<Sign> {
    let (step, ratio) =
        evidence.looks.iter().rev().find_map(|look| middle_ratio(look).map(|ratio| (look.step, ratio)))?;
    let limit = if step < BEGINNING { HIGH_AT_FIRST } else { HIGH };
    (!ratio.is_finite() || ratio > limit).then(|| Sign::new(ratio, limit))
}

/// Updates that change nothing though there are gradients.
pub(in crate::diagnosis) fn too_low(evidence: &Evidence) -> Option<Sign> {
    let look = evidence.last()?;
    let is_scheduled = evidence.config.word("schedule").is_some_and(|schedule| schedule != "constant")
        || evidence.config.whole("warm_up_steps").is_some_and(|steps| look.step < steps);
    let most = look
        .weights()
        .map(|weight| weight.update_ratio())
        .fold(None, |most: Option<f64>, ratio| Some(most.map_or(ratio, |most| most.max(ratio))))?;
    let learns = look.weights().any(|weight| weight.gradient_norm > 0.0);
    (look.step >= BEGINNING && learns && !is_scheduled && most < LOW).then(|| Sign::new(most, LOW))
}

/// The preset's own rate, where it is another.
pub(in crate::diagnosis) fn preset_rate(evidence: &Evidence) -> Option<Remedy> {
    let rate = evidence.config.real("learning_rate")?;
    let usual = Config::preset(&evidence.config.preset)?.real("learning_rate")?;
    (usual != rate).then(|| Remedy::new("learning_rate", usual)).or_else(|| lower_rate(evidence))
}

/// A tenth of the rate, or the preset's where it is lower still.
pub(in crate::diagnosis) fn lower_rate(evidence: &Evidence) -> Option<Remedy> {
    let rate = evidence.config.real("learning_rate")?;
    let usual = Config::preset(&evidence.config.preset).and_then(|preset| preset.real("learning_rate"));
    Some(Remedy::new("learning_rate", usual.filter(|usual| *usual < rate).unwrap_or(rate / 10.0)))
}

/// A limit of the gradient's length, where there is none.
pub(in crate::diagnosis) fn clip(evidence: &Evidence) -> Option<Remedy> {
    let is_clipped = evidence.config.real("gradient_clip")? > 0.0;
    let length = evidence.median(20, StepLook::gradient_length)?;
    (!is_clipped).then(|| Remedy::new("gradient_clip", length.max(1e-3)))
}

//! The balance of generator and discriminator.

use crate::diagnosis::evidence::{Evidence, StepLook};
use crate::diagnosis::finding::{Remedy, Sign};

/// Variance of samples over that of real images below which they are all alike: presets that go well stay above 0.08.
const ALIKE: f64 = 0.05;
/// Directions in which samples vary over those of real images, below which they lie along a line: they stay above 0.1.
const LINE: f64 = 0.09;
/// Steps before which fresh generators may still give one image.
const BEGINNING: u64 = 50;
/// Gap of the scores of real and generated images above which all are told apart.
const TOLD_APART: f64 = 0.75;
/// And below which none are.
const NOT_TOLD_APART: f64 = 0.02;
/// Looks that a gap is the median of.
const LOOKS: usize = 5;

/// Samples that are all alike.
pub(in crate::diagnosis) fn mode_collapse(evidence: &Evidence) -> Option<Sign> {
    let look = evidence.last()?;
    let diversity = look.inspection.diversity?;
    if look.step < BEGINNING {
        return None;
    }
    if diversity.variance_ratio < ALIKE {
        return Some(Sign::new(diversity.variance_ratio, ALIKE));
    }
    (diversity.dimension_ratio < LINE).then(|| Sign::new(diversity.dimension_ratio, LINE))
}

/// The mean score σ(D(x)) of real images less that of generated ones; `None` for a critic without probabilities.
fn gap(evidence: &Evidence, look: &StepLook) -> Option<f64> {
    let loss = evidence.config.word("gan_loss")?;
    if !["non-saturating", "minimax"].contains(&loss) {
        return None;
    }
    let mean = |logits: &[f32]| {
        let scores = logits.iter().map(|logit| 1.0 / (1.0 + f64::from(-logit).exp()));
        (!logits.is_empty()).then(|| scores.sum::<f64>() / logits.len() as f64)
    };
    Some(mean(&look.inspection.real_logits)? - mean(&look.inspection.fake_logits)?)
}

/// A discriminator that tells all images apart: its gradient says little of what would be better.
pub(in crate::diagnosis) fn too_strong(evidence: &Evidence) -> Option<Sign> {
    let gap = evidence.median(LOOKS, |look| gap(evidence, look))?;
    (gap > TOLD_APART).then(|| Sign::new(gap, TOLD_APART))
}

/// One that tells none apart: the generator learns nothing from it.
pub(in crate::diagnosis) fn too_weak(evidence: &Evidence) -> Option<Sign> {
    let gap = evidence.median(LOOKS, |look| gap(evidence, look))?;
    (gap < NOT_TOLD_APART).then(|| Sign::new(gap, NOT_TOLD_APART))
}

/// R1 where there is none (Mescheder 2018), else a slower discriminator.
pub(in crate::diagnosis) fn penalty(evidence: &Evidence) -> Option<Remedy> {
    if evidence.config.real("r1_gamma")? == 0.0 {
        return Some(Remedy::new("r1_gamma", 1.0));
    }
    hold_back(evidence)
}

/// One step of the discriminator for one of the generator, R1, or half its learning rate: the first that is not so already.
pub(in crate::diagnosis) fn hold_back(evidence: &Evidence) -> Option<Remedy> {
    let config = &evidence.config;
    if config.whole("critic_steps")? > 1 {
        return Some(Remedy::new("critic_steps", 1u64));
    }
    if config.real("r1_gamma")? == 0.0 {
        return Some(Remedy::new("r1_gamma", 1.0));
    }
    Some(Remedy::new("critic_rate", 0.5 * config.real("critic_rate")?))
}

/// The discriminator's learning rate as the generator's, or twice as much.
pub(in crate::diagnosis) fn push(evidence: &Evidence) -> Option<Remedy> {
    let rate = evidence.config.real("critic_rate")?;
    Some(Remedy::new("critic_rate", if rate < 1.0 { 1.0 } else { 2.0 * rate }))
}

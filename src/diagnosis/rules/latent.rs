//! The latent dimensions of a variational autoencoder.

use crate::diagnosis::evidence::Evidence;
use crate::diagnosis::finding::{Remedy, Sign};
use crate::message::message;
use crate::model::MetricId;

/// Root mean square of codes above which they lie far outside a standard normal prior, for which it is at most about 1.
const FAR: f64 = 2.0;
/// Share of active dimensions at most where a model counts as collapsed.
const ACTIVE: f64 = 0.5;
/// Tests in a row.
const TESTS: usize = 2;
/// Steps before which dimensions may still be asleep: those of an encoder of products wake at about 300.
const ASLEEP: u64 = 400;

/// Codes far outside the prior: the KL weighs too little beside the reconstruction, as where one is a mean and the other a sum.
pub(in crate::diagnosis) fn far_codes(evidence: &Evidence) -> Option<Sign> {
    if !is_at_full_weight(evidence) {
        return None;
    }
    let tests = evidence.tests(MetricId::CODE_RMS, TESTS)?;
    let least = tests.iter().map(|(_, value)| *value).fold(f64::INFINITY, f64::min);
    (least > FAR).then(|| Sign::new(tests.last().map_or(least, |(_, value)| *value), FAR))
}

/// Dimensions that say nothing of the image.
pub(in crate::diagnosis) fn collapsed(evidence: &Evidence) -> Option<Sign> {
    if !is_at_full_weight(evidence) || evidence.last()?.step < ASLEEP {
        return None;
    }
    let tests = evidence.tests(MetricId::ACTIVE_UNITS, TESTS)?;
    let most = tests.iter().map(|(_, value)| *value).fold(0.0, f64::max);
    let latent = evidence.config.code();
    let limit = ACTIVE * latent as f64;
    let place = || message!("{count} of {latent} dimensions", count = latent - most as usize, latent);
    (latent > 0 && most <= limit && most < latent as f64).then(|| Sign::new(most, limit).at(place()))
}

fn is_at_full_weight(evidence: &Evidence) -> bool {
    let warms = evidence.config.whole("beta_warm_up_steps").unwrap_or(0);
    evidence.last().is_some_and(|look| look.step >= warms)
}

/// β 1.
pub(in crate::diagnosis) fn unit_beta(evidence: &Evidence) -> Option<Remedy> {
    let beta = evidence.config.real("beta")?;
    (beta != 1.0).then(|| Remedy::new("beta", 1.0))
}

/// β 1 where it is more; else free bits.
pub(in crate::diagnosis) fn less_pressure(evidence: &Evidence) -> Option<Remedy> {
    let (beta, free) = (evidence.config.real("beta")?, evidence.config.real("free_bits")?);
    if beta > 1.0 {
        return Some(Remedy::new("beta", 1.0));
    }
    Some(Remedy::new("free_bits", (2.0 * free).max(0.25)))
}

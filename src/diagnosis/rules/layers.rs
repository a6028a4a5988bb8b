//! What layers give, and what comes back to them.

use super::learning::lower_rate;
use crate::diagnosis::evidence::{Evidence, StepLook};
use crate::diagnosis::finding::{Remedy, Sign};
use crate::message::{Message, message};

/// Share of a layer's units that may be dead: layers of presets that go well reach 0.8.
const DEAD: f64 = 0.95;
/// The first layer's gradient over the last one's, below which nothing comes back.
const VANISHED: f64 = 1e-4;
/// How many times as long as before a gradient may be.
const EXPLODED: f64 = 100.0;
/// Slope of an output's sigmoid, 1 at most, below which no gradient passes it.
const SATURATED: f64 = 0.002;

fn layer(name: &str) -> Message {
    message!("layer {name}", name)
}

/// The first layer or tensor that is not a number where a step failed on data that are.
pub(in crate::diagnosis) fn not_a_number(evidence: &Evidence) -> Option<Sign> {
    let look = evidence.last()?;
    if !look.failed || look.batch.not_finite.is_some() {
        return None;
    }
    let sign = Sign::new(f64::NAN, 0.0);
    let first = look.inspection.layers.iter().find(|layer| layer.values.not_finite > 0);
    let place = match (&look.broken_parameter, first) {
        (Some(name), _) => Some(message!("{name}, since the update of step {step}", name, step = look.step)),
        (None, Some(first)) => Some(message!("layer {name}, step {step}", name = first.name, step = look.step + 1)),
        (None, None) => None,
    };
    Some(place.map_or(sign.clone(), |place| sign.at(place)))
}

/// A layer whose units give 0 for every image.
pub(in crate::diagnosis) fn dead(evidence: &Evidence) -> Option<Sign> {
    dead_in(evidence.last()?)
}

fn dead_in(look: &StepLook) -> Option<Sign> {
    let layers = &look.inspection.layers;
    let shares = layers.iter().filter_map(|layer| Some((layer, f64::from(layer.dead_share?))));
    let (worst, share) = shares.max_by(|(_, a), (_, b)| a.total_cmp(b))?;
    (share > DEAD).then(|| Sign::new(share, DEAD).at(layer(&worst.name)))
}

/// A smaller learning rate, where units were alive before: what is dead from the beginning no field of a run brings to life.
pub(in crate::diagnosis) fn revive(evidence: &Evidence) -> Option<Remedy> {
    let was_alive = evidence.looks.iter().any(|look| dead_in(look).is_none());
    was_alive.then(|| lower_rate(evidence)).flatten()
}

/// A network whose first layer gets next to nothing of the gradient at its last.
pub(in crate::diagnosis) fn vanishing(evidence: &Evidence) -> Option<Sign> {
    let look = evidence.last()?;
    let ratios = ["encoder", "decoder", "generator", "discriminator"].into_iter().filter_map(|network| {
        let mut layers = look.layers_of(network);
        let first = layers.next()?;
        let (own, last) = (first.gradients.as_ref()?.rms, layers.next_back()?.gradients.as_ref()?.rms);
        (last > 0.0).then(|| (first, own / last))
    });
    let (first, ratio) = ratios.min_by(|(_, a), (_, b)| a.total_cmp(b))?;
    // What is dead is named so.
    (ratio < VANISHED && dead(evidence).is_none()).then(|| Sign::new(ratio, VANISHED).at(layer(&first.name)))
}

/// A gradient out of all proportion to those before.
pub(in crate::diagnosis) fn exploding(evidence: &Evidence) -> Option<Sign> {
    let usual = evidence.median(20, StepLook::gradient_length)?;
    let ratio = evidence.last()?.gradient_length()? / usual.max(f64::MIN_POSITIVE);
    (ratio > EXPLODED).then(|| Sign::new(ratio, EXPLODED))
}

/// Outputs at the ends of their sigmoid, where hardly any gradient passes.
pub(in crate::diagnosis) fn saturated(evidence: &Evidence) -> Option<Sign> {
    let layers = &evidence.last()?.inspection.layers;
    let slopes = layers.iter().filter_map(|layer| Some((layer, layer.sigmoid_slope?)));
    let (worst, slope) = slopes.min_by(|(_, a), (_, b)| a.total_cmp(b))?;
    (slope < SATURATED).then(|| Sign::new(slope, SATURATED).at(layer(&worst.name)))
}

//! What a GAN's critic says of each place's image.

use super::{FieldScratch, FieldSource, FieldValues};
use crate::nn::vector::sigmoid;

/// D(G(z)): the probability of real where the loss has one, else the critic's own value.
pub(super) fn scores(
    source: &FieldSource,
    scratch: &mut FieldScratch,
    go_on: &mut dyn FnMut() -> bool,
) -> Option<FieldValues> {
    let (decoder, critic) = (&source.snapshot.decoder, source.snapshot.critic.as_ref()?);
    if critic.network.input() != decoder.output() || critic.network.output() != 1 {
        return None;
    }
    let mut values = Vec::new();
    source.for_each_chunk(go_on, |latents, count| {
        let images = decoder.evaluate(latents, count, &mut scratch.scratch).to_vec();
        values.extend_from_slice(critic.network.evaluate(&images, count, &mut scratch.scratch));
    })?;
    if !critic.loss.has_probabilities() {
        return Some(FieldValues::of(values));
    }
    values.iter_mut().for_each(|value| *value = sigmoid(*value));
    Some(FieldValues { range: [0.0, 1.0], ..FieldValues::of(values) })
}

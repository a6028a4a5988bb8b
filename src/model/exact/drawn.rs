//! For tests: images that a density draws are as likely as evaluation says, by the logits and by the trace of the operation that drew
//! them.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)]

use super::logits::{LogitDensity, LogitModel};
use super::numbers::log_p_of_pixel;
use crate::model::Trainable;
use crate::nn::operations::{DrawOrder, DrawTrace};
use crate::random::{Purpose, normal_rows};
use crate::snapshot::{Operation, Scratch};

/// Draws.
const COUNT: usize = 40;

/// Compares log p(x) with the sum of log p over the pixels, to 10⁻⁴; `logits` are those of an image by the operation that draws.
pub(crate) fn check_draws<D: LogitDensity>(
    model: &LogitModel<D>,
    order: DrawOrder,
    logits: impl Fn(&Operation, &[f32]) -> Vec<f32>,
) {
    let snapshot = model.snapshot(1).unwrap();
    let pixels = snapshot.image.values();
    let latents = normal_rows(5, Purpose::Sample, 0, COUNT, pixels);
    let images = snapshot.decoder.evaluate(&latents, COUNT, &mut Scratch::default()).to_vec();
    assert!(images.iter().all(|value| [0.0, 1.0].contains(value)));
    let [operation] = snapshot.decoder.operations() else { panic!("one operation") };
    let expected = model.log_ps(images.clone());
    for ((image, latent), expected) in images.chunks_exact(pixels).zip(latents.chunks_exact(pixels)).zip(expected) {
        let logits = logits(operation, image);
        let by_logits = logits.iter().zip(image).map(|(logit, x)| log_p_of_pixel(f64::from(*logit), *x == 1.0));
        let by_logits: f64 = by_logits.sum();
        assert!((by_logits - expected).abs() < 1e-4, "{by_logits} {expected}");

        let Some(DrawTrace::Conditionals(found)) = snapshot.trace(&[latent]) else { panic!("conditionals") };
        assert_eq!((found.ones.len(), found.order), (pixels, order));
        let by_trace = found.ones.iter().zip(image).map(|(p, x)| f64::from(if *x == 1.0 { *p } else { 1.0 - p }).ln());
        let by_trace: f64 = by_trace.sum();
        assert!((by_trace - expected).abs() < 1e-4, "{by_trace} {expected}");
    }
}

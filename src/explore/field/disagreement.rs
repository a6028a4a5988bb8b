//! Where decoders that learned the same differ: what one of them makes up, the others do not.

use super::{FieldFigure, FieldScratch, FieldSource, FieldValues, OtherWeights};
use crate::snapshot::{Network, Snapshot};
use std::sync::Arc;

/// The root of the pixels' mean variance over the decoders of all weights, from 0.
pub(super) fn disagreement(
    source: &FieldSource,
    scratch: &mut FieldScratch,
    go_on: &mut dyn FnMut() -> bool,
) -> Option<FieldValues> {
    let own = &source.snapshot;
    let alike = |other: &Arc<Snapshot>| (other.latent, other.decoder.output()) == (own.latent, own.decoder.output());
    let others: Vec<Arc<Snapshot>> =
        source.others.iter().filter_map(OtherWeights::snapshot).filter(|other| alike(other)).collect();
    if others.is_empty() {
        return None;
    }
    let decoders: Vec<&Network> = others.iter().chain([own]).map(|snapshot| &snapshot.decoder).collect();
    let root_of_mean = |variances: &mut dyn Iterator<Item = f64>, pixels: f64| (variances.sum::<f64>() / pixels).sqrt();
    among(&decoders, source, scratch, go_on, root_of_mean)
}

/// What `summary` gives of the pixels' variances over some decoders at each place, from 0; it is told how many pixels there are.
pub(super) fn among(
    decoders: &[&Network],
    source: &FieldSource,
    scratch: &mut FieldScratch,
    go_on: &mut dyn FnMut() -> bool,
    summary: impl Fn(&mut dyn Iterator<Item = f64>, f64) -> f64,
) -> Option<FieldValues> {
    let (count_of, outputs) = (decoders.len().max(1) as f64, source.snapshot.decoder.output().max(1));
    let mut values = Vec::new();
    source.for_each_chunk(go_on, |latents, count| {
        let (mut sums, mut squares) = (vec![0.0f64; count * outputs], vec![0.0f64; count * outputs]);
        for decoder in decoders {
            let images = decoder.evaluate(latents, count, &mut scratch.scratch);
            for ((sum, square), value) in sums.iter_mut().zip(&mut squares).zip(images) {
                *sum += f64::from(*value);
                *square += f64::from(*value) * f64::from(*value);
            }
        }
        for (sums, squares) in sums.chunks_exact(outputs).zip(squares.chunks_exact(outputs)) {
            let variance = |(sum, square): (&f64, &f64)| (square / count_of - (sum / count_of).powi(2)).max(0.0);
            values.push(summary(&mut sums.iter().zip(squares).map(variance), outputs as f64) as f32);
        }
    })?;
    let figures = vec![FieldFigure { name: "decoders", value: count_of }];
    let made = FieldValues::of(values);
    Some(FieldValues { range: [0.0, made.range[1]], figures, ..made })
}

//! How strongly the image answers to a step on the plane: the volume of the pull-back metric (Arvanitidis, Hansen and Hauberg
//! 2018, *Latent space oddity*).

use super::{FieldScratch, FieldSource, FieldValues};

/// log₁₀ √det(JᵀJ) of the decoder along the plane's two directions, in pixel values (0 to 1) a unit of the plane squared;
/// where the latent space is a line, log₁₀ of the length of its one tangent. The metric JᵀJ of each place beside it.
pub(super) fn sensitivity(
    source: &FieldSource,
    scratch: &mut FieldScratch,
    go_on: &mut dyn FnMut() -> bool,
) -> Option<FieldValues> {
    let (plane, decoder) = (&source.plane, &source.snapshot.decoder);
    let is_line = plane.v.iter().all(|x| *x == 0.0);
    let outputs = decoder.output().max(1);
    let (mut values, mut metric) = (Vec::new(), Vec::new());
    source.for_each_chunk(go_on, |latents, count| {
        let pushed = decoder.push_forward(latents, &[&plane.u, &plane.v], count, &mut scratch.tangents);
        let (right, up) = pushed.tangents.split_at(count * outputs);
        for (right, up) in right.chunks_exact(outputs).zip(up.chunks_exact(outputs)) {
            let [xx, xy, yy] = [inner(right, right), inner(right, up), inner(up, up)];
            let volume = if is_line { xx } else { xx * yy - xy * xy };
            values.push((0.5 * volume.max(0.0).log10()) as f32);
            metric.push([xx, xy, yy].map(|value| value as f32));
        }
    })?;
    Some(FieldValues { metric, ..FieldValues::of(values) })
}

fn inner(a: &[f32], b: &[f32]) -> f64 {
    a.iter().zip(b).map(|(a, b)| f64::from(*a) * f64::from(*b)).sum()
}

//! How far reconstructions are from images, pixel by pixel.

use crate::dataset::Split;
use crate::snapshot::{Scratch, Snapshot};

/// Images at a time.
const TOGETHER: usize = 256;

/// Mean squared error a pixel of all images of a split, decoded from the means of their codes; `None` without an encoder or
/// images.
pub(super) fn mean_squared_error(snapshot: &Snapshot, images: &Split) -> Option<f64> {
    let (encoder, latent, pixels) = (snapshot.encoder.as_ref()?, snapshot.latent, snapshot.image.values());
    let (mut encoding, mut decoding, mut sum) = (Scratch::default(), Scratch::default(), 0.0);
    for from in (0..images.count()).step_by(TOGETHER) {
        let places: Vec<usize> = (from..(from + TOGETHER).min(images.count())).collect();
        let batch = images.gather(&places);
        let codes = encoder.evaluate(&batch, places.len(), &mut encoding);
        let means: Vec<f32> =
            codes.chunks_exact(2 * latent.max(1)).flat_map(|code| code.iter().take(latent)).copied().collect();
        let decoded = snapshot.decoder.evaluate(&means, places.len(), &mut decoding);
        sum += batch.iter().zip(decoded).map(|(x, y)| f64::from(x - y).powi(2)).sum::<f64>();
    }
    let count = images.count() * pixels;
    (count > 0).then(|| sum / count as f64)
}

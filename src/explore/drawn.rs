//! What a model makes of a drawing: its code, and the image that comes of it.

use crate::snapshot::{Scratch, Snapshot};
use std::sync::Arc;

/// A drawing, and the weights that it is looked at with.
#[derive(Clone, Debug)]
pub struct Drawn {
    /// The weights.
    pub snapshot: Arc<Snapshot>,
    /// The drawing, `[snapshot.image.values()]` in [0, 1].
    pub image: Arc<[f32]>,
}

impl Drawn {
    /// Whether both are the same drawing and the same weights.
    pub fn same(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.snapshot, &other.snapshot)
            && (Arc::ptr_eq(&self.image, &other.image) || self.image == other.image)
    }

    /// Floating-point operations that it takes; `None` where the model cannot encode it.
    pub fn flops(&self) -> Option<u64> {
        let Snapshot { encoder, decoder, latent, .. } = &*self.snapshot;
        let encoder = encoder.as_ref()?;
        let fits = encoder.input() == self.image.len() && encoder.output() == 2 * latent && *latent > 0;
        fits.then(|| encoder.flops().saturating_add(decoder.flops()))
    }
}

/// What a model makes of a drawing.
#[derive(Clone, Debug)]
pub struct DrawnFound {
    /// The drawing.
    pub drawn: Drawn,
    /// The mean of its posterior, `[latent]`.
    pub mean: Vec<f32>,
    /// The log variance of its posterior, `[latent]`.
    pub log_variance: Vec<f32>,
    /// What the decoder makes of the mean, `[image.values()]` in [0, 1].
    pub reconstruction: Arc<[f32]>,
}

impl DrawnFound {
    /// Encodes a drawing and decodes its code; `None` where the model cannot encode it.
    pub fn of(drawn: Drawn, scratch: &mut Scratch) -> Option<Self> {
        drawn.flops()?;
        let Snapshot { encoder, decoder, latent, .. } = &*drawn.snapshot;
        let posterior = encoder.as_ref()?.evaluate(&drawn.image, 1, scratch);
        let (mean, log_variance) = posterior.split_at_checked(*latent)?;
        let (mean, log_variance) = (mean.to_vec(), log_variance.to_vec());
        let reconstruction = decoder.evaluate(&mean, 1, scratch).into();
        Some(Self { drawn, mean, log_variance, reconstruction })
    }

    /// How far the reconstruction is from the drawing: mean squared error over pixels.
    pub fn squared_error(&self) -> f32 {
        let pairs = self.drawn.image.iter().zip(&*self.reconstruction);
        pairs.map(|(one, other)| (one - other).powi(2)).sum::<f32>() / self.drawn.image.len().max(1) as f32
    }
}

//! How near a reconstruction is to its image.

use crate::metrics::images::{psnr, squared_error, ssim};
use crate::metrics::nats;
use crate::snapshot::Snapshot;

/// The figures of one image, or their means over several.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ImageFigures {
    /// Mean over pixels of the squared error.
    pub squared_error: f64,
    /// Peak signal-to-noise ratio, in decibels.
    pub psnr: f64,
    /// Structural similarity, up to 1; `None` where the image is smaller than its window.
    pub ssim: Option<f64>,
    /// −log p(x|z), in nats, by the model's own likelihood; `None` where it has none.
    pub nats: Option<f64>,
}

impl ImageFigures {
    /// Of what a model makes of an image; both are `[pixels]`, in [0, 1].
    pub fn of(snapshot: &Snapshot, original: &[f32], image: &[f32]) -> Self {
        Self {
            squared_error: squared_error(original, image),
            psnr: psnr(original, image),
            ssim: ssim(snapshot.image, original, image),
            nats: snapshot.likelihood.map(|likelihood| f64::from(nats(likelihood, original, image))),
        }
    }

    /// The mean of each; `None` of none.
    pub fn mean(of: impl Iterator<Item = Self>) -> Option<Self> {
        let all: Vec<Self> = of.collect();
        let count = all.len() as f64;
        let both = |sum: Option<f64>, next: Option<f64>| Some(sum? + next?);
        let sum = all.into_iter().reduce(|sum, next| Self {
            squared_error: sum.squared_error + next.squared_error,
            psnr: sum.psnr + next.psnr,
            ssim: both(sum.ssim, next.ssim),
            nats: both(sum.nats, next.nats),
        })?;
        Some(Self {
            squared_error: sum.squared_error / count,
            psnr: sum.psnr / count,
            ssim: sum.ssim.map(|sum| sum / count),
            nats: sum.nats.map(|sum| sum / count),
        })
    }
}

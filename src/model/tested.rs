//! What a model gives on images that it does not learn from.

use super::Losses;

/// Of one batch of test images.
#[derive(Clone, Debug, PartialEq)]
pub struct Tested {
    /// Means over the batch.
    pub losses: Losses,
    /// The posteriors of the images, where the model has any.
    pub posteriors: Option<Posteriors>,
}

/// q(z|x) of each image of a batch: independent normals.
#[derive(Clone, Debug, PartialEq)]
pub struct Posteriors {
    /// Dimensions.
    pub latent: usize,
    /// Mean and log variance side by side, `[batch, 2·latent]`.
    pub codes: Vec<f32>,
}

impl Posteriors {
    /// (mean, log variance) of each image, `[latent]` each.
    pub fn rows(&self) -> impl Iterator<Item = (&[f32], &[f32])> {
        self.codes.chunks_exact(2 * self.latent.max(1)).map(|code| code.split_at(self.latent))
    }
}

/// One batch of a test that goes on.
#[derive(Clone, Copy, Debug)]
pub struct TestedBatch<'a> {
    /// Images tested so far, this batch included.
    pub done: usize,
    /// What the model gave on this batch.
    pub tested: &'a Tested,
}

//! What a metric that is measured on test images is folded by.

use crate::model::Tested;

/// A figure while it is folded.
pub trait TestFold {
    /// Takes in what the model gave on one batch.
    fn add(&mut self, tested: &Tested);

    /// One value, or one a latent dimension; none where the model gives nothing that it could come from.
    fn values(&self) -> Vec<f32>;
}

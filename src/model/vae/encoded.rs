//! What an autoencoder's encoder gives of a batch.

use candle_core::Tensor;

/// What a batch is encoded as.
pub(super) struct Encoded {
    /// What the decoder reads.
    pub latent: Tensor,
    /// The KL of each dimension `[batch, latent]` in nats, and what it is of: mean and log variance `[batch, 2·latent]`.
    pub posterior: Option<(Tensor, Tensor)>,
    /// How well the classes are read.
    pub class: Option<ClassTerms>,
}

/// How well the classes of a batch are read.
pub(super) struct ClassTerms {
    /// The weight times −log q(y|x), mean over the batch, in nats.
    pub loss: Tensor,
    /// The share of images whose class has the highest score.
    pub accuracy: f32,
}

//! The names of what is measured.

/// The key of a curve: a metric's name, and the dimension where a metric has a curve for each latent dimension.
/// What it means, its unit and its place on the screen stand in the table `metrics::METRICS`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct MetricId {
    name: &'static str,
    dimension: Option<u16>,
}

impl MetricId {
    /// −log p(x|z) of the training batch.
    pub const RECONSTRUCTION: Self = Self::new("reconstruction");
    /// KL(q(z|x) ‖ p(z)) of the training batch.
    pub const KL: Self = Self::new("kl");
    /// KL of the posterior of a decoder's weights from their prior, an image of the training data.
    pub const WEIGHT_KL: Self = Self::new("weight_kl");
    /// Reconstruction + β·KL.
    pub const TOTAL: Self = Self::new("total");
    /// −log p(x|z) on test images.
    pub const TEST_RECONSTRUCTION: Self = Self::new("test_reconstruction");
    /// KL on test images.
    pub const TEST_KL: Self = Self::new("test_kl");
    /// The negative ELBO on test images (β 1).
    pub const TEST_TOTAL: Self = Self::new("test_total");
    /// Latent dimensions that a VAE uses.
    pub const ACTIVE_UNITS: Self = Self::new("active_units");
    /// Root mean square of posterior means: how far codes lie from the prior's centre.
    pub const CODE_RMS: Self = Self::new("code_rms");
    /// The discriminator's loss, penalty included.
    pub const DISCRIMINATOR_LOSS: Self = Self::new("discriminator_loss");
    /// The generator's loss.
    pub const GENERATOR_LOSS: Self = Self::new("generator_loss");
    /// Mean of σ(D(x)) on real images.
    pub const REAL_SCORE: Self = Self::new("real_score");
    /// Mean of σ(D(G(z))).
    pub const FAKE_SCORE: Self = Self::new("fake_score");
    /// γ/2·E‖∇D(x)‖².
    pub const R1_PENALTY: Self = Self::new("r1_penalty");
    /// Mean of σ(D(x)) on test images.
    pub const TEST_REAL_SCORE: Self = Self::new("test_real_score");
    /// Mean of D(x) on real images less that of D(G(z)): for Wasserstein, the distance that the critic sees.
    pub const CRITIC_GAP: Self = Self::new("critic_gap");
    /// λ·E(‖∇D(x̂)‖ − 1)².
    pub const GRADIENT_PENALTY: Self = Self::new("gradient_penalty");
    /// Mean of D(x) on test images.
    pub const TEST_CRITIC: Self = Self::new("test_critic");
    /// ½‖f(x) − f(x̃)‖² of training images and their reconstructions, in features of the critic.
    pub const FEATURE_ERROR: Self = Self::new("feature_error");
    /// The same of test images.
    pub const TEST_FEATURE_ERROR: Self = Self::new("test_feature_error");
    /// Squared error of reconstructions of training images, mean over pixels.
    pub const SQUARED_ERROR: Self = Self::new("squared_error");
    /// The same of test images.
    pub const TEST_SQUARED_ERROR: Self = Self::new("test_squared_error");
    /// Squared error of what a flow's field gives on its paths, mean over examples and dimensions.
    pub const MATCHING_LOSS: Self = Self::new("matching_loss");
    /// The same of test images.
    pub const TEST_MATCHING_LOSS: Self = Self::new("test_matching_loss");
    /// Mean log density of the codes of training images.
    pub const CODE_LOG_P: Self = Self::new("code_log_p");
    /// The same of test images.
    pub const TEST_CODE_LOG_P: Self = Self::new("test_code_log_p");
    /// Share of test images that no place of a generator's plane reproduces.
    pub const MISSED_SHARE: Self = Self::new("missed_share");
    /// How far an encoder is from the latents of the images that it reads.
    pub const LATENT_ERROR: Self = Self::new("latent_error");
    /// Share of the training batch whose class an encoder reads.
    pub const CLASS_ACCURACY: Self = Self::new("class_accuracy");
    /// The same of test images.
    pub const TEST_CLASS_ACCURACY: Self = Self::new("test_class_accuracy");

    /// A metric by its name: small letters, digits and `_`.
    pub const fn new(name: &'static str) -> Self {
        Self { name, dimension: None }
    }

    /// The same metric of one latent dimension, counted from 0.
    pub const fn of_dimension(self, dimension: u16) -> Self {
        Self { name: self.name, dimension: Some(dimension) }
    }

    /// The metric's name: its key in the language tables and in what the command line prints.
    pub const fn name(self) -> &'static str {
        self.name
    }

    /// Which latent dimension, counted from 0; `None` where the metric has one curve.
    pub const fn dimension(self) -> Option<u16> {
        self.dimension
    }
}

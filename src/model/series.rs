//! What training measures, by name.

use serde::{Deserialize, Serialize};

/// What a curve shows. Losses are in nats an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Series {
    /// −log p(x|z) of the training batch.
    Reconstruction,
    /// KL(q(z|x) ‖ p(z)) of the training batch.
    Kl,
    /// Reconstruction + β·KL.
    Total,
    /// −log p(x|z) on test images.
    TestReconstruction,
    /// KL on test images.
    TestKl,
    /// The negative ELBO on test images (β 1).
    TestTotal,
    /// The discriminator's loss, penalty included.
    DiscriminatorLoss,
    /// The generator's loss.
    GeneratorLoss,
    /// Mean of σ(D(x)) on real images.
    RealScore,
    /// Mean of σ(D(G(z))).
    FakeScore,
    /// γ/2·E‖∇D(x)‖².
    R1Penalty,
    /// Mean of σ(D(x)) on test images.
    TestRealScore,
    /// Mean of D(x) on real images less that of D(G(z)): for Wasserstein, the distance that the critic sees.
    CriticGap,
    /// λ·E(‖∇D(x̂)‖ − 1)².
    GradientPenalty,
    /// Mean of D(x) on test images.
    TestCritic,
}

impl Series {
    /// Every series, in the order of `metrics.csv`.
    pub const ALL: [Self; 15] = [
        Self::Reconstruction,
        Self::Kl,
        Self::Total,
        Self::TestReconstruction,
        Self::TestKl,
        Self::TestTotal,
        Self::DiscriminatorLoss,
        Self::GeneratorLoss,
        Self::RealScore,
        Self::FakeScore,
        Self::R1Penalty,
        Self::TestRealScore,
        Self::CriticGap,
        Self::GradientPenalty,
        Self::TestCritic,
    ];

    /// Its column in `metrics.csv` and its key in the language tables.
    pub fn name(self) -> &'static str {
        match self {
            Self::Reconstruction => "reconstruction",
            Self::Kl => "kl",
            Self::Total => "total",
            Self::TestReconstruction => "test_reconstruction",
            Self::TestKl => "test_kl",
            Self::TestTotal => "test_total",
            Self::DiscriminatorLoss => "discriminator_loss",
            Self::GeneratorLoss => "generator_loss",
            Self::RealScore => "real_score",
            Self::FakeScore => "fake_score",
            Self::R1Penalty => "r1_penalty",
            Self::TestRealScore => "test_real_score",
            Self::CriticGap => "critic_gap",
            Self::GradientPenalty => "gradient_penalty",
            Self::TestCritic => "test_critic",
        }
    }

    /// Whether it is measured on test images, at intervals.
    pub fn is_test(self) -> bool {
        matches!(
            self,
            Self::TestReconstruction | Self::TestKl | Self::TestTotal | Self::TestRealScore | Self::TestCritic
        )
    }
}

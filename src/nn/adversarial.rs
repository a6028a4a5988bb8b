//! The adversarial losses, each a function of one logit with its slope, in one pass.

use super::storage::{values, with_values};
use super::vector::{sigmoid, softplus};
use candle_core::{CpuStorage, CustomOp1, Layout, Result, Shape, Tensor};
use serde::{Deserialize, Serialize};

/// What generator and critic play for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AdversarialLoss {
    /// The generator raises log D(G(z)) (Goodfellow 2014, section 3).
    #[default]
    NonSaturating,
    /// The generator lowers log(1 − D(G(z))) (Goodfellow 2014, equation 1).
    Minimax,
    /// Squared distances from 1 and 0 (Mao 2017).
    LeastSquares,
    /// Margins of 1 (Lim and Ye 2017).
    Hinge,
    /// The critic's values themselves (Arjovsky 2017).
    Wasserstein,
}

impl AdversarialLoss {
    /// All, in the order they are shown.
    pub const ALL: [Self; 5] = [Self::NonSaturating, Self::Minimax, Self::LeastSquares, Self::Hinge, Self::Wasserstein];

    /// Its name in `config.toml` and its key in the language tables.
    pub const fn name(self) -> &'static str {
        match self {
            Self::NonSaturating => "non-saturating",
            Self::Minimax => "minimax",
            Self::LeastSquares => "least-squares",
            Self::Hinge => "hinge",
            Self::Wasserstein => "wasserstein",
        }
    }

    /// Whether σ of the critic's output is a probability.
    pub const fn has_probabilities(self) -> bool {
        matches!(self, Self::NonSaturating | Self::Minimax)
    }

    /// The critic's loss on a real image, and its slope.
    pub fn real(self, logit: f32) -> (f32, f32) {
        match self {
            Self::NonSaturating | Self::Minimax => (softplus(-logit), -sigmoid(-logit)),
            Self::LeastSquares => (0.5 * (logit - 1.0).powi(2), logit - 1.0),
            Self::Hinge => ((1.0 - logit).max(0.0), if logit < 1.0 { -1.0 } else { 0.0 }),
            Self::Wasserstein => (-logit, -1.0),
        }
    }

    /// The critic's loss on a generated image, and its slope.
    pub fn fake(self, logit: f32) -> (f32, f32) {
        match self {
            Self::NonSaturating | Self::Minimax => (softplus(logit), sigmoid(logit)),
            Self::LeastSquares => (0.5 * logit.powi(2), logit),
            Self::Hinge => ((1.0 + logit).max(0.0), if logit > -1.0 { 1.0 } else { 0.0 }),
            Self::Wasserstein => (logit, 1.0),
        }
    }

    /// The generator's loss, and its slope.
    pub fn generator(self, logit: f32) -> (f32, f32) {
        match self {
            Self::NonSaturating => (softplus(-logit), -sigmoid(-logit)),
            Self::Minimax => (-softplus(logit), -sigmoid(logit)),
            Self::LeastSquares => (0.5 * (logit - 1.0).powi(2), logit - 1.0),
            Self::Hinge | Self::Wasserstein => (-logit, -1.0),
        }
    }
}

/// Whose loss it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The critic's on real images.
    Real,
    /// The critic's on generated images.
    Fake,
    /// The generator's.
    Generator,
}

/// The mean loss over a batch's logits `[batch, 1]`, a scalar.
///
/// # Errors
/// If they are no `f32`.
pub fn mean_loss(logits: &Tensor, loss: AdversarialLoss, side: Side) -> Result<Tensor> {
    if logits.device().is_cpu() {
        return logits.contiguous()?.apply_op1(MeanLoss { loss, side });
    }
    generic_mean_loss(logits, loss, side)
}

/// The same by candle's own operations.
///
/// # Errors
/// candle's own.
pub fn generic_mean_loss(logits: &Tensor, loss: AdversarialLoss, side: Side) -> Result<Tensor> {
    let softplus = |x: &Tensor| x.relu()? + x.abs()?.neg()?.exp()?.affine(1.0, 1.0)?.log()?;
    let each = match (loss, side) {
        (AdversarialLoss::Minimax, Side::Generator) => softplus(logits)?.neg()?,
        (AdversarialLoss::NonSaturating | AdversarialLoss::Minimax, Side::Fake) => softplus(logits)?,
        (AdversarialLoss::NonSaturating | AdversarialLoss::Minimax, _) => softplus(&logits.neg()?)?,
        (AdversarialLoss::LeastSquares, Side::Fake) => logits.sqr()?.affine(0.5, 0.0)?,
        (AdversarialLoss::LeastSquares, _) => logits.affine(1.0, -1.0)?.sqr()?.affine(0.5, 0.0)?,
        (AdversarialLoss::Hinge, Side::Real) => logits.affine(-1.0, 1.0)?.relu()?,
        (AdversarialLoss::Hinge, Side::Fake) => logits.affine(1.0, 1.0)?.relu()?,
        (AdversarialLoss::Wasserstein, Side::Fake) => logits.clone(),
        (AdversarialLoss::Hinge | AdversarialLoss::Wasserstein, _) => logits.neg()?,
    };
    each.mean_all()
}

struct MeanLoss {
    loss: AdversarialLoss,
    side: Side,
}

impl MeanLoss {
    fn at(&self, logit: f32) -> (f32, f32) {
        match self.side {
            Side::Real => self.loss.real(logit),
            Side::Fake => self.loss.fake(logit),
            Side::Generator => self.loss.generator(logit),
        }
    }
}

impl CustomOp1 for MeanLoss {
    fn name(&self) -> &'static str {
        "adversarial-loss"
    }

    fn cpu_fwd(&self, logits: &CpuStorage, layout: &Layout) -> Result<(CpuStorage, Shape)> {
        let logits = values(logits, layout)?;
        let sum: f32 = logits.iter().map(|logit| self.at(*logit).0).sum();
        Ok((CpuStorage::F32(vec![sum / logits.len().max(1) as f32]), Shape::from(())))
    }

    fn bwd(&self, logits: &Tensor, _: &Tensor, out_gradient: &Tensor) -> Result<Option<Tensor>> {
        let share = out_gradient.to_scalar::<f32>()? / logits.elem_count().max(1) as f32;
        let slopes = with_values(logits, |logits| {
            Ok(logits.iter().map(|logit| share * self.at(*logit).1).collect::<Vec<f32>>())
        })?;
        Ok(Some(Tensor::from_vec(slopes, logits.shape(), logits.device())?))
    }
}

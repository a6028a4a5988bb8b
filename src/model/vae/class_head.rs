//! What a variational autoencoder does with the classes of its images. The encoder reads z and the class from the image alone, as
//! q(z|x) and q(y|x) of Kingma 2014 with the class of every image known, so that images without a class can be encoded, too.

use super::encoded::{ClassTerms, Encoded};
use crate::dataset::Split;
use crate::model::classes::{CLASSES, ClassIntervals, one_hot};
use crate::model::{Batch, ConfigValues, Saved, StepError};
use crate::nn::likelihood::{kl, posterior_sample};
use crate::nn::operations::Largest;
use crate::nn::parameters::copied;
use crate::snapshot::{Network, NetworkError, Operation};
use candle_core::{Result, Tensor};
use serde::Deserialize;

#[derive(Clone, Copy, Debug, Deserialize)]
struct ClassSettings {
    class_weight: f64,
}

/// What a VAE does with the classes of its images.
#[derive(Clone, Debug)]
pub(super) struct ClassHead {
    settings: ClassSettings,
    /// Counted by the first step.
    intervals: ClassIntervals,
}

impl ClassHead {
    /// Of as many classes as the configuration has.
    pub fn new(config: &ConfigValues) -> std::result::Result<Self, StepError> {
        let classes = config.whole(CLASSES.key).unwrap_or(0) as usize;
        Ok(Self { settings: config.read()?, intervals: ClassIntervals::equal(classes) })
    }

    /// Takes new numbers of live fields.
    pub fn set_live(&mut self, config: &ConfigValues) -> std::result::Result<(), StepError> {
        self.settings = config.read()?;
        Ok(())
    }

    /// Classes.
    pub fn count(&self) -> usize {
        self.intervals.classes()
    }

    /// Numbers that the decoder of a latent reads, and that its encoder gives.
    pub fn widths(&self, latent: usize) -> (usize, usize) {
        let style = latent.saturating_sub(1);
        (style + self.count(), 2 * style + self.count())
    }

    /// Gives each class the share of the latent that it has in the data.
    pub fn count_in(&mut self, train: &Split) -> std::result::Result<(), StepError> {
        self.intervals = ClassIntervals::of(train, self.count())?;
        Ok(())
    }

    /// What is decoded and the posteriors, of what the encoder gives, `[batch, 2·style + classes]`. The class that is decoded is the
    /// image's own; its part of the KL is −log of its share.
    pub fn read(&self, code: &Tensor, batch: &Batch) -> Result<Encoded> {
        let style = (code.dim(1)? - self.count()) / 2;
        let one_hot = one_hot(&batch.classes, self.count(), code.device())?;
        let scores = code.narrow(1, 2 * style, self.count())?.contiguous()?;
        let known = copied(&scores)?;
        let surprisal = self.intervals.of_each(&self.intervals.surprisals(), &one_hot)?;
        let (latent, divergence, others) = match style {
            0 => (one_hot.clone(), surprisal, None),
            _ => {
                let code = code.narrow(1, 0, 2 * style)?.contiguous()?;
                let latent = Tensor::cat(&[posterior_sample(&code, &batch.noise)?, one_hot.clone()], 1)?;
                (latent, Tensor::cat(&[kl(&code)?, surprisal], 1)?, Some(copied(&code)?))
            }
        };
        let posteriors = self.intervals.posteriors(others.as_deref(), &known);
        let posteriors = Tensor::from_vec(posteriors, (code.dim(0)?, 2 * (style + 1)), code.device())?;
        let class = ClassTerms {
            loss: cross_entropy(&scores, &one_hot)?.affine(self.settings.class_weight, 0.0)?,
            accuracy: accuracy(&known, &batch.classes),
        };
        Ok(Encoded { latent, posterior: Some((divergence, posteriors)), class: Some(class) })
    }

    /// Decoder and encoder (`[pixels, latent]`) as networks whose last latent number is the class's.
    pub fn networks(
        &self,
        (pixels, latent): (usize, usize),
        decoder: &[Operation],
        encoder: Vec<Operation>,
    ) -> std::result::Result<(Network, Network), NetworkError> {
        Ok((self.intervals.decoder(latent, decoder)?, self.intervals.encoder((pixels, latent), encoder)?))
    }

    /// Its tensor and what it is called.
    pub fn save(&self) -> (String, Vec<f32>) {
        self.intervals.save()
    }

    /// Takes what was saved back.
    ///
    /// # Errors
    /// If it is missing or of another size.
    pub fn restore(&mut self, saved: &Saved) -> std::result::Result<(), StepError> {
        self.intervals = self.intervals.saved(saved)?;
        Ok(())
    }
}

/// −log softmax of the scores at the classes, `[batch, classes]` both, mean over the batch.
fn cross_entropy(scores: &Tensor, one_hot: &Tensor) -> Result<Tensor> {
    // The same taken from all scores changes nothing, and keeps e to their power finite.
    let scores = scores.broadcast_sub(&scores.max_keepdim(1)?.detach())?;
    let of_all = scores.exp()?.sum(1)?.log()?;
    (of_all - scores.mul(one_hot)?.sum(1)?)?.mean_all()
}

fn accuracy(scores: &[f32], classes: &[usize]) -> f32 {
    let rows = scores.chunks_exact((scores.len() / classes.len().max(1)).max(1));
    let right = rows.zip(classes).filter(|(scores, class)| Largest::place(scores) == **class).count();
    right as f32 / classes.len().max(1) as f32
}

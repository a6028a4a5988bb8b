//! What a step is trained on: the images of a step and its noise, all of it a function of (seed, step).

use super::{Binarize, ConfigError, StepError};
use crate::dataset::{Dataset, Split};
use crate::message::message;
use crate::random::{Purpose, normal_rows, stream};
use candle_core::{Device, Tensor};
use rand::Rng;
use rand::seq::SliceRandom;
use serde::Deserialize;
use std::sync::Arc;

/// What a model asks of its batches.
#[derive(Clone, Debug, Deserialize)]
pub struct Sampling {
    /// Images a batch.
    pub batch: usize,
    /// Normal draws an image.
    pub latent: usize,
    /// Seed of every draw.
    pub seed: u64,
    /// Whether each epoch has an order of its own; else the images come as the data has them.
    pub shuffle: bool,
    /// What is done to grey images first.
    pub binarize: Binarize,
    /// What the normal draws are for.
    #[serde(skip, default = "posterior")]
    pub noise: Purpose,
    /// Whether places between real and generated images are drawn as well.
    #[serde(skip)]
    pub between: bool,
    /// The classes that images are of, where the model is told them: below this number; 0 where it is not.
    #[serde(skip)]
    pub classes: usize,
}

fn posterior() -> Purpose {
    Purpose::Posterior
}

/// One step's input.
#[derive(Clone, Debug)]
pub struct Batch {
    /// `[batch, pixels]` in [0, 1].
    pub images: Tensor,
    /// Standard normal, `[batch, latent]`: the posterior's noise, or a GAN's latents.
    pub noise: Tensor,
    /// Places between real and generated images, one in [0, 1] an image; none where no penalty asks for them.
    pub between: Vec<f32>,
    /// The class of each image; none where the model is not told them.
    pub classes: Vec<usize>,
}

/// Gives any step's batch; remembers the order of the epoch it was last asked about.
#[derive(Debug)]
pub struct Batches {
    dataset: Arc<Dataset>,
    epoch: Option<(u64, Vec<usize>)>,
}

impl Batches {
    /// Batches of `dataset`'s training images.
    pub fn new(dataset: Arc<Dataset>) -> Self {
        Self { dataset, epoch: None }
    }

    /// What they are made of.
    pub fn train(&self) -> &Split {
        &self.dataset.train
    }

    /// Full batches in an epoch: the last partial one is dropped.
    pub fn steps_per_epoch(&self, batch: usize) -> u64 {
        (self.dataset.train.count() / batch.max(1)) as u64
    }

    /// The images of step `step` (from 0), by their places in the training data.
    fn indices(&mut self, step: u64, sampling: &Sampling) -> Vec<usize> {
        let (batch, steps) = (sampling.batch, self.steps_per_epoch(sampling.batch).max(1));
        let (epoch, place) = (step / steps, (step % steps) as usize * batch);
        let count = self.dataset.train.count();
        let order = match self.epoch.take() {
            Some((known, order)) if known == epoch => order,
            _ if sampling.shuffle => shuffled(count, sampling.seed, epoch),
            _ => (0..count).collect(),
        };
        let indices = order.get(place..place + batch).unwrap_or(&[]).to_vec();
        self.epoch = Some((epoch, order));
        indices
    }

    /// The pixels of step `step` (from 0), `[batch, pixels]`.
    pub fn pixels(&mut self, step: u64, sampling: &Sampling) -> Vec<f32> {
        let indices = self.indices(step, sampling);
        let mut pixels = self.dataset.train.gather(&indices);
        let size = self.dataset.shape().values();
        for (row, (image, index)) in pixels.chunks_exact_mut(size).zip(&indices).enumerate() {
            match sampling.binarize {
                Binarize::None => {}
                Binarize::Static => binarize(image, sampling.seed, Purpose::BinarizeTrain, u64::MAX, *index),
                Binarize::Dynamic => binarize(image, sampling.seed, Purpose::BinarizeTrain, step, row),
            }
        }
        pixels
    }

    /// The batch of step `step` with these pixels.
    ///
    /// # Errors
    /// If the pixels are not `[batch, pixels]`, or a class is asked for that an image does not have.
    pub fn batch(&mut self, pixels: Vec<f32>, step: u64, sampling: &Sampling) -> Result<Batch, StepError> {
        let classes = match sampling.classes {
            0 => Vec::new(),
            _ => {
                let indices = self.indices(step, sampling);
                classes_of(&self.dataset.train, &indices, sampling)?
            }
        };
        let noise = normal_rows(sampling.seed, sampling.noise, step, sampling.batch, sampling.latent);
        let mut places = stream(sampling.seed, Purpose::Between, step, 0);
        let count = if sampling.between { sampling.batch } else { 0 };
        Ok(Batch {
            between: (0..count).map(|_| places.random::<f32>()).collect(),
            images: Tensor::from_vec(pixels, (sampling.batch, self.dataset.shape().values()), &Device::Cpu)?,
            noise: Tensor::from_vec(noise, (sampling.batch, sampling.latent), &Device::Cpu)?,
            classes,
        })
    }
}

impl Batch {
    /// The same on a device.
    ///
    /// # Errors
    /// If it cannot be brought there.
    pub fn on(self, device: &Device) -> candle_core::Result<Self> {
        if device.is_cpu() {
            return Ok(self);
        }
        Ok(Self { images: self.images.to_device(device)?, noise: self.noise.to_device(device)?, ..self })
    }

    /// The test images `from..to`, binarised once where the model asks for it, with the fixed evaluation stream's noise.
    ///
    /// # Errors
    /// If candle cannot make the tensors, or a class is asked for that an image does not have.
    pub fn of_test(test: &Split, (from, to): (usize, usize), sampling: &Sampling) -> Result<Self, StepError> {
        Self::of_test_places(test, &(from..to).collect::<Vec<usize>>(), sampling)
    }

    /// The same of the test images at any places.
    ///
    /// # Errors
    /// If candle cannot make the tensors, or a class is asked for that an image does not have.
    pub fn of_test_places(test: &Split, indices: &[usize], sampling: &Sampling) -> Result<Self, StepError> {
        let mut pixels = test.gather(indices);
        let size = test.shape().values();
        if sampling.binarize != Binarize::None {
            for (image, index) in pixels.chunks_exact_mut(size).zip(indices) {
                binarize(image, sampling.seed, Purpose::BinarizeTest, 0, *index);
            }
        }
        let mut noise = Vec::with_capacity(indices.len() * sampling.latent);
        for index in indices {
            let mut generator = stream(sampling.seed, Purpose::Evaluation, 0, *index as u64);
            noise.extend((0..sampling.latent).map(|_| -> f32 { generator.sample(rand_distr::StandardNormal) }));
        }
        Ok(Self {
            between: Vec::new(),
            images: Tensor::from_vec(pixels, (indices.len(), size), &Device::Cpu)?,
            noise: Tensor::from_vec(noise, (indices.len(), sampling.latent), &Device::Cpu)?,
            classes: if sampling.classes == 0 { Vec::new() } else { classes_of(test, indices, sampling)? },
        })
    }
}

/// The class of each image, each below the number that is asked for.
fn classes_of(split: &Split, indices: &[usize], sampling: &Sampling) -> Result<Vec<usize>, ConfigError> {
    let classes = indices.iter().map(|index| match split.class(*index) {
        Some(class) if class < sampling.classes => Ok(class),
        found => Err(ConfigError::new(
            "classes",
            message!("each image of one of {classes} classes", classes = sampling.classes),
            found.map_or_else(|| "none".to_owned(), |class| class.to_string()),
        )),
    });
    classes.collect()
}

fn shuffled(count: usize, seed: u64, epoch: u64) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    order.shuffle(&mut stream(seed, Purpose::Shuffle, epoch, 0));
    order
}

/// Makes each value 1 with its own probability, else 0.
pub(super) fn binarize(image: &mut [f32], seed: u64, purpose: Purpose, step: u64, sample: usize) {
    let mut generator = stream(seed, purpose, step, sample as u64);
    for value in image {
        *value = f32::from(u8::from(generator.random::<f32>() < *value));
    }
}

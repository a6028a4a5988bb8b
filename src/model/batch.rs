//! What a step is trained on: the images of a step and its noise, all of it a function of (seed, step).

use super::{Binarize, Config, Family};
use crate::dataset::{Dataset, Split};
use crate::random::{Purpose, normal_rows, stream};
use candle_core::{Device, Result, Tensor};
use rand::Rng;
use rand::seq::SliceRandom;
use std::sync::Arc;

/// One step's input.
#[derive(Clone, Debug)]
pub struct Batch {
    /// `[batch, pixels]` in [0, 1].
    pub images: Tensor,
    /// Standard normal, `[batch, latent]`: the posterior's noise, or a GAN's latents.
    pub noise: Tensor,
    /// Places between real and generated images, one in [0, 1] an image; none where no penalty asks for them.
    pub between: Vec<f32>,
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

    /// Full batches in an epoch: the last partial one is dropped.
    pub fn steps_per_epoch(&self, config: &Config) -> u64 {
        (self.dataset.train.count() / config.batch.max(1)) as u64
    }

    /// The pixels of step `step` (from 0), `[batch, pixels]`.
    pub fn pixels(&mut self, step: u64, config: &Config) -> Vec<f32> {
        let (batch, steps) = (config.batch, self.steps_per_epoch(config).max(1));
        let (epoch, place) = (step / steps, (step % steps) as usize * batch);
        let count = self.dataset.train.count();
        let order = match self.epoch.take() {
            Some((known, order)) if known == epoch => order,
            _ => shuffled(count, config.seed, epoch),
        };
        let indices = order.get(place..place + batch).unwrap_or(&[]);
        let mut pixels = self.dataset.train.gather(indices);
        let size = self.dataset.shape().values();
        for (row, (image, index)) in pixels.chunks_exact_mut(size).zip(indices).enumerate() {
            match config.binarize {
                Binarize::None => {}
                Binarize::Static => binarize(image, config.seed, Purpose::BinarizeTrain, u64::MAX, *index),
                Binarize::Dynamic => binarize(image, config.seed, Purpose::BinarizeTrain, step, row),
            }
        }
        self.epoch = Some((epoch, order));
        pixels
    }

    /// The batch of step `step` with these pixels.
    ///
    /// # Errors
    /// If the pixels are not `[batch, pixels]`.
    pub fn batch(&self, pixels: Vec<f32>, step: u64, config: &Config) -> Result<Batch> {
        let purpose = match config.family {
            Family::Vae | Family::Autoencoder => Purpose::Posterior,
            Family::Gan => Purpose::Latent,
        };
        let noise = normal_rows(config.seed, purpose, step, config.batch, config.latent);
        let mut places = stream(config.seed, Purpose::Between, step, 0);
        let count = if config.gradient_penalty > 0.0 { config.batch } else { 0 };
        Ok(Batch {
            between: (0..count).map(|_| places.random::<f32>()).collect(),
            images: Tensor::from_vec(pixels, (config.batch, self.dataset.shape().values()), &Device::Cpu)?,
            noise: Tensor::from_vec(noise, (config.batch, config.latent), &Device::Cpu)?,
        })
    }
}

impl Batch {
    /// The same on a device.
    ///
    /// # Errors
    /// If it cannot be brought there.
    pub fn on(self, device: &Device) -> Result<Self> {
        if device.is_cpu() {
            return Ok(self);
        }
        Ok(Self { images: self.images.to_device(device)?, noise: self.noise.to_device(device)?, ..self })
    }

    /// The test images `from..to`, binarised once where the configuration says so, with the fixed evaluation stream's noise.
    ///
    /// # Errors
    /// If candle cannot make the tensors.
    pub fn of_test(test: &Split, (from, to): (usize, usize), config: &Config) -> Result<Self> {
        let indices: Vec<usize> = (from..to).collect();
        let mut pixels = test.gather(&indices);
        let size = test.shape().values();
        if config.binarize != Binarize::None {
            for (image, index) in pixels.chunks_exact_mut(size).zip(&indices) {
                binarize(image, config.seed, Purpose::BinarizeTest, 0, *index);
            }
        }
        let mut noise = Vec::with_capacity(indices.len() * config.latent);
        for index in &indices {
            let mut generator = stream(config.seed, Purpose::Evaluation, 0, *index as u64);
            noise.extend((0..config.latent).map(|_| -> f32 { generator.sample(rand_distr::StandardNormal) }));
        }
        Ok(Self {
            between: Vec::new(),
            images: Tensor::from_vec(pixels, (indices.len(), size), &Device::Cpu)?,
            noise: Tensor::from_vec(noise, (indices.len(), config.latent), &Device::Cpu)?,
        })
    }
}

fn shuffled(count: usize, seed: u64, epoch: u64) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    order.shuffle(&mut stream(seed, Purpose::Shuffle, epoch, 0));
    order
}

/// Makes each value 1 with its own probability, else 0.
fn binarize(image: &mut [f32], seed: u64, purpose: Purpose, step: u64, sample: usize) {
    let mut generator = stream(seed, purpose, step, sample as u64);
    for value in image {
        *value = f32::from(u8::from(generator.random::<f32>() < *value));
    }
}

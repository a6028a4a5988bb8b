//! The networks of each configuration, as layers in order that fit the images' shape.

use super::layers::{LayerSettings, Layers};
use crate::dataset::ImageShape;
use crate::memory::{free_bytes, gibibytes};
use crate::nn::activation::Activation;
use crate::nn::conv_shape::{ConvShape, Map, Window};
use crate::nn::layer::Layer;
use crate::nn::operations::{
    Compute, Conv, ConvTranspose, FourierFeatures, Linear, MaxPool, OperationKind, Permute, Upsample,
};
use crate::nn::parameters::Parameters;
use crate::nn::sequential::Sequential;
use candle_core::Result;

/// Convolutions go on until the map's longer side is at most this.
const SMALLEST_SIDE: usize = 8;
/// No layer has more channels.
const MOST_CHANNELS: usize = 512;
/// Halves a map.
const STRIDED: Window = Window { side: 4, stride: 2, padding: 1 };
/// Keeps a map's size.
const SAME: Window = Window { side: 3, stride: 1, padding: 1 };
/// Halves a map.
const POOL: Window = Window { side: 2, stride: 2, padding: 0 };

/// The slope of LeakyReLU below 0, in critics and dense generators.
const LEAKY: Activation = Activation::LeakyRelu { slope: 0.2 };

/// What goes before a decoder's or generator's activations.
#[derive(Clone, Copy, PartialEq)]
enum Normalized {
    No,
    Batch,
}

/// One step from a large map to a small one.
struct Stage {
    convolution: ConvShape,
    /// What follows it in a pooled network.
    pool: Option<ConvShape>,
}

impl Stage {
    fn small(&self) -> Map {
        self.pool.map_or(self.convolution.small, |pool| pool.small)
    }
}

/// The steps from image to the map that dense layers read.
fn stages(config: &LayerSettings, image: ImageShape) -> Vec<Stage> {
    let mut map = Map { height: image.height, width: image.width, channels: image.channels };
    let mut stages: Vec<Stage> = Vec::new();
    let mut channels = config.channels;
    while stages.is_empty() || map.height.max(map.width) > SMALLEST_SIDE {
        let stage = match config.network {
            Layers::Dense => break,
            Layers::Convolutional => Stage { convolution: ConvShape::new(map, STRIDED, channels), pool: None },
            Layers::Pooled => {
                let convolution = ConvShape::new(map, SAME, channels);
                Stage { convolution, pool: Some(ConvShape::new(convolution.small, POOL, channels)) }
            }
        };
        if stage.small().places() == 0 {
            break;
        }
        map = stage.small();
        stages.push(stage);
        channels = (2 * channels).min(MOST_CHANNELS);
    }
    stages
}

fn image_map(image: ImageShape) -> Map {
    Map { height: image.height, width: image.width, channels: image.channels }
}

/// The most bytes that one network may take, with weights, moments and what a batch passes through it, where so much is free.
const MOST_BYTES: u64 = 8 << 30;

/// Collects a network's layers.
pub(super) struct Builder<'a> {
    parameters: &'a mut Parameters,
    prefix: &'a str,
    seed: u64,
    batch: usize,
    most_bytes: u64,
    values: u64,
    layers: Vec<Layer>,
}

impl<'a> Builder<'a> {
    /// Of layers whose names begin with `prefix`, through which `batch` examples pass at a time.
    pub fn new(batch: usize, parameters: &'a mut Parameters, prefix: &'a str, seed: u64) -> Self {
        Self {
            parameters,
            prefix,
            seed,
            batch,
            most_bytes: MOST_BYTES.min(free_bytes()),
            values: 0,
            layers: Vec::new(),
        }
    }

    /// Counts what a layer takes, before it is made.
    fn count(&mut self, kind: &OperationKind) -> Result<()> {
        // Weights, their gradients and two moments; values and gradients of a batch.
        let taken = self.batch.saturating_mul(kind.outputs()).saturating_mul(2);
        self.reserve(taken.saturating_add(kind.weights().saturating_mul(4)))
    }

    /// Counts so many numbers that are held beside the layers.
    ///
    /// # Errors
    /// If the network would not fit into memory.
    pub fn reserve(&mut self, taken: usize) -> Result<()> {
        self.values = self.values.saturating_add(taken as u64);
        if self.values.saturating_mul(4) > self.most_bytes {
            let (prefix, batch, most) = (self.prefix, self.batch, gibibytes(self.most_bytes));
            candle_core::bail!(
                "{prefix}: expected a network that takes at most {most} with batches of {batch}, found a larger one"
            );
        }
        Ok(())
    }

    /// A layer with a bias.
    ///
    /// # Errors
    /// If the network would not fit into memory, or candle cannot make the parameters.
    pub fn add(&mut self, part: &str, kind: impl Into<OperationKind>, activation: Activation) -> Result<()> {
        let kind = kind.into();
        self.count(&kind)?;
        let name = format!("{}.{part}", self.prefix);
        self.layers.push(Layer::new(self.parameters, &name, kind, activation, self.seed)?);
        Ok(())
    }

    /// A layer without bias and a batch norm over `channels`; or with a bias and without batch norm.
    fn add_normalized(
        &mut self,
        part: &str,
        kind: impl Into<OperationKind>,
        channels: usize,
        normalized: Normalized,
        activation: Activation,
    ) -> Result<()> {
        let kind = kind.into();
        if normalized == Normalized::No {
            return self.add(part, kind, activation);
        }
        self.count(&kind)?;
        let name = format!("{}.{part}", self.prefix);
        let layer = Layer::before_norm(self.parameters, &name, kind, self.seed)?;
        self.layers.push(layer);
        let norm = Layer::norm(self.parameters, &format!("{name}.norm"), kind.outputs(), channels, activation)?;
        self.layers.push(norm);
        Ok(())
    }

    fn dense(&mut self, widths: &[usize], hidden: Activation, last: Activation) -> Result<()> {
        let count = widths.len().saturating_sub(1);
        for (index, pair) in widths.windows(2).enumerate() {
            let &[inputs, outputs] = pair else { continue };
            let activation = if index + 1 == count { last } else { hidden };
            self.add(&index.to_string(), Linear { inputs, outputs }, activation)?;
        }
        Ok(())
    }

    /// The layers that were added, one after another.
    ///
    /// # Errors
    /// If one does not give what the next one reads.
    pub fn finish(self) -> Result<Sequential> {
        Sequential::new(self.parameters, self.layers)
    }
}

/// Images to `outputs` values: an encoder or a critic, without batch norm.
fn down(
    config: &LayerSettings,
    image: ImageShape,
    mut builder: Builder<'_>,
    (activation, outputs): (Activation, usize),
) -> Result<Sequential> {
    let stages = stages(config, image);
    let mut features = image.values();
    if !stages.is_empty() && image.channels > 1 {
        builder.add("layout", Permute::channels_last(image_map(image)), Activation::Identity)?;
    }
    for (index, stage) in stages.iter().enumerate() {
        builder.add(&format!("conv.{index}"), Conv(stage.convolution), activation)?;
        if let Some(pool) = stage.pool {
            builder.add(&format!("pool.{index}"), MaxPool(pool), Activation::Identity)?;
        }
        features = stage.small().elements();
    }
    let mut widths = vec![features];
    widths.extend(config.hidden.iter().rev());
    widths.push(outputs);
    builder.dense(&widths, activation, Activation::Identity)?;
    builder.finish()
}

/// An encoder of `code` values.
pub(super) fn encoder(
    config: &LayerSettings,
    image: ImageShape,
    parameters: &mut Parameters,
    code: usize,
) -> Result<Sequential> {
    let builder = Builder::new(config.batch, parameters, "encoder", config.seed);
    down(config, image, builder, (Activation::Relu, code))
}

/// A discriminator or critic.
pub(super) fn critic(config: &LayerSettings, image: ImageShape, parameters: &mut Parameters) -> Result<Sequential> {
    // Another seed than the generator's: its layers would otherwise start as the generator's do.
    let builder = Builder::new(config.batch, parameters, "discriminator", config.seed ^ 0x0064_6973_6372_696d);
    down(config, image, builder, (LEAKY, 1))
}

/// Convolutions from the map that dense layers gave up to the image, the mirror of [`down`]; the last layer has `last`.
fn up(
    builder: &mut Builder<'_>,
    stages: &[Stage],
    image: ImageShape,
    normalized: Normalized,
    (hidden, last): (Activation, Activation),
) -> Result<()> {
    for (index, stage) in stages.iter().rev().enumerate() {
        let (large, ends) = (stage.convolution.large, index + 1 == stages.len());
        let kind = match stage.pool {
            None => OperationKind::from(ConvTranspose(stage.convolution)),
            Some(pool) => {
                let wide = Map { channels: pool.small.channels, ..large };
                let (from, to) = (pool.small, wide);
                builder.add(&format!("upsample.{index}"), Upsample { from, to }, Activation::Identity)?;
                Conv(ConvShape::new(wide, SAME, large.channels)).into()
            }
        };
        let part = format!("conv.{index}");
        match ends {
            true => builder.add(&part, kind, last)?,
            false => builder.add_normalized(&part, kind, large.channels, normalized, hidden)?,
        }
    }
    if !stages.is_empty() && image.channels > 1 {
        builder.add("layout", Permute::planes(image_map(image)), Activation::Identity)?;
    }
    Ok(())
}

/// Latent to logits or pixel means.
pub(super) fn decoder(config: &LayerSettings, image: ImageShape, parameters: &mut Parameters) -> Result<Sequential> {
    let stages = stages(config, image);
    let (relu, none) = (Activation::Relu, Activation::Identity);
    let mut builder = Builder::new(config.batch, parameters, "decoder", config.seed);
    let mut widths = vec![config.latent];
    widths.extend(&config.hidden);
    widths.push(stages.last().map_or(image.values(), |stage| stage.small().elements()));
    builder.dense(&widths, relu, if stages.is_empty() { none } else { relu })?;
    up(&mut builder, &stages, image, Normalized::No, (relu, none))?;
    builder.finish()
}

/// Latent to pixels through a sigmoid, or to any values; batch norm after each hidden layer where the configuration says so.
pub(super) fn generator(config: &LayerSettings, image: ImageShape, parameters: &mut Parameters) -> Result<Sequential> {
    let stages = stages(config, image);
    let normalized = if config.batch_norm { Normalized::Batch } else { Normalized::No };
    let last = config.generator_output.activation();
    let mut builder = Builder::new(config.batch, parameters, "generator", config.seed);
    let mut widths = vec![config.latent];
    if config.fourier_features {
        let features = FourierFeatures { inputs: config.latent };
        builder.add("features", features, Activation::Identity)?;
        widths = vec![features.outputs()];
    }
    widths.extend(&config.hidden);
    if let Some(stage) = stages.last() {
        let (hidden, map) = (Activation::Relu, stage.small());
        widths.push(map.elements());
        for (index, pair) in widths.windows(2).enumerate() {
            let &[inputs, outputs] = pair else { continue };
            // What becomes a map is normalised as one.
            let channels = if index + 2 == widths.len() { map.channels } else { outputs };
            builder.add_normalized(&index.to_string(), Linear { inputs, outputs }, channels, normalized, hidden)?;
        }
        up(&mut builder, &stages, image, normalized, (hidden, last))?;
        return builder.finish();
    }
    if config.batch_norm {
        for (index, pair) in widths.windows(2).enumerate() {
            let &[inputs, outputs] = pair else { continue };
            builder.add_normalized(&index.to_string(), Linear { inputs, outputs }, outputs, normalized, LEAKY)?;
        }
        widths.drain(..widths.len() - 1);
    }
    widths.push(image.values());
    builder.prefix = "generator.output";
    builder.dense(&widths, LEAKY, last)?;
    builder.finish()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::model::Config;

    #[test]
    fn what_would_not_fit_into_memory_is_refused_before_it_is_taken() {
        let wide = Config::vae_dense().with("hidden", vec![8192; 8]).unwrap().with("batch", 4096).unwrap();
        wide.check().unwrap();
        let wide: LayerSettings = wide.read().unwrap();
        let image = ImageShape::grey(1024, 1024);
        let error = encoder(&wide, image, &mut Parameters::default(), 4).unwrap_err().to_string();
        assert!(error.starts_with("encoder: expected a network that takes at most "), "{error}");
    }

    #[test]
    fn maps_go_down_to_eight_and_up_to_the_image_again() {
        let config: LayerSettings = Config::preset("vae-conv").unwrap().read().unwrap();
        for (height, width, smallest) in [(28, 28, (7, 7)), (64, 64, (8, 8)), (15, 22, (3, 5)), (5, 6, (2, 3))] {
            let image = ImageShape { channels: 3, height, width };
            let stages = stages(&config, image);
            let map = stages.last().unwrap().small();
            assert_eq!((map.height, map.width), smallest, "{height}×{width}");
            let decoder = decoder(&config, image, &mut Parameters::default()).unwrap();
            assert_eq!(decoder.layers().last().unwrap().outputs(), image.values());
        }
    }
}

//! What a family's networks are built with: kinds and widths of layers. Shared by families of several networks.

use super::field::{CardInput, FieldChange, Follow, Section};
use super::{ConfigError, ConfigValues, Field, Setting};
use crate::message::message;
use crate::nn::activation::Activation;
use serde::Deserialize;

/// What a model's networks are made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Layers {
    /// Dense layers alone.
    Dense,
    /// Convolutions of stride 2 until the side is at most 8, then dense layers; mirrored on the way up (Radford 2015).
    Convolutional,
    /// Convolutions that keep the size, each with max-pooling; upsampling on the way up.
    Pooled,
}

/// What architectures are made from.
#[derive(Clone, Debug, Deserialize)]
pub struct LayerSettings {
    /// What the networks are made of.
    pub network: Layers,
    /// Widths of the decoder's (generator's) hidden dense layers, from latent to pixel; the encoder (critic) mirrors them.
    pub hidden: Vec<usize>,
    /// Channels of the convolution next to the image; each further one has twice as many.
    #[serde(default)]
    pub channels: usize,
    /// Latent dimensions.
    pub latent: usize,
    /// Images a step.
    pub batch: usize,
    /// Batch norm in a generator.
    #[serde(default)]
    pub batch_norm: bool,
    /// Fourier features of the latent before a generator's first layer.
    #[serde(default)]
    pub fourier_features: bool,
    /// What stands at a generator's end.
    #[serde(default)]
    pub generator_output: GeneratorOutput,
    /// Seed of every random stream.
    pub seed: u64,
}

/// What stands at a generator's end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum GeneratorOutput {
    /// Values in [0, 1].
    #[default]
    Sigmoid,
    /// Any values.
    Linear,
}

impl GeneratorOutput {
    /// As an activation.
    pub fn activation(self) -> Activation {
        match self {
            Self::Sigmoid => Activation::Sigmoid,
            Self::Linear => Activation::Identity,
        }
    }
}

/// What the networks are made of, where the decoder has an encoder beside it.
pub(super) static NETWORK: Field = network(|config, preset| hidden_follows(config, preset, &[256]));
/// What the networks are made of, where it has none.
pub(super) static GENERATOR_NETWORK: Field = network(|config, preset| hidden_follows(config, preset, &[]));

const fn network(follow: Follow) -> Field {
    let field = Field::choice("network", &["dense", "convolutional", "pooled"], "dense").changes(FieldChange::Shape);
    field.on_card(Section::NETWORK, |_| "model.network", CardInput::Plain).follow(follow)
}

/// Channels of the convolution next to the image.
pub(super) static CHANNELS: Field = Field::whole("channels", (1, 256), 32)
    .changes(FieldChange::Shape)
    .on_card(Section::NETWORK, |_| "model.channels", CardInput::Plain)
    .only_if(|config| config.word("network") != Some("dense"));
/// Widths of the hidden dense layers.
pub(super) static HIDDEN: Field = Field::layers("hidden", 8, 8192, &[256, 512])
    .required()
    .changes(FieldChange::Shape)
    .on_card(Section::NETWORK, |_| "model.hidden", CardInput::Shown);
/// Images a step.
pub(super) static BATCH: Field = Field::whole("batch", (1, 4096), 128).required().changes(FieldChange::Order).on_card(
    Section::NETWORK,
    |_| "model.batch",
    CardInput::Plain,
);

/// Whether each epoch's images come in an order of its own: without it they come as the data has them, which is what a broken
/// loader does.
pub(super) static SHUFFLE: Field =
    Field::flag("shuffle", true).on_card(Section::NETWORK, |_| "model.shuffle", CardInput::Plain);

/// The hidden dense layers that go with a kind of network: the preset's own where it is of that kind, `usual` with
/// convolutions.
fn hidden_follows(config: &mut ConfigValues, preset: Option<&ConfigValues>, usual: &'static [usize]) {
    let preset = preset.filter(|preset| preset.get("network") == config.get("network"));
    let hidden = match (preset.and_then(|preset| preset.get("hidden")), config.word("network")) {
        (Some(hidden), _) => hidden.clone(),
        (None, Some("dense")) => HIDDEN.default.clone(),
        (None, Some("convolutional")) => Setting::widths(usual),
        (None, _) => Setting::widths(&[]),
    };
    config.put("hidden", hidden);
}

/// Dense networks have a hidden layer at least.
pub(super) fn check(config: &ConfigValues) -> Result<(), ConfigError> {
    match (config.word("network"), config.get("hidden")) {
        (Some("dense"), Some(Setting::Widths(widths))) if widths.is_empty() => {
            Err(ConfigError::hidden(message!("{least} to {most}", least = 1u32, most = 8u32), 0))
        }
        _ => Ok(()),
    }
}

/// A decoder's way up in one line.
pub(super) fn note(config: &ConfigValues) -> String {
    let mut widths: Vec<String> = match config.get("hidden") {
        Some(Setting::Widths(widths)) => widths.iter().map(ToString::to_string).collect(),
        _ => Vec::new(),
    };
    let channels = config.whole("channels").unwrap_or(0);
    match config.word("network") {
        Some("convolutional") => widths.push(format!("convolutions from {channels}")),
        Some("pooled") => widths.push(format!("pooled convolutions from {channels}")),
        _ => {}
    }
    if config.get("fourier_features") == Some(&Setting::Flag(true)) {
        widths.insert(0, "Fourier features".to_owned());
    }
    format!("z {}–{}–pixels", config.latent(), widths.join("–"))
}

//! The families of autoencoders, and their fields.

use super::encoder::ENCODERS;
use super::{Vae, noise};
use crate::model::family::{Family, LATENT, Preset, SEED, after_first, joined};
use crate::model::field::{CardInput, FieldChange, Section};
use crate::model::{ConfigError, ConfigValues, Field, Setting, layers, learning, pixels};

/// The variational autoencoder.
pub static VAE: Family = Family {
    id: "vae",
    words: "family.vae",
    heading: "preset.autoencoders",
    presets: &[
        Preset { name: "vae-dense", settings: &[] },
        Preset { name: "vae-400", settings: &[("hidden", Setting::widths(&[400])), ("latent", Setting::Whole(20))] },
        Preset {
            name: "vae-400-best",
            settings: &[
                ("hidden", Setting::widths(&[400])),
                ("latent", Setting::Whole(20)),
                ("learning_rate", Setting::Real(2e-3)),
                ("binarize", Setting::word("dynamic")),
                ("warm_up_steps", Setting::Whole(500)),
                ("schedule", Setting::word("cosine")),
                ("schedule_steps", Setting::Whole(46_800)),
                ("schedule_share", Setting::Real(0.0)),
                ("average_decay", Setting::Real(0.999)),
            ],
        },
        Preset {
            name: "sigma-vae",
            settings: &[("likelihood", Setting::word("gaussian")), ("learn_sigma", Setting::Flag(true))],
        },
        Preset { name: "naive-bayes-vae", settings: &[("encoder", Setting::word("pixel-experts"))] },
        Preset {
            name: "vae-conv",
            settings: &[("network", Setting::word("convolutional")), ("hidden", Setting::widths(&[256]))],
        },
        Preset {
            name: "vae-conv-pool",
            settings: &[
                ("network", Setting::word("pooled")),
                ("hidden", Setting::widths(&[])),
                ("latent", Setting::Whole(256)),
            ],
        },
    ],
    fields: &VAE_FIELDS,
    parts: &[],
    points,
    encodes: true,
    samples: true,
    bounds_evidence: true,
    most_steps: |_| None,
    check,
    warning: |_, _| None,
    summary: |config| {
        let schedule = match config.word("schedule") {
            Some("cosine") => " down a cosine",
            Some("step") => " falling in steps",
            _ => "",
        };
        let averaged = config.real("average_decay").filter(|decay| *decay > 0.0).map_or("", |_| ", weights averaged");
        let binarized = match config.word("binarize") {
            Some("dynamic") => ", binarised anew at every sight",
            _ => "",
        };
        let (decoder, how) = (layers::note(config), learning::note(config));
        let encoder = if config.word("encoder") == Some(ENCODERS[1]) { ", encoder an expert a pixel" } else { "" };
        format!("variational autoencoder{encoder}, decoder {decoder}, {how}{schedule}{averaged}{binarized}")
    },
    make: |config, shape, parameters| Ok(Box::new(Vae::new(config, shape, parameters(), Some(config.read()?), None)?)),
};

/// How many fields a variational autoencoder has, beside what encodes.
pub(super) const FIELDS: usize = 26;

/// Those of a variational autoencoder whose encoder can be chosen.
pub(in crate::model) const VAE_FIELDS: [&Field; FIELDS + 1] =
    after_first(fields(&LATENT, &layers::NETWORK), [&ENCODER]);

/// The fields of a variational autoencoder whose latent dimensions are the first of these, and its kind of network the second.
pub(super) const fn fields(latent: &'static Field, network: &'static Field) -> [&'static Field; FIELDS] {
    let of_network = [
        &learning::LEARNING_RATE,
        &BETA,
        network,
        &layers::CHANNELS,
        &layers::HIDDEN,
        latent,
        &layers::BATCH,
        &layers::SHUFFLE,
        &pixels::LIKELIHOOD,
        &pixels::SIGMA,
        &LEARN_SIGMA,
        &pixels::BINARIZE,
        &learning::AVERAGE_DECAY,
        &SEED,
    ];
    let with_updates: [&Field; FIELDS - 3] = joined(of_network, learning::UPDATES);
    joined(with_updates, [&BETA_WARM_UP_STEPS, &FREE_BITS, &learning::EARLY_STOP_TESTS])
}

/// The autoencoder: the same without noise and without KL.
pub static AUTOENCODER: Family = Family {
    id: "autoencoder",
    words: "family.autoencoder",
    heading: "preset.autoencoders",
    presets: &[
        Preset { name: "ae-dense", settings: &[] },
        Preset {
            name: "linear-ae",
            // Down a cosine, ten epochs of MNIST: as it is else, its plane keeps turning about that of the components.
            settings: &[
                ("hidden", Setting::widths(&[])),
                ("likelihood", Setting::word("gaussian")),
                ("learning_rate", Setting::Real(1e-2)),
                ("schedule", Setting::word("cosine")),
                ("schedule_steps", Setting::Whole(4680)),
                ("schedule_share", Setting::Real(0.01)),
            ],
        },
        Preset { name: "noise-ae", settings: &[("code_noise", Setting::Real(1.0))] },
        Preset { name: "denoising-ae", settings: &[("image_noise", Setting::Real(0.5))] },
    ],
    fields: &AUTOENCODER_FIELDS,
    parts: &[],
    points,
    encodes: true,
    samples: false,
    bounds_evidence: false,
    most_steps: |_| None,
    // Without a hidden layer it is linear, and spans what principal components span (Baldi and Hornik 1989).
    check: pixels::check,
    warning: |_, _| None,
    summary: |config| {
        let kind = noise::note(config);
        format!("{kind}, decoder {}, {}", layers::note(config), learning::note(config))
    },
    make: |config, shape, parameters| Ok(Box::new(Vae::new(config, shape, parameters(), None, None)?)),
};

const OF_NETWORK: [&Field; 14] = [
    &learning::LEARNING_RATE,
    &noise::CODE_NOISE,
    &noise::IMAGE_NOISE,
    &layers::NETWORK,
    &layers::CHANNELS,
    &layers::HIDDEN,
    &LATENT,
    &layers::BATCH,
    &layers::SHUFFLE,
    &pixels::LIKELIHOOD,
    &pixels::SIGMA,
    &pixels::BINARIZE,
    &learning::AVERAGE_DECAY,
    &SEED,
];
const WITH_UPDATES: [&Field; 23] = joined(OF_NETWORK, learning::UPDATES);
const AUTOENCODER_FIELDS: [&Field; 24] = joined(WITH_UPDATES, [&learning::EARLY_STOP_TESTS]);

/// Points of toy data lie some units apart, and their finest parts are a small part of one.
fn points(_: &ConfigValues) -> Vec<(&'static str, Setting)> {
    vec![("sigma", Setting::Real(0.1))]
}

/// What encodes: the decoder's mirror image, or an expert a pixel.
static ENCODER: Field = Field::choice("encoder", &ENCODERS, ENCODERS[0]).changes(FieldChange::Shape).on_card(
    Section::NETWORK,
    |_| "model.encoder",
    CardInput::Plain,
);
/// Weight of the KL term.
pub(in crate::model) static BETA: Field = Field::real("beta", (0.0, 1000.0), 1.0)
    .required()
    .changes(FieldChange::Live)
    .on_card(Section::LIVE, |_| "model.beta", CardInput::Slider { least: 0.0, most: 10.0, logarithmic: false });
/// Steps over which β rises from 0.
pub(in crate::model) static BETA_WARM_UP_STEPS: Field = Field::whole("beta_warm_up_steps", (0, u64::MAX), 0).on_card(
    Section::SCHEDULE,
    |_| "model.beta_warm_up",
    CardInput::Steps,
);
/// KL of a dimension, mean over a batch, below which it is not pressed, in nats (Kingma 2016); 0 for none.
pub(in crate::model) static FREE_BITS: Field = Field::real("free_bits", (0.0, 100.0), 0.0).on_card(
    Section::SCHEDULE,
    |_| "model.free_bits",
    CardInput::Optional { usual: 0.25, unit: Some("model.unit_nats") },
);

/// Whether σ is learned, one for all pixels (Rybkin 2021); it begins as it is set.
static LEARN_SIGMA: Field = Field::flag("learn_sigma", false)
    .changes(FieldChange::Shape)
    .on_card(Section::NETWORK, |_| "model.learn_sigma", CardInput::Plain)
    .only_if(pixels::is_gaussian);

fn check(config: &ConfigValues) -> Result<(), ConfigError> {
    layers::check(config)?;
    pixels::check(config)
}

//! The table of the family: presets, fields, and what is said of them.

use super::super::family::{Family, LATENT, Preset, SEED, SteppedPart};
use super::super::field::{CardInput, FieldChange, Section};
use super::super::{Config, ConfigError, ConfigValues, Field, Setting, layers, learning, pixels};
use super::Gan;
use crate::message::message;
use crate::nn::adversarial::AdversarialLoss;

const PLANE: &[(&str, Setting)] = &[("fourier_features", Setting::Flag(true))];
const NO_R1: (&str, Setting) = ("r1_gamma", Setting::Real(0.0));
const WASSERSTEIN: (&str, Setting) = ("gan_loss", Setting::word("wasserstein"));
const FIVE_CRITIC_STEPS: (&str, Setting) = ("critic_steps", Setting::Whole(5));

/// The generative adversarial network.
pub static GAN: Family = Family {
    id: "gan",
    words: "family.gan",
    heading: "preset.gans",
    presets: &[
        Preset { name: "gan-plane", settings: PLANE },
        Preset { name: "gan-dense", settings: &[] },
        Preset { name: "gan-collapse", settings: &[("batch_norm", Setting::Flag(false)), NO_R1] },
        Preset {
            name: "dcgan",
            settings: &[
                ("network", Setting::word("convolutional")),
                ("hidden", Setting::widths(&[])),
                ("latent", Setting::Whole(64)),
                NO_R1,
            ],
        },
        Preset {
            name: "wgan",
            settings: &[
                WASSERSTEIN,
                NO_R1,
                FIVE_CRITIC_STEPS,
                ("optimizer", Setting::word("rmsprop")),
                ("learning_rate", Setting::Real(5e-5)),
                ("weight_clip", Setting::Real(0.01)),
            ],
        },
        Preset {
            name: "wgan-gp",
            settings: &[
                WASSERSTEIN,
                NO_R1,
                FIVE_CRITIC_STEPS,
                ("gradient_penalty", Setting::Real(10.0)),
                ("learning_rate", Setting::Real(1e-4)),
                ("adam_beta1", Setting::Real(0.0)),
                ("adam_beta2", Setting::Real(0.9)),
            ],
        },
        Preset {
            name: "wgan-gp-conv",
            settings: &[
                WASSERSTEIN,
                NO_R1,
                FIVE_CRITIC_STEPS,
                ("gradient_penalty", Setting::Real(10.0)),
                ("learning_rate", Setting::Real(1e-4)),
                ("adam_beta1", Setting::Real(0.0)),
                ("adam_beta2", Setting::Real(0.9)),
                ("network", Setting::word("convolutional")),
                ("hidden", Setting::widths(&[])),
                ("latent", Setting::Whole(64)),
            ],
        },
    ],
    fields: &ALL,
    parts: &[SteppedPart { sign: "D", words: "train.step_d" }, SteppedPart { sign: "G", words: "train.step_g" }],
    points,
    encodes: false,
    samples: true,
    bounds_evidence: false,
    most_steps: |_| None,
    check,
    warning: |config, section| {
        let held = ["gradient_penalty", "weight_clip", "r1_gamma"].map(|key| config.real(key).unwrap_or(0.0) > 0.0);
        let free = section == Section::ADVERSARIAL && is_wasserstein(config) && !held.contains(&true);
        free.then_some("model.wasserstein_free")
    },
    summary: |config| format!("{}, generator {}, {}", note(config), layers::note(config), learning::note(config)),
    make: |config, shape, parameters| Ok(Box::new(Gan::new(config, shape, parameters)?)),
};

/// How many fields a GAN has.
pub(super) const FIELDS: usize = 28;

const ALL: [&Field; FIELDS] = fields(&LATENT);

/// The fields of a GAN whose latent dimensions are this one.
pub(super) const fn fields(latent: &'static Field) -> [&'static Field; FIELDS] {
    [
        &LEARNING_RATE,
        &layers::GENERATOR_NETWORK,
        &layers::CHANNELS,
        &layers::HIDDEN,
        &BATCH_NORM,
        &FOURIER_FEATURES,
        &GENERATOR_OUTPUT,
        latent,
        &layers::BATCH,
        &layers::SHUFFLE,
        &pixels::BINARIZE_UNSEEN,
        &learning::AVERAGE_DECAY,
        &SEED,
        &learning::OPTIMIZER,
        &ADAM_BETA1,
        &learning::ADAM_BETA2,
        &learning::WEIGHT_DECAY,
        &learning::GRADIENT_CLIP,
        &CRITIC_RATE,
        &learning::WARM_UP_STEPS,
        &learning::SCHEDULE,
        &learning::SCHEDULE_STEPS,
        &learning::SCHEDULE_SHARE,
        &GAN_LOSS,
        &CRITIC_STEPS,
        &R1_GAMMA,
        &GRADIENT_PENALTY,
        &WEIGHT_CLIP,
    ]
}

/// Two coordinates need no wide layers, and small networks take larger steps. Modes are far narrower than the gaps between
/// them, so that a critic has to be steep: penalties on its gradient are smaller (Gulrajani 2017 have a smaller λ on toy data,
/// too), and with so weak a one a step of the critic for each of the generator's is enough. The average of the generator's
/// weights holds still where they themselves go about a mode.
fn points(preset: &ConfigValues) -> Vec<(&'static str, Setting)> {
    let times = |key, factor: f64| (key, Setting::Real(preset.real(key).unwrap_or(0.0) * factor));
    let is_penalised = preset.real("gradient_penalty").is_some_and(|lambda| lambda > 0.0);
    let mut settings = vec![
        ("hidden", Setting::widths(&[128, 128])),
        ("average_decay", Setting::Real(0.99)),
        times("learning_rate", if is_penalised { 10.0 } else { 5.0 }),
        times("r1_gamma", 0.1),
        times("gradient_penalty", 0.002),
    ];
    if is_penalised {
        let plain = [("batch_norm", Setting::Flag(false)), ("critic_steps", Setting::Whole(1))];
        settings.extend(plain.into_iter().chain([("adam_beta2", Setting::Real(0.99))]));
    }
    settings
}

/// Step size, smaller than elsewhere.
static LEARNING_RATE: Field = learning::learning_rate(2e-4);
/// Adam's β₁, smaller than elsewhere (Radford 2015).
static ADAM_BETA1: Field = learning::adam_beta1(0.5);
/// Batch norm in the generator.
static BATCH_NORM: Field = Field::flag("batch_norm", true).required().changes(FieldChange::Shape);
/// Whether the generator reads Fourier features of z (Tancik 2020) instead of z: a plane that is folded many times needs more
/// than two straight inputs.
static FOURIER_FEATURES: Field = Field::flag("fourier_features", false).changes(FieldChange::Shape).on_card(
    Section::NETWORK,
    |_| "model.fourier_features",
    CardInput::Plain,
);
/// What stands at the generator's end: pixels lie in [0, 1], coordinates of points anywhere.
static GENERATOR_OUTPUT: Field =
    Field::choice("generator_output", &["sigmoid", "linear"], "sigmoid").changes(FieldChange::Shape);
/// The critic's learning rate as a multiple of the generator's (Heusel 2017).
static CRITIC_RATE: Field = Field::real("critic_rate", (0.0, 1000.0), 1.0).on_card(
    Section::OPTIMIZER,
    |_| "model.critic_rate",
    CardInput::Plain,
);
/// What generator and critic are trained for.
static GAN_LOSS: Field = Field::choice("gan_loss", &LOSSES, AdversarialLoss::NonSaturating.name()).on_card(
    Section::ADVERSARIAL,
    |_| "model.gan_loss",
    CardInput::Plain,
);
const LOSSES: [&str; 5] = {
    let [a, b, c, d, e] = AdversarialLoss::ALL;
    [a.name(), b.name(), c.name(), d.name(), e.name()]
};
/// Steps of the critic, each on a batch of its own, for one of the generator.
static CRITIC_STEPS: Field = Field::whole("critic_steps", (1, u64::MAX), 1).on_card(
    Section::ADVERSARIAL,
    |_| "model.critic_steps",
    CardInput::Plain,
);
/// γ of the R1 penalty γ/2·E‖∇D(x)‖² on real images (Mescheder 2018); 0 for none.
static R1_GAMMA: Field = Field::real("r1_gamma", (0.0, 1000.0), 1.0).required().changes(FieldChange::Live).on_card(
    Section::ADVERSARIAL,
    |_| "model.r1",
    CardInput::Slider { least: 0.0, most: 10.0, logarithmic: false },
);
/// λ of the gradient penalty λ·E(‖∇D(x̂)‖ − 1)² between real and generated images (Gulrajani 2017); 0 for none.
static GRADIENT_PENALTY: Field = Field::real("gradient_penalty", (0.0, 1000.0), 0.0).on_card(
    Section::ADVERSARIAL,
    |_| "model.gradient_penalty",
    CardInput::Optional { usual: 10.0, unit: None },
);
/// The critic's weights are kept within ± this (Arjovsky 2017); 0 for anywhere.
static WEIGHT_CLIP: Field = Field::real("weight_clip", (0.0, 1000.0), 0.0).on_card(
    Section::ADVERSARIAL,
    |_| "model.weight_clip",
    CardInput::Optional { usual: 0.01, unit: None },
);

fn is_wasserstein(config: &ConfigValues) -> bool {
    config.word("gan_loss") == Some(AdversarialLoss::Wasserstein.name())
}

fn has_batch_norm(config: &ConfigValues) -> bool {
    config.get("batch_norm") == Some(&Setting::Flag(true))
}

fn check(config: &ConfigValues) -> Result<(), ConfigError> {
    layers::check(config)?;
    match config.whole("batch") {
        Some(batch) if batch < 2 && has_batch_norm(config) => {
            Err(ConfigError::new("batch", message!("2 or more with batch norm"), batch))
        }
        _ => Ok(()),
    }
}

/// What such a GAN is called.
pub(super) fn note(config: &ConfigValues) -> &'static str {
    let above_0 = |key| config.real(key).is_some_and(|value| value > 0.0);
    match (is_wasserstein(config), has_batch_norm(config)) {
        (true, _) if above_0("gradient_penalty") => "Wasserstein GAN with gradient penalty",
        (true, _) => "Wasserstein GAN with weights clipped",
        (_, false) => "GAN without batch norm and R1: loses its modes",
        _ if above_0("r1_gamma") => "GAN with batch norm and R1",
        _ => "GAN with batch norm",
    }
}

impl Config {
    /// The preset `gan-plane`.
    pub fn gan_plane() -> Self {
        let mut config = Self::plain("gan-plane", &GAN);
        PLANE.iter().for_each(|(key, value)| config.values.put(key, value.clone()));
        config
    }

    /// The preset `gan-dense`.
    pub fn gan_dense() -> Self {
        Self::plain("gan-dense", &GAN)
    }
}

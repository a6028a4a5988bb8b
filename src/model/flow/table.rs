//! The table of the family.

use super::Flow;
use super::process::Process;
use crate::model::family::{Family, LATENT, Preset, SEED, joined};
use crate::model::field::{CardInput, FieldChange, Section};
use crate::model::{ConfigValues, Field, Setting, layers, learning, pixels};

/// The weights themselves go about what they approach.
const AVERAGED: (&str, Setting) = ("average_decay", Setting::Real(0.99));

/// Flow matching and diffusion.
pub static FLOW: Family = Family {
    id: "flow",
    words: "family.flow",
    heading: "preset.flows",
    presets: &[
        Preset { name: "flow-2d", settings: &[AVERAGED] },
        Preset { name: "ddpm-2d", settings: &[AVERAGED, ("process", Setting::word("diffusion"))] },
    ],
    fields: &FIELDS,
    parts: &[],
    points,
    encodes: true,
    samples: true,
    bounds_evidence: false,
    most_steps: |_| None,
    check: |_| Ok(()),
    warning: |_, _| None,
    summary: |config| {
        let steps = config.whole("flow_steps").unwrap_or(0);
        let latent = config.latent();
        format!("{} in {latent} components, {steps} steps, {}", note(config), learning::note(config))
    },
    make: |config, shape, parameters| Ok(Box::new(Flow::new(config, shape, parameters())?)),
};

const OF_NETWORK: [&Field; 11] = [
    &LEARNING_RATE,
    &FLOW_TIME,
    &PROCESS,
    &FLOW_STEPS,
    &HIDDEN,
    &LATENT,
    &layers::BATCH,
    &layers::SHUFFLE,
    &pixels::BINARIZE_UNSEEN,
    &learning::AVERAGE_DECAY,
    &SEED,
];
const WITH_UPDATES: [&Field; 20] = joined(OF_NETWORK, learning::UPDATES);
const FIELDS: [&Field; 21] = joined(WITH_UPDATES, [&learning::EARLY_STOP_TESTS]);

/// Modes of toy data are far narrower than the gaps between them: larger steps, down a cosine, some four seconds of training.
fn points(_: &ConfigValues) -> Vec<(&'static str, Setting)> {
    vec![
        ("learning_rate", Setting::Real(5e-3)),
        ("schedule", Setting::word("cosine")),
        ("schedule_steps", Setting::Whole(6000)),
        ("schedule_share", Setting::Real(0.01)),
    ]
}

fn note(config: &ConfigValues) -> &'static str {
    if config.word("process") == Some("diffusion") { "diffusion, deterministic sampler" } else { "flow matching" }
}

/// Step size: of small networks, larger than elsewhere.
static LEARNING_RATE: Field = learning::learning_rate(2e-3);
/// What is learned of the way from noise to data.
static PROCESS: Field = Field::choice("process", &Process::WORDS, "flow-matching").on_card(
    Section::NETWORK,
    |_| "model.process",
    CardInput::Plain,
);
/// Steps from noise to data.
pub(super) static FLOW_STEPS: Field =
    Field::whole("flow_steps", (1, 64), 20).on_card(Section::NETWORK, |_| "model.flow_steps", CardInput::Plain);
/// How far on the way from noise (0) to data (1) is shown.
pub(super) static FLOW_TIME: Field = Field::real("flow_time", (0.0, 1.0), 1.0).changes(FieldChange::Live).on_card(
    Section::LIVE,
    |_| "model.flow_time",
    CardInput::Slider { least: 0.0, most: 1.0, logarithmic: false },
);
/// Widths of the field's hidden layers.
static HIDDEN: Field = Field::layers("hidden", 8, 8192, &[128, 128, 128])
    .required()
    .changes(FieldChange::Shape)
    .on_card(Section::NETWORK, |_| "model.hidden", CardInput::Shown);

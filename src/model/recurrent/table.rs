//! The table of the family.

use super::Recurrent;
use crate::model::family::{Family, LATENT_A_VALUE, Preset, SEED};
use crate::model::field::{CardInput, FieldChange, Section};
use crate::model::{ConfigValues, Field, Setting, exact, layers, learning};
use crate::nn::operations::RecurrentDraws;

/// A gated recurrent unit over rows.
pub static RECURRENT: Family = Family {
    id: "recurrent",
    words: "family.recurrent",
    heading: "preset.exact",
    presets: &[
        // Down a cosine, five epochs of MNIST.
        Preset {
            name: "rnn-rows",
            settings: &[
                ("gradient_clip", Setting::Real(5.0)),
                ("schedule", Setting::word("cosine")),
                ("schedule_share", Setting::Real(0.01)),
                ("schedule_steps", Setting::Whole(2340)),
            ],
        },
    ],
    fields: &[
        &LEARNING_RATE,
        &UNITS,
        &LATENT_A_VALUE,
        &layers::BATCH,
        &layers::SHUFFLE,
        &exact::BINARIZED_AT,
        &learning::AVERAGE_DECAY,
        &SEED,
        &learning::OPTIMIZER,
        &learning::ADAM_BETA1,
        &learning::ADAM_BETA2,
        &learning::WEIGHT_DECAY,
        &learning::GRADIENT_CLIP,
        &learning::WARM_UP_STEPS,
        &learning::SCHEDULE,
        &learning::SCHEDULE_STEPS,
        &learning::SCHEDULE_SHARE,
        &learning::EARLY_STOP_TESTS,
    ],
    parts: &[],
    points: |_| Vec::new(),
    encodes: false,
    samples: true,
    bounds_evidence: false,
    most_steps: |_| None,
    check: |_| Ok(()),
    warning: |_, _| None,
    summary: |config| {
        format!("each row from those before it through a GRU of {} units, {}", units(config), learning::note(config))
    },
    make: |config, shape, parameters| Ok(Box::new(Recurrent::new(config, shape, parameters())?)),
};

/// Elements of the state.
pub(super) fn units(config: &ConfigValues) -> usize {
    config.whole("units").map_or(0, |units| usize::try_from(units).unwrap_or(usize::MAX))
}

/// Step size.
static LEARNING_RATE: Field = learning::learning_rate(2e-3);
/// Elements of the state.
static UNITS: Field = Field::whole("units", (64, RecurrentDraws::MOST_UNITS as u64), 256)
    .required()
    .changes(FieldChange::Shape)
    .on_card(Section::NETWORK, |_| "model.units", CardInput::Plain);

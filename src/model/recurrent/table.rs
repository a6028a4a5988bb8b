//! The table of the family.

use super::model;
use crate::model::autoregressive::AUTOREGRESSIVE;
use crate::model::exact::logits::logit_fields;
use crate::model::family::{Family, Preset};
use crate::model::field::{CardInput, FieldChange, Section};
use crate::model::{ConfigValues, Field, Setting, learning};
use crate::nn::operations::RecurrentDraws;

/// A gated recurrent unit over rows.
pub static RECURRENT: Family = Family {
    id: "recurrent",
    words: "family.recurrent",
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
    fields: &FIELDS,
    summary: |config| {
        format!("each row from those before it through a GRU of {} units, {}", units(config), learning::note(config))
    },
    make: |config, shape, parameters| Ok(Box::new(model(config, shape, parameters())?)),
    ..AUTOREGRESSIVE
};

const FIELDS: [&Field; 18] = logit_fields(&LEARNING_RATE, &UNITS);

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

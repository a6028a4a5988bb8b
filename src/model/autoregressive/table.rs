//! The table of the family.

use super::model;
use crate::model::exact::logits::logit_fields;
use crate::model::family::{Family, Preset};
use crate::model::field::{CardInput, FieldChange, Section};
use crate::model::{ConfigValues, Field, Setting, learning};
use crate::nn::operations::AutoregressiveDraws;

/// What both presets learn with: small batches, and a learning rate that ends near 0.
const BATCH: (&str, Setting) = ("batch", Setting::Whole(100));
const SCHEDULE: (&str, Setting) = ("schedule", Setting::word("cosine"));
const SHARE: (&str, Setting) = ("schedule_share", Setting::Real(0.01));

/// Logistic regressions on the pixels before, and MADE.
pub static AUTOREGRESSIVE: Family = Family {
    id: "autoregressive",
    words: "family.autoregressive",
    heading: "preset.exact",
    presets: &[
        // Down a cosine, ten epochs of MNIST.
        Preset {
            name: "fvsbn",
            // Its steps are large beside fresh weights: they begin small.
            settings: &[
                BATCH,
                ("warm_up_steps", Setting::Whole(20)),
                SCHEDULE,
                SHARE,
                ("schedule_steps", Setting::Whole(6000)),
            ],
        },
        // Twenty epochs.
        Preset {
            name: "made",
            settings: &[
                ("hidden", Setting::widths(&[1000])),
                ("learning_rate", Setting::Real(2e-3)),
                BATCH,
                SCHEDULE,
                SHARE,
                ("schedule_steps", Setting::Whole(12_000)),
            ],
        },
    ],
    fields: &FIELDS,
    parts: &[],
    points: |_| Vec::new(),
    encodes: false,
    samples: true,
    bounds_evidence: false,
    most_steps: |_| None,
    check: |_| Ok(()),
    warning: |_, _| None,
    summary: |config| {
        let through = match hidden(config) {
            0 => "by a logistic regression".to_owned(),
            units => format!("through {units} masked hidden units"),
        };
        format!("each pixel from those before it {through}, {}", learning::note(config))
    },
    make: |config, shape, parameters| Ok(Box::new(model(config, shape, parameters())?)),
};

const FIELDS: [&Field; 18] = logit_fields(&LEARNING_RATE, &HIDDEN);

/// Units of the hidden layer; 0 without one.
pub(super) fn hidden(config: &ConfigValues) -> usize {
    match config.get("hidden") {
        Some(Setting::Widths(widths)) => widths.first().copied().unwrap_or(0),
        _ => 0,
    }
}

/// Step size: logistic regressions bear a large one.
static LEARNING_RATE: Field = learning::learning_rate(1e-2);
/// Width of the hidden layer, where there is one.
static HIDDEN: Field = Field::layers("hidden", 1, AutoregressiveDraws::MOST_HIDDEN, &[])
    .required()
    .changes(FieldChange::Shape)
    .on_card(Section::NETWORK, |_| "model.masked_hidden", CardInput::Shown);

//! The table of the family of latent flows.

use super::latent::LatentFlow;
use super::table::{FLOW_STEPS, FLOW_TIME};
use crate::model::family::{Family, Preset, after_first};
use crate::model::field::{CardInput, FieldChange, Section};
use crate::model::vae::{VAE, VAE_FIELDS};
use crate::model::{Field, Setting, layers, learning};

/// Flow matching on the code of a variational autoencoder.
pub static LATENT_FLOW: Family = Family {
    id: "latent-flow",
    words: "family.latent-flow",
    heading: "preset.flows",
    presets: &[Preset {
        name: "latent-flow",
        settings: &[
            ("latent", Setting::Whole(16)),
            ("average_decay", Setting::Real(0.999)),
            ("flow_steps", Setting::Whole(10)),
        ],
    }],
    fields: &FIELDS,
    bounds_evidence: false,
    summary: |config| {
        let [codes, steps] = ["code_steps", "flow_steps"].map(|key| config.whole(key).unwrap_or(0));
        let (decoder, how) = (layers::note(config), learning::note(config));
        format!("flow matching in {steps} steps on the code of a VAE of {codes} steps, decoder {decoder}, {how}")
    },
    make: |config, shape, parameters| Ok(Box::new(LatentFlow::new(config, shape, parameters)?)),
    ..VAE
};

/// Those of a variational autoencoder, and after its learning rate those of the flow.
const FIELDS: [&Field; VAE_FIELDS.len() + 4] =
    after_first(VAE_FIELDS, [&FLOW_TIME, &CODE_STEPS, &FLOW_STEPS, &FLOW_HIDDEN]);

/// Steps that the autoencoder learns for, before the flow does.
static CODE_STEPS: Field = Field::whole("code_steps", (0, u64::MAX), 1500).changes(FieldChange::Shape).on_card(
    Section::NETWORK,
    |_| "model.code_steps",
    CardInput::Plain,
);
/// Widths of the field's hidden layers.
static FLOW_HIDDEN: Field = Field::layers("flow_hidden", 8, 8192, &[384, 384, 384])
    .required()
    .changes(FieldChange::Shape)
    .on_card(Section::NETWORK, |_| "model.flow_hidden", CardInput::Shown);

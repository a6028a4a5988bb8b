//! What families share whose probabilities are exact: those that learn by counting or by passes of expectation–maximisation, and
//! those that learn by gradients.

pub mod binary;
pub mod bits;
pub mod blocks;
pub mod conditioned;
#[cfg(test)]
pub(crate) mod drawn;
#[cfg(test)]
pub(crate) mod enumeration;
pub mod logits;
pub mod numbers;
pub mod particles;

use super::Field;
use super::field::{CardInput, FieldChange, Section};

/// Distributions that are mixed.
pub(super) static COMPONENTS: Field = Field::whole("components", (2, 64), 10).changes(FieldChange::Shape).on_card(
    Section::NETWORK,
    |_| "model.mixed",
    CardInput::Plain,
);
/// Passes of expectation–maximisation.
pub(super) static PASSES: Field = Field::whole("passes", (1, 1000), 50).changes(FieldChange::Shape).on_card(
    Section::NETWORK,
    |_| "model.passes",
    CardInput::Plain,
);
/// Images are binarised once; there is no other way, so that points, which cannot be, are refused by this name.
pub(super) static BINARIZED: Field = Field::choice("binarize", &["static"], "static").required();
/// When pixels are drawn. There is no way without, so that points, which cannot be, are refused by this name.
pub(super) static BINARIZED_AT: Field = Field::choice("binarize", &["static", "dynamic"], "dynamic")
    .required()
    .on_card(Section::NETWORK, |_| "model.binarize", CardInput::Plain);
/// A place of the plane.
pub(super) static LATENT_OF_TWO: Field = Field::whole("latent", (2, 2), 2).required().changes(FieldChange::Shape);

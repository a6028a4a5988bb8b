//! What families share whose probabilities are exact, and that learn by counting or by passes of expectation–maximisation.

pub mod blocks;
pub mod numbers;

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

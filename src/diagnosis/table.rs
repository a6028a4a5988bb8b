//! The table of findings, in the order in which they are named: causes before what they cause.

use super::evidence::Evidence;
use super::finding::{Remedy, Sign};
use super::kind::FindingKind;
use super::rules::{adversarial, data, fit, latent, layers, learning};

/// What a finding is. Its name, what it means and the name of its figure are the texts `finding.KEY`, `finding.KEY_tip` and
/// `finding.KEY_figure`.
pub struct FindingDefinition {
    /// Which.
    pub kind: FindingKind,
    /// Its key in the language tables and in what the command line prints.
    pub key: &'static str,
    /// Looks in a row for which the rule must hold before it is named.
    pub looks: u32,
    /// Whether it holds.
    pub rule: fn(&Evidence) -> Option<Sign>,
    /// What should help.
    pub remedy: fn(&Evidence) -> Option<Remedy>,
}

/// The table.
pub static FINDINGS: &[FindingDefinition] = &[
    FindingDefinition {
        kind: FindingKind::BrokenData,
        key: "broken_data",
        looks: 1,
        rule: data::broken,
        remedy: |_| None,
    },
    FindingDefinition {
        kind: FindingKind::ConstantData,
        key: "constant_data",
        looks: 3,
        rule: data::constant,
        remedy: |_| None,
    },
    FindingDefinition {
        kind: FindingKind::DataRange,
        key: "data_range",
        looks: 3,
        rule: data::range,
        remedy: |_| None,
    },
    FindingDefinition {
        kind: FindingKind::Unshuffled,
        key: "unshuffled",
        looks: 5,
        rule: data::unshuffled,
        remedy: data::shuffle,
    },
    FindingDefinition {
        kind: FindingKind::UnfitLikelihood,
        key: "unfit_likelihood",
        looks: 3,
        rule: data::unfit_likelihood,
        remedy: |_| Some(Remedy::new("likelihood", "bernoulli")),
    },
    FindingDefinition {
        kind: FindingKind::RateTooHigh,
        key: "rate_too_high",
        looks: 2,
        rule: learning::too_high,
        remedy: learning::preset_rate,
    },
    FindingDefinition {
        kind: FindingKind::RateTooLow,
        key: "rate_too_low",
        looks: 10,
        rule: learning::too_low,
        remedy: learning::preset_rate,
    },
    FindingDefinition {
        kind: FindingKind::NotANumber,
        key: "not_a_number",
        looks: 1,
        rule: layers::not_a_number,
        remedy: learning::lower_rate,
    },
    FindingDefinition {
        kind: FindingKind::DeadUnits,
        key: "dead_units",
        looks: 5,
        rule: layers::dead,
        remedy: layers::revive,
    },
    FindingDefinition {
        kind: FindingKind::VanishingGradients,
        key: "vanishing_gradients",
        looks: 10,
        rule: layers::vanishing,
        remedy: |_| None,
    },
    FindingDefinition {
        kind: FindingKind::ExplodingGradients,
        key: "exploding_gradients",
        looks: 2,
        rule: layers::exploding,
        remedy: learning::clip,
    },
    FindingDefinition {
        kind: FindingKind::KlScale,
        key: "kl_scale",
        looks: 1,
        rule: latent::far_codes,
        remedy: latent::unit_beta,
    },
    FindingDefinition {
        kind: FindingKind::PosteriorCollapse,
        key: "posterior_collapse",
        looks: 1,
        rule: latent::collapsed,
        remedy: latent::less_pressure,
    },
    FindingDefinition {
        kind: FindingKind::ModeCollapse,
        key: "mode_collapse",
        looks: 5,
        rule: adversarial::mode_collapse,
        remedy: adversarial::penalty,
    },
    FindingDefinition {
        kind: FindingKind::StrongDiscriminator,
        key: "strong_discriminator",
        looks: 17,
        rule: adversarial::too_strong,
        remedy: adversarial::hold_back,
    },
    FindingDefinition {
        kind: FindingKind::WeakDiscriminator,
        key: "weak_discriminator",
        looks: 10,
        rule: adversarial::too_weak,
        remedy: adversarial::push,
    },
    FindingDefinition {
        kind: FindingKind::SaturatedOutputs,
        key: "saturated_outputs",
        looks: 10,
        rule: layers::saturated,
        remedy: learning::lower_rate,
    },
    FindingDefinition {
        kind: FindingKind::Overfitting,
        key: "overfitting",
        looks: 1,
        rule: fit::overfitting,
        remedy: fit::regularise,
    },
];

impl FindingKind {
    /// What it is.
    pub fn definition(self) -> &'static FindingDefinition {
        FINDINGS.iter().find(|finding| finding.kind == self).unwrap_or(&FINDINGS[0])
    }
}

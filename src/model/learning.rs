//! How gradients become updates, and how the learning rate goes on. Shared by families that learn by gradients.

use super::field::{CardInput, FieldChange, Section};
use super::{ConfigValues, Field, Setting};
use crate::nn::optimizer::{Method, UpdateSettings};
use serde::Deserialize;

/// How the learning rate goes on after its warm-up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Schedule {
    /// As it is.
    Constant,
    /// Down half a cosine to a share of it (Loshchilov and Hutter 2016).
    Cosine,
    /// Multiplied by a share of it, again and again.
    Step,
}

/// The learning rate over the steps.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
pub struct LearningRate {
    /// Step size, before its schedule.
    pub learning_rate: f64,
    /// Steps over which it rises from 0.
    pub warm_up_steps: u64,
    /// How it goes on.
    pub schedule: Schedule,
    /// Cosine: steps down to the share, warm-up included. Step: steps between one fall and the next.
    pub schedule_steps: u64,
    /// Cosine: the share of the learning rate at its end. Step: what it is multiplied by.
    pub schedule_share: f64,
}

impl LearningRate {
    /// That of a configuration; `None` where the family has none.
    pub fn of(config: &ConfigValues) -> Option<Self> {
        config.read().ok()
    }

    /// The learning rate of the step after `step` others, warm-up and schedule included.
    pub fn at(&self, step: u64) -> f64 {
        let warmth = if step < self.warm_up_steps { (step + 1) as f64 / self.warm_up_steps as f64 } else { 1.0 };
        let share = match self.schedule {
            Schedule::Constant => 1.0,
            Schedule::Cosine => {
                let before = self.warm_up_steps.min(self.schedule_steps);
                let length = (self.schedule_steps - before).max(1);
                let place = step.saturating_sub(before).min(length) as f64 / length as f64;
                self.schedule_share + (1.0 - self.schedule_share) * 0.5 * (1.0 + (std::f64::consts::PI * place).cos())
            }
            Schedule::Step => self.schedule_share.powf((step / self.schedule_steps.max(1)) as f64),
        };
        warmth * share * self.learning_rate
    }
}

/// The numbers of every update.
#[derive(Clone, Copy, Debug, Deserialize)]
pub(super) struct Updates {
    #[serde(flatten)]
    rate: LearningRate,
    optimizer: Method,
    adam_beta1: f64,
    adam_beta2: f64,
    weight_decay: f64,
    gradient_clip: f64,
    average_decay: f64,
}

impl Updates {
    /// The numbers of the update after `step` steps.
    pub fn at(&self, step: u64) -> UpdateSettings {
        UpdateSettings {
            method: self.optimizer,
            learning_rate: self.rate.at(step),
            beta1: self.adam_beta1,
            beta2: self.adam_beta2,
            weight_decay: self.weight_decay,
            gradient_clip: self.gradient_clip,
            weight_clip: 0.0,
            average_decay: self.average_decay,
        }
    }
}

const METHODS: [&str; 3] = [Method::Adam.name(), Method::AdamW.name(), Method::RmsProp.name()];
/// The weight decay that AdamW starts with: without any it is Adam.
const USUAL_DECAY: f64 = 0.01;
/// No control offers more steps.
const ANY: (u64, u64) = (0, u64::MAX);

/// Step size, before its schedule.
pub(super) static LEARNING_RATE: Field = learning_rate(1e-3);

/// A field of the learning rate with another usual value.
pub(super) const fn learning_rate(usual: f64) -> Field {
    let input = CardInput::Slider { least: 1e-6, most: 1e-1, logarithmic: true };
    let field = Field::real("learning_rate", (0.0, 1.0), usual).required().changes(FieldChange::Live);
    field.on_card(Section::LIVE, |_| "model.learning_rate", input)
}
/// How gradients become updates.
pub(super) static OPTIMIZER: Field = Field::choice("optimizer", &METHODS, Method::Adam.name())
    .on_card(Section::OPTIMIZER, |_| "model.optimizer", CardInput::Plain)
    .follow(|config, _| {
        let decays = config.word("optimizer") == Some(Method::AdamW.name());
        config.put("weight_decay", Setting::Real(if decays { USUAL_DECAY } else { 0.0 }));
    });
/// Adam's β₁.
pub(super) static ADAM_BETA1: Field = adam_beta1(0.9);

/// A field of β₁ with another usual value.
pub(super) const fn adam_beta1(usual: f64) -> Field {
    let field = Field::real("adam_beta1", (0.0, 0.9999), usual).required();
    field.on_card(Section::OPTIMIZER, |_| "model.adam_beta1", CardInput::Plain).only_if(has_moments)
}

/// Adam's β₂.
pub(super) static ADAM_BETA2: Field = Field::real("adam_beta2", (0.0, 0.999_999), 0.999)
    .on_card(Section::OPTIMIZER, |_| "model.adam_beta2", CardInput::Plain)
    .only_if(has_moments);
/// AdamW's decay.
pub(super) static WEIGHT_DECAY: Field = Field::real("weight_decay", (0.0, 10.0), 0.0)
    .on_card(Section::OPTIMIZER, |_| "model.weight_decay", CardInput::Plain)
    .only_if(|config| config.word("optimizer") == Some(Method::AdamW.name()));
/// The longest that a network's gradient may be; 0 for any length.
pub(super) static GRADIENT_CLIP: Field = Field::real("gradient_clip", (0.0, 1e9), 0.0).on_card(
    Section::OPTIMIZER,
    |_| "model.gradient_clip",
    CardInput::Optional { usual: 1.0, unit: None },
);
/// Share that the average of the weights keeps at an update, which is then what is shown and measured; 0 for none.
pub(super) static AVERAGE_DECAY: Field = Field::real("average_decay", (0.0, 0.999_999), 0.0).on_card(
    Section::NETWORK,
    |_| "model.average",
    CardInput::Optional { usual: 0.999, unit: None },
);
/// Steps over which the learning rate rises from 0.
pub(super) static WARM_UP_STEPS: Field =
    Field::whole("warm_up_steps", ANY, 0).on_card(Section::SCHEDULE, |_| "model.warm_up", CardInput::Steps);
/// How the learning rate goes on.
pub(super) static SCHEDULE: Field = Field::choice("schedule", &["constant", "cosine", "step"], "constant").on_card(
    Section::SCHEDULE,
    |_| "model.schedule",
    CardInput::Plain,
);
/// Steps of the schedule.
pub(super) static SCHEDULE_STEPS: Field = Field::whole("schedule_steps", (1, u64::MAX), 10_000)
    .on_card(
        Section::SCHEDULE,
        |config| if falls_in_steps(config) { "model.step_steps" } else { "model.cosine_steps" },
        CardInput::Steps,
    )
    .only_if(falls);
/// The schedule's share.
pub(super) static SCHEDULE_SHARE: Field = Field::real("schedule_share", (0.0, 1.0), 0.1)
    .on_card(
        Section::SCHEDULE,
        |config| if falls_in_steps(config) { "model.step_share" } else { "model.cosine_share" },
        CardInput::Plain,
    )
    .only_if(falls);
/// What says how gradients become updates.
pub(super) const UPDATES: [&Field; 9] = [
    &OPTIMIZER,
    &ADAM_BETA1,
    &ADAM_BETA2,
    &WEIGHT_DECAY,
    &GRADIENT_CLIP,
    &WARM_UP_STEPS,
    &SCHEDULE,
    &SCHEDULE_STEPS,
    &SCHEDULE_SHARE,
];
/// Tests in a row without a better test loss after which it stops; 0 for never.
pub(super) static EARLY_STOP_TESTS: Field = Field::whole("early_stop_tests", ANY, 0).on_card(
    Section::SCHEDULE,
    |_| "model.early_stop",
    CardInput::Optional { usual: 5.0, unit: Some("model.unit_tests") },
);

fn has_moments(config: &ConfigValues) -> bool {
    config.word("optimizer") != Some(Method::RmsProp.name())
}

fn falls(config: &ConfigValues) -> bool {
    config.word("schedule") != Some("constant")
}

fn falls_in_steps(config: &ConfigValues) -> bool {
    config.word("schedule") == Some("step")
}

/// How it learns in a few words.
pub(super) fn note(config: &ConfigValues) -> String {
    let optimizer = match config.word("optimizer") {
        Some("adamw") => "AdamW",
        Some("rmsprop") => "RMSprop",
        _ => "Adam",
    };
    format!("{optimizer} {}", config.real("learning_rate").unwrap_or(0.0))
}

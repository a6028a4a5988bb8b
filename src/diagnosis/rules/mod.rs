//! The rules: each a pure function of the evidence, with the limit beyond which its figure is a fault. Limits stand between what
//! runs of the presets show that go well and what provoked failures show.

pub(super) mod adversarial;
pub(super) mod data;
pub(super) mod fit;
pub(super) mod latent;
pub(super) mod layers;
pub(super) mod learning;

//! What is being tried against a finding, and what comes of it.

use crate::diagnosis::{Finding, FindingKind};
use crate::model::ModelId;

/// A model that is another's run with the one change that should help.
#[derive(Clone, Debug, PartialEq)]
pub struct Trial {
    /// The model that something is wrong with.
    pub sick: ModelId,
    /// What.
    pub kind: FindingKind,
    /// The model that it is tried with.
    pub tried: ModelId,
    /// The step from which on they differ.
    pub from_step: u64,
    /// Steps after which it was named in the sick one: until then the other has proved nothing.
    pub named_step: u64,
}

/// Steps beyond those after which it was named in the sick one, by which the same would be named.
const MARGIN_STEPS: u64 = 100;

/// What has come of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It has not trained as far yet.
    Open,
    /// It has trained further, and nothing of the kind is named.
    Cured,
    /// The same is named.
    Refuted,
}

impl Trial {
    /// What has come of it so far: of what is named in the model that it is tried with, after so many steps.
    pub fn verdict(&self, findings: &[Finding], step: u64) -> Verdict {
        if findings.iter().any(|finding| finding.kind == self.kind) {
            return Verdict::Refuted;
        }
        if step > self.named_step + MARGIN_STEPS { Verdict::Cured } else { Verdict::Open }
    }
}

//! Which findings hold.

use super::evidence::Evidence;
use super::finding::{Certainty, Finding, Sign};
use super::kind::FindingKind;
use super::table::{FINDINGS, FindingDefinition};

/// Looks in a row without its sign after which a finding is over.
const LOOKS_UNTIL_OVER: u32 = 10;
/// How many times as long as it must hold to be named makes a finding certain.
const CERTAIN: u32 = 3;

/// A finding that began or is over.
#[derive(Clone, Debug, PartialEq)]
pub enum FindingChange {
    /// It is named from now on.
    Began(Finding),
    /// It does not hold any more.
    Over(FindingKind),
}

/// How a rule has held so far.
#[derive(Clone, Debug, Default)]
struct Course {
    /// Looks in a row for which it held.
    held: u32,
    /// Looks in a row for which it did not.
    missed: u32,
    /// Steps made when it began to hold.
    since_step: u64,
    /// What is named.
    finding: Option<Finding>,
}

/// Which findings hold.
#[derive(Clone, Debug)]
pub struct Diagnosis {
    courses: Vec<Course>,
}

impl Default for Diagnosis {
    fn default() -> Self {
        Self { courses: vec![Course::default(); FINDINGS.len()] }
    }
}

impl Diagnosis {
    /// Looks at the evidence once more; gives what has changed, in the order of the table.
    pub fn look(&mut self, evidence: &Evidence) -> Vec<FindingChange> {
        let Some(step) = evidence.last().map(|look| look.step) else { return Vec::new() };
        let courses = self.courses.iter_mut().zip(FINDINGS);
        courses.filter_map(|(course, definition)| course.look(definition, evidence, step)).collect()
    }

    /// What is named now, in the order of the table.
    pub fn findings(&self) -> Vec<Finding> {
        self.courses.iter().filter_map(|course| course.finding.clone()).collect()
    }
}

impl Course {
    fn look(&mut self, definition: &FindingDefinition, evidence: &Evidence, step: u64) -> Option<FindingChange> {
        let Some(sign) = (definition.rule)(evidence) else {
            (self.held, self.missed) = (0, self.missed.saturating_add(1));
            let is_over = self.finding.is_some() && self.missed >= LOOKS_UNTIL_OVER;
            return is_over.then(|| {
                self.finding = None;
                FindingChange::Over(definition.kind)
            });
        };
        if self.held == 0 && self.finding.is_none() {
            self.since_step = step;
        }
        (self.held, self.missed) = (self.held.saturating_add(1), 0);
        if self.held < definition.looks && self.finding.is_none() {
            return None;
        }
        let began = self.finding.is_none();
        let finding = self.finding(definition, evidence, sign, step);
        self.finding = Some(finding.clone());
        began.then_some(FindingChange::Began(finding))
    }

    fn finding(&self, definition: &FindingDefinition, evidence: &Evidence, sign: Sign, step: u64) -> Finding {
        let is_certain = definition.looks == 1 || self.held >= CERTAIN * definition.looks;
        Finding {
            kind: definition.kind,
            since_step: sign.since_step.unwrap_or(self.since_step),
            named_step: self.finding.as_ref().map_or(step, |finding| finding.named_step),
            step,
            sign,
            certainty: if is_certain { Certainty::Certain } else { Certainty::Likely },
            remedy: (definition.remedy)(evidence),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::diagnosis::{BatchFacts, StepLook};
    use crate::model::Config;
    use crate::nn::inspection::ParameterInspection;
    use std::sync::Arc;

    fn look(step: u64, pixels: &[f32]) -> StepLook {
        StepLook { step, batch: BatchFacts::of(pixels, 4), drift: 1.0, ..StepLook::default() }
    }

    #[test]
    fn a_finding_begins_when_it_has_held_and_is_over_when_it_has_not_for_a_while() {
        let mut evidence = Evidence::new(Config::vae_dense(), Arc::default());
        let mut diagnosis = Diagnosis::default();
        let (same, other) = ([0.5; 8], [0.0, 1.0, 0.5, 0.2, 1.0, 0.0, 0.1, 0.9]);
        let mut see = |step: u64, pixels: &[f32]| {
            evidence.add(look(step, pixels));
            let new = diagnosis.look(&evidence);
            (new, diagnosis.findings())
        };
        assert!(see(0, &other).1.is_empty());
        assert!(see(10, &same).1.is_empty() && see(20, &same).1.is_empty(), "three looks in a row");
        let (began, findings) = see(30, &same);
        assert!(matches!(&began[..], [FindingChange::Began(finding)] if finding.kind == FindingKind::ConstantData));
        assert_eq!((findings[0].since_step, findings[0].certainty), (10, Certainty::Likely));
        for step in 4..9 {
            see(10 * step, &same);
        }
        assert_eq!(see(90, &same).1[0].certainty, Certainty::Certain, "three times as long");
        for step in 10..19 {
            assert_eq!(see(10 * step, &other).1.len(), 1, "it may come back");
        }
        let (over, findings) = see(190, &other);
        assert_eq!(over, [FindingChange::Over(FindingKind::ConstantData)]);
        assert!(findings.is_empty());
    }

    #[test]
    fn what_is_not_a_number_names_the_image_and_the_tensor() {
        let mut evidence = Evidence::new(Config::vae_dense(), Arc::default());
        let mut pixels = [0.0, 1.0, 0.5, 0.2, 1.0, 0.0, 0.1, 0.9];
        pixels[5] = f32::NAN;
        evidence.add(StepLook { failed: true, ..look(299, &pixels) });
        let findings = |evidence: &Evidence| {
            let mut diagnosis = Diagnosis::default();
            diagnosis.look(evidence);
            diagnosis.findings().into_iter().map(|f| (f.kind, f.sign.place.unwrap().to_string())).collect::<Vec<_>>()
        };
        let image = "image 2 of the batch of step 300".to_owned();
        assert_eq!(findings(&evidence), [(FindingKind::BrokenData, image)], "and nothing that follows from it");
        pixels[5] = 0.0;
        let broken_parameter = Some("decoder.0.weight".to_owned());
        evidence.add(StepLook { failed: true, broken_parameter, ..look(300, &pixels) });
        let tensor = "decoder.0.weight, since the update of step 300".to_owned();
        assert_eq!(findings(&evidence), [(FindingKind::NotANumber, tensor)]);
    }

    #[test]
    fn a_rate_that_ends_a_run_in_its_second_step_is_named_before_the_number_that_is_none() {
        let pixels = [0.0, 1.0, 0.5, 0.2, 1.0, 0.0, 0.1, 0.9];
        let (mut evidence, mut diagnosis) = (Evidence::new(Config::vae_dense(), Arc::default()), Diagnosis::default());
        let mut first = look(0, &pixels);
        first.inspection.parameters = vec![ParameterInspection {
            name: "a.weight".to_owned(),
            weight_norm: 1.0,
            update_norm: 3.0,
            ..Default::default()
        }];
        evidence.add(first);
        assert!(diagnosis.look(&evidence).is_empty(), "one look may be chance");
        evidence.add(StepLook { failed: true, ..look(1, &pixels) });
        diagnosis.look(&evidence);
        let named: Vec<FindingKind> = diagnosis.findings().into_iter().map(|finding| finding.kind).collect();
        assert_eq!(named, [FindingKind::RateTooHigh, FindingKind::NotANumber]);
    }

    #[test]
    fn kinds_and_keys_are_unique() {
        let kinds: std::collections::BTreeSet<_> = FINDINGS.iter().map(|finding| finding.kind).collect();
        let keys: std::collections::BTreeSet<_> = FINDINGS.iter().map(|finding| finding.key).collect();
        assert_eq!((kinds.len(), keys.len()), (FINDINGS.len(), FINDINGS.len()));
        assert!(FINDINGS.iter().all(|finding| finding.kind.definition().key == finding.key));
    }
}

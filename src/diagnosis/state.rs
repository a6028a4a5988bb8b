//! Which findings hold.

use super::evidence::Evidence;
use super::finding::{Certainty, Finding, Sign};
use super::table::{FINDINGS, FindingDefinition, FindingKind};

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
            step,
            sign,
            certainty: if is_certain { Certainty::Certain } else { Certainty::Likely },
            remedy: (definition.remedy)(evidence),
        }
    }
}

//! What was found to go wrong in training, as the command line says it.

use crate::diagnosis::{Certainty, Finding};
use crate::message::Message;
use crate::run;
use rust_i18n::t;
use serde_json::{Value, json};
use std::path::Path;

fn english(key: &str) -> String {
    t!(key, locale = "en").into_owned()
}

/// One line on a finding of a run: what, since when, the figure, and what to try from the last checkpoint of it that is kept of
/// before; of the beginning where none is.
pub fn sentence(finding: &Finding, run: &Path) -> String {
    let key = finding.kind.definition().key;
    let (name, figure) = (english(&format!("finding.{key}")), english(&format!("finding.{key}_figure")));
    let place = finding.sign.place.as_ref().map(|place| format!(", {place}")).unwrap_or_default();
    let (step, value, limit) = (finding.since_step, finding.sign.value, finding.sign.limit);
    let kept = run::kept(run).unwrap_or_default();
    let good = kept.iter().map(|kept| kept.step).filter(|kept| *kept <= step).max();
    let from = good.map(|good| format!(" --fork {}@{good}", run.display())).unwrap_or_default();
    let remedy = finding.remedy.as_ref();
    let remedy = remedy.map(|remedy| format!("; try{from} --set {}={}", remedy.key, remedy.value)).unwrap_or_default();
    format!("{name} since step {step}: {figure} {value:.3} (limit {limit}){place}{remedy}")
}

/// Findings as JSON.
pub fn json(findings: &[Finding]) -> Value {
    let one = |finding: &Finding| {
        let remedy = finding.remedy.as_ref().map(|remedy| json!({ remedy.key: remedy.value.to_string() }));
        json!({
            "finding": finding.kind.definition().key,
            "since_step": finding.since_step,
            "value": finding.sign.value,
            "limit": finding.sign.limit,
            "place": finding.sign.place.as_ref().map(Message::to_string),
            "is_certain": finding.certainty == Certainty::Certain,
            "remedy": remedy,
        })
    };
    findings.iter().map(one).collect::<Vec<_>>().into()
}

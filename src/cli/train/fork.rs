//! `latentarium train --fork RUN@STEP --set KEY=VALUE`.

use super::resume::{agrees, data_of};
use super::{Begin, Plan, TrainArguments, usage};
use crate::explore::plane::Plane;
use crate::run::{self, Fork, ForkError};
use anyhow::Result;
use std::path::{Path, PathBuf};
use toml::Value;

/// What `--fork` asks for. Everything is checked, the data too, before the new folder is written.
pub fn plan(arguments: &TrainArguments, from: &str) -> Result<Plan> {
    let (parent, step) = place(from)?;
    let set = arguments.set.iter().map(|text| setting(text)).collect::<Result<Vec<_>>>()?;
    let fork = Fork::plan(&parent, step, &set).map_err(|error| match error {
        ForkError::Run(error) => error.into(),
        wrong => usage(wrong.to_string()),
    })?;
    let config = fork.config();
    agrees(arguments, &parent, &config.model)?;
    let dataset = data_of(arguments, &parent, config)?;
    let steps = match arguments.total(&dataset, &config.model) {
        Some(steps) => steps,
        None => as_far_as(&parent)?,
    };
    if steps <= step {
        return Err(usage(format!(
            "--fork {from}: expected more than {step} steps in all, found {steps}: say how far with --epochs or --steps"
        )));
    }
    // The fork takes it over: found to be broken before anything is written.
    run::read_plane::<Plane>(&parent)?;
    let out = arguments.create_out(&config.model.preset, &dataset.name)?;
    fork.write(&out, Some(steps))?;
    Ok(Plan { begin: Begin::Open(out), dataset, steps })
}

/// The steps that the parent was to make, or has made.
fn as_far_as(parent: &Path) -> Result<u64> {
    let made = run::kept(parent)?.last().map_or(0, |kept| kept.step);
    Ok(run::read_total(parent)?.unwrap_or(0).max(made))
}

/// `RUN@STEP`.
fn place(text: &str) -> Result<(PathBuf, u64)> {
    let parsed = text.rsplit_once('@').and_then(|(run, step)| Some((PathBuf::from(run), step.parse().ok()?)));
    parsed.ok_or_else(|| usage(format!("--fork: expected RUN@STEP, found {text}")))
}

/// `KEY=VALUE`; a value that TOML does not know is text.
pub fn setting(text: &str) -> Result<(String, Value)> {
    let Some((key, value)) = text.split_once('=') else {
        return Err(usage(format!("--set: expected KEY=VALUE, found {text}")));
    };
    Ok((key.trim().to_owned(), run::value_of(value)))
}

//! `latentarium train --resume RUN`.

use super::{Begin, Plan, TrainArguments, usage};
use crate::cli::common::{fetch, load_of_run};
use crate::dataset::{Dataset, Source};
use crate::disk::kind_at;
use crate::message::message;
use crate::model::{Config, Setting};
use crate::run::{self, RunConfig, RunError};
use anyhow::{Result, anyhow};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What `--resume` asks for: nothing is written yet.
pub fn plan(arguments: &TrainArguments, run: &Path) -> Result<Plan> {
    if !run.is_dir() {
        return Err(RunError::unexpected(run, message!("a run folder"), kind_at(run)).into());
    }
    let config = run::read_config(&run.join("config.toml"))?;
    agrees(arguments, run, &config.model)?;
    if let Some(out) = arguments.out.as_ref().filter(|out| !same(out, run)) {
        return Err(usage(format!(
            "--out {} contradicts --resume {}: a run goes on in its own folder",
            out.display(),
            run.display()
        )));
    }
    let planned = run::read_total(run)?;
    let asked = arguments.steps.is_some() || arguments.epochs.is_some();
    if planned.is_none() && !asked {
        return Err(usage(format!(
            "{}: nothing says how far it is to go: expected --epochs or --steps, totals with what it has made",
            run.display()
        )));
    }
    let dataset = data_of(arguments, run, &config)?;
    let steps = arguments.total(&dataset, &config.model).or(planned).unwrap_or(0);
    let begin = if run::has_no_checkpoint(run) {
        if run::has_rows(run) {
            return Err(
                RunError::unexpected(&run.join("checkpoints"), message!("a checkpoint"), message!("none")).into()
            );
        }
        let changes = run::read_changes(run, &config.model)?;
        Begin::Again(Box::new(config.model), changes, run.to_owned())
    } else {
        Begin::Open(run.to_owned())
    };
    Ok(Plan { begin, dataset, steps })
}

fn same(one: &Path, other: &Path) -> bool {
    let whole = |path: &Path| std::fs::canonicalize(path).unwrap_or_else(|_| PathBuf::from(path));
    whole(one) == whole(other)
}

/// Refuses what is not so in a run that is there: whatever it was begun with stays.
pub fn agrees(arguments: &TrainArguments, run: &Path, config: &Config) -> Result<()> {
    let refuse = |option: &str, asked: String, is: String| {
        Err(usage(format!(
            "{option} {asked} contradicts {}, which was begun with {is}; a fork can change things on the way",
            run.display()
        )))
    };
    if let Some(preset) = arguments.preset.as_ref().filter(|preset| **preset != config.preset) {
        return refuse("PRESET", preset.clone(), config.preset.clone());
    }
    for (option, key, asked) in arguments.fields() {
        let is = config.get(key);
        if let Some(asked) = asked.filter(|asked| Some(asked) != is) {
            return refuse(option, asked.to_string(), is.map_or_else(|| format!("no {key}"), Setting::to_string));
        }
    }
    Ok(())
}

/// The data of a run that is there; another place may be given where the same data lies.
pub fn data_of(arguments: &TrainArguments, run: &Path, config: &RunConfig) -> Result<Arc<Dataset>> {
    let source = arguments.data.as_deref().map_or_else(|| config.data.clone(), Source::parse);
    let dataset = if arguments.data.is_some() { fetch(&source)? } else { load_of_run(run, &source)? };
    if config.data_checksum != dataset.id.as_str() {
        let sentence = format!(
            "{}: expected the data it was trained on ({}), found other images or labels in {source}",
            run.display(),
            config.data_name
        );
        return Err(if arguments.data.is_some() { usage(format!("--data {sentence}")) } else { anyhow!(sentence) });
    }
    Ok(dataset)
}

//! Readers of a run's settings and figures.

use crate::corpus::Entry;
use crate::place::{Run, Runs};
use crate::runner::{Read, Verdict, ensure, refused};
use latentarium::explore::plane::Plane;
use latentarium::model::{Config, MetricId, in_force};
use latentarium::run::metrics_file::{self, MetricsFile, MetricsRow};
use latentarium::run::{Opened, RunError};
use latentarium::{message::Explain, run};

/// `config.toml`, and where it fits also the run behind it.
pub fn config(runs: &Runs, entry: &Entry, bytes: &[u8]) -> Verdict {
    let run = runs.of(entry);
    let path = run.put("config", bytes);
    match run::read_config(&path) {
        Ok(config) => {
            config.model.check().map_err(|error| error.message().to_string())?;
            drop(opened(run)?);
            Ok(Read::Whole)
        }
        Err(error) => refused(error),
    }
}

/// Opens a run as the program does; what is opened must be a model that can be looked at.
pub fn opened(run: &Run) -> Result<Result<Opened, RunError>, String> {
    let opened = run::open(run.path());
    match &opened {
        Ok(opened) => {
            let snapshot = &opened.snapshot;
            ensure(snapshot.step == opened.checkpoint.step, || format!("step {}", snapshot.step))?;
            ensure(snapshot.image == opened.config.image, || format!("{:?}", snapshot.image))?;
            ensure(snapshot.latent == opened.config.model.latent(), || format!("{} dimensions", snapshot.latent))?;
            opened.config.model.check().map_err(|error| error.message().to_string())?;
        }
        Err(error) => drop(refused(error)?),
    }
    Ok(opened)
}

/// `changes.toml`: what is in force after each step must be a run that can be made.
pub fn changes(runs: &Runs, entry: &Entry, bytes: &[u8]) -> Verdict {
    let run = runs.of(entry);
    run.put("changes", bytes);
    let initial = run::read_config(&run.path().join("config.toml")).unwrap().model;
    let changes = match run::read_changes(run.path(), &initial) {
        Ok(changes) => changes,
        Err(error) => return refused(error),
    };
    ensure(changes.is_sorted_by_key(|change| change.step), || "out of order".to_owned())?;
    for step in [0, run.step, u64::MAX] {
        match in_force(&initial, &changes, step) {
            Ok(config) => config.check().map_err(|error| error.message().to_string())?,
            Err(error) => return refused(error.message()),
        }
    }
    // What was written without a checksum may also change a shape, and then fits no weights.
    let same = in_force(&initial, &changes, run.step).is_ok_and(|config| shape(&config) == shape(&initial));
    match opened(run)? {
        Ok(opened) => {
            ensure(opened.changes == changes, || "other changes".to_owned())?;
            Ok(Read::Whole)
        }
        Err(error) => {
            ensure(!same, || format!("no change of a shape, and {error}"))?;
            Ok(Read::Refused)
        }
    }
}

/// The fields that give the weights their shapes.
fn shape(config: &Config) -> Vec<String> {
    let fields = config.fields().filter(|(field, _)| field.change == latentarium::model::FieldChange::Shape);
    fields.map(|(field, value)| format!("{}={value}", field.key)).collect()
}

/// `plan.toml`.
pub fn plan(runs: &Runs, entry: &Entry, bytes: &[u8]) -> Verdict {
    let run = runs.of(entry);
    run.put("plan", bytes);
    match run::read_total(run.path()) {
        Ok(total) => ensure(total.is_some(), || "no plan".to_owned()).map(|()| Read::Whole),
        Err(error) => refused(error),
    }
}

/// `plane.toml`: a plane that is valid is one of finite positions.
pub fn plane(runs: &Runs, entry: &Entry, bytes: &[u8]) -> Verdict {
    let run = runs.of(entry);
    run.put("plane", bytes);
    let plane: Plane = match run::read_plane(run.path()) {
        Ok(plane) => plane.ok_or("no plane")?,
        Err(error) => return refused(error),
    };
    if !plane.is_valid(plane.latent()) {
        return Ok(Read::Refused);
    }
    let latent = plane.latent_from_plane([0.0, 0.0]);
    ensure(latent == plane.origin, || format!("{latent:?} in place of the origin"))?;
    run::write_plane(run.path(), &plane).map_err(|error| error.to_string())?;
    let again: Option<Plane> = run::read_plane(run.path()).map_err(|error| error.to_string())?;
    ensure(again.as_ref() == Some(&plane), || format!("{again:?} after {plane:?} was written")).map(|()| Read::Whole)
}

/// `fork.toml`.
pub fn origin(runs: &Runs, entry: &Entry, bytes: &[u8]) -> Verdict {
    let run = runs.of(entry);
    run.put("fork", bytes);
    match run::read_origin(run.path()) {
        Ok(origin) => ensure(origin.is_some(), || "no origin".to_owned()).map(|()| Read::Whole),
        Err(error) => refused(error),
    }
}

/// `metrics.csv`: a run goes on with it, and then it has the same rows and one more.
pub fn metrics(runs: &Runs, entry: &Entry, bytes: &[u8]) -> Verdict {
    let run = runs.of(entry);
    run.put("metrics", bytes);
    let (mut before, mut rows) = (Vec::new(), Vec::new());
    let read = metrics_file::read(run.path(), run.step, &mut |row| before.push(row));
    let opened = MetricsFile::open(run.path(), run.step, &mut |row| rows.push(row));
    ensure(read.is_ok() == opened.is_ok(), || format!("{read:?} and {opened:?}"))?;
    let mut file = match opened {
        Ok(file) => file,
        Err(error) => return refused(error),
    };
    ensure(said(&before) == said(&rows), || "two readings".to_owned())?;
    ensure(rows.iter().all(|row| row.step <= run.step), || "a later row".to_owned())?;
    let next = MetricsRow { step: run.step + 1, seconds: 0.5, values: vec![(MetricId::KL, 0.25)] };
    file.append([next.clone()].into_iter()).map_err(|error| error.to_string())?;
    rows.push(next);
    let mut after = Vec::new();
    metrics_file::read(run.path(), run.step + 1, &mut |row| after.push(row)).map_err(|error| error.to_string())?;
    ensure(said(&after) == said(&rows), || format!("{:.300}, not {:.300}", said(&after), said(&rows)))?;
    Ok(Read::Whole)
}

/// Rows in which what is no number equals itself.
fn said(rows: &[MetricsRow]) -> String {
    format!("{rows:?}")
}

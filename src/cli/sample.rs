//! `latentarium sample`.

use super::Outcome;
use super::common::{self, usage, write_sheet};
use super::interruption::{SOON, end_of, go_on, note_interruptions};
use super::output::{say, tell};
use crate::explore::fitted_gaussian::{FittedGaussian, sample_latents};
use crate::picture::SheetLayout;
use crate::run;
use crate::snapshot::Scratch;
use anyhow::Result;
use clap::Args;
use std::path::PathBuf;

#[derive(Args)]
pub struct SampleArguments {
    /// The run's folder.
    run: PathBuf,
    /// How many samples.
    #[arg(long, default_value_t = 100)]
    count: usize,
    /// Seed of the samples.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// The picture to write.
    #[arg(long)]
    out: PathBuf,
}

pub fn run(arguments: &SampleArguments) -> Result<Outcome> {
    if !(1..=10_000).contains(&arguments.count) {
        return Err(usage(format!("--count: expected 1 to 10000, found {}", arguments.count)));
    }
    note_interruptions(SOON)?;
    let opened = run::open(&arguments.run)?;
    let snapshot = &opened.snapshot;
    // A family without a prior has none to draw from: a Gaussian that is fitted to its encodings stands in.
    let has_prior = opened.config.model.family().samples;
    let fitted = if has_prior {
        None
    } else {
        let (_, dataset) = common::open(&arguments.run, None)?;
        FittedGaussian::in_place_of_prior(snapshot, &dataset.train, &mut Scratch::default())
    };
    if fitted.is_some() {
        tell("samples of a fitted Gaussian: this family has no prior");
    }
    let latents = sample_latents(snapshot, fitted.as_ref(), arguments.seed, arguments.count);
    let columns = (arguments.count as f64).sqrt().ceil() as usize;
    let layout = SheetLayout::rows_of(columns, snapshot.image, arguments.count);
    let written = write_sheet(&arguments.out, layout, |each| {
        snapshot.decoder.evaluate_each(&latents, &mut Scratch::default(), |image| go_on().and_then(|()| each(image)))
    });
    end_of(written)?;
    say(arguments.out.display())?;
    Ok(Outcome::Done)
}

//! `latentarium sample`.

use super::Outcome;
use super::common::{usage, write_sheet};
use super::interruption::{SOON, end_of, go_on, note_interruptions};
use super::output::say;
use crate::picture::SheetLayout;
use crate::random::{Purpose, normal_rows};
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
    let latents = normal_rows(arguments.seed, Purpose::Sample, 0, arguments.count, snapshot.latent);
    let columns = (arguments.count as f64).sqrt().ceil() as usize;
    let layout = SheetLayout::rows_of(columns, snapshot.image, arguments.count);
    let written = write_sheet(&arguments.out, layout, |each| {
        snapshot.decoder.evaluate_each(&latents, &mut Scratch::default(), |image| go_on().and_then(|()| each(image)))
    });
    end_of(written)?;
    say(arguments.out.display())?;
    Ok(Outcome::Done)
}

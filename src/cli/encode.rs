//! `latentarium encode`.

use super::Outcome;
use super::common::{self, progress_bar, usage, write_file};
use super::interruption::{SOON, is_interrupted, note_interruptions};
use super::output::say;
use crate::explore::encoded::Encoding;
use crate::explore::points_table::EncodedTable;
use crate::snapshot::Scratch;
use anyhow::{Result, bail};
use clap::Args;
use std::path::PathBuf;

/// Images that are encoded between two looks.
const CHUNK: u64 = 128;

#[derive(Args)]
pub struct EncodeArguments {
    /// The run's folder.
    run: PathBuf,
    /// Other data than it was trained on.
    #[arg(long)]
    data: Option<String>,
    /// The table to write, a row a test image with all that is known of it: .csv, or .npy with named fields.
    #[arg(long)]
    out: PathBuf,
}

pub fn run(arguments: &EncodeArguments) -> Result<Outcome> {
    let ending = arguments.out.extension().unwrap_or_default().to_ascii_lowercase();
    let is_csv = ending == "csv";
    if !is_csv && ending != "npy" {
        let path = arguments.out.display();
        return Err(usage(format!("--out {path}: expected a file that ends with .csv or .npy, found another ending")));
    }
    note_interruptions(SOON)?;
    let (opened, dataset) = common::open(&arguments.run, arguments.data.as_deref())?;
    let config = &opened.config.model;
    if !config.encodes() {
        bail!("{}: expected a model with an encoder, found {}", arguments.run.display(), config.preset);
    }
    let count = dataset.test.count();
    let bar = progress_bar(count as u64, "images");
    let mut go_on = || {
        bar.inc(CHUNK);
        !is_interrupted()
    };
    let encoding = Encoding::of(&opened.snapshot, &dataset.test, count, &mut Scratch::default(), &mut go_on);
    bar.finish_and_clear();
    let Some(encoding) = encoding else { return Ok(Outcome::Interrupted) };
    let has_posterior = config.family().samples;
    let table = EncodedTable { encoding: &encoding, split: &dataset.test, has_posterior, points: None };
    write_file(&arguments.out, &if is_csv { table.csv()? } else { table.npy() })?;
    say(arguments.out.display())?;
    Ok(Outcome::Done)
}

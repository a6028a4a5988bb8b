//! `latentarium compare`.

use super::Outcome;
use super::common::{open, write_png};
use crate::explore::compare::sheet;
use crate::picture;
use crate::run;
use anyhow::{Result, bail};
use clap::Args;
use std::path::PathBuf;

/// Test images on the sheet.
const ROWS: usize = 20;

#[derive(Args)]
pub struct CompareArguments {
    /// A run with an encoder.
    vae_run: PathBuf,
    /// A run to draw samples of.
    gan_run: PathBuf,
    /// Other data than the first run was trained on.
    #[arg(long)]
    data: Option<String>,
    /// The picture to write.
    #[arg(long)]
    out: PathBuf,
    /// Seed of the samples.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Print one line of JSON.
    #[arg(long)]
    json: bool,
}

pub fn run(arguments: &CompareArguments) -> Result<Outcome> {
    let (a, dataset) = open(&arguments.vae_run, arguments.data.as_deref())?;
    let b = run::open(&arguments.gan_run)?;
    if a.snapshot.encoder.is_none() {
        bail!("{}: expected a run with an encoder, found {}", arguments.vae_run.display(), a.config.model.preset);
    }
    if b.config.image != a.config.image {
        bail!("{}: expected images of {}, found {}", arguments.gan_run.display(), a.config.image, b.config.image);
    }
    let sheet = sheet(&a.snapshot, &b.snapshot, &dataset, ROWS, arguments.seed);
    write_png(&arguments.out, &picture::compare(&sheet, &dataset))?;
    if arguments.json {
        let line = serde_json::json!({
            "vae_run": arguments.vae_run, "gan_run": arguments.gan_run, "out": arguments.out, "images": sheet.rows.len(),
            "vae_steps": sheet.step_a, "gan_steps": sheet.step_b,
            "mean_squared_error": sheet.mean_squared_error, "reconstruction_nats": sheet.mean_reconstruction_nats,
        });
        println!("{line}");
    } else {
        println!("{}", arguments.out.display());
        println!("mean squared error   {:.5} a pixel", sheet.mean_squared_error);
        println!("reconstruction       {:.2} nats an image", sheet.mean_reconstruction_nats);
    }
    Ok(Outcome::Done)
}

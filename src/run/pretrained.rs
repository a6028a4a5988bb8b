//! The small models that come with the program.

use super::error::RunError;
use super::folder::{Opened, RunConfig, snapshot_of};
use super::{Checkpoint, tensors};
use crate::message::{Explain, Message, message};
use crate::model::{Model, Saved};
use std::path::{Path, PathBuf};

const FILES: &[(&str, &str, &[u8])] = &[
    (
        "vae-dense",
        include_str!("../../assets/pretrained/vae-dense.toml"),
        include_bytes!("../../assets/pretrained/vae-dense.safetensors"),
    ),
    (
        "gan-plane",
        include_str!("../../assets/pretrained/gan-plane.toml"),
        include_bytes!("../../assets/pretrained/gan-plane.safetensors"),
    ),
];

/// A VAE and a GAN trained on the generated digits by `latentarium train`; how is said in `assets/pretrained/README.md`.
///
/// # Errors
/// Never with the files that the program was built with: a test opens them.
pub fn pretrained() -> Result<Vec<Opened>, RunError> {
    FILES.iter().map(|file| open(*file)).collect()
}

fn open((name, config, weights): (&str, &str, &[u8])) -> Result<Opened, RunError> {
    let folder = PathBuf::from(format!("pretrained/{name}"));
    let config: RunConfig = toml::from_str(config)
        .map_err(|error| RunError::unexpected(&folder, message!("a configuration"), Message::words(error.message())))?;
    let step = tensors::step(Path::new(name), weights)?;
    let weights = tensors::parse(&folder, weights, step)?;
    // An optimiser that made no update: these models are looked at.
    let fresh = Model::new(&config.model, config.image).and_then(|model| Ok((model.save()?, model)));
    let (fresh, model) = fresh.map_err(|error| RunError::unexpected(&folder, message!("a model"), error.message()))?;
    let saved = Saved { weights, ..fresh };
    let checkpoint = Checkpoint { step, train_s: 0.0, saved };
    let snapshot = snapshot_of(&folder, model, &checkpoint)?;
    let initial = config.model.clone();
    Ok(Opened { folder, config, initial, changes: Vec::new(), checkpoint, snapshot })
}

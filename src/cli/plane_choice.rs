//! The plane that a run is looked at by.

use super::common::open;
use crate::dataset::Split;
use crate::explore::default_plane;
use crate::explore::plane::Plane;
use crate::run::{self, Opened};
use anyhow::{Result, bail};

/// The plane that a run is looked at by: the one in its folder, else the usual one.
///
/// # Errors
/// If the one in its folder is of another latent space.
pub fn plane_of(opened: &Opened, test: Option<&Split>) -> Result<Plane> {
    let latent = opened.snapshot.latent;
    match run::read_plane::<Plane>(&opened.folder)? {
        Some(plane) if plane.is_valid(latent) => Ok(plane),
        Some(plane) => bail!(
            "{}/plane.toml: expected {latent} finite values a vector, found others ({})",
            opened.folder.display(),
            plane.latent()
        ),
        None => Ok(default_plane(&opened.snapshot, opened.config.model.seed(), test)),
    }
}

/// The same, with the data of the run read where it takes data to choose one: a VAE of more than two dimensions is cut along
/// those of highest KL.
///
/// # Errors
/// Also if that data cannot be opened.
pub fn plane_from_disk(opened: &Opened) -> Result<Plane> {
    let needs_data = opened.snapshot.latent > 2 && opened.snapshot.encoder.is_some();
    if needs_data && run::read_plane::<Plane>(&opened.folder)?.is_none() {
        let (opened, data) = open(&opened.folder, None)?;
        return plane_of(&opened, Some(&data.test));
    }
    plane_of(opened, None)
}

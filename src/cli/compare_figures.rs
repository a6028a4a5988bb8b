//! What `latentarium compare` prints: one line of JSON, or a table.

use super::figures::Measured;
use crate::dataset::Dataset;
use crate::explore::compare::{ImageFigures, ReconstructionKind, Sheet};
use crate::metrics::samples::{Estimate, FeatureKind, MEAN_RESAMPLES, SET_RESAMPLES};
use crate::metrics::{FIGURES, FigureDefinition, FigureId, FigureSubject};
use crate::run::Opened;
use crate::snapshot::Likelihood;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};

/// Classes whose shares stand in the table, at most.
const LISTED_CLASSES: usize = 20;

/// Runs with their figures.
pub struct Compared<'a> {
    pub folders: &'a [PathBuf],
    pub runs: &'a [Opened],
    pub measured: &'a Measured,
    pub dataset: &'a Dataset,
    /// The first of them with the images that are on the picture.
    pub sheet: &'a Sheet,
}

/// A path as text, also where it is not Unicode.
fn shown_path(path: impl AsRef<Path>) -> String {
    path.as_ref().display().to_string()
}

fn name_of(likelihood: Likelihood) -> &'static str {
    match likelihood {
        Likelihood::Bernoulli => "bernoulli",
        Likelihood::Gaussian { .. } => "gaussian",
    }
}

impl Compared<'_> {
    /// One line of JSON.
    pub fn line(&self, out: &Path, seed: u64) -> Value {
        let models: Vec<Value> = (0..self.runs.len()).filter_map(|place| self.model(place)).collect();
        let first = |field: &str| models.iter().map(|model| &model[field]).find(|value| !value.is_null()).cloned();
        let step = |place: usize| self.runs.get(place).map(|run| run.checkpoint.step);
        let mut line = json!({
            "vae_run": self.folders.first().map(shown_path), "gan_run": self.folders.get(1).map(shown_path),
            "out": shown_path(out), "images": self.sheet.originals.len(), "vae_steps": step(0), "gan_steps": step(1),
            "mean_squared_error": first("mse"), "reconstruction_nats": first("nats"),
            "data": self.dataset.name, "seed": seed,
        });
        self.measured.describe(&mut line);
        line["models"] = models.into();
        line
    }

    /// What is known of a run, with its figures.
    fn model(&self, place: usize) -> Option<Value> {
        let (folder, run) = (self.folders.get(place)?, self.runs.get(place)?);
        let mut line = json!({
            "run": shown_path(folder), "preset": run.config.model.preset, "step": run.checkpoint.step,
            "likelihood": run.snapshot.likelihood.map(name_of),
        });
        self.measured.list(place, &mut line);
        line["on_sheet"] = self.on_sheet(place).into();
        Some(line)
    }

    /// Means over the images on the picture, of closest images too: searching for those of all test images takes minutes.
    fn on_sheet(&self, place: usize) -> Option<Value> {
        let model = self.sheet.models.get(place)?;
        let ImageFigures { squared_error, psnr, ssim, nats } = model.figures()?;
        let by = match model.kind {
            ReconstructionKind::Encoder => "encoder",
            ReconstructionKind::Inversion => "inversion",
        };
        let found = model.reconstructions.iter().flatten().count();
        Some(json!({ "by": by, "n": found, "mse": squared_error, "psnr": psnr, "ssim": ssim, "nats": nats }))
    }

    fn floor(&self, figure: &FigureDefinition) -> Option<Estimate> {
        self.measured.reference.as_ref()?.floor.estimates.get(&figure.id).copied()
    }

    /// What a person should know of them.
    pub fn notes(&self) -> Vec<String> {
        let fitted = self.measured.models.iter().zip(self.folders).filter(|(figures, _)| figures.fitted);
        fitted
            .map(|(_, folder)| format!("{}: samples of a fitted Gaussian: it has no prior", folder.display()))
            .collect()
    }

    /// Lines of text: a row a figure, a column a run and one of test images.
    pub fn table(&self) -> Vec<String> {
        let letter = |place: usize| char::from_u32('A' as u32 + place as u32).map_or_else(String::new, String::from);
        let mut lines: Vec<String> = Vec::new();
        for (place, (folder, run)) in self.folders.iter().zip(self.runs).enumerate() {
            let (preset, step) = (&run.config.model.preset, run.checkpoint.step);
            lines.push(format!("{}  {}, {preset}, step {step}", letter(place), folder.display()));
        }
        let Some(reference) = &self.measured.reference else { return lines };
        lines.push(match reference.kind() {
            FeatureKind::Classes { accuracy } => format!(
                "features: the {} hidden values of a class network that is right about {:.1} % of test images",
                reference.width(),
                100.0 * accuracy
            ),
            FeatureKind::Autoencoder { squared_error } => format!(
                "features: the {} values of an autoencoder's code (the data has no classes), mean squared error {squared_error:.4}",
                reference.width()
            ),
        });
        lines.push(format!(
            "{} samples of each, and as many test images as the floor, against {} training images",
            reference.count, reference.training
        ));
        let mut header = vec!["figure".to_owned()];
        header.extend((0..self.runs.len()).map(letter));
        header.push("floor (test images)".to_owned());
        let mut rows = vec![header];
        let is_known = |id: FigureId| self.measured.models.iter().any(|figures| figures.get(id).is_some());
        let of_factors = |figure: &&FigureDefinition| figure.subject == FigureSubject::Factors;
        for figure in FIGURES.iter().filter(|figure| !of_factors(figure) || is_known(figure.id)) {
            let mut row = vec![format!("{} {}", figure.key, figure.better.arrow())];
            row.extend(self.measured.models.iter().map(|figures| cell(figures.get(figure.id))));
            row.push(cell(self.floor(figure)));
            rows.push(row);
        }
        let names = self.dataset.class_names();
        for (class, name) in names.iter().enumerate().filter(|_| names.len() <= LISTED_CLASSES) {
            let share =
                |shares: &[f64]| shares.get(class).map_or_else(|| "–".to_owned(), |share| format!("{share:.4}"));
            let mut row = vec![format!("share of {name}")];
            row.extend(self.measured.models.iter().map(|figures| share(&figures.samples.class_share)));
            row.push(share(&reference.floor.class_share));
            rows.push(row);
        }
        lines.extend(aligned(&rows));
        lines.push(format!(
            "± 1.96 standard errors of the bootstrap ({MEAN_RESAMPLES} resamples; {SET_RESAMPLES} of frechet, distances and what is of factors)"
        ));
        lines.push(format!(
            "memorised: nearer to a training image than {:.3}, as 1 of 100 test images is",
            reference.memorised_below
        ));
        lines
    }
}

/// A figure with two digits of its error; a dash where there is none.
fn cell(estimate: Option<Estimate>) -> String {
    let Some(Estimate { value, half_width }) = estimate else { return "–".to_owned() };
    let digits = if half_width > 0.0 { (1.0 - half_width.log10().floor()).clamp(0.0, 6.0) as usize } else { 4 };
    format!("{value:.digits$} ± {half_width:.digits$}")
}

/// Columns below each other, the first to the left and the others to the right.
fn aligned(rows: &[Vec<String>]) -> Vec<String> {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| rows.iter().filter_map(|row| row.get(column)).map(|cell| cell.chars().count()).max();
    let widths: Vec<usize> = (0..columns).map(|column| width(column).unwrap_or(0)).collect();
    let line = |row: &Vec<String>| {
        let cells = row.iter().zip(&widths).enumerate();
        let cells = cells.map(|(column, (cell, width))| match column {
            0 => format!("{cell:<width$}"),
            _ => format!("{cell:>width$}"),
        });
        cells.collect::<Vec<_>>().join("   ")
    };
    rows.iter().map(line).collect()
}

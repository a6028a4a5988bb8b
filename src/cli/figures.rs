//! The figures of any family that several subcommands print: how they are made with progress, and as JSON.

use super::common::progress_bar;
use super::interruption::is_interrupted;
use crate::dataset::Dataset;
use crate::explore::compare::{FigureProgress, FigureProtocol, FigureReference, FigureStage, ModelFigures};
use crate::metrics::FIGURES;
use crate::metrics::samples::{Estimate, FeatureKind, MEAN_RESAMPLES, SET_RESAMPLES};
use crate::run::Opened;
use anyhow::Result;
use indicatif::ProgressBar;
use serde_json::{Value, json};

/// What all models are measured against, and the figures of each; nothing where none are asked for.
#[derive(Default)]
pub struct Measured {
    pub reference: Option<FigureReference>,
    pub models: Vec<ModelFigures>,
}

impl Measured {
    /// Adds to `line` how the figures are made.
    pub fn describe(&self, line: &mut Value) {
        let reference = self.reference.as_ref();
        line["features"] = reference.map_or(Value::Null, |reference| match reference.kind() {
            FeatureKind::Classes { accuracy } => {
                json!({ "network": "classes", "width": reference.width(), "accuracy": accuracy })
            }
            FeatureKind::Autoencoder { squared_error } => {
                json!({ "network": "autoencoder", "width": reference.width(), "mse": squared_error })
            }
        });
        line["training_images"] = reference.map(|reference| reference.training).into();
        line["memorised_below"] = reference.map(|reference| reference.memorised_below).into();
        let factors = reference.map(|reference| reference.factors.iter().map(|factor| &factor.name));
        let factors = factors.map(Iterator::collect::<Vec<_>>).filter(|factors| !factors.is_empty());
        line["factors"] = factors.map_or(Value::Null, |factors| json!(factors));
        line["resamples"] = json!({ "of_examples": MEAN_RESAMPLES, "of_sets": SET_RESAMPLES });
    }

    /// Adds to `line` the figures of one of the models, with intervals and floors; null where its family has none.
    pub fn list(&self, place: usize, line: &mut Value) {
        let (reference, figures) = (self.reference.as_ref(), self.models.get(place));
        line["n"] = reference.map_or(0, |reference| reference.count).into();
        line["fitted"] = figures.map(|figures| figures.fitted).into();
        for figure in &FIGURES {
            let mut add = |key: &str, estimate: Option<Estimate>| {
                line[key] = estimate.map(|estimate| estimate.value).into();
                let interval = estimate.map(|estimate| estimate.interval(figure.range).to_vec());
                line[format!("{key}_interval")] = interval.into();
            };
            add(figure.key, figures.and_then(|figures| figures.get(figure.id)));
            if let Some(key) = figure.floor_key {
                add(key, reference.and_then(|reference| reference.floor.estimates.get(&figure.id).copied()));
            }
        }
        let shares = |shares: &Vec<f64>| (!shares.is_empty()).then(|| shares.clone());
        line["class_share"] = figures.and_then(|figures| shares(&figures.samples.class_share)).into();
        line["class_share_floor"] = reference.and_then(|reference| shares(&reference.floor.class_share)).into();
    }
}

/// Measures every run by one protocol, under progress bars, in the pool that it is called in; `None` if interrupted.
pub fn measure(runs: &[Opened], dataset: &Dataset, protocol: FigureProtocol) -> Result<Option<Measured>> {
    let mut bars = Bars::default();
    let mut go_on = |progress| bars.go_on(progress);
    let Some(reference) = FigureReference::new(dataset, protocol, &mut go_on)? else {
        return Ok((!is_interrupted()).then(Measured::default));
    };
    let mut models = Vec::new();
    for run in runs {
        let Some(figures) = reference.figures(&run.snapshot, dataset, &mut go_on) else { return Ok(None) };
        models.push(figures);
    }
    bars.end();
    Ok(Some(Measured { reference: Some(reference), models }))
}

/// A progress bar for each stage in turn.
#[derive(Default)]
struct Bars {
    shown: Option<(FigureStage, ProgressBar)>,
}

impl Bars {
    fn go_on(&mut self, progress: FigureProgress) -> bool {
        if self.shown.as_ref().is_none_or(|(stage, bar)| *stage != progress.stage || bar.position() > progress.done) {
            self.end();
            let (unit, what) = match progress.stage {
                FigureStage::Learning => ("steps", "a network learns the features"),
                FigureStage::Features => ("images", "features of training images"),
                FigureStage::Nearest => ("images", "nearest training images"),
                FigureStage::Encodings => ("images", "mutual information of images and latents"),
            };
            let bar = progress_bar(progress.total, unit);
            bar.set_message(what);
            self.shown = Some((progress.stage, bar));
        }
        if let Some((_, bar)) = &self.shown {
            bar.set_position(progress.done);
        }
        !is_interrupted()
    }

    fn end(&mut self) {
        if let Some((_, bar)) = self.shown.take() {
            bar.finish_and_clear();
        }
    }
}

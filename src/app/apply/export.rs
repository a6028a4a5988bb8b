//! What a person takes away: figures and tables, made and written in the background.

use crate::app::done::Done;
use crate::app::files;
use crate::app::jobs::JobKey;
use crate::app::session::Session;
use crate::explore::compare::sheet_csv;
use crate::explore::points_table::EncodedTable;
use crate::explore::runs::figure_table;
use crate::history::{History, curves_csv};
use crate::message::{Explain, Message, message};
use crate::model::ModelId;
use crate::picture::{self, CurvesFigure, Figure, FigureStyle};
use crate::ui::command::{Ask, ExportFormat, ExportSubject};
use crate::ui::runs;
use crate::ui::slot::Slot;
use crate::ui::text::{explain, tr};
use crate::ui::training::figure_plots;
use crate::ui::view::ModelView;
use rust_i18n::t;
use std::path::PathBuf;
use std::sync::Arc;

/// The numbers of a model that a caption has.
const CAPTION_FIELDS: [&str; 4] = ["seed", "latent", "beta", "learning_rate"];

/// Something that makes a file's bytes, away from the window.
pub(super) type Work = Box<dyn FnOnce() -> Result<Vec<u8>, Message> + Send>;

impl Session {
    /// Writes a file in the background; where there is nothing to write, says so.
    pub(super) fn export(&mut self, what: ExportSubject, path: PathBuf) {
        let Some(format) = what.format(&path) else {
            let expected: Vec<String> = what.endings().map(|ending| format!(".{ending}")).collect();
            let found = path.extension().unwrap_or_default().to_string_lossy().into_owned();
            let message = message!(
                "{path}: expected a file that ends with {expected}, found .{found}",
                path,
                expected = expected.join(", "),
                found
            );
            return self.failed(|ask| matches!(ask, Ask::Export(_)), &explain(&message));
        };
        let path = if path.extension().is_none() { path.with_extension(format.ending()) } else { path };
        let path = std::path::absolute(&path).unwrap_or(path);
        let work = match what {
            ExportSubject::Plane(slot) => self.plane_work(slot, format),
            ExportSubject::Curves => self.curves_work(format),
            ExportSubject::Sheet => self.sheet_work(format),
            ExportSubject::Points(slot) => self.points_work(slot, format),
            ExportSubject::Samples(slot) => return self.export_samples(slot, format, path),
            ExportSubject::Film(slot) => return self.export_film(slot, format, path),
            ExportSubject::Timeline(slot) => return self.export_timeline(slot, format, path),
            ExportSubject::Panel => self.panel_work(),
            ExportSubject::Runs => Ok(self.runs_work(format)),
        };
        match work {
            Ok(work) => self.services.jobs.start(JobKey::Write(path.clone()), move |_| {
                let write = |bytes: Vec<u8>| files::write_export(&path, &bytes).map_err(|error| error.message());
                Done::Exported(work().and_then(write).map(|()| path))
            }),
            Err(why) => self.failed(|ask| matches!(ask, Ask::Export(_)), &why),
        }
    }

    /// What is still on its way is searched for first.
    fn sheet_work(&self, format: ExportFormat) -> Result<Work, String> {
        let sheet = self.services.sheet.sheet.clone().ok_or_else(|| tr("compare.empty"))?;
        let (choice, selection) = (self.project.sheet.clone(), self.project.selection);
        let names = self.services.data.as_ref().map(|data| data.class_names().to_vec()).unwrap_or_default();
        if format == ExportFormat::Csv {
            let model = |slot: Slot| format!("{} {}", slot.name(), self.project.shown_model(slot).name);
            let models = Slot::BOTH.map(model);
            return Ok(Box::new(move || {
                let searched = (*sheet).clone().searched(&|| true).unwrap_or_else(|| (*sheet).clone());
                let ordered = searched.in_order(&choice.rows(&searched));
                sheet_csv(&ordered, &models, &names).map_err(|error| no_table(&error))
            }));
        }
        let (map, style) = (self.project.settings.color_map, self.project.settings.figure);
        Ok(Box::new(move || {
            let whole = (*sheet).clone().whole(&choice, selection, &|| true).unwrap_or_else(|| (*sheet).clone());
            let drawn = picture::compare(&whole, &names, map, &style).map_err(|error| error.message())?;
            encoded(&drawn)
        }))
    }

    fn runs_work(&self, format: ExportFormat) -> Work {
        let view = self.view(&[]);
        let table = figure_table(&runs::rows(&view), &self.project.runs, runs::heading);
        Box::new(move || match format {
            ExportFormat::Latex => Ok(table.latex().into_bytes()),
            _ => table.csv().map_err(|error| no_table(&error)),
        })
    }

    fn panel_work(&self) -> Result<Work, String> {
        let taken = self.services.panel_picture.as_ref().ok_or_else(|| tr("toast.no_picture"))?;
        let picture = taken.picture.clone();
        Ok(Box::new(move || encoded(&picture)))
    }

    fn curves_work(&self, format: ExportFormat) -> Result<Work, String> {
        let view = self.view(&[]);
        if !view.has_curves() {
            return Err(tr("training.empty"));
        }
        if format == ExportFormat::Csv {
            let named =
                |model: &ModelView<'_>| Some((format!("{} {}", model.label(), model.name), model.history?.clone()));
            let models: Vec<(String, Arc<History>)> = view.shown_models().filter_map(named).collect();
            return Ok(Box::new(move || {
                let models: Vec<(String, &History)> =
                    models.iter().map(|(name, history)| (name.clone(), &**history)).collect();
                curves_csv(&models).map_err(|error| no_table(&error))
            }));
        }
        let ids: Vec<(ModelId, Option<u64>)> = view.shown_models().map(|model| (model.id, None)).collect();
        let (plots, style) = (figure_plots(&view), view.settings.figure);
        let caption = self.caption(&ids);
        Ok(Box::new(move || drawn(&CurvesFigure { plots, caption }, &style, format)))
    }

    fn points_work(&self, slot: Slot, format: ExportFormat) -> Result<Work, String> {
        let points = self.services.planes.points(self.id(slot)).zip(self.services.data.clone());
        let (points, data) = points.ok_or_else(|| t!("toast.no_points", slot = slot.name()).into_owned())?;
        let has_posterior = self.view(&[]).model(slot).has_prior();
        Ok(Box::new(move || {
            let (encoding, split) = (&*points.encoding, &data.test);
            let table = EncodedTable { encoding, split, has_posterior, points: Some(&points) };
            if format == ExportFormat::Npy { Ok(table.npy()) } else { table.csv().map_err(|error| no_table(&error)) }
        }))
    }

    /// How a figure's models were made: preset, data, step (the trainer's where none is given), seed, and the numbers that
    /// a caption needs.
    pub(super) fn caption(&self, models: &[(ModelId, Option<u64>)]) -> String {
        let view = self.view(&[]);
        let data = view.data.map_or("no data", |data| data.name.as_str());
        let of = |(id, step): &(ModelId, Option<u64>)| {
            let model = view.models.iter().find(|model| model.id == *id)?;
            let config = model.config;
            let mut words = vec![format!("{}: {} on {data}", model.label(), config.preset)];
            let own = model.status.map(|status| status.step);
            words.extend(step.or(own).map(|step| format!("step {step}")));
            let named = config.fields().filter(|(field, _)| CAPTION_FIELDS.contains(&field.key));
            words.extend(named.map(|(field, value)| format!("{} {value}", field.key.replace('_', " "))));
            Some(words.join(", "))
        };
        let captions: Vec<String> = models.iter().filter_map(of).collect();
        format!("{}. Latentarium {}.", captions.join("; "), env!("CARGO_PKG_VERSION"))
    }
}

fn no_table(error: &csv::Error) -> Message {
    message!("the table could not be made: {error}", error = error.to_string())
}

fn encoded(picture: &image::RgbImage) -> Result<Vec<u8>, Message> {
    picture::png(picture)
        .map_err(|error| message!("the picture could not be encoded: {error}", error = error.to_string()))
}

pub(super) fn drawn(figure: &impl Figure, style: &FigureStyle, format: ExportFormat) -> Result<Vec<u8>, Message> {
    let made = match format {
        ExportFormat::Svg => picture::svg(figure, style).map(String::into_bytes),
        _ => return encoded(&picture::pixels(figure, style).map_err(|error| error.message())?),
    };
    made.map_err(|error| error.message())
}

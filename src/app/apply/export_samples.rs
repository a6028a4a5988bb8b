//! Fresh samples that a person takes away, written in the background; the one export that takes long enough to be cancelled.

use crate::app::done::Done;
use crate::app::jobs::JobKey;
use crate::app::services::Writing;
use crate::app::session::Session;
use crate::explore::fitted_gaussian::FittedGaussian;
use crate::picture::FreshSamples;
use crate::snapshot::Scratch;
use crate::ui::command::{Ask, ExportFormat};
use crate::ui::slot::Slot;
use crate::ui::text::tr;
use crate::ui::view::OpeningView;
use rust_i18n::t;
use std::io;
use std::path::PathBuf;

impl Session {
    /// Writes samples of a view's model, as many as are chosen.
    pub(super) fn export_samples(&mut self, slot: Slot, format: ExportFormat, path: PathBuf) {
        let shown = self.model(slot).shown().cloned();
        let data = self.services.data.clone().filter(|data| !data.sample().is_point());
        let Some((snapshot, data)) = shown.zip(data) else {
            return self.failed(|ask| matches!(ask, Ask::Export(_)), &t!("toast.no_samples", slot = slot.name()));
        };
        let has_prior = self.view(&[]).model(slot).has_prior();
        let choice = self.project.settings.samples;
        let key = JobKey::Write(path.clone());
        self.services.writing = Some(Writing { what: path.display().to_string(), key: key.clone() });
        self.services.jobs.start(key, move |progress| {
            progress.set_total(choice.count as u64);
            let fitted = match has_prior {
                true => None,
                false => FittedGaussian::in_place_of_prior(&snapshot, &data.train, &mut Scratch::default()),
            };
            let samples = FreshSamples::new(&snapshot, fitted.as_ref(), choice.seed, choice.count);
            let mut done = 0;
            let go_on = || {
                progress.set_done(done);
                done += 1;
                if progress.is_cancelled() { Err(io::ErrorKind::Interrupted.into()) } else { Ok(()) }
            };
            let written = match format {
                ExportFormat::Npy => samples.write_array(&path, go_on),
                _ => samples.write_folder(&path, go_on),
            };
            Done::Exported(written.map_err(|error| error.at(&path)).map(|()| path))
        });
    }

    /// Ends the writing of samples: nothing of them stays.
    pub(super) fn cancel_export(&mut self) {
        if let Some(writing) = self.services.writing.take()
            && self.services.jobs.cancel(&writing.key)
        {
            self.failed(|ask| matches!(ask, Ask::Export(_)), &tr("export.cancelled"));
        }
    }

    /// What is being written, as long as it is.
    pub(in crate::app) fn writing_view(&self) -> Option<OpeningView<'_>> {
        let Writing { what, key } = self.services.writing.as_ref()?;
        Some(OpeningView { what, progress: self.services.jobs.progress(key)? })
    }
}

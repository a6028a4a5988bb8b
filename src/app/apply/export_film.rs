//! A film along the path that is laid over the plane, written in the background.

use crate::app::done::Done;
use crate::app::jobs::JobKey;
use crate::app::services::Writing;
use crate::app::session::Session;
use crate::message::{Explain, Message, message};
use crate::picture::film::{Film, FilmFormat, enlarged, enlargement, image_frame};
use crate::snapshot::Scratch;
use crate::ui::command::{Ask, ExportFormat};
use crate::ui::slot::Slot;
use crate::ui::text::tr;
use std::io;
use std::path::PathBuf;

impl Session {
    /// Writes what a view's model makes of the places along the path.
    pub(super) fn export_film(&mut self, slot: Slot, format: ExportFormat, path: PathBuf) {
        let Some(source) = self.path_source(slot) else {
            return self.failed(|ask| matches!(ask, Ask::Export(_)), &tr("export.no_path"));
        };
        let (choice, map) = (self.project.settings.film, self.project.settings.color_map);
        let format = match format {
            ExportFormat::Gif => FilmFormat::Gif,
            ExportFormat::Apng => FilmFormat::Apng,
            _ => FilmFormat::Mp4,
        };
        let key = JobKey::Write(path.clone());
        self.services.writing = Some(Writing { what: path.display().to_string(), key: key.clone() });
        self.services.jobs.start(key, move |progress| {
            progress.set_total(choice.frames as u64);
            let written = || -> Result<(), Message> {
                let curve = source.curve(&mut || !progress.is_cancelled());
                let curve = curve.ok_or_else(|| message!("the plane does not belong to the network"))?;
                let latents = source.plane.latents_from_plane(&source.places(&curve, choice.frames));
                let shape = source.snapshot.image;
                let size = [shape.width as u32, shape.height as u32];
                let factor = enlargement(format, size, choice.size);
                let size = size.map(|side| side * factor);
                let film = Film { format, size, frames: choice.frames, rate: choice.rate };
                let mut done = 0;
                let written = film.write(&path, |each| {
                    source.snapshot.decoder.evaluate_each(&latents, &mut Scratch::default(), |image| {
                        if progress.is_cancelled() {
                            return Err(io::ErrorKind::Interrupted.into());
                        }
                        done += 1;
                        progress.set_done(done);
                        each(&enlarged(&image_frame(shape, image, map), factor))
                    })
                });
                written.map_err(|error| error.message())
            };
            Done::Exported(written().map(|()| path))
        });
    }
}

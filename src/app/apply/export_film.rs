//! Films, written in the background: along the path that is laid over the plane, and of the plane as training went on.

use crate::app::done::Done;
use crate::app::jobs::JobKey;
use crate::app::services::Writing;
use crate::app::session::Session;
use crate::explore::data_plane::{DataBounds, GRID};
use crate::explore::timeline::PastReader;
use crate::message::{Explain, Message, message};
use crate::picture::film::{
    Film, FilmFormat, FilmedPlane, FilmedPoints, TimelineFilm, enlarged, enlargement, image_frame,
};
use crate::snapshot::Scratch;
use crate::ui::command::{Ask, ExportFormat};
use crate::ui::slot::Slot;
use crate::ui::text::tr;
use crate::ui::theme;
use rust_i18n::t;
use std::io;
use std::path::{Path, PathBuf};

/// Points of a film's frame, at most: they are encoded anew for each.
const MOST_POINTS: usize = 2000;

impl Session {
    /// Writes what a view's model makes of the places along the path.
    pub(super) fn export_film(&mut self, slot: Slot, format: ExportFormat, path: PathBuf) {
        let Some(source) = self.path_source(slot) else {
            return self.failed(|ask| matches!(ask, Ask::Export(_)), &tr("export.no_path"));
        };
        let (choice, map) = (self.project.settings.film, self.project.settings.color_map);
        let format = film_format(format);
        let key = self.begin_writing(&path);
        self.services.jobs.start(key, move |progress| {
            progress.set_total(choice.frames as u64);
            let written = || -> Result<(), Message> {
                let curve = source.curve(&mut || !progress.is_cancelled());
                let curve = curve.ok_or_else(|| message!("the plane does not belong to the network"))?;
                let latents = source.latents(&curve, choice.frames);
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

    /// Writes a view's plane at every step that the timeline offers of its model.
    pub(super) fn export_timeline(&mut self, slot: Slot, format: ExportFormat, path: PathBuf) {
        let Some((film, mut past)) = self.timeline_film(slot, film_format(format)) else {
            let why = t!("toast.no_timeline", slot = slot.name());
            return self.failed(|ask| matches!(ask, Ask::Export(_)), &why);
        };
        let key = self.begin_writing(&path);
        self.services.jobs.start(key, move |progress| {
            progress.set_total(past.count() as u64);
            let go_on = || !progress.is_cancelled();
            let done = |frames: usize| progress.set_done(frames as u64);
            let written = past.hold(&go_on).and_then(|()| film.write(&path, &mut past, &go_on, &done));
            Done::Exported(written.map(|()| path))
        });
    }

    /// The film of a view's timeline, and what its frames are made of; `None` where there is nothing to look back at.
    pub fn timeline_film(&self, slot: Slot, format: FilmFormat) -> Option<(TimelineFilm, PastReader)> {
        let (id, data) = (self.id(slot), self.services.data.as_ref()?);
        let model = self.services.models.get(id)?;
        let track = self.timeline().tracks.get(id).filter(|track| track.marks().len() > 1)?;
        let past = PastReader::of_marks(track.marks(), |mark| model.past.source(mark), model.newest()?);
        let plane = self.services.planes.plane(id)?.clone();
        let shown = match data.sample().is_point() {
            true if data.sample().values() == 2 => FilmedPlane::Mapped {
                grid: GRID,
                bounds: DataBounds::of_range(data.range()),
                heading: format!("{} on {}", self.project.model(id)?.config.preset, data.name),
            },
            true => return None,
            false => FilmedPlane::Cells { lattice: self.export_lattice(), points: self.filmed_points(slot) },
        };
        let (choice, map) = (self.project.settings.film, self.project.settings.color_map);
        Some((TimelineFilm { plane, shown, map, format, longest: choice.size, rate: choice.rate }, past))
    }

    /// The data of a view's plane as it is drawn now, where it is drawn.
    fn filmed_points(&self, slot: Slot) -> Option<FilmedPoints> {
        let is_drawn = self.project.settings.plane.show.get("points") != Some(false);
        let points = self.services.planes.points(self.id(slot)).filter(|_| is_drawn)?;
        let each = points.count().div_ceil(MOST_POINTS).max(1);
        let key = &points.coloring.key;
        let (images, colors): (Vec<u32>, Vec<[u8; 3]>) = (0..points.count())
            .step_by(each)
            .filter_map(|point| Some((*points.encoding.images.get(point)?, points.group(point))))
            .map(|(image, group)| (image, theme::rgb(theme::group_color(key, group))))
            .unzip();
        Some(FilmedPoints { split: self.services.data.as_ref()?.test.clone(), images: images.into(), colors })
    }

    /// What is written from now on can be cancelled.
    fn begin_writing(&mut self, path: &Path) -> JobKey {
        let key = JobKey::Write(path.to_owned());
        self.services.writing = Some(Writing { what: path.display().to_string(), key: key.clone() });
        key
    }
}

fn film_format(format: ExportFormat) -> FilmFormat {
    match format {
        ExportFormat::Gif => FilmFormat::Gif,
        ExportFormat::Apng => FilmFormat::Apng,
        _ => FilmFormat::Mp4,
    }
}

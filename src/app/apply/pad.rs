//! Commands about the drawing pad.

use crate::app::done::Done;
use crate::app::files;
use crate::app::jobs::JobKey;
use crate::app::services::Opening;
use crate::app::session::Session;
use crate::app::undo::ChangeKind;
use crate::dataset::{self, Dataset, ImageShape, Progress, Source};
use crate::disk::npy_of_bytes;
use crate::explore::pad::{FEWEST_DRAWINGS, KeptDrawing, PadChange};
use crate::message::{Explain, Message};
use crate::ui::command::{Ask, PadCommand};
use crate::ui::text::tr;
use std::path::{Path, PathBuf};

impl Session {
    pub(super) fn apply_to_pad(&mut self, command: PadCommand) {
        match command {
            PadCommand::Change(change) => self.change_pad(change),
            // It follows from what is drawn: taking that back takes it back.
            PadCommand::CursorToCode(cursor) => {
                if cursor.iter().all(|x| x.abs() <= 100.0) {
                    self.project.cursor = cursor;
                }
            }
            PadCommand::MakeDataSet(folder) => self.make_drawings(folder),
        }
    }

    fn change_pad(&mut self, change: PadChange) {
        let Some(shape) = self.services.data.as_ref().map(|data| data.shape()) else { return };
        if change.is_work() {
            self.undo.settle();
            self.undo.record(ChangeKind::Pad, &self.project);
            self.undo.settle();
        }
        self.project.pad.apply(change, shape);
    }

    /// What is on the pad, kept up with.
    pub(in crate::app) fn update_pad(&mut self) {
        let shape = self.services.data.as_ref().map(|data| data.shape());
        let (pad, canvas) = (&self.project.pad, &mut self.services.canvas);
        self.services.drawing = shape.and_then(|shape| canvas.image(pad, shape).cloned());
    }

    /// Writes the kept drawings into a folder and opens them as data.
    fn make_drawings(&mut self, folder: PathBuf) {
        let Some(shape) = self.services.data.as_ref().map(|data| data.shape()) else { return };
        let kept: Vec<KeptDrawing> = self.project.pad.kept_of(shape).map(|(_, kept)| kept.clone()).collect();
        if kept.len() < FEWEST_DRAWINGS {
            return self.failed(|ask| ask == Ask::Drawings, &tr("pad.too_few"));
        }
        // Names of classes that nobody has named are their numbers, as where there are no names.
        let greatest = kept.iter().map(|kept| kept.label).max().unwrap_or(0);
        let is_named = kept.iter().any(|kept| self.project.pad.names.contains_key(&kept.label));
        let name = |label| self.project.pad.class_name(label);
        let names: Vec<String> = if is_named { (0..=greatest).map(name).collect() } else { Vec::new() };
        let folder = std::path::absolute(&folder).unwrap_or(folder);
        self.services.opening =
            Some(Opening { what: folder.display().to_string(), source: None, asked: true, show: None });
        self.services.jobs.start(JobKey::Open, move |progress| {
            Done::Data(written(&folder, shape, &kept, &names, progress).map(Box::new))
        });
    }
}

/// Writes drawings as `drawings.npy` with their classes in `drawings_labels.npy` and what these are called, if there are
/// `names`, in `drawings_classes.txt`, or under the next free number, and opens
/// them.
fn written(
    folder: &Path,
    shape: ImageShape,
    kept: &[KeptDrawing],
    names: &[String],
    progress: &Progress,
) -> Result<Dataset, Message> {
    let free = |name: &String| {
        let taken = |ending: &str| folder.join(format!("{name}{ending}")).symlink_metadata().is_ok();
        ![".npy", "_labels.npy", "_classes.txt"].into_iter().any(taken)
    };
    let mut free_names =
        std::iter::once("drawings".to_owned()).chain((2..).map(|number: u32| format!("drawings-{number}")));
    let name = free_names.find(free).unwrap_or_else(|| "drawings".to_owned());
    let labels: Vec<u8> = kept.iter().map(|kept| kept.label).collect();
    let pixels: Vec<u8> = kept.iter().flat_map(|kept| kept.image.bytes()).copied().collect();
    let ImageShape { channels, height, width } = shape;
    let sizes = if channels == 1 { vec![kept.len(), height, width] } else { vec![kept.len(), channels, height, width] };
    let path = folder.join(format!("{name}.npy"));
    // The images last: what is opened by its name has its classes.
    let files = [
        (folder.join(format!("{name}_labels.npy")), npy_of_bytes(&[kept.len()], &labels)),
        (path.clone(), npy_of_bytes(&sizes, &pixels)),
    ];
    let names_file = (folder.join(format!("{name}_classes.txt")), names.join("\n").into_bytes());
    let names_file = (!names.is_empty()).then_some(names_file);
    for (path, bytes) in names_file.into_iter().chain(files) {
        files::write(&path, &bytes).map_err(|error| error.message())?;
    }
    dataset::load(&Source::path(path), progress).map_err(|error| error.message())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::explore::pad::PadImage;

    #[test]
    fn drawings_that_are_written_are_the_data_that_is_opened_and_none_is_written_over() {
        let folder = tempfile::tempdir().unwrap();
        for (round, shape) in
            [ImageShape::grey(3, 5), ImageShape { channels: 3, height: 4, width: 4 }].into_iter().enumerate()
        {
            let image = |seed: usize| -> Vec<f32> {
                (0..shape.values()).map(|place| ((place * 7 + seed) % 256) as f32 / 255.0).collect()
            };
            let kept = |label: u8| KeptDrawing { shape, image: PadImage::of(&image(usize::from(label))), label };
            let place = folder.path().join("new");
            let drawings = [kept(4), kept(9), kept(2)];
            let names: Vec<String> = (0..10).map(|class| format!("class {class}")).collect();
            let names = if round == 1 { names } else { Vec::new() };
            let data = written(&place, shape, &drawings, &names, &Progress::default()).unwrap();
            assert_eq!(data.class_names()[9], if round == 1 { "class 9" } else { "9" });
            assert_eq!((data.shape(), data.train.count(), data.test.count()), (shape, 2, 1));
            assert_eq!([data.train.class(0), data.train.class(1), data.test.class(0)], [Some(4), Some(9), Some(2)]);
            assert_eq!(data.train.image(1), image(9));
            assert_eq!(std::fs::read_dir(&place).unwrap().count(), [2, 5][round]);
        }
    }
}

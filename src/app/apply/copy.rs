//! Images that are copied to the clipboard: made in the background from what is shown.

use crate::app::done::Done;
use crate::app::jobs::JobKey;
use crate::app::session::Session;
use crate::explore::browse::ExamplePlace;
use crate::explore::compare::SheetColumn;
use crate::explore::drawn::{Drawn, DrawnFound};
use crate::picture::{self, Bitmap};
use crate::snapshot::Scratch;
use crate::ui::command::ImageSubject;
use crate::ui::compare;
use crate::ui::data_panel;
use crate::ui::messages::Level;
use crate::ui::slot::Slot;
use crate::ui::text::tr;
use eframe::egui::ColorImage;
use rust_i18n::t;

/// What an image is of in words, and what makes it away from the window.
type ImageWork = (String, Box<dyn FnOnce() -> Option<Bitmap> + Send>);

impl Session {
    /// Makes an image in the background for the clipboard; where there is none, says so.
    pub(super) fn copy_image(&mut self, subject: ImageSubject) {
        let Some((what, work)) = self.image_work(subject) else { return self.receive_copy("", None) };
        self.services.jobs.start(JobKey::CopyImage, move |_| {
            let image = work().map(|bitmap| {
                let factor = bitmap.enlargement();
                Box::new(ColorImage::from_rgb(bitmap.size().map(|side| side * factor), &bitmap.enlarged(factor)))
            });
            Done::Copied(what, image)
        });
    }

    /// An image is there: the next frame gives it to the clipboard.
    pub(in crate::app) fn receive_copy(&mut self, what: &str, image: Option<Box<ColorImage>>) {
        let Some(image) = image else { return self.shell.say(Level::Note, &tr("toast.nothing_to_copy")) };
        let [width, height] = image.size;
        self.shell.copied = Some(*image);
        self.shell.say(Level::Done, &t!("toast.copied", what = what, width = width, height = height));
    }

    fn image_work(&self, subject: ImageSubject) -> Option<ImageWork> {
        let data = self.services.data.as_ref().filter(|data| !data.sample().is_point())?;
        match subject {
            ImageSubject::Decoded(slot, place) => {
                let latent = self.view(&[]).latent_at(slot, place, None)?;
                self.decoded_work(slot, place, latent)
            }
            ImageSubject::OnPath(slot, part) => {
                let made = self.view(&[]).plane(slot)?.path.clone()?;
                self.decoded_work(slot, made.at(part), made.latent_at(part))
            }
            ImageSubject::Example(ExamplePlace { part, index }) => {
                let split = part.of(data).clone();
                let name = (index < split.count()).then(|| data_panel::example_name(&split, index))?;
                let picture = move || Some(Bitmap::new(split.shape(), &split.image(index)));
                Some((t!("copy.example", name = name).into_owned(), Box::new(picture)))
            }
            ImageSubject::Sheet(column, row) => self.sheet_image_work(column, row),
            ImageSubject::Mean => {
                let (shape, statistics) = (data.shape(), self.services.browsing.statistics.clone()?);
                Some((tr("copy.mean"), Box::new(move || Some(Bitmap::new(shape, &statistics.mean)))))
            }
            ImageSubject::Deviation => {
                let (shape, statistics) = (data.shape(), self.services.browsing.statistics.clone()?);
                Some((tr("copy.deviation"), Box::new(move || Some(Bitmap::new(shape, &statistics.shown_deviation())))))
            }
            ImageSubject::Drawing => {
                let (shape, image) = (data.shape(), self.services.drawing.clone()?);
                Some((tr("copy.drawing"), Box::new(move || Some(Bitmap::new(shape, &image)))))
            }
            ImageSubject::Reconstruction(slot) => {
                let snapshot = self.model(slot).shown()?.clone();
                let drawn = Drawn { snapshot, image: self.services.drawing.clone()? };
                let picture = move || {
                    let shape = drawn.snapshot.image;
                    let found = DrawnFound::of(drawn, &mut Scratch::default())?;
                    Some(Bitmap::new(shape, &found.reconstruction))
                };
                Some((t!("copy.reconstruction", slot = slot.name()).into_owned(), Box::new(picture)))
            }
            ImageSubject::Kept(place) => {
                let kept = self.project.pad.kept.get(place)?.clone();
                let picture = move || Some(Bitmap::new(kept.shape, &kept.image.values().collect::<Vec<_>>()));
                Some((tr("copy.kept"), Box::new(picture)))
            }
        }
    }

    /// What a view's model makes of a latent at a place of its plane: by the reference decoder, whoever decoded what is shown.
    fn decoded_work(&self, slot: Slot, place: [f32; 2], latent: Vec<f32>) -> Option<ImageWork> {
        let snapshot = self.model(slot).shown().filter(|snapshot| snapshot.latent == latent.len())?.clone();
        let [x, y] = place.map(|x| format!("{x:.2}").replace('-', "−"));
        let picture = move || {
            let mut scratch = Scratch::default();
            Some(Bitmap::new(snapshot.image, snapshot.decoder.evaluate(&latent, 1, &mut scratch)))
        };
        Some((t!("copy.decoded", slot = slot.name(), x = x, y = y).into_owned(), Box::new(picture)))
    }

    fn sheet_image_work(&self, column: SheetColumn, row: usize) -> Option<ImageWork> {
        let sheet = self.services.sheet.sheet.clone()?;
        sheet.cell(column, row)?;
        let names = self.services.data.as_ref().map(|data| data.class_names()).unwrap_or_default();
        let name = compare::image_name(&sheet, column, row, names);
        let picture = move || Some(picture::cell(sheet.shape(), sheet.cell(column, row)?));
        Some((name, Box::new(picture)))
    }
}

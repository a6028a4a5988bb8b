//! The training image that is nearest to A's output.

use super::cell::OutputCell;
use super::heading::{Heading, captioned, framed};
use crate::dataset::DatasetId;
use crate::explore::browse::{DataPart, ExamplePlace};
use crate::explore::viewer::Look;
use crate::gpu::TextureSlot;
use crate::gpu::image::{self, Fit};
use crate::picture::Bitmap;
use crate::ui::command::{Command, ImageSubject};
use crate::ui::slot::Slot;
use crate::ui::text::{tr, whole};
use crate::ui::view::View;
use crate::ui::{copy, theme};
use eframe::egui::{Label, RichText, Ui};
use std::sync::Arc;

/// How long a search for the nearest image serves while only the weights change, in seconds.
const NEAREST_INTERVAL_SECS: f64 = 0.5;

/// Words beside images have so much room at least, in points.
const LEAST_WORDS: f32 = 5.0 * theme::GRID;

/// The picture of a training image.
struct Real {
    index: usize,
    of: DatasetId,
    picture: Bitmap,
}

/// What the nearest image was last asked for.
struct Asked {
    at_secs: f64,
    look: Arc<Look>,
}

/// The nearest image, as it is shown.
#[derive(Default)]
pub(super) struct NearestImage {
    real: Option<Real>,
    texture: TextureSlot,
    asked: Option<Asked>,
}

impl NearestImage {
    /// Takes what the viewer has found.
    pub fn find(&mut self, view: &View<'_>) {
        let (Some(found), Some(data)) = (&view.planes.nearest, view.data) else {
            self.real = None;
            return;
        };
        let (index, train) = (found.nearest.index, &data.train);
        let same = |real: &Real| real.index == index && real.of == data.id;
        if !self.real.as_ref().is_some_and(same) {
            let picture = Bitmap::new(train.shape(), &train.image(index));
            self.real = Some(Real { index, of: data.id.clone(), picture });
        }
    }

    /// Lets the weights go that it was asked for by.
    pub fn leave(&mut self) {
        self.asked = None;
    }

    /// What to ask it for: this look at once where its latent is another, and twice a second while only the weights change.
    pub fn query(&mut self, look: Arc<Look>, now_secs: f64) -> Option<Arc<Look>> {
        let serves = |asked: &Asked| {
            asked.look.latent == look.latent && (0.0..NEAREST_INTERVAL_SECS).contains(&(now_secs - asked.at_secs))
        };
        match &self.asked {
            Some(asked) if Arc::ptr_eq(&asked.look, &look) || serves(asked) => {}
            _ => self.asked = Some(Asked { at_secs: now_secs, look }),
        }
        self.asked.as_ref().map(|asked| asked.look.clone())
    }

    /// The nearest image and the probabilities of outputs, and beside them what they are and that the spaces are not aligned.
    pub fn strip(&self, ui: &mut Ui, side: f32, view: &View<'_>, cells: &[OutputCell], commands: &mut Vec<Command>) {
        ui.horizontal(|ui| {
            self.image(ui, side, view, commands);
            let heats = cells.iter().filter(|cell| cell.has_heat(view));
            heats.clone().for_each(|cell| cell.heat_ui(ui, side, view));
            if ui.available_width() < LEAST_WORDS {
                return;
            }
            ui.vertical(|ui| {
                ui.set_width(ui.available_width());
                let Heading { name, color, figure, .. } = self.heading(ui, view);
                ui.add(Label::new(RichText::new(name).color(color).strong()).wrap());
                let figure = theme::figure(figure.unwrap_or_default()).color(theme::of(ui).text_secondary);
                ui.add(Label::new(figure).wrap());
                for cell in heats {
                    let name = theme::note(ui, tr("output.conditionals_short")).color(view.color(cell.slot));
                    ui.add(Label::new(name).truncate()).on_hover_text(tr("output.conditionals_tip"));
                }
                if ui.available_height() > theme::LINE {
                    let note = tr("output.not_aligned");
                    let label = Label::new(theme::note(ui, note.as_str()));
                    let has_room = side > 4.0 * theme::LINE && ui.available_width() > 20.0 * theme::GRID;
                    let label = if has_room { label.wrap() } else { label.truncate() };
                    ui.add(label.show_tooltip_when_elided(false)).on_hover_text(note);
                }
            });
        });
    }

    /// The nearest image as one of a line.
    pub fn ui(&self, ui: &mut Ui, side: f32, view: &View<'_>, commands: &mut Vec<Command>) {
        let heading = self.heading(ui, view);
        captioned(ui, side, &heading, |ui| self.image(ui, side, view, commands), |_| {});
    }

    fn heading(&self, ui: &Ui, view: &View<'_>) -> Heading {
        let found = view.planes.nearest.as_ref().filter(|_| self.real.is_some());
        let newest = view.model(Slot::A).snapshot.map(|snapshot| snapshot.step);
        let figure = found.zip(view.data).map(|(found, data)| {
            let distance = format!("L2 {:.2}", found.nearest.distance);
            let mut figure = match found.nearest.class.and_then(|class| data.class_names().get(class)) {
                Some(name) => format!("{name} · {distance}"),
                None => distance,
            };
            let step = found.look.snapshot.step;
            if newest.is_some_and(|newest| newest != step) {
                figure += &format!(" · {} {}", tr("output.step"), whole(step));
            }
            figure
        });
        let color = theme::of(ui).text_secondary;
        Heading { name: tr("output.nearest"), accessible: tr("output.nearest"), color, figure, refused: None }
    }

    fn image(&self, ui: &mut Ui, side: f32, view: &View<'_>, commands: &mut Vec<Command>) {
        let heading = self.heading(ui, view);
        let response = framed(ui, side, &heading, |ui, place| {
            if let Some(real) = &self.real {
                let map = view.settings.color_map;
                image::paint(ui.painter(), place, &self.texture, &real.picture, map, Fit::Sharp);
            }
        });
        if let Some(Real { index, .. }) = self.real {
            let place = ExamplePlace { part: DataPart::Train, index };
            copy::menu(&response, ImageSubject::Example(place), commands);
        }
    }
}

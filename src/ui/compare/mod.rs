//! The compare panel: the same test images as they are and as both models reconstruct them, fresh samples of both beside the
//! nearest training images, and the ways of both from one image to another.

mod choices;
mod enlarged;
mod facts;
mod pictures;
mod samples;
mod strips;
mod table;
mod titles;

pub use titles::image_name;

use crate::explore::compare::{Sheet, SheetChoice, SheetPart};
use crate::ui::command::{Command, CompareCommand};
use crate::ui::panel::PanelNeeds;
use crate::ui::text::tr;
use crate::ui::view::View;
use crate::ui::{Panel, theme, widgets};
use eframe::egui::Ui;
use pictures::SheetPictures;
use std::sync::Arc;

/// The panel's own looks.
#[derive(Default)]
pub struct Compare {
    pictures: SheetPictures,
    large: SheetPictures,
    order: Option<RowsShown>,
    /// The test image that is shown large while it is selected.
    enlarged: Option<usize>,
    /// The place of the image that a person is about to add.
    index: usize,
    /// Height of the figures below in the last frame, in points.
    footer: f32,
}

/// The rows of a sheet in the order they are shown in.
struct RowsShown {
    sheet: Arc<Sheet>,
    choice: SheetChoice,
    rows: Vec<usize>,
}

impl Compare {
    /// Draws what stands below a table, for which the next frame leaves as much room.
    fn below(&mut self, ui: &mut Ui, add: impl FnOnce(&mut Ui)) {
        let footer = ui.vertical(|ui| {
            ui.spacing_mut().item_spacing.y = 0.0;
            ui.spacing_mut().interact_size.y = theme::LINE;
            add(ui);
        });
        let height = footer.response.rect.height();
        if (height - self.footer).abs() > 0.5 {
            ui.ctx().request_repaint();
        }
        self.footer = height;
    }

    /// The rows in the order they are shown in: computed where something changed.
    fn rows(&mut self, sheet: &Arc<Sheet>, choice: &SheetChoice) -> Vec<usize> {
        let is_same = |shown: &RowsShown| Arc::ptr_eq(&shown.sheet, sheet) && shown.choice == *choice;
        if !self.order.as_ref().is_some_and(is_same) {
            let rows = choice.rows(sheet);
            self.order = Some(RowsShown { sheet: sheet.clone(), choice: choice.clone(), rows });
        }
        self.order.as_ref().map(|shown| shown.rows.clone()).unwrap_or_default()
    }
}

/// The names of the data's classes.
fn class_names<'a>(view: &View<'a>) -> &'a [String] {
    view.data.map(|data| data.class_names()).unwrap_or_default()
}

/// Asks for a choice, where it is another.
fn choose(view: &View<'_>, choice: SheetChoice, commands: &mut Vec<Command>) {
    if choice != *view.sheet.choice {
        commands.push(CompareCommand::Choose(Box::new(choice)).into());
    }
}

impl Panel for Compare {
    fn ui(&mut self, ui: &mut Ui, view: &View<'_>, commands: &mut Vec<Command>) {
        if view.has_points() {
            self.leave();
            widgets::empty(ui, &tr("compare.points"));
            return;
        }
        let Some(sheet) = view.sheet.sheet else {
            self.leave();
            widgets::empty(ui, &tr(if view.sheet.computing { "compare.computing" } else { "compare.empty" }));
            return;
        };
        self.controls(ui, view, sheet, commands);
        // It is of an older sheet where the rows are not looked at.
        self.order.take_if(|shown| !Arc::ptr_eq(&shown.sheet, sheet));
        match view.sheet.choice.part {
            SheetPart::Images => {
                self.table(ui, view, sheet, commands);
                self.below(ui, |ui| facts::footer(ui, sheet));
            }
            SheetPart::Samples => self.samples(ui, view, sheet, commands),
            SheetPart::Interpolation => self.strips(ui, view, sheet, commands),
        }
        self.pictures.end_frame(sheet);
        self.enlarged(ui, view, sheet, commands);
    }

    fn needs(&mut self, _view: &View<'_>, _now_secs: f64, needs: &mut PanelNeeds) {
        needs.sheet = true;
    }

    fn leave(&mut self) {
        (self.pictures, self.large, self.order) = (SheetPictures::default(), SheetPictures::default(), None);
    }
}

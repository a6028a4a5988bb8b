//! Outlining points: a lasso with Ctrl, a box with Ctrl and Shift, or by the buttons of the header.

use super::PlanePanel;
use crate::explore::outline::{Outline, SelectBy};
use crate::explore::viewport::Area;
use crate::ui::command::{Command, PlaneCommand};
use crate::ui::outlining::{OutlinePlace, OutlineStep, OutlineTool};
use crate::ui::text::tr;
use crate::ui::theme::signs;
use crate::ui::view::View;
use crate::ui::widgets;
use eframe::egui::{Response, Ui};

impl PlanePanel {
    /// The buttons that let the primary button outline, for hands without a keyboard.
    pub(super) fn outline_buttons(&mut self, ui: &mut Ui, view: &View<'_>, commands: &mut Vec<Command>) {
        for (tool, sign, name, tip) in [
            (OutlineTool::Lasso, signs::LASSO, "plane.lasso", "plane.lasso_tip"),
            (OutlineTool::Box, signs::BOX, "plane.box", "plane.box_tip"),
        ] {
            let chosen = self.tool == Some(tool);
            let response = widgets::sign_toggle(ui, chosen, sign, &tr(name), &tr(tip));
            if response.clicked() {
                self.tool = (!chosen).then_some(tool);
            }
        }
        if view.planes.selection.shown.is_some() {
            let (name, tip) = (tr("points.clear"), tr("points.clear_tip"));
            if widgets::sign_button(ui, true, signs::REMOVE, &name, &tip).clicked() {
                commands.push(PlaneCommand::Deselect.into());
            }
        }
    }

    /// Outlines while the pointer is dragged with Ctrl or a tool; says whether it is. What is dragged then is not the cursor.
    pub(super) fn outline(
        &mut self,
        ui: &Ui,
        (response, area): (&Response, Area),
        view: &View<'_>,
        commands: &mut Vec<Command>,
    ) -> bool {
        let viewport = self.viewport;
        let place = OutlinePlace {
            position: &|pixel| viewport.plane_from_pixel(area, pixel.into()),
            pixel: &|position| viewport.pixel_from_plane(area, position).into(),
        };
        match self.outlining.follow(ui, response, self.tool, &place) {
            OutlineStep::Nothing => return false,
            OutlineStep::Going => {}
            // A click beside everything takes the selection away.
            OutlineStep::Done(None) => commands.push(PlaneCommand::Deselect.into()),
            OutlineStep::Done(Some(outline)) => {
                let outline = Outline { hidden: self.selection.left_out(), ..outline };
                let model = view.slots.id(view.settings.plane.model);
                commands.push(PlaneCommand::Select(model, SelectBy::Outline(outline)).into());
            }
        }
        true
    }
}

//! Outlining points: a lasso with Ctrl, a box with Ctrl and Shift, or by the buttons of the header.

use super::PlanePanel;
use super::layers::PlaneFrame;
use crate::explore::outline::{Lasso, Outline, SelectBy};
use crate::explore::viewport::Area;
use crate::ui::command::{Command, PlaneCommand};
use crate::ui::text::tr;
use crate::ui::theme::signs;
use crate::ui::view::View;
use crate::ui::widgets;
use eframe::egui::{Painter, Pos2, Response, Shape, Stroke, Ui};

/// The pointer goes so far from corner to corner, in points of the screen.
const CORNER: f32 = 3.0;
/// What is no wider and no higher on the screen outlines nothing, in points.
const SMALLEST: f32 = 6.0;

/// What the primary button outlines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OutlineTool {
    Lasso,
    Box,
}

/// What is being outlined.
pub(super) struct Outlining {
    tool: OutlineTool,
    from: [f32; 2],
    lasso: Lasso,
    /// The corner that was added last, and how far the pointer went, on the screen.
    last: Pos2,
    reach: f32,
}

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
        let (modifiers, pressed, held) =
            ui.input(|i| (i.modifiers, i.pointer.primary_pressed(), i.pointer.primary_down()));
        let pixel = response.interact_pointer_pos().filter(|_| held && response.is_pointer_button_down_on());
        let by_keys = modifiers.command.then_some(if modifiers.shift { OutlineTool::Box } else { OutlineTool::Lasso });
        if let (Some(tool), true, None, Some(pixel)) = (by_keys.or(self.tool), pressed, &self.outlining, pixel) {
            let from = self.viewport.plane_from_pixel(area, pixel.into());
            self.outlining = Some(Outlining { tool, from, lasso: Lasso::new(from), last: pixel, reach: 0.0 });
        }
        let Some(outlining) = &mut self.outlining else { return false };
        match pixel {
            Some(pixel) => {
                let to = self.viewport.plane_from_pixel(area, pixel.into());
                let begin: Pos2 = self.viewport.pixel_from_plane(area, outlining.from).into();
                outlining.reach = outlining.reach.max((pixel - begin).length());
                match outlining.tool {
                    OutlineTool::Box => outlining.lasso.outline = Outline::of_box(outlining.from, to),
                    OutlineTool::Lasso if (pixel - outlining.last).length() >= CORNER => {
                        outlining.lasso.push(to);
                        outlining.last = pixel;
                    }
                    OutlineTool::Lasso => {}
                }
            }
            None => {
                let Some(Outlining { lasso, reach, .. }) = self.outlining.take() else { return false };
                let model = view.slots.id(view.settings.plane.model);
                let outline = Outline { hidden: self.selection.left_out(), ..lasso.outline };
                // A click beside everything takes the selection away.
                commands.push(match reach >= SMALLEST {
                    true => PlaneCommand::Select(model, SelectBy::Outline(outline)).into(),
                    false => PlaneCommand::Deselect.into(),
                });
            }
        }
        true
    }
}

impl Outlining {
    /// Draws what is being outlined.
    pub(super) fn draw(&self, painter: &Painter, frame: &PlaneFrame<'_>) {
        let corners: Vec<Pos2> =
            self.lasso.outline.corners.iter().map(|corner| frame.pixel_from_plane(*corner)).collect();
        painter.add(Shape::closed_line(corners.clone(), Stroke::new(3.0, frame.halo())));
        painter.add(Shape::closed_line(corners, Stroke::new(1.5, frame.palette.text)));
    }
}

//! A line that a hand draws around points: a lasso with Ctrl, a box with Ctrl and Shift, or by a tool that was chosen.

use crate::explore::outline::{Lasso, Outline};
use eframe::egui::{Modifiers, Painter, Pos2, Response, Shape, Stroke, Ui};

/// The pointer goes so far from corner to corner, in points of the screen.
const CORNER: f32 = 3.0;
/// What is no wider and no higher on the screen outlines nothing, in points.
const SMALLEST: f32 = 6.0;

/// What the primary button outlines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutlineTool {
    /// By hand.
    Lasso,
    /// From corner to corner.
    Box,
}

impl OutlineTool {
    /// The tool that keys which are held say.
    pub fn by_keys(modifiers: Modifiers) -> Option<Self> {
        modifiers.command.then_some(if modifiers.shift { Self::Box } else { Self::Lasso })
    }
}

/// Where positions are on the screen, and back.
pub struct OutlinePlace<'a> {
    /// The position at a pixel.
    pub position: &'a dyn Fn(Pos2) -> [f32; 2],
    /// The pixel of a position.
    pub pixel: &'a dyn Fn([f32; 2]) -> Pos2,
}

/// What is being outlined, if anything is.
#[derive(Default)]
pub struct Outlining(Option<OutlineBegun>);

struct OutlineBegun {
    tool: OutlineTool,
    from: [f32; 2],
    lasso: Lasso,
    /// The corner that was added last, and how far the pointer went, on the screen.
    last: Pos2,
    reach: f32,
}

/// What the pointer does.
pub enum OutlineStep {
    /// Something else.
    Nothing,
    /// It outlines.
    Going,
    /// It has outlined this; nothing where it was let go where it was pressed.
    Done(Option<Outline>),
}

impl Outlining {
    /// Follows the pointer on `response`; `tool` is what outlines where no key says so.
    pub fn follow(
        &mut self,
        ui: &Ui,
        response: &Response,
        tool: Option<OutlineTool>,
        place: &OutlinePlace<'_>,
    ) -> OutlineStep {
        let (modifiers, pressed, held) =
            ui.input(|i| (i.modifiers, i.pointer.primary_pressed(), i.pointer.primary_down()));
        let pixel = response.interact_pointer_pos().filter(|_| held && response.is_pointer_button_down_on());
        if let (Some(tool), true, None, Some(pixel)) =
            (OutlineTool::by_keys(modifiers).or(tool), pressed, &self.0, pixel)
        {
            let from = (place.position)(pixel);
            self.0 = Some(OutlineBegun { tool, from, lasso: Lasso::new(from), last: pixel, reach: 0.0 });
        }
        let Some(begun) = &mut self.0 else { return OutlineStep::Nothing };
        let Some(pixel) = pixel else {
            let done = self.0.take().filter(|begun| begun.reach >= SMALLEST);
            return OutlineStep::Done(done.map(|begun| begun.lasso.outline));
        };
        let to = (place.position)(pixel);
        begun.reach = begun.reach.max((pixel - (place.pixel)(begun.from)).length());
        match begun.tool {
            OutlineTool::Box => begun.lasso.outline = Outline::of_box(begun.from, to),
            OutlineTool::Lasso if (pixel - begun.last).length() >= CORNER => {
                begun.lasso.push(to);
                begun.last = pixel;
            }
            OutlineTool::Lasso => {}
        }
        OutlineStep::Going
    }

    /// Draws what is being outlined, a line on a broader one.
    pub fn draw(&self, painter: &Painter, pixel: impl Fn([f32; 2]) -> Pos2, strokes: [Stroke; 2]) {
        let Some(begun) = &self.0 else { return };
        let corners: Vec<Pos2> = begun.lasso.outline.corners.iter().map(|corner| pixel(*corner)).collect();
        strokes.into_iter().for_each(|stroke| _ = painter.add(Shape::closed_line(corners.clone(), stroke)));
    }
}

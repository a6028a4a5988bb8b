//! The drawing pad: what is drawn is encoded, shown on the plane and decoded as it is drawn; drawings can be kept.

pub mod cell;
mod kept;
mod tools;

use crate::dataset::{Dataset, ImageShape, Sample};
use crate::explore::brush::PadStroke;
use crate::explore::drawn::DrawnFound;
use crate::explore::pad::{PadChange, PadPen, PadState};
use crate::explore::pad_canvas::PadCanvas;
use crate::gpu::TextureSlot;
use crate::gpu::image::{self, Fit};
use crate::picture::Bitmap;
use crate::ui::brush_surface::{BrushMove, BrushSurface, on_pixels, show_brush, whole_pixel_side};
use crate::ui::command::{Command, ImageSubject, PadCommand};
use crate::ui::slot::Slot;
use crate::ui::text::{number, tr};
use crate::ui::view::View;
use crate::ui::{Panel, PanelNeeds, copy, theme, widgets};
use cell::DrawnCell;
use eframe::egui::{FontId, Label, Rect, Response, RichText, Role};
use eframe::egui::{ScrollArea, Stroke, StrokeKind, Theme, Ui, WidgetInfo, vec2};
use rust_i18n::t;
use std::sync::Arc;

/// The pad is never smaller, nor larger, in points.
const SIDES: [f32; 2] = [14.0 * theme::GRID, 48.0 * theme::GRID];
/// What stands below the pad, in points.
const BELOW: f32 = 14.0 * theme::GRID;

/// The panel. All that was drawn is in the project; here is what is made of it.
#[derive(Default)]
pub struct Pad {
    canvas: PadCanvas,
    /// A black image of the data's shape.
    blank: Arc<[f32]>,
    picture: Option<(Arc<[f32]>, Bitmap)>,
    texture: TextureSlot,
    cells: [OutputOfDrawing; 2],
    kept: kept::KeptPictures,
    /// The name that is being typed for a class.
    naming: Option<(u8, String)>,
    surface: BrushSurface,
    /// The test image that is put onto the pad next.
    image: usize,
    /// Where the cursor was sent last.
    sent: Option<[f32; 2]>,
}

/// What one view's model makes of the drawing, as a picture.
#[derive(Default)]
struct OutputOfDrawing {
    cell: DrawnCell,
    picture: Option<(Arc<[f32]>, Bitmap)>,
    texture: TextureSlot,
}

/// A stroke of a pen that begins at a place of an image.
fn stroke(pen: PadPen, shape: ImageShape, at: [f32; 2]) -> PadStroke {
    let color = match (pen.erases, shape.is_color()) {
        (true, _) => [0; 3],
        (false, true) => pen.color,
        (false, false) => [255; 3],
    };
    PadStroke { points: vec![at], width: pen.width * shape.width.max(shape.height) as f32, color }
}

/// The shape of the images that can be drawn; `None` where examples are no images.
fn image_shape(data: &Dataset) -> Option<ImageShape> {
    let shape = data.sample().shape();
    (data.sample() == Sample::Image(shape)).then_some(shape)
}

/// The picture of an image, made once.
fn picture<'a>(kept: &'a mut Option<(Arc<[f32]>, Bitmap)>, shape: ImageShape, image: &Arc<[f32]>) -> &'a Bitmap {
    let before = kept.take().filter(|(of, _)| Arc::ptr_eq(of, image));
    let (_, bitmap) = kept.insert(before.unwrap_or_else(|| (image.clone(), Bitmap::new(shape, image))));
    bitmap
}

impl Panel for Pad {
    fn ui(&mut self, ui: &mut Ui, view: &View<'_>, commands: &mut Vec<Command>) {
        let Some(data) = view.data else {
            return widgets::empty(ui, &tr("pad.no_data"));
        };
        let Some(shape) = image_shape(data) else {
            return widgets::empty(ui, &tr("pad.no_images"));
        };
        // What the person does shows in this same frame.
        let mut pad = view.pad.state.clone();
        let began = commands.len();
        let changes = |commands: &[Command], pad: &mut PadState| {
            for command in commands.get(began..).unwrap_or_default() {
                if let Command::Pad(PadCommand::Change(change)) = command {
                    pad.apply(change.clone(), shape);
                }
            }
        };
        ScrollArea::vertical().auto_shrink(false).show(ui, |ui| {
            self.tools(ui, view, shape, commands);
            ui.horizontal_top(|ui| {
                let room = vec2(ui.available_width(), ui.clip_rect().bottom() - ui.cursor().top() - BELOW);
                let side = whole_pixel_side(ui, (0.6 * room.x).min(room.y).clamp(SIDES[0], SIDES[1]), shape);
                let response = self.surface(ui, side, shape, view, commands);
                changes(commands, &mut pad);
                let image = self.canvas.image(&pad, shape).cloned();
                self.show(ui, &response, shape, image.as_ref(), view);
                if image.is_some() {
                    copy::menu(&response, ImageSubject::Drawing, commands);
                }
                ui.vertical(|ui| self.outputs(ui, (side, shape), image.as_ref(), view, commands));
            });
            self.follow(view, &pad, commands);
            self.kept_ui(ui, view, shape, commands);
        });
    }

    fn needs(&mut self, _view: &View<'_>, _now_secs: f64, needs: &mut PanelNeeds) {
        for (slot, output) in Slot::BOTH.into_iter().zip(&self.cells) {
            needs.drawings.extend(output.cell.query().map(|drawn| (slot, drawn.clone())));
        }
    }

    fn leave(&mut self) {
        (self.cells, self.picture, self.canvas) = (Default::default(), None, PadCanvas::default());
    }
}

impl Pad {
    /// The pad itself: a press begins a stroke, and a drag goes on with it.
    fn surface(
        &mut self,
        ui: &mut Ui,
        side: f32,
        shape: ImageShape,
        view: &View<'_>,
        commands: &mut Vec<Command>,
    ) -> Response {
        let (response, moves) = self.surface.ui(ui, side, shape, &tr("pad.surface"));
        for brush in moves {
            let change = match brush {
                BrushMove::Begin(at) => PadChange::Begin(stroke(view.pad.state.pen, shape, at)),
                BrushMove::Along(points) => PadChange::Extend(points),
            };
            commands.push(PadCommand::Change(change).into());
        }
        response
    }

    /// What is on the pad, and the pen under the pointer.
    fn show(&mut self, ui: &Ui, response: &Response, shape: ImageShape, image: Option<&Arc<[f32]>>, view: &View<'_>) {
        let (rect, palette) = (on_pixels(ui, response.rect), theme::of(ui));
        if self.blank.len() != shape.values() {
            self.blank = vec![0.0; shape.values()].into();
        }
        let bitmap = picture(&mut self.picture, shape, image.unwrap_or(&self.blank));
        image::paint(ui.painter(), rect, &self.texture, bitmap, view.settings.color_map, Fit::Sharp);
        // An empty image is dark in both themes.
        let secondary = theme::palette(Theme::Dark).text_secondary;
        if image.is_none() {
            let font = FontId::proportional(theme::TEXT_BODY);
            let words = ui.painter().layout(tr("pad.empty"), font, secondary, rect.width() - 2.0 * theme::GRID);
            ui.painter().galley(rect.center() - words.size() / 2.0, words, secondary);
        }
        ui.painter().rect_stroke(rect, 0.0, Stroke::new(1.0, palette.line), StrokeKind::Outside);
        show_brush(ui, response, view.pad.state.pen.width, secondary);
    }

    /// What both models make of the drawing.
    fn outputs(
        &mut self,
        ui: &mut Ui,
        (side, shape): (f32, ImageShape),
        image: Option<&Arc<[f32]>>,
        view: &View<'_>,
        commands: &mut Vec<Command>,
    ) {
        // A name and a figure for each, above and below the images of those that have an encoder.
        let images = Slot::BOTH.into_iter().filter(|slot| view.model(*slot).has_encoder()).count().max(1) as f32;
        let side = (side - 5.0 * theme::LINE) / images;
        let side = whole_pixel_side(ui, side.min(ui.available_width()).max(5.0 * theme::GRID), shape);
        for (slot, output) in Slot::BOTH.into_iter().zip(&mut self.cells) {
            output.cell.update(view, slot, image);
            let model = view.model(slot);
            let name = RichText::new(format!("{} {}", slot.name(), model.name)).color(view.color(slot)).strong();
            ui.add(Label::new(name).truncate());
            if !model.has_encoder() {
                ui.add(Label::new(theme::note(ui, tr("pad.no_encoder"))).wrap());
                ui.add_space(theme::GRID);
                continue;
            }
            let (rect, response) = ui.allocate_exact_size(vec2(side, side), copy::IMAGE_SENSE);
            let rect = on_pixels(ui, rect);
            response
                .widget_info(|| WidgetInfo::labeled(Role::Image, true, t!("pad.reconstruction", slot = slot.name())));
            ui.painter().rect_stroke(rect, 0.0, Stroke::new(1.0, theme::of(ui).line), StrokeKind::Outside);
            let figure = match output.cell.found().cloned() {
                Some(found) => {
                    output.paint(ui, rect, shape, &found.reconstruction, view);
                    copy::menu(&response, ImageSubject::Reconstruction(slot), commands);
                    format!("MSE {}", number(f64::from(found.squared_error())))
                }
                None => String::new(),
            };
            ui.add(Label::new(theme::figure(figure).color(theme::of(ui).text_secondary)).truncate());
        }
    }

    /// Sends the cursor to the code of what is drawn, on the plane that is shown.
    fn follow(&mut self, view: &View<'_>, pad: &PadState, commands: &mut Vec<Command>) {
        let slot = view.settings.plane.model;
        let found = self.cells.get(slot.index()).and_then(|output| output.cell.found());
        let plane = view.plane(slot).and_then(|known| known.plane.as_deref());
        let Some((found, plane)) = found.zip(plane).filter(|_| pad.follows) else {
            self.sent = None;
            return;
        };
        if plane.latent() == found.mean.len() {
            let to = plane.plane_from_latent(&found.mean);
            if self.sent != Some(to) {
                self.sent = Some(to);
                commands.push(PadCommand::CursorToCode(to).into());
            }
        }
    }

    /// What a view's model made of the drawing when the panel was last drawn.
    pub fn found(&self, slot: Slot) -> Option<&Arc<DrawnFound>> {
        self.cells.get(slot.index())?.cell.found()
    }
}

impl OutputOfDrawing {
    fn paint(&mut self, ui: &Ui, rect: Rect, shape: ImageShape, image: &Arc<[f32]>, view: &View<'_>) {
        let bitmap = picture(&mut self.picture, shape, image);
        image::paint(ui.painter(), rect, &self.texture, bitmap, view.settings.color_map, Fit::Sharp);
    }
}

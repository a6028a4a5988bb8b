//! Maps of points: PCA and t-SNE of the codes. They have no inverse; hovering shows the nearest point's image and what the model
//! makes of its code.

use crate::explore::codes::{MapKind, PointMap};
use crate::explore::outline::SelectBy;
use crate::gpu::TextureSlot;
use crate::gpu::image::{self, Fit};
use crate::picture::Bitmap;
use crate::snapshot::Scratch;
use crate::ui::command::{Command, PlaneCommand};
use crate::ui::data_panel::example_name;
use crate::ui::outlining::{OutlinePlace, OutlineStep, Outlining};
use crate::ui::output::QUICK_FLOPS;
use crate::ui::plane::known::PlaneView;
use crate::ui::text::{tr, whole};
use crate::ui::view::View;
use crate::ui::{theme, widgets};
use eframe::egui::{
    Color32, Label, Mesh, Pos2, ProgressBar, Rect, Response, Role, Sense, Shape, Stroke, StrokeKind, Ui, WidgetInfo,
    pos2, vec2,
};
use rust_i18n::t;
use std::sync::Arc;

/// Half the side of a point, in points of the screen.
const POINT: f32 = 1.75;
/// How near the pointer must come to a point, in points of the screen.
const PICK_RADIUS: f32 = 10.0;
/// Room around all points.
const MARGIN: f32 = 1.0 * theme::GRID;
/// Side of a picture on the card.
const SIDE: f32 = 10.0 * theme::GRID;
/// How much of a colour is left of points that are not selected where some are.
const GREY: f32 = 0.3;

/// The section's own looks.
#[derive(Default)]
pub(super) struct MapSection {
    kind: MapKind,
    card: Option<MapCard>,
    real: TextureSlot,
    decoded: TextureSlot,
    scratch: Scratch,
    outlining: Outlining,
}

/// The pictures of the point under the pointer.
struct MapCard {
    of: Arc<PointMap>,
    index: usize,
    real: Bitmap,
    /// What the model makes of the code; none where that is too much for a frame.
    decoded: Option<Bitmap>,
}

/// From a map to the screen.
#[derive(Clone, Copy)]
struct MapScreen {
    rect: Rect,
    low: [f32; 2],
    scale: f32,
    offset: [f32; 2],
}

impl MapScreen {
    fn new(rect: Rect, map: &PointMap) -> Self {
        let (low, high) = map.bounds();
        let span = [0, 1].map(|axis| (high[axis] - low[axis]).max(f32::MIN_POSITIVE));
        let inner = rect.shrink(MARGIN);
        let scale = (inner.width() / span[0]).min(inner.height() / span[1]).max(f32::MIN_POSITIVE);
        let offset =
            [inner.width() - scale * span[0], inner.height() - scale * span[1]].map(|room| room / 2.0 + MARGIN);
        Self { rect, low, scale, offset }
    }

    fn pixel(&self, [x, y]: [f32; 2]) -> Pos2 {
        let [right, up] = [x - self.low[0], y - self.low[1]].map(|part| part * self.scale);
        pos2(self.rect.left() + self.offset[0] + right, self.rect.bottom() - self.offset[1] - up)
    }

    fn position(&self, pixel: Pos2) -> [f32; 2] {
        let right = pixel.x - self.rect.left() - self.offset[0];
        let up = self.rect.bottom() - self.offset[1] - pixel.y;
        [self.low[0] + right / self.scale, self.low[1] + up / self.scale]
    }
}

impl MapSection {
    /// The map that the section shows.
    pub const fn kind(&self) -> MapKind {
        self.kind
    }

    /// Lets go what is made of a model's map.
    pub fn leave(&mut self) {
        self.card = None;
        self.scratch.free();
    }

    pub fn ui(&mut self, ui: &mut Ui, view: &View<'_>, commands: &mut Vec<Command>) {
        let slot = view.settings.plane.model;
        let (model, known) = (view.slots.id(slot), view.plane(slot));
        let map = known.and_then(|known| known.maps.get(self.kind.index())?.clone());
        let progress = known.and_then(|known| known.map_progress);
        ui.horizontal_wrapped(|ui| {
            for (kind, name, tip) in
                [(MapKind::Pca, "points.pca", "points.pca_tip"), (MapKind::Tsne, "points.tsne", "points.tsne_tip")]
            {
                ui.selectable_value(&mut self.kind, kind, tr(name)).on_hover_text(tr(tip));
            }
            match progress {
                Some(part) => {
                    let bar = ProgressBar::new(part).desired_width(8.0 * theme::GRID);
                    ui.add(bar).on_hover_text(tr("points.mapping"));
                    if widgets::button(ui, true, &tr("points.cancel"), &tr("points.cancel_tip")).clicked() {
                        commands.push(PlaneCommand::CancelMap(model).into());
                    }
                }
                None => {
                    let can = known.is_some_and(|known| known.points.is_some());
                    if widgets::button(ui, can, &tr("points.again"), &tr("points.again_tip")).clicked() {
                        commands.push(PlaneCommand::MapAgain(model).into());
                    }
                }
            }
        });
        let words = match &map {
            Some(map) => {
                let [shown, all] = [map.positions.len(), map.of].map(|count| whole(count as u64));
                t!("points.map_of", shown = shown, all = all, step = whole(map.step)).into_owned()
            }
            None if !view.model(slot).has_encoder() => tr("points.no_encoder"),
            None if progress.is_some() => tr("points.mapping"),
            None => tr("points.map_coming"),
        };
        let note = Label::new(theme::note(ui, format!("{} {words}", tr("points.no_inverse"))));
        ui.add(note.wrap());
        let Some((map, known)) = map.zip(known) else { return };
        let sense = Sense::click_and_drag();
        let (rect, response) = ui.allocate_exact_size(ui.available_size().max(vec2(SIDE, SIDE)), sense);
        response.widget_info(|| WidgetInfo::labeled(Role::Image, true, tr("points.map")));
        let on_screen = MapScreen::new(rect, &map);
        let outlines = self.outline(ui, &response, on_screen, view, commands);
        let pointed = response
            .hover_pos()
            .filter(|_| !outlines)
            .and_then(|pointer| map.nearest(on_screen.position(pointer), PICK_RADIUS / on_screen.scale));
        self.prepare(view, &map, pointed);
        if ui.is_rect_visible(rect) {
            draw(ui, view, known, &map, on_screen, pointed);
            let palette = theme::of(ui);
            let strokes = [Stroke::new(3.0, palette.surfaces[0]), Stroke::new(1.5, palette.text)];
            self.outlining.draw(&ui.painter_at(rect), |position| on_screen.pixel(position), strokes);
        }
        self.card(&response, view);
        if let Some(code) = pointed.filter(|_| response.clicked()).and_then(|index| map.code(index)) {
            commands.push(PlaneCommand::LookAt(model, code.to_vec()).into());
        }
    }

    /// Outlines points as on the plane; says whether it does.
    fn outline(
        &mut self,
        ui: &Ui,
        response: &Response,
        on_screen: MapScreen,
        view: &View<'_>,
        commands: &mut Vec<Command>,
    ) -> bool {
        let (position, pixel) = (|at: Pos2| on_screen.position(at), |at: [f32; 2]| on_screen.pixel(at));
        let place = OutlinePlace { position: &position, pixel: &pixel };
        match self.outlining.follow(ui, response, None, &place) {
            OutlineStep::Nothing => return false,
            OutlineStep::Going => {}
            OutlineStep::Done(None) => commands.push(PlaneCommand::Deselect.into()),
            OutlineStep::Done(Some(outline)) => {
                let model = view.slots.id(view.settings.plane.model);
                commands.push(PlaneCommand::Select(model, SelectBy::Map(self.kind, outline)).into());
            }
        }
        true
    }

    /// Makes the pictures of the point under the pointer, once.
    fn prepare(&mut self, view: &View<'_>, map: &Arc<PointMap>, pointed: Option<usize>) {
        let Some((index, data)) = pointed.zip(view.data) else {
            self.card = None;
            return;
        };
        if self.card.as_ref().is_some_and(|card| card.index == index && Arc::ptr_eq(&card.of, map)) {
            return;
        }
        let image = map.images.get(index).map(|image| *image as usize).filter(|image| *image < data.test.count());
        let snapshot = view.model(view.settings.plane.model).snapshot;
        let quick =
            snapshot.filter(|snapshot| snapshot.decoder.flops() <= QUICK_FLOPS && snapshot.latent == map.latent);
        let decoded = quick
            .zip(map.code(index))
            .map(|(snapshot, code)| Bitmap::new(snapshot.image, snapshot.decoder.evaluate(code, 1, &mut self.scratch)));
        self.card = image.map(|image| MapCard {
            of: map.clone(),
            index,
            real: Bitmap::new(data.test.shape(), &data.test.image(image)),
            decoded,
        });
    }

    /// The image of the point under the pointer, and what the model makes of its code.
    fn card(&self, response: &Response, view: &View<'_>) {
        let Some(MapCard { of, index, real, decoded }) = &self.card else { return };
        let name = view.data.zip(of.images.get(*index)).map(|(data, image)| example_name(&data.test, *image as usize));
        response.clone().on_hover_ui_at_pointer(|ui| {
            ui.label(name.unwrap_or_default());
            ui.horizontal(|ui| {
                let pictures = [Some((real, &self.real)), decoded.as_ref().map(|decoded| (decoded, &self.decoded))];
                for (picture, slot) in pictures.into_iter().flatten() {
                    let (rect, _) = ui.allocate_exact_size(vec2(SIDE, SIDE), Sense::hover());
                    image::paint(ui.painter(), rect, slot, picture, view.settings.color_map, Fit::Full);
                }
            });
            let words = if decoded.is_some() { "points.card" } else { "points.card_real" };
            ui.label(theme::note(ui, tr(words)));
        });
    }
}

fn draw(ui: &Ui, view: &View<'_>, known: &PlaneView, map: &PointMap, on_screen: MapScreen, pointed: Option<usize>) {
    let (palette, painter) = (theme::of(ui), ui.painter_at(on_screen.rect));
    painter.rect_filled(on_screen.rect, 0.0, palette.surfaces[0]);
    let coloring = known.points.as_ref().map(|points| points.coloring.clone()).unwrap_or_default();
    let selected = view.planes.selection.shown.as_ref().map(|shown| &shown.selected.images);
    let color = |image: u32, label: u8| {
        let is_grey = selected.is_some_and(|selected| selected.binary_search(&image).is_err());
        match is_grey {
            true => palette.text_secondary.gamma_multiply(GREY),
            false => theme::group_color(&coloring.key, usize::from(coloring.group(image, label))),
        }
    };
    let mut mesh = Mesh::default();
    let mut square = |position: [f32; 2], color: Color32| {
        let rect = Rect::from_center_size(on_screen.pixel(position), vec2(2.0 * POINT, 2.0 * POINT));
        mesh.add_colored_rect(rect, color);
    };
    let known = map.images.iter().zip(&map.labels);
    known.zip(&map.positions).for_each(|((image, label), position)| square(*position, color(*image, *label)));
    painter.add(Shape::mesh(mesh));
    if let Some(position) = pointed.and_then(|index| map.positions.get(index)) {
        painter.circle_stroke(on_screen.pixel(*position), 2.5 * POINT, Stroke::new(2.0, palette.text));
    }
    painter.rect_stroke(on_screen.rect, 0.0, Stroke::new(1.0, palette.line), StrokeKind::Inside);
}

//! A field over the plane: its colours, its legend, and its value where one looks.

use super::layer::{PlaneFrame, PlaneLayer};
use crate::explore::browse::{DataPart, ExamplePlace};
use crate::explore::field::{EVIDENCE, FieldGrid, FieldInputs, FieldPaint, PlaneField, class_borders, indicatrices};
use crate::explore::posterior::PosteriorSubject;
use crate::picture::{FieldStyle, field_picture};
use crate::ui::plane::figures;
use crate::ui::text::{number, tr};
use crate::ui::theme;
use eframe::egui::text::{LayoutJob, TextWrapping};
use eframe::egui::{Align2, Color32, ColorImage, FontId, Mesh, Painter, Pos2, Rect, Shape, Stroke, TextureHandle};
use eframe::egui::{Galley, TextureOptions, Ui, pos2, vec2};
use rust_i18n::t;
use std::sync::Arc;

/// Width of the legend where no line of it is wider, the height of its bar and of a line of words.
const WIDTH: f32 = 24.0 * theme::GRID;
const BAR: f32 = 1.25 * theme::GRID;
const LINE: f32 = 2.0 * theme::GRID;
/// Stops of the bar.
const STOPS: usize = 32;
/// Between the middles of ellipses, in points of the screen, at least.
const ELLIPSES: f32 = 56.0;

/// A field as one texture. Where it is of another place until the next is made, it stays where it belongs on the plane.
pub struct FieldLayer {
    field: &'static PlaneField,
    drawn: Option<DrawnField>,
}

/// What was made of a grid.
struct DrawnField {
    grid: u64,
    opacity: f32,
    palette: bool,
    texture: TextureHandle,
    borders: Vec<[[f32; 2]; 2]>,
}

impl FieldLayer {
    /// Draws this field.
    pub const fn new(field: &'static PlaneField) -> Self {
        Self { field, drawn: None }
    }
}

impl PlaneLayer for FieldLayer {
    fn draw(&mut self, painter: &Painter, frame: &PlaneFrame<'_>) {
        if let Some(grid) = self.grid(frame) {
            self.update(painter, frame, grid);
            self.paint(painter, frame, grid);
        }
    }

    /// The legend is above what is drawn after the field.
    fn controls(&mut self, ui: &mut Ui, frame: &mut PlaneFrame<'_>) {
        let grid = self.grid(frame).or_else(|| frame.known.fields.get(self.field.id));
        self.legend(&ui.painter_at(frame.rect), frame, grid);
    }
}

impl FieldLayer {
    /// What is drawn: of an image that is not looked at any more nothing.
    fn grid<'a>(&self, frame: &PlaneFrame<'a>) -> Option<&'a Arc<FieldGrid>> {
        if self.field.inputs == FieldInputs::Image { frame.heat } else { frame.known.fields.get(self.field.id) }
    }

    fn update(&mut self, painter: &Painter, frame: &PlaneFrame<'_>, grid: &FieldGrid) {
        let (opacity, palette) = (frame.view.settings.plane.opacity_of(self.field.id), frame.palette.dark);
        let is_same = |drawn: &DrawnField| (drawn.grid, drawn.opacity, drawn.palette) == (grid.id, opacity, palette);
        if self.drawn.as_ref().is_some_and(is_same) {
            return;
        }
        let classes: Vec<[u8; 3]> = theme::CLASSES.into_iter().map(theme::rgb).collect();
        let hatching = theme::rgb(frame.palette.text_secondary);
        let style = FieldStyle { paint: self.field.paint, opacity, classes: &classes, hatching };
        let picture = field_picture(grid, style);
        let size = [picture.width() as usize, picture.height() as usize];
        let image = ColorImage::from_rgba_unmultiplied(size, picture.as_raw());
        let options = if self.field.paint.is_smooth() { TextureOptions::LINEAR } else { TextureOptions::NEAREST };
        let texture = match self.drawn.take() {
            Some(DrawnField { mut texture, .. }) => {
                texture.set(image, options);
                texture
            }
            None => painter.ctx().load_texture(self.field.id, image, options),
        };
        let borders = class_borders(grid);
        self.drawn = Some(DrawnField { grid: grid.id, opacity, palette, texture, borders });
    }

    fn paint(&self, painter: &Painter, frame: &PlaneFrame<'_>, grid: &FieldGrid) {
        let Some(drawn) = &self.drawn else { return };
        let (low, high) = grid.lattice.bounds();
        let [left, bottom] = frame.pixel_from_plane(low).into();
        let [right, top] = frame.pixel_from_plane(high).into();
        let place = Rect::from_min_max(pos2(left, top), pos2(right, bottom));
        let whole = Rect::from_min_max(Pos2::ZERO, pos2(1.0, 1.0));
        painter.image(drawn.texture.id(), place, whole, Color32::WHITE);
        let stroke = Stroke::new(1.0, frame.halo().gamma_multiply(drawn.opacity));
        for [from, to] in &drawn.borders {
            painter.line_segment([frame.pixel_from_plane(*from), frame.pixel_from_plane(*to)], stroke);
        }
        self.ellipses(painter, frame, grid);
    }

    /// The steps that change the image equally, about places that are far enough from each other.
    fn ellipses(&self, painter: &Painter, frame: &PlaneFrame<'_>, grid: &FieldGrid) {
        let cell = grid.lattice.cell * frame.viewport.scale(frame.area());
        let every = (ELLIPSES / cell.max(1e-6)).ceil().clamp(1.0, 64.0) as usize;
        let stroke = Stroke::new(1.25, frame.palette.text);
        for ring in indicatrices(grid, every) {
            let corners = ring.into_iter().map(|position| frame.pixel_from_plane(position)).collect();
            painter.add(Shape::closed_line(corners, stroke));
        }
    }

    /// What the colours are, the values at the cursor and at the pointer, and what there is to say of all of it.
    fn legend(&self, painter: &Painter, frame: &PlaneFrame<'_>, grid: Option<&Arc<FieldGrid>>) {
        let is_of_subject = |found: &&Arc<FieldGrid>| found.values.subject() == frame.subject;
        let mut lines = Vec::new();
        match grid {
            Some(grid) => {
                let pointer = frame.pointer.map(|pixel| frame.viewport.plane_from_pixel(frame.area(), pixel.into()));
                let cursor = self.words_at(frame, grid, frame.cursor);
                lines.push(match pointer.and_then(|pointer| self.words_at(frame, grid, pointer)) {
                    Some(pointer) => t!("plane_layer.at_pointer", value = pointer).into_owned(),
                    None => t!("plane_layer.at_cursor", value = cursor.unwrap_or_else(|| "–".to_owned())).into_owned(),
                });
                lines.extend(grid.values.subject().map(|subject| subject_in_words(frame, subject)));
                lines.extend(figures(grid));
                let evidence = frame.known.fields.get(EVIDENCE.id).filter(|_| self.field.inputs == FieldInputs::Image);
                lines.extend(evidence.filter(is_of_subject).into_iter().flat_map(|grid| figures(grid)));
            }
            None => lines.push(tr(&format!("plane_layer.{}_missing", self.field.id))),
        }
        let small = FontId::proportional(theme::TEXT_SMALL);
        let most = (frame.rect.width() / 2.0 - theme::GRID).max(WIDTH) - 2.0 * theme::GRID;
        let lay = |words: String, color: Color32| {
            let mut line = LayoutJob::simple_singleline(words, small.clone(), color);
            line.wrap = TextWrapping::truncate_at_width(most);
            painter.layout_job(line)
        };
        let name = lay(tr(&format!("plane_layer.{}_unit", self.field.id)), frame.palette.text);
        let lines: Vec<Arc<Galley>> = lines.into_iter().map(|line| lay(line, frame.palette.text_secondary)).collect();
        let widest = lines.iter().chain([&name]).map(|line| line.size().x).fold(WIDTH - 2.0 * theme::GRID, f32::max);
        let bar = self.field.paint.map().filter(|_| grid.is_some());
        let height = LINE * (1 + lines.len()) as f32 + if bar.is_some() { BAR + LINE } else { 0.0 } + theme::GRID;
        let Some(ground) = frame.place_legend(vec2(widest + 2.0 * theme::GRID, height)) else { return };
        painter.rect_filled(ground, 4.0, frame.palette.surfaces[1].gamma_multiply(0.88));
        let (left, mut y) = (ground.left() + theme::GRID, ground.top() + theme::GRID / 2.0);
        painter.galley(pos2(left, y), name, frame.palette.text);
        y += LINE;
        if let (Some(map), Some(grid)) = (bar, grid) {
            let place = Rect::from_min_size(pos2(left, y), vec2(ground.width() - 2.0 * theme::GRID, BAR));
            let mut mesh = Mesh::default();
            for stop in 0..STOPS {
                let edge = |stop: usize| place.left() + place.width() * stop as f32 / STOPS as f32;
                let part = (stop as f32 + 0.5) / STOPS as f32;
                let [red, green, blue] = map.rgb(part);
                let color = Color32::from_rgb(red, green, blue).gamma_multiply(self.field.paint.weight(part));
                let stripe = Rect::from_x_y_ranges(edge(stop)..=edge(stop + 1), place.y_range());
                mesh.add_colored_rect(stripe, color);
            }
            painter.add(Shape::mesh(mesh));
            y += BAR;
            let ends = [(place.left(), Align2::LEFT_TOP), (place.right(), Align2::RIGHT_TOP)];
            for ((x, anchor), end) in ends.into_iter().zip(grid.values.range) {
                painter.text(pos2(x, y), anchor, number(f64::from(end)), small.clone(), frame.palette.text_secondary);
            }
            y += LINE;
        }
        for line in lines {
            painter.galley(pos2(left, y), line, frame.palette.text_secondary);
            y += LINE;
        }
    }

    /// The value at a place in words.
    fn words_at(&self, frame: &PlaneFrame<'_>, grid: &FieldGrid, position: [f32; 2]) -> Option<String> {
        let place = grid.place_at(position)?;
        let value = grid.values.values.get(place).copied()?;
        if self.field.paint == FieldPaint::Hatching {
            let key = if value < 0.0 { "plane_layer.is_unsupported" } else { "plane_layer.is_supported" };
            return Some(tr(key));
        }
        if !value.is_finite() {
            return None;
        }
        let words = number(f64::from(value));
        if let Some(class) = grid.values.classes.get(place) {
            let names = frame.data().map(|data| data.class_names()).unwrap_or_default();
            let name = names.get(usize::from(*class)).cloned().unwrap_or_else(|| class.to_string());
            return Some(format!("{name} · {words}"));
        }
        Some(match grid.values.reference.get(place) {
            Some(reference) => {
                t!("plane_layer.beside_prior", value = words, prior = number(f64::from(*reference))).into_owned()
            }
            None => words,
        })
    }
}

/// Whose posterior it is.
fn subject_in_words(frame: &PlaneFrame<'_>, subject: PosteriorSubject) -> String {
    let PosteriorSubject::Example(ExamplePlace { part, index }) = subject else { return tr("plane_layer.of_drawing") };
    let class = frame.data().and_then(|data| data.class_names().get(part.of(data).class(index)?).cloned());
    let words = match part {
        DataPart::Test => t!("plane_layer.of_test_example", index = index),
        DataPart::Train => t!("plane_layer.of_training_example", index = index),
    };
    class.map_or_else(|| words.to_string(), |class| format!("{words} · {class}"))
}

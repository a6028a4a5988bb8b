//! Fields over a plane as pictures: what the window, the export and the command line draw alike.

use super::colormap::ColorMap;
use crate::explore::field::{FieldGrid, FieldPaint};
use crate::explore::tiles::Lattice;
use image::{Rgba, RgbaImage};

/// Pixels a side that a hatched cell is drawn with; the lines repeat after as many.
const HATCH: u32 = 4;

/// How a field is drawn.
#[derive(Clone, Copy, Debug)]
pub struct FieldStyle<'a> {
    /// What its values are.
    pub paint: FieldPaint,
    /// How much of what lies under it the strongest of it hides, 0 to 1.
    pub opacity: f32,
    /// The colours of classes; they repeat.
    pub classes: &'a [[u8; 3]],
    /// The colour of hatching.
    pub hatching: [u8; 3],
}

impl FieldPaint {
    /// The colour map of its values, where it has one.
    pub const fn map(self) -> Option<ColorMap> {
        match self {
            Self::Level => Some(ColorMap::Viridis),
            Self::Strength => Some(ColorMap::Magma),
            Self::Classes | Self::Hatching => None,
        }
    }

    /// Whether its colours go over from one cell to the next.
    pub const fn is_smooth(self) -> bool {
        self.map().is_some()
    }

    /// How much of the opacity a part of the range has, 0 to 1.
    pub fn weight(self, part: f32) -> f32 {
        match self {
            Self::Level => part.sqrt(),
            Self::Classes => part,
            Self::Strength | Self::Hatching => 1.0,
        }
    }
}

/// A field as a picture with transparency: a pixel a cell, or some where it is hatched; the highest row first.
pub fn field_picture(grid: &FieldGrid, style: FieldStyle<'_>) -> RgbaImage {
    let side = if style.paint == FieldPaint::Hatching { HATCH } else { 1 };
    let Lattice { columns, rows, .. } = grid.lattice;
    RgbaImage::from_fn(columns as u32 * side, rows as u32 * side, |x, y| {
        let place = (y / side) as usize * columns + (x / side) as usize;
        Rgba(color(grid, style, place, (x + y) % HATCH == 0))
    })
}

fn color(grid: &FieldGrid, style: FieldStyle<'_>, place: usize, on_line: bool) -> [u8; 4] {
    let value = grid.values.values.get(place).copied().unwrap_or(f32::NAN);
    let part = if value.is_nan() { 0.0 } else { grid.values.part(value) };
    let [red, green, blue] = match style.paint.map() {
        Some(_) if value.is_nan() => return [0; 4],
        Some(map) => map.rgb(part),
        None if style.paint == FieldPaint::Classes => {
            let class = grid.values.classes.get(place).map_or(0, |class| usize::from(*class));
            style.classes.get(class % style.classes.len().max(1)).copied().unwrap_or_default()
        }
        None if value < 0.0 && on_line => style.hatching,
        None => return [0; 4],
    };
    [red, green, blue, (255.0 * (style.opacity * style.paint.weight(part)).clamp(0.0, 1.0) + 0.5) as u8]
}

/// Lays a field over a picture of a plane that reaches from the position `low` to `high`.
pub fn lay_over(picture: &mut image::RgbImage, [low, high]: [[f32; 2]; 2], grid: &FieldGrid, style: FieldStyle<'_>) {
    let field = field_picture(grid, style);
    let (width, height) = (picture.width() as f32, picture.height() as f32);
    let (first, last) = grid.lattice.bounds();
    let side = field.width() as f32 / grid.lattice.columns.max(1) as f32 / grid.lattice.cell;
    for (x, y, pixel) in picture.enumerate_pixels_mut() {
        let at = [
            low[0] + (x as f32 + 0.5) / width * (high[0] - low[0]),
            high[1] - (y as f32 + 0.5) / height * (high[1] - low[1]),
        ];
        if (0..2).any(|axis| at[axis] < first[axis] || at[axis] >= last[axis]) {
            continue;
        }
        let place = [(at[0] - first[0]) * side, (last[1] - at[1]) * side];
        let [red, green, blue, alpha] =
            if style.paint.is_smooth() { between(&field, place) } else { nearest(&field, place) };
        for (under, over) in pixel.0.iter_mut().zip([red, green, blue]) {
            *under = (f32::from(*under) * (1.0 - alpha) + over).round().clamp(0.0, 255.0) as u8;
        }
    }
}

/// A pixel as light (multiplied by its opacity) and opacity.
fn premultiplied(field: &RgbaImage, x: f32, y: f32) -> [f32; 4] {
    let at = |place: f32, size: u32| (place.max(0.0) as u32).min(size.saturating_sub(1));
    let [red, green, blue, alpha] = field.get_pixel(at(x, field.width()), at(y, field.height())).0.map(f32::from);
    let alpha = alpha / 255.0;
    [red * alpha, green * alpha, blue * alpha, alpha]
}

fn nearest(field: &RgbaImage, [x, y]: [f32; 2]) -> [f32; 4] {
    premultiplied(field, x, y)
}

/// Between the middles of the four nearest pixels.
fn between(field: &RgbaImage, place: [f32; 2]) -> [f32; 4] {
    let [x, y] = place.map(|place| place - 0.5);
    let (right, down) = (x - x.floor(), y - y.floor());
    let corners = [(0.0, 0.0), (1.0, 0.0), (0.0, 1.0), (1.0, 1.0)].map(|(across, below)| {
        let weight = (if across > 0.0 { right } else { 1.0 - right }) * (if below > 0.0 { down } else { 1.0 - down });
        premultiplied(field, x.floor() + across, y.floor() + below).map(|value| value * weight)
    });
    std::array::from_fn(|channel| corners.iter().map(|corner| corner[channel]).sum())
}

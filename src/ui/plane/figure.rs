//! A plane's fields on a figure: the colours over its tiles, borders and ellipses as lines, legends, and what there is to say of
//! them below.

use crate::explore::field::{FieldGrid, PlaneField, class_borders, indicatrices};
use crate::picture::{FieldStyle, FigureKey, FigureLegend, FigureLine, PlaneFigure, lay_over};
use crate::ui::text::{number, tr, whole};
use crate::ui::theme;
use rust_i18n::t;

/// Ellipses along the longer side of a figure, about.
const ELLIPSES: usize = 10;
/// Lines on a figure, and hatching.
const INK: [u8; 3] = [20, 22, 26];
const PALE: [u8; 3] = [230, 232, 236];

/// A field that lies on a figure.
pub struct FigureField {
    /// Which.
    pub field: &'static PlaneField,
    /// Its values.
    pub grid: FieldGrid,
    /// How much of what lies under it the strongest of it hides, 0 to 1.
    pub opacity: f32,
}

impl FigureField {
    /// Lays it over what is on a figure so far; `offset` is what the figure adds to the plane's coordinates.
    pub fn lay_over(&self, figure: &mut PlaneFigure, offset: [f32; 2]) {
        let Self { field, grid, opacity } = self;
        let classes: Vec<[u8; 3]> = theme::CLASSES.into_iter().map(theme::rgb).collect();
        let style = FieldStyle { paint: field.paint, opacity: *opacity, classes: &classes, hatching: PALE };
        let [low, high] = [figure.bounds.0, figure.bounds.1].map(|[x, y]| [x - offset[0], y - offset[1]]);
        lay_over(&mut figure.tiles, [low, high], grid, style);
        let moved = |[x, y]: [f32; 2]| [x + offset[0], y + offset[1]];
        let borders = class_borders(grid).into_iter().map(|line| (line.to_vec(), INK));
        let longest = grid.lattice.columns.max(grid.lattice.rows);
        let rings = indicatrices(grid, longest.div_ceil(ELLIPSES)).into_iter().map(|mut ring| {
            ring.extend(ring.first().copied());
            (ring, PALE)
        });
        let line = |(corners, color): (Vec<[f32; 2]>, [u8; 3])| FigureLine {
            corners: corners.into_iter().map(moved).collect(),
            color,
        };
        figure.lines.extend(borders.chain(rings).map(line));
        let unit = tr(&format!("plane_layer.{}_unit", field.id));
        if let Some(map) = field.paint.map() {
            let key = FigureKey::Scale { ends: grid.values.range, map };
            figure.legends.push(FigureLegend { heading: Some(unit), key });
        }
        for words in figures(grid) {
            figure.caption += &format!(" {}: {words}.", tr(&format!("plane_layer.{}", field.id)));
        }
    }
}

/// What there is to say of all of a field.
pub fn figures(grid: &FieldGrid) -> impl Iterator<Item = String> {
    grid.values.figures.iter().map(|figure| {
        let value = if figure.is_share() { 100.0 * figure.value } else { figure.value };
        // Decoders are counted, everything else is measured.
        let value = if figure.name == "decoders" { whole(value as u64) } else { number(value) };
        t!(format!("field_figure.{}", figure.name), value = value).into_owned()
    })
}

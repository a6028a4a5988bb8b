//! Where one class borders on another.

use super::FieldGrid;
use crate::explore::tiles::Lattice;

/// The lines between cells of different classes, on the plane.
pub fn class_borders(grid: &FieldGrid) -> Vec<[[f32; 2]; 2]> {
    let Lattice { cell, columns, rows, .. } = grid.lattice;
    let ([left, _], [_, top]) = grid.lattice.bounds();
    let class = |column: usize, row: usize| grid.values.classes.get(row * columns + column).copied();
    let at = |column: usize, row: usize| [left + column as f32 * cell, top - row as f32 * cell];
    let mut lines = Vec::new();
    for row in 0..rows {
        for column in 0..columns {
            if column + 1 < columns && class(column, row) != class(column + 1, row) {
                lines.push([at(column + 1, row), at(column + 1, row + 1)]);
            }
            if row + 1 < rows && class(column, row) != class(column, row + 1) {
                lines.push([at(column, row + 1), at(column + 1, row + 1)]);
            }
        }
    }
    lines
}

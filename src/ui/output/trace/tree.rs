//! The tree over the pixels of an image: a line from each pixel to the one that it depends on.

use super::frame::TraceFrame;
use crate::nn::operations::TreeEdge;
use crate::ui::text::{number, tr};
use eframe::egui::{Rect, Role, Sense, Stroke, Ui, WidgetInfo};
use rust_i18n::t;

/// Lines that would be fainter are not drawn.
const FAINTEST: f32 = 0.03;
/// Widths of lines that tell nothing and the most, in pixels of the image.
const WIDTHS: [f32; 2] = [0.08, 0.22];

/// Draws it over its image: the more two pixels tell of each other, the stronger is their line.
pub(super) fn ui(ui: &Ui, image: Rect, frame: &TraceFrame<'_>, edges: &[TreeEdge]) {
    let response = ui.interact(image, ui.scope_id().with(("tree", frame.model)), Sense::hover());
    let most = edges.iter().map(|edge| edge.information).fold(0.0, f32::max);
    response.widget_info(|| {
        let mut info = WidgetInfo::labeled(Role::Image, true, t!("output.tree", model = frame.model));
        info.current_text_value = Some(summary(edges, most));
        info
    });
    let painter = ui.painter_at(image);
    let pixel = frame.pixel(image, 0).width();
    for edge in edges {
        let strength = strength(edge.information, most);
        if strength >= FAINTEST {
            let ends = [edge.parent, edge.child].map(|at| frame.pixel(image, at).center());
            let width = (pixel * (WIDTHS[0] + strength * (WIDTHS[1] - WIDTHS[0]))).max(1.0);
            let stroke = Stroke::new(width, frame.color.gamma_multiply(strength));
            match ends[0] == ends[1] {
                // The same place of another channel.
                true => _ = painter.circle_stroke(ends[0], 0.25 * pixel, stroke),
                false => _ = painter.line_segment(ends, stroke),
            }
        }
    }
    if let Some(pointed) = frame.pointed(ui, image).filter(|_| response.hovered()) {
        response.on_hover_text_at_pointer(tip(frame, edges, pointed));
    }
}

/// How strong a line is, 0 to 1: the square root of its share of what the strongest tells, so that weak ones can be seen.
fn strength(information: f32, most: f32) -> f32 {
    if most > 0.0 { (information / most).clamp(0.0, 1.0).sqrt() } else { 0.0 }
}

fn summary(edges: &[TreeEdge], most: f32) -> String {
    if edges.is_empty() {
        return tr("output.tree_empty");
    }
    t!("output.tree_edges", edges = edges.len(), nats = number(f64::from(most))).into_owned()
}

/// What the pixel under the pointer depends on, and what lines mean.
fn tip(frame: &TraceFrame<'_>, edges: &[TreeEdge], [row, column]: [usize; 2]) -> String {
    let (width, area) = (frame.shape.width, frame.shape.width * frame.shape.height);
    let of_pixel = |edge: &&TreeEdge| edge.child % area.max(1) == row * width + column;
    let own: Vec<String> = edges
        .iter()
        .filter(of_pixel)
        .map(|edge| {
            let parent = edge.parent % area.max(1);
            let [to_row, to_column] = [parent / width.max(1), parent % width.max(1)].map(|at| at + 1);
            let nats = number(f64::from(edge.information));
            let (row, column) = (row + 1, column + 1);
            t!("output.tree_at", row = row, column = column, to_row = to_row, to_column = to_column, nats = nats)
                .into_owned()
        })
        .collect();
    let root = || t!("output.tree_root", row = row + 1, column = column + 1).into_owned();
    let own = if own.is_empty() { root() } else { own.join("\n") };
    if edges.is_empty() { tr("output.tree_empty") } else { format!("{own}\n{}", tr("output.tree_tip")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_as_strong_as_what_they_tell() {
        assert_eq!([strength(0.5, 0.5), strength(0.125, 0.5), strength(0.0, 0.5)], [1.0, 0.5, 0.0]);
        assert_eq!([strength(0.0, 0.0), strength(f32::NAN, 0.0)], [0.0, 0.0]);
    }
}

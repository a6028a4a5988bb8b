//! The data's plane on the screen.

use crate::explore::data_plane::DataBounds;
use eframe::egui::{Color32, Mesh, Pos2, Rect, Shape, pos2, vec2};

/// From the data's plane to the screen.
#[derive(Clone, Copy)]
pub struct OnScreen {
    /// A square of the screen.
    pub rect: Rect,
    /// What is seen in it.
    pub bounds: DataBounds,
}

impl OnScreen {
    /// Where a place of the data's plane is on the screen.
    pub fn pixel(&self, [x, y]: [f32; 2]) -> Pos2 {
        let scale = self.rect.width() / self.bounds.side();
        let (right, up) = (x - self.bounds.low[0], y - self.bounds.low[1]);
        pos2(self.rect.left() + right * scale, self.rect.bottom() - up * scale)
    }

    /// The place of the data's plane at a pixel.
    pub fn place(&self, pixel: Pos2) -> [f32; 2] {
        let scale = self.bounds.side() / self.rect.width().max(1.0);
        [
            self.bounds.low[0] + (pixel.x - self.rect.left()) * scale,
            self.bounds.low[1] + (self.rect.bottom() - pixel.y) * scale,
        ]
    }

    /// Small squares at the points that are seen, all as one shape; `half` is half their side in points of the screen.
    pub fn squares(&self, points: impl Iterator<Item = ([f32; 2], Color32)>, half: f32) -> Shape {
        let mut mesh = Mesh::default();
        for (point, color) in points {
            let at = self.pixel(point);
            if self.rect.contains(at) {
                mesh.add_colored_rect(Rect::from_center_size(at, vec2(2.0 * half, 2.0 * half)), color);
            }
        }
        Shape::mesh(mesh)
    }
}

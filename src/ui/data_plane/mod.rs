//! The data plane of points: the data, what the models make, and what a critic says of every place, as in GAN Lab (Kahng et
//! al. 2019).

mod area;
mod drawing;
mod header;
mod on_screen;
pub mod settings;

pub use on_screen::OnScreen;

use crate::dataset::{DatasetId, Sample};
use crate::explore::data_plane::{DataBounds, DataPlane};
use crate::snapshot::{Scratch, Snapshot};
use crate::ui::command::Command;
use crate::ui::slot::Slot;
use crate::ui::text::tr;
use crate::ui::view::View;
use crate::ui::{Panel, PanelNeeds, theme, widgets};
use eframe::egui::{TextureHandle, Ui, vec2};
use std::sync::Arc;

/// The data that is drawn, at most.
const MOST_POINTS: usize = 2000;
/// Two planes stand beside each other where each is at least so wide, in points.
const LEAST_SIDE: f32 = 24.0 * theme::GRID;

/// The panel.
#[derive(Default)]
pub struct DataPlanePanel {
    data: Option<DrawnData>,
    fields: [Option<DrawnField>; 2],
    cursors: [Option<DecodedCursor>; 2],
    scratch: Scratch,
    /// The points that are being drawn.
    drawing: Option<Vec<[f32; 2]>>,
    drawn: bool,
}

/// The data as it is drawn.
struct DrawnData {
    id: DatasetId,
    bounds: DataBounds,
    /// Places with their classes.
    points: Vec<([f32; 2], Option<usize>)>,
}

/// Where a model decodes a latent to.
struct DecodedCursor {
    of: Arc<Snapshot>,
    latent: Vec<f32>,
    at: [f32; 2],
}

/// A critic's field as a texture.
struct DrawnField {
    of: Arc<DataPlane>,
    texture: TextureHandle,
}

impl Panel for DataPlanePanel {
    fn ui(&mut self, ui: &mut Ui, view: &View<'_>, commands: &mut Vec<Command>) {
        if self.drawing.is_some() {
            self.canvas(ui, commands);
            return;
        }
        let Some(data) = view.data.filter(|data| data.sample() == Sample::Point { dims: 2 }) else {
            let (words, tip) = (tr("data_plane.no_points"), tr("data_plane.draw_tip"));
            if widgets::empty_with_action(ui, &words, &tr("data_plane.draw"), &tip) {
                self.drawing = Some(Vec::new());
            }
            return;
        };
        self.drawn = true;
        if self.data.as_ref().is_none_or(|drawn| drawn.id != data.id) {
            let count = data.train.count().min(MOST_POINTS);
            let mut point = [0.0; 2];
            let points = (0..count).map(|index| {
                data.train.read(index, &mut point);
                (point, data.train.class(index))
            });
            let points = points.collect();
            self.data = Some(DrawnData { id: data.id.clone(), bounds: DataBounds::of_range(data.range()), points });
        }
        if !view.presenting {
            self.header(ui, view, commands);
        }
        let size = ui.available_size();
        let slots: &[Slot] = match view.settings.data_plane.model {
            Some(Slot::A) => &[Slot::A],
            Some(Slot::B) => &[Slot::B],
            None => &Slot::BOTH,
        };
        let gap = theme::GRID;
        let room = |columns: usize, rows: usize| {
            let width = (size.x - gap * (columns - 1) as f32) / columns as f32;
            let height = (size.y - gap * (rows - 1) as f32) / rows as f32 - area::TITLE;
            width.min(height).max(1.0)
        };
        // One above the other where that leaves more for each.
        let count = slots.len().max(1);
        let columns = if room(1, count) > room(count, 1).max(LEAST_SIDE) { 1 } else { count };
        let side = room(columns, count.div_ceil(columns));
        for row in slots.chunks(columns) {
            ui.horizontal(|ui| {
                ui.spacing_mut().item_spacing = vec2(gap, gap);
                let used = side * row.len() as f32 + gap * (row.len() - 1) as f32;
                ui.add_space(((size.x - used) / 2.0).max(0.0));
                row.iter().for_each(|slot| self.plane(ui, view, *slot, side));
            });
        }
    }

    fn begin_frame(&mut self) {
        self.drawn = false;
    }

    fn needs(&mut self, _view: &View<'_>, _now_secs: f64, needs: &mut PanelNeeds) {
        needs.data_plane = self.drawn;
    }
}

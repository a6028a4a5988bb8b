//! The data plane of points: the data, what the models make, and what a critic says of every place, as in GAN Lab (Kahng et
//! al. 2019).

mod area;
mod drawing;
mod header;
mod on_screen;
pub mod settings;

pub use on_screen::OnScreen;

use crate::dataset::{Dataset, DatasetId, Sample};
use crate::explore::coloring::{ColorBy, PointColoring, PointKey};
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
    color_by: ColorBy,
    bounds: DataBounds,
    /// Places with their groups; none where they are all alike.
    points: Vec<([f32; 2], Option<usize>)>,
    /// What the groups mean.
    key: PointKey,
}

impl DrawnData {
    /// The first examples, coloured as the latent plane's points are.
    fn new(data: &Dataset, by: &ColorBy) -> Self {
        let count = data.train.count().min(MOST_POINTS);
        let indices: Arc<[u32]> = (0..count as u32).collect();
        let coloring = PointColoring::new(&data.train, &indices, by);
        let mut point = [0.0; 2];
        let points = indices.iter().map(|index| {
            data.train.read(*index as usize, &mut point);
            let class = data.train.class(*index as usize);
            let group = match coloring.key {
                PointKey::Class => class,
                PointKey::Alike => None,
                PointKey::Categories { .. } | PointKey::Scale(_) => Some(usize::from(coloring.group(*index, 0))),
            };
            (point, group)
        });
        let points = points.collect();
        let bounds = DataBounds::of_range(data.range());
        Self { id: data.id.clone(), color_by: by.clone(), bounds, points, key: coloring.key.clone() }
    }
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
        let by = &view.settings.plane.color_by;
        if self.data.as_ref().is_none_or(|drawn| drawn.id != data.id || drawn.color_by != *by) {
            self.data = Some(DrawnData::new(data, by));
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;
    use crate::dataset::{Column, ColumnValues, Progress, Source, load};

    #[test]
    fn points_are_coloured_by_class_by_a_number_or_not_at_all() {
        let number = |column: &Column| matches!(column.values, ColumnValues::Number(_)).then(|| column.name.clone());
        let mut numbers = 0;
        for name in ["8-ring", "two-moons", "swiss-roll"] {
            let Ok(data) = load(&Source::parse(name), &Progress::default()) else { continue };
            let drawn = DrawnData::new(&data, &ColorBy::Class);
            assert!(drawn.points.iter().enumerate().all(|(index, (_, group))| *group == data.train.class(index)));
            let drawn = DrawnData::new(&data, &ColorBy::Nothing);
            assert!(drawn.points.iter().all(|(_, group)| group.is_none()));
            for column in data.train.columns().iter().filter(|column| number(column).is_some()) {
                let ColumnValues::Number(values) = &column.values else { panic!("no number") };
                let drawn = DrawnData::new(&data, &ColorBy::Column(column.name.clone()));
                let PointKey::Scale(scale) = drawn.key else { panic!("no scale") };
                let level = |index: usize| scale.level(values.get(index).unwrap());
                assert!(drawn.points.iter().enumerate().all(|(index, (_, group))| *group == Some(level(index))));
                numbers += 1;
            }
        }
        assert!(numbers > 0, "a toy has a number");
    }
}

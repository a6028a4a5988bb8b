//! The points of the plane as images: which of them are selected, what these are like together, and maps of all.

pub mod known;
mod map;
mod selection;

use crate::ui::command::Command;
use crate::ui::text::tr;
use crate::ui::view::View;
use crate::ui::{Panel, PanelNeeds, widgets};
use eframe::egui::Ui;
use map::MapSection;
use selection::SelectionSection;

/// What the panel shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum PointsSection {
    #[default]
    Selection,
    Map,
}

impl PointsSection {
    const ALL: [(Self, &'static str, &'static str); 2] =
        [(Self::Selection, "points.selection", "points.selection_tip"), (Self::Map, "points.maps", "points.maps_tip")];
}

/// The panel's own looks.
#[derive(Default)]
pub struct PointsPanel {
    section: PointsSection,
    selection: SelectionSection,
    map: MapSection,
    map_drawn: bool,
}

impl Panel for PointsPanel {
    fn ui(&mut self, ui: &mut Ui, view: &View<'_>, commands: &mut Vec<Command>) {
        let Some(data) = view.data.filter(|data| !data.sample().is_point()) else {
            widgets::empty(ui, &tr("points.empty"));
            return;
        };
        ui.horizontal_wrapped(|ui| {
            for (section, name, tip) in PointsSection::ALL {
                ui.selectable_value(&mut self.section, section, tr(name)).on_hover_text(tr(tip));
            }
        });
        match self.section {
            PointsSection::Selection => self.selection.ui(ui, view, data, commands),
            PointsSection::Map => {
                self.map.ui(ui, view, commands);
                self.map_drawn = true;
            }
        }
    }

    fn begin_frame(&mut self) {
        self.map_drawn = false;
    }

    fn needs(&mut self, _view: &View<'_>, _now_secs: f64, needs: &mut PanelNeeds) {
        needs.point_map = self.map_drawn.then(|| self.map.kind());
    }

    fn leave(&mut self) {
        self.map.leave();
    }
}

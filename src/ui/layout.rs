//! Where the panels are: tiles that can be dragged, split, resized, closed and brought back.

use crate::ui::command::Command;
use crate::ui::text::tr;
use crate::ui::view::View;
use crate::ui::{Panels, theme};
use eframe::egui::{self, Color32, Id, Stroke, Ui, WidgetText};
use egui_tiles::{Container, Linear, LinearDir, Tile, TileId, Tiles, Tree, UiResponse};
use serde::{Deserialize, Serialize};

/// A panel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Pane {
    /// Data and models.
    Setup,
    /// The latent plane.
    Plane,
    /// What the decoders make of the cursor.
    Output,
    /// The compare sheet.
    Compare,
    /// The lens on the decoders.
    Activations,
    /// The curves.
    Training,
}

impl Pane {
    /// All of them.
    pub const ALL: [Self; 6] =
        [Self::Setup, Self::Plane, Self::Output, Self::Compare, Self::Activations, Self::Training];

    /// The key of its title in the language tables.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Setup => "pane.setup",
            Self::Plane => "pane.plane",
            Self::Output => "pane.output",
            Self::Compare => "pane.compare",
            Self::Activations => "pane.activations",
            Self::Training => "pane.training",
        }
    }
}

/// The layout that the program comes with.
pub fn default_layout() -> Tree<Pane> {
    let mut tiles = Tiles::default();
    let [setup, plane, output, compare, activations, training] = Pane::ALL.map(|pane| tiles.insert_pane(pane));
    let [setup, plane, output, training] =
        [setup, plane, output, training].map(|pane| tiles.insert_tab_tile(vec![pane]));
    let compare = tiles.insert_tab_tile(vec![compare, activations]);
    let mut split = |direction, children: [TileId; 2], first: f32| {
        let linear = Linear::new_binary(direction, children, first);
        tiles.insert_container(Container::Linear(linear))
    };
    let top = split(LinearDir::Horizontal, [setup, plane], 0.32);
    let left = split(LinearDir::Vertical, [top, training], 0.66);
    let right = split(LinearDir::Vertical, [output, compare], 0.30);
    let root = split(LinearDir::Horizontal, [left, right], 0.72);
    Tree::new(Id::unique("panels"), root, tiles)
}

/// The layout as text for the state file.
pub fn to_text(tree: &Tree<Pane>) -> Option<String> {
    serde_json::to_string(tree).ok()
}

/// A layout from text; `None` where it is not one that holds every panel once and can be reached from its root.
pub fn from_text(text: &str) -> Option<Tree<Pane>> {
    let tree: Tree<Pane> = serde_json::from_str(text).ok()?;
    let whole = Pane::ALL
        .iter()
        .all(|pane| tree.tiles.tiles().filter(|tile| matches!(tile, Tile::Pane(found) if found == pane)).count() == 1);
    let root = tree.root()?;
    let mut seen = Vec::new();
    let mut open = vec![root];
    while let Some(id) = open.pop() {
        if seen.contains(&id) {
            return None;
        }
        seen.push(id);
        if let Tile::Container(container) = tree.tiles.get(id)? {
            open.extend(container.children().copied());
        }
    }
    (whole && seen.len() == tree.tiles.len()).then_some(tree)
}

/// Whether a panel is on the screen.
pub fn is_shown(tree: &Tree<Pane>, pane: Pane) -> bool {
    tree.tiles.find_pane(&pane).is_some_and(|tile| tree.is_visible(tile))
}

/// Shows or hides a panel; its place is kept.
pub fn toggle(tree: &mut Tree<Pane>, pane: Pane) {
    match tree.tiles.find_pane(&pane) {
        Some(tile) => {
            let shown = tree.is_visible(tile);
            tree.set_visible(tile, !shown);
            if !shown {
                tree.make_active(|id, _| id == tile);
            }
        }
        None => *tree = default_layout(),
    }
}

/// Draws the panels in their tiles.
pub struct Behavior<'a, 'v> {
    /// The panels' own looks.
    pub panels: &'a mut Panels,
    /// What there is to see.
    pub view: &'a View<'v>,
    /// What was asked for.
    pub commands: &'a mut Vec<Command>,
}

impl egui_tiles::Behavior<Pane> for Behavior<'_, '_> {
    fn pane_ui(&mut self, ui: &mut Ui, _tile: TileId, pane: &mut Pane) -> UiResponse {
        let frame = egui::Frame::new().inner_margin(theme::GRID);
        frame.show(ui, |ui| {
            ui.set_min_size(ui.available_size());
            self.panels.pane(*pane).ui(ui, self.view, self.commands);
        });
        UiResponse::None
    }

    fn tab_title_for_pane(&mut self, pane: &Pane) -> WidgetText {
        tr(pane.key()).into()
    }

    fn is_tab_closable(&self, _tiles: &Tiles<Pane>, _tile: TileId) -> bool {
        true
    }

    fn on_tab_close(&mut self, tiles: &mut Tiles<Pane>, tile: TileId) -> bool {
        // Hidden rather than removed, so that it comes back where it was.
        tiles.set_visible(tile, false);
        false
    }

    fn simplification_options(&self) -> egui_tiles::SimplificationOptions {
        egui_tiles::SimplificationOptions { all_panes_must_have_tabs: true, ..Default::default() }
    }

    fn gap_width(&self, _style: &egui::Style) -> f32 {
        theme::GRID / 4.0
    }

    fn min_size(&self) -> f32 {
        12.0 * theme::GRID
    }

    fn tab_bar_color(&self, visuals: &egui::Visuals) -> Color32 {
        visuals.extreme_bg_color
    }

    fn tab_outline_stroke(
        &self,
        _visuals: &egui::Visuals,
        _tiles: &Tiles<Pane>,
        _tile: TileId,
        _state: &egui_tiles::TabState,
    ) -> Stroke {
        Stroke::NONE
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn a_layout_is_the_same_after_writing_and_reading() {
        let tree = default_layout();
        let text = to_text(&tree).unwrap();
        let again = to_text(&from_text(&text).unwrap()).unwrap();
        // The tiles are a map without an order.
        let value = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
        assert_eq!(value(&again), value(&text));
    }

    #[test]
    fn a_broken_layout_is_refused() {
        assert!(from_text("").is_none());
        assert!(from_text("{}").is_none());
        let text = to_text(&default_layout()).unwrap();
        assert!(from_text(&text.replace("plane", "setup")).is_none());
    }

    #[test]
    fn a_closed_panel_comes_back() {
        let mut tree = default_layout();
        toggle(&mut tree, Pane::Training);
        assert!(!is_shown(&tree, Pane::Training));
        toggle(&mut tree, Pane::Training);
        assert!(Pane::ALL.iter().all(|pane| is_shown(&tree, *pane)));
    }
}

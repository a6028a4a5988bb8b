//! Where the panels are: tiles that can be dragged, split, resized, closed and brought back.

use crate::ui::command::Command;
use crate::ui::panels::{self, Dock, PANELS, panes};
use crate::ui::text::tr;
use crate::ui::view::View;
use crate::ui::{Pane, Panels, theme};
use eframe::egui::{self, Color32, Id, Stroke, Ui, WidgetText};
use egui_tiles::{Container, Linear, LinearDir, Tile, TileId, Tiles, Tree, UiResponse};

/// The layout that the program comes with.
pub fn default_layout() -> Tree<Pane> {
    let mut tiles = Tiles::default();
    let mut tabs = |dock: Dock| {
        let panes: Vec<TileId> = PANELS
            .iter()
            .filter(|entry| entry.dock == dock)
            .map(|entry| tiles.insert_pane(Pane::of(entry.id)))
            .collect();
        tiles.insert_tab_tile(panes)
    };
    let [setup, plane, training] = [Dock::Left, Dock::Centre, Dock::Bottom].map(&mut tabs);
    let [output, compare] = [Dock::RightTop, Dock::RightBottom].map(&mut tabs);
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

/// A layout from text; `None` where it is not one that can be reached from its root and holds a panel twice. Panels that it
/// does not hold, because they came later, stand as tabs beside their neighbours of the default layout; all others keep
/// their places.
pub fn from_text(text: &str) -> Option<Tree<Pane>> {
    let mut tree: Tree<Pane> = serde_json::from_str(text).ok()?;
    // What is inserted gets the number after the largest.
    if tree.tiles.tile_ids().any(|id| id.0 > u64::MAX / 2) || !tree.tiles.tiles().all(has_finite_shares) {
        return None;
    }
    tree.tiles.recompute_next_tile_id();
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
    if seen.len() != tree.tiles.len() {
        return None;
    }
    let unknown = |tile: &Tile<Pane>| matches!(tile, Tile::Pane(pane) if panels::entry(pane).is_none());
    let unknown: Vec<TileId> = tree.tiles.iter().filter(|(_, tile)| unknown(tile)).map(|(id, _)| *id).collect();
    for tile in unknown {
        tree.remove_recursively(tile);
    }
    for pane in panes() {
        let found = tree.tiles.tiles().filter(|tile| matches!(tile, Tile::Pane(found) if *found == pane)).count();
        match found {
            0 => insert(&mut tree, &pane)?,
            1 => {}
            _ => return None,
        }
    }
    Some(tree)
}

/// Whether a container divides its room by numbers.
fn has_finite_shares(tile: &Tile<Pane>) -> bool {
    match tile {
        Tile::Container(Container::Linear(linear)) => linear.shares.iter().all(|(_, share)| share.is_finite()),
        Tile::Container(Container::Grid(grid)) => grid.col_shares.iter().chain(&grid.row_shares).all(|x| x.is_finite()),
        Tile::Container(Container::Tabs(_)) | Tile::Pane(_) => true,
    }
}

/// Puts a panel that a layout does not hold beside one of the same place in the default layout, else into the first tabs.
fn insert(tree: &mut Tree<Pane>, pane: &Pane) -> Option<()> {
    let dock = panels::entry(pane)?.dock;
    let neighbours = PANELS.iter().filter(|entry| entry.dock == dock).map(|entry| Pane::of(entry.id));
    let tabs = neighbours.chain(panes()).find_map(|other| {
        let parent = tree.tiles.parent_of(tree.tiles.find_pane(&other)?)?;
        matches!(tree.tiles.get(parent), Some(Tile::Container(Container::Tabs(_)))).then_some(parent)
    })?;
    let tile = tree.tiles.insert_pane(pane.clone());
    if let Some(Tile::Container(Container::Tabs(tabs))) = tree.tiles.get_mut(tabs) {
        tabs.add_child(tile);
    }
    Some(())
}

/// Whether a panel is on the screen.
pub fn is_shown(tree: &Tree<Pane>, pane: &Pane) -> bool {
    tree.tiles.find_pane(pane).is_some_and(|tile| tree.is_visible(tile))
}

/// Shows or hides a panel; its place is kept.
pub fn toggle(tree: &mut Tree<Pane>, pane: &Pane) {
    match tree.tiles.find_pane(pane) {
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
            self.panels.ui(pane, ui, self.view, self.commands);
        });
        UiResponse::None
    }

    fn tab_title_for_pane(&mut self, pane: &Pane) -> WidgetText {
        tr(&pane.key()).into()
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
        assert!(from_text(&text.replace("\"plane\"", "\"setup\"")).is_none(), "a panel twice");
    }

    /// A layout with a panel moved, as a person leaves it.
    fn moved() -> Tree<Pane> {
        let mut tree = default_layout();
        let output = tree.tiles.find_pane(&Pane::of("output")).unwrap();
        tree.set_visible(output, false);
        tree
    }

    /// The ids of all tiles but the panes of `but`, with their parents.
    fn places(tree: &Tree<Pane>, but: &Pane) -> Vec<(Pane, Option<TileId>, bool)> {
        let of = |pane: Pane| {
            let tile = tree.tiles.find_pane(&pane)?;
            Some((pane, tree.tiles.parent_of(tile), tree.is_visible(tile)))
        };
        panes().filter(|pane| pane != but).filter_map(of).collect()
    }

    #[test]
    fn a_layout_from_before_a_panel_came_keeps_its_places() {
        for later in panes() {
            let mut old = moved();
            let tile = old.tiles.find_pane(&later).unwrap();
            old.remove_recursively(tile);
            let before = places(&old, &later);
            let read = from_text(&to_text(&old).unwrap()).unwrap();
            assert_eq!(places(&read, &later), before, "{later:?}");
            assert!(read.tiles.find_pane(&later).is_some(), "{later:?}");
        }
    }

    #[test]
    fn a_panel_of_a_later_program_is_left_out() {
        let unknown = Pane::of("a panel that came later");
        let mut later = moved();
        let before = places(&later, &unknown);
        let tile = later.tiles.insert_pane(unknown.clone());
        let plane = later.tiles.find_pane(&Pane::of("plane")).unwrap();
        let tabs = later.tiles.parent_of(plane).unwrap();
        if let Some(Tile::Container(Container::Tabs(tabs))) = later.tiles.get_mut(tabs) {
            tabs.add_child(tile);
        }
        let read = from_text(&to_text(&later).unwrap()).unwrap();
        assert_eq!(places(&read, &unknown), before);
        assert!(read.tiles.find_pane(&unknown).is_none());
    }

    #[test]
    fn a_closed_panel_comes_back() {
        let mut tree = default_layout();
        let training = &Pane::of("training");
        toggle(&mut tree, training);
        assert!(!is_shown(&tree, training));
        toggle(&mut tree, training);
        assert!(is_shown(&tree, training));
    }
}

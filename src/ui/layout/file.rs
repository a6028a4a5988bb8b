//! Layouts as text, and back: what was read is checked before it is drawn.

use super::PanelLayout;
use super::arrangement::LayoutSizes;
use crate::ui::Pane;
use crate::ui::panels::{self, PANELS, panes};
use egui_tiles::{Container, Tile, TileId, Tree};
use serde::{Deserialize, Serialize};

/// What a hand has changed of the program's own layout.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct OwnLayout {
    sizes: LayoutSizes,
    /// Panels that were closed.
    hidden: Vec<Pane>,
    /// Panels that are seen of their tabs.
    front: Vec<Pane>,
}

impl OwnLayout {
    fn of(layout: &PanelLayout, sizes: LayoutSizes) -> Self {
        let tiles = layout.tree().active_tiles().into_iter();
        let front = tiles.filter_map(|tile| match layout.tree().tiles.get(tile) {
            Some(Tile::Pane(pane)) => Some(pane.clone()),
            _ => None,
        });
        let mut front: Vec<Pane> = front.collect();
        front.sort_by_key(|pane| panes().position(|other| other == *pane));
        Self { sizes, hidden: panes().filter(|pane| !layout.is_shown(pane)).collect(), front }
    }

    fn layout(self) -> PanelLayout {
        let mut layout = PanelLayout::of_sizes(self.sizes);
        for pane in &self.hidden {
            if layout.is_shown(pane) {
                layout.toggle(pane);
            }
        }
        self.front.iter().for_each(|pane| layout.bring_forward(pane));
        layout
    }
}

/// The layout as text for the state file: what a hand has changed of the program's own, or the tiles as a hand has put them.
pub fn to_text(layout: &PanelLayout) -> Option<String> {
    let text = match layout.sizes() {
        Some(sizes) => serde_json::to_string(&OwnLayout::of(layout, sizes)),
        None => serde_json::to_string(layout.tree()),
    };
    text.ok()
}

/// A layout from text; `None` where it is neither the program's own nor one of tiles that can be read.
pub fn from_text(text: &str) -> Option<PanelLayout> {
    if let Ok(own) = serde_json::from_str::<OwnLayout>(text) {
        return Some(own.layout());
    }
    whole(serde_json::from_str(text).ok()?).map(PanelLayout::of_tree)
}

/// Tiles that were read; `None` where it is not one that can be reached from its root and holds a panel twice. Panels that it
/// does not hold, because they came later, stand as tabs beside their neighbours of the default layout; all others keep
/// their places.
fn whole(mut tree: Tree<Pane>) -> Option<Tree<Pane>> {
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

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    /// The program's layout with a panel closed.
    fn closed() -> PanelLayout {
        let mut layout = PanelLayout::of_sizes(LayoutSizes { setup: Some(300.0), ..LayoutSizes::default() });
        layout.toggle(&Pane::of("log"));
        layout.bring_forward(&Pane::of("activations"));
        layout
    }

    /// The same as tiles that a hand has put there.
    fn moved() -> Tree<Pane> {
        closed().tree().clone()
    }

    fn text(tree: &Tree<Pane>) -> String {
        to_text(&PanelLayout::of_tree(tree.clone())).unwrap()
    }

    fn read(tree: &Tree<Pane>) -> Tree<Pane> {
        from_text(&text(tree)).unwrap().tree().clone()
    }

    #[test]
    fn a_layout_is_the_same_after_writing_and_reading() {
        for layout in [PanelLayout::default(), closed(), PanelLayout::of_tree(moved())] {
            let text = to_text(&layout).unwrap();
            let again = from_text(&text).unwrap();
            // The tiles are a map without an order.
            let value = |text: &str| serde_json::from_str::<serde_json::Value>(text).unwrap();
            assert_eq!(value(&to_text(&again).unwrap()), value(&text));
            assert_eq!(
                panes().map(|pane| again.is_shown(&pane)).collect::<Vec<_>>(),
                panes().map(|pane| layout.is_shown(&pane)).collect::<Vec<_>>()
            );
        }
    }

    #[test]
    fn a_broken_layout_is_refused() {
        assert!(from_text("").is_none());
        assert!(from_text("{}").is_none());
        assert!(from_text(&text(&moved()).replace("\"plane\"", "\"setup\"")).is_none(), "a panel twice");
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
            let read = read(&old);
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
        let read = read(&later);
        assert_eq!(places(&read, &unknown), before);
        assert!(read.tiles.find_pane(&unknown).is_none());
    }

    #[test]
    fn a_closed_panel_comes_back() {
        let mut layout = PanelLayout::default();
        let training = &Pane::of("training");
        layout.toggle(training);
        assert!(!layout.is_shown(training));
        layout.toggle(training);
        assert!(layout.is_shown(training));
    }
}

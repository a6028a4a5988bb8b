//! Where the panels are: tiles that can be dragged, split, resized, closed and brought back. As long as no panel was moved
//! the program lays them out by the window's size.

mod arrangement;
mod behavior;
mod file;

pub use arrangement::{LayoutRoom, LayoutSizes};
pub use behavior::Behavior;
pub use file::{from_text, to_text};

use crate::ui::Pane;
use arrangement::Arrangement;
use eframe::egui::{Ui, Vec2, vec2};
use egui_tiles::Tree;

/// The size that a layout is made for before there is a window, in points.
const FIRST_SIZE: Vec2 = vec2(1440.0, 860.0);

/// Where the panels are.
pub struct PanelLayout {
    tree: Tree<Pane>,
    /// How the program has laid them out; `None` where a hand has moved one.
    arrangement: Option<Arrangement>,
    sizes: LayoutSizes,
    /// The panel that has all of the room.
    maximised: Option<Pane>,
}

impl Default for PanelLayout {
    fn default() -> Self {
        let (arrangement, tree) = Arrangement::new(FIRST_SIZE);
        Self { tree, arrangement: Some(arrangement), sizes: LayoutSizes::default(), maximised: None }
    }
}

impl PanelLayout {
    /// The panels as a hand has put them.
    pub fn of_tree(tree: Tree<Pane>) -> Self {
        Self { tree, arrangement: None, sizes: LayoutSizes::default(), maximised: None }
    }

    /// The program's layout with sizes that a hand has given.
    pub fn of_sizes(sizes: LayoutSizes) -> Self {
        Self { sizes: sizes.made_whole(), ..Self::default() }
    }

    /// The tiles.
    pub fn tree(&self) -> &Tree<Pane> {
        &self.tree
    }

    /// Sizes that a hand has given; `None` where one has moved panels.
    pub fn sizes(&self) -> Option<LayoutSizes> {
        self.arrangement.as_ref().map(|_| self.sizes)
    }

    /// The panels that are on the screen.
    pub fn shown(&self) -> Vec<Pane> {
        behavior::shown(self.maximised.as_ref(), |pane| self.is_shown(pane))
    }

    /// Whether a panel has its place on the screen.
    pub fn is_shown(&self, pane: &Pane) -> bool {
        has_place(&self.tree, pane)
    }

    /// The panel that has all of the room, if one has.
    pub fn maximised(&self) -> Option<&Pane> {
        self.maximised.as_ref()
    }

    /// Gives a panel all of the room, or none.
    pub fn maximise(&mut self, pane: Option<Pane>) {
        self.maximised = pane;
    }

    /// Shows or hides a panel; its place is kept.
    pub fn toggle(&mut self, pane: &Pane) {
        match self.tree.tiles.find_pane(pane) {
            Some(tile) => {
                let shown = self.tree.is_visible(tile);
                self.tree.set_visible(tile, !shown);
                if !shown {
                    self.bring_forward(pane);
                }
            }
            None => *self = Self::default(),
        }
    }

    /// Makes a panel the one of its tabs that is seen.
    pub fn bring_forward(&mut self, pane: &Pane) {
        if let Some(tile) = self.tree.tiles.find_pane(pane) {
            self.tree.make_active(|id, _| id == tile);
        }
    }

    /// Lays the panels out in so much room, where no hand has moved one.
    fn fit(&mut self, room: LayoutRoom) {
        let Some(arrangement) = &mut self.arrangement else { return };
        if arrangement.is_outgrown(room.size) {
            let (next, mut tree) = Arrangement::new(room.size);
            for pane in crate::ui::panels::panes().filter(|pane| !has_place(&self.tree, pane)) {
                if let Some(tile) = tree.tiles.find_pane(&pane) {
                    tree.set_visible(tile, false);
                }
            }
            (*arrangement, self.tree) = (next, tree);
        }
        arrangement.divide(&mut self.tree, room, self.sizes);
    }

    /// Draws the panels into all of `ui`; `curves` says whether there is a curve to see.
    pub fn ui(&mut self, ui: &mut Ui, curves: bool, behavior: &mut Behavior<'_, '_>) {
        if let Some(pane) = &self.maximised {
            behavior.maximised(ui, pane);
            return;
        }
        let room = LayoutRoom { size: ui.available_size(), curves };
        self.fit(room);
        behavior.in_front = self.tree.active_tiles();
        self.tree.ui(behavior, ui);
        // Hidden rather than removed, so that they come back where they were.
        behavior.closed.drain(..).for_each(|tile| self.tree.set_visible(tile, false));
        if behavior.resized
            && let Some(arrangement) = &self.arrangement
        {
            self.sizes = arrangement.resized(&self.tree, room, self.sizes);
        }
        if behavior.moved {
            self.arrangement = None;
        }
    }
}

fn has_place(tree: &Tree<Pane>, pane: &Pane) -> bool {
    tree.tiles.find_pane(pane).is_some_and(|tile| tree.is_visible(tile))
}

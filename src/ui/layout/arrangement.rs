//! How the program itself lays the panels out, by the window's size: as long as nobody has moved a panel.

use crate::ui::panels::{Dock, PANELS};
use crate::ui::{Pane, theme};
use eframe::egui::{Id, Vec2};
use egui_tiles::{Container, Linear, LinearDir, Tile, TileId, Tiles, Tree};
use serde::{Deserialize, Serialize};

/// From this width on, in points, outputs and the compare sheet stand above each other at the right.
const WIDE: f32 = 1200.0;
/// Below this width the setup is a tab beside the plane.
const NARROW: f32 = 880.0;

/// What there is room for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// Everything beside each other.
    Wide,
    /// The compare sheet and the activations are tabs beside the plane.
    Middle,
    /// The setup as well.
    Narrow,
}

impl Form {
    fn of(size: Vec2) -> Self {
        match size.x {
            width if width >= WIDE => Self::Wide,
            width if width >= NARROW => Self::Middle,
            _ => Self::Narrow,
        }
    }

    /// Where a panel stands.
    fn dock(self, dock: Dock) -> Dock {
        match (self, dock) {
            (Self::Middle | Self::Narrow, Dock::RightBottom) | (Self::Narrow, Dock::Left) => Dock::Centre,
            (Self::Wide, Dock::Right) => Dock::RightBottom,
            (Self::Middle | Self::Narrow, Dock::Right) => Dock::RightTop,
            (_, dock) => dock,
        }
    }
}

/// Sizes that a hand has given, in points; the others follow the window.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct LayoutSizes {
    /// Width of the setup.
    pub setup: Option<f32>,
    /// Width of the outputs.
    pub right: Option<f32>,
    /// Height of the outputs.
    pub output: Option<f32>,
    /// Height of the curves.
    pub training: Option<f32>,
}

impl LayoutSizes {
    /// Sizes that no window has are left out.
    pub(super) fn made_whole(self) -> Self {
        let whole = |size: Option<f32>| size.filter(|size| (16.0..16_384.0).contains(size));
        Self {
            setup: whole(self.setup),
            right: whole(self.right),
            output: whole(self.output),
            training: whole(self.training),
        }
    }
}

/// What the arrangement depends on.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LayoutRoom {
    /// The room for all panels, in points.
    pub size: Vec2,
    /// Whether there is a curve to see.
    pub curves: bool,
}

/// The program's own layout of a form, and which of its containers divide the room.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Arrangement {
    pub form: Form,
    root: TileId,
    setup: Option<TileId>,
    middle: TileId,
    plane: TileId,
    training: TileId,
    right: TileId,
    /// Outputs and compare sheet, where they stand above each other.
    rights: Option<[TileId; 2]>,
}

impl Arrangement {
    /// The panels as they stand in so much room.
    pub fn new(size: Vec2) -> (Self, Tree<Pane>) {
        let form = Form::of(size);
        let mut tiles = Tiles::default();
        let mut tabs = |dock: Dock| {
            let mut entries: Vec<_> = PANELS.iter().filter(|entry| form.dock(entry.dock) == dock).collect();
            // Those that have always been there stand before those that came for want of room.
            entries.sort_by_key(|entry| entry.dock != dock);
            let panes: Vec<TileId> = entries.iter().map(|entry| tiles.insert_pane(Pane::of(entry.id))).collect();
            (!panes.is_empty()).then(|| tiles.insert_tab_tile(panes))
        };
        let [setup, plane, training] = [Dock::Left, Dock::Centre, Dock::Bottom].map(&mut tabs);
        let [output, compare] = [Dock::RightTop, Dock::RightBottom].map(&mut tabs);
        let mut split = |dir, children: Vec<Option<TileId>>| {
            let children: Vec<TileId> = children.into_iter().flatten().collect();
            match children[..] {
                [only] => only,
                _ => tiles.insert_container(Container::Linear(Linear::new(dir, children))),
            }
        };
        let middle = split(LinearDir::Vertical, vec![plane, training]);
        let right = split(LinearDir::Vertical, vec![output, compare]);
        let root = split(LinearDir::Horizontal, vec![setup, Some(middle), Some(right)]);
        let rights = output.zip(compare).map(|(output, compare)| [output, compare]);
        let (plane, training) = (plane.unwrap_or(middle), training.unwrap_or(middle));
        let arrangement = Self { form, root, setup, middle, plane, training, right, rights };
        (arrangement, Tree::new(Id::unique("panels"), root, tiles))
    }

    /// Whether another form is wanted in so much room.
    pub fn is_outgrown(&self, size: Vec2) -> bool {
        self.form != Form::of(size)
    }

    /// Divides the room.
    pub fn divide(&self, tree: &mut Tree<Pane>, room: LayoutRoom, sizes: LayoutSizes) {
        let size = room.size;
        let setup = sizes.setup.unwrap_or(theme::SETUP_WIDTH).min(0.4 * size.x);
        let setup = if self.setup.is_some() { setup } else { 0.0 };
        let right = match self.form {
            Form::Wide => (0.3 * size.x).clamp(theme::OUTPUTS_WIDTH[0], theme::OUTPUTS_WIDTH[1]),
            Form::Middle | Form::Narrow => theme::OUTPUT_WIDTH,
        };
        let right = sizes.right.unwrap_or(right).min(0.5 * size.x);
        let mut root = vec![(self.middle, size.x - setup - right), (self.right, right)];
        root.extend(self.setup.map(|id| (id, setup)));
        share(tree, self.root, &root);
        let training = match (sizes.training, room.curves) {
            (Some(height), true) => height,
            (None, true) => theme::TRAINING_HEIGHT[1],
            (_, false) => theme::TRAINING_HEIGHT[0],
        };
        let training = training.min(0.6 * size.y);
        share(tree, self.middle, &[(self.plane, size.y - training), (self.training, training)]);
        if let Some([output, compare]) = self.rights {
            // Two outputs beside each other, and what stands below them.
            let height = sizes.output.unwrap_or(0.5 * right + theme::OUTPUT_REST).min(0.7 * size.y);
            share(tree, self.right, &[(output, height), (compare, size.y - height)]);
        }
    }

    /// What a hand has changed of the sizes: `tree` as it was drawn, in so much room.
    pub fn resized(&self, tree: &Tree<Pane>, room: LayoutRoom, sizes: LayoutSizes) -> LayoutSizes {
        let mut own = tree.clone();
        self.divide(&mut own, room, sizes);
        let mut changed = sizes;
        let shares = |tree: &Tree<Pane>, container: TileId| match tree.tiles.get(container) {
            Some(Tile::Container(Container::Linear(linear))) => Some(linear.shares.clone()),
            _ => None,
        };
        let see = |container: TileId, child: Option<TileId>, whole: f32, size: &mut Option<f32>| {
            let (Some(child), Some(now), Some(before)) = (child, shares(tree, container), shares(&own, container))
            else {
                return;
            };
            let all: f32 = now.iter().map(|(_, share)| *share).sum();
            if (now[child] - before[child]).abs() > 0.5 && all > 0.0 {
                *size = Some(now[child] / all * whole);
            }
        };
        see(self.root, self.setup, room.size.x, &mut changed.setup);
        see(self.root, Some(self.right), room.size.x, &mut changed.right);
        see(self.middle, Some(self.training), room.size.y, &mut changed.training);
        see(self.right, self.rights.map(|[output, _]| output), room.size.y, &mut changed.output);
        changed.made_whole()
    }
}

fn share(tree: &mut Tree<Pane>, container: TileId, shares: &[(TileId, f32)]) {
    if let Some(Tile::Container(Container::Linear(linear))) = tree.tiles.get_mut(container) {
        for (child, share) in shares {
            linear.shares.set_share(*child, share.max(1.0));
        }
    }
}

//! How the tiles look, and what a hand does to them.

use crate::ui::command::{Command, ViewCommand};
use crate::ui::panels::panes;
use crate::ui::text::tr;
use crate::ui::view::View;
use crate::ui::{Pane, Panels, copy, panel_menu, theme};
use eframe::egui::{
    self, Align, Color32, Label, Layout, Rect, Response, Stroke, Ui, UiBuilder, Vec2, WidgetText, vec2,
};
use egui_tiles::{EditAction, TabState, Tabs, Tile, TileId, Tiles, UiResponse};

/// The room that a panel is drawn in at least, in points, however little of it is seen.
const LEAST_ROOM: Vec2 = vec2(20.0 * theme::GRID, 2.0 * theme::GRID);

/// Draws the panels in their tiles.
pub struct Behavior<'a, 'v> {
    /// The panels' own looks.
    pub panels: &'a mut Panels,
    /// What there is to see.
    pub view: &'a View<'v>,
    /// What was asked for.
    pub commands: &'a mut Vec<Command>,
    /// The tiles that no tab hides.
    pub in_front: Vec<TileId>,
    /// The tiles whose tabs a hand has closed: hidden once all are drawn, as what is drawn has a place.
    pub closed: Vec<TileId>,
    /// A hand has moved a border.
    pub resized: bool,
    /// A hand has moved a panel.
    pub moved: bool,
}

impl<'a, 'v> Behavior<'a, 'v> {
    /// Nothing was done yet.
    pub fn new(panels: &'a mut Panels, view: &'a View<'v>, commands: &'a mut Vec<Command>) -> Self {
        Self { panels, view, commands, in_front: Vec::new(), closed: Vec::new(), resized: false, moved: false }
    }

    /// Draws one panel.
    pub(super) fn panel(&mut self, ui: &mut Ui, pane: &Pane) {
        let frame = egui::Frame::new().inner_margin(theme::GRID);
        frame.show(ui, |ui| {
            let room = ui.available_rect_before_wrap();
            ui.set_min_size(room.size());
            // What has no room is cut off: no panel has to know how to draw itself in nothing.
            let rect = Rect::from_min_size(room.min, room.size().max(LEAST_ROOM));
            ui.set_clip_rect(ui.clip_rect().intersect(room.expand(theme::GRID)));
            let mut inner = ui.new_child(UiBuilder::new().max_rect(rect));
            self.panels.ui(pane, &mut inner, self.view, self.commands);
        });
    }

    /// A panel in all of the room, with what leads back to the others.
    pub(super) fn maximised(&mut self, ui: &mut Ui, pane: &Pane) {
        let ground = egui::Frame::new().fill(ui.visuals().extreme_bg_color).inner_margin(theme::GRID / 4.0);
        ground.show(ui, |ui| {
            ui.horizontal(|ui| {
                ui.add_space(theme::GRID);
                let title = Label::new(theme::title(tr(&pane.key()))).sense(copy::IMAGE_SENSE);
                let title = ui.add(title).on_hover_text(tr("layout.title_tip"));
                title.context_menu(|ui| panel_menu::ui(ui, pane, self.view, self.commands));
                self.panels.bar(pane, ui, self.view, self.commands);
                ui.with_layout(Layout::right_to_left(Align::Center), |ui| {
                    let back = ui.button(tr("layout.back")).on_hover_text(tr("layout.back_tip"));
                    if back.clicked() {
                        self.commands.push(ViewCommand::Maximise(None).into());
                    }
                });
            });
        });
        self.panel(ui, pane);
    }
}

impl egui_tiles::Behavior<Pane> for Behavior<'_, '_> {
    fn pane_ui(&mut self, ui: &mut Ui, _tile: TileId, pane: &mut Pane) -> UiResponse {
        self.panel(ui, pane);
        UiResponse::None
    }

    fn tab_title_for_pane(&mut self, pane: &Pane) -> WidgetText {
        tr(&pane.key()).into()
    }

    /// Only what is in front has the button, so that more tabs have room.
    fn is_tab_closable(&self, _: &Tiles<Pane>, tile: TileId) -> bool {
        self.in_front.contains(&tile)
    }

    fn on_tab_close(&mut self, _: &mut Tiles<Pane>, tile: TileId) -> bool {
        self.closed.push(tile);
        false
    }

    fn on_tab_button(&mut self, tiles: &mut Tiles<Pane>, tile: TileId, button: Response) -> Response {
        if button.double_clicked()
            && let Some(Tile::Pane(pane)) = tiles.get(tile)
        {
            self.commands.push(ViewCommand::Maximise(Some(pane.clone())).into());
        }
        if let Some(Tile::Pane(pane)) = tiles.get(tile) {
            button.context_menu(|ui| panel_menu::ui(ui, pane, self.view, self.commands));
        }
        button.on_hover_text(tr("layout.tab_tip"))
    }

    fn top_bar_right_ui(&mut self, tiles: &Tiles<Pane>, ui: &mut Ui, _: TileId, tabs: &Tabs, _: &mut f32) {
        if let Some(Tile::Pane(pane)) = tabs.active.and_then(|tile| tiles.get(tile)) {
            self.panels.bar(pane, ui, self.view, self.commands);
        }
    }

    fn on_edit(&mut self, action: EditAction) {
        match action {
            EditAction::TileResized => self.resized = true,
            EditAction::TileDropped => self.moved = true,
            EditAction::TileDragged | EditAction::TabSelected => {}
        }
    }

    fn simplification_options(&self) -> egui_tiles::SimplificationOptions {
        egui_tiles::SimplificationOptions { all_panes_must_have_tabs: true, ..Default::default() }
    }

    fn gap_width(&self, _style: &egui::Style) -> f32 {
        theme::GRID / 4.0
    }

    fn min_size(&self) -> f32 {
        7.0 * theme::GRID
    }

    fn tab_bar_color(&self, visuals: &egui::Visuals) -> Color32 {
        visuals.extreme_bg_color
    }

    fn tab_outline_stroke(&self, _: &egui::Visuals, _: &Tiles<Pane>, _: TileId, _: &TabState) -> Stroke {
        Stroke::NONE
    }
}

/// The panels that are on the screen where `maximised` has all of it, else those that a layout shows.
pub(super) fn shown(maximised: Option<&Pane>, is_shown: impl Fn(&Pane) -> bool) -> Vec<Pane> {
    match maximised {
        Some(pane) => vec![pane.clone()],
        None => panes().filter(is_shown).collect(),
    }
}

//! What the models learn from: the examples themselves, what they are like all together, and which of them are looked at.

mod charts;
mod choices;
mod example;
mod figures;
mod images;
pub mod known;
mod listing;

use crate::ui::command::Command;
use crate::ui::text::tr;
use crate::ui::view::View;
use crate::ui::{Panel, PanelNeeds, widgets};
use choices::Choices;
use eframe::egui::Ui;
use example::ExampleWindow;
use figures::Figures;
use images::ImageGrid;
pub use images::name as example_name;
use known::BrowseNeeds;

/// What the panel shows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum DataSection {
    #[default]
    Images,
    Figures,
    Choices,
}

impl DataSection {
    const ALL: [(Self, &'static str, &'static str); 3] = [
        (Self::Images, "data_panel.images", "data_panel.images_tip"),
        (Self::Figures, "data_panel.figures", "data_panel.figures_tip"),
        (Self::Choices, "data_panel.choices", "data_panel.choices_tip"),
    ];
}

/// The panel's own looks: its section, where it is scrolled to, what is chosen and not applied.
#[derive(Default)]
pub struct DataPanel {
    section: DataSection,
    grid: ImageGrid,
    figures: Figures,
    choices: Choices,
    example: ExampleWindow,
    needs: Option<BrowseNeeds>,
}

impl Panel for DataPanel {
    fn ui(&mut self, ui: &mut Ui, view: &View<'_>, commands: &mut Vec<Command>) {
        let Some(data) = view.data else {
            widgets::empty(ui, &tr("data_panel.empty"));
            return;
        };
        if data.sample().is_point() {
            widgets::empty(ui, &tr("data_panel.points"));
            return;
        }
        ui.horizontal_wrapped(|ui| {
            for (section, name, tip) in DataSection::ALL {
                ui.selectable_value(&mut self.section, section, tr(name)).on_hover_text(tr(tip));
            }
        });
        let mut needs = BrowseNeeds { statistics: self.section != DataSection::Images, ..BrowseNeeds::default() };
        match self.section {
            DataSection::Images => {
                listing::ui(ui, view, data, commands);
                needs.positions = self.grid.ui(ui, view, data, commands);
            }
            DataSection::Figures => self.figures.ui(ui, view, data, commands),
            DataSection::Choices => self.choices.ui(ui, view, data, commands),
        }
        self.example.ui(ui, view, data, commands);
        self.needs = Some(needs);
    }

    fn begin_frame(&mut self) {
        self.needs = None;
    }

    fn needs(&mut self, _view: &View<'_>, _now_secs: f64, needs: &mut PanelNeeds) {
        needs.browse = self.needs.take();
    }
}

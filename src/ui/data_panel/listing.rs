//! Which examples are listed: of which part, found by what, sorted by what.

use super::known::ListedExamples;
use crate::dataset::Dataset;
use crate::explore::browse::{Browse, ColumnSort, DataPart};
use crate::ui::command::{Command, DataCommand};
use crate::ui::text::{explain, tr, whole};
use crate::ui::theme::signs;
use crate::ui::view::View;
use crate::ui::{theme, widgets};
use eframe::egui::{ComboBox, Label, RichText, TextEdit, Ui};
use rust_i18n::t;

/// Draws the controls, and how many examples they leave.
pub(super) fn ui(ui: &mut Ui, view: &View<'_>, data: &Dataset, commands: &mut Vec<Command>) {
    let before = view.browse.browse;
    let mut browse = before.clone();
    ui.horizontal(|ui| {
        for (part, name, tip) in
            [(DataPart::Train, "data.train", "data.train_tip"), (DataPart::Test, "data.test", "data.test_tip")]
        {
            ui.selectable_value(&mut browse.part, part, tr(name)).on_hover_text(tr(tip));
        }
        sort(ui, data, &mut browse);
    });
    ui.horizontal(|ui| {
        let width = (ui.available_width() - widgets::SIGN_WIDTH - theme::GRID).max(8.0 * theme::GRID);
        let hint = RichText::new(tr("data_panel.search_hint")).color(theme::of(ui).text_secondary);
        let field =
            ui.add(TextEdit::singleline(&mut browse.search).desired_width(width).hint_text(hint).char_limit(200));
        field.accessible_name(tr("data_panel.search")).on_hover_text(tr("data_panel.search_tip"));
        let typed = !browse.search.is_empty();
        if widgets::sign_button(ui, typed, signs::REMOVE, &tr("data_panel.clear"), &tr("data_panel.clear_tip"))
            .clicked()
        {
            browse.search.clear();
        }
    });
    let all = browse.part.of(data).count();
    match (view.browse.listed, view.browse.listed.count(all)) {
        (ListedExamples::Refused(why), _) => {
            ui.add(Label::new(RichText::new(explain(why)).small().color(theme::of(ui).warning)).wrap());
        }
        (_, Some(count)) => {
            let words = t!("data_panel.listed", count = whole(count as u64), all = whole(all as u64));
            ui.label(theme::note(ui, words));
        }
        (_, None) => _ = ui.label(theme::note(ui, tr("data_panel.listing"))),
    }
    if browse != *before {
        commands.push(DataCommand::Browse(Box::new(browse)).into());
    }
}

/// What the examples are sorted by, and which end is first.
fn sort(ui: &mut Ui, data: &Dataset, browse: &mut Browse) {
    let mut sort = browse.sort.clone().unwrap_or(ColumnSort { column: None, descending: false });
    let name = |column: &Option<String>| column.clone().unwrap_or_else(|| tr("data_panel.by_place"));
    let list = ComboBox::from_id_salt("sort").selected_text(name(&sort.column)).truncate().show_ui(ui, |ui| {
        let columns = browse.part.of(data).columns().iter().map(|column| Some(column.name.clone()));
        for column in std::iter::once(None).chain(columns) {
            let words = name(&column);
            ui.selectable_value(&mut sort.column, column, words);
        }
    });
    list.response.accessible_name(tr("data_panel.sort")).on_hover_text(tr("data_panel.sort_tip"));
    let [up, down] = signs::ORDER;
    let (sign, words) = match sort.descending {
        false => (up, "data_panel.ascending"),
        true => (down, "data_panel.descending"),
    };
    if widgets::sign_button(ui, true, sign, &tr(words), &tr("data_panel.direction_tip")).clicked() {
        sort.descending = !sort.descending;
    }
    browse.sort = (sort.column.is_some() || sort.descending).then_some(sort);
}

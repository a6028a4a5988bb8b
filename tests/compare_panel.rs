//! The compare panel: what it shows of a sheet, and what a click in it asks for.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "panel/mod.rs"]
mod panel;

use eframe::egui::{self, Event, Modifiers, PointerButton, Pos2, Role, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use latentarium::explore::compare::{MemorisedBound, RowOrder, Sheet, SheetChoice, SheetPart, SheetSource};
use latentarium::explore::path::PathKind;
use latentarium::snapshot::Snapshot;
use latentarium::ui::Panel;
use latentarium::ui::command::{Ask, Command, CompareCommand, ExportSubject, FileCommand, PlaneCommand};
use latentarium::ui::compare::Compare;
use latentarium::ui::panel::PanelNeeds;
use latentarium::ui::slot::Slot;
use latentarium::ui::theme;
use panel::{Screen, dataset, id, snapshot, split};
use std::sync::Arc;

type Shown = (Screen, Compare);

/// A model with an encoder and one without.
fn source() -> SheetSource {
    let generator = Snapshot { encoder: None, likelihood: None, ..(*snapshot(2, 9)).clone() };
    SheetSource::new(vec![snapshot(2, 3), Arc::new(generator)], dataset(&split(30)), 6, 1)
}

fn searched() -> Sheet {
    source().sheet(None).searched(&|| true).unwrap()
}

fn harness(sheet: Sheet, choice: SheetChoice) -> Harness<'static, Shown> {
    let mut screen = Screen::new();
    screen.data = Some(sheet.source.data.clone());
    screen.snapshots = Slot::BOTH.into_iter().zip(sheet.source.models.iter().cloned()).collect();
    (screen.sheet, screen.choice) = (Some(Arc::new(sheet)), choice);
    let builder = Harness::builder().with_size(vec2(460.0, 900.0)).with_step_dt(1.0 / 60.0);
    let builder = builder.with_context_setup(theme::install);
    let draw = |ui: &mut egui::Ui, (screen, panel): &mut Shown| screen.draw(panel, ui);
    let mut harness = builder.build_ui_state(draw, (screen, Compare::default()));
    harness.run_steps(3);
    harness
}

fn part(part: SheetPart) -> SheetChoice {
    SheetChoice { part, ..SheetChoice::default() }
}

fn click(harness: &mut Harness<'_, Shown>, name: &str) {
    harness.get_by_role_and_label(Role::Button, name).click();
    harness.run_steps(3);
}

fn top(harness: &Harness<'_, Shown>, name: &str) -> f32 {
    harness.get_by_label_contains(name).rect().top()
}

#[test]
fn a_model_without_an_encoder_has_its_closest_images_with_figures_below() {
    let sheet = searched();
    let mut harness = harness(sheet.clone(), SheetChoice::default());
    for title in ["Original", "Recon. A", "Error A", "Closest B", "Error B"] {
        assert!(harness.query_by_label(title).is_some(), "{title}");
    }
    let figures = sheet.reconstruction(1, 0).unwrap().figures;
    let first = format!("MSE {:.4} · {:.1} dB", figures.squared_error, figures.psnr);
    assert!(harness.query_by_label(&first).is_some(), "{first}");
    let second = format!("SSIM {:.3}", figures.ssim.unwrap());
    assert!(harness.query_by_label(&second).is_some(), "{second}: a generator has no nats");
    assert!(harness.query_all_by_label_contains(" nats").next().is_some(), "a VAE has");
    assert!(harness.query_by_label("found 6 of 6").is_some());
    let name = format!("Closest B 1 · {}", sheet.originals[0].class.unwrap());
    click(&mut harness, &name);
    let index = sheet.originals[0].index;
    assert_eq!(harness.state().0.commands, [CompareCommand::Select(Some(index)).into()]);
}

#[test]
fn what_is_searched_for_says_so() {
    let open = harness(source().sheet(None), SheetChoice::default());
    assert_eq!(open.query_all_by_label_contains("found 0 of 6").count(), 1);
    assert!(open.query_by_label("Closest B 1 · 0").is_some(), "its place is there");
    // What waits comes last, whatever the order is.
    let by_error = SheetChoice { order: RowOrder::Error(1), ..SheetChoice::default() };
    assert!(top(&harness(source().sheet(None), by_error), "Original 1 ") < top(&open, "Original 2 "));
}

#[test]
fn rows_are_ordered_drawn_and_pinned_by_hand() {
    let sheet = searched();
    let mut harness = harness(sheet.clone(), SheetChoice::default());
    click(&mut harness, "Rows");
    for (name, order) in
        [("error of B", RowOrder::Error(1)), ("gap |A − B|", RowOrder::Gap), ("as drawn", RowOrder::Drawn)]
    {
        click(&mut harness, name);
        assert_eq!(harness.state().0.choice.order, order);
    }
    click(&mut harness, "error of A");
    let rows = harness.state().0.choice.rows(&sheet);
    let tops: Vec<f32> = rows.iter().map(|row| top(&harness, &format!("Original {} ", row + 1))).collect();
    assert!(tops.windows(2).all(|pair| pair[0] < pair[1]), "{rows:?} {tops:?}");
    click(&mut harness, "at random");
    click(&mut harness, "2");
    assert_eq!(harness.state().0.choice.images.class, Some(2));
    let field = harness.get_by_role_and_label(Role::SpinButton, "Image");
    field.set_value_accesskit(25.0);
    harness.run_steps(2);
    click(&mut harness, "Add");
    assert_eq!(harness.state().0.choice.images.pinned, [25]);
    click(&mut harness, "Unpin all");
    assert!(harness.state().0.choice.images.pinned.is_empty());
}

#[test]
fn a_pinned_row_stands_above_the_others() {
    let sheet = searched();
    let mut harness = harness(sheet.clone(), SheetChoice::default());
    let index = sheet.originals[3].index;
    assert!(top(&harness, "Original 4 ") > top(&harness, "Original 1 "));
    let pin = format!("Pin image {index}");
    click(&mut harness, &pin);
    assert_eq!(harness.state().0.choice.images.pinned, [index]);
    assert!(top(&harness, "Original 4 ") < top(&harness, "Original 1 "));
    click(&mut harness, &pin);
    assert!(harness.state().0.choice.images.pinned.is_empty());
}

fn double_click(harness: &mut Harness<'_, Shown>, at: Pos2) {
    harness.event(Event::PointerMoved(at));
    for pressed in [true, false, true, false] {
        let (button, modifiers) = (PointerButton::Primary, Modifiers::NONE);
        harness.event(Event::PointerButton { pos: at, button, pressed, modifiers });
    }
    harness.run_steps(3);
}

#[test]
fn a_double_click_shows_an_image_large_and_escape_goes_back_step_by_step() {
    let mut harness = harness(searched(), SheetChoice::default());
    let at = harness.get_by_label_contains("Original 2 ").rect().center();
    double_click(&mut harness, at);
    assert!(harness.query_by_label("Image 2").is_some());
    assert!(harness.query_by_role_and_label(Role::Image, "Closest B, large").is_some());
    harness.key_press(egui::Key::Escape);
    harness.run_steps(2);
    assert!(harness.query_by_label("Image 2").is_none() && harness.state().0.selection.is_some());
    harness.key_press(egui::Key::Escape);
    harness.run_steps(2);
    assert_eq!(harness.state().0.selection, None);
    harness.get_by_label_contains("Original 3 ").click_secondary();
    harness.run_steps(3);
    click(&mut harness, "Show large");
    assert!(harness.query_by_label("Image 3").is_some(), "by its menu, too");
}

#[test]
fn samples_stand_beside_their_nearest_training_images_and_copies_are_marked() {
    let mut sheet = searched();
    let bound = Arc::new(MemorisedBound::of(&sheet.source.data, &mut || true).unwrap());
    sheet.find_nearest(&bound, &mut || true);
    let mut nearest = sheet.models[1].nearest.clone().unwrap().to_vec();
    nearest[0].is_memorised = true;
    let first = format!("{:.2} from #{}", nearest[0].distance, nearest[0].index);
    sheet.models[1].nearest = Some(nearest.into());
    let mut harness = harness(sheet.clone(), part(SheetPart::Samples));
    for name in ["Sample A 1", "Nearest to A 1", "Sample B 1", "Nearest to B 1", "memorised", "Memorised A"] {
        assert!(harness.query_by_label(name).is_some(), "{name}");
    }
    assert!(harness.query_by_label("1 of 6").is_some() && harness.query_by_label("0 of 6").is_some());
    assert!(harness.query_by_label(&first).is_some(), "{first}");
    click(&mut harness, "Sample B 1");
    let latent = sheet.models[1].samples[0].latent.clone();
    assert_eq!(harness.state().0.commands, [PlaneCommand::LookAt(id(Slot::B), latent).into()]);
}

#[test]
fn both_models_have_a_strip_between_the_same_images() {
    let mut sheet = searched();
    sheet.interpolate([0, 1], PathKind::Straight);
    let strips = sheet.interpolation.clone().unwrap();
    let mut harness = harness(sheet, part(SheetPart::Interpolation));
    let count = |name: &str| harness.query_all_by_label_contains(name).count();
    assert_eq!((count("Interpolation A "), count("Interpolation B ")), (9, 9));
    click(&mut harness, "Interpolation B 5");
    let latent = strips.strips[1].as_ref().unwrap().latents[4].clone();
    assert_eq!(harness.state().0.commands, [PlaneCommand::LookAt(id(Slot::B), latent).into()]);
    click(&mut harness, "Path");
    click(&mut harness, "great circle");
    assert_eq!(harness.state().0.choice.path, PathKind::Spherical);
}

#[test]
fn parts_are_tabs_and_seed_refresh_and_export_are_there_in_each() {
    let mut harness = harness(searched(), SheetChoice::default());
    for (name, part) in
        [("Samples", SheetPart::Samples), ("Interpolation", SheetPart::Interpolation), ("Images", SheetPart::Images)]
    {
        click(&mut harness, name);
        assert_eq!(harness.state().0.choice.part, part);
        harness.state_mut().0.commands.clear();
        click(&mut harness, "Refresh");
        click(&mut harness, "Export…");
        let export: Command = FileCommand::Ask(Ask::Export(ExportSubject::Sheet)).into();
        assert_eq!(harness.state().0.commands, [CompareCommand::Refresh.into(), export]);
        assert!(harness.query_by_role_and_label(Role::SpinButton, "Seed").is_some());
    }
}

#[test]
fn it_is_asked_for_where_the_panel_is_drawn() {
    let mut harness = harness(searched(), SheetChoice::default());
    let (screen, panel) = harness.state_mut();
    let mut needs = PanelNeeds::default();
    let view = panel::view(Vec::new(), &screen.settings);
    panel.needs(&view, 0.0, &mut needs);
    assert!(needs.sheet);
}

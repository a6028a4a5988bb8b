//! The window itself: its language, its help, its log, and what it keeps when it is closed.

use crate::screen::Screen;
use eframe::egui::accesskit::Role;
use eframe::egui::{Key, Modifiers, OutputCommand, pos2, vec2};
use egui_kittest::kittest::{NodeT, Queryable};
use egui_kittest::{Harness, Node};
use latentarium::app::{Explorer, Level};
use latentarium::dataset::Source;
use latentarium::ui::Pane;
use latentarium::ui::command::{DataCommand, PlaneCommand, ViewCommand};
use latentarium::ui::settings::{Language, Settings};
use latentarium::ui::slot::Slot;
use std::time::{Duration, Instant};

#[test]
fn the_language_is_switched() {
    let mut screen = Screen::ready_alone();
    screen.click("View");
    screen.click("简体中文");
    assert_eq!(screen.session.borrow().settings().language, Language::Chinese);
    screen.step();
    assert!(screen.harness.query_by_label("全部训练").is_some());
    screen.session.borrow_mut().apply(ViewCommand::Settings(Box::default()));
    screen.step();
    assert!(screen.harness.query_by_label("Train all").is_some());
}

#[test]
fn help_opens_and_closes() {
    let mut screen = Screen::ready();
    screen.key(Modifiers::NONE, Key::F1);
    assert!(screen.harness.query_by_label("Keys").is_some());
    screen.key(Modifiers::NONE, Key::F1);
    screen.step();
    assert!(screen.harness.query_by_label("Keys").is_none());
    let _ = screen.harness.root().accesskit_node();
}

#[test]
fn the_log_keeps_what_happened_and_copies_it() {
    let mut screen = Screen::ready();
    let path = screen.folder.path().join("nothing");
    screen.session.borrow_mut().apply(DataCommand::Open(Source::parse(&path.display().to_string())));
    screen.until("a message", |session| session.last_message().is_some_and(|(level, _)| *level == Level::Failed));
    let message = screen.message().1;
    screen.click("Log");
    assert!(screen.harness.query_all_by_label_contains(&message).next().is_some());
    screen.harness.get_by_label("Copy").click();
    screen.step();
    let copied = screen.harness.output().platform_output.commands.iter().find_map(|command| match command {
        OutputCommand::CopyText(text) => Some(text.clone()),
        _ => None,
    });
    let copied = copied.expect("text in the clipboard");
    let last = copied.lines().last().unwrap();
    assert!(last.contains("failed") && last.ends_with(&message), "{copied}");
    assert!(copied.lines().count() > 1, "opened data comes before: {copied}");
}

#[test]
fn the_only_panel_of_its_place_is_closed_and_comes_back() {
    let mut screen = Screen::ready();
    let setup = Pane::of("setup");
    let is_shown = |screen: &Screen| screen.session.borrow().panel_place(&setup).is_some();
    let left = |node: &Node<'_>| node.rect().left();
    let closers: Vec<Node<'_>> = screen.harness.get_all_by_role_and_label(Role::Button, "Close").collect();
    let first = closers.iter().min_by(|one, other| left(one).total_cmp(&left(other))).unwrap();
    first.click_accesskit();
    screen.step();
    screen.step();
    assert!(!is_shown(&screen));
    screen.session.borrow_mut().apply(ViewCommand::TogglePane(setup.clone()));
    screen.step();
    screen.step();
    assert!(is_shown(&screen));
}

#[test]
fn a_panel_that_is_made_as_narrow_as_can_be_is_cut_off() {
    let mut screen = Screen::ready();
    let width = |screen: &Screen| screen.session.borrow().panel_place(&Pane::of("setup")).unwrap().width();
    let border = screen.session.borrow().panel_place(&Pane::of("setup")).unwrap().right_center() + vec2(1.0, 0.0);
    screen.harness.drag_at(border);
    for x in [200.0, 100.0, 4.0] {
        screen.harness.hover_at(pos2(x, border.y));
    }
    screen.harness.drop_at(pos2(4.0, border.y));
    screen.step();
    screen.step();
    assert!((20.0..80.0).contains(&width(&screen)), "{}", width(&screen));
}

#[test]
fn the_window_can_be_closed_and_opened_again() {
    let mut screen = Screen::ready();
    screen.session.borrow_mut().apply(PlaneCommand::Cursor([1.0, -0.5]));
    screen.click("Step A");
    screen.until("one step", |session| session.model(Slot::A).status().is_some_and(|status| status.step == 1));
    // Another window on the same session: all is where it was.
    let shared = screen.session.clone();
    screen.harness = Harness::builder()
        .with_size([1440.0, 900.0])
        .allow_missing_glyphs()
        .build_eframe(move |creation| Explorer::new(shared, creation));
    screen.step();
    assert_eq!(screen.steps(Slot::A), 1);
    // Another session from the same state file.
    screen.until("the state file", |_| true);
    let file = screen.folder.path().join("state.json");
    let began = Instant::now();
    while !std::fs::read_to_string(&file).is_ok_and(|text| text.contains("-0.5")) {
        assert!(began.elapsed() < Duration::from_secs(20), "the state was not kept");
        screen.step();
        std::thread::sleep(Duration::from_millis(50));
    }
    let screen = Screen::open_in(screen.close());
    assert_eq!(screen.session.borrow().cursor(), [1.0, -0.5]);
}

#[test]
fn a_broken_state_file_is_told_once_and_the_defaults_are_used() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("state.json"), "{ broken").unwrap();
    let screen = Screen::open_in(folder);
    let (level, message) = screen.message();
    assert_eq!(level, Level::Failed);
    assert!(message.contains("state.json"), "{message}");
    assert_eq!(*screen.session.borrow().settings(), Settings::default());
}

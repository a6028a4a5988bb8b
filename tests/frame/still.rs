//! Nothing moves under the pointer.

use crate::window::{SIZES, Window};
use eframe::egui::Rect;
use latentarium::trainer::Phase;
use latentarium::ui::command::ModelCommand;
use latentarium::ui::slot::Slot;
use std::collections::BTreeMap;

/// Where the controls of the cards are; the one that trains and pauses has two names.
fn card_controls(window: &Window) -> BTreeMap<String, Rect> {
    let is_of_card = |rect: &Rect| rect.right() < latentarium::ui::theme::SETUP_WIDTH + 8.0 && rect.top() > 200.0;
    let name = |name: String| name.replace("Pause", "Start").replace("Train", "Start");
    window
        .controls()
        .into_iter()
        .filter(|(_, rect)| is_of_card(rect))
        .map(|(label, rect)| (name(label), rect))
        .collect()
}

fn assert_same(before: &BTreeMap<String, Rect>, now: &BTreeMap<String, Rect>, when: &str) {
    for (name, rect) in before {
        // What is offered only while there is something to know has a place of its own.
        let Some(other) = now.get(name) else { panic!("{when}: {name} is gone") };
        let moved = (rect.min - other.min).length() + (rect.max - other.max).length();
        assert!(moved < 0.5, "{when}: {name} moved from {rect:?} to {other:?}");
    }
}

#[test]
fn controls_of_a_card_stay_where_they_are_while_it_trains_pauses_waits_for_a_reset_and_fails() {
    let mut window = Window::open(SIZES[1]);
    let before = card_controls(&window);
    assert!(before.len() > 15, "{:?}", before.keys());
    window.session.borrow_mut().apply(ModelCommand::ToggleAll);
    window.until("some steps", |session| session.model(Slot::A).status().is_some_and(|status| status.step > 20));
    assert_same(&before, &card_controls(&window), "while it trains");
    window.session.borrow_mut().apply(ModelCommand::ToggleAll);
    window.until("a pause", |session| {
        session.model(Slot::A).status().is_some_and(|status| status.phase == Phase::Paused)
    });
    window.steps(5);
    assert_same(&before, &card_controls(&window), "at a pause");
    let (id, config) = {
        let session = window.session.borrow();
        (session.id(Slot::A), session.model(Slot::A).config.clone())
    };
    window.session.borrow_mut().apply(ModelCommand::Edit(id, Box::new(config.with("seed", 7).unwrap())));
    window.steps(3);
    assert_same(&before, &card_controls(&window), "while a change waits for a reset");
    // Numbers that are allowed, and that no training survives.
    let wild = [("learning_rate", 1.0), ("adam_beta1", 0.0), ("beta", 1000.0)];
    let wild = wild.into_iter().fold(config, |config, (key, value)| config.with(key, value).unwrap());
    let wild = wild.with("likelihood", "gaussian").unwrap();
    window.session.borrow_mut().apply(ModelCommand::Edit(id, Box::new(wild)));
    window.session.borrow_mut().apply(ModelCommand::Reset(id));
    window.session.borrow_mut().apply(ModelCommand::Start(id));
    window.until("a failure", |session| {
        session.model(Slot::A).status().is_some_and(|status| status.phase == Phase::Failed)
    });
    window.steps(5);
    assert_same(&before, &card_controls(&window), "after a failure");
}

//! How images are drawn, shown with the outputs: through the whole program.

use crate::screen::{A, Screen};
use eframe::egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;
use latentarium::model::Config;
use latentarium::ui::command::ModelCommand;
use latentarium::ui::slot::Slot;

/// A screen whose A is a preset, after a step.
fn of_preset(screen: &mut Screen, preset: &str) {
    let config = Config::preset(preset).unwrap();
    screen.session.borrow_mut().apply(ModelCommand::Edit(A, Box::new(config)));
    screen.session.borrow_mut().apply(ModelCommand::Reset(A));
    screen.until(preset, |session| {
        let model = session.model(Slot::A);
        model.config.preset == preset && model.shown().is_some_and(|shown| shown.is_traced())
    });
}

fn wait_for(screen: &mut Screen, name: &str, there: bool) {
    for _ in 0..2000 {
        if screen.harness.query_by_label(name).is_some() == there {
            return;
        }
        screen.step();
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    panic!("{name}: {there} for ten seconds");
}

#[test]
fn models_that_draw_images_in_steps_show_how_and_stop_when_they_are_told() {
    let mut screen = Screen::ready();
    for (preset, name) in [("chow-liu", "Tree of A"), ("hmm", "Hidden states of A"), ("fvsbn", "Probabilities of A")] {
        of_preset(&mut screen, preset);
        wait_for(&mut screen, name, true);
        let switch = |screen: &mut Screen| {
            screen.click("View");
            screen.click("How images are drawn");
            screen.key(Modifiers::NONE, Key::Escape);
        };
        switch(&mut screen);
        wait_for(&mut screen, name, false);
        assert!(screen.harness.query_by_label("Output of A").is_some());
        switch(&mut screen);
        wait_for(&mut screen, name, true);
    }
}

//! Completing an image: through the whole program.

use crate::screen::{A, Screen};
use eframe::egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;
use latentarium::app::Session;
use latentarium::model::{Config, Part};
use latentarium::ui::Pane;
use latentarium::ui::command::{ModelCommand, ViewCommand};
use latentarium::ui::slot::Slot;

fn show(screen: &mut Screen, is_shown: bool) {
    let pane = is_shown.then(|| Pane::of("complete"));
    screen.session.borrow_mut().apply(ViewCommand::Maximise(pane));
    screen.step();
}

fn step_of(session: &Session, slot: Slot) -> Option<u64> {
    Some(session.completed(slot)?.step)
}

#[test]
fn models_complete_an_image_by_what_they_are_while_it_is_seen() {
    let mut screen = Screen::ready();
    show(&mut screen, true);
    screen.until("draws of both", |session| Slot::BOTH.iter().all(|slot| step_of(session, *slot) == Some(0)));
    screen.harness.get_by_label("Completion 4 by A");
    screen.harness.get_by_label("Completion 4 by B");
    screen.session.borrow_mut().apply(ModelCommand::Step(A, Part::Whole));
    screen.until("draws of newer weights", |session| step_of(session, Slot::A) == Some(1));
    let config = Config::preset("chow-liu").unwrap();
    screen.session.borrow_mut().apply(ModelCommand::Edit(A, Box::new(config)));
    screen.session.borrow_mut().apply(ModelCommand::Reset(A));
    screen
        .until("exact draws", |session| session.completed(Slot::A).is_some_and(|made| made.completion.log_p.is_some()));
    let shape = screen.session.borrow().data().unwrap().shape();
    let kept = |screen: &Screen| screen.session.borrow().project().completion.kept(shape);
    let before = kept(&screen);
    let draws = |session: &Session| session.completed(Slot::B).unwrap().completion.draws.clone();
    let of_before = draws(&screen.session.borrow());
    screen.click("Left half");
    let after = kept(&screen);
    assert_ne!(after, before);
    screen.until("draws of what is missing now", |session| draws(session) != of_before);
    let image = screen.session.borrow().data().unwrap().test.image(0);
    let pixels = draws(&screen.session.borrow());
    for draw in pixels.chunks_exact(shape.values()) {
        assert!(draw.iter().zip(&image).zip(&after).all(|((drawn, own), kept)| !kept || drawn == own));
    }
    screen.key(Modifiers::COMMAND, Key::Z);
    assert_eq!(kept(&screen), before);
    show(&mut screen, false);
    screen.until("nothing is held of what is not seen", |session| session.completed(Slot::A).is_none());
}

#[test]
fn what_came_with_the_program_completes_images_before_anything_is_learned() {
    let mut screen = Screen::ready_first();
    show(&mut screen, true);
    screen.until("ready-made models are shown", |session| session.model(Slot::A).is_ready_made());
    screen.until("draws by them", |session| step_of(session, Slot::A).is_some_and(|step| step > 0));
}

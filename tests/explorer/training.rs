//! Training: by button, by key, several models at once, and a model that fails.

use crate::screen::{A, Screen};
use eframe::egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;
use latentarium::app::Session;
use latentarium::model::Config;
use latentarium::trainer::Phase;
use latentarium::ui::Pane;
use latentarium::ui::command::{ModelCommand, ViewCommand};
use latentarium::ui::slot::Slot;

#[test]
fn it_starts_with_data_and_two_models() {
    let screen = Screen::ready_first();
    let session = screen.session.borrow();
    assert_eq!(session.data().unwrap().name, "digits");
    assert_eq!(session.model(Slot::A).config.family().id, "vae");
    assert_eq!(session.model(Slot::B).config.family().id, "gan");
    assert_eq!(screen.phase(Slot::A), Some(Phase::Paused));
}

#[test]
fn train_pause_and_step_by_button() {
    let mut screen = Screen::ready();
    screen.click("Train all");
    screen.until("both train", |session| {
        Slot::BOTH.iter().all(|slot| session.model(*slot).status().is_some_and(|status| status.step > 2))
    });
    screen.click("Pause all");
    screen.until("both hold still", |session| Slot::BOTH.iter().all(|slot| !session.model(*slot).is_training()));
    let before = screen.steps(Slot::A);
    screen.click("Step A");
    screen.until("one step", |session| session.model(Slot::A).status().is_some_and(|s| s.step == before + 1));
    assert_eq!(screen.phase(Slot::A), Some(Phase::Paused));
    screen.until("the curves have points", |session| {
        session.model(Slot::A).trainer.as_ref().is_some_and(|trainer| trainer.history().len() > 2)
    });
}

#[test]
fn train_pause_step_and_reset_by_key() {
    let mut screen = Screen::ready();
    screen.key(Modifiers::NONE, Key::Space);
    screen.until("both train", |session| Slot::BOTH.iter().all(|slot| session.model(*slot).is_training()));
    screen.key(Modifiers::NONE, Key::Space);
    screen.until("both hold still", |session| Slot::BOTH.iter().all(|slot| !session.model(*slot).is_training()));
    let before = screen.steps(Slot::B);
    screen.key(Modifiers::NONE, Key::S);
    screen.until("one step", |session| session.model(Slot::B).status().is_some_and(|s| s.step == before + 1));
    screen.key(Modifiers::COMMAND, Key::R);
    screen.until("step 0", |session| {
        Slot::BOTH.iter().all(|slot| session.model(*slot).status().is_some_and(|status| status.step == 0))
    });
}

#[test]
fn as_many_train_as_shall_at_once_and_the_others_wait_for_their_turn() {
    let mut screen = Screen::ready();
    screen.session.borrow_mut().apply(ModelCommand::Add("ae-dense".to_owned()));
    let c = screen.session.borrow().project().models[2].id;
    screen.until_made();
    screen.session.borrow_mut().apply(ModelCommand::ToggleAll);
    screen.until("two train", |session| Slot::BOTH.iter().all(|slot| session.model(*slot).is_training()));
    let (training, queued) = {
        let session = screen.session.borrow();
        let model = session.model_of(c).unwrap();
        (model.is_training(), model.queued)
    };
    assert!(!training && queued);
    screen.session.borrow_mut().apply(ModelCommand::Pause(A));
    screen.until("the third has its turn", |session| session.model_of(c).is_some_and(|model| model.is_training()));
    screen.session.borrow_mut().apply(ModelCommand::ToggleAll);
    screen.until("all hold still", |session| !session.is_training());
}

#[test]
fn a_plane_that_is_not_on_the_screen_is_not_decoded() {
    let mut screen = Screen::ready();
    let toggle = |screen: &Screen| screen.session.borrow_mut().apply(ViewCommand::TogglePane(Pane::of("plane")));
    let tiles = |session: &Session| session.tiles(Slot::A).map(|tiles| tiles.step);
    screen.until("tiles", |session| tiles(session).is_some());
    toggle(&screen);
    screen.step();
    screen.key(Modifiers::NONE, Key::Space);
    let steps = |session: &Session| session.model(Slot::A).shown().map_or(0, |shown| shown.step);
    screen.until("it trains", |session| session.model(Slot::A).is_training() && (20..4000).contains(&steps(session)));
    // What was asked for while it was seen may have come since; nothing newer does.
    let before = tiles(&screen.session.borrow());
    let from = steps(&screen.session.borrow());
    screen.until("forty more steps", |session| steps(session) >= from + 40);
    assert_eq!(tiles(&screen.session.borrow()), before);
    toggle(&screen);
    screen.until("newer tiles", |session| tiles(session).is_some_and(|step| step >= from));
    screen.key(Modifiers::NONE, Key::Space);
}

#[test]
fn a_failing_model_says_so_and_the_other_lives_on() {
    let mut screen = Screen::ready();
    let mut broken = Config::vae_dense();
    for (key, value) in [("learning_rate", 1.0), ("adam_beta1", 0.0), ("beta", 1000.0)] {
        broken = broken.with(key, value).unwrap();
    }
    let broken = broken.with("likelihood", "gaussian").unwrap();
    screen.session.borrow_mut().apply(ModelCommand::Edit(A, Box::new(broken)));
    screen.click("Start B");
    screen.until("B trains", |session| session.model(Slot::B).is_training());
    screen.click("Start A");
    screen.until("a failure", |session| session.model(Slot::A).failure.is_some());
    let message = screen.session.borrow().model(Slot::A).failure.clone().unwrap().to_string();
    screen.step();
    assert!(screen.harness.query_all_by_label_contains(&message).next().is_some());
    let before = screen.steps(Slot::B);
    screen.until("B goes on", |session| session.model(Slot::B).status().is_some_and(|s| s.step > before + 2));
    screen.session.borrow_mut().apply(ModelCommand::Preset(A, "vae-dense".to_owned()));
    screen.until_made();
    screen.click("Step A");
    screen.until("A works again", |session| session.model(Slot::A).status().is_some_and(|status| status.step == 1));
}

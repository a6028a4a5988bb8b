//! What goes wrong is named while it trains, what should help is tried beside it, and a step is looked at in all its parts.

use crate::screen::{A, Screen};
use eframe::egui::accesskit::Role;
use egui_kittest::kittest::Queryable;
use latentarium::app::Session;
use latentarium::diagnosis::FindingKind;
use latentarium::model::Setting;
use latentarium::trainer::{MetricId, Phase};
use latentarium::ui::Pane;
use latentarium::ui::command::{FileCommand, ModelCommand, ViewCommand};
use latentarium::ui::slot::Slot;

fn maximise(screen: &Screen, pane: &str) {
    screen.session.borrow_mut().apply(ViewCommand::Maximise(Some(Pane::of(pane))));
}

fn is_named(session: &Session, slot: Slot, kind: FindingKind) -> bool {
    let report = session.model(slot).trainer.as_ref().and_then(|trainer| trainer.diagnosis());
    report.is_some_and(|report| report.findings.iter().any(|finding| finding.kind == kind))
}

/// A model that hardly learns, until that is named.
fn sick() -> Screen {
    let screen = Screen::ready();
    let config = screen.session.borrow().project().model(A).unwrap().config.clone();
    let small = Setting::Widths(vec![32].into());
    let config = config.with("learning_rate", 1e-7).and_then(|config| config.with("hidden", small)).unwrap();
    screen.session.borrow_mut().apply(ModelCommand::Edit(A, Box::new(config)));
    screen
}

fn until_named(screen: &mut Screen) {
    screen.session.borrow_mut().apply(ModelCommand::Start(A));
    screen.until("it is named", |session| is_named(session, Slot::A, FindingKind::RateTooLow));
}

/// Tries what is offered, and waits until the verdict is there.
fn tried(screen: &mut Screen) -> usize {
    maximise(screen, "diagnose");
    screen.step();
    screen.harness.get_by_label("Learning rate too low");
    screen.click("Try it: Learning rate = 0.001");
    screen.until("it is tried in B", |session| {
        session.model(Slot::B).status().is_some_and(|status| status.step > 10)
            && session.model(Slot::B).config.real("learning_rate") == Some(0.001)
    });
    screen.until("further than where it was named", |session| {
        session.model(Slot::B).status().is_some_and(|status| status.step > 320)
    });
    screen.step();
    screen.harness.query_all_by_label_contains("cured so far, step").count()
}

#[test]
fn a_rate_that_is_too_low_is_named_and_what_should_help_proves_itself_from_the_beginning() {
    let mut screen = sick();
    until_named(&mut screen);
    let said = screen.session.borrow().messages().iter().any(|message| message.text.contains("Learning rate too low"));
    assert!(said, "the log says it");
    assert_eq!(tried(&mut screen), 1);
}

#[test]
fn a_saved_run_is_forked_where_it_was_still_good() {
    let mut screen = sick();
    screen.click("Step A");
    screen.until("one step", |session| session.model(Slot::A).status().is_some_and(|status| status.step == 1));
    screen.session.borrow_mut().apply(FileCommand::Save(A));
    screen.until("saved", |session| session.model(Slot::A).folder.is_some());
    until_named(&mut screen);
    screen.session.borrow_mut().apply(ModelCommand::Pause(A));
    assert_eq!(tried(&mut screen), 1);
    let session = screen.session.borrow();
    let folder = session.model(Slot::B).folder.clone().expect("a run of its own");
    let origin = latentarium::run::read_origin(&folder).unwrap().expect("a fork");
    assert!(origin.step <= 30, "before it began: {}", origin.step);
}

/// The loss of each step of a model, by the number of steps made.
fn losses(session: &Session, slot: Slot) -> Vec<(u64, u32)> {
    let history = session.model(slot).trainer.as_ref().unwrap().history().clone();
    let points = history.with(MetricId::TOTAL, |curve| {
        curve.thinned().map(|point| (point.step, point.value.to_bits())).collect::<Vec<_>>()
    });
    points.unwrap_or_default()
}

#[test]
fn a_step_of_long_ago_is_gone_through_again_to_the_bit() {
    let mut screen = sick();
    let step = |session: &Session, slot| session.model(slot).status().map_or(0, |status| status.step);
    for made in [1, 2] {
        screen.click("Step A");
        screen.until("a step", |session| step(session, Slot::A) == made);
    }
    screen.session.borrow_mut().apply(FileCommand::Save(A));
    screen.until("saved", |session| session.model(Slot::A).folder.is_some());
    screen.session.borrow_mut().apply(ModelCommand::Start(A));
    screen.until("more steps", |session| step(session, Slot::A) > 20);
    screen.session.borrow_mut().apply(ModelCommand::Pause(A));
    screen.until("a pause", |session| !session.is_training());
    screen.session.borrow_mut().apply(ModelCommand::StepThrough(A, 12));
    screen.until("a fork that holds still there", |session| {
        let model = session.model(Slot::B);
        model.status().is_some_and(|status| (status.step, status.phase) == (12, Phase::Paused))
            && model.folder.is_some()
    });
    {
        let session = screen.session.borrow();
        let origin = latentarium::run::read_origin(session.model(Slot::B).folder.as_ref().unwrap()).unwrap();
        assert!((2..12).contains(&origin.expect("a fork").step), "one that was kept before");
        let all = losses(&session, Slot::A);
        assert_eq!(losses(&session, Slot::B), all[..12], "to the bit");
    }
    // The next step by hand is the fork's.
    screen.step();
    screen.click("One step");
    screen.until("a step of the fork", |session| step(session, Slot::B) == 13);
    assert!(step(&screen.session.borrow(), Slot::A) > 20);
}

#[test]
fn a_step_by_hand_is_shown_with_its_batch_layers_gradients_and_update() {
    let mut screen = Screen::ready();
    maximise(&screen, "step_through");
    screen.step();
    screen.harness.get_by_label_contains("Here stands a step of training");
    screen.click("One step");
    screen.until("a step with its values", |session| {
        let report = session.model(Slot::A).trainer.as_ref().and_then(|trainer| trainer.diagnosis());
        report.is_some_and(|report| !report.look.images.is_empty())
    });
    screen.step();
    screen.step();
    screen.harness.get_by_label("Step 1");
    for name in ["what encoder.0 gave", "the gradient at decoder.2", "what the model makes of image 1"] {
        screen.harness.get_by_label(name);
    }
    assert!(screen.harness.query_all_by_label_contains("update over weight").count() >= 6);
    screen.harness.get_by_role_and_label(Role::Button, "image 3 of the batch").click();
    screen.step();
    screen.harness.get_by_label("gan-plane").click();
    screen.step();
    screen.click("One step");
    screen.until("a step of B", |session| {
        let report = session.model(Slot::B).trainer.as_ref().and_then(|trainer| trainer.diagnosis());
        report.is_some_and(|report| !report.look.images.is_empty())
    });
    screen.step();
    screen.step();
    screen.harness.get_by_label("generated image 16");
    screen.harness.get_by_label("what generator.0 gave");
}

//! Each way of losing work: undo gives the same bits of weights and of the optimiser, the same curves, the same view.

use crate::screen::{A, Screen};
use eframe::egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;
use latentarium::app::Session;
use latentarium::dataset::Source;
use latentarium::explore::viewport::Viewport;
use latentarium::history::History;
use latentarium::model::{Config, MetricId};
use latentarium::snapshot::Snapshot;
use latentarium::trainer::{Control, Options, Part, Trainer};
use latentarium::ui::command::{Command, DataCommand, FileCommand, ForkRequest, ModelCommand, PlaneCommand};
use latentarium::ui::slot::Slot;
use std::path::PathBuf;

type Values = Vec<(MetricId, Vec<(u64, u32)>)>;

/// A step, the bits of all weights, and the curves to the bit but for the seconds, which no two runs share.
#[derive(PartialEq)]
struct Learned {
    step: u64,
    weights: Vec<u32>,
    curves: Values,
}

impl Learned {
    fn of(snapshot: &Snapshot, history: &History) -> Self {
        let operations = snapshot.encoder.iter().chain([&snapshot.decoder]).flat_map(|network| network.operations());
        let weights = operations.flat_map(|operation| operation.weight.iter().chain(&*operation.bias));
        let weights = weights.map(|weight| weight.to_bits()).collect();
        let curve = |(id, points): (MetricId, Vec<latentarium::history::CurvePoint>)| {
            (id, points.iter().map(|point| (point.step, point.value.to_bits())).collect())
        };
        Self { step: snapshot.step, weights, curves: history.thinned().into_iter().map(curve).collect() }
    }

    fn on(screen: &Screen, slot: Slot) -> Self {
        let session = screen.session.borrow();
        let model = session.model(slot);
        let trainer = model.trainer.as_ref().unwrap();
        // A step is known a moment before its weights are.
        while trainer.snapshot().is_none_or(|snapshot| snapshot.step < trainer.status().step) {
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
        Self::of(&trainer.snapshot().unwrap(), trainer.history())
    }

    /// What a run that nothing happened to has learned after so many steps.
    fn whole(screen: &Screen, slot: Slot, steps: u64) -> Self {
        let session = screen.session.borrow();
        let config: Config = session.model(slot).config.clone();
        let trainer = Trainer::spawn(config, session.data().unwrap().clone(), Options::default()).unwrap();
        (0..steps).for_each(|_| trainer.send(Control::Step(Part::Whole)));
        while trainer.snapshot().is_none_or(|snapshot| snapshot.step < steps) {
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
        Self::of(&trainer.snapshot().unwrap(), trainer.history())
    }
}

fn at(step: u64) -> impl Fn(&Session) -> bool {
    move |session| Slot::BOTH.iter().all(|slot| session.model(*slot).status().is_some_and(|status| status.step == step))
}

const VIEW: Viewport = Viewport { centre: [0.25, -0.5], half_height: 1.5 };

/// A screen on which both models have made three steps, and the plane is looked at from somewhere.
fn trained() -> Screen {
    let mut screen = Screen::ready();
    for step in 1..=3 {
        screen.key(Modifiers::NONE, Key::S);
        screen.until("a step of both", at(step));
    }
    let apply = |command: PlaneCommand| screen.session.borrow_mut().apply(command);
    apply(PlaneCommand::Viewport(VIEW));
    apply(PlaneCommand::CursorSettled([0.5, -0.75]));
    screen
}

/// Does something, takes it back, and looks whether both models are where they were and go on as if nothing had been.
fn comes_back(mut screen: Screen, lose: impl FnOnce(&mut Screen)) {
    let before = Slot::BOTH.map(|slot| Learned::on(&screen, slot));
    let project = screen.session.borrow().project().clone();
    lose(&mut screen);
    let is_lost =
        |session: &Session| session.id(Slot::A) != A || !at(3)(session) || session.model(Slot::A).folder.is_some();
    assert!(is_lost(&screen.session.borrow()));
    screen.step();
    screen.step();
    let undo = screen.harness.query_all_by_label("Undo").last();
    undo.expect("a message with a button").click();
    screen.step();
    screen.step();
    screen.until("back", at(3));
    let session = screen.session.borrow();
    let now = session.project();
    assert_eq!(now.models, project.models);
    assert_eq!((now.cursor, now.view, &now.data), (project.cursor, VIEW, &project.data));
    drop(session);
    assert!(Slot::BOTH.map(|slot| Learned::on(&screen, slot)) == before, "the same bits");
    screen.key(Modifiers::NONE, Key::S);
    screen.until("they go on", at(4));
    for slot in Slot::BOTH {
        screen.until("its weights", |session| session.model(slot).shown().is_some_and(|shown| shown.step == 4));
        assert!(Learned::on(&screen, slot) == Learned::whole(&screen, slot, 4), "as a run that was never interrupted");
    }
}

#[test]
fn a_reset() {
    let mut screen = trained();
    screen.key(Modifiers::NONE, Key::R);
    screen.step();
    assert!(at(3)(&screen.session.borrow()), "a bare letter takes nothing away");
    comes_back(screen, |screen| {
        screen.key(Modifiers::COMMAND, Key::R);
        screen.until("step 0", at(0));
        assert!(screen.message().1.starts_with("Reset B (3 steps)"), "{:?}", screen.message());
    });
}

#[test]
fn closing_and_starting_again() {
    let mut screen = trained();
    let before = Slot::BOTH.map(|slot| Learned::on(&screen, slot));
    let project = screen.session.borrow().project().clone();
    screen.click("Optimiser of A");
    screen.session.borrow_mut().close();
    let mut screen = Screen::open_in(screen.close());
    screen.until("the last session", |session| session.is_ready() && !session.is_restoring());
    let said = screen.message().1;
    assert!(said.contains("The last session is back, paused: A is back at step 3, B is back at step 3"), "{said}");
    assert_eq!(*screen.session.borrow().project(), project);
    assert!(Slot::BOTH.map(|slot| Learned::on(&screen, slot)) == before, "the same bits, the same curves");
    screen.step();
    screen.step();
    assert!(screen.harness.query_all_by_label("β₁").next().is_some(), "the section is open");
    screen.key(Modifiers::NONE, Key::S);
    screen.until("they go on", at(4));
    for slot in Slot::BOTH {
        screen.until("its weights", |session| session.model(slot).shown().is_some_and(|shown| shown.step == 4));
        assert!(Learned::on(&screen, slot) == Learned::whole(&screen, slot, 4), "the optimisers too");
    }
}

#[test]
fn the_last_session_goes_on_by_a_button() {
    let screen = trained();
    screen.session.borrow_mut().close();
    let mut screen = Screen::open_in(screen.close());
    screen.until("the last session", |session| session.is_ready() && !session.is_restoring());
    screen.step();
    screen.click("Continue");
    screen.until("both train", |session| Slot::BOTH.iter().all(|slot| session.model(*slot).is_training()));
    screen.key(Modifiers::NONE, Key::Space);
}

#[test]
fn a_model_that_failed_goes_back_to_its_newest_checkpoint() {
    let mut screen = Screen::ready();
    let mut broken = Config::vae_dense().with("likelihood", "gaussian").unwrap();
    for (key, value) in [("learning_rate", 1.0), ("adam_beta1", 0.0), ("beta", 1000.0)] {
        broken = broken.with(key, value).unwrap();
    }
    screen.session.borrow_mut().apply(ModelCommand::Edit(A, Box::new(broken)));
    screen.click("Step A");
    screen.until("a step", |session| session.model(Slot::A).status().is_some_and(|status| status.step == 1));
    saved(&mut screen);
    screen.click("Start A");
    screen.until("a failure", |session| session.model(Slot::A).failure.is_some());
    let (step, checkpoint, last) = {
        let session = screen.session.borrow();
        let (model, total) = (session.model(Slot::A), MetricId::TOTAL);
        let status = model.status().unwrap();
        let curve = model.trainer.as_ref().unwrap().history().thinned();
        let last = curve.iter().flat_map(|(_, points)| points).find(|point| !point.value.is_finite()).copied();
        assert!(curve.iter().any(|(id, _)| *id == total));
        (status.step, status.saved_step.unwrap(), last.unwrap())
    };
    assert_eq!(last.step, step + 1, "the blow-up is in the curve");
    screen.step();
    screen.step();
    let name = format!("Back to step {checkpoint}");
    screen.harness.query_all_by_label(&name).last().unwrap().click();
    screen.step();
    screen.until("back", |session| session.model(Slot::A).status().is_some_and(|status| status.step == checkpoint));
    let session = screen.session.borrow();
    let model = session.model(Slot::A);
    assert!(model.failure.is_none() && model.folder.is_some());
    let curve = model.trainer.as_ref().unwrap().history().thinned();
    assert!(curve.iter().flat_map(|(_, points)| points).all(|point| point.step <= checkpoint));
}

#[test]
fn nothing_is_saved_of_what_has_learned_nothing_and_a_folder_is_shown_and_chosen() {
    let mut screen = Screen::ready();
    screen.key(Modifiers::COMMAND, Key::S);
    assert_eq!(screen.message().1, "Nothing to save: no model has trained yet");
    screen.key(Modifiers::NONE, Key::S);
    screen.until("a step of both", at(1));
    let mine = screen.folder.path().join("mine");
    screen.session.borrow_mut().apply(FileCommand::SaveInto(mine.clone()));
    let folder = saved(&mut screen);
    assert_eq!(folder, mine.join("vae-dense-digits-1"));
    assert!(screen.message().1.contains(&folder.display().to_string()), "{:?}", screen.message());
    screen.step();
    assert!(screen.harness.query_by_label("Show in folder").is_some());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let plain = screen.folder.path().join("plain");
        std::fs::write(&plain, "").unwrap();
        let mode = |path: &std::path::Path| path.metadata().unwrap().permissions().mode();
        for file in ["config.toml", "metrics.csv", "changes.toml", "checkpoints/000001/weights.safetensors"] {
            assert_eq!(mode(&folder.join(file)), mode(&plain), "{file}");
        }
    }
}

#[test]
fn back_and_forth() {
    let mut screen = trained();
    let before = Slot::BOTH.map(|slot| Learned::on(&screen, slot));
    screen.key(Modifiers::COMMAND, Key::R);
    screen.until("step 0", at(0));
    for _ in 0..2 {
        screen.session.borrow_mut().apply(Command::Undo);
        assert!(Slot::BOTH.map(|slot| Learned::on(&screen, slot)) == before, "at once, both by one undo");
        screen.session.borrow_mut().apply(Command::Redo);
        screen.until("step 0", at(0));
    }
}

#[test]
fn another_preset() {
    comes_back(trained(), |screen| {
        screen.session.borrow_mut().apply(ModelCommand::Preset(A, "ae-dense".to_owned()));
        screen.until("the other", |session| session.model(Slot::A).status().is_some_and(|status| status.step == 0));
    });
}

#[test]
fn removing_a_model() {
    comes_back(trained(), |screen| {
        screen.session.borrow_mut().apply(ModelCommand::Remove(A));
        screen.step();
    });
}

#[test]
fn other_data() {
    comes_back(trained(), |screen| {
        screen.session.borrow_mut().apply(DataCommand::Open(Source::parse("sprites")));
        screen.until("the sprites", |session| session.data().is_some_and(|data| data.name == "sprites"));
        screen.until("made for them", at(0));
        assert!(screen.message().1.ends_with("stays on the list, below"), "{:?}", screen.message());
    });
}

/// Saves A and gives its folder.
fn saved(screen: &mut Screen) -> PathBuf {
    screen.click("Save A");
    screen.until("saved", |session| session.model(Slot::A).folder.is_some());
    screen.session.borrow().model(Slot::A).folder.clone().unwrap()
}

#[test]
fn a_run_that_is_opened_in_its_place() {
    let mut screen = trained();
    let run = saved(&mut screen);
    screen.session.borrow_mut().apply(ModelCommand::Reset(A));
    for step in 1..=3 {
        screen.until("before a step", |session| session.model(Slot::A).status().is_some_and(|s| s.step == step - 1));
        screen.click("Step A");
    }
    screen.until("three steps", at(3));
    comes_back(screen, |screen| {
        screen.session.borrow_mut().apply(FileCommand::OpenRun(run.clone()));
        screen.until("opened", |session| session.model(Slot::A).folder.as_ref() == Some(&run));
        screen.click("Step A");
        screen.until("a step", |session| session.model(Slot::A).status().is_some_and(|status| status.step == 4));
    });
}

#[test]
fn a_fork_in_its_place() {
    let mut screen = trained();
    let run = saved(&mut screen);
    comes_back(screen, |screen| {
        let request = ForkRequest { run, step: 3, key: "learning_rate".into(), value: "0.25".into(), beside: false };
        screen.session.borrow_mut().apply(FileCommand::Fork(A, request));
        screen.until("the fork", |session| session.model(Slot::A).config.real("learning_rate") == Some(0.25));
        screen.click("Step A");
        screen.until("a step", |session| session.model(Slot::A).status().is_some_and(|status| status.step == 4));
    });
}

//! Runs in folders: saved, opened again, forked.

use crate::screen::{A, Screen};
use eframe::egui::{Key, Modifiers};
use egui_kittest::kittest::{NodeT, Queryable};
use latentarium::app::{Level, Session};
use latentarium::ui::command::{FileCommand, ForkRequest, ModelCommand};
use latentarium::ui::slot::Slot;
use std::time::{Duration, Instant};

#[test]
fn a_run_is_saved_and_opened_again() {
    let mut screen = Screen::ready();
    screen.click("Step A");
    screen.until("one step", |session| session.model(Slot::A).status().is_some_and(|status| status.step == 1));
    screen.click("Save A");
    screen.until("saved", |session| session.model(Slot::A).folder.is_some());
    let folder = screen.session.borrow().model(Slot::A).folder.clone().unwrap();
    assert!(folder.ends_with("vae-dense-digits-1") && folder.join("config.toml").is_file(), "{folder:?}");
    screen.click("Reset A");
    screen.until("step 0", |session| session.model(Slot::A).status().is_some_and(|status| status.step == 0));
    screen.session.borrow_mut().apply(FileCommand::OpenRun(folder));
    screen.until("opened", |session| session.model(Slot::A).status().is_some_and(|status| status.step == 1));
}

#[test]
fn two_models_of_one_preset_that_are_saved_at_once_get_a_folder_each() {
    let mut screen = Screen::ready();
    screen.session.borrow_mut().apply(ModelCommand::Duplicate(A));
    let c = screen.session.borrow().project().models[1].id;
    screen.until("both are made", |session| {
        [A, c].iter().all(|id| session.model_of(*id).is_some_and(|model| model.trainer.is_some()))
    });
    screen.session.borrow_mut().apply(ModelCommand::StepAll);
    screen.until("a step of each", |session| {
        [A, c].iter().all(|id| session.model_of(*id).and_then(|model| model.status()).is_some_and(|at| at.step == 1))
    });
    screen.session.borrow_mut().apply(FileCommand::Save(A));
    screen.session.borrow_mut().apply(FileCommand::Save(c));
    let folder = |session: &Session, id| session.model_of(id).and_then(|model| model.folder.clone());
    screen.until("both are saved", |session| [A, c].iter().all(|id| folder(session, *id).is_some()));
    let mut folders = [A, c].map(|id| folder(&screen.session.borrow(), id).unwrap());
    folders.sort();
    for (number, folder) in (1..).zip(folders) {
        assert!(folder.ends_with(format!("vae-dense-digits-{number}")), "{folder:?}");
        assert!(folder.join("config.toml").is_file(), "{folder:?}");
    }
}

#[test]
fn a_run_with_a_folder_is_written_at_the_end_and_goes_on_when_it_is_opened() {
    let mut screen = Screen::ready();
    screen.click("Step A");
    screen.until("one step", |session| session.model(Slot::A).status().is_some_and(|status| status.step == 1));
    screen.click("Save A");
    screen.until("saved", |session| session.model(Slot::A).folder.is_some());
    let folder = screen.session.borrow().model(Slot::A).folder.clone().unwrap();
    screen.click("Start A");
    screen.until("more steps", |session| session.model(Slot::A).status().is_some_and(|status| status.step > 4));
    let before = screen.steps(Slot::A);
    screen.session.borrow_mut().close();
    let written = latentarium::run::open(&folder).unwrap().checkpoint.step;
    assert!(written >= before, "{written} of {before}");
    assert!(folder.join("plane.toml").is_file());

    let mut screen = Screen::open_in(screen.close());
    screen.until("opened", |session| session.model(Slot::A).status().is_some_and(|status| status.step == written));
    screen.session.borrow_mut().apply(FileCommand::OpenRun(folder.clone()));
    assert!(screen.message().1.ends_with("is open already, as model A"), "{:?}", screen.message());
    screen.click("Start A");
    screen.until("it goes on", |session| session.model(Slot::A).status().is_some_and(|status| status.step > written));
    assert_eq!(screen.session.borrow().model(Slot::A).folder.as_deref(), Some(folder.as_path()));
}

#[test]
fn a_run_whose_newest_checkpoint_is_broken_is_opened_at_the_last_whole_one() {
    let mut screen = Screen::ready();
    for step in 1..=3 {
        screen.click("Step A");
        screen.until("a step", |session| session.model(Slot::A).status().is_some_and(|status| status.step == step));
        screen.click("Save A");
        screen.until("saved", |session| session.model(Slot::A).folder.is_some());
    }
    let folder = screen.session.borrow().model(Slot::A).folder.clone().unwrap();
    screen.session.borrow_mut().close();
    let broken = folder.join("checkpoints/000003/weights.safetensors");
    let mut bytes = std::fs::read(&broken).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    std::fs::write(&broken, bytes).unwrap();

    let _runs = screen.close();
    let mut screen = Screen::ready();
    screen.session.borrow_mut().apply(FileCommand::OpenRun(folder.clone()));
    screen.until("a message", |session| session.last_message().is_some_and(|(level, _)| *level == Level::Failed));
    assert!(screen.message().1.contains("the checkpoint of step 2 is whole"), "{:?}", screen.message());
    screen.step();
    screen.step();
    screen.click("Open step 2");
    screen.until("opened", |session| session.model(Slot::A).folder.as_ref() == Some(&folder));
    screen.until("step 2", |session| session.model(Slot::A).status().is_some_and(|status| status.step == 2));
    assert!(folder.join("checkpoints/000003.aside/state.toml").is_file(), "what is broken is put aside");
    screen.click("Step A");
    screen.until("it goes on", |session| session.model(Slot::A).status().is_some_and(|status| status.step == 3));
}

#[test]
fn a_run_is_forked_in_its_place() {
    let mut screen = Screen::ready();
    screen.click("File");
    assert!(
        screen.harness.get_by_label_contains("Fork run A…").accesskit_node().is_disabled(),
        "a fork needs a run in a folder"
    );
    screen.key(Modifiers::NONE, Key::Escape);
    screen.click("Step A");
    screen.until("one step", |session| session.model(Slot::A).status().is_some_and(|status| status.step == 1));
    screen.click("Save A");
    screen.until("saved", |session| session.model(Slot::A).folder.is_some());
    let parent = screen.session.borrow().model(Slot::A).folder.clone().unwrap();
    screen.click("File");
    screen.step();
    screen.harness.get_by_label_contains("Fork run A…").click();
    screen.step();
    screen.step();
    screen.step();
    let began = Instant::now();
    while screen.harness.get_by_label("Fork").accesskit_node().is_disabled() {
        assert!(began.elapsed() < Duration::from_secs(20), "no checkpoints were listed");
        screen.step();
        std::thread::sleep(Duration::from_millis(5));
    }
    screen.harness.get_by_label("To").focus();
    screen.step();
    screen.key(Modifiers::COMMAND, Key::A);
    screen.harness.get_by_label("To").type_text("0.25");
    screen.step();
    screen.step();
    screen.click("Beside it");
    screen.click("Fork");
    screen.until("the fork", |session| session.model(Slot::A).folder.as_ref().is_some_and(|folder| *folder != parent));
    let fork = screen.session.borrow().model(Slot::A).folder.clone().unwrap();
    assert!(fork.ends_with("vae-dense-digits-2"), "{fork:?}");
    let origin = latentarium::run::read_origin(&fork).unwrap().unwrap();
    assert_eq!((origin.step, origin.set["learning_rate"].as_float()), (1, Some(0.25)));
    {
        let session = screen.session.borrow();
        let model = session.model(Slot::A);
        assert_eq!((model.config.real("learning_rate"), model.status().unwrap().step), (Some(0.25), 1));
    }
    screen.click("Step A");
    screen.until("a step", |session| session.model(Slot::A).status().is_some_and(|status| status.step == 2));
    // What cannot be is said in a sentence, and what is there stays.
    let request =
        ForkRequest { run: fork.clone(), step: 1, key: "learning_rate".into(), value: "fast".into(), beside: false };
    screen.session.borrow_mut().apply(FileCommand::Fork(A, request));
    screen.until("a message", |session| session.last_message().is_some_and(|(level, _)| *level == Level::Failed));
    assert!(screen.message().1.contains("learning_rate: \"fast\" is no value for it"), "{:?}", screen.message());
    assert_eq!(screen.session.borrow().model(Slot::A).folder.as_deref(), Some(fork.as_path()));
    // Beside its parent both are there.
    let request =
        ForkRequest { run: fork.clone(), step: 1, key: "learning_rate".into(), value: "0.5".into(), beside: true };
    screen.session.borrow_mut().apply(FileCommand::Fork(A, request));
    screen.until("a fork in B", |session| session.model(Slot::B).folder.is_some());
    let session = screen.session.borrow();
    assert_eq!(session.model(Slot::A).folder.as_deref(), Some(fork.as_path()));
    assert_eq!(session.model(Slot::B).config.real("learning_rate"), Some(0.5));
}

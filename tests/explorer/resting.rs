//! Opening other data keeps what was trained: its models stay on the list, and rest until their data is opened again.

use crate::screen::Screen;
use eframe::egui::{Key, Modifiers};
use egui_kittest::kittest::Queryable;
use latentarium::app::{ModelEntry, Session};
use latentarium::dataset::Source;
use latentarium::snapshot::Snapshot;
use latentarium::ui::command::{Command, DataCommand, ModelCommand};
use latentarium::ui::slot::Slot;

fn bits(snapshot: &Snapshot) -> Vec<u32> {
    let operations = snapshot.encoder.iter().chain([&snapshot.decoder]).flat_map(|network| network.operations());
    operations
        .flat_map(|operation| operation.weight.iter().chain(&*operation.bias))
        .map(|weight| weight.to_bits())
        .collect()
}

fn at(steps: [u64; 2]) -> impl Fn(&Session) -> bool {
    move |session| {
        let shown = |slot: Slot| session.model(slot).shown().map(|snapshot| snapshot.step);
        let status = |slot: Slot| session.model(slot).status().map(|status| status.step);
        Slot::BOTH.into_iter().zip(steps).all(|(slot, step)| status(slot) == Some(step) && shown(slot) == Some(step))
    }
}

fn shown_bits(screen: &Screen) -> [Vec<u32>; 2] {
    let session = screen.session.borrow();
    Slot::BOTH.map(|slot| bits(session.model(slot).shown().expect("a snapshot")))
}

fn resting(screen: &Screen) -> Vec<String> {
    let session = screen.session.borrow();
    let models = session.project().models.iter();
    models.filter_map(|model: &ModelEntry| Some(format!("{} of {}", model.name, model.rests_with.as_ref()?))).collect()
}

fn open(screen: &mut Screen, source: &'static str) {
    screen.session.borrow_mut().apply(DataCommand::Open(Source::parse(source)));
    screen.until("the data", |session| session.data().is_some_and(|data| data.name == source) && session.is_ready());
}

/// Presses a button at the list's end, which may lie below what is seen.
fn press(screen: &mut Screen, name: &str) {
    screen.step();
    screen.harness.get_by_label(name).click_accesskit();
    screen.step();
    screen.step();
}

/// Two models that made two steps on digits.
fn trained() -> Screen {
    let mut screen = Screen::ready_first();
    for step in 1..=2 {
        screen.key(Modifiers::NONE, Key::S);
        screen.until("a step of both", at([step; 2]));
    }
    screen
}

#[test]
fn they_stay_on_the_list_and_a_button_opens_their_data_and_shows_them() {
    let mut screen = trained();
    let (digits, ids) = (shown_bits(&screen), [Slot::A, Slot::B].map(|slot| screen.session.borrow().id(slot)));
    open(&mut screen, "sprites");
    assert_eq!(resting(&screen), ["vae-dense of digits", "gan-plane of digits"]);
    let names = Slot::BOTH.map(|slot| screen.session.borrow().model(slot).name().to_owned());
    assert_eq!(names, ["vae-dense", "gan-plane"], "the same settings, on the other data");
    screen.session.borrow_mut().apply(ModelCommand::Step(ids[0], latentarium::model::Part::Whole));
    assert!(screen.message().1.contains("it rests until"), "{:?}", screen.message());
    screen.key(Modifiers::NONE, Key::S);
    screen.until("a step of those of the sprites alone", at([1; 2]));
    let sprites = shown_bits(&screen);
    press(&mut screen, "Open digits and show vae-dense");
    screen.until("digits", |session| session.data().is_some_and(|data| data.name == "digits"));
    screen.until("as they were", at([2; 2]));
    assert_eq!([Slot::A, Slot::B].map(|slot| screen.session.borrow().id(slot)), ids);
    assert!(shown_bits(&screen) == digits, "the same bits");
    assert_eq!(resting(&screen), ["vae-dense of sprites", "gan-plane of sprites"]);
    screen.session.borrow_mut().apply(Command::Undo);
    screen.until("back to the sprites", at([1; 2]));
    assert!(shown_bits(&screen) == sprites);
    assert_eq!(resting(&screen).len(), 2);
    screen.session.borrow_mut().apply(Command::Redo);
    screen.until("to the digits again", at([2; 2]));
    assert!(shown_bits(&screen) == digits);
    screen.key(Modifiers::NONE, Key::S);
    screen.until("they go on", at([3; 2]));
}

#[test]
fn what_has_learned_nothing_learns_from_the_other_data_or_gives_way() {
    let mut screen = Screen::ready_first();
    open(&mut screen, "sprites");
    assert_eq!((resting(&screen).len(), screen.session.borrow().project().models.len()), (0, 2), "nothing was lost");
    screen.click("Step A");
    screen.until("one step", at([1, 0]));
    open(&mut screen, "digits");
    assert_eq!(resting(&screen), ["vae-dense of sprites"]);
    open(&mut screen, "sprites");
    screen.until("what had learned, and the other anew", at([1, 0]));
    assert_eq!((resting(&screen).len(), screen.session.borrow().project().models.len()), (0, 2));
}

#[test]
fn they_are_there_after_a_new_start_and_can_be_removed() {
    let mut screen = trained();
    let digits = shown_bits(&screen);
    open(&mut screen, "sprites");
    screen.session.borrow_mut().close();
    let mut screen = Screen::open_in(screen.close());
    screen.until("the last session", |session| session.is_ready() && !session.is_restoring());
    assert_eq!(resting(&screen), ["vae-dense of digits", "gan-plane of digits"]);
    let project = screen.session.borrow().project().clone();
    let gan = project.models.iter().find(|model| model.is_resting() && model.name == "gan-plane").unwrap().id;
    screen.session.borrow_mut().apply(ModelCommand::Remove(gan));
    assert_eq!(resting(&screen), ["vae-dense of digits"]);
    assert_eq!(screen.message().1, "Removed gan-plane (2 steps)");
    screen.session.borrow_mut().apply(Command::Undo);
    assert_eq!(*screen.session.borrow().project(), project);
    screen.step();
    screen.step();
    assert_eq!(screen.harness.query_all_by_label("Paused at step 2").count(), 2);
    press(&mut screen, "Open digits and show gan-plane");
    screen.until("as they were", at([2; 2]));
    assert!(shown_bits(&screen) == digits, "the same bits, from disk");
    assert_eq!(resting(&screen).len(), 0, "those of the sprites had learned nothing");
    assert!(screen.harness.query_by_label("Of other data").is_none());
}

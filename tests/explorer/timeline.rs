//! Looking back at training: by hand, by key, as a film, in a run on disk and in the memory of this sitting.

use crate::screen::{A, Screen};
use eframe::egui::accesskit::Role;
use eframe::egui::{Key, Modifiers, Pos2, pos2};
use egui_kittest::kittest::{NodeT, Queryable};
use latentarium::app::Session;
use latentarium::explore::timeline::{KeptIn, PlayWay, TimelineAxis, TimelinePlace};
use latentarium::run;
use latentarium::snapshot::{Network, Snapshot};
use latentarium::ui::command::{Command, ModelCommand, TimelineCommand};
use latentarium::ui::slot::Slot;

fn shown(session: &Session, slot: Slot) -> u64 {
    session.model(slot).shown().map_or(0, |shown| shown.step)
}

fn newest(session: &Session, slot: Slot) -> u64 {
    session.model(slot).newest().map_or(0, |newest| newest.step)
}

fn marks(session: &Session) -> Vec<(u64, KeptIn)> {
    let track = session.timeline().tracks.get(A);
    track.map(|track| track.marks().iter().map(|mark| (mark.step, mark.kept)).collect()).unwrap_or_default()
}

fn bits(snapshot: &Snapshot) -> Vec<u32> {
    let networks = [Some(&snapshot.decoder), snapshot.encoder.as_ref()];
    let operations = networks.into_iter().flatten().flat_map(Network::operations);
    operations.flat_map(|operation| operation.weight.iter().chain(operation.bias.iter()).map(|x| x.to_bits())).collect()
}

/// Both models are small enough to train fast where nothing is optimised.
fn small() -> Screen {
    let mut screen = Screen::ready();
    for slot in Slot::BOTH {
        let (id, config) = {
            let session = screen.session.borrow();
            (session.id(slot), session.model(slot).config.with("hidden", vec![12]).unwrap())
        };
        let config = config.with("batch", 16).unwrap();
        screen.session.borrow_mut().apply(ModelCommand::Edit(id, Box::new(config)));
        screen.session.borrow_mut().apply(ModelCommand::Reset(id));
    }
    screen.until_made();
    screen.until("small networks", |session| {
        Slot::BOTH.iter().all(|slot| {
            let model = session.model(*slot);
            model.trainer.as_ref().is_some_and(|trainer| trainer.config() == *model.config)
        })
    });
    screen
}

/// Both models have trained, with several snapshots in memory, and rest.
pub fn trained() -> Screen {
    let mut screen = small();
    screen.session.borrow_mut().apply(ModelCommand::ToggleAll);
    screen.until("several snapshots of both", |session| {
        let marks = |id| session.timeline().tracks.get(id).map_or(0, |track| track.marks().len());
        marks(A) > 8 && marks(session.id(Slot::B)) > 4
    });
    screen.session.borrow_mut().apply(ModelCommand::ToggleAll);
    screen.until("a pause", |session| !session.is_training());
    screen.until("the newest in memory", |session| marks(session).last().is_some_and(|(step, _)| *step > 8));
    screen
}

/// Makes these steps of A, and saves after each.
fn save_steps(screen: &mut Screen, steps: std::ops::RangeInclusive<u64>) {
    for step in steps {
        screen.click("Step A");
        screen.until("a step", |session| session.model(Slot::A).status().is_some_and(|status| status.step == step));
        screen.click("Save A");
        screen.until("saved", |session| {
            session.model(Slot::A).status().is_some_and(|status| status.saved_step == Some(step))
        });
    }
}

/// Waits until the weights on which the scrubber stands are shown.
fn settle(screen: &mut Screen) {
    screen.step();
    screen.until("the weights", |session| !session.timeline_is_pending());
}

fn apply(screen: &mut Screen, command: impl Into<Command>) {
    screen.session.borrow_mut().apply(command);
    settle(screen);
}

#[test]
fn everything_is_shown_as_it_was_at_the_step_and_live_shows_the_newest_again() {
    let mut screen = trained();
    let all = marks(&screen.session.borrow());
    assert!(all.windows(2).all(|pair| pair[0].0 < pair[1].0), "{all:?}");
    let last = all.last().unwrap().0;
    assert_eq!((shown(&screen.session.borrow(), Slot::A), last), (last, newest(&screen.session.borrow(), Slot::A)));
    let (middle, kept) = all[all.len() / 2];
    assert_eq!(kept, KeptIn::Memory);
    apply(&mut screen, TimelineCommand::Go(TimelinePlace::At(middle as f64 + 0.5)));
    assert_eq!(shown(&screen.session.borrow(), Slot::A), middle, "what was kept last before it");
    assert!(shown(&screen.session.borrow(), Slot::B) <= middle || marks(&screen.session.borrow())[0].0 > middle);
    // Tiles, and all points, follow; what is drawn says which step it is of.
    screen.until("tiles of it", |session| session.decode_is_settled());
    screen
        .until("points of it", |session| session.points(Slot::A).is_some_and(|points| points.encoding.step == middle));
    screen.step();
    let says = |screen: &Screen, words: &str| screen.harness.query_all_by_label_contains(words).next().is_some();
    let whole = latentarium::ui::text::whole;
    assert!(says(&screen, &format!("step {} of {}, 16 bit", whole(middle), whole(last))), "the plane says so");
    let slider = screen.harness.get_by_role_and_label(Role::Slider, "Timeline");
    let value = slider.accesskit_node().value().unwrap();
    assert!(value.contains(&format!("A: step {}, in memory, 16 bit", whole(middle))), "{value}");
    screen.click("Live");
    settle(&mut screen);
    assert_eq!(shown(&screen.session.borrow(), Slot::A), last);
    screen.until("points of now", |session| session.points(Slot::A).is_some_and(|points| points.encoding.step == last));
    assert!(!says(&screen, "16 bit"));
    // Nothing of it is a change of the person's work.
    let before = screen.session.borrow().project().clone();
    screen.session.borrow_mut().apply(Command::Undo);
    assert_eq!(screen.session.borrow().project().cursor, before.cursor);
    assert_eq!(screen.session.borrow().timeline().place, TimelinePlace::Live);
}

#[test]
fn a_drag_and_keys_move_the_scrubber_and_the_planes_arrows_stay_as_they_are() {
    let mut screen = trained();
    let last = newest(&screen.session.borrow(), Slot::A);
    let rect = screen.harness.get_by_role_and_label(Role::Slider, "Timeline").rect();
    let at = |part: f32| -> Pos2 { pos2(rect.left() + part * rect.width(), rect.center().y) };
    screen.harness.drag_at(at(0.9));
    screen.step();
    screen.harness.hover_at(at(0.4));
    settle(&mut screen);
    let here = shown(&screen.session.borrow(), Slot::A);
    assert!(here < last && screen.session.borrow().model(Slot::A).looks_back(), "{here} of {last}");
    screen.harness.drop_at(at(0.4));
    settle(&mut screen);
    assert_eq!(shown(&screen.session.borrow(), Slot::A), here);
    // It has the keyboard now: arrows go from mark to mark of both.
    let places = screen.session.borrow().timeline().places();
    let position = |screen: &Screen| screen.session.borrow().timeline().position();
    let before = position(&screen);
    let cursor = screen.session.borrow().cursor();
    screen.key(Modifiers::NONE, Key::ArrowRight);
    settle(&mut screen);
    assert_eq!(Some(position(&screen)), places.iter().copied().find(|x| *x > before));
    screen.key(Modifiers::SHIFT, Key::ArrowLeft);
    settle(&mut screen);
    let index = |x: f64| places.iter().position(|place| *place == x).unwrap();
    let from = places.partition_point(|x| *x <= before);
    assert_eq!(index(position(&screen)), from.saturating_sub(10));
    screen.key(Modifiers::NONE, Key::Home);
    settle(&mut screen);
    assert_eq!(position(&screen), places[0]);
    screen.key(Modifiers::NONE, Key::End);
    settle(&mut screen);
    assert_eq!(screen.session.borrow().timeline().place, TimelinePlace::Live);
    assert_eq!(screen.session.borrow().cursor(), cursor, "the cursor stood still");
    // Without the keyboard's focus on the scrubber the arrows are the plane's.
    screen.key(Modifiers::NONE, Key::Escape);
    screen.key(Modifiers::NONE, Key::ArrowRight);
    assert_ne!(screen.session.borrow().cursor(), cursor);
    assert_eq!(screen.session.borrow().timeline().place, TimelinePlace::Live);
}

#[test]
fn training_runs_as_a_film_both_ways_and_stops_at_its_ends() {
    let mut screen = trained();
    screen.session.borrow_mut().apply(TimelineCommand::Rate(20));
    let expected = screen.session.borrow().timeline().places();
    let mut positions = Vec::new();
    screen.click("Play forwards");
    screen.until("the end of the film", |session| {
        positions.push(session.timeline().position());
        session.film().is_none()
    });
    positions.dedup();
    assert_eq!(screen.session.borrow().timeline().place, TimelinePlace::Live);
    // Some frames of the test may be longer than a picture of the film; none of those is left out.
    let first = expected.partition_point(|x| *x < positions[0]);
    assert_eq!(positions, expected[first..], "mark by mark");
    screen.click("Play backwards");
    screen.until("some pictures", |session| session.timeline().place != TimelinePlace::Live);
    assert_eq!(screen.session.borrow().film(), Some(PlayWay::Backwards));
    screen.click("Hold the film");
    let held = screen.session.borrow().timeline().place;
    settle(&mut screen);
    for _ in 0..5 {
        std::thread::sleep(std::time::Duration::from_millis(60));
        screen.step();
    }
    assert_eq!((screen.session.borrow().timeline().place, screen.session.borrow().film()), (held, None));
    screen.click("Play backwards");
    screen.until("the beginning", |session| session.film().is_none());
    assert_eq!(screen.session.borrow().timeline().position(), expected[0]);
}

#[test]
fn what_trains_goes_on_while_it_is_looked_back_at() {
    let mut screen = small();
    screen.session.borrow_mut().apply(ModelCommand::ToggleAll);
    screen.until("snapshots", |session| marks(session).len() > 4);
    let (step, _) = marks(&screen.session.borrow())[1];
    apply(&mut screen, TimelineCommand::Go(TimelinePlace::At(step as f64)));
    let before = screen.steps(Slot::A);
    screen.until("newer snapshots", |session| newest(session, Slot::A) > before + 20);
    let session = screen.session.borrow();
    assert!(session.model(Slot::A).is_training());
    let here = shown(&session, Slot::A);
    assert!(here <= step, "it stays where it is: {here}, not after {step}");
    let (held, most) = session.ring_bytes();
    assert!(held > 0 && held <= most, "{held} of {most} bytes");
    drop(session);
    screen.session.borrow_mut().apply(ModelCommand::ResetAll);
    screen.until("the beginning", |session| session.model(Slot::A).status().is_some_and(|status| status.step == 0));
    screen.step();
    let session = screen.session.borrow();
    assert_eq!(session.timeline().place, TimelinePlace::Live, "there is nothing to look back at any more");
}

#[test]
fn the_checkpoints_of_a_run_are_seen_to_the_bit_and_forked_where_one_stands() {
    let mut screen = small();
    save_steps(&mut screen, 1..=3);
    let folder = screen.session.borrow().model(Slot::A).folder.clone().unwrap();
    screen.until("its checkpoints", |session| {
        marks(session) == [(1, KeptIn::Run), (2, KeptIn::Run), (3, KeptIn::Newest)]
            || marks(session) == [(0, KeptIn::Memory), (1, KeptIn::Run), (2, KeptIn::Run), (3, KeptIn::Newest)]
    });
    apply(&mut screen, TimelineCommand::Go(TimelinePlace::At(2.0)));
    {
        let session = screen.session.borrow();
        let stopped = run::open_at(&folder, Some(2)).unwrap().snapshot;
        assert!(bits(session.model(Slot::A).shown().unwrap()) == bits(&stopped), "to the bit");
        assert_eq!(session.model(Slot::A).status().unwrap().step, 3, "the run is where it was");
    }
    screen.until("tiles", |session| session.decode_is_settled());
    assert!(screen.harness.query_all_by_label_contains("step 2 of 3").next().is_some());
    screen.click("Fork here…");
    screen.step();
    screen.click("Fork A at step 2…");
    screen.step();
    screen.until("the window", |_| true);
    for _ in 0..100 {
        if !screen.harness.get_by_role_and_label(Role::Button, "Fork").accesskit_node().is_disabled() {
            break;
        }
        std::thread::sleep(std::time::Duration::from_millis(20));
        screen.step();
    }
    let step = screen.harness.get_by_role_and_label(Role::ComboBox, "At step");
    assert_eq!(step.accesskit_node().value(), Some("2".to_owned()));
    // A checkpoint that is broken is said so, and is no mark any more.
    screen.key(Modifiers::NONE, Key::Escape);
    apply(&mut screen, TimelineCommand::Go(TimelinePlace::Live));
    save_steps(&mut screen, 4..=5);
    screen.until("its checkpoints", |session| marks(session).contains(&(4, KeptIn::Run)));
    std::fs::write(folder.join("checkpoints/000004/weights.safetensors"), b"nothing").unwrap();
    screen.session.borrow_mut().apply(TimelineCommand::Go(TimelinePlace::At(4.0)));
    screen.until("a message", |session| session.last_message().is_some_and(|(_, message)| message.contains("000004")));
    settle(&mut screen);
    assert!(!marks(&screen.session.borrow()).contains(&(4, KeptIn::Run)));
    assert!(shown(&screen.session.borrow(), Slot::A) <= 4, "what is kept before it is shown");
}

#[test]
fn two_models_are_aligned_as_is_chosen() {
    let mut screen = trained();
    let (step, _) = marks(&screen.session.borrow())[3];
    apply(&mut screen, TimelineCommand::Go(TimelinePlace::At(step as f64)));
    screen.click("Timeline options");
    screen.step();
    screen.click("images seen");
    settle(&mut screen);
    {
        let session = screen.session.borrow();
        let timeline = session.timeline();
        let batch = session.model(Slot::A).config.images_per_step(session.data().unwrap().train.count()) as f64;
        assert_eq!((timeline.axis, timeline.place), (TimelineAxis::Images, TimelinePlace::At(step as f64 * batch)));
        assert_eq!(shown(&session, Slot::A), step, "it stays on the step on which it stood");
    }
    screen.session.borrow_mut().apply(TimelineCommand::Align(TimelineAxis::Seconds));
    settle(&mut screen);
    let session = screen.session.borrow();
    assert_eq!(shown(&session, Slot::A), step);
    let end = session.timeline().end();
    let trained = |slot: Slot| session.model(slot).status().unwrap().train_s;
    let longest = trained(Slot::A).max(trained(Slot::B));
    assert!((end - longest).abs() < 0.05 * longest + 0.05, "{end} s of {longest} s");
}

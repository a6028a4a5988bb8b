//! The list of models, the sheet that compares them, and taking changes back.

use crate::screen::{A, Screen};
use eframe::egui::{Key, Modifiers, Vec2};
use egui_kittest::kittest::Queryable;
use latentarium::app::Session;
use latentarium::explore::line::PlaneLine;
use latentarium::explore::plane::PlaneAxis;
use latentarium::model::ModelId;
use latentarium::ui::command::{Command, ModelCommand, PlaneCommand};
use latentarium::ui::slot::Slot;

#[test]
fn models_are_added_shown_duplicated_and_removed_and_all_of_it_is_taken_back() {
    let mut screen = Screen::ready();
    screen.until_made();
    let names = |screen: &Screen| -> Vec<String> {
        screen.session.borrow().project().models.iter().map(|model| model.name.clone()).collect()
    };
    screen.session.borrow_mut().apply(ModelCommand::Duplicate(A));
    let c = screen.session.borrow().project().models[1].id;
    assert_eq!(names(&screen), ["vae-dense", "vae-dense 2", "gan-plane"]);
    screen.session.borrow_mut().apply(ModelCommand::Rename(c, "β 4".to_owned()));
    screen.session.borrow_mut().apply(ModelCommand::Show(Slot::B, c));
    let wider = screen.session.borrow().model(Slot::B).config.with("beta", 4.0).unwrap();
    screen.session.borrow_mut().apply(ModelCommand::Edit(c, Box::new(wider)));
    screen.until_made();
    // Two VAEs of another β side by side, both with reconstructions.
    screen.key(Modifiers::NONE, Key::S);
    screen.until("a step of each", |session| {
        Slot::BOTH.iter().all(|slot| session.model(*slot).status().is_some_and(|status| status.step == 1))
    });
    screen.until("a sheet of both", |session| {
        session.sheet().is_some_and(|sheet| sheet.models.iter().all(|model| model.reconstruction(0).is_some()))
    });
    screen.session.borrow_mut().apply(ModelCommand::Remove(c));
    assert_eq!(names(&screen), ["vae-dense", "gan-plane"]);
    screen.session.borrow_mut().apply(Command::Undo);
    assert_eq!(names(&screen), ["vae-dense", "β 4", "gan-plane"]);
    assert_eq!(screen.session.borrow().id(Slot::B), c);
    for _ in 0..4 {
        screen.session.borrow_mut().apply(Command::Undo);
    }
    assert_eq!(names(&screen), ["vae-dense", "gan-plane"]);
    assert_eq!(screen.session.borrow().id(Slot::B), ModelId(1));
}

#[test]
fn changes_are_taken_back() {
    let mut screen = Screen::ready();
    screen.session.borrow_mut().apply(PlaneCommand::Cursor([1.0, 0.5]));
    screen.key(Modifiers::COMMAND, Key::Z);
    assert_eq!(screen.session.borrow().cursor(), [0.0, 0.0]);
    screen.key(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z);
    assert_eq!(screen.session.borrow().cursor(), [1.0, 0.5]);
}

#[test]
fn origin_here_is_taken_back_with_the_cursor() {
    let mut screen = Screen::ready();
    screen.until("points", |session| session.points(Slot::A).is_some());
    screen.session.borrow_mut().apply(PlaneCommand::CursorSettled([1.0, 0.5]));
    let plane = |screen: &Screen| screen.session.borrow().plane(Slot::A).map(|plane| plane.origin.clone());
    let before = plane(&screen);
    let image = screen.session.borrow().points(Slot::A).unwrap().image(0).unwrap();
    screen.session.borrow_mut().apply(PlaneCommand::OriginFromPoint(A, image));
    screen.step();
    assert_ne!(plane(&screen), before);
    assert_eq!(screen.session.borrow().cursor(), [0.0, 0.0]);
    screen.session.borrow_mut().apply(Command::Undo);
    screen.step();
    assert_eq!((plane(&screen), screen.session.borrow().cursor()), (before, [1.0, 0.5]));
    screen.session.borrow_mut().apply(Command::Redo);
    screen.step();
    assert_eq!(screen.session.borrow().cursor(), [0.0, 0.0]);
}

#[test]
fn what_is_done_to_a_plane_is_taken_back_one_gesture_after_another() {
    let mut screen = Screen::ready();
    let config = screen.session.borrow().model(Slot::A).config.with("latent", 6u64).unwrap();
    screen.session.borrow_mut().apply(ModelCommand::Edit(A, Box::new(config)));
    screen.session.borrow_mut().apply(ModelCommand::Reset(A));
    screen.until("points of six dimensions", |session| {
        session.points(Slot::A).is_some_and(|points| points.encoding.latent == 6)
    });
    let plane = |screen: &Screen| (**screen.session.borrow().plane(Slot::A).unwrap()).clone();
    let line = PlaneLine { from: [-1.0, 0.5], to: [1.0, 1.0] };
    let gestures: [&[PlaneCommand]; 5] = [
        &[PlaneCommand::Along(A, PlaneAxis::X, 4)],
        &[PlaneCommand::Along(A, PlaneAxis::Y, 2)],
        &[0.5, 0.75, 1.0].map(|value| PlaneCommand::OriginCoordinate(A, 5, value)),
        &[PlaneCommand::CursorSettled([1.0, 0.5]), PlaneCommand::OriginToCursor(A)],
        &[PlaneCommand::Line(Some(line)), PlaneCommand::LineSettled(line)],
    ];
    let first = plane(&screen);
    for gesture in gestures {
        gesture.iter().for_each(|command| screen.session.borrow_mut().apply(command.clone()));
        screen.step();
    }
    let now = plane(&screen);
    assert_eq!([now.dimension(PlaneAxis::X), now.dimension(PlaneAxis::Y)], [Some(4), Some(2)]);
    assert_eq!(now.origin, [0.0, 0.0, 0.5, 0.0, 1.0, 1.0]);
    assert_eq!(screen.session.borrow().project().line, Some(line));
    assert!(screen.harness.query_by_label("Twelve images along the line").is_some());
    let mut undo = || {
        screen.session.borrow_mut().apply(Command::Undo);
        screen.step();
        (plane(&screen), screen.session.borrow().project().line)
    };
    assert_eq!(undo(), (now.clone(), None));
    assert_eq!(undo().0.origin, [0.0, 0.0, 0.0, 0.0, 0.0, 1.0]);
    undo();
    let before_drag = undo().0;
    assert_eq!((before_drag.origin, before_drag.v), (vec![0.0; 6], now.v));
    undo();
    assert_eq!(undo().0.u, first.u);
}

/// The first sample of model B.
fn first_sample(session: &Session) -> Vec<f32> {
    session.sheet().unwrap().models[1].samples[0].image.clone()
}

#[test]
fn the_sheet_compares_and_a_new_seed_draws_other_samples() {
    let mut screen = Screen::ready();
    screen.until("a sheet", |session| session.sheet().is_some());
    let sample = |screen: &Screen| first_sample(&screen.session.borrow());
    let before = sample(&screen);
    screen.click("New seed");
    screen.until("another sheet", |session| first_sample(session) != before);
    screen.harness.get_by_label_contains("Original 1 ").click();
    for _ in 0..3 {
        screen.step();
    }
    let session = screen.session.borrow();
    assert_eq!(session.project().selection, Some(session.sheet().unwrap().originals[0].index));
}

#[test]
fn the_class_shares_of_both_models_come_by_themselves() {
    let mut screen = Screen::ready();
    let began = std::time::Instant::now();
    let has = |screen: &Screen, slot: &str| {
        let name = format!("Class shares of {slot} at step");
        screen.harness.query_by_label_contains(&name).is_some()
    };
    while !has(&screen, "A") || !has(&screen, "B") {
        assert!(began.elapsed().as_secs() < 60, "not within a minute");
        screen.step();
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
}

/// The window keeps something of each menu and tip that was ever open, by ids.
#[test]
fn the_card_of_a_model_that_is_gone_leaves_its_menu_to_the_next() {
    let mut screen = Screen::ready();
    // As high as four cards.
    screen.harness.set_size(Vec2::new(1440.0, 2400.0));
    let mut layers = Vec::new();
    for _ in 0..4 {
        screen.session.borrow_mut().apply(ModelCommand::Add("vae-dense".to_owned()));
        screen.step();
        let (id, label) = {
            let session = screen.session.borrow();
            let id = session.project().models.last().unwrap().id;
            (id, session.project().label(id))
        };
        layers.push(layers_with_menu_of(&mut screen, &label));
        // One place further down.
        screen.session.borrow_mut().apply(ModelCommand::Duplicate(A));
        screen.step();
        let another = screen.session.borrow().project().models[1].id;
        layers.push(layers_with_menu_of(&mut screen, &label));
        for id in [id, another] {
            screen.session.borrow_mut().apply(ModelCommand::Remove(id));
        }
        screen.step();
    }
    assert!(layers.iter().all(|count| *count == layers[0]), "{layers:?}");
}

/// Layers that the window has ever had, once the menu of a model has been open.
fn layers_with_menu_of(screen: &mut Screen, label: &str) -> usize {
    screen.harness.get_by_label(&format!("Menu of {label}")).click();
    screen.step();
    screen.step();
    assert!(screen.harness.query_by_label("Duplicate").is_some());
    screen.harness.key_press(Key::Escape);
    screen.step();
    screen.harness.ctx.viewport(|viewport| viewport.prev_pass.widgets.layer_ids().len())
}

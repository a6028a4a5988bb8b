//! Planes along what codes and anchors give, the cursor's latent as a whole, and selections: through the whole program.

use crate::screen::{A, Screen};
use latentarium::explore::anchors::Anchor;
use latentarium::explore::codes::{Attribute, PlaneBasis};
use latentarium::explore::direction_source::DirectionSource;
use latentarium::explore::outline::{Outline, SelectBy};
use latentarium::explore::plane::{Plane, PlaneAxis};
use latentarium::ui::Pane;
use latentarium::ui::command::{Command, ModelCommand, PlaneCommand, ViewCommand};
use latentarium::ui::slot::Slot;

/// A screen whose A has six latent dimensions, with points.
fn six() -> Screen {
    let mut screen = Screen::ready_first();
    let config = screen.session.borrow().model(Slot::A).config.with("latent", 6u64).unwrap();
    screen.session.borrow_mut().apply(ModelCommand::Edit(A, Box::new(config)));
    screen.session.borrow_mut().apply(ModelCommand::Reset(A));
    screen.until("points of six dimensions", |session| {
        session.points(Slot::A).is_some_and(|points| points.encoding.latent == 6)
    });
    screen
}

fn plane(screen: &Screen) -> Plane {
    (**screen.session.borrow().plane(Slot::A).unwrap()).clone()
}

fn apply(screen: &Screen, command: impl Into<Command>) {
    screen.session.borrow_mut().apply(command);
}

#[test]
fn planes_are_laid_along_components_and_attributes_and_taken_back() {
    let mut screen = six();
    let first = plane(&screen);
    apply(&screen, PlaneCommand::Lay(A, PlaneBasis::Components));
    let component = |number: u32| move |source: &DirectionSource| matches!(source, DirectionSource::Component { number: of, share } if *of == number && (0.0..=1.0).contains(share));
    screen.until("components", |session| {
        session.plane(Slot::A).is_some_and(|plane| plane.source(PlaneAxis::X).is_some_and(component(1)))
    });
    let components = plane(&screen);
    assert!(components.source(PlaneAxis::Y).is_some_and(component(2)));
    apply(&screen, PlaneCommand::Lay(A, PlaneBasis::Attribute(PlaneAxis::Y, Attribute::Class(3))));
    screen.until("an attribute", |session| {
        session
            .plane(Slot::A)
            .is_some_and(|plane| matches!(plane.source(PlaneAxis::Y), Some(DirectionSource::Attribute(_))))
    });
    let Some(DirectionSource::Attribute(figures)) = plane(&screen).source(PlaneAxis::Y).cloned() else { panic!() };
    assert!(figures.name == "3" && figures.distance > 0.0 && figures.error > 0.0 && figures.angle_deg > 0.0);
    assert_eq!(plane(&screen).origin, components.origin, "the origin stays");
    apply(&screen, Command::Undo);
    screen.step();
    assert_eq!(plane(&screen), components);
    apply(&screen, Command::Undo);
    screen.step();
    assert_eq!(plane(&screen), first);
}

#[test]
fn the_third_anchor_lays_the_plane_and_is_taken_back_with_it() {
    let mut screen = six();
    let first = plane(&screen);
    let code = |screen: &Screen, point: usize| {
        let points = screen.session.borrow().points(Slot::A).unwrap();
        let image = points.image(point).map(|image| image as u32);
        Anchor { latent: points.encoding.posterior(point).unwrap().0.to_vec(), image }
    };
    for place in 0..2 {
        apply(&screen, PlaneCommand::Anchor(A, place, Some(code(&screen, 10 + place))));
        screen.step();
        assert_eq!(plane(&screen), first);
    }
    let third = code(&screen, 30);
    apply(&screen, PlaneCommand::Anchor(A, 2, Some(third.clone())));
    screen.step();
    let laid = plane(&screen);
    assert_eq!(laid.source(PlaneAxis::X), Some(&DirectionSource::Anchors));
    let back = laid.latent_from_plane(laid.plane_from_latent(&third.latent));
    assert!(back.iter().zip(&third.latent).all(|(a, b)| (a - b).abs() < 1e-3), "{back:?} {third:?}");
    apply(&screen, Command::Undo);
    screen.step();
    assert_eq!(plane(&screen), first);
    assert!(screen.session.borrow().project().anchors.get(A).is_some_and(|anchors| anchors.get(2).is_none()));
    // Of another number of dimensions it is none of this model's.
    apply(&screen, PlaneCommand::Anchor(A, 2, Some(Anchor { latent: vec![0.0; 3], image: None })));
    assert!(screen.session.borrow().project().anchors.get(A).is_some_and(|anchors| anchors.get(2).is_none()));
}

#[test]
fn the_cursors_latent_goes_where_it_is_put_and_one_turn_is_one_change() {
    let mut screen = six();
    let first = plane(&screen);
    let latent = |screen: &Screen| plane(screen).latent_from_plane(screen.session.borrow().cursor());
    let to = [0.5f32, -1.0, 0.25, 2.0, 0.0, -0.75];
    for part in [0.25f32, 0.5, 1.0] {
        apply(&screen, PlaneCommand::MoveTo(A, to.map(|z| z * part).to_vec()));
    }
    assert!(latent(&screen).iter().zip(to).all(|(a, b)| (a - b).abs() < 1e-5), "{:?}", latent(&screen));
    assert_eq!((&plane(&screen).u, &plane(&screen).v), (&first.u, &first.v));
    apply(&screen, PlaneCommand::MoveTo(A, vec![f32::NAN; 6]));
    apply(&screen, Command::Undo);
    screen.step();
    assert_eq!((plane(&screen), screen.session.borrow().cursor()), (first, [0.0, 0.0]));
}

#[test]
fn effects_are_measured_where_the_panel_is_seen() {
    let mut screen = six();
    apply(&screen, ViewCommand::Maximise(Some(Pane::of("latent"))));
    screen.step();
    use egui_kittest::kittest::Queryable;
    let began = std::time::Instant::now();
    while screen.harness.query_by_label_contains("a unit along a random direction").is_none() {
        assert!(began.elapsed().as_secs() < 60, "not measured");
        screen.step();
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    assert!(screen.harness.query_all_by_label_contains("effect").count() > 5);
}

#[test]
fn an_outline_and_a_search_select_test_images() {
    let mut screen = Screen::ready();
    screen.until("points", |session| session.points(Slot::A).is_some());
    let selected = |session: &latentarium::app::Session| session.selected().map(|images| images.to_vec());
    apply(&screen, PlaneCommand::Select(A, SelectBy::Outline(Outline::of_box([-50.0, -50.0], [0.0, 50.0]))));
    screen.until("an outline", |session| selected(session).is_some());
    let points = screen.session.borrow().points(Slot::A).unwrap();
    let left = (0..points.count()).filter(|point| points.position(*point).unwrap()[0] < 0.0).count();
    assert_eq!(selected(&screen.session.borrow()).unwrap().len(), left);
    apply(&screen, PlaneCommand::Select(A, SelectBy::Search("#5".to_owned())));
    screen.until("a search", |session| selected(session) == Some(vec![5]));
    apply(&screen, PlaneCommand::Deselect);
    assert_eq!(selected(&screen.session.borrow()), None);
}

//! Paths over planes: which of them is made.

use crate::screen::{A, Screen};
use latentarium::app::Session;
use latentarium::explore::path::{PathKind, PlanePath};
use latentarium::ui::command::{Command, ModelCommand, PlaneCommand, ViewCommand};
use latentarium::ui::slot::Slot;

/// Paths that are being made.
fn paths_in_the_making(session: &Session) -> usize {
    session.in_the_making().iter().filter(|name| *name == "path over a plane").count()
}

/// Shows the plane of a view's model.
fn show_plane(screen: &mut Screen, slot: Slot) {
    let mut settings = screen.session.borrow().settings().clone();
    settings.plane.model = slot;
    screen.session.borrow_mut().apply(ViewCommand::Settings(Box::new(settings)));
    screen.step();
    screen.step();
}

/// A shortest way through many dimensions takes long: it is made for nobody where the plane is not shown any more, or its
/// model is gone, and again where it is shown again.
#[test]
fn a_path_is_made_over_the_plane_that_is_shown_alone() {
    let mut screen = Screen::ready();
    let config = screen.session.borrow().model(Slot::A).config.clone();
    let config = config.with("hidden", vec![256]).unwrap().with("latent", 64).unwrap();
    screen.session.borrow_mut().apply(ModelCommand::Edit(A, Box::new(config)));
    screen.session.borrow_mut().apply(ModelCommand::Reset(A));
    screen.until("many dimensions", |session| session.plane(Slot::A).is_some_and(|plane| plane.latent() == 64));
    let waypoints = (0..8).map(|place| [(place as f32).cos(), (place as f32).sin()]).collect();
    let path = PlanePath { waypoints, kind: PathKind::Geodesic, ..PlanePath::default() };
    screen.session.borrow_mut().apply(PlaneCommand::Path(Some(path)));
    screen.until("a long path", |session| paths_in_the_making(session) == 1);
    show_plane(&mut screen, Slot::B);
    screen.until("the path over the other plane", |session| session.path_made(Slot::B).is_some());
    assert_eq!(paths_in_the_making(&screen.session.borrow()), 0, "one is made that nobody looks at");
    assert!(screen.session.borrow().path_made(Slot::A).is_none(), "it does not take long");
    show_plane(&mut screen, Slot::A);
    screen.until("the long path anew", |session| paths_in_the_making(session) == 1);
    screen.session.borrow_mut().apply(Command::from(ModelCommand::Remove(A)));
    assert_eq!(paths_in_the_making(&screen.session.borrow()), 0, "one is made of a model that is gone");
}

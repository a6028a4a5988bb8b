//! The heat of the image that is looked at: in the frame in which it is another one.

use crate::plane::{State, area, harness, points_of};
use eframe::egui::Pos2;
use egui_kittest::Harness;
use latentarium::explore::browse::{DataPart, ExamplePlace};
use latentarium::explore::field::{FieldGrid, FieldScratch, FieldSource, POSTERIOR};
use latentarium::explore::posterior::PosteriorSubject;
use latentarium::explore::viewport::Viewport;
use latentarium::ui::slot::Slot;
use std::sync::Arc;

/// What the viewer would give of a subject on the plane as it is seen.
fn by_viewer(harness: &Harness<'_, State>, subject: PosteriorSubject, scratch: &mut FieldScratch) -> Arc<FieldGrid> {
    let State { panel, screen } = harness.state();
    let source = FieldSource {
        snapshot: screen.snapshots[&Slot::A].clone(),
        plane: screen.planes.get(crate::panel::id(Slot::A)).unwrap().plane.clone().unwrap(),
        lattice: panel.lattice(POSTERIOR.cells).unwrap(),
        encoding: None,
        classifier: None,
        others: Arc::default(),
        image: subject.image(screen.data.as_ref(), None),
    };
    Arc::new(FieldGrid::make(&POSTERIOR, &source, scratch, &mut || true).unwrap())
}

/// Places of the screen under which different images' points are, with the images.
fn points_on_screen(harness: &Harness<'_, State>) -> Vec<(Pos2, PosteriorSubject)> {
    let ((rect, area), points) = (area(harness), points_of(harness));
    let inner = rect.shrink2([180.0, 60.0].into());
    let mut found: Vec<(Pos2, PosteriorSubject)> = Vec::new();
    for point in &points.points {
        let at = Pos2::from(Viewport::default().pixel_from_plane(area, point.position));
        let nearest = points.nearest(point.position, 1.0, |_| true).and_then(|nearest| points.image(nearest));
        let subject = nearest.map(|index| PosteriorSubject::Example(ExamplePlace { part: DataPart::Test, index }));
        if let Some(subject) = subject.filter(|_| inner.contains(at))
            && found.iter().all(|(_, other)| *other != subject)
        {
            found.push((at, subject));
        }
    }
    found
}

#[test]
fn heat_of_another_image_is_drawn_in_the_frame_in_which_it_is_looked_at() {
    let mut state = State::new(2, true);
    state.show_only(&["points", "posterior"]);
    let mut harness = harness(state);
    let points = points_on_screen(&harness);
    assert!(points.len() >= 4, "{}", points.len());
    let mut scratch = FieldScratch::default();
    // Nothing has been decoded: it is left to the viewer.
    harness.hover_at(points[0].0);
    harness.step();
    assert!(harness.state().panel.heat().is_none());
    let other = by_viewer(&harness, points[3].1, &mut scratch);
    harness.state_mut().screen.plane(Slot::A).fields.insert(POSTERIOR.id, other);
    for (number, (at, subject)) in points.iter().take(3).enumerate() {
        harness.hover_at(*at);
        harness.step();
        let panel = &harness.state().panel;
        let drawn = panel.heat().cloned().expect("heat in the same frame");
        assert_eq!(drawn.values.subject(), Some(*subject));
        let expected = by_viewer(&harness, *subject, &mut scratch);
        assert!(drawn.values.values == expected.values.values && drawn.lattice == expected.lattice);
        // An idle frame makes none.
        harness.run_steps(3);
        assert_eq!(harness.state().panel.heats_made(), number as u64 + 1);
        // The viewer's answer changes nothing.
        harness.state_mut().screen.plane(Slot::A).fields.insert(POSTERIOR.id, expected);
        harness.step();
        assert_eq!(harness.state().panel.heat().map(|grid| grid.id), Some(drawn.id));
    }
    harness.remove_cursor();
    harness.run_steps(2);
    assert!(harness.state().panel.heat().is_none(), "nobody is looked at");
}

#[test]
fn heat_is_left_to_the_viewer_where_the_decoded_places_are_not_those_of_the_plane() {
    let mut state = State::new(2, true);
    state.show_only(&["points", "posterior"]);
    let mut harness = harness(state);
    let points = points_on_screen(&harness);
    let (at, subject) = points[1];
    let mut scratch = FieldScratch::default();
    let other = by_viewer(&harness, points[3].1, &mut scratch);
    harness.state_mut().screen.plane(Slot::A).fields.insert(POSTERIOR.id, other);
    // The places were let go.
    drop(std::mem::take(&mut scratch));
    harness.hover_at(at);
    harness.step();
    assert!(harness.state().panel.heat().is_none() && harness.state().panel.heats_made() == 0);
    // What the viewer gives is drawn.
    let given = by_viewer(&harness, subject, &mut scratch);
    harness.state_mut().screen.plane(Slot::A).fields.insert(POSTERIOR.id, given.clone());
    harness.step();
    assert_eq!(harness.state().panel.heat().map(|grid| grid.id), Some(given.id));
    assert_eq!(harness.state().panel.heats_made(), 0);
    // They are on another plane.
    let other =
        latentarium::explore::plane::Plane { origin: vec![0.5, 0.0], ..latentarium::explore::plane::Plane::of_two() };
    harness.state_mut().screen.plane(Slot::A).plane = Some(Arc::new(other));
    harness.hover_at(points[2].0);
    harness.step();
    assert!(harness.state().panel.heat().is_none() && harness.state().panel.heats_made() == 0);
}

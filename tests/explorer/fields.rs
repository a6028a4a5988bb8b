//! Fields over the plane, switched on by hand.

use crate::screen::{A, Screen};
use eframe::egui::accesskit::Role;
use egui_kittest::kittest::{NodeT, Queryable};
use latentarium::explore::browse::{DataPart, ExamplePlace};
use latentarium::explore::field::FIELDS;
use latentarium::ui::command::{DataCommand, ModelCommand, ViewCommand};
use latentarium::ui::plane::layers::LAYERS;
use latentarium::ui::settings::Settings;
use latentarium::ui::slot::Slot;

fn is_made(session: &latentarium::app::Session, id: &str) -> bool {
    session.fields(Slot::A).contains_key(id)
}

#[test]
fn a_field_is_switched_on_and_its_opacity_is_changed_by_name() {
    let mut screen = Screen::ready();
    screen.session.borrow_mut().apply(ModelCommand::StepAll);
    screen.until("weights", |session| session.model(Slot::A).shown().is_some());
    screen.harness.get_by_label_contains("Layers").click();
    screen.step();
    screen.step();
    assert!(screen.harness.query_by_label("Opacity of Sensitivity").is_none());
    screen.harness.get_by_role_and_label(Role::CheckBox, "Sensitivity").click();
    screen.until("sensitivity", |session| is_made(session, "sensitivity"));
    let opacity = screen.harness.get_by_role_and_label(Role::Slider, "Opacity of Sensitivity");
    assert!(opacity.accesskit_node().numeric_value().is_some_and(|value| (value - 0.7).abs() < 1e-6));
    screen.harness.get_by_role_and_label(Role::CheckBox, "Aggregate posterior").click();
    screen.until("the aggregate posterior", |session| is_made(session, "aggregate"));
    screen.harness.get_by_role_and_label(Role::CheckBox, "Sensitivity").click();
    screen.step();
    assert!(screen.harness.query_by_label("Opacity of Sensitivity").is_none());
}

/// All of them at once, of both models, and each for as long as it is asked for.
#[test]
fn all_fields_that_a_model_has_are_made_and_follow_the_view() {
    let mut screen = Screen::ready();
    let all = |settings: &Settings, slot: Slot| {
        let mut settings = settings.clone();
        LAYERS.iter().for_each(|layer| settings.plane.show.set(layer.id, true));
        settings.plane.model = slot;
        ViewCommand::Settings(Box::new(settings))
    };
    screen.session.borrow_mut().apply(ModelCommand::Duplicate(A));
    screen.session.borrow_mut().apply(ModelCommand::StepAll);
    // A posterior is one of an example.
    let example = ExamplePlace { part: DataPart::Test, index: 3 };
    screen.session.borrow_mut().apply(DataCommand::LookAtExample(example));
    for (slot, absent) in
        [(Slot::A, &["critic", "uncertainty"][..]), (Slot::B, &["aggregate", "uncertainty", "unsupported"][..])]
    {
        let settings = screen.session.borrow().settings().clone();
        screen.session.borrow_mut().apply(all(&settings, slot));
        // What the second is compared with would be earlier weights of its own, of which one step may leave none.
        let alone = |id: &&str| slot == Slot::B && *id == "disagreement";
        let ids = FIELDS.iter().map(|field| field.id);
        let wanted: Vec<&str> = ids.filter(|id| !absent.contains(id) && !alone(id)).collect();
        screen.until("all fields", |session| {
            let fields = session.fields(slot);
            wanted.iter().all(|id| fields.contains_key(id))
        });
        let fields = screen.session.borrow().fields(slot);
        assert!(absent.iter().all(|id| !fields.contains_key(id)), "{:?}", fields.keys());
    }
}

/// What steps change at the cursor is in its panel.
#[test]
fn the_directions_at_the_cursor_have_a_panel() {
    let mut screen = Screen::ready();
    screen.session.borrow_mut().apply(ModelCommand::StepAll);
    screen.until("weights", |session| session.model(Slot::A).shown().is_some());
    screen.click("Dimensions");
    screen.click("Directions");
    screen.until("both directions", |session| Slot::BOTH.iter().all(|slot| session.directions(*slot).is_some()));
    for name in ["A one step right", "A one step up", "B one step right"] {
        screen.harness.get_by_role_and_label(Role::Image, name);
    }
}

//! What the decoder itself says of where images lie, by hand.

use crate::screen::Screen;
use eframe::egui::accesskit::Role;
use egui_kittest::kittest::Queryable;
use latentarium::explore::browse::{DataPart, ExamplePlace};
use latentarium::explore::posterior::PosteriorSubject;
use latentarium::ui::command::{DataCommand, ModelCommand, PlaneCommand, ViewCommand};
use latentarium::ui::settings::Settings;
use latentarium::ui::slot::Slot;
use latentarium::ui::theme::signs;

fn open_layers(screen: &mut Screen) {
    screen.harness.get_by_role_and_label(Role::Button, &format!("Layers {}", signs::MENU)).click();
    screen.step();
    screen.step();
}

/// Both models have learned a little; their networks are so small that what is integrated takes little where nothing is
/// optimised.
fn trained() -> Screen {
    let mut screen = Screen::ready();
    for slot in Slot::BOTH {
        let (id, config) = {
            let session = screen.session.borrow();
            (session.id(slot), session.model(slot).config.with("hidden", vec![8]).unwrap())
        };
        screen.session.borrow_mut().apply(ModelCommand::Edit(id, Box::new(config)));
        screen.session.borrow_mut().apply(ModelCommand::Reset(id));
    }
    screen.until_made();
    screen.until("small networks", |session| {
        let is_small = |slot: &Slot| {
            let model = session.model(*slot);
            model.trainer.as_ref().is_some_and(|trainer| trainer.config() == *model.config)
        };
        Slot::BOTH.iter().all(is_small)
    });
    screen.session.borrow_mut().apply(ModelCommand::StepAll);
    screen.until("weights", |session| Slot::BOTH.iter().all(|slot| session.model(*slot).shown().is_some()));
    screen
}

fn example(index: usize) -> ExamplePlace {
    ExamplePlace { part: DataPart::Test, index }
}

#[test]
fn a_selected_example_is_shown_as_heat_with_its_figures_and_the_worst_encoded_are_listed() {
    let mut screen = trained();
    open_layers(&mut screen);
    screen.harness.get_by_role_and_label(Role::CheckBox, "Posterior").click();
    screen.step();
    screen.step();
    // Nothing is selected: there is nothing to show.
    assert!(!screen.session.borrow().fields(Slot::A).contains_key("posterior"));
    for index in [5, 9] {
        screen.session.borrow_mut().apply(DataCommand::LookAtExample(example(index)));
        let subject = Some(PosteriorSubject::Example(example(index)));
        screen.until("heat and figures", |session| {
            let fields = session.fields(Slot::A);
            ["posterior", "posterior_evidence"]
                .iter()
                .all(|id| fields.get(id).is_some_and(|grid| grid.values.subject() == subject))
        });
        let fields = screen.session.borrow().fields(Slot::A);
        let evidence = &fields["posterior_evidence"].values.figures;
        let figure = |name: &str| evidence.iter().find(|figure| figure.name == name).unwrap().value;
        assert!(
            (figure("log_p") - figure("elbo") - figure("gap")).abs() < 1e-6 && figure("gap") > -0.01,
            "{evidence:?}"
        );
    }
    let list = format!("Worst encoded {}", signs::MENU);
    screen.harness.get_by_role_and_label(Role::Button, &list).click();
    screen.step();
    screen.step();
    screen.harness.get_by_label("Measure").click();
    screen.until("the worst are measured", |session| session.worst_encoded(Slot::A).is_some());
    screen.step();
    let worst = screen.session.borrow().worst_encoded(Slot::A).unwrap();
    let (image, gap) = (worst.worst[0].0, worst.worst[0].1.gap());
    assert!(worst.worst.len() == 10 && worst.worst.iter().all(|(_, one)| one.gap() <= gap && one.gap() > -0.01));
    let name = format!("test example {image} ·");
    screen.harness.get_by(|node| node.label().is_some_and(|label| label.starts_with(&name))).click();
    screen.step();
    screen.step();
    assert_eq!(screen.session.borrow().project().browse.example, Some(example(image)));
}

fn is_measuring(screen: &Screen) -> bool {
    screen.session.borrow().in_the_making().iter().any(|what| what == "worst-encoded images")
}

#[test]
fn what_is_measured_of_an_encoder_ends_where_it_is_stopped_or_its_model_is_gone() {
    let mut screen = trained();
    let id = screen.session.borrow().id(Slot::A);
    screen.session.borrow_mut().apply(ModelCommand::Add("vae-dense".to_owned()));
    screen.session.borrow_mut().apply(PlaneCommand::MeasureGaps(id));
    assert!(is_measuring(&screen));
    screen.session.borrow_mut().apply(PlaneCommand::CancelGaps(id));
    assert!(!is_measuring(&screen));
    screen.session.borrow_mut().apply(PlaneCommand::MeasureGaps(id));
    screen.session.borrow_mut().apply(ModelCommand::Remove(id));
    screen.step();
    assert!(screen.session.borrow().project().model(id).is_none() && !is_measuring(&screen));
}

#[test]
fn a_generator_without_an_encoder_has_points_where_its_images_are_nearest() {
    let mut screen = trained();
    let settings = screen.session.borrow().settings().clone();
    let mut plane = settings.plane.clone();
    plane.model = Slot::B;
    screen.session.borrow_mut().apply(ViewCommand::Settings(Box::new(Settings { plane, ..settings })));
    screen.step();
    assert!(screen.session.borrow().points(Slot::B).is_none());
    open_layers(&mut screen);
    screen.harness.get_by_role_and_label(Role::CheckBox, "Places").click();
    screen.until("places", |session| session.points(Slot::B).is_some());
    let points = screen.session.borrow().points(Slot::B).unwrap();
    assert!(points.count() >= 100 && points.encoding.mean.iter().all(|z| z.is_finite()));
    screen.step();
    let is_list = |label: String| label.starts_with("Missed: ");
    screen.harness.get_by(|node| node.role() == Role::Button && node.label().is_some_and(is_list));
}

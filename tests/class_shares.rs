//! Which classes a model makes: the network that counts them, what it counts, and the bars that show it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;
mod panel;

use common::small_digits;
use eframe::egui::{Rect, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::Queryable;
use latentarium::dataset::{Dataset, ImageShape, Source, Split};
use latentarium::metrics::{ClassShares, Classifier, ClassifierEffort};
use latentarium::model::{Config, Model};
use latentarium::snapshot::{Activation, Network, Operation, Snapshot};
use latentarium::trainer::Status;
use latentarium::ui::settings::Settings;
use latentarium::ui::slot::Slot;
use latentarium::ui::view::{ModelView, View};
use latentarium::ui::{Pane, Panels, theme};
use std::sync::{Arc, OnceLock};

fn classifier() -> &'static Classifier {
    static CLASSIFIER: OnceLock<Classifier> = OnceLock::new();
    CLASSIFIER
        .get_or_init(|| Classifier::train(&small_digits(), ClassifierEffort::QUICK, &mut || true).unwrap().unwrap())
}

/// A model whose samples are one image, whatever the latent.
fn always(image: Vec<f32>, shape: ImageShape) -> Snapshot {
    let weight = vec![0.0; 2 * image.len()];
    let decoder = Network::new(2, vec![Operation::linear("constant", 0, (weight, image), Activation::Identity)]);
    Snapshot {
        step: 7,
        image: shape,
        latent: 2,
        likelihood: None,
        decoder: decoder.unwrap(),
        encoder: None,
        critic: None,
        prior: Default::default(),
    }
}

#[test]
fn the_classes_of_unseen_images_are_told_and_each_sample_counts_for_its_own() {
    let data = small_digits();
    assert!(classifier().accuracy > 0.9, "{}", classifier().accuracy);
    let mut right = 0;
    for index in 0..20 {
        let model = always(data.test.image(index), data.shape());
        let shares = ClassShares::of(&model, 3, classifier(), &mut || true).unwrap();
        assert_eq!((shares.step, shares.shares.len(), shares.accuracy), (7, 10, classifier().accuracy));
        assert!((shares.shares.iter().sum::<f64>() - 1.0).abs() < 1e-9);
        assert_eq!(shares.smallest(), 0.0);
        right += usize::from(shares.shares[data.test.class(index).unwrap()] > 0.999);
    }
    assert!(right >= 17, "{right} of 20");
}

#[test]
fn the_same_data_gives_the_same_classifier_and_a_seed_the_same_shares() {
    let again = Classifier::train(&small_digits(), ClassifierEffort::QUICK, &mut || true).unwrap().unwrap();
    let model = Config::gan_plane().with("seed", 4).unwrap();
    let model = Model::new(&model, small_digits().shape()).unwrap().snapshot(0).unwrap();
    let shares = |classifier: &Classifier| ClassShares::of(&model, 4, classifier, &mut || true).unwrap();
    assert_eq!(shares(&again), shares(classifier()));
}

#[test]
fn it_is_cancelled_and_data_without_classes_has_none() {
    let data = small_digits();
    let mut left = 3;
    let mut go_on = || {
        left -= 1;
        left > 0
    };
    assert!(Classifier::train(&data, ClassifierEffort::QUICK, &mut go_on).unwrap().is_none());
    let model = always(data.test.image(0), data.shape());
    assert!(ClassShares::of(&model, 0, classifier(), &mut || false).is_none());
    let other = always(vec![0.0; 64], ImageShape::grey(8, 8));
    assert!(ClassShares::of(&other, 0, classifier(), &mut || true).is_none(), "images of another size");
    let split = Split::of_bytes(ImageShape::grey(2, 2), vec![7; 40], Vec::new());
    let plain = Dataset::new(Source::default(), "plain", split.clone(), split);
    assert!(Classifier::train(&plain, ClassifierEffort::QUICK, &mut || true).unwrap().is_none());
}

struct Shown {
    panels: Panels,
    shares: Option<ClassShares>,
    data: Option<Arc<Dataset>>,
}

fn shown(shares: Option<ClassShares>, data: Option<Arc<Dataset>>) -> Harness<'static, Shown> {
    rust_i18n::set_locale("en");
    let state = Shown { panels: Panels::default(), shares, data };
    let builder = Harness::builder().with_size(vec2(340.0, 1200.0)).with_context_setup(theme::install);
    let mut harness = builder.build_ui_state(
        |ui, state: &mut Shown| {
            let configs = ["vae-dense", "gan-plane"].map(|preset| Config::preset(preset).unwrap());
            let status = Status { part_steps: [1200, 600], ..Status::default() };
            let models = Slot::BOTH.map(|slot| ModelView {
                class_shares: state.shares.as_ref(),
                status: Some(status),
                ..panel::model_view(slot, &configs[slot.index()])
            });
            let settings = Settings::default();
            let view = View { data: state.data.as_ref(), ..panel::view(models.into(), &settings) };
            state.panels.ui(&Pane::of("setup"), ui, &view, &mut Vec::new());
        },
        state,
    );
    harness.run_steps(2);
    harness
}

#[test]
fn the_bars_say_each_share_and_keep_their_place() {
    let data = panel::dataset(&panel::split(30));
    let shares = ClassShares { step: 1200, shares: vec![0.25, 0.745, 0.005], accuracy: 0.97 };
    let place = |harness: &Harness<'static, Shown>, name: &str| -> Rect { harness.get_by_label(name).rect() };
    let counted = shown(Some(shares), Some(data.clone()));
    let name = |slot: &str| format!("Class shares of {slot} at step 1\u{2009}200: 0 25.0 %, 1 74.5 %, 2 0.5 %");
    assert!(counted.query_by_label(&name("A")).is_some());
    let before = shown(None, Some(data));
    let (empty, full) = (place(&before, "Class shares of B: not counted yet"), place(&counted, &name("B")));
    assert_eq!(empty, full, "nothing moves when they come");
    assert!(counted.query_by_label("D 1\u{2009}200 G 600").is_some());
    // Data without classes, or none at all.
    assert!(shown(None, None).query_by_label_contains("Class shares").is_none());
}

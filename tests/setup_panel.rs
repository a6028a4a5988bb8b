//! The setup panel, driven by the names of its controls: each changes the number it should, and only what has a meaning for
//! a model is there.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod panel;

use eframe::egui::accesskit::Role;
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use latentarium::app::{Explorer, Session, SharedSession, Start};
use latentarium::dataset::{Column, Dataset, ImageShape, Progress, Source, Split, load};
use latentarium::model::{Config, Setting, presets};
use latentarium::trainer::{Options, Part, Phase, Trainer};
use latentarium::ui::Pane;
use latentarium::ui::command::{Command, ModelCommand};
use latentarium::ui::settings::Settings;
use latentarium::ui::slot::Slot;
use latentarium::ui::view::View;
use latentarium::ui::{Panels, theme};
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The panel alone, whose commands change the numbers it shows.
struct State {
    panels: Panels,
    configs: [Config; 2],
    data: Option<Arc<Dataset>>,
}

struct Card {
    harness: Harness<'static, State>,
}

fn draw(ui: &mut eframe::egui::Ui, state: &mut State) {
    let settings = Settings::default();
    let models = Slot::BOTH.map(|slot| panel::model_view(slot, &state.configs[slot.index()]));
    let view = View { data: state.data.as_ref(), ..panel::view(models.into(), &settings) };
    let mut commands = Vec::new();
    state.panels.ui(&Pane::of("setup"), ui, &view, &mut commands);
    for command in commands {
        match command {
            Command::Model(ModelCommand::Edit(id, config)) => state.configs[id.0 as usize] = *config,
            Command::Model(ModelCommand::Preset(id, name)) => {
                state.configs[id.0 as usize] = Config::preset(&name).unwrap();
            }
            other => panic!("{other:?}"),
        }
    }
}

impl Card {
    /// A panel with `preset` as model A, and a section of it open.
    fn open(preset: &str, section: &str) -> Self {
        rust_i18n::set_locale("en");
        let state = State {
            panels: Panels::default(),
            configs: [Config::preset(preset).unwrap(), Config::preset("ae-dense").unwrap()],
            data: None,
        };
        let harness = Harness::builder()
            .with_size([340.0, 1000.0])
            .with_context_setup(theme::install)
            .allow_missing_glyphs()
            .build_ui_state(draw, state);
        let mut card = Self { harness };
        card.click(&format!("{section} of A"));
        card
    }

    fn config(&self) -> &Config {
        &self.harness.state().configs[0]
    }

    /// Fields as a person would write them.
    fn fields<const N: usize>(&self, keys: [&str; N]) -> [String; N] {
        keys.map(|key| self.config().get(key).map_or_else(|| format!("no {key}"), Setting::to_string))
    }

    fn click(&mut self, name: &str) {
        self.harness.get_by_label(name).click();
        self.harness.run_steps(3);
    }

    fn has(&self, name: &str) -> bool {
        self.harness.query_by_label(name).is_some()
    }

    /// Opens a list and takes one of it.
    fn choose(&mut self, name: &str, choice: &str) {
        self.harness.get_by_role_and_label(Role::ComboBox, name).click();
        self.harness.run_steps(3);
        // A long list is scrolled.
        self.harness.get_by_role_and_label(Role::Button, choice).click_accesskit();
        self.harness.run_steps(3);
        // Nobody pointed at it: the list stays open.
        self.harness.key_press(eframe::egui::Key::Escape);
        self.harness.run_steps(3);
    }

    fn set(&mut self, name: &str, value: f64) {
        self.harness.get_by_role_and_label(Role::SpinButton, name).set_value_accesskit(value);
        self.harness.run_steps(2);
    }

    fn switch(&mut self, name: &str) {
        self.harness.get_by_role_and_label(Role::CheckBox, name).click();
        self.harness.run_steps(2);
    }
}

#[test]
fn the_network_is_set() {
    let mut card = Card::open("gan-dense", "Network");
    assert!(!card.has("Channels"), "a dense network has none");
    card.choose("Layers", "convolutional");
    assert_eq!(card.fields(["network", "hidden"]), ["convolutional", "[]"]);
    card.set("Channels", 8.0);
    card.set("Latent", 16.0);
    card.set("Batch", 64.0);
    card.set("Seed", 3.0);
    card.switch("Averaged");
    assert_eq!(card.fields(["channels", "latent", "batch", "seed"]), ["8", "16", "64", "3"]);
    assert_eq!(card.fields(["average_decay"]), ["0.999"]);
    card.set("Averaged", 0.99);
    assert_eq!(card.fields(["average_decay"]), ["0.99"]);
    card.choose("Layers", "with pooling");
    assert_eq!(card.fields(["network"]), ["pooled"]);
    card.choose("Layers", "dense");
    card.switch("Averaged");
    let fields = [("channels", 8), ("latent", 16), ("batch", 64), ("seed", 3)];
    let expected =
        fields.into_iter().fold(Config::gan_dense(), |config, (key, value)| config.with(key, value).unwrap());
    assert_eq!(card.config(), &expected, "the hidden layers are the preset's again");
}

#[test]
fn pixels_are_set_where_a_model_has_a_likelihood() {
    let mut card = Card::open("vae-dense", "Network");
    card.choose("Binarize", "once");
    card.choose("Pixels", "Gaussian");
    assert!(!card.has("Binarize"));
    assert!(card.config().check().is_ok(), "{:?}", card.config().check());
    assert!(!Card::open("gan-dense", "Network").has("Pixels"));
}

#[test]
fn the_optimizer_is_set() {
    let mut card = Card::open("gan-dense", "Optimiser");
    card.set("β₁", 0.25);
    card.set("β₂", 0.99);
    card.set("Critic's rate ×", 4.0);
    card.switch("Gradient clip");
    assert_eq!(card.fields(["gradient_clip"]), ["1"]);
    card.set("Gradient clip", 0.5);
    assert!(!card.has("Weight decay"));
    card.choose("Method", "AdamW");
    assert_eq!(card.fields(["weight_decay"]), ["0.01"], "without any it would be Adam");
    card.set("Weight decay", 0.1);
    assert_eq!(card.fields(["adam_beta1", "adam_beta2", "critic_rate"]), ["0.25", "0.99", "4"]);
    assert_eq!(card.fields(["optimizer", "gradient_clip", "weight_decay"]), ["adamw", "0.5", "0.1"]);
    card.choose("Method", "RMSprop");
    assert!(!card.has("β₁") && !card.has("β₂") && !card.has("Weight decay"));
    assert_eq!(card.fields(["optimizer", "weight_decay"]), ["rmsprop", "0"]);
    assert!(!Card::open("vae-dense", "Optimiser").has("Critic's rate ×"), "it has no critic");
}

#[test]
fn the_schedule_is_set() {
    let mut card = Card::open("vae-dense", "Schedule");
    assert!(!card.has("Ends after") && !card.has("Falls every"));
    assert!(card.has("Learning rate of A over steps"));
    card.set("Warm-up", 500.0);
    card.choose("Schedule", "cosine");
    card.set("Ends after", 2000.0);
    card.set("Ends at ×", 0.01);
    card.set("β warm-up", 300.0);
    card.switch("Free bits");
    card.switch("Early stop");
    card.set("Early stop", 7.0);
    assert_eq!(card.fields(["schedule", "schedule_steps", "schedule_share"]), ["cosine", "2000", "0.01"]);
    assert_eq!(card.fields(["warm_up_steps", "beta_warm_up_steps"]), ["500", "300"]);
    assert_eq!(card.fields(["free_bits", "early_stop_tests"]), ["0.25", "7"]);
    card.choose("Schedule", "in steps");
    card.set("Falls every", 100.0);
    card.set("Each time ×", 0.5);
    card.switch("Early stop");
    assert_eq!(card.fields(["schedule", "schedule_steps", "schedule_share"]), ["step", "100", "0.5"]);
    assert_eq!(card.fields(["early_stop_tests"]), ["0"]);
}

#[test]
fn a_schedule_shows_what_a_family_has() {
    let autoencoder = Card::open("ae-dense", "Schedule");
    assert!(autoencoder.has("Early stop") && !autoencoder.has("β warm-up") && !autoencoder.has("Free bits"));
    let gan = Card::open("gan-dense", "Schedule");
    assert!(gan.has("Warm-up") && !gan.has("Early stop") && !gan.has("β warm-up") && !gan.has("Free bits"));
}

#[test]
fn the_game_is_set() {
    let mut card = Card::open("gan-dense", "Adversarial");
    let held = "A Wasserstein critic needs something to hold it: a gradient penalty or a weight clip";
    card.choose("GAN loss", "Wasserstein");
    card.set("Critic's steps", 5.0);
    assert!(!card.has(held), "R1 holds it");
    card.set("R1 γ", 0.0);
    assert!(card.has(held));
    card.switch("Gradient penalty");
    assert!(!card.has(held));
    assert_eq!(card.fields(["gan_loss", "critic_steps"]), ["wasserstein", "5"]);
    assert_eq!(card.fields(["r1_gamma", "gradient_penalty"]), ["0", "10"]);
    card.set("Gradient penalty", 1.0);
    card.switch("Weight clip");
    card.set("Weight clip", 0.1);
    assert_eq!(card.fields(["gradient_penalty", "weight_clip"]), ["1", "0.1"]);
    for loss in ["non-saturating", "minimax", "least squares", "hinge"] {
        card.choose("GAN loss", loss);
        assert_eq!(card.fields(["gan_loss"]), [loss.replace("least squares", "least-squares")]);
    }
}

#[test]
fn sections_are_those_of_the_family_and_one_is_open_at_most() {
    let mut card = Card::open("vae-dense", "Network");
    assert!(card.has("Optimiser of A") && card.has("Schedule of A") && !card.has("Adversarial of A"));
    assert!(card.has("Latent"));
    card.click("Optimiser of A");
    assert!(card.has("Method") && !card.has("Latent"));
    card.click("Optimiser of A");
    assert!(!card.has("Method") && !card.has("Latent"));
    card.choose("Preset of A", "gan-dense");
    card.click("Adversarial of A");
    assert!(card.has("GAN loss"));
    card.choose("Preset of A", "vae-conv");
    assert!(!card.has("GAN loss") && !card.has("Adversarial of A"));
}

#[test]
fn every_preset_can_be_chosen() {
    let mut card = Card::open("vae-dense", "Network");
    for preset in presets().collect::<Vec<_>>().into_iter().rev() {
        card.choose("Preset of A", preset);
        assert_eq!(card.config().preset, preset);
    }
    card.click("Preset of A");
    assert!(card.has("Autoencoders") && card.has("Generative adversarial networks"));
}

#[test]
fn presets_that_cannot_learn_the_data_cannot_be_chosen_and_say_why() {
    let points = load(&Source::parse("moons"), &Progress::default()).unwrap();
    let shape = ImageShape::grey(12, 12);
    let split = Split::of_bytes(shape, vec![7; 64 * shape.values()], Vec::new());
    let unlabelled = Dataset::new(Source::default(), "unlabelled", split.clone(), split);
    let [of_points, of_images] = [points, unlabelled].map(Arc::new);
    for (data, refused, taken, why) in [
        (&of_points, "vae-conv", "gan-dense", "network: expected dense where the data is points"),
        (&of_points, "hmm", "flow-2d", "binarize: expected none where the data is points, found static"),
        (&of_images, "cgan", "vae-conv", "classes: expected data of 2 to 10 classes, found 0"),
    ] {
        let mut card = Card::open("vae-dense", "Network");
        card.harness.state_mut().data = Some(data.clone());
        card.harness.run_steps(2);
        card.harness.get_by_role_and_label(Role::ComboBox, "Preset of A").click();
        card.harness.run_steps(3);
        let can =
            |card: &Card, name| !card.harness.get_by_role_and_label(Role::Button, name).accesskit_node().is_disabled();
        assert!(can(&card, taken) && !can(&card, refused), "{refused} of {}", data.name);
        card.harness.get_by_role_and_label(Role::Button, refused).scroll_to_me();
        card.harness.run_steps(3);
        card.harness.get_by_role_and_label(Role::Button, refused).hover();
        let mut tries = 0;
        while card.harness.query_by_label_contains(why).is_none() {
            card.harness.step();
            tries += 1;
            assert!(tries < 200, "{refused}: {why}");
        }
    }
}

fn color_data() -> Arc<Dataset> {
    let shape = ImageShape { height: 16, width: 12, channels: 3 };
    let pixels: Vec<u8> = (0..256 * shape.values()).map(|i| (i * 7 % 256) as u8).collect();
    let labels: Vec<u8> = (0..=255).map(|i| i % 4).collect();
    let names: Vec<String> = (0..4).map(|class| class.to_string()).collect();
    let split = Split::of_bytes(shape, pixels, vec![Column::class(labels, names)]);
    Arc::new(Dataset::new(Source::default(), "colours", split.clone(), split))
}

/// Waits until something is so.
fn until(what: &str, mut reached: impl FnMut() -> bool) {
    let began = Instant::now();
    while !reached() {
        assert!(began.elapsed() < Duration::from_secs(60), "{what}: not within a minute");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn every_kind_of_network_of_either_family_trains_on_colour() {
    let data = color_data();
    for preset in ["vae-dense", "gan-dense"] {
        for kind in ["convolutional", "with pooling"] {
            let mut card = Card::open(preset, "Network");
            card.choose("Layers", kind);
            card.set("Channels", 4.0);
            card.set("Batch", 16.0);
            let trainer = Trainer::spawn(card.config().clone(), data.clone(), Options::default()).unwrap();
            trainer.send(latentarium::trainer::Control::Step(Part::Whole));
            until(&format!("{preset} {kind}"), || {
                let status = trainer.status();
                assert_ne!(status.phase, Phase::Failed, "{preset} {kind}: {:?}", trainer.drain());
                status.step == 1
            });
        }
    }
}

#[test]
fn dcgan_is_chosen_in_b_and_trains_two_steps() {
    rust_i18n::set_locale("en");
    let session: SharedSession = Rc::new(RefCell::new(Session::new(Start { threads: 2, ..Start::default() })));
    let shared = session.clone();
    let mut harness = Harness::builder()
        .with_size([1440.0, 1200.0])
        .allow_missing_glyphs()
        .build_eframe(move |creation| Explorer::new(shared, creation));
    let status = |harness: &mut Harness<'_, Explorer>| {
        harness.step();
        session.borrow().model(Slot::B).status()
    };
    until("a model stands in B", || status(&mut harness).is_some());
    assert!(harness.query_by_label("CPU · 2 threads").is_some(), "what the models learn on");
    for name in ["Preset of B", "dcgan"] {
        harness.get_by_label(name).scroll_to_me();
        harness.run_steps(3);
        harness.get_by_label(name).click();
        harness.run_steps(3);
    }
    assert_eq!(*session.borrow().model(Slot::B).config, Config::preset("dcgan").unwrap());
    until("dcgan is made", || status(&mut harness).is_some_and(|status| status.step == 0));
    for step in 1..=2 {
        harness.get_by_label("Step B").scroll_to_me();
        harness.run_steps(3);
        harness.get_by_label("Step B").click();
        until("a step that is shown", || {
            harness.step();
            session.borrow().model(Slot::B).shown().is_some_and(|shown| shown.step == step)
        });
    }
    let shown = session.borrow().model(Slot::B).shown().cloned().unwrap();
    assert_eq!((shown.step, shown.latent), (2, 64));
}

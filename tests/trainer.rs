//! The trainer's promises: it is steered at step boundaries, says everything once, and a fault ends a run, not the program.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::{small_digits, wait_for};
use latentarium::model::Config;
use latentarium::trainer::{Control, Event, MetricId, Options, Part, Phase, Trainer};
use std::sync::Arc;
use std::time::{Duration, Instant};

fn spawn(preset: &str, options: Options) -> Trainer {
    Trainer::spawn(Config::preset(preset).unwrap(), small_digits(), options).unwrap()
}

#[test]
fn it_starts_pauses_steps_and_resets() {
    let trainer = spawn("vae-dense", Options::default());
    trainer.send(Control::Step(Part::Whole));
    wait_for(&trainer, |event| *event == Event::Paused { step: 1 });
    assert_eq!(trainer.history().last(MetricId::TOTAL).unwrap().0, 1);
    trainer.send(Control::Start);
    wait_for(&trainer, |event| *event == Event::Started { step: 1 });
    while trainer.status().step < 5 {
        std::thread::yield_now();
    }
    trainer.send(Control::Pause);
    wait_for(&trainer, |event| matches!(event, Event::Paused { .. }));
    let step = trainer.status().step;
    assert_eq!(trainer.snapshot().unwrap().step, step, "a pause shows the newest weights");
    std::thread::sleep(Duration::from_millis(50));
    assert_eq!(trainer.status().step, step);
    trainer.send(Control::Set("beta".into(), 4.0.into()));
    wait_for(
        &trainer,
        |event| matches!(event, Event::Changed(change) if change.value.as_float() == Some(4.0) && change.step == step),
    );
    assert_eq!(trainer.config().real("beta"), Some(4.0));
    trainer.send(Control::Reset);
    wait_for(&trainer, |event| *event == Event::Reset);
    assert_eq!((trainer.status().step, trainer.config().real("beta")), (0, Some(1.0)));
    assert!(trainer.history().is_empty());
}

#[test]
fn it_holds_still_at_the_step_that_it_is_told() {
    let trainer = spawn("vae-dense", Options::default());
    trainer.send(Control::PauseAt(3));
    trainer.send(Control::Start);
    wait_for(&trainer, |event| matches!(event, Event::Paused { step: 3 }));
    // It is forgotten then, and one that lies behind does nothing.
    trainer.send(Control::PauseAt(2));
    trainer.send(Control::Start);
    let began = Instant::now();
    while trainer.status().step < 6 {
        assert!(began.elapsed() < Duration::from_secs(30), "{:?}", trainer.status());
        std::thread::sleep(Duration::from_millis(2));
    }
}

#[test]
fn one_part_of_a_gan_learns_alone() {
    let trainer = spawn("gan-dense", Options::default());
    let decode = |trainer: &Trainer| {
        let mut scratch = latentarium::snapshot::Scratch::default();
        trainer.snapshot().unwrap().decoder.evaluate(&[0.3, -0.7], 1, &mut scratch).to_vec()
    };
    trainer.send(Control::Pause);
    trainer.send(Control::Step(Part::Whole));
    wait_for(&trainer, |event| matches!(event, Event::Paused { .. }));
    trainer.send(Control::Step(Part::GENERATOR));
    wait_for(&trainer, |event| *event == Event::Paused { step: 2 });
    assert_eq!(trainer.history().last(MetricId::DISCRIMINATOR_LOSS).unwrap().0, 1, "D was not trained in step 2");
    let before = decode(&trainer);
    trainer.send(Control::Step(Part::Whole));
    wait_for(&trainer, |event| *event == Event::Paused { step: 3 });
    assert_ne!(before, decode(&trainer));
}

#[test]
fn a_number_that_no_run_can_have_is_refused_and_changes_nothing() {
    let trainer = spawn("vae-dense", Options::default());
    trainer.send(Control::Set("learning_rate".into(), f64::NAN.into()));
    trainer.send(Control::Set("beta".into(), (-1.0).into()));
    trainer.send(Control::Step(Part::Whole));
    let seen = wait_for(&trainer, |event| matches!(event, Event::Paused { .. }));
    assert!(!seen.iter().any(|event| matches!(event, Event::Changed(_))), "{seen:?}");
    let refused = seen.iter().filter_map(|event| match event {
        Event::Refused { message, .. } => Some(message.to_string()),
        _ => None,
    });
    let sentences = ["learning_rate: expected 0 to 1, found NaN", "beta: expected 0 to 1000, found -1"];
    assert_eq!(refused.collect::<Vec<_>>(), sentences);
    assert_eq!(trainer.config(), Config::preset("vae-dense").unwrap());
    let none = Config::vae_dense().with("latent", 0).unwrap();
    let error = Trainer::spawn(none, small_digits(), Options::default()).err().unwrap();
    assert_eq!(error.to_string(), "latent: expected 1 to 512, found 0");
    let large = Config::vae_dense().with("batch", 2048).unwrap();
    let error = Trainer::spawn(large, small_digits(), Options::default()).err().unwrap();
    assert_eq!(error.to_string(), "a batch of 2048 needs as many images, the data has 1024");
}

#[test]
fn nobody_listening_stalls_nothing_and_nothing_is_lost() {
    let config = Config::vae_dense().with("hidden", vec![16]).and_then(|config| config.with("batch", 16)).unwrap();
    let options = Options { total_steps: Some(400), ..Options::default() };
    let trainer = Trainer::spawn(config, small_digits(), options).unwrap();
    for turn in 0..150 {
        trainer.send(Control::Set("beta".into(), (1.0 + f64::from(turn)).into()));
        trainer.send(Control::Step(Part::Whole));
    }
    let started = Instant::now();
    while trainer.status().step < 150 {
        assert!(started.elapsed() < Duration::from_secs(60), "stalled at step {}", trainer.status().step);
        std::thread::sleep(Duration::from_millis(5));
    }
    let seen = wait_for(&trainer, |event| *event == Event::Paused { step: 150 });
    let changed: Vec<f64> = seen
        .iter()
        .filter_map(|event| if let Event::Changed(change) = event { change.value.as_float() } else { None })
        .collect();
    assert_eq!(changed, (1..150).map(|turn| 1.0 + f64::from(turn)).collect::<Vec<_>>());
    assert_eq!(seen.iter().filter(|event| matches!(event, Event::Paused { .. })).count(), 150);
    assert_eq!(trainer.history().with(MetricId::TOTAL, |curve| curve.len()), Some(150));
}

/// The real trainer with one broken batch.
fn with_broken_batch(preset: &str, at: u64, fault: fn(&mut [f32])) -> Trainer {
    let hook = move |step: u64, pixels: &mut [f32]| {
        if step == at {
            fault(pixels);
        }
    };
    spawn(preset, Options { batch_hook: Some(Arc::new(hook)), ..Options::default() })
}

#[test]
fn a_batch_of_nan_ends_the_run_and_names_the_step() {
    for (preset, loss) in
        [("vae-dense", "reconstruction"), ("gan-dense", "discriminator_loss"), ("gan-collapse", "discriminator_loss")]
    {
        let trainer = with_broken_batch(preset, 3, |pixels| pixels.fill(f32::NAN));
        trainer.send(Control::Start);
        let seen = wait_for(&trainer, |event| matches!(event, Event::Failed { .. }));
        let Some(Event::Failed { step, message }) = seen.last() else { panic!("{seen:?}") };
        assert_eq!(*step, 4);
        assert_eq!(
            message.to_string(),
            format!("step 4: {loss} became NaN; a smaller learning rate or other data may help")
        );
        assert_eq!(trainer.status().phase, Phase::Failed);
        assert_eq!(trainer.status().step, 3);
        let weights = trainer.snapshot().unwrap();
        let mut scratch = latentarium::snapshot::Scratch::default();
        assert!(weights.decoder.evaluate(&[0.0, 0.0], 1, &mut scratch).iter().all(|value| value.is_finite()));
        // A reset makes it whole.
        trainer.send(Control::Reset);
        wait_for(&trainer, |event| *event == Event::Reset);
        trainer.send(Control::Step(Part::Whole));
        wait_for(&trainer, |event| *event == Event::Paused { step: 1 });
    }
}

#[test]
fn a_panic_ends_the_run_and_names_the_step() {
    let trainer = with_broken_batch("vae-dense", 2, |_| panic!("an injected fault"));
    trainer.send(Control::Start);
    let seen = wait_for(&trainer, |event| matches!(event, Event::Failed { .. }));
    let Some(Event::Failed { step: 3, message }) = seen.last() else { panic!("{seen:?}") };
    assert_eq!(message.to_string(), "step 3: the trainer panicked: an injected fault");
    trainer.send(Control::Reset);
    wait_for(&trainer, |event| *event == Event::Reset);
}

#[test]
fn a_dropped_handle_ends_the_thread() {
    let alive = Arc::new(());
    let seen = Arc::downgrade(&alive);
    let wake = Arc::new(move || {
        let _ = &alive;
    });
    let trainer = spawn("vae-dense", Options { wake, ..Options::default() });
    trainer.send(Control::Start);
    drop(trainer);
    let started = Instant::now();
    while seen.strong_count() > 0 {
        assert!(started.elapsed() < Duration::from_secs(30), "the thread goes on");
        std::thread::sleep(Duration::from_millis(5));
    }
}

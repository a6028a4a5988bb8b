//! What goes wrong in training is named, first among what is named, and healthy runs are not accused.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../common/mod.rs"]
mod common;
mod provoke;

use common::{is_long, small_digits, wait_for};
use latentarium::dataset::{self, Dataset, Progress, Source, stratified};
use latentarium::diagnosis::FindingKind;
use latentarium::model::{Config, Saved};
use latentarium::snapshot::Scratch;
use latentarium::trainer::{Control, Event, Options, Part, Trainer};
use provoke::{Provoked, first, sorted_by_class};
use std::path::Path;
use std::sync::Arc;

/// Biases of hidden layers so low that no unit ever speaks.
fn silence(saved: &mut Saved, bias: f32) {
    let names: Vec<String> = saved.weights.keys().filter(|name| name.ends_with(".bias")).cloned().collect();
    for network in ["encoder", "decoder"] {
        let mut own: Vec<&String> = names.iter().filter(|name| name.starts_with(network)).collect();
        own.pop();
        for name in own {
            saved.weights.get_mut(name).unwrap().fill(bias);
        }
    }
}

/// The failures, each with the finding that names it.
fn failures(data: &Arc<Dataset>) -> Vec<(&'static str, FindingKind, Provoked)> {
    let plain = || Provoked::new("vae-dense", data, &[]);
    let vae = |set: &[(&str, latentarium::model::Setting)]| Provoked::new("vae-dense", data, set);
    let overfit = Provoked {
        data: first(data, 200),
        test_interval_steps: 20,
        ..Provoked::new("vae-400", data, &[("batch", 20.into())])
    };
    vec![
        ("beta 50", FindingKind::PosteriorCollapse, vae(&[("beta", 50.0.into())])),
        ("learning rate 1", FindingKind::RateTooHigh, vae(&[("learning_rate", 1.0.into())])),
        (
            "discriminator trained 20 times",
            FindingKind::StrongDiscriminator,
            Provoked::new("gan-dense", data, &[("critic_steps", 20.into())]),
        ),
        ("dead start", FindingKind::DeadUnits, plain().weights(|saved| silence(saved, -10.0))),
        (
            "NaN in a batch at step 300",
            FindingKind::BrokenData,
            plain().hook(|step, pixels| {
                if step == 300 {
                    pixels[5 * 784 + 3] = f32::NAN;
                }
            }),
        ),
        ("ReLU with a large negative bias", FindingKind::DeadUnits, plain().weights(|saved| silence(saved, -3.0))),
        (
            "unshuffled",
            FindingKind::Unshuffled,
            Provoked { data: sorted_by_class(data, 20_000), ..vae(&[("shuffle", false.into())]) },
        ),
        ("constant images", FindingKind::ConstantData, plain().hook(|_, pixels| pixels.fill(0.3))),
        (
            "bytes taken as shares",
            FindingKind::DataRange,
            plain().hook(|_, pixels| pixels.iter_mut().for_each(|pixel| *pixel *= 255.0)),
        ),
        ("mean instead of sum in the KL", FindingKind::KlScale, vae(&[("beta", (1.0 / 784.0).into())])),
        (
            "Gaussian on binary data",
            FindingKind::UnfitLikelihood,
            vae(&[("likelihood", "gaussian".into())])
                .hook(|_, pixels| pixels.iter_mut().for_each(|pixel| *pixel = f32::from(u8::from(*pixel > 0.5)))),
        ),
        ("tiny learning rate", FindingKind::RateTooLow, vae(&[("learning_rate", 1e-7.into())])),
        ("200 images", FindingKind::Overfitting, overfit.steps(2000)),
        ("gan-collapse", FindingKind::ModeCollapse, Provoked::new("gan-collapse", data, &[])),
    ]
}

fn mnist() -> Option<Arc<Dataset>> {
    let Some(folder) = std::env::var_os("LATENTARIUM_DATA") else {
        println!("skipped: LATENTARIUM_DATA is not set");
        return None;
    };
    let source = Source::path(Path::new(&folder).join("mnist"));
    Some(Arc::new(dataset::load(&source, &Progress::default()).unwrap()))
}

/// Tries all of them; what is wrong is said of all together.
fn check(failures: Vec<(&'static str, FindingKind, Provoked)>, tries_remedies: bool) {
    let folder = tempfile::tempdir().unwrap();
    let (mut wrong, mut cured) = (Vec::new(), Vec::new());
    for (place, (name, expected, provoked)) in failures.into_iter().enumerate() {
        let sick = folder.path().join(format!("sick-{place}"));
        let diagnosed = provoked.train(&sick);
        let named = |list: &[latentarium::diagnosis::Finding]| {
            list.iter().map(|f| format!("{:?}@{} ({:.3})", f.kind, f.step, f.sign.value)).collect::<Vec<_>>()
        };
        println!("{name}: {:?}; at the end {:?}", named(&diagnosed.began), named(&diagnosed.last));
        let Some(finding) = diagnosed.began.iter().find(|finding| finding.kind == expected) else {
            wrong.push(format!("{name}: {expected:?} is not named"));
            continue;
        };
        let is_first =
            diagnosed.first() == Some(expected) && diagnosed.last.first().is_none_or(|first| first.kind == expected);
        if !is_first {
            wrong.push(format!("{name}: {expected:?} is not the first"));
        }
        if tries_remedies && finding.remedy.is_some() {
            let remedied = provoked.try_remedy(&sick, finding, &folder.path().join(format!("cured-{place}")));
            // Stopping early is a cure of its own.
            let stops = finding.remedy.as_ref().is_some_and(|remedy| remedy.key == "early_stop_tests");
            let is_whole = stops || remedied.steps >= diagnosed.steps.min(provoked.steps);
            let is_cured = remedied.last.is_empty() && remedied.began.is_empty() && is_whole;
            println!("    {:?}: {:?} cured {is_cured}", finding.remedy, named(&remedied.last));
            cured.push((name, is_cured));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    if tries_remedies {
        let count = cured.iter().filter(|(_, is_cured)| *is_cured).count();
        assert!(count >= 8, "{cured:?}");
    }
}

#[test]
fn fourteen_failures_of_mnist_are_named_and_eight_are_cured_by_what_is_tried() {
    if !is_long() {
        println!("skipped: LATENTARIUM_LONG is not set");
        return;
    }
    let Some(data) = mnist() else { return };
    check(failures(&data), true);
}

#[test]
fn looking_at_steps_changes_no_bit() {
    let data = small_digits();
    for preset in ["vae-dense", "gan-dense", "wgan-gp"] {
        let sums = [true, false].map(|diagnoses| {
            let options = Options { diagnoses, total_steps: Some(12), ..Options::default() };
            let trainer = Trainer::spawn(Config::preset(preset).unwrap(), data.clone(), options).unwrap();
            trainer.send(Control::Start);
            wait_for(&trainer, |event| matches!(event, Event::Finished { .. }));
            assert_eq!(trainer.diagnosis().is_some(), diagnoses, "it looks where it shall");
            let snapshot = trainer.snapshot().unwrap();
            let bits = |values: &[f32]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
            let critic = snapshot.critic.iter().flat_map(|critic| critic.network.operations());
            let operations = snapshot.decoder.operations().iter().chain(critic);
            let weights: Vec<_> =
                operations.map(|operation| (bits(&operation.weight), bits(&operation.bias))).collect();
            let last = trainer.history().last_values();
            (weights, last.into_iter().map(|(id, value)| (id, value.to_bits())).collect::<Vec<_>>())
        });
        assert!(sums[0] == sums[1], "{preset}");
    }
}

#[test]
fn what_the_critic_says_of_test_images_is_of_the_weights_that_the_step_began_with() {
    let data = small_digits();
    let options = Options { total_steps: Some(3), ..Options::default() };
    for (preset, has_critic) in [("gan-dense", true), ("vae-dense", false)] {
        let trainer = Trainer::spawn(Config::preset(preset).unwrap(), data.clone(), options.clone()).unwrap();
        for _ in 0..2 {
            trainer.send(Control::Step(Part::Whole));
            wait_for(&trainer, |event| matches!(event, Event::Paused { .. }));
        }
        let before = trainer.snapshot().unwrap();
        assert_eq!(before.step, 2);
        trainer.send(Control::Step(Part::Whole));
        wait_for(&trainer, |event| matches!(event, Event::Paused { .. } | Event::Finished { .. }));
        let look = trainer.diagnosis().unwrap().look.clone();
        assert_eq!((look.step, look.test_logits.len()), (2, if has_critic { 32 } else { 0 }), "{preset}");
        let places = stratified(data.test.count(), 32, |image| data.test.class(image).unwrap());
        let places: Vec<usize> = places.iter().map(|place| *place as usize).collect();
        let mut scratch = Scratch::default();
        if let Some(critic) = &before.critic {
            let said = critic.network.evaluate(&data.test.gather(&places), 32, &mut scratch);
            let furthest = said.iter().zip(&look.test_logits).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max);
            assert!(furthest < 1e-4, "{furthest}");
        }
    }
}

#[test]
fn failures_that_show_at_once_are_named() {
    let quick = [
        FindingKind::RateTooHigh,
        FindingKind::DeadUnits,
        FindingKind::ConstantData,
        FindingKind::DataRange,
        FindingKind::UnfitLikelihood,
        FindingKind::RateTooLow,
        FindingKind::ModeCollapse,
    ];
    let failures = failures(&small_digits()).into_iter().filter(|(_, kind, _)| quick.contains(kind));
    let short = |kind: FindingKind, provoked: Provoked| match kind {
        FindingKind::RateTooLow => provoked.small().steps(220),
        FindingKind::ModeCollapse => provoked.steps(180),
        _ => provoked.steps(60),
    };
    check(failures.map(|(name, kind, provoked)| (name, kind, short(kind, provoked))).collect(), false);
}

#[test]
fn healthy_runs_are_not_accused() {
    let long = is_long();
    let data = if long { mnist() } else { Some(small_digits()) };
    let Some(data) = data else { return };
    let folder = tempfile::tempdir().unwrap();
    let all = [
        "vae-dense",
        "vae-400",
        "vae-conv",
        "naive-bayes-vae",
        "ae-dense",
        "linear-ae",
        "gan-dense",
        "gan-plane",
        "dcgan",
        "wgan-gp",
    ];
    let presets = if long { &all[..] } else { &["vae-dense", "linear-ae", "gan-plane"] };
    let steps = if long { 5 * 468 } else { 150 };
    let mut accused = Vec::new();
    for preset in presets {
        let healthy = Provoked { test_interval_steps: 100, ..Provoked::new(preset, &data, &[]).steps(steps) };
        // What has no hidden layers stays as it is.
        let healthy = if long || *preset == "linear-ae" { healthy } else { healthy.small() };
        let diagnosed = healthy.train(&folder.path().join(preset));
        println!("{preset}: {:?}", diagnosed.began);
        accused.extend(diagnosed.began.into_iter().map(|finding| (*preset, finding)));
    }
    assert!(accused.is_empty(), "{accused:#?}");
}

//! The same configuration gives the same bits: twice, on any number of threads, with changes made by hand, resumed.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::{tiny_digits, wait_for};
use latentarium::model::{Change, Config, presets};
use latentarium::run;
use latentarium::run::metrics_file::MetricsRow;
use latentarium::trainer::{Control, Event, Options, Part, Trainer};
use std::path::Path;

/// Enough for every part to have moved with the others' gradients.
const STEPS: u64 = 3;

/// Trains to `steps` and gives the bytes of the weights file.
fn weights(config: &Config, steps: u64, threads: usize, changes: Vec<Change>, folder: &Path) -> Vec<u8> {
    let options = Options { threads, changes, total_steps: Some(steps), ..Options::default() };
    let trainer = Trainer::spawn(config.clone(), tiny_digits(), options).unwrap();
    trainer.send(Control::Start);
    wait_for(&trainer, |event| matches!(event, Event::Finished { .. }));
    save(&trainer, folder);
    read_weights(folder, steps)
}

fn save(trainer: &Trainer, folder: &Path) {
    trainer.send(Control::Save(folder.to_owned()));
    wait_for(trainer, |event| match event {
        Event::SaveFailed { message, .. } => panic!("{message}"),
        event => matches!(event, Event::Saved { .. }),
    });
}

fn read_weights(folder: &Path, step: u64) -> Vec<u8> {
    std::fs::read(folder.join(format!("checkpoints/{step:06}/weights.safetensors"))).unwrap()
}

/// The presets that learn step by step.
fn learners() -> impl Iterator<Item = &'static str> {
    presets().filter(|preset| Config::preset(preset).unwrap().most_steps().is_none())
}

#[test]
fn twice_and_on_any_number_of_threads() {
    let folder = tempfile::tempdir().unwrap();
    for preset in learners() {
        for binarize in ["none", "dynamic"] {
            // Of as many rows as are split among threads.
            let config = Config::preset(preset).unwrap().with("seed", 5).unwrap().with("batch", 64).unwrap();
            // Binarisation is the same for all networks.
            if preset != "vae-dense" && binarize != "none" {
                continue;
            }
            let config = if preset == "vae-dense" { config.with("binarize", binarize).unwrap() } else { config };
            let at = |name: &str| folder.path().join(format!("{preset}-{binarize}-{name}"));
            let first = weights(&config, STEPS, 1, Vec::new(), &at("first"));
            let again: &[usize] = if common::is_long() { &[1, 2, 3, 4] } else { &[2, 3] };
            for threads in again {
                let again = weights(&config, STEPS, *threads, Vec::new(), &at(&format!("on-{threads}")));
                assert!(first == again, "{preset} again, on {threads} threads");
            }
            let other = config.with("seed", 6).unwrap();
            assert!(first != weights(&other, STEPS, 1, Vec::new(), &at("other")), "{preset} with another seed");
        }
    }
}

#[test]
fn a_run_changed_by_hand_repeats_from_its_folder() {
    let folder = tempfile::tempdir().unwrap();
    for preset in ["vae-dense", "gan-dense"] {
        let first = folder.path().join(preset);
        let trainer = Trainer::spawn(Config::preset(preset).unwrap(), tiny_digits(), Options::default()).unwrap();
        let step = |part| {
            trainer.send(Control::Step(part));
            wait_for(&trainer, |event| matches!(event, Event::Paused { .. }));
        };
        trainer.send(Control::Start);
        while trainer.status().step < 3 {
            std::thread::yield_now();
        }
        let live = if preset == "vae-dense" { "beta" } else { "r1_gamma" };
        trainer.send(Control::Set(live.into(), 0.25.into()));
        trainer.send(Control::Set("learning_rate".into(), 3e-3.into()));
        trainer.send(Control::Pause);
        wait_for(&trainer, |event| matches!(event, Event::Paused { .. }));
        step(Part::Whole);
        trainer.send(Control::Set(live.into(), 0.5.into()));
        trainer.send(Control::Set("adam_beta1".into(), 0.6.into()));
        let parts = trainer.config().family().parts.len();
        for part in [Part::DISCRIMINATOR, Part::GENERATOR].into_iter().take(parts) {
            step(part);
        }
        step(Part::Whole);
        save(&trainer, &first);
        let steps = trainer.status().step;

        let config = run::read_config(&first.join("config.toml")).unwrap().model;
        let changes = run::read_changes(&first, &config).unwrap();
        assert_eq!(changes.len(), 4 + parts, "{changes:?}");
        assert_eq!(config.real(live), Some(1.0), "config.toml holds what the run began with");
        let again = weights(&config, steps, 2, changes.clone(), &folder.path().join(format!("{preset}-again")));
        assert!(read_weights(&first, steps) == again, "{preset} with its changes");
        let without = weights(&config, steps, 2, Vec::new(), &folder.path().join(format!("{preset}-without")));
        assert!(again != without, "{preset}: the changes matter");
        assert_eq!(run::read_changes(&folder.path().join(format!("{preset}-again")), &config).unwrap(), changes);
    }
}

#[test]
fn a_run_that_was_closed_goes_on_to_the_same_bits() {
    let folder = tempfile::tempdir().unwrap();
    for preset in learners() {
        let config = Config::preset(preset).unwrap().with("batch", 16).unwrap();
        let whole = weights(&config, 8, 1, Vec::new(), &folder.path().join(format!("{preset}-whole")));
        let half = folder.path().join(format!("{preset}-half"));
        weights(&config, 5, 1, Vec::new(), &half);
        let options = Options { total_steps: Some(8), ..Options::default() };
        let trainer = Trainer::open(&half, tiny_digits(), options).unwrap();
        trainer.send(Control::Start);
        wait_for(&trainer, |event| matches!(event, Event::Finished { .. }));
        save(&trainer, &half);
        assert!(whole == read_weights(&half, 8), "{preset} resumed");
        let curve = |folder: &Path| {
            let history = latentarium::history::History::default();
            let keep = &mut |row: MetricsRow| history.push(row.step, row.seconds, &row.values);
            run::metrics_file::read(folder, u64::MAX, keep).unwrap();
            history
                .ids()
                .into_iter()
                .map(|series| history.with(series, |c| c.points().map(|p| (p.step, p.value)).collect::<Vec<_>>()))
                .collect::<Vec<_>>()
        };
        assert_eq!(curve(&half), curve(&folder.path().join(format!("{preset}-whole"))));
    }
}

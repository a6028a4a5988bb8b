//! Training is looked back at to the bit: what a checkpoint shows is what a run that was stopped there shows.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::{small_digits, wait_for};
use latentarium::model::Config;
use latentarium::run::{self, CheckpointReader};
use latentarium::snapshot::{Network, Snapshot};
use latentarium::trainer::{Autosave, Control, Event, Options, Trainer, wait_for_ended};
use std::path::Path;
use std::time::Duration;

/// All weights and biases of a snapshot, as bits.
fn bits(snapshot: &Snapshot) -> Vec<u32> {
    let networks = [Some(&snapshot.decoder), snapshot.encoder.as_ref()];
    let operations = networks.into_iter().flatten().flat_map(Network::operations);
    operations.flat_map(|operation| operation.weight.iter().chain(operation.bias.iter()).map(|x| x.to_bits())).collect()
}

fn config(preset: &str) -> Config {
    let config = Config::preset(preset).unwrap();
    let hidden = config.with("hidden", vec![24, 16]).unwrap_or(config);
    hidden.with("batch", 32).unwrap()
}

/// Trains so many steps, writes the run with its series of checkpoints, and gives the last weights.
fn train(config: &Config, steps: u64, folder: &Path) -> Snapshot {
    let autosave = Autosave { every_s: 0.0, ..Autosave::default() };
    let options = Options { total_steps: Some(steps), autosave, ..Options::default() };
    let trainer = Trainer::spawn(config.clone(), small_digits(), options).unwrap();
    trainer.send(Control::Save(folder.to_owned()));
    wait_for(&trainer, |event| matches!(event, Event::Saved { .. }));
    trainer.send(Control::Start);
    wait_for(&trainer, |event| matches!(event, Event::Finished { .. }));
    let snapshot = trainer.snapshot().unwrap();
    drop(trainer);
    assert!(wait_for_ended(Duration::from_secs(30)));
    assert_eq!(snapshot.step, steps);
    (*snapshot).clone()
}

#[test]
fn a_step_of_a_run_is_to_the_bit_what_a_run_that_was_stopped_there_shows() {
    let folder = tempfile::tempdir().unwrap();
    for preset in ["vae-dense", "gan-dense", "vae-conv"] {
        let (whole, config) = (folder.path().join(preset), config(preset));
        train(&config, 12, &whole);
        let kept: Vec<u64> = run::kept(&whole).unwrap().iter().map(|kept| kept.step).collect();
        assert!([0, 2, 4, 8, 12].iter().all(|step| kept.contains(step)), "{preset}: {kept:?}");
        let mut reader = CheckpointReader::open(&whole).unwrap();
        // In no order, and the same again: one model reads them all.
        let mut read = Vec::new();
        for step in [8, 0, 4, 8, 12] {
            let snapshot = reader.snapshot(step).unwrap();
            assert_eq!(snapshot.step, step);
            read.push(bits(&snapshot));
            let opened = run::open_at(&whole, Some(step)).unwrap().snapshot;
            assert!(bits(&opened) == bits(&snapshot), "{preset} at step {step}: as the run is opened there");
        }
        assert!(read[0] == read[3] && read[0] != read[2], "{preset}");
        let stopped = train(&config, 4, &folder.path().join(format!("{preset}-stopped")));
        assert!(bits(&stopped) == read[2], "{preset}: other bits than those of a run that was stopped there");
    }
}

#[test]
fn a_checkpoint_that_was_changed_is_not_shown() {
    let folder = tempfile::tempdir().unwrap();
    let run = folder.path().join("run");
    train(&config("vae-dense"), 4, &run);
    let weights = run.join("checkpoints/000002/weights.safetensors");
    let mut bytes = std::fs::read(&weights).unwrap();
    *bytes.last_mut().unwrap() ^= 1;
    std::fs::write(&weights, bytes).unwrap();
    let mut reader = CheckpointReader::open(&run).unwrap();
    let error = reader.snapshot(2).unwrap_err().to_string();
    assert!(error.contains("000002") && error.contains("checksum"), "{error}");
    assert_eq!(reader.snapshot(4).unwrap().step, 4, "the others are");
    let error = reader.snapshot(3).unwrap_err().to_string();
    assert!(error.contains("expected a checkpoint, found none"), "{error}");
    // What is only needed to go on is not read.
    std::fs::remove_file(run.join("checkpoints/000000/optimizer.safetensors")).unwrap();
    assert_eq!(reader.snapshot(0).unwrap().step, 0);
}

//! Seeds of all 64 bits: TOML's whole numbers end at 2⁶³ − 1, a run does not.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::{small_digits, wait_for};
use latentarium::model::Config;
use latentarium::run;
use latentarium::trainer::{Control, Event, Options, Part, Trainer};
use std::path::Path;

fn save(trainer: &Trainer, folder: &Path) {
    trainer.send(Control::Save(folder.to_owned()));
    wait_for(trainer, |event| match event {
        Event::SaveFailed { message, .. } => panic!("{message}"),
        event => matches!(event, Event::Saved { .. }),
    });
}

fn step(trainer: &Trainer) {
    trainer.send(Control::Step(Part::Whole));
    wait_for(trainer, |event| matches!(event, Event::Paused { .. }));
}

#[test]
fn the_largest_seed_trains_is_changed_repeats_and_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    for seed in [i64::MAX as u64, i64::MAX as u64 + 1, u64::MAX] {
        let run = folder.path().join(seed.to_string());
        let mut config = Config::vae_dense();
        for (key, value) in [("seed", seed), ("batch", 16)] {
            config = config.with(key, value).unwrap();
        }
        let config = config.with("hidden", vec![8]).unwrap();
        let trainer = Trainer::spawn(config.clone(), small_digits(), Options::default()).unwrap();
        step(&trainer);
        trainer.send(Control::Set("beta".into(), 0.5.into()));
        wait_for(&trainer, |event| matches!(event, Event::Changed(_)));
        step(&trainer);
        save(&trainer, &run);
        assert_eq!(run::read_config(&run.join("config.toml")).unwrap().model, config);
        step(&trainer);
        save(&trainer, &run);
        drop(trainer);
        let bits = |run: &Path| std::fs::read(run.join("checkpoints/000003/weights.safetensors")).unwrap();

        let repeated = folder.path().join(format!("{seed}-again"));
        let changes = run::read_changes(&run, &config).unwrap();
        assert_eq!(changes.len(), 1);
        let options = Options { changes, total_steps: Some(2), ..Options::default() };
        let trainer = Trainer::spawn(config, small_digits(), options).unwrap();
        trainer.send(Control::Start);
        wait_for(&trainer, |event| matches!(event, Event::Finished { .. }));
        save(&trainer, &repeated);
        drop(trainer);
        let trainer = Trainer::open(&repeated, small_digits(), Options::default()).unwrap();
        step(&trainer);
        save(&trainer, &repeated);
        assert!(bits(&repeated) == bits(&run), "seed {seed}");
    }
}

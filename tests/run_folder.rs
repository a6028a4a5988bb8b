//! An altered run folder: each fault is one sentence that names the file, what was expected and what was found.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::{small_digits, wait_for, without_checksums};
use latentarium::dataset::{Dataset, ImageShape, Source, Split};
use latentarium::model::Config;
use latentarium::run;
use latentarium::trainer::{Control, Event, Options, Part, Trainer};
use proptest::prelude::*;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A run of two steps with a small network.
fn make_run(folder: &Path) -> PathBuf {
    let run = folder.join("run");
    let config = Config::vae_dense().with("hidden", vec![8]).unwrap().with("batch", 16).unwrap();
    let trainer = Trainer::spawn(config, small_digits(), Options::default()).unwrap();
    for _ in 0..2 {
        trainer.send(Control::Step(Part::Whole));
    }
    trainer.send(Control::Save(run.clone()));
    wait_for(&trainer, |event| matches!(event, Event::Saved { .. }));
    run
}

fn sentence(run: &Path) -> String {
    let text = run::open(run).expect_err("it opened").to_string();
    assert_eq!(text.lines().count(), 1, "{text}");
    text
}

#[test]
fn a_whole_run_opens() {
    let folder = tempfile::tempdir().unwrap();
    let opened = run::open(&make_run(folder.path())).unwrap();
    assert_eq!((opened.checkpoint.step, opened.snapshot.step), (2, 2));
    assert_eq!(opened.config.data_name, "digits");
    let leftovers = fs::read_dir(opened.folder.join("checkpoints")).unwrap().count();
    assert_eq!(leftovers, 1);
}

#[test]
fn every_alteration_has_its_sentence() {
    let replace = |from: &'static str, to: &'static str| {
        move |run: &Path| {
            let path = run.join("config.toml");
            let text = fs::read_to_string(&path).unwrap();
            assert!(text.contains(from), "{text}");
            fs::write(path, text.replace(from, to)).unwrap();
        }
    };
    let weights = "checkpoints/000002/weights.safetensors";
    type Alter = Box<dyn Fn(&Path)>;
    let cases: Vec<(Alter, &str)> = vec![
        (
            Box::new(|run| fs::remove_file(run.join("config.toml")).unwrap()),
            "config.toml: expected a file, found nothing",
        ),
        (
            Box::new(|run| fs::write(run.join("config.toml"), "").unwrap()),
            "config.toml: expected format = 2, found no format number",
        ),
        (
            Box::new(|run| fs::write(run.join("config.toml"), [0xff, 0xfe]).unwrap()),
            "config.toml: expected text in UTF-8, found other bytes",
        ),
        (Box::new(replace("format = 2", "format = 3")), "config.toml: expected format 2 or older, found format 3"),
        (
            Box::new(replace("latent = 2", "latent = 0")),
            "config.toml: expected a run that can be made, found latent: expected 1 to 512, found 0",
        ),
        (
            Box::new(replace("latent = 2", "latent = 3")),
            "000002: expected weights that fit config.toml, found decoder.0.weight: expected 24 values, found 16",
        ),
        (
            Box::new(replace("latent = 2", "latent = \"two\"")),
            "config.toml: expected settings of this program, found invalid type",
        ),
        (
            Box::new(replace("height = 28", "height = 9000000000000000000")),
            "config.toml: expected images of 1 to 1048576 values",
        ),
        (Box::new(replace("width = 28", "width = 0")), "config.toml: expected images of 1 to 1048576 values"),
        (
            Box::new(replace("beta = 1.0", "beta = 1.0\nbanana = 1")),
            "config.toml: expected settings of this program, found unknown field `banana`",
        ),
        (
            Box::new(|run| fs::remove_dir_all(run.join("checkpoints")).unwrap()),
            "checkpoints: expected a folder of checkpoints, found nothing",
        ),
        (
            Box::new(|run| fs::remove_dir_all(run.join("checkpoints/000002")).unwrap()),
            "checkpoints: expected a checkpoint, found none",
        ),
        (
            Box::new(move |run| fs::write(run.join(weights), "").unwrap()),
            "weights.safetensors: expected a safetensors file, found",
        ),
        (
            Box::new(move |run| {
                let bytes = fs::read(run.join(weights)).unwrap();
                fs::write(run.join(weights), &bytes[..bytes.len() / 2]).unwrap();
            }),
            "weights.safetensors: expected a safetensors file, found",
        ),
        (
            Box::new(move |run| {
                let mut bytes = fs::read(run.join(weights)).unwrap();
                let end = bytes.len();
                bytes[end - 4..].copy_from_slice(&f32::NAN.to_le_bytes());
                fs::write(run.join(weights), bytes).unwrap();
            }),
            "weights.safetensors: expected finite weights, found a value in",
        ),
        (
            Box::new(|run| fs::rename(run.join("checkpoints/000002"), run.join("checkpoints/000009")).unwrap()),
            "state.toml: expected step 9, found step 2",
        ),
        (
            Box::new(|run| fs::remove_file(run.join("checkpoints/000002/optimizer.safetensors")).unwrap()),
            "optimizer.safetensors: expected a file, found nothing",
        ),
    ];
    let folder = tempfile::tempdir().unwrap();
    for (place, (alter, expected)) in cases.iter().enumerate() {
        let place = folder.path().join(place.to_string());
        fs::create_dir(&place).unwrap();
        let run = make_run(&place);
        // So that each is found by what it is.
        without_checksums(&run);
        alter(&run);
        let found = sentence(&run);
        assert!(found.contains(expected), "expected “{expected}” in “{found}”");
    }
}

#[test]
fn other_data_is_refused_and_another_run_is_not_written_over() {
    let folder = tempfile::tempdir().unwrap();
    let run = make_run(folder.path());
    let shape = ImageShape::grey(28, 28);
    let split = Split::of_bytes(shape, vec![9; 64 * 784], Vec::new());
    let other = Dataset::new(Source::default(), "other", split.clone(), split);
    let error = Trainer::open(&run, Arc::new(other), Options::default()).err().unwrap().to_string();
    assert!(error.contains("run: expected data with checksum") && error.ends_with("in other"), "{error}");

    let before = fs::read(run.join("config.toml")).unwrap();
    let trainer = Trainer::spawn(Config::preset("gan-dense").unwrap(), small_digits(), Options::default()).unwrap();
    trainer.send(Control::Save(run.clone()));
    let seen = wait_for(&trainer, |event| matches!(event, Event::SaveFailed { .. }));
    let Some(Event::SaveFailed { message, .. }) = seen.last() else { panic!("{seen:?}") };
    assert!(message.to_string().ends_with("run: expected a folder without a run, found another run"), "{message}");
    assert_eq!(before, fs::read(run.join("config.toml")).unwrap());
    trainer.send(Control::Step(Part::Whole));
    wait_for(&trainer, |event| *event == Event::Paused { step: 1 });
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, failure_persistence: None, ..ProptestConfig::default() })]

    /// Bytes changed anywhere in any file: a run or a sentence, never a panic.
    #[test]
    fn changed_bytes_never_panic(file in 0usize..5, place in any::<prop::sample::Index>(), bytes in prop::collection::vec(any::<u8>(), 1..9)) {
        let folder = tempfile::tempdir().unwrap();
        let run = make_run(folder.path());
        let names = ["config.toml", "changes.toml", "checkpoints/000002/state.toml", "checkpoints/000002/weights.safetensors", "checkpoints/000002/optimizer.safetensors"];
        let path = run.join(names[file]);
        let mut content = fs::read(&path).unwrap();
        let start = place.index(content.len());
        for (target, byte) in content[start..].iter_mut().zip(&bytes) {
            *target = *byte;
        }
        fs::write(&path, content).unwrap();
        if let Err(error) = run::open(&run) {
            prop_assert_eq!(error.to_string().lines().count(), 1);
        }
    }
}

#[test]
fn the_plane_is_kept_with_the_run() {
    use latentarium::explore::plane::Plane;
    let folder = tempfile::tempdir().unwrap();
    let run = make_run(folder.path());
    assert_eq!(run::read_plane::<Plane>(&run).unwrap(), None);
    let plane = Plane { origin: vec![0.5, -1.0], ..Plane::random(2, 3) };
    run::write_plane(&run, &plane).unwrap();
    assert_eq!(run::read_plane(&run).unwrap(), Some(plane));
    fs::write(run.join("plane.toml"), "format = 1\n[plane]\norigin = \"here\"\n").unwrap();
    let error = run::read_plane::<Plane>(&run).unwrap_err().to_string();
    assert!(error.contains("plane.toml: expected settings of this program, found"), "{error}");
}

//! The points of the plane that come with the program: what they are, and that models learn them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::is_long;
use latentarium::dataset::{ColumnValues, Dataset, ImageShape, Progress, Sample, Source, Split, load};
use latentarium::explore::data_plane::places;
use latentarium::model::{Config, Model};
use latentarium::random::{Purpose, normal_rows};
use latentarium::snapshot::{Activation, Likelihood, Scratch, Snapshot};
use latentarium::trainer::{Control, Event, Options, Trainer};
use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;
use std::time::{Duration, Instant};

const TOYS: [&str; 6] = ["8-ring", "25-grid", "moons", "swiss-roll", "pinwheel", "spirals"];
/// Steps after which the modes are counted.
const RING_STEPS: u64 = 4_000;
const GRID_STEPS: u64 = 20_000;
const POINT: Sample = Sample::Point { dims: 2 };

fn toy(name: &str) -> Arc<Dataset> {
    Arc::new(load(&Source::parse(name), &Progress::default()).unwrap())
}

fn points(split: &Split) -> Vec<[f32; 2]> {
    (0..split.count()).map(|index| split.image(index).try_into().unwrap()).collect()
}

#[test]
fn each_toy_is_points_with_a_test_set_of_its_own_and_the_same_again() {
    for name in TOYS {
        let data = toy(name);
        assert_eq!((data.sample(), data.train.count(), data.test.count()), (POINT, 10_000, 2_000), "{name}");
        assert_eq!((data.name.as_str(), &data.source), (name, &Source::built_in(data_name(name))), "{name}");
        let (train, test) = (points(&data.train), points(&data.test));
        assert!(train.iter().chain(&test).flatten().all(|value| value.is_finite() && value.abs() < 10.0), "{name}");
        assert!(train.iter().all(|point| !test.contains(point)), "{name}: a point of both");
        let [low, high] = data.range();
        assert!(train.iter().flatten().all(|value| (low..=high).contains(value)) && high - low > 3.0, "{name}");
        let again = toy(name);
        assert_eq!((&again.id, points(&again.train)), (&data.id, train), "{name}");
        for other in TOYS.iter().filter(|other| **other != name) {
            assert_ne!(toy(other).id, data.id, "{name} and {other}");
        }
    }
}

fn data_name(name: &str) -> &'static str {
    TOYS.into_iter().find(|toy| *toy == name).unwrap()
}

#[test]
fn modes_are_where_and_as_wide_as_the_literature_has_them() {
    for (name, sigma) in [("8-ring", 0.02), ("25-grid", 0.05)] {
        let (data, modes) = (toy(name), modes(name));
        assert_eq!(data.class_names().len(), modes.len());
        let (mut counts, mut squares) = (vec![0usize; modes.len()], 0.0f64);
        for (index, point) in points(&data.train).into_iter().enumerate() {
            let mode = data.train.class(index).unwrap();
            counts[mode] += 1;
            squares += distance(point, modes[mode]).powi(2);
        }
        let found = (squares / 20_000.0).sqrt();
        assert!((found / sigma - 1.0).abs() < 0.03, "{name}: σ {found}");
        let expected = 10_000 / modes.len();
        assert!(counts.iter().all(|count| (expected * 3 / 4..expected * 5 / 4).contains(count)), "{name}: {counts:?}");
    }
}

#[test]
fn what_is_known_of_a_point_is_a_column() {
    let names = |data: &Dataset| data.train.columns().iter().map(|column| column.name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&toy("8-ring")), ["mode"]);
    assert_eq!(names(&toy("moons")), ["moon", "angle"]);
    let roll = toy("swiss-roll");
    assert!(roll.class_names().is_empty() && names(&roll) == ["place"]);
    // The farther along the roll, the farther from its middle.
    let ColumnValues::Number(place) = &roll.train.columns()[0].values else { panic!("a number") };
    for (index, [x, y]) in points(&roll.train).into_iter().enumerate() {
        assert!((x.hypot(y) - (1.0 + 2.0 * place.get(index).unwrap())).abs() < 0.3, "{index}");
    }
}

#[test]
fn presets_suit_points_and_stay_as_they_are_on_images() {
    let image = Sample::Image(ImageShape::grey(28, 28));
    for preset in latentarium::model::presets() {
        let plain = Config::preset(preset).unwrap();
        let mut config = plain.clone();
        config.adapt_to(image);
        assert_eq!(config, plain, "{preset}");
        config.adapt_to(POINT);
        let fits = config.check_on(POINT);
        if config.word("network").is_some_and(|network| network != "dense") {
            let error = fits.unwrap_err().to_string();
            assert!(error.starts_with("network: expected dense where the data is points, found "), "{error}");
        } else if let Some(binarize) = config.word("binarize").filter(|binarize| *binarize != "none") {
            let error = fits.unwrap_err().to_string();
            assert_eq!(
                error,
                format!("binarize: expected none where the data is points, found {binarize}"),
                "{preset}"
            );
        } else {
            fits.unwrap();
            let snapshot = Model::new(&config, POINT.shape()).unwrap().snapshot(0).unwrap();
            assert_eq!(snapshot.decoder.operations().last().unwrap().activation, Activation::Identity, "{preset}");
            assert!(!matches!(snapshot.likelihood, Some(Likelihood::Bernoulli)), "{preset}");
        }
        config.adapt_to(image);
        assert_eq!(config, plain, "{preset}: back on images");
    }
    let error = Config::vae_dense().check_on(POINT).unwrap_err().to_string();
    assert_eq!(error, "likelihood: expected gaussian where the data is points, found bernoulli");
    let error = Config::gan_dense().check_on(POINT).unwrap_err().to_string();
    assert_eq!(error, "generator_output: expected linear where the data is points, found sigmoid");
}

fn latentarium(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_latentarium")).current_dir(folder).args(arguments).output().unwrap()
}

fn done(folder: &Path, arguments: &[&str]) -> String {
    let output = latentarium(folder, arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn refused(folder: &Path, arguments: &[&str], status: i32, sentence: &str) {
    let output = latentarium(folder, arguments);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(status), "{arguments:?}: {said}");
    assert!(said.contains(sentence) && !said.contains("panicked"), "{arguments:?}: {said}");
}

#[test]
fn a_run_on_points_is_written_resumed_to_the_bit_measured_and_drawn() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    for preset in ["vae-dense", "ae-dense", "gan-dense", "wgan-gp", "gan-plane", "pca"] {
        let whole = format!("{preset}-whole");
        let small = ["--data", "8-ring", "--threads", "1", "--set", "hidden=[32, 32]", "--batch", "64"];
        let small = if preset == "pca" { &small[..4] } else { &small[..] };
        let train = |extra: &[&str]| done(here, &[&["train", preset], small, extra].concat());
        let steps = if preset == "pca" { "1" } else { "40" };
        train(&["--steps", steps, "--out", &whole]);
        let weights = |run: &str, step: &str| {
            std::fs::read(here.join(run).join("checkpoints").join(step).join("weights.safetensors")).unwrap()
        };
        if preset != "pca" {
            let half = format!("{preset}-half");
            train(&["--steps", "20", "--out", &half]);
            done(here, &["train", "--resume", &half, "--steps", "40", "--threads", "2"]);
            assert_eq!(weights(&half, "000040"), weights(&whole, "000040"), "{preset}");
            done(here, &["train", "--config", &format!("{half}/config.toml"), "--steps", "40", "--out", "again"]);
            assert_eq!(weights("again", "000040"), weights(&whole, "000040"), "{preset}");
            std::fs::remove_dir_all(here.join("again")).unwrap();
        }
        let config = latentarium::run::read_config(&here.join(&whole).join("config.toml")).unwrap();
        assert_eq!(config.sample(), POINT, "{preset}");
        let line: serde_json::Value = serde_json::from_str(&done(here, &["eval", &whole, "--json"])).unwrap();
        assert!(line["pixel_std"].is_number() || preset == "ae-dense", "{preset}: {line}");
        for (what, out) in [("sample", "sample.png"), ("plane", "plane.png")] {
            let out = format!("{preset}-{out}");
            done(here, &[what, &whole, "--out", &out]);
            let picture = image::open(here.join(&out)).unwrap();
            assert!(picture.width() > 500 && picture.height() > 500, "{out}");
        }
        done(here, &["plane", &whole, "--out", "plane.svg"]);
        assert!(std::fs::read_to_string(here.join("plane.svg")).unwrap().contains("<svg"), "{preset}");
        let layered = ["plane", &whole, "--layer", "sensitivity", "--out", "layered.png"];
        refused(here, &layered, 2, "--layer: expected a run of images, found points of ℝ²");
    }
    refused(here, &["train", "vae-conv", "--data", "moons"], 2, "network: expected dense where the data is points");
    let bernoulli = ["train", "vae-dense", "--data", "moons", "--likelihood", "bernoulli"];
    refused(here, &bernoulli, 2, "likelihood: expected gaussian where the data is points, found bernoulli");
    refused(
        here,
        &["train", "gan-dense", "--data", "moons?invert"],
        1,
        "moons: expected options among test=1…90&seed=N, class=NAME, take=N, balance, found invert",
    );
    let compare = ["compare", "vae-dense-whole", "gan-dense-whole", "--out", "compare.png"];
    refused(here, &compare, 1, "expected images for a sheet to compare models by, found points of ℝ²");
    refused(
        here,
        &["eval", "vae-dense-whole", "--data", "digits"],
        1,
        "expected images of ℝ², found 28×28×1 in digits",
    );
}

#[test]
fn the_likelihood_of_points_is_that_of_its_sigma() {
    let mut config = Config::vae_dense();
    config.adapt_to(POINT);
    let config = config.with("hidden", vec![16usize, 16]).unwrap();
    let snapshot = Model::new(&config, POINT.shape()).unwrap().snapshot(0).unwrap();
    let density = latentarium::metrics::VaeDensity::new(&snapshot).unwrap();
    let (z, x) = ([0.3f32, -0.7], [1.5f32, -0.25]);
    let mean = snapshot.decoder.evaluate(&z, 1, &mut Scratch::default()).to_vec();
    let normal = |x: f32, mean: f32| {
        let off = f64::from(x - mean) / 0.1;
        -0.5 * off * off - (0.1f64).ln() - 0.5 * std::f64::consts::TAU.ln()
    };
    let expected = normal(x[0], mean[0]) + normal(x[1], mean[1]);
    let output = density.decode(&z, 1, &mut Scratch::default()).to_vec();
    let dot: f64 = x.iter().zip(&output).map(|(x, out)| f64::from(*x) * f64::from(*out)).sum();
    let by_parts = density.product_factor() * dot + density.image_constant(&x) + density.output_constant(&output);
    let nats = f64::from(latentarium::metrics::nats(snapshot.likelihood.unwrap(), &x, &mean));
    for found in [density.log_likelihood(&output, &x), by_parts, -nats] {
        assert!((found / expected - 1.0).abs() < 1e-4, "{found} instead of {expected}");
    }
}

fn distance(a: [f32; 2], b: [f32; 2]) -> f64 {
    f64::from(a[0] - b[0]).hypot(f64::from(a[1] - b[1]))
}

/// The middles of a toy's modes, in the order of its classes.
fn modes(name: &str) -> Vec<[f32; 2]> {
    match name {
        "8-ring" => (0..8)
            .map(|mode| std::f32::consts::TAU * mode as f32 / 8.0)
            .map(|a| [2.0 * a.cos(), 2.0 * a.sin()])
            .collect(),
        _ => (0..25).map(|mode| [2.0 * (mode % 5) as f32 - 4.0, 2.0 * (mode / 5) as f32 - 4.0]).collect(),
    }
}

/// How many modes 2 500 samples hold, and how many samples are of one (PacGAN, section 4.1): a sample within 3σ of a mode is
/// of it, and a mode is found that has 20 of them.
fn found(snapshot: &Snapshot, modes: &[[f32; 2]], sigma: f64) -> (usize, usize) {
    let latents = normal_rows(1, Purpose::Sample, 0, 2500, snapshot.latent);
    let mut counts = vec![0; modes.len()];
    for point in places(snapshot, &latents, &mut Scratch::default()) {
        if let Some(mode) = modes.iter().position(|mode| distance(point, *mode) <= 3.0 * sigma) {
            counts[mode] += 1;
        }
    }
    (counts.iter().filter(|count| **count >= 20).count(), counts.iter().sum())
}

/// Trains a preset for so many steps; its weights and the seconds that it took.
fn trained(config: Config, data: Arc<Dataset>, steps: u64) -> (Arc<Snapshot>, f64) {
    let options = Options { total_steps: Some(steps), threads: 2, ..Options::default() };
    let began = Instant::now();
    let trainer = Trainer::spawn(config, data, options).unwrap();
    trainer.send(Control::Start);
    loop {
        match trainer.wait(Duration::from_secs(1)) {
            Some(Event::Finished { .. }) => break,
            Some(Event::Failed { message, .. }) => panic!("{message}"),
            _ => assert!(began.elapsed() < Duration::from_secs(900), "not within a quarter of an hour"),
        }
    }
    (trainer.snapshot().unwrap(), trainer.status().train_s)
}

/// Trains for so many steps with each of three seeds; how many modes each found, printed with what it took.
fn found_by_seeds(preset: &str, data: &str, sigma: f64, steps: u64) -> Vec<usize> {
    let (data, modes) = (toy(data), modes(data));
    let mut all = Vec::new();
    for seed in 0..3u64 {
        let mut config = Config::preset(preset).unwrap().with("seed", seed).unwrap();
        config.adapt_to(POINT);
        let (snapshot, train_s) = trained(config, data.clone(), steps);
        let (count, near) = found(&snapshot, &modes, sigma);
        println!("{preset}, seed {seed}, {steps} steps in {train_s:.0} s: {count} modes, {near} of 2500 within 3 σ");
        all.push(count);
    }
    all
}

#[test]
fn gan_dense_finds_all_modes_of_the_ring_with_three_seeds() {
    if is_long() {
        assert_eq!(found_by_seeds("gan-dense", "8-ring", 0.02, RING_STEPS), [8; 3]);
    }
}

#[test]
fn wgan_gp_finds_nearly_all_modes_of_the_grid_with_three_seeds() {
    if is_long() {
        let found = found_by_seeds("wgan-gp", "25-grid", 0.05, GRID_STEPS);
        assert!(found.iter().all(|count| *count >= 24), "{found:?}");
    }
}

#[test]
fn drawn_points_are_a_file_that_opens_as_the_same_bits_and_is_learned() {
    let folder = tempfile::tempdir().unwrap();
    let drawn: Vec<[f32; 2]> = points(&toy("moons").train)[..3000].to_vec();
    let path = folder.path().join("drawn-1.points");
    std::fs::write(&path, latentarium::dataset::points_text(&drawn)).unwrap();
    let data = load(&Source::path(&path), &Progress::default()).unwrap();
    assert_eq!((data.sample(), data.train.count(), data.test.count()), (POINT, 2500, 500));
    let again: Vec<[f32; 2]> = points(&data.train)
        .chunks(5)
        .zip(points(&data.test))
        .flat_map(|(five, test)| five.iter().copied().chain([test]).collect::<Vec<_>>())
        .collect();
    assert_eq!(again, drawn);
    let mut config = Config::preset("gan-dense").unwrap();
    config.adapt_to(POINT);
    let (snapshot, _) = trained(config, Arc::new(data), 300);
    let latents = normal_rows(1, Purpose::Sample, 0, 500, snapshot.latent);
    let samples = places(&snapshot, &latents, &mut Scratch::default());
    let near = samples.iter().filter(|sample| drawn.iter().any(|point| distance(**sample, *point) < 0.25)).count();
    assert!(near > 350, "{near} of 500 samples lie near what was drawn");
}

#[test]
fn files_of_points_that_are_none_are_refused_with_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let many = format!("x,y\n{}", "0,0\n".repeat(200_001));
    let cases: [(&[u8], &str); 10] = [
        (b"", "expected the first line x,y, found \u{201c}\u{201d}"),
        (b"\xff\xfe\x00", "expected a file of points, found bytes that are no text"),
        (b"1,2\n", "expected the first line x,y, found \u{201c}1,2\u{201d}"),
        (b"x,y\n1\n", "expected two numbers up to 1000000 in line 2, found \u{201c}1\u{201d}"),
        (b"x,y\n1,2,3\n", "expected two numbers up to 1000000 in line 2, found \u{201c}1,2,3\u{201d}"),
        (b"x,y\n1,NaN\n", "expected two numbers up to 1000000 in line 2, found \u{201c}1,NaN\u{201d}"),
        (b"x,y\n1,2\ninf,0\n", "expected two numbers up to 1000000 in line 3, found \u{201c}inf,0\u{201d}"),
        (b"x,y\n1,1e7\n", "expected two numbers up to 1000000 in line 2, found \u{201c}1,1e7\u{201d}"),
        (b"x,y\n1,2\n", "expected 10 points or more, found 1"),
        (many.as_bytes(), "expected at most 200000 points, found more of them"),
    ];
    for (bytes, sentence) in cases {
        let path = folder.path().join("broken.points");
        std::fs::write(&path, bytes).unwrap();
        let error = load(&Source::path(&path), &Progress::default()).unwrap_err().to_string();
        assert!(error.ends_with(sentence), "{error}");
    }
}

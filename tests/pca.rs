//! Probabilistic principal component analysis against an independent computation, and against scikit-learn's figures on MNIST.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::needless_range_loop)]

mod common;

use common::wait_for;
use latentarium::dataset::{self, Dataset, ImageShape, Progress, Source, Split};
use latentarium::model::{Batches, Config, Model, Saved, StepError, StepInput};
use latentarium::random::{Purpose, normal_rows};
use latentarium::run;
use latentarium::snapshot::Scratch;
use latentarium::trainer::{Control, Event, MetricId, Options, Phase, Trainer};
use std::process::Command;
use std::sync::Arc;

const SHAPE: ImageShape = ImageShape::grey(4, 5);
const PIXELS: usize = SHAPE.values();

/// Images of three directions and noise.
fn synthetic(count: usize) -> Arc<Dataset> {
    synthetic_of(SHAPE, count)
}

fn synthetic_of(shape: ImageShape, count: usize) -> Arc<Dataset> {
    let pixels = shape.values();
    let directions = normal_rows(1, Purpose::Generate, 0, 3, pixels);
    let codes = normal_rows(2, Purpose::Generate, 0, count, 3);
    let noise = normal_rows(3, Purpose::Generate, 0, count, pixels);
    let value = |image: usize, pixel: usize| {
        let signal: f32 = (0..3).map(|k| codes[3 * image + k] * directions[k * pixels + pixel] * (3 - k) as f32).sum();
        (127.0 + 12.0 * signal + 6.0 * noise[image * pixels + pixel]).clamp(0.0, 255.0) as u8
    };
    let bytes: Vec<u8> =
        (0..count).flat_map(|image| (0..pixels).map(move |pixel| (image, pixel))).map(|(i, p)| value(i, p)).collect();
    let (train, test) = bytes.split_at(count / 4 * 3 * pixels);
    let split = |bytes: &[u8]| Split::of_bytes(shape, bytes.to_vec(), Vec::new());
    Arc::new(Dataset::new(Source::default(), "synthetic", split(train), split(test)))
}

fn fitted(dataset: &Arc<Dataset>, latent: usize, threads: usize) -> Model {
    let config = Config::preset("pca").unwrap().with("latent", latent).unwrap();
    let mut model = Model::new(&config, dataset.shape()).unwrap();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    pool.install(|| model.step(&mut StepInput::new(0, &mut Batches::new(dataset.clone()))).unwrap());
    model
}

fn images(split: &Split) -> Vec<Vec<f64>> {
    (0..split.count()).map(|index| split.image(index).into_iter().map(f64::from).collect()).collect()
}

/// Eigenvalues and eigenvectors (in rows) of a symmetric matrix by Jacobi's rotations, the largest first.
fn jacobi(mut a: Vec<Vec<f64>>) -> Vec<(f64, Vec<f64>)> {
    let n = a.len();
    let mut vectors: Vec<Vec<f64>> = (0..n).map(|i| (0..n).map(|j| f64::from(u8::from(i == j))).collect()).collect();
    for _ in 0..60 {
        for p in 0..n {
            for q in p + 1..n {
                if a[p][q].abs() < 1e-300 {
                    continue;
                }
                let theta = 0.5 * (2.0 * a[p][q]).atan2(a[q][q] - a[p][p]);
                let (sin, cos) = theta.sin_cos();
                for k in 0..n {
                    let (x, y) = (a[k][p], a[k][q]);
                    (a[k][p], a[k][q]) = (cos * x - sin * y, sin * x + cos * y);
                }
                for k in 0..n {
                    let (x, y) = (a[p][k], a[q][k]);
                    (a[p][k], a[q][k]) = (cos * x - sin * y, sin * x + cos * y);
                    let (x, y) = (vectors[p][k], vectors[q][k]);
                    (vectors[p][k], vectors[q][k]) = (cos * x - sin * y, sin * x + cos * y);
                }
            }
        }
    }
    let mut pairs: Vec<(f64, Vec<f64>)> = (0..n).map(|i| (a[i][i], vectors[i].clone())).collect();
    pairs.sort_by(|a, b| b.0.total_cmp(&a.0));
    pairs
}

/// (log det, inverse·x) of a symmetric positive matrix, by Gauss's elimination.
fn solve(mut a: Vec<Vec<f64>>, mut x: Vec<f64>) -> (f64, Vec<f64>) {
    let n = x.len();
    let mut log_det = 0.0;
    for p in 0..n {
        log_det += a[p][p].ln();
        for row in p + 1..n {
            let share = a[row][p] / a[p][p];
            for column in p..n {
                a[row][column] -= share * a[p][column];
            }
            x[row] -= share * x[p];
        }
    }
    for p in (0..n).rev() {
        let rest: f64 = (p + 1..n).map(|column| a[p][column] * x[column]).sum();
        x[p] = (x[p] - rest) / a[p][p];
    }
    (log_det, x)
}

#[test]
fn densities_and_projections_are_those_of_an_independent_computation() {
    let dataset = synthetic(1200);
    let train = images(&dataset.train);
    let n = train.len() as f64;
    let mean: Vec<f64> = (0..PIXELS).map(|j| train.iter().map(|image| image[j]).sum::<f64>() / n).collect();
    let covariance: Vec<Vec<f64>> = (0..PIXELS)
        .map(|i| {
            (0..PIXELS)
                .map(|j| train.iter().map(|x| (x[i] - mean[i]) * (x[j] - mean[j])).sum::<f64>() / (n - 1.0))
                .collect()
        })
        .collect();
    let eigen = jacobi(covariance);
    for latent in [1, 3, 10] {
        let noise = eigen[latent..].iter().map(|(value, _)| value).sum::<f64>() / (PIXELS - latent) as f64;
        let whole: Vec<Vec<f64>> = (0..PIXELS)
            .map(|i| {
                (0..PIXELS)
                    .map(|j| {
                        let signal: f64 = eigen[..latent].iter().map(|(value, u)| (value - noise) * u[i] * u[j]).sum();
                        signal + if i == j { noise } else { 0.0 }
                    })
                    .collect()
            })
            .collect();
        let (mut log_p, mut squares) = (0.0, 0.0);
        let test = images(&dataset.test);
        for image in &test {
            let centred: Vec<f64> = image.iter().zip(&mean).map(|(x, m)| x - m).collect();
            let (log_det, solved) = solve(whole.clone(), centred.clone());
            let distance: f64 = centred.iter().zip(&solved).map(|(a, b)| a * b).sum();
            log_p -= 0.5 * (PIXELS as f64 * std::f64::consts::TAU.ln() + log_det + distance);
            let mut left = centred.clone();
            for (_, u) in &eigen[..latent] {
                let code: f64 = u.iter().zip(&centred).map(|(u, x)| u * x).sum();
                left.iter_mut().zip(u).for_each(|(left, u)| *left -= code * u);
            }
            squares += left.iter().map(|x| x * x).sum::<f64>() / PIXELS as f64;
        }
        let model = fitted(&dataset, latent, 1);
        let figures = model.evaluate(&dataset.test, &mut |_| true).unwrap();
        let (log_p, squares) = (log_p / test.len() as f64, squares / test.len() as f64);
        assert!((figures[0].1 - log_p).abs() < 1e-3, "z {latent}: log p {} against {log_p}", figures[0].1);
        assert!((figures[1].1 - squares).abs() < 1e-7, "z {latent}: error {} against {squares}", figures[1].1);
        assert_eq!((figures[0].0, figures[1].0), ("test_log_p", "test_mse"));
    }
}

/// W's columns are orthogonal: a posterior is a normal distribution a dimension, and encodes what its mean decodes to.
#[test]
fn its_networks_are_linear_and_fit_together() {
    let dataset = synthetic(800);
    let snapshot = fitted(&dataset, 3, 1).snapshot(1).unwrap();
    assert_eq!((snapshot.decoder.operations().len(), snapshot.latent), (1, 3));
    let encoder = snapshot.encoder.as_ref().unwrap();
    let mut scratch = Scratch::default();
    let latents = [0.5, -1.0, 0.25, 0.0, 0.0, 0.0];
    let decoded = snapshot.decoder.evaluate(&latents, 2, &mut scratch).to_vec();
    let codes = encoder.evaluate(&decoded, 2, &mut scratch).to_vec();
    for (code, latent) in codes.chunks_exact(6).zip(latents.chunks_exact(3)) {
        let (mean, log_variance) = code.split_at(3);
        for ((mean, log_variance), z) in mean.iter().zip(log_variance).zip(latent) {
            // The prior shrinks what noise may have made: by 1 − σ²/λ, and σ²/λ is the posterior's variance.
            let shrunk = z * (1.0 - log_variance.exp());
            assert!((mean - shrunk).abs() < 1e-3, "{mean} for {z}, expected {shrunk}");
            assert!(log_variance.exp() < 0.2, "{log_variance}");
        }
    }
}

#[test]
fn its_bits_do_not_depend_on_the_number_of_threads_and_come_back() {
    // Of several stripes, the last of which is not whole.
    let dataset = synthetic_of(ImageShape::grey(12, 13), 1600);
    let one = fitted(&dataset, 20, 1).save().unwrap();
    for threads in [2, 3] {
        assert!(one == fitted(&dataset, 20, threads).save().unwrap(), "on {threads} threads");
    }
    let config = Config::preset("pca").unwrap().with("latent", 20).unwrap();
    let mut again = Model::new(&config, dataset.shape()).unwrap();
    again.restore(&one).unwrap();
    assert_eq!(again.save().unwrap(), one);
    let error = again.restore(&Saved::default()).unwrap_err().to_string();
    assert!(error.ends_with("values, found 0"), "{error}");
    let many = Config::preset("pca").unwrap().with("latent", 20).unwrap();
    let few = synthetic(24);
    let mut model = Model::new(&many, SHAPE).unwrap();
    let error = model.step(&mut StepInput::new(0, &mut Batches::new(few))).unwrap_err().to_string();
    assert!(error.contains("latent: expected fewer dimensions than the 20 pixels and 18 images, found 20"), "{error}");
}

#[test]
fn a_pass_that_nobody_waits_for_ends_and_nothing_is_learned() {
    let dataset = synthetic(300);
    let config = Config::preset("pca").unwrap().with("latent", 2).unwrap();
    let mut model = Model::new(&config, dataset.shape()).unwrap();
    let before = model.save().unwrap();
    let mut batches = Batches::new(dataset.clone());
    let step = model.step(&mut StepInput { go_on: Some(&|| false), ..StepInput::new(0, &mut batches) });
    assert!(matches!(step, Err(StepError::Cancelled)), "{step:?}");
    assert_eq!(model.save().unwrap().weights, before.weights);
    model.step(&mut StepInput { go_on: Some(&|| true), ..StepInput::new(0, &mut batches) }).unwrap();
    assert_ne!(model.save().unwrap().weights, before.weights);
}

#[test]
fn a_run_is_complete_after_its_one_step() {
    let folder = tempfile::tempdir().unwrap();
    let run = folder.path().join("run");
    let data = synthetic(800);
    let options = Options { threads: 2, ..Options::default() };
    let trainer = Trainer::spawn(Config::preset("pca").unwrap(), data.clone(), options).unwrap();
    assert_eq!(trainer.status().steps_per_epoch, 1);
    trainer.send(Control::Start);
    wait_for(&trainer, |event| *event == Event::Finished { step: 1 });
    let total = trainer.history().last(MetricId::TOTAL).unwrap().1;
    let test = trainer.history().last(MetricId::TEST_TOTAL).unwrap().1;
    assert!(total.is_finite() && (total - test).abs() < 1.0, "{total} {test}");
    trainer.send(Control::Save(run.clone()));
    wait_for(&trainer, |event| matches!(event, Event::Saved { .. }));
    trainer.send(Control::Start);
    wait_for(&trainer, |event| *event == Event::Finished { step: 1 });
    assert_eq!(trainer.status().step, 1, "there is nothing more to learn");
    drop(trainer);
    let opened = run::open(&run).unwrap();
    assert_eq!((opened.checkpoint.step, opened.config.model.latent()), (1, 2));
    let trainer = Trainer::open(&run, data.clone(), Options::default()).unwrap();
    assert_eq!(trainer.status().phase, Phase::Paused);
    trainer.send(Control::Start);
    wait_for(&trainer, |event| *event == Event::Finished { step: 1 });
}

#[test]
fn the_command_line_trains_and_measures_it() {
    let folder = tempfile::tempdir().unwrap();
    common::write_halved_digits(folder.path());
    let latentarium = |arguments: &[&str]| {
        let output =
            Command::new(env!("CARGO_BIN_EXE_latentarium")).current_dir(folder.path()).args(arguments).output();
        let output = output.unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let train = ["train", "pca", "--data", "./digits", "--z", "5", "--epochs", "7", "--out", "run", "--json"];
    let line: serde_json::Value = serde_json::from_str(&latentarium(&train)).unwrap();
    assert_eq!((&line["steps"], &line["epochs"]), (&1.into(), &1.0.into()));
    let line: serde_json::Value = serde_json::from_str(&latentarium(&["eval", "run", "--json"])).unwrap();
    assert!(line["test_log_p"].as_f64().unwrap() > 0.0 && line["test_mse"].as_f64().unwrap() > 0.0, "{line}");
    for arguments in [["sample", "run", "--out", "a.png"], ["plane", "run", "--out", "b.png"]] {
        latentarium(&arguments);
    }
    latentarium(&["compare", "run", "run", "--images", "0", "--out", "c.png"]);
}

/// scikit-learn 1.7's `PCA(10, svd_solver="full").score` on the test images in [0, 1], after `fit` on the training images.
#[test]
fn it_is_scikit_learns_on_mnist() {
    let Some(folder) = std::env::var_os("LATENTARIUM_DATA").map(std::path::PathBuf::from) else { return };
    let source = Source::from(folder.join("mnist").display().to_string());
    let dataset = Arc::new(dataset::load(&source, &Progress::default()).unwrap());
    let figures = fitted(&dataset, 10, 2).evaluate(&dataset.test, &mut |_| true).unwrap();
    assert!((figures[0].1 - 186.02).abs() < 0.1, "{figures:?}");
    assert!((figures[1].1 - 0.03407).abs() < 1e-5, "{figures:?}");
}

//! `latentarium eval` with estimates of log p(x), as a user meets it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::path::Path;
use std::process::{Command, Output};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use tempfile::TempDir;

fn latentarium(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_latentarium")).current_dir(folder).args(arguments).output().unwrap()
}

/// The runs that are asked about, made once: 40 steps each on 1000 digits of half their side without classes.
const RUNS: [(&str, &[&str]); 6] = [
    ("vae", &["vae-dense"]),
    ("gaussian", &["vae-dense", "--z", "5", "--likelihood", "gaussian"]),
    ("four", &["vae-dense", "--z", "4", "--likelihood", "gaussian"]),
    ("three", &["vae-dense", "--z", "3"]),
    ("plain", &["ae-dense"]),
    ("gan", &["gan-dense"]),
];

/// A folder of a test's own, and the one that holds the data and the runs that its runs are copies of.
struct Folder {
    own: TempDir,
    _made: Arc<TempDir>,
}

impl Folder {
    fn path(&self) -> &Path {
        self.own.path()
    }
}

/// A folder with some of the runs: who evaluates one writes into it. They are made once as long as a test still has any.
fn folder_with(runs: &[&str]) -> Folder {
    static MADE: Mutex<Weak<TempDir>> = Mutex::new(Weak::new());
    let mut shared = MADE.lock().unwrap_or_else(PoisonError::into_inner);
    let made = shared.upgrade().unwrap_or_else(|| {
        let made = tempfile::tempdir().unwrap();
        common::write_digits(made.path(), 1000, 14);
        Arc::new(made)
    });
    *shared = Arc::downgrade(&made);
    let own = tempfile::tempdir().unwrap();
    for (name, train) in RUNS.iter().filter(|(name, _)| runs.contains(name)) {
        if !made.path().join(name).exists() {
            let usual = ["--data", "digits.npy", "--steps", "40", "--out", name];
            let output = latentarium(made.path(), &[&["train"], *train, &usual].concat());
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        }
        common::copy_folder(&made.path().join(name), &own.path().join(name));
    }
    Folder { own, _made: made }
}

fn json(folder: &Path, arguments: &[&str]) -> serde_json::Value {
    let output = latentarium(folder, &[arguments, &["--json"]].concat());
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

fn refuses(folder: &Path, arguments: &[&str], sentence: &str) {
    let output = latentarium(folder, arguments);
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
    assert!(said.contains(sentence) && !said.contains("panicked"), "{arguments:?}: {said}");
    assert!(output.stdout.is_empty(), "{arguments:?} printed a result");
}

#[test]
fn bounds_and_integrals_are_printed_in_order_and_repeat_on_any_number_of_threads() {
    let folder = folder_with(&["vae", "gaussian"]);
    let here = folder.path();
    let asked = ["eval", "vae", "--nll-samples", "200", "--grid-nll", "--images", "60", "--threads"];
    let one = json(here, &[&asked[..], &["1"]].concat());
    let figure = |name: &str| one[name].as_f64().unwrap_or_else(|| panic!("{name}: {one}"));
    let exact = -figure("test_log_p_grid");
    assert!(figure("nll_neg_elbo") > figure("test_nll") && figure("test_nll") > exact - 0.05, "{one}");
    assert!((figure("nll_neg_elbo") - exact - figure("elbo_gap")).abs() < 0.5, "{one}");
    assert!((1.0..=200.0).contains(&figure("nll_effective_samples")), "{one}");
    let whole = ["nll_samples", "nll_images", "grid", "grid_images", "grid_unsettled"].map(|name| one[name].as_u64());
    assert_eq!(whole, [200, 60, 64, 60, 0].map(Some), "{one}");
    assert_eq!(one, json(here, &[&asked[..], &["3"]].concat()));

    let finer = json(here, &["eval", "vae", "--grid-nll", "--grid", "128", "--images", "60"]);
    assert!((finer["test_log_p_grid"].as_f64().unwrap() + exact).abs() < 0.01, "{finer} against {exact}");
    assert!(finer.get("test_nll").is_none(), "{finer}");
    let plain = json(here, &["eval", "vae"]);
    assert!(plain.get("nll_images").is_none() && plain["test_neg_elbo"] == one["test_neg_elbo"], "{plain}");
    let gaussian = json(here, &["eval", "gaussian", "--nll-samples", "50", "--images", "20"]);
    // ½ ln 2π a pixel, and little more.
    let test_nll = gaussian["test_nll"].as_f64().unwrap();
    assert!((180.0..260.0).contains(&test_nll) && test_nll < gaussian["nll_neg_elbo"].as_f64().unwrap(), "{gaussian}");
}

#[test]
fn the_gap_is_that_of_the_grid_and_the_worst_encoded_images_are_named() {
    let folder = folder_with(&["vae", "four"]);
    let here = folder.path();
    let one = json(here, &["eval", "vae", "--gap", "--grid-nll", "--images", "60", "--threads", "1"]);
    let figure = |name: &str| one[name].as_f64().unwrap_or_else(|| panic!("{name}: {one}"));
    assert!((figure("gap_log_p") - figure("test_log_p_grid")).abs() < 0.01, "{one}");
    assert!((figure("gap_log_p") - figure("gap_elbo") - figure("gap")).abs() < 1e-6, "{one}");
    assert!((figure("elbo_gap") - figure("gap")).abs() < 0.5 && figure("gap_smallest") > -0.01, "{one}");
    assert_eq!((one["gap_images"].as_u64(), one["gap_of"].as_str()), (Some(60), Some("the whole latent space")));
    let worst = one["worst_encoded"].as_array().unwrap();
    let gaps: Vec<f64> = worst.iter().map(|one| one["gap"].as_f64().unwrap()).collect();
    assert!(gaps.len() == 10 && gaps.is_sorted_by(|a, b| a >= b) && gaps[0] >= figure("gap"), "{one}");
    assert!(worst.iter().all(|one| one["image"].as_u64().unwrap() < 60 && one["class"].is_null()), "{one}");
    assert_eq!(one, json(here, &["eval", "vae", "--gap", "--grid-nll", "--images", "60", "--threads", "3"]));
    // Of more than two dimensions it is said of the plane that the run is looked at by.
    let four = json(here, &["eval", "four", "--gap", "--images", "20"]);
    assert_eq!(four["gap_of"].as_str(), Some("the run's plane"), "{four}");
    assert!(four["gap_smallest"].as_f64().unwrap() > -0.01, "{four}");
}

#[test]
fn a_gan_has_places_and_what_it_misses_is_counted_by_class() {
    let folder = folder_with(&["gan", "vae"]);
    let here = folder.path();
    let one = json(here, &["eval", "gan", "--places", "--images", "50", "--against", "vae", "--threads", "1"]);
    let share = one["missed_share"].as_f64().unwrap();
    assert!((0.0..=1.0).contains(&share) && one["missed_above"].as_f64().unwrap() > 0.0, "{one}");
    // This data has no classes.
    assert_eq!(one["missed_by_class"].as_array().map(Vec::len), Some(0), "{one}");
    assert_eq!(one["missed_rule"].as_str(), Some("quantile 0.99 of reconstruction errors"));
    assert_eq!(one["worst_placed"].as_array().map(Vec::len), Some(10), "{one}");
    assert_eq!(one, json(here, &["eval", "gan", "--places", "--images", "50", "--against", "vae", "--threads", "3"]));
    let alone = json(here, &["eval", "gan", "--places", "--images", "50"]);
    assert_eq!(alone["missed_rule"].as_str(), Some("quantile 0.99 of errors of 4 principal components"));
    assert_eq!(alone["place_error"], one["place_error"]);
}

#[test]
fn wrong_usage_is_status_two_with_a_sentence() {
    let folder = folder_with(&["three", "vae", "plain", "gan"]);
    let here = folder.path();
    let for_a_vae = |name: &str| format!("--nll-samples, --grid-nll and --gap are for a VAE, {name} is none");
    refuses(here, &["eval", "gan", "--nll-samples", "10"], &for_a_vae("gan-dense"));
    refuses(here, &["eval", "plain", "--grid-nll"], &for_a_vae("ae-dense"));
    refuses(here, &["eval", "three", "--grid-nll"], "--grid-nll: expected a run with z 2, found z 3");
    refuses(here, &["eval", "vae", "--nll-samples", "0"], "--nll-samples: expected 1 to 10000000, found 0");
    refuses(
        here,
        &["eval", "vae", "--grid-nll", "--grid", "63"],
        "--grid: expected an even number from 8 to 512, found 63",
    );
    refuses(here, &["eval", "vae", "--grid", "64"], "--grid-nll");
    refuses(
        here,
        &["eval", "vae", "--images", "5"],
        "--images: expected --nll-samples, --grid-nll, --gap, --places, --inversion or --figures beside it",
    );
    refuses(here, &["eval", "vae", "--grid-nll", "--images", "0"], "--images: expected 1 to ");
    refuses(here, &["eval", "vae", "--nll-samples", "9", "--images", "99999999"], "found 99999999");
    refuses(here, &["eval", "gan", "--gap"], &for_a_vae("gan-dense"));
    refuses(here, &["eval", "three", "--places"], "--places: expected a run with z 2, found z 3");
    refuses(here, &["eval", "vae", "--against", "vae"], "--places");
    refuses(
        here,
        &["eval", "gan", "--places", "--against", "gan"],
        "--against: expected a run with an encoder of such images, found gan",
    );
    refuses(here, &["eval", "vae", "--threads", "0"], "threads: expected 1 to 256, found 0");
}

#[cfg(unix)]
#[test]
fn an_interruption_is_status_130_without_figures() {
    let folder = folder_with(&["vae"]);
    let child = Command::new(env!("CARGO_BIN_EXE_latentarium"))
        .current_dir(folder.path())
        .args(["eval", "vae", "--nll-samples", "10000000", "--json"])
        .stdout(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    std::thread::sleep(std::time::Duration::from_millis(700));
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130));
    assert!(output.stdout.is_empty(), "half a result was printed");
}

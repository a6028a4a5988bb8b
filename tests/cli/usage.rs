//! What is refused, and what is listed.

use crate::program::{json, latentarium, refuses, text};
use std::process::Command;

#[test]
fn wrong_usage_is_status_two_with_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let all = latentarium::model::presets().collect::<Vec<_>>().join(", ");
    let presets = &format!("expected one of the presets {all}, found vae-dnese");
    refuses(here, &["train", "vae-dnese"], 2, presets);
    refuses(here, &["bench", "train", "vae-dnese"], 2, presets);
    refuses(here, &["train", "vae-dense", "--epocks", "3"], 2, "--epocks");
    refuses(here, &["train", "vae-dense", "--z", "0", "--steps", "1"], 2, "latent: expected 1 to 512, found 0");
    refuses(
        here,
        &["train", "vae-dense", "--lr", "NaN", "--steps", "1"],
        2,
        "learning_rate: expected 0 to 1, found NaN",
    );
    refuses(here, &["train", "gan-dense", "--beta", "2"], 2, "--beta: gan-dense has no beta");
    let of_data = "latent: expected 784, a number for each value of an example, found 5";
    refuses(here, &["train", "chow-liu", "--data", "digits", "--z", "5", "--steps", "1"], 2, of_data);
    refuses(here, &["train", "vae-dense", "--threads", "0"], 2, "threads: expected 1 to 256, found 0");
    refuses(here, &["train"], 2, "required");
    std::fs::create_dir(here.join("there")).unwrap();
    refuses(
        here,
        &["train", "vae-dense", "--out", "there"],
        2,
        "--out there: expected a folder that does not exist yet, found one",
    );
    refuses(here, &["demo", "--seconds", "-1"], 2, "");
    refuses(here, &["frobnicate"], 2, "frobnicate");
}

#[test]
fn what_is_not_there_is_status_one_with_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    std::fs::create_dir(here.join("empty")).unwrap();
    refuses(here, &["train", "vae-dense", "--data", "nowhere"], 1, "nowhere: ");
    refuses(here, &["train", "vae-dense", "--data", "empty"], 1, "empty");
    refuses(here, &["eval", "nowhere"], 1, "nowhere: expected a run folder, found nothing");
    refuses(here, &["sample", "empty", "--out", "x.png"], 1, "config.toml: ");
    refuses(here, &["plane", "nowhere", "--out", "x.png"], 1, "nowhere: expected a run folder, found nothing");
    refuses(here, &["train", "--config", "nowhere.toml"], 1, "nowhere.toml: ");
    assert!(!here.join("runs").exists(), "nothing is begun when the data is not there");
}

#[test]
fn lists_and_benchmarks_print_what_they_promise() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let presets = text(&latentarium(here, &["presets"]).stdout);
    let names: Vec<&str> = presets.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert_eq!(names, latentarium::model::presets().collect::<Vec<_>>());
    assert!(text(&latentarium(here, &["data"]).stdout).starts_with("digits"));
    let bench = json(&latentarium(
        here,
        &["bench", "train", "vae-400", "--batch", "16", "--steps", "3", "--threads", "2", "--json"],
    ));
    assert_eq!((&bench["threads"], &bench["batch"]), (&2.into(), &16.into()));
    assert!(bench["samples_per_s"].as_f64().unwrap() > 0.0 && bench["step_ms"].as_f64().unwrap() > 0.0);
    let bench = json(&latentarium(here, &["bench", "decode", "gan-dense", "--count", "20", "--repeat", "3", "--json"]));
    assert_eq!((&bench["backend"], &bench["count"]), (&"cpu".into(), &20.into()));
    assert!(bench["decode_ms"].as_f64().unwrap() > 0.0);
}

#[test]
fn decoding_on_the_gpu_is_measured_or_said_to_be_impossible() {
    let folder = tempfile::tempdir().unwrap();
    let arguments = ["bench", "decode", "vae-dense", "--backend", "gpu", "--count", "2", "--repeat", "1", "--json"];
    // A kind of graphics that this system does not have.
    let absent = if cfg!(target_os = "macos") { "dx12" } else { "metal" };
    let without = Command::new(env!("CARGO_BIN_EXE_latentarium"))
        .current_dir(folder.path())
        .env("WGPU_BACKEND", absent)
        .args(arguments)
        .output()
        .unwrap();
    let said = text(&without.stderr);
    assert_eq!((without.status.code(), without.stdout.len()), (Some(1), 0), "{said}");
    assert!(said.contains("there is no graphics adapter here") && !said.contains("panicked"), "{said}");

    let output = latentarium(folder.path(), &arguments);
    let required = std::env::var("LATENTARIUM_REQUIRE_GPU").as_deref() == Ok("1");
    assert!(output.status.success() || !required, "{}", text(&output.stderr));
    if output.status.success() {
        let bench = json(&output);
        assert_eq!((&bench["backend"], &bench["count"]), (&"gpu".into(), &2.into()));
        for figure in ["decode_ms", "gflops", "product_gflops", "share_of_product"] {
            assert!(bench[figure].as_f64().unwrap() > 0.0, "{figure}");
        }
        assert!(!bench["adapter"].as_str().unwrap().is_empty());
    }
}

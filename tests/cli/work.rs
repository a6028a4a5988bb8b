//! Runs from their training to their pictures.

use crate::common;
use crate::program::{json, latentarium, refuses, text};
use std::path::Path;

#[test]
fn runs_are_trained_repeated_and_measured() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    common::write_halved_digits(here);
    let train = ["train", "vae-dense", "--data", "./digits", "--steps", "30", "--z", "5", "--json"];
    let trained = json(&latentarium(here, &train));
    assert_eq!(trained["run"], "runs/vae-dense-digits-1");
    assert_eq!((&trained["preset"], &trained["steps"]), (&"vae-dense".into(), &30.into()));
    for field in ["epochs", "train_s", "samples_per_s", "reconstruction", "kl", "total", "test_total"] {
        assert!(trained[field].as_f64().unwrap() >= 0.0, "{field}: {trained}");
    }
    let train = ["train", "gan-dense", "--data", "./digits", "--steps", "20", "--out", "gan", "--json"];
    let trained = json(&latentarium(here, &train));
    assert!(trained["generator_loss"].as_f64().unwrap() > 0.0);
    let again = json(&latentarium(
        here,
        &["train", "--config", "gan/config.toml", "--threads", "2", "--out", "gan-again", "--json"],
    ));
    assert_eq!(again["steps"], 20, "as many steps as the run it repeats");
    let weights = |run: &str| std::fs::read(here.join(run).join("checkpoints/000020/weights.safetensors")).unwrap();
    assert!(weights("gan") == weights("gan-again"), "the same bits");

    let run = "runs/vae-dense-digits-1";
    let measured = json(&latentarium(here, &["eval", run, "--json"]));
    let figure = |name: &str| measured[name].as_f64().unwrap();
    assert!((figure("test_recon") + figure("test_kl") - figure("test_neg_elbo")).abs() < 1e-3);
    let kl: Vec<f64> = measured["kl_per_dimension"].as_array().unwrap().iter().map(|kl| kl.as_f64().unwrap()).collect();
    assert!(kl.len() == 5 && (kl.iter().sum::<f64>() - figure("test_kl")).abs() < 1e-3, "{kl:?}");
    assert!(measured["active_units"].as_u64().unwrap() <= 5);
    let rows = std::fs::read_to_string(here.join(run).join("metrics.csv")).unwrap();
    assert!(
        rows.lines().next().unwrap().ends_with(",test_total,kl_1,kl_2,kl_3,kl_4,kl_5,active_units,code_rms"),
        "{rows:.200}"
    );
    assert!((20.0..150.0).contains(&figure("test_neg_elbo")), "{measured}");
    let measured = json(&latentarium(here, &["eval", "gan", "--json"]));
    let shares: Vec<f64> =
        measured["class_share"].as_array().unwrap().iter().map(|share| share.as_f64().unwrap()).collect();
    assert_eq!(shares.len(), 10);
    assert!((shares.iter().sum::<f64>() - 1.0).abs() < 0.01);
}

/// Two runs on small digits, `vae` after 30 steps and `gan` after 20.
fn two_runs(here: &Path) {
    common::write_halved_digits(here);
    let runs = [("vae", "vae-dense", "30"), ("gan", "gan-dense", "20")];
    for (name, preset, steps) in runs {
        let train = ["train", preset, "--data", "./digits", "--steps", steps, "--out", name, "--json"];
        json(&latentarium(here, &train));
    }
}

#[test]
fn runs_are_compared_by_figures_that_come_again() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    two_runs(here);
    let run = "vae";
    let compare = ["compare", run, "gan", "--images", "150", "--threads", "1", "--out", "compare.png", "--json"];
    let compared = json(&latentarium(here, &compare));
    assert!(compared["mean_squared_error"].as_f64().unwrap() > 0.0);
    let [vae, gan] = compared["models"].as_array().unwrap().as_slice() else { panic!("two models: {compared}") };
    assert_eq!((&vae["on_sheet"]["by"], &gan["on_sheet"]["by"]), (&"encoder".into(), &"inversion".into()));
    assert!(gan["on_sheet"]["mse"].is_f64() && gan["on_sheet"]["n"] == 20 && gan["on_sheet"]["nats"].is_null());
    assert_eq!((&vae["run"], &vae["preset"], &vae["step"]), (&run.into(), &"vae-dense".into(), &30.into()));
    assert_eq!((&vae["mse"], &vae["nats"]), (&compared["mean_squared_error"], &compared["reconstruction_nats"]));
    assert_eq!((vae["likelihood"].as_str(), vae["n"].as_u64()), (Some("bernoulli"), Some(150)));
    for figure in ["mse", "psnr", "ssim", "nats"] {
        assert!(vae[figure].is_f64() && gan[figure].is_null() && gan["step"] == 20, "{figure}: {compared}");
    }
    for (figure, floor) in [
        ("frechet", "frechet_floor"),
        ("kernel_distance", "kernel_floor"),
        ("precision", "precision_floor"),
        ("recall", "recall_floor"),
        ("density", "density_floor"),
        ("coverage", "coverage_floor"),
        ("memorised", "memorised_floor"),
        ("pairwise_distance", "pairwise_floor"),
        ("class_entropy", "class_entropy_floor"),
    ] {
        for model in [vae, gan] {
            let [value, floor] = [figure, floor].map(|field| model[field].as_f64().unwrap());
            let interval = model[format!("{figure}_interval")].as_array().unwrap();
            let [low, high] = [0, 1].map(|end| interval[end].as_f64().unwrap());
            assert!(low <= value && value <= high && floor.is_finite(), "{figure}: {model}");
        }
        assert_eq!(vae[floor], gan[floor], "one floor for all");
    }
    for model in [vae, gan] {
        assert!(model["frechet"].as_f64() > model["frechet_floor"].as_f64(), "hardly trained: {model}");
        let shares = model["class_share"].as_array().unwrap();
        assert!((shares.iter().map(|share| share.as_f64().unwrap()).sum::<f64>() - 1.0).abs() < 1e-9, "{model}");
    }
    assert!(compared["features"]["accuracy"].as_f64().unwrap() > 0.9, "{compared}");
    let again = ["eval", "gan", "--figures", "--images", "150", "--threads", "2", "--json"];
    let again = json(&latentarium(here, &again));
    assert!(again["pixel_std"].is_f64(), "{again}");
    for (figure, value) in
        gan.as_object().unwrap().iter().filter(|(figure, _)| !["run", "step", "on_sheet"].contains(&figure.as_str()))
    {
        assert_eq!(&again[figure], value, "{figure}: the same digits again, on any number of threads");
    }
    refuses(here, &["eval", "gan", "--figures", "--images", "0"], 2, "--images: expected 1 to ");
}

#[test]
fn runs_are_drawn_beside_each_other_and_alone() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    two_runs(here);
    let run = "vae";
    // A GAN may come first, and more than two stand in the table.
    let three = json(&latentarium(
        here,
        &["compare", "gan", run, "gan", "--images", "0", "--out", "three.png", "--csv", "three.csv", "--json"],
    ));
    // The table is of the sheet, with what inversion finds of the GAN: the same digits again, on any number of threads.
    let csv = std::fs::read_to_string(here.join("three.csv")).unwrap();
    assert_eq!(csv.lines().count(), 1 + 2 * 20, "{csv}");
    let found = |line: &&str| line.contains(",gan,") && line.contains(",inversion,0.");
    assert_eq!(csv.lines().filter(found).count(), 20, "{csv}");
    let again = ["compare", "gan", run, "--images", "0", "--threads", "1", "--out", "again.png", "--csv", "again.csv"];
    assert!(latentarium(here, &again).status.success());
    assert_eq!(std::fs::read_to_string(here.join("again.csv")).unwrap(), csv);
    assert_eq!(three["models"].as_array().unwrap().len(), 3);
    assert!(three["models"][1]["frechet"].is_null() && three["models"][1]["n"] == 0, "the picture alone: {three}");
    assert!(
        latentarium(here, &["sample", "gan", "--count", "10", "--seed", "3", "--out", "sample.png"]).status.success()
    );
    assert!(latentarium(here, &["plane", run, "--grid", "5", "--range", "2", "--out", "plane.png"]).status.success());
    assert!(latentarium(here, &["plane", "gan", "--grid", "5", "--out", "plane-gan.png"]).status.success());
    assert!(latentarium(here, &["plane", run, "gan", "--grid", "3", "--out", "planes.png"]).status.success());
    for name in ["three.png", "sample.png", "plane.png", "plane-gan.png", "planes.png"] {
        let picture = image::open(here.join(name)).unwrap().to_luma8();
        let (least, most) =
            picture.pixels().fold((255, 0), |(least, most), pixel| (least.min(pixel.0[0]), most.max(pixel.0[0])));
        assert!(most > least, "{name} is of one colour");
    }
    assert_eq!(latentarium(here, &["compare", "gan", "--out", "x.png"]).status.code(), Some(2), "one run is not two");
    refuses(here, &["sample", "gan", "--count", "0", "--out", "x.png"], 2, "--count: expected 1 to 10000, found 0");
}

#[test]
fn the_demo_writes_pictures_and_a_summary() {
    let folder = tempfile::tempdir().unwrap();
    let output = latentarium(folder.path(), &["demo", "--seconds", "1", "--out", "out"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    for name in ["curves.png", "plane-vae.png", "plane-gan.png", "compare.png"] {
        let picture = image::open(folder.path().join("out").join(name)).unwrap();
        assert!(picture.width() > 200 && picture.height() > 200, "{name}");
    }
    let summary = std::fs::read_to_string(folder.path().join("out/summary.txt")).unwrap();
    assert!(summary.contains("vae-dense") && summary.contains("gan-plane"), "{summary}");
}

/// A folder of 40 images of 4×3 pixels in `folder`.
fn small_data(folder: &Path) {
    std::fs::create_dir_all(folder).unwrap();
    for (name, count) in [("train", 32u32), ("t10k", 8)] {
        let labels: Vec<u8> = (0..count).map(|index| (index % 2) as u8).collect();
        let pixels: Vec<u8> = (0..count * 12).map(|index| (index * 37 % 256) as u8).collect();
        for (kind, sizes, bytes) in
            [("images-idx3", vec![count, 4, 3], pixels), ("labels-idx1", vec![count], labels.clone())]
        {
            let mut file = vec![0, 0, 8, sizes.len() as u8];
            sizes.iter().for_each(|size| file.extend(size.to_be_bytes()));
            file.extend(bytes);
            std::fs::write(folder.join(format!("{name}-{kind}-ubyte")), file).unwrap();
        }
    }
}

#[test]
fn a_run_on_data_at_a_relative_path_is_opened_from_any_folder() {
    let folder = tempfile::tempdir().unwrap();
    let (here, elsewhere) = (folder.path().join("here"), folder.path().join("elsewhere"));
    small_data(&here.join("sets/small"));
    std::fs::create_dir(&elsewhere).unwrap();
    let train =
        ["train", "vae-dense", "--data", "./sets/small", "--batch", "8", "--steps", "2", "--out", "run", "--json"];
    json(&latentarium(&here, &train));
    let config = here.join("run/config.toml");
    let text = std::fs::read_to_string(&config).unwrap();
    let line = format!("data = \"{}\"", here.join("sets/small").display());
    assert!(text.lines().any(|found| found == line), "{line} is not in\n{text}");
    let from_elsewhere = json(&latentarium(&elsewhere, &["eval", "../here/run", "--json"]));
    let from_here = json(&latentarium(&here, &["eval", "run", "--data", "sets/small", "--json"]));
    assert!(from_here["test_recon"].as_f64().unwrap() > 0.0);
    assert_eq!(from_elsewhere["test_recon"], from_here["test_recon"]);

    // A run of before may hold a relative path: it means what it meant, a place below the current folder.
    common::without_checksums(&here.join("run"));
    std::fs::write(&config, text.replace(&line, "data = \"sets/small\"")).unwrap();
    let shown = latentarium(&here, &["eval", "run"]);
    let shown = String::from_utf8(shown.stdout).unwrap();
    let row = |name: &str| shown.lines().find_map(|row| row.strip_prefix(name)).map(str::trim).unwrap().to_owned();
    assert_eq!((row("run "), row("preset "), row("steps ")), ("run".into(), "vae-dense".into(), "2".into()), "{shown}");
    let difference = row("test_recon ").parse::<f64>().unwrap() - from_here["test_recon"].as_f64().unwrap();
    assert!(difference.abs() < 0.01 && !shown.contains(['{', '[', '"']), "{shown}");
    let missing = elsewhere.join("sets/small").display().to_string();
    refuses(&elsewhere, &["eval", "../here/run"], 1, &format!("{missing}: expected a file, a folder or"));
    // What such a run goes on into names the place whole.
    json(&latentarium(&here, &["train", "--config", "run/config.toml", "--steps", "1", "--out", "again", "--json"]));
    assert!(std::fs::read_to_string(here.join("again/config.toml")).unwrap().lines().any(|found| found == line));
}

#[test]
fn images_are_completed_by_models_that_can() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    common::write_halved_digits(here);
    let presets: [(&str, &[&str]); 4] = [
        ("chow-liu", &["--steps", "2"]),
        ("bernoulli-mixture", &["--steps", "3"]),
        ("hmm", &["--steps", "3", "--set", "states=6"]),
        ("vae-dense", &["--steps", "2"]),
    ];
    for (preset, more) in presets {
        let train = ["train", preset, "--data", "./digits", "--out", preset, "--json"];
        json(&latentarium(here, &[&train[..], more].concat()));
    }
    let complete = ["complete", "chow-liu", "bernoulli-mixture", "hmm", "--draws", "2", "--json", "--out"];
    let completed = |keep: &str, out: &str| json(&latentarium(here, &[&complete[..], &[out, "--keep", keep]].concat()));
    let top = completed("top", "top.png");
    assert_eq!((&top["keep"], &top["draws"], &top["out"]), (&"top".into(), &2.into(), &"top.png".into()));
    assert_eq!(top["images"], serde_json::json!([0, 1, 2]));
    let log_ps = |completed: &serde_json::Value| -> Vec<f64> {
        let models = completed["models"].as_array().unwrap().iter();
        models
            .flat_map(|model| model["log_p_missing"].as_array().unwrap())
            .map(|log_p| log_p.as_f64().unwrap())
            .collect()
    };
    let (half, nothing, all) =
        (log_ps(&top), log_ps(&completed("random:0", "none.png")), log_ps(&completed("random:1", "all.png")));
    assert_eq!((half.len(), top["models"][2]["step"].as_u64()), (9, Some(3)));
    for ((half, nothing), all) in half.iter().zip(&nothing).zip(all) {
        assert!(nothing < half && *half < 0.0 && all.abs() < 1e-9, "{nothing} {half} {all}");
    }
    let picture = |name: &str| image::open(here.join(name)).unwrap().to_rgb8();
    // Three images by three runs, of 14 pixels enlarged four times; the image, what is kept, two draws.
    assert_eq!(picture("top.png").dimensions(), (204 + 4 * 58 + 2 * 8 + 8, 44 + 9 * 58 + 8));
    completed("top", "again.png");
    assert_eq!(picture("top.png"), picture("again.png"));
    let told = latentarium(here, &["complete", "hmm", "--keep", "left", "--images", "1", "--out", "left.png"]);
    let told = text(&told.stdout);
    assert!(told.starts_with("left.png\nhmm  #0  log p(missing | kept) -") && told.ends_with(" nats\n"), "{told}");
    // Of a decoder by draws of its latents: what is kept stays, and log p is not known.
    let decoded =
        json(&latentarium(here, &[&["complete", "vae-dense"], &complete[4..], &["vae.png", "--keep", "top"]].concat()));
    assert_eq!(decoded["models"][0]["log_p_missing"], serde_json::json!([null, null, null]));
    assert_eq!(picture("vae.png").dimensions(), (204 + 4 * 58 + 2 * 8 + 8, 44 + 3 * 58 + 8));

    let out = ["--out", "x.png"];
    let refused = |arguments: &[&str], status, sentence| {
        refuses(here, &[&["complete"][..], arguments, &out[..]].concat(), status, sentence);
    };
    let rules = "expected top, bottom, left, right or random:P with P from 0 to 1, found random:2";
    refused(&["hmm", "--keep", "random:2"], 2, rules);
    refused(&["hmm"], 2, "--keep");
    refused(&["hmm", "--keep", "top", "--draws", "0"], 2, "--draws: expected 1 to 64, found 0");
    refused(&["hmm", "--keep", "top", "--images", "65"], 2, "--images: expected 1 to 64, found 65");
    assert!(!here.join("x.png").exists());
}

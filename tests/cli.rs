//! The command line as a user meets it: exit statuses, sentences, JSON fields, files.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::path::Path;
use std::process::{Command, Output};

fn latentarium(folder: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_latentarium")).current_dir(folder).args(arguments).output().unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Runs it and checks exit status and a part of what it says on standard error, which must be one sentence without a panic.
fn refuses(folder: &Path, arguments: &[&str], status: i32, sentence: &str) {
    let output = latentarium(folder, arguments);
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(status), "{arguments:?}: {said}");
    assert!(said.contains(sentence), "{arguments:?}: {said}");
    assert!(!said.contains("panicked"), "{said}");
    assert!(output.stdout.is_empty(), "{arguments:?} printed a result");
}

fn json(output: &Output) -> serde_json::Value {
    assert!(output.status.success(), "{}", text(&output.stderr));
    let line = text(&output.stdout);
    assert_eq!(line.trim().lines().count(), 1, "{line}");
    serde_json::from_str(line.trim()).unwrap()
}

#[test]
fn wrong_usage_is_status_two_with_a_sentence() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let presets = "expected one of the presets vae-dense, vae-400, vae-400-best, vae-conv, vae-conv-pool, ae-dense, gan-plane, gan-dense, gan-collapse, dcgan, wgan, wgan-gp, wgan-gp-conv, pca, found vae-dnese";
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
fn train_eval_sample_plane_and_compare_work_together() {
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

    let compare = ["compare", run, "gan", "--images", "150", "--threads", "1", "--out", "compare.png", "--json"];
    let compared = json(&latentarium(here, &compare));
    assert!(compared["mean_squared_error"].as_f64().unwrap() > 0.0);
    let [vae, gan] = compared["models"].as_array().unwrap().as_slice() else { panic!("two models: {compared}") };
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
        gan.as_object().unwrap().iter().filter(|(figure, _)| !["run", "step"].contains(&figure.as_str()))
    {
        assert_eq!(&again[figure], value, "{figure}: the same digits again, on any number of threads");
    }
    refuses(here, &["eval", "gan", "--figures", "--images", "0"], 2, "--images: expected 1 to ");
    // A GAN may come first, and more than two stand in the table.
    let three = json(&latentarium(
        here,
        &["compare", "gan", run, "gan-again", "--images", "0", "--out", "three.png", "--csv", "three.csv", "--json"],
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
    for name in ["compare.png", "sample.png", "plane.png", "plane-gan.png"] {
        let picture = image::open(here.join(name)).unwrap().to_luma8();
        let (least, most) =
            picture.pixels().fold((255, 0), |(least, most), pixel| (least.min(pixel.0[0]), most.max(pixel.0[0])));
        assert!(most > least, "{name} is of one colour");
    }
    assert_eq!(latentarium(here, &["compare", "gan", "--out", "x.png"]).status.code(), Some(2), "one run is not two");
    refuses(here, &["sample", "gan", "--count", "0", "--out", "x.png"], 2, "--count: expected 1 to 10000, found 0");
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

#[test]
fn the_demo_writes_pictures_and_a_summary() {
    let folder = tempfile::tempdir().unwrap();
    let output = latentarium(folder.path(), &["demo", "--seconds", "3", "--out", "out"]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    for name in ["curves.png", "plane-vae.png", "plane-gan.png", "compare.png"] {
        let picture = image::open(folder.path().join("out").join(name)).unwrap();
        assert!(picture.width() > 200 && picture.height() > 200, "{name}");
    }
    let summary = std::fs::read_to_string(folder.path().join("out/summary.txt")).unwrap();
    assert!(summary.contains("vae-dense") && summary.contains("gan-plane"), "{summary}");
}

#[cfg(unix)]
#[test]
fn an_interruption_is_status_130_after_a_checkpoint() {
    let folder = tempfile::tempdir().unwrap();
    let mut child = Command::new(env!("CARGO_BIN_EXE_latentarium"))
        .current_dir(folder.path())
        .args(["train", "vae-dense", "--epochs", "1000", "--out", "run"])
        .stdout(std::process::Stdio::null())
        .spawn()
        .unwrap();
    let begun = folder.path().join("run/checkpoints/000000");
    let started = std::time::Instant::now();
    while !begun.exists() {
        assert!(started.elapsed().as_secs() < 60, "no checkpoint of step 0");
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    std::thread::sleep(std::time::Duration::from_millis(300));
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(130));
    let opened = latentarium::run::open(&folder.path().join("run")).unwrap();
    assert!(opened.checkpoint.step > 0);
}

/// A disk that is full: files cannot grow past a limit, and the program is told so by an error.
#[cfg(unix)]
#[test]
fn a_full_disk_is_a_sentence_and_leaves_no_half_checkpoint() {
    let folder = tempfile::tempdir().unwrap();
    let program = env!("CARGO_BIN_EXE_latentarium");
    let script = format!("trap '' XFSZ; ulimit -f 1000; exec '{program}' train vae-dense --steps 5 --out run");
    let output = Command::new("bash").current_dir(folder.path()).args(["-c", &script]).output().unwrap();
    let said = text(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert!(said.contains("run/checkpoints/000000: ") && said.contains("File too large"), "{said}");
    assert!(!said.contains("panicked"), "{said}");
    let left: Vec<_> = std::fs::read_dir(folder.path().join("run/checkpoints")).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
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
    assert!(latentarium(&here, &["eval", "run"]).status.success());
    let missing = elsewhere.join("sets/small").display().to_string();
    refuses(&elsewhere, &["eval", "../here/run"], 1, &format!("{missing}: expected a file, a folder or"));
    // What such a run goes on into names the place whole.
    json(&latentarium(&here, &["train", "--config", "run/config.toml", "--steps", "1", "--out", "again", "--json"]));
    assert!(std::fs::read_to_string(here.join("again/config.toml")).unwrap().lines().any(|found| found == line));
}

#[cfg(target_os = "linux")]
#[test]
fn output_that_nobody_can_take_never_ends_in_a_panic() {
    use std::os::unix::ffi::OsStrExt;
    use std::process::Stdio;
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    common::write_digits(here, 200);
    let run = std::ffi::OsStr::from_bytes(b"a run \xff");
    let train = ["train", "vae-dense", "--data", "digits.npy", "--batch", "32", "--steps", "1", "--json", "--out"];
    let train = [&train.map(std::ffi::OsStr::new)[..], &[run]].concat();
    let trained = Command::new(env!("CARGO_BIN_EXE_latentarium")).current_dir(here).args(&train).output().unwrap();
    assert!(json(&trained)["run"].as_str().unwrap().starts_with("a run "));
    let (eval, presets) = (vec!["eval".as_ref(), run], vec!["presets".as_ref()]);
    let (plane, long) = (
        ["plane", "--grid", "2", "--out", "plane.png"].map(std::ffi::OsStr::new).to_vec(),
        ["bench", "train", "vae-dense", "--steps", "1"].map(std::ffi::OsStr::new).to_vec(),
    );
    let plane = [&plane[..], &[run]].concat();
    for arguments in [&train, &eval, &presets, &plane, &long] {
        let command = || {
            let mut command = Command::new(env!("CARGO_BIN_EXE_latentarium"));
            command.current_dir(here).args(arguments).stderr(Stdio::piped());
            command
        };
        // Nobody reads: it ends quietly.
        let (reader, writer) = std::io::pipe().unwrap();
        drop(reader);
        let closed = command().stdout(writer).output().unwrap();
        let is_refused = std::ptr::eq(arguments, &train);
        let status = if is_refused { 2 } else { 0 };
        assert_eq!(closed.status.code(), Some(status), "{arguments:?}: {}", text(&closed.stderr));
        assert!(is_refused || closed.stderr.is_empty(), "{arguments:?}: {}", text(&closed.stderr));
        // A full disk is a sentence; where that cannot be written either, the status alone.
        let full = || Stdio::from(std::fs::File::options().write(true).open("/dev/full").unwrap());
        let output = command().stdout(full()).output().unwrap();
        let said = text(&output.stderr);
        assert_eq!(output.status.code(), Some(if is_refused { 2 } else { 1 }), "{arguments:?}: {said}");
        assert!(is_refused || said.contains("standard output cannot be written: "), "{arguments:?}: {said}");
        assert_eq!(said.lines().count(), 1, "{said}");
        let output = command().stdout(full()).stderr(full()).output().unwrap();
        assert_eq!(output.status.code(), Some(if is_refused { 2 } else { 1 }), "{arguments:?}");
    }
}

#[cfg(unix)]
#[test]
fn a_request_to_end_is_answered_within_a_second() {
    use std::process::Stdio;
    use std::time::{Duration, Instant};
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    json(&latentarium(here, &["train", "vae-dense", "--steps", "1", "--out", "run", "--json"]));
    for signal in ["INT", "TERM"] {
        let evaluate = ["eval", "run", "--nll-samples", "100000"];
        let mut child = Command::new(env!("CARGO_BIN_EXE_latentarium"));
        let mut child =
            child.current_dir(here).args(evaluate).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        std::thread::sleep(Duration::from_millis(1500));
        assert!(child.try_wait().unwrap().is_none(), "it is at work");
        let asked = Instant::now();
        Command::new("kill").args([&format!("-{signal}"), &child.id().to_string()]).status().unwrap();
        let status = child.wait().unwrap();
        assert_eq!(status.code(), Some(130));
        println!("{signal}: after {:?}", asked.elapsed());
        // Asked for is a second; a busy machine may take longer to start the thread that ends it.
        assert!(asked.elapsed() < Duration::from_secs(4), "{signal}: after {:?}", asked.elapsed());
    }
}

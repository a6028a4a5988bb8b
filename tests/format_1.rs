//! Run folders that the program wrote when `config.toml` was one flat list (format 1): they open, are measured, go on and
//! fork to the bits of the program that wrote them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use sha2::{Digest, Sha256};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn kept(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/format-1").join(name)
}

/// Copies a kept folder to where it may be written to.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target)
        } else {
            fs::write(&target, fs::read(entry.path()).unwrap()).unwrap()
        }
    }
}

fn latentarium(here: &Path, arguments: &[&str]) -> Output {
    let output = Command::new(env!("CARGO_BIN_EXE_latentarium")).current_dir(here).args(arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    output
}

fn hash(path: &Path) -> String {
    let bytes = fs::read(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn weights(run: &Path, step: u64) -> PathBuf {
    run.join(format!("checkpoints/{step:06}/weights.safetensors"))
}

/// What the program of that time came to, and the processor's features that its bits belong to.
fn expected() -> toml::Table {
    fs::read_to_string(kept("expected.toml")).unwrap().parse().unwrap()
}

#[test]
fn they_go_on_fork_and_repeat_to_the_bits_of_the_program_that_wrote_them() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let expected = expected();
    let same_processor = expected["features"].as_str() == Some(latentarium::nn::vector::processor());
    for name in ["vae", "gan"] {
        copy(&kept(name), &here.join(name));
        latentarium(
            here,
            &["train", "--fork", &format!("{name}@3"), "--set", "learning_rate=0.01", "--steps", "8", "--out", "fork"],
        );
        latentarium(here, &["train", "--config", &format!("{name}/config.toml"), "--steps", "8", "--out", "again"]);
        let config = fs::read_to_string(here.join(name).join("config.toml")).unwrap();
        assert!(config.contains("format = 1"), "who only looks at it writes nothing");
        latentarium(here, &["train", "--resume", name, "--steps", "8"]);
        let config = fs::read_to_string(here.join(name).join("config.toml")).unwrap();
        assert!(config.contains("format = 2") && config.contains(&format!("[model.{name}]")), "{config}");
        assert_eq!(
            hash(&weights(&here.join(name), 8)),
            hash(&weights(&here.join("again"), 8)),
            "{name} resumed or repeated"
        );
        if same_processor {
            let of = |run: &str| hash(&weights(&here.join(run), 8));
            let bits = [of(name), of("fork"), of("again")];
            let expected = ["resumed", "fork", "again"].map(|which| expected[name][which].as_str().unwrap().to_owned());
            assert_eq!(bits, expected, "{name}: resumed, forked, repeated");
        }
        // As format 2 it still is the same run.
        latentarium(here, &["train", "--config", &format!("{name}/config.toml"), "--steps", "8", "--out", "renewed"]);
        assert_eq!(
            hash(&weights(&here.join("renewed"), 8)),
            hash(&weights(&here.join("again"), 8)),
            "{name} from format 2"
        );
        for run in ["fork", "again", "renewed"] {
            fs::remove_dir_all(here.join(run)).unwrap();
        }
    }
}

#[test]
fn they_are_measured_sampled_and_compared_as_before_and_not_written_to() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    let expected = expected();
    for name in ["vae", "gan"] {
        copy(&kept(name), &here.join(name));
    }
    let before = ["vae", "gan"].map(|name| fs::read(here.join(name).join("config.toml")).unwrap());
    for name in ["vae", "gan"] {
        let line = latentarium(here, &["eval", name, "--json"]).stdout;
        let figures: serde_json::Value = serde_json::from_slice(&line).unwrap();
        for (figure, value) in expected[name]["eval"].as_table().unwrap() {
            let (found, value) = (figures[figure].as_f64().unwrap(), value.as_float().unwrap());
            assert!((found - value).abs() <= 1e-6 * value.abs(), "{name} {figure}: {found}, {value} before");
        }
        latentarium(here, &["sample", name, "--count", "4", "--out", "sample.png"]);
        latentarium(here, &["plane", name, "--grid", "4", "--out", "plane.png"]);
    }
    latentarium(here, &["compare", "vae", "gan", "--images", "0", "--out", "sheet.png"]);
    assert_eq!(before, ["vae", "gan"].map(|name| fs::read(here.join(name).join("config.toml")).unwrap()));
}

#[test]
fn a_field_that_nobody_knows_is_refused_in_either_format() {
    let folder = tempfile::tempdir().unwrap();
    let run = folder.path().join("run");
    copy(&kept("vae"), &run);
    let path = run.join("config.toml");
    let text = fs::read_to_string(&path).unwrap();
    let refused = |text: String, sentence: &str| {
        fs::write(&path, text).unwrap();
        let said = latentarium::run::read_config(&path).unwrap_err().to_string();
        assert!(said.contains(sentence), "{said}");
    };
    refused(text.replace("beta = 1.0", "beta = 1.0\nbanana = 1"), "unknown field `banana`, expected one of `preset`,");
    refused(text.replace("beta = 1.0\n", ""), "missing field `beta`");
    fs::write(&path, &text).unwrap();
    latentarium::run::renew_config(&run).unwrap();
    let text = fs::read_to_string(&path).unwrap();
    refused(text.replace("beta = 1.0", "beta = 1.0\nr1_gamma = 1.0"), "unknown field `r1_gamma`, expected one of");
    refused(text.replace("seed = 3", "seed = 3\nbeta = 1.0"), "unknown field `beta`, expected one of `preset`,");
    refused(text.replace("format = 2", "format = 3"), "expected format 2 or older, found format 3");
}

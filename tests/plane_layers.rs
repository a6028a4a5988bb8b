//! `latentarium plane --layer`: the plane as a figure with what is laid over it.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::path::Path;
use std::process::{Command, Output};

fn program(folder: &Path, arguments: &[&str]) -> Output {
    let program = env!("CARGO_BIN_EXE_latentarium");
    Command::new(program).current_dir(folder).args(arguments).env("RUST_LOG", "error").output().unwrap()
}

fn trained(folder: &Path, preset: &str) {
    common::write_halved_digits(folder);
    let made = program(
        folder,
        &[
            "train",
            preset,
            "--data",
            "./digits",
            "--steps",
            "30",
            "--batch",
            "32",
            "--set",
            "hidden=[24, 16]",
            "--out",
            preset,
        ],
    );
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
}

#[test]
fn each_layer_changes_the_figure_and_svg_has_axes() {
    let folder = tempfile::tempdir().unwrap();
    trained(folder.path(), "vae-dense");
    let mut seen: Vec<Vec<u8>> = Vec::new();
    for layer in ["points", "aggregate", "unsupported", "classes", "sensitivity"] {
        let made =
            program(folder.path(), &["plane", "vae-dense", "--grid", "6", "--layer", layer, "--out", "plane.png"]);
        assert!(made.status.success(), "{layer}: {}", String::from_utf8_lossy(&made.stderr));
        let picture = image::open(folder.path().join("plane.png")).unwrap().to_rgb8();
        assert!(picture.width() > 500, "{layer}: {}", picture.width());
        seen.push(picture.into_raw());
    }
    for (place, one) in seen.iter().enumerate() {
        assert!(seen.iter().skip(place + 1).all(|other| other != one), "layer {place} is like another");
    }
    let out = ["plane", "vae-dense", "--layer", "sensitivity", "--layer", "points", "--out", "plane.svg"];
    assert!(program(folder.path(), &out).status.success());
    let svg = std::fs::read_to_string(folder.path().join("plane.svg")).unwrap();
    assert!(svg.contains("<svg") && svg.contains("z₁"), "{}", &svg[..200]);
}

#[test]
fn what_a_plane_cannot_be_written_as_or_does_not_need_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    trained(folder.path(), "vae-dense");
    for (arguments, sentence) in [
        (vec!["--out", "plane.pdf"], "--out plane.pdf: expected a file that ends with .png or .svg, found .pdf"),
        (vec!["--image", "3", "--out", "plane.png"], "--image: expected --layer posterior beside it, found none"),
    ] {
        let refused = program(folder.path(), &[&["plane", "vae-dense", "--grid", "4"][..], &arguments].concat());
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert_eq!(refused.status.code(), Some(2), "{arguments:?}: {said}");
        assert!(said.contains(sentence) && said.trim().lines().count() == 1, "{arguments:?}: {said}");
    }
    assert!(program(folder.path(), &["plane", "vae-dense", "--grid", "4", "--out", "plane.SVG"]).status.success());
    assert!(std::fs::read_to_string(folder.path().join("plane.SVG")).unwrap().contains("<svg"));
}

#[test]
fn what_a_model_does_not_have_is_said_in_one_sentence() {
    let folder = tempfile::tempdir().unwrap();
    trained(folder.path(), "gan-dense");
    let ask = |layer: &str| program(folder.path(), &["plane", "gan-dense", "--layer", layer, "--out", "plane.png"]);
    assert!(ask("critic").status.success());
    std::fs::remove_file(folder.path().join("plane.png")).unwrap();
    for (layer, status, sentence) in [
        ("aggregate", 1, "expected a model with an encoder, found one without"),
        ("points", 1, "expected a model with an encoder, found one without"),
        ("sharpness", 2, "--layer: expected one of points, aggregate, classes, sensitivity"),
    ] {
        let refused = ask(layer);
        let said = String::from_utf8_lossy(&refused.stderr).into_owned();
        assert_eq!(refused.status.code(), Some(status), "{layer}: {said}");
        assert!(said.contains(sentence) && said.trim().lines().count() == 1, "{layer}: {said}");
        assert!(!folder.path().join("plane.png").exists());
    }
}

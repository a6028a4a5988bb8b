//! `latentarium film` as a user meets it: what a film shows, what is refused, and that nothing stays of what is broken off.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::write_halved_digits;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::time::Duration;

fn latentarium(folder: &Path, arguments: &str) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_latentarium"));
    command.current_dir(folder).args(arguments.split_whitespace()).output().unwrap()
}

fn done(folder: &Path, arguments: &str) -> String {
    let output = latentarium(folder, arguments);
    assert!(output.status.success(), "{arguments}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// Frames as red, green and blue, with their width and height.
fn frames(path: &Path) -> (Vec<Vec<u8>>, [u32; 2]) {
    let mut reader = png::Decoder::new(BufReader::new(File::open(path).unwrap())).read_info().unwrap();
    let (size, count) = (reader.info().size(), reader.info().animation_control.unwrap().num_frames);
    let mut next = |_| {
        let mut bytes = vec![0; reader.output_buffer_size().unwrap()];
        reader.next_frame(&mut bytes).unwrap();
        bytes
    };
    ((0..count).map(&mut next).collect(), [size.0, size.1])
}

#[test]
fn films_show_a_path_and_the_checkpoints_and_what_is_wrong_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    write_halved_digits(here);
    done(here, "train vae-dense --data ./digits --steps 12 --autosave-steps 3 --out run");
    let write = |name: &str, text: &str| std::fs::write(here.join(name), text).unwrap();
    write("loop.toml", "images = [0, 1, 2]\nkind = \"spherical\"\nclosed = true\nframes = 9\n");
    assert_eq!(done(here, "film run --path loop.toml --out loop.png --size 100 --rate 9").trim(), "loop.png");
    let (images, size) = frames(&here.join("loop.png"));
    assert_eq!((images.len(), size), (9, [98, 98]), "seven times as large");
    assert!(images[0] != images[3] && images[3] != images[6]);
    write("ends.json", r#"{"images": [0, 2], "frames": 2}"#);
    done(here, "film run --path ends.json --out ends.png --size 100");
    let ends = frames(&here.join("ends.png")).0;
    assert!(ends.len() == 2 && ends[0] == images[0] && ends[1] != images[0], "paths begin and end at their waypoints");
    write("way.toml", "positions = [[-1, 0], [1, 0.5]]\nkind = \"geodesic\"\nframes = 5\nconstant_speed = true\n");
    for name in ["way.gif", "way.mp4"] {
        done(here, &format!("film run --path way.toml --out {name} --size 56"));
        assert!(here.join(name).metadata().unwrap().len() > 100);
    }
    // The last frame of the timeline is the plane as `plane` writes it.
    done(here, "film run --timeline --grid 4 --size 112 --out learned.png");
    let kept = std::fs::read_dir(here.join("run/checkpoints")).unwrap().count();
    let (images, size) = frames(&here.join("learned.png"));
    assert!(kept >= 4 && images.len() == kept, "{kept} checkpoints, {} frames", images.len());
    assert_eq!(size, [112, 112]);
    done(here, "plane run --grid 4 --out plane.png");
    let plane = image::open(here.join("plane.png")).unwrap().to_rgb8();
    assert_eq!(plane.dimensions(), (112, 112));
    assert!(images.last().unwrap() == plane.as_raw(), "twice as large, as `plane` draws it");
    assert!(images[0] != images[kept - 1]);

    write("long.toml", "latents = [[0, 0, 0], [1, 1, 1]]");
    write("far.toml", "images = [0, 99999999]");
    for (arguments, status, sentence) in [
        ("film run --out film.gif", 2, "--path"),
        ("film run --timeline --path loop.toml --out film.gif", 2, "--timeline"),
        ("film run --timeline --out film.avi", 2, "--out film.avi: expected a file that ends with .gif, .png or .mp4"),
        ("film run --timeline --rate 51 --out film.gif", 2, "--rate: expected 1 to 50, found 51"),
        ("film run --timeline --size 9 --out film.gif", 2, "--size: expected 16 to 3840, found 9"),
        ("film run --timeline --grid 65 --out film.gif", 2, "--grid: expected 1 to 64, found 65"),
        ("film run --timeline --range nan --out film.gif", 2, "--range: expected above 0 up to 1000, found NaN"),
        ("film nowhere --timeline --out film.gif", 1, "nowhere: expected a run folder, found nothing"),
        ("film run --path nowhere.toml --out film.gif", 1, "nowhere.toml: expected a file, found nothing"),
        ("film run --path run/config.toml --out film.gif", 1, "run/config.toml: expected a path"),
        ("film run --path long.toml --out film.gif", 1, "long.toml: expected latents of 2 numbers, found 3"),
        ("film run --path far.toml --out film.gif", 1, "far.toml: expected test images below "),
        ("film run --timeline --out none/film.gif", 1, "none/film.gif: expected a folder to write into, found none"),
        ("film run --timeline --out run/film.gif", 1, "run/film.gif: expected a place outside of runs"),
    ] {
        let output = latentarium(here, arguments);
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(status), "{arguments}: {said}");
        assert!(said.contains(sentence) && !said.contains("panicked"), "{arguments}: {said}");
    }
    // A checkpoint that is damaged is named, and no film is begun.
    let steps: Vec<_> = std::fs::read_dir(here.join("run/checkpoints")).unwrap().map(|e| e.unwrap().path()).collect();
    let oldest = steps.iter().min().unwrap();
    std::fs::write(oldest.join("weights.safetensors"), "x").unwrap();
    let output = latentarium(here, "film run --timeline --out film.gif");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() == Some(1) && said.contains("000000"), "{said}");
    assert!(!here.join("film.gif").exists());
}

#[cfg(unix)]
#[test]
fn a_film_that_is_broken_off_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    write_halved_digits(here);
    done(here, "train vae-dense --data ./digits --steps 1 --out run");
    std::fs::write(here.join("path.toml"), "latents = [[-2, 0], [2, 0]]\nframes = 10000\n").unwrap();
    let before = std::fs::read_dir(here).unwrap().count();
    for name in ["film.gif", "film.png", "film.mp4"] {
        let mut command = Command::new(env!("CARGO_BIN_EXE_latentarium"));
        let arguments = ["film", "run", "--path", "path.toml", "--size", "700", "--out", name];
        let mut child =
            command.current_dir(here).args(arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        while std::fs::read_dir(here).unwrap().count() == before {
            assert!(child.try_wait().unwrap().is_none(), "{name}: it ended before it began");
            std::thread::sleep(Duration::from_millis(10));
        }
        std::thread::sleep(Duration::from_millis(300));
        Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(130), "{name}");
        assert_eq!(std::fs::read_dir(here).unwrap().count(), before, "{name} left something");
    }
}

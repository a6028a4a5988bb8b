//! What leaves the program as tables, arrays and pictures, read back by another program where there is one.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use latentarium::dataset::{Progress, Source, load};
use std::path::Path;
use std::process::{Command, Output};

fn idx(folder: &Path, name: &str, sizes: &[u32], bytes: &[u8]) {
    let head = [0, 0, 8, sizes.len() as u8].into_iter().chain(sizes.iter().flat_map(|size| size.to_be_bytes()));
    std::fs::write(folder.join(name), head.chain(bytes.iter().copied()).collect::<Vec<_>>()).unwrap();
}

fn latentarium(here: &Path, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_latentarium")).args(arguments).current_dir(here).output().unwrap()
}

fn done(here: &Path, arguments: &[&str]) {
    let output = latentarium(here, arguments);
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
}

/// A run of a preset on a small data set in a folder.
fn trained(here: &Path, preset: &str) {
    let data = here.join("small");
    if !data.exists() {
        std::fs::create_dir(&data).unwrap();
        for (name, count) in [("train", 64u32), ("t10k", 30)] {
            let labels: Vec<u8> = (0..count).map(|index| (index % 3) as u8).collect();
            let pixels: Vec<u8> = (0..count * 80).map(|at| (at * 31 % 256) as u8).collect();
            idx(&data, &format!("{name}-images-idx3-ubyte"), &[count, 10, 8], &pixels);
            idx(&data, &format!("{name}-labels-idx1-ubyte"), &[count], &labels);
        }
    }
    let small = ["--set", "hidden=[8]", "--steps", "2", "--batch", "32", "--data", "small", "--out", preset];
    done(here, &[&["train", preset], small.as_slice()].concat());
}

/// Whether Python with NumPy says yes; nothing where there is none.
fn numpy(here: &Path, code: &str) {
    let there = Command::new("python3").args(["-c", "import numpy"]).output();
    if !there.is_ok_and(|output| output.status.success()) {
        return;
    }
    let output = Command::new("python3")
        .args(["-c", &format!("import numpy as np\n{code}")])
        .current_dir(here)
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn the_encoded_test_set_is_a_table_and_an_array_with_every_column() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    trained(here, "vae-dense");
    done(here, &["encode", "vae-dense", "--out", "points.csv"]);
    done(here, &["encode", "vae-dense", "--out", "points.npy"]);
    let text = std::fs::read_to_string(here.join("points.csv")).unwrap();
    let rows: Vec<Vec<&str>> = text.lines().map(|line| line.split(',').collect()).collect();
    assert_eq!(rows[0], ["image", "class", "step", "z1", "z2", "sigma1", "sigma2"]);
    assert_eq!(rows.len(), 31);
    for (image, row) in rows[1..].iter().enumerate() {
        assert_eq!(row[..3], [image.to_string().as_str(), (image % 3).to_string().as_str(), "2"]);
        assert!(row[3..].iter().all(|figure| figure.parse::<f32>().unwrap().is_finite()));
        assert!(row[5..].iter().all(|sigma| sigma.parse::<f32>().unwrap() > 0.0));
    }
    numpy(
        here,
        "a = np.load('points.npy')\n\
         t = np.genfromtxt('points.csv', delimiter=',', names=True)\n\
         assert a.dtype.names == ('image', 'class', 'step', 'z', 'sigma'), a.dtype\n\
         assert a.shape == (30,) and a['z'].shape == (30, 2) and (a['step'] == 2).all()\n\
         assert (a['image'] == np.arange(30)).all() and list(a['class'][:4]) == ['0', '1', '2', '0']\n\
         assert np.allclose(a['z'][:, 1], t['z2'], atol=0, rtol=1e-6)\n\
         assert np.allclose(a['sigma'][:, 0], t['sigma1'], atol=0, rtol=1e-6)",
    );
}

#[test]
fn a_model_without_an_encoder_and_another_ending_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    trained(here, "gan-dense");
    let refused = |arguments: &[&str], status: i32, sentence: &str| {
        let output = latentarium(here, arguments);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(status), "{said}");
        assert!(said.contains(sentence), "{said}");
    };
    let encoder = "gan-dense: expected a model with an encoder, found gan-dense";
    refused(&["encode", "gan-dense", "--out", "x.csv"], 1, encoder);
    refused(&["encode", "gan-dense", "--out", "x.txt"], 2, "--out x.txt: expected a file that ends with .csv or .npy");
    refused(
        &["sample", "gan-dense", "--out", "x.jpeg"],
        2,
        "--out x.jpeg: expected a file that ends with .png or .npy, found .jpeg",
    );
    let full = "small/: expected a file, or nothing of that name, found a folder";
    refused(&["sample", "gan-dense", "--out", "small/"], 1, full);
    refused(
        &["sample", "gan-dense", "--out", "gan-dense/samples/"],
        1,
        "expected a place outside of runs, found one in a run folder",
    );
}

#[test]
fn samples_are_an_array_and_a_folder_of_the_same_pictures() {
    let folder = tempfile::tempdir().unwrap();
    let here = folder.path();
    trained(here, "gan-dense");
    for out in ["samples.npy", "samples/", "sheet.png"] {
        done(here, &["sample", "gan-dense", "--count", "12", "--seed", "5", "--out", out]);
    }
    let mut names: Vec<_> =
        std::fs::read_dir(here.join("samples")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    names.sort();
    assert_eq!((names.len(), names[0].to_str(), names[11].to_str()), (12, Some("01.png"), Some("12.png")));
    // The array is data that the program itself opens: the last two are for testing.
    let data = load(&Source::path(here.join("samples.npy")), &Progress::default()).unwrap();
    assert_eq!((data.train.count() + data.test.count(), data.shape().height, data.shape().width), (12, 10, 8));
    let first = image::open(here.join("samples/01.png")).unwrap().to_luma8();
    assert_eq!(first.dimensions(), (8, 10));
    let bytes = std::fs::read(here.join("samples.npy")).unwrap();
    let values = &bytes[bytes.len() - 12 * 80 * 4..];
    for (pixel, value) in first.pixels().zip(values.chunks_exact(4)) {
        let value = f32::from_le_bytes(value.try_into().unwrap());
        assert!((f32::from(pixel.0[0]) - 255.0 * value).abs() <= 1.0, "{pixel:?} for {value}");
    }
    numpy(
        here,
        "a = np.load('samples.npy')\nassert a.shape == (12, 10, 8) and a.dtype == np.float32\nassert 0 <= a.min() <= a.max() <= 1",
    );
}

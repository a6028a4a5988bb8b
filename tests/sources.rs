//! The same images as IDX, as an archive, as a folder and as a table are the same data, and give the same bits of weights,
//! whatever kind of model learns from them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use image::GrayImage;
use latentarium::dataset::{Dataset, Progress, Source, load};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use zip::write::SimpleFileOptions;

fn made(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/made").join(name)
}

/// Trains for an epoch and gives the bytes of the weights.
fn trained(preset: &str, data: &Path, batch: &str, cache: &Path) -> Vec<u8> {
    let folder = tempfile::tempdir().unwrap();
    let run = folder.path().join("run");
    let mut command = Command::new(env!("CARGO_BIN_EXE_latentarium"));
    command.args(["train", preset, "--epochs", "1", "--batch", batch, "--data"]).arg(data).arg("--out").arg(&run);
    let output = command.env("LATENTARIUM_CACHE", cache).output().unwrap();
    assert!(output.status.success(), "{preset} {}: {}", data.display(), String::from_utf8_lossy(&output.stderr));
    let mut steps: Vec<_> = fs::read_dir(run.join("checkpoints")).unwrap().map(|entry| entry.unwrap().path()).collect();
    steps.sort();
    fs::read(steps.last().unwrap().join("weights.safetensors")).unwrap()
}

#[test]
fn every_source_of_images_trains_dense_and_convolutional_models_to_the_same_bits() {
    let cache = tempfile::tempdir().unwrap();
    for preset in ["vae-dense", "vae-conv", "gan-dense", "dcgan"] {
        let weights =
            ["idx", "keras.npz", "folders", "table.csv"].map(|name| trained(preset, &made(name), "10", cache.path()));
        assert!(weights.iter().all(|other| *other == weights[0]), "{preset}");
    }
    // A single array, colours in batches, and points for what learns from those.
    let folder = tempfile::tempdir().unwrap();
    let (cifar, points) = (folder.path().join("colours"), folder.path().join("grid.points"));
    fs::create_dir(&cifar).unwrap();
    for (name, count) in [("data_batch_1.bin", 16), ("test_batch.bin", 4)] {
        let record = |index: usize| [vec![(index % 10) as u8], vec![index as u8; 3072]].concat();
        fs::write(cifar.join(name), (0..count).flat_map(record).collect::<Vec<u8>>()).unwrap();
    }
    let lines: String = (0..60).map(|index| format!("{},{}\n", index % 7, index % 5)).collect();
    fs::write(&points, format!("x,y\n{lines}")).unwrap();
    for preset in ["vae-dense", "vae-conv", "gan-dense", "dcgan"] {
        assert!(!trained(preset, &cifar, "8", cache.path()).is_empty());
    }
    for preset in ["vae-dense", "gan-dense"] {
        assert!(!trained(preset, &points, "10", cache.path()).is_empty());
        assert!(!trained(preset, &made("../../corpus/npy/images.npy"), "2", cache.path()).is_empty());
    }
    // Of other kinds: half precision in three planes, factors, mixed files.
    for (name, batch) in [("types/nchw.npz", "4"), ("types/f16.npz", "4"), ("sprites.npz", "8"), ("formats", "4")] {
        for preset in ["vae-dense", "dcgan"] {
            assert!(!trained(preset, &made(name), batch, cache.path()).is_empty());
        }
    }
}

fn opened(path: &Path) -> Dataset {
    load(&Source::path(path), &Progress::default()).unwrap_or_else(|error| panic!("{error}"))
}

fn array(shape: &[usize], data: &[u8]) -> Vec<u8> {
    let sizes: Vec<_> = shape.iter().map(|size| format!("{size},")).collect();
    let text = format!("{{'descr': '|u1', 'fortran_order': False, 'shape': ({}), }}\n", sizes.join(" "));
    [b"\x93NUMPY\x01\x00", &(text.len() as u16).to_le_bytes()[..], text.as_bytes(), data].concat()
}

#[test]
fn mnist_in_four_forms_is_the_same_data_and_gives_the_same_weights() {
    let Some(root) = std::env::var_os("LATENTARIUM_DATA").map(|root| PathBuf::from(root).join("mnist")) else {
        println!("skipped: LATENTARIUM_DATA does not say where MNIST is");
        return;
    };
    if !common::is_long() {
        println!("skipped: it writes 70 000 files (LATENTARIUM_LONG=1)");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let data = opened(&root);
    let mut rows = String::from("file,label,split\n");
    let mut archive = zip::ZipWriter::new(fs::File::create(folder.path().join("mnist.npz")).unwrap());
    for (name, split) in [("train", &data.train), ("test", &data.test)] {
        let bytes = split.rows().bytes().unwrap();
        let labels: Vec<u8> = (0..split.count()).map(|index| split.class(index).unwrap() as u8).collect();
        for (member, array) in [
            (format!("x_{name}.npy"), array(&[split.count(), 28, 28], bytes)),
            (format!("y_{name}.npy"), array(&[split.count()], &labels)),
        ] {
            archive.start_file(member, SimpleFileOptions::default()).unwrap();
            archive.write_all(&array).unwrap();
        }
        for (index, (image, label)) in bytes.chunks_exact(784).zip(&labels).enumerate() {
            let class = folder.path().join("images").join(name).join(label.to_string());
            fs::create_dir_all(&class).unwrap();
            GrayImage::from_raw(28, 28, image.to_vec()).unwrap().save(class.join(format!("{index}.png"))).unwrap();
            rows += &format!("images/{name}/{label}/{index}.png,{label},{name}\n");
        }
    }
    archive.finish().unwrap();
    fs::write(folder.path().join("mnist.csv"), rows).unwrap();
    let cache = folder.path().join("cache");
    let expected = trained("vae-dense", &root, "128", &cache);
    for name in ["mnist.npz", "images", "mnist.csv"] {
        assert!(trained("vae-dense", &folder.path().join(name), "128", &cache) == expected, "{name}");
    }
    assert_eq!(opened(&folder.path().join("mnist.npz")).id, data.id);
}

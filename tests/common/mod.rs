//! What several tests share.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use candle_core::{Device, Tensor};
use latentarium::dataset::{Column, Dataset, ImageShape, Progress, Split, digits};
use latentarium::nn::generic;
use latentarium::snapshot::Network;
use latentarium::trainer::{Event, Trainer};
use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

/// The generated digits, made once.
fn whole_digits() -> &'static Dataset {
    static WHOLE: OnceLock<Dataset> = OnceLock::new();
    WHOLE.get_or_init(|| digits(&Progress::default()))
}

/// The first images of the generated digits: 1024 to train on, 256 to test.
pub fn small_digits() -> Arc<Dataset> {
    static DATA: OnceLock<Arc<Dataset>> = OnceLock::new();
    DATA.get_or_init(|| {
        let whole = whole_digits();
        let first = |split: &Split, count: usize| {
            let bytes = &split.rows().bytes().unwrap()[..count * split.shape().values()];
            let classes: Vec<u8> = (0..count).map(|index| split.class(index).unwrap() as u8).collect();
            Split::of_bytes(split.shape(), bytes, vec![Column::class(classes, split.class_names())])
        };
        let (train, test) = (first(&whole.train, 1024), first(&whole.test, 256));
        Arc::new(Dataset::new(whole.source.clone(), "digits", train, test))
    })
    .clone()
}

/// Images of 28×28 at half their side: each pixel is the mean of four.
fn halved(images: &[u8]) -> Vec<u8> {
    let halved = images.chunks_exact(28 * 28).flat_map(|image| {
        let at = |place: usize| u32::from(image[place]);
        let mean = move |place: usize| (at(place) + at(place + 1) + at(place + 28) + at(place + 29)) / 4;
        (0..14 * 14).map(move |place| mean(2 * (place / 14) * 28 + 2 * (place % 14)) as u8)
    });
    halved.collect()
}

/// The first images of a split, at half their side or as they are, and their classes.
fn first_images(split: &Split, count: usize, side: usize) -> (Vec<u8>, Vec<u8>) {
    let images = &split.rows().bytes().unwrap()[..count * split.shape().values()];
    let images = if side == 14 { halved(images) } else { images.to_vec() };
    (images, (0..count).map(|index| split.class(index).unwrap() as u8).collect())
}

/// The same at half their side, in a fourth of the time: 512 to train on, 128 to test.
pub fn tiny_digits() -> Arc<Dataset> {
    static DATA: OnceLock<Arc<Dataset>> = OnceLock::new();
    let make = || {
        let whole = whole_digits();
        let first = |split: &Split, count: usize| {
            let (images, classes) = first_images(split, count, 14);
            let classes = Column::class(classes, split.class_names());
            Split::of_bytes(ImageShape::grey(14, 14), images, vec![classes])
        };
        let (train, test) = (first(&whole.train, 512), first(&whole.test, 128));
        Arc::new(Dataset::new(whole.source.clone(), "digits", train, test))
    };
    DATA.get_or_init(make).clone()
}

/// Writes the first `count` digits, of 28×28 or 14×14 pixels, to `digits.npy` in a folder: data that has no classes to be learned,
/// and is there at once.
pub fn write_digits(folder: &Path, count: usize, side: usize) {
    let (pixels, _) = first_images(&whole_digits().train, count, side);
    let mut header = format!("{{'descr': '|u1', 'fortran_order': False, 'shape': ({count}, {side}, {side}), }}");
    while !(10 + header.len() + 1).is_multiple_of(64) {
        header.push(' ');
    }
    header.push('\n');
    let length = u16::try_from(header.len()).unwrap().to_le_bytes();
    let file = [b"\x93NUMPY\x01\x00".as_slice(), &length, header.as_bytes(), &pixels].concat();
    std::fs::write(folder.join("digits.npy"), file).unwrap();
}

/// Writes the first digits, 2000 to learn from and 500 to test on, at half their side to a folder called `digits`, in the files that
/// MNIST has: with classes that a classifier learns in a fourth of the time. A run on them is called as one on the generated digits.
pub fn write_halved_digits(folder: &Path) {
    let (whole, folder) = (whole_digits(), folder.join("digits"));
    std::fs::create_dir_all(&folder).unwrap();
    for (name, split, count) in [("train", &whole.train, 2000), ("t10k", &whole.test, 500)] {
        let (halved, classes) = first_images(split, count, 14);
        let write = |kind: &str, sizes: &[usize], values: Vec<u8>| {
            let sizes: Vec<u8> = sizes.iter().flat_map(|size| (*size as u32).to_be_bytes()).collect();
            let begin = vec![0, 0, 8, (sizes.len() / 4) as u8];
            std::fs::write(folder.join(format!("{name}-{kind}-ubyte")), [begin, sizes, values].concat()).unwrap();
        };
        write("images-idx3", &[count, 14, 14], halved);
        write("labels-idx1", &[count], classes);
    }
}

/// Copies a folder with all that is in it.
pub fn copy_folder(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap().map(Result::unwrap) {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy_folder(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

/// Whether the long sweeps are asked for.
pub fn is_long() -> bool {
    std::env::var_os("LATENTARIUM_LONG").is_some_and(|value| value != "0")
}

/// Waits for an event, not longer than a minute; gives everything that came before it as well.
pub fn wait_for(trainer: &Trainer, is_it: impl Fn(&Event) -> bool) -> Vec<Event> {
    let (started, mut seen) = (Instant::now(), Vec::new());
    while started.elapsed() < Duration::from_secs(60) {
        if let Some(event) = trainer.wait(Duration::from_millis(100)) {
            let found = is_it(&event);
            seen.push(event);
            if found {
                return seen;
            }
        }
    }
    panic!("not within a minute; came: {seen:?}");
}

/// A run as it was written before checkpoints had checksums.
pub fn without_checksums(run: &Path) {
    for entry in std::fs::read_dir(run.join("checkpoints")).unwrap() {
        let path = entry.unwrap().path().join("state.toml");
        let text = std::fs::read_to_string(&path).unwrap();
        let (state, _) = text.split_once("[sha256]").unwrap();
        std::fs::write(&path, state.replace("format = 2", "format = 1")).unwrap();
    }
}

/// A network by candle's own operations: `[count, input]` to `[count, output]`.
pub fn by_candle(network: &Network, x: &[f32], count: usize) -> Vec<f32> {
    let mut values = vec![Tensor::from_slice(x, (count, network.input()), &Device::Cpu).unwrap()];
    for operation in network.operations() {
        let read: Vec<&Tensor> = operation.inputs.iter().map(|value| &values[*value]).collect();
        let held = |values: &[f32], shape: Vec<usize>| {
            (!values.is_empty()).then(|| Tensor::from_slice(values, shape, &Device::Cpu).unwrap())
        };
        let weight = held(&operation.weight, operation.kind.weight_shape());
        let bias = held(&operation.bias, vec![operation.bias.len()]);
        let out = operation.kind.by_candle(weight.as_ref(), bias.as_ref(), &read).unwrap();
        values.push(generic::activate(&out, operation.activation).unwrap());
    }
    values.last().unwrap().flatten_all().unwrap().to_vec1().unwrap()
}

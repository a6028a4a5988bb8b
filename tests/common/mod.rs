//! What several tests share.
#![allow(dead_code, clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use candle_core::{Device, Tensor};
use latentarium::dataset::{Column, Dataset, Progress, Split, digits};
use latentarium::nn::generic;
use latentarium::snapshot::Network;
use latentarium::trainer::{Event, Trainer};
use std::path::Path;
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

/// The first images of the generated digits: 1024 to train on, 256 to test.
pub fn small_digits() -> Arc<Dataset> {
    static DATA: OnceLock<Arc<Dataset>> = OnceLock::new();
    DATA.get_or_init(|| {
        let whole = digits(&Progress::default());
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

/// Writes the first `count` digits to `digits.npy` in a folder: data that has no classes to be learned, and is there at once.
pub fn write_digits(folder: &Path, count: usize) {
    let whole = digits(&Progress::default());
    let pixels = &whole.train.rows().bytes().unwrap()[..count * whole.train.shape().values()];
    let mut header = format!("{{'descr': '|u1', 'fortran_order': False, 'shape': ({count}, 28, 28), }}");
    while !(10 + header.len() + 1).is_multiple_of(64) {
        header.push(' ');
    }
    header.push('\n');
    let length = u16::try_from(header.len()).unwrap().to_le_bytes();
    let file = [b"\x93NUMPY\x01\x00".as_slice(), &length, header.as_bytes(), pixels].concat();
    std::fs::write(folder.join("digits.npy"), file).unwrap();
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

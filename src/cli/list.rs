//! `latentarium presets` and `latentarium data`: what there is, a line each.

use super::Outcome;
use crate::model::{Config, PRESETS};
use anyhow::Result;

pub fn presets() -> Result<Outcome> {
    for config in PRESETS.iter().filter_map(|name| Config::preset(name)) {
        println!("{:<13} {}", config.preset, config.summary());
    }
    Ok(Outcome::Done)
}

pub fn data() -> Result<Outcome> {
    println!("digits        generated handwritten digits, 28×28 grey, 20000 to train on and 4000 to test");
    println!("FOLDER        a folder of IDX files of the MNIST family, .gz or plain");
    println!("FOLDER        a folder of CIFAR-10 binary batches, 32×32 RGB: data_batch_*.bin and test_batch.bin");
    Ok(Outcome::Done)
}

//! `bench decode`: how fast the CPU decodes.

use crate::cli::common::config_of;
use crate::dataset::ImageShape;
use crate::model::Model;
use crate::random::{Purpose, normal_rows};
use crate::snapshot::SharedScratch;
use anyhow::Result;
use std::time::Instant;

/// The median of `repeat` times that `count` latents take on so many threads.
pub(super) fn bench_decode(preset: &str, count: usize, repeat: usize, threads: usize) -> Result<serde_json::Value> {
    let config = config_of(preset)?;
    let snapshot = Model::new(&config, ImageShape::grey(28, 28))?.snapshot(0)?;
    let latents = normal_rows(0, Purpose::Sample, 0, count, config.latent());
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build()?;
    let mut scratch = SharedScratch::default();
    let mut decode = || {
        let started = Instant::now();
        snapshot.decoder.evaluate_on_threads(&latents, count, &mut scratch);
        1e3 * started.elapsed().as_secs_f64()
    };
    let mut times: Vec<f64> = pool.install(|| (0..repeat + 5).map(|_| decode()).skip(5).collect());
    times.sort_by(f64::total_cmp);
    let median = times.get(times.len() / 2).copied().unwrap_or(f64::NAN);
    Ok(
        serde_json::json!({ "preset": preset, "backend": "cpu", "threads": threads, "count": count, "decode_ms": median }),
    )
}

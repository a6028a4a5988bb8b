//! `bench decode --backend gpu`: how fast the decoder's shaders are, and how much of the rate of a large matmul on the same
//! adapter.

use crate::cli::common::config_of;
use crate::dataset::ImageShape;
use crate::gpu::decoder::{DecoderError, DecoderPipelines, Packed, Plan, Weights, encode, read_back, wait};
use crate::gpu::{DeviceInfo, Headless, headless};
use crate::model::Model;
use crate::random::{Purpose, normal_rows};
use crate::snapshot::{Activation, Network, Operation};
use anyhow::{Context, Result};
use eframe::wgpu;
use std::time::Instant;

/// Side of the square matmul that the adapter is measured by; the smaller one for software rendering.
const MATMUL_SIDES: [usize; 2] = [2048, 256];
const WARM_UP: usize = 3;

pub(super) fn bench_decode_gpu(preset: &str, count: usize, repeat: usize) -> Result<serde_json::Value> {
    let config = config_of(preset)?;
    let gpu = headless().context("there is no graphics adapter here: nothing was decoded on a GPU")?;
    let info = DeviceInfo::of(&gpu.adapter);
    let timer = Timer::new(gpu)?;
    let snapshot = Model::new(&config, ImageShape::grey(28, 28))?.snapshot(0)?;
    let side = MATMUL_SIDES[usize::from(info.software)];
    let matmul = timer.gflops(&square(side)?, side, repeat)?;
    let decode = timer.gflops(&snapshot.decoder, count, repeat)?;
    Ok(serde_json::json!({
        "preset": preset,
        "backend": "gpu",
        "adapter": info.name,
        "driver": info.driver,
        "software": info.software,
        "count": count,
        "decode_ms": decode.milliseconds,
        "timing": if decode.by_adapter { "timestamps" } else { "wall" },
        "gflops": decode.gflops,
        "product_side": side,
        "product_gflops": matmul.gflops,
        "share_of_product": decode.gflops / matmul.gflops,
    }))
}

/// One dense layer whose matmul has three equal sides when as many examples go through it.
fn square(side: usize) -> Result<Network> {
    let weight = normal_rows(0, Purpose::Weights, 0, side, side);
    let operation = Operation::linear("square", 0, (weight, vec![0.0; side]), Activation::Identity);
    Ok(Network::new(side, vec![operation])?)
}

struct Rate {
    /// Half of the runs took at most this.
    milliseconds: f64,
    gflops: f64,
    /// By the adapter's clock.
    by_adapter: bool,
}

struct Timer {
    gpu: Headless,
    pipelines: DecoderPipelines,
    /// Two timestamps and where they are resolved to; none where the adapter has none.
    queries: Option<(wgpu::QuerySet, wgpu::Buffer)>,
}

impl Timer {
    fn new(gpu: Headless) -> Result<Self, DecoderError> {
        let device = &gpu.device;
        let pipelines = DecoderPipelines::new(device)?;
        let queries = device.features().contains(wgpu::Features::TIMESTAMP_QUERY).then(|| {
            let set = device.create_query_set(&wgpu::QuerySetDescriptor {
                label: Some("decode"),
                ty: wgpu::QueryType::Timestamp,
                count: 2,
            });
            let resolved = device.create_buffer(&wgpu::BufferDescriptor {
                label: Some("decode"),
                size: 2 * size_of::<u64>() as u64,
                usage: wgpu::BufferUsages::QUERY_RESOLVE | wgpu::BufferUsages::COPY_SRC,
                mapped_at_creation: false,
            });
            (set, resolved)
        });
        Ok(Self { pipelines, queries, gpu })
    }

    fn gflops(&self, network: &Network, count: usize, repeat: usize) -> Result<Rate, DecoderError> {
        let Headless { device, queue, .. } = &self.gpu;
        let plan = Plan::new(device, queue, &self.pipelines, network, count)?;
        let mut weights = Weights::new(device, &self.pipelines, network)?;
        weights.upload(device, queue, &Packed::new(network, 0)?)?;
        plan.write_latents((device, queue), 0, &normal_rows(0, Purpose::Sample, 0, count, network.input()))?;
        let (mut times, mut by_adapter) = (Vec::with_capacity(repeat), true);
        for run in 0..repeat + WARM_UP {
            let (wall, adapter) = self.milliseconds(&plan, &weights)?;
            if run >= WARM_UP {
                by_adapter &= adapter.is_some();
                times.push((wall, adapter));
            }
        }
        let mut times: Vec<f64> =
            times.into_iter().map(|(wall, adapter)| adapter.filter(|_| by_adapter).unwrap_or(wall)).collect();
        times.sort_by(f64::total_cmp);
        let milliseconds = times.get(times.len() / 2).copied().unwrap_or(f64::NAN);
        let flops = network.flops() as f64 * count as f64;
        Ok(Rate { milliseconds, gflops: flops / (1e6 * milliseconds), by_adapter })
    }

    /// One decode of all images, from submitting to done by our clock, and by the adapter's where it has one.
    fn milliseconds(&self, plan: &Plan, weights: &Weights) -> Result<(f64, Option<f64>), DecoderError> {
        let Headless { device, queue, .. } = &self.gpu;
        let mut encoder = device.create_command_encoder(&Default::default());
        let stamps = self.queries.as_ref().map(|(query_set, _)| wgpu::ComputePassTimestampWrites {
            query_set,
            beginning_of_pass_write_index: Some(0),
            end_of_pass_write_index: Some(1),
        });
        encode(&mut encoder, &self.pipelines, plan, weights, 0..plan.schedule().chunks.len(), stamps)?;
        if let Some((query_set, resolved)) = &self.queries {
            encoder.resolve_query_set(query_set, 0..2, resolved, 0);
        }
        let commands = encoder.finish();
        wait(device)?;
        let started = Instant::now();
        queue.submit([commands]);
        wait(device)?;
        let wall = 1e3 * started.elapsed().as_secs_f64();
        let Some((_, resolved)) = &self.queries else { return Ok((wall, None)) };
        let adapter = match read_back::<u64>(device, queue, resolved, 2)?[..] {
            [begin, end] if end > begin => Some((end - begin) as f64 * f64::from(queue.get_timestamp_period()) / 1e6),
            _ => None,
        };
        Ok((wall, adapter))
    }
}

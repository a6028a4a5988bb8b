//! Recording a decode into a command encoder: one compute pass, a dispatch an operation and chunk.

use super::error::DecoderError;
use super::pipelines::DecoderPipelines;
use super::plan::Plan;
use super::weights::Weights;
use eframe::wgpu;
use std::ops::Range;

/// Records the decoding of a plan's chunks (all of them: `0..plan.schedule().chunks.len()`) with the weights that were
/// uploaded last. Any encoder will do, egui's own among them; nothing is submitted, and nothing waits. The images are in
/// [`Plan::output`] for what is recorded after it.
///
/// # Errors
/// Where the weights do not fit the plan or there are none yet; then nothing is recorded.
pub fn encode(
    encoder: &mut wgpu::CommandEncoder,
    pipelines: &DecoderPipelines,
    plan: &Plan,
    weights: &Weights,
    chunks: Range<usize>,
    timestamps: Option<wgpu::ComputePassTimestampWrites<'_>>,
) -> Result<(), DecoderError> {
    let descriptor = wgpu::ComputePassDescriptor { label: Some("decoder"), timestamp_writes: timestamps };
    weights.groups(&plan.schedule().kinds)?;
    record(&mut encoder.begin_compute_pass(&descriptor), pipelines, plan, weights, chunks)
}

/// The same within a pass that is already open.
///
/// # Errors
/// As [`encode`].
pub fn record(
    pass: &mut wgpu::ComputePass<'_>,
    pipelines: &DecoderPipelines,
    plan: &Plan,
    weights: &Weights,
    chunks: Range<usize>,
) -> Result<(), DecoderError> {
    let weight_groups = weights.groups(&plan.schedule().kinds)?;
    for (chunk, value_groups, first) in chunks.filter_map(|index| plan.chunk(index)) {
        let mut offset = first;
        let operations = chunk.dispatches.iter().zip(value_groups).zip(weight_groups);
        for ((dispatch, values), weights) in operations {
            if let Some(pipeline) = pipelines.of(dispatch.stage) {
                let [x, y] = dispatch.workgroups;
                pass.set_pipeline(pipeline);
                pass.set_bind_group(0, values, &[offset]);
                pass.set_bind_group(1, weights, &[]);
                pass.dispatch_workgroups(x, y, 1);
            }
            offset = offset.saturating_add(plan.uniform_stride());
        }
    }
    Ok(())
}

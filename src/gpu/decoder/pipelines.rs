//! The decoder's pipelines, all with one layout, made once.

use super::error::DecoderError;
use super::uniforms::StageUniforms;
use crate::gpu::compute::{dynamic_uniform, layout, pipeline, storage};
use crate::gpu::shader;
use crate::message::{Message, message};
use eframe::wgpu;

/// A pipeline a stage, and what they bind.
pub struct DecoderPipelines {
    /// By the names of their stages.
    stages: Vec<(&'static str, wgpu::ComputePipeline)>,
    /// 0 uniforms, 1 what is read, 2 what is written, 3 the second value that is read: the first again where there is one.
    pub(super) values_layout: wgpu::BindGroupLayout,
    /// 0 weights and biases.
    pub(super) weights_layout: wgpu::BindGroupLayout,
}

impl DecoderPipelines {
    /// Makes all of them. Compiling takes a while: some tens of milliseconds, so not for a frame; any thread will do.
    ///
    /// # Errors
    /// Where the device refuses one.
    pub fn new(device: &wgpu::Device) -> Result<Self, DecoderError> {
        guarded(device, message!("the decoder's pipelines"), || {
            let (uniform, read, write) = (dynamic_uniform::<StageUniforms>(), storage(true), storage(false));
            let computes = wgpu::ShaderStages::COMPUTE;
            let values_layout = layout(device, "decoder values", computes, &[uniform, read, write, read]);
            let weights_layout = layout(device, "decoder weights", computes, &[read]);
            let both = [Some(&values_layout), Some(&weights_layout)];
            let stages = shader::decoding().map(|shader| (shader.name, pipeline(device, &both, shader))).collect();
            Self { stages, values_layout, weights_layout }
        })
    }

    /// The pipeline of a stage.
    pub(super) fn of(&self, stage: &str) -> Option<&wgpu::ComputePipeline> {
        self.stages.iter().find(|(name, _)| *name == stage).map(|(_, pipeline)| pipeline)
    }
}

/// Makes something on the device; what the device has against it comes back as an error instead of going to its
/// uncaptured-error handler. Waits for nothing on the GPU.
///
/// # Errors
/// Where the device refuses.
pub(in crate::gpu) fn guarded<T>(
    device: &wgpu::Device,
    what: Message,
    make: impl FnOnce() -> T,
) -> Result<T, DecoderError> {
    let filters = [wgpu::ErrorFilter::OutOfMemory, wgpu::ErrorFilter::Internal, wgpu::ErrorFilter::Validation];
    let mut scopes: Vec<_> = filters.into_iter().map(|filter| device.push_error_scope(filter)).collect();
    let made = make();
    let mut refused = None;
    // The last scope is the innermost.
    while let Some(scope) = scopes.pop() {
        refused = refused.or(pollster::block_on(scope.pop()));
    }
    match refused {
        None => Ok(made),
        Some(error @ wgpu::Error::Validation { .. }) => {
            Err(DecoderError::Refused { what, reason: one_line(&error.to_string()) })
        }
        Some(error) => Err(DecoderError::Failed { what, reason: one_line(&error.to_string()) }),
    }
}

/// What the device said, in one line: its reports begin with their kind and nest their causes.
pub fn one_line(report: &str) -> String {
    let told = |line: &&str| !line.is_empty() && !line.ends_with("Error") && *line != "Caused by:";
    let lines: Vec<&str> = report.lines().map(str::trim).filter(told).take(2).collect();
    if lines.is_empty() { report.trim().to_owned() } else { lines.join(": ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_becomes_one_line() {
        let report = "Validation Error\n\nCaused by:\n  In Device::create_buffer\n    Too large\n      by far\n";
        assert_eq!(one_line(report), "In Device::create_buffer: Too large");
        assert_eq!(one_line("Out of Memory"), "Out of Memory");
        assert_eq!(one_line("Validation Error\n"), "Validation Error");
    }
}

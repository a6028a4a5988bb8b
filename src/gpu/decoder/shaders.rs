//! The decoder's shaders, which the operations bring along, and what the largest of them needs.

use crate::gpu::shader::Shader;
use crate::nn::operations::shader_stages;

/// All of them, in the order of their pipelines.
pub fn all() -> impl Iterator<Item = Shader> {
    shader_stages().map(|stage| Shader { name: stage.name, source: stage.source, entry_points: &["main"] })
}

/// Threads of the largest workgroup.
pub const THREADS: u32 = 128;
/// Bytes that a workgroup's threads share at most: a tile of 128 rows and 32 columns, 16 places deep.
pub const SHARED_BYTES: u32 = ((32 + 1) + (8 + 1)) * 16 * 16;

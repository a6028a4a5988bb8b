//! What the largest of the decoder's shaders needs.

/// Threads of the largest workgroup.
pub const THREADS: u32 = 128;
/// Bytes that a workgroup's threads share at most: a tile of 128 rows and 32 columns, 16 places deep.
pub const SHARED_BYTES: u32 = ((32 + 1) + (8 + 1)) * 16 * 16;

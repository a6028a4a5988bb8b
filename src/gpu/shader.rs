//! The WGSL sources, each put together with what it shares.

use crate::nn::operations::shader_stages;

/// A shader: its text and the entry points that are used.
#[derive(Clone, Copy, Debug)]
pub struct Shader {
    /// Its file's name, without the ending.
    pub name: &'static str,
    /// The whole text.
    pub source: &'static str,
    /// The entry points.
    pub entry_points: &'static [&'static str],
}

/// What every drawing shader has: the second fragment stage is for targets that convert to sRGB by themselves.
const DRAWING: &[&str] = &["vs_main", "fs_gamma", "fs_linear"];

/// One image.
pub const IMAGE: Shader = Shader {
    name: "image",
    source: concat!(
        include_str!("../../shaders/shared/screen.wgsl"),
        include_str!("../../shaders/shared/colormap.wgsl"),
        include_str!("../../shaders/image.wgsl"),
    ),
    entry_points: DRAWING,
};

/// The tiles of a plane.
pub const TILES: Shader = Shader {
    name: "tiles",
    source: concat!(
        include_str!("../../shaders/shared/screen.wgsl"),
        include_str!("../../shaders/shared/colormap.wgsl"),
        include_str!("../../shaders/tiles.wgsl"),
    ),
    entry_points: DRAWING,
};

/// Encoded points.
pub const POINTS: Shader = Shader {
    name: "points",
    source: concat!(include_str!("../../shaders/shared/screen.wgsl"), include_str!("../../shaders/points.wgsl")),
    entry_points: DRAWING,
};

/// What every stage has that writes values into a texture.
const COMPUTING: &[&str] = &["main"];

/// Decoded images into tiles.
pub const TILE: Shader = Shader {
    name: "tile",
    source: concat!(include_str!("../../shaders/shared/target.wgsl"), include_str!("../../shaders/tile.wgsl")),
    entry_points: COMPUTING,
};

/// The largest absolute value of an operation.
pub const EXTENT: Shader = Shader {
    name: "extent",
    source: concat!(include_str!("../../shaders/shared/target.wgsl"), include_str!("../../shaders/extent.wgsl")),
    entry_points: COMPUTING,
};

/// An operation's maps side by side.
pub const MAPS: Shader = Shader {
    name: "maps",
    source: concat!(include_str!("../../shaders/shared/target.wgsl"), include_str!("../../shaders/maps.wgsl")),
    entry_points: COMPUTING,
};

/// The stages of the decoder, which the operations bring along, in the order of their pipelines.
pub fn decoding() -> impl Iterator<Item = Shader> {
    shader_stages().map(|stage| Shader { name: stage.name, source: stage.source, entry_points: COMPUTING })
}

/// All shaders: what draws, what writes textures, and the stages of the decoder.
pub fn all() -> Vec<Shader> {
    [IMAGE, TILES, POINTS, TILE, EXTENT, MAPS].into_iter().chain(decoding()).collect()
}

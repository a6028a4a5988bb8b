//! The WGSL sources, each put together with what it shares.

use super::decoder::shaders::Stage;

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

/// All shaders: what draws, and the stages of the decoder.
pub fn all() -> Vec<Shader> {
    [IMAGE, TILES, POINTS].into_iter().chain(Stage::ALL.map(Stage::shader)).collect()
}

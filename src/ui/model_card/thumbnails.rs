//! The small planes beside the presets in their list, as `examples/preset_thumbnails.rs` has made them.

use crate::ui::theme;
use eframe::egui::{ColorImage, Context, Id, Image, TextureHandle, TextureOptions, vec2};
use include_dir::{Dir, include_dir};

/// The side of one, in points.
pub(super) const SIDE: f32 = 4.5 * theme::GRID;

/// A file for each preset, named after it.
static FILES: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/assets/presets");

/// The pixels of a preset's plane; `None` where it has none.
fn pixels(preset: &str) -> Option<ColorImage> {
    let file = FILES.get_file(format!("{preset}.png"))?.contents();
    let decoded = image::load_from_memory_with_format(file, image::ImageFormat::Png).ok()?.to_luma8();
    let size = [decoded.width() as usize, decoded.height() as usize];
    Some(ColorImage::from_gray(size, decoded.as_raw()))
}

/// A preset's plane, decoded when it is shown first.
pub(super) fn of(context: &Context, preset: &str) -> Option<Image<'static>> {
    let id = Id::unique(("preset plane", preset));
    let known = context.data(|data| data.get_temp::<Option<TextureHandle>>(id));
    let texture = known.unwrap_or_else(|| {
        let load = |pixels| context.load_texture(format!("plane of {preset}"), pixels, TextureOptions::LINEAR);
        let texture = pixels(preset).map(load);
        context.data_mut(|data| data.insert_temp(id, texture.clone()));
        texture
    });
    texture.map(|texture| Image::new((texture.id(), vec2(SIDE, SIDE))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::presets;

    #[test]
    fn every_preset_has_a_plane_that_shows_something_and_there_are_no_others() {
        for preset in presets() {
            let pixels = pixels(preset).map(|image| image.pixels).unwrap_or_default();
            let first = pixels.first().copied();
            assert!(pixels.iter().any(|pixel| Some(*pixel) != first), "{preset}");
        }
        assert_eq!(FILES.entries().len(), presets().count());
    }
}

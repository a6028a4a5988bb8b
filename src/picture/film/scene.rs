//! What frames show: one image, or a plane of tiles; each pixel enlarged by a whole number.

use super::FilmFormat;
use crate::dataset::ImageShape;
use crate::explore::plane::Plane;
use crate::picture::{Bitmap, ColorMap, plane};
use crate::snapshot::Snapshot;
use image::RgbImage;
use std::io;

/// By which whole number frames of `size` are enlarged so that their longer side has at most `longest` pixels; 1 where they
/// have more as they are. An MP4 has one colour for 2 × 2 pixels: there the number is even, 2 at least.
pub fn enlargement(format: FilmFormat, size: [u32; 2], longest: u32) -> u32 {
    let most = longest / size[0].max(size[1]).max(1);
    match format {
        FilmFormat::Mp4 => (most / 2 * 2).max(2),
        FilmFormat::Gif | FilmFormat::Apng => most.max(1),
    }
}

/// A picture with each pixel `factor × factor` of them.
pub fn enlarged(picture: &RgbImage, factor: u32) -> RgbImage {
    let row = 3 * picture.width() as usize;
    let wide = |row: &[u8]| -> Vec<u8> {
        row.chunks_exact(3).flat_map(|pixel| std::iter::repeat_n(pixel, factor as usize).flatten().copied()).collect()
    };
    let pixels = picture.as_raw().chunks_exact(row.max(1)).flat_map(|row| wide(row).repeat(factor as usize)).collect();
    RgbImage::from_raw(picture.width() * factor, picture.height() * factor, pixels).unwrap_or_default()
}

/// One image, `[shape.values()]` in [0, 1], as the window draws it.
pub fn image_frame(shape: ImageShape, image: &[f32], map: ColorMap) -> RgbImage {
    let bytes = Bitmap::new(shape, image).rgb(map);
    RgbImage::from_raw(shape.width as u32, shape.height as u32, bytes).unwrap_or_default()
}

/// The plane decoded at `side × side` places from −range to range, as [`plane`] gives them, in the colours of the window.
///
/// # Errors
/// What `go_on`, asked before each image, ends it with.
pub fn plane_frame(
    (snapshot, latent_plane): (&Snapshot, &Plane),
    (side, range): (usize, f32),
    map: ColorMap,
    mut go_on: impl FnMut() -> io::Result<()>,
) -> io::Result<RgbImage> {
    let mut images = Vec::with_capacity(side * side);
    plane(snapshot, latent_plane, (side, range), |image| {
        images.push(image.to_vec());
        go_on()
    })?;
    let bitmap = Bitmap::montage(snapshot.image, &images, side);
    let [width, height] = bitmap.size().map(|side| side as u32);
    Ok(RgbImage::from_raw(width, height, bitmap.rgb(map)).unwrap_or_default())
}

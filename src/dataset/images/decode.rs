//! One file becomes one image of the size and colours that all are brought to.

use crate::dataset::options::{ImageColor, ImageFit};
use crate::dataset::sample::ImageShape;
use crate::disk::read_file;
use crate::message::{Message, message};
use image::imageops::{FilterType, overlay};
use image::{ColorType, DynamicImage, ImageDecoder, ImageReader, Limits, Rgba, RgbaImage};
use std::io::Cursor;
use std::path::Path;

/// The most bytes of one file.
const MAX_FILE: u64 = 64 << 20;
/// The longest side of an image in a file, in pixels.
const MAX_FILE_SIDE: u32 = 16_384;
/// The most bytes that decoding one image may take.
const MAX_DECODED: u64 = 512 << 20;

/// What all images are brought to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target {
    /// Of each.
    pub shape: ImageShape,
    /// How an image of other proportions is brought to it.
    pub fit: ImageFit,
}

/// What a file says of its image before its pixels are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Found {
    /// In pixels.
    pub width: u32,
    /// In pixels.
    pub height: u32,
    /// Whether it has colours.
    pub color: ImageColor,
    /// The number that is white in it.
    pub white: u16,
}

fn limits() -> Limits {
    let mut limits = Limits::default();
    limits.max_image_width = Some(MAX_FILE_SIDE);
    limits.max_image_height = Some(MAX_FILE_SIDE);
    limits.max_alloc = Some(MAX_DECODED);
    limits
}

/// The bytes of a file with something that reads them as the image that they are, whatever the file is called.
fn with_decoder<T>(
    path: &Path,
    read: impl FnOnce(&mut dyn FnMut() -> Result<DynamicImage, Message>, Found) -> Result<T, Message>,
) -> Result<T, Message> {
    if path.is_symlink() {
        return Err(message!("a link"));
    }
    let bytes = read_file(path, MAX_FILE).map_err(|error| error.found)?;
    let mut reader = ImageReader::new(Cursor::new(&bytes)).with_guessed_format().map_err(Message::words)?;
    if reader.format().is_none() {
        return Err(message!("no image of a kind that is known"));
    }
    reader.limits(limits());
    let wrong = |error: image::ImageError| message!("a damaged image ({error})", error = one_line(&error.to_string()));
    let mut decoder = reader.into_decoder().map_err(wrong)?;
    let (width, height) = decoder.dimensions();
    let color = match decoder.color_type() {
        ColorType::L8 | ColorType::La8 | ColorType::L16 | ColorType::La16 => ImageColor::Grey,
        _ => ImageColor::Rgb,
    };
    let white = match decoder.color_type() {
        ColorType::L16 | ColorType::La16 | ColorType::Rgb16 | ColorType::Rgba16 => u16::MAX,
        ColorType::Rgb32F | ColorType::Rgba32F => 1,
        _ => 255,
    };
    let orientation = decoder.orientation().map_err(wrong)?;
    let mut decoder = Some(decoder);
    let mut decode = move || match decoder.take() {
        Some(decoder) => {
            let mut image = DynamicImage::from_decoder(decoder).map_err(wrong)?;
            image.apply_orientation(orientation);
            Ok(image)
        }
        None => Err(message!("an image that was read")),
    };
    read(&mut decode, Found { width, height, color, white })
}

fn one_line(words: &str) -> String {
    format!("{:.120}", words.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// Looks at a file's header.
///
/// # Errors
/// What was found in place of an image.
pub fn look(path: &Path) -> Result<Found, Message> {
    with_decoder(path, |_, found| Ok(found))
}

/// Decodes a file into bytes `[channels, height, width]`. What is transparent stands before black. Where it has the right
/// size already, no pixel is mixed with another.
///
/// # Errors
/// What was found in place of an image.
pub fn decode(path: &Path, target: Target) -> Result<Vec<u8>, Message> {
    with_decoder(path, |decode, _| Ok(fitted(decode()?, target)))
}

fn fitted(image: DynamicImage, target: Target) -> Vec<u8> {
    let ImageShape { width, height, .. } = target.shape;
    let (width, height) = (width as u32, height as u32);
    let image = match image.color().has_alpha() {
        true => before_black(image),
        false => image,
    };
    let image = match target.fit {
        _ if (image.width(), image.height()) == (width, height) => image,
        ImageFit::Crop => middle(&image, width, height).resize_exact(width, height, FilterType::CatmullRom),
        ImageFit::Whole => {
            let small = image.resize(width, height, FilterType::CatmullRom);
            let mut ground = DynamicImage::new(width, height, small.color());
            let beside = |all: u32, part: u32| i64::from(all.saturating_sub(part) / 2);
            overlay(&mut ground, &small, beside(width, small.width()), beside(height, small.height()));
            ground
        }
    };
    if target.shape.is_color() {
        let pixels = image.into_rgb8().into_raw();
        return (0..3).flat_map(|channel| pixels.iter().skip(channel).step_by(3).copied()).collect();
    }
    image.into_luma8().into_raw()
}

/// The middle of an image, as large as it can be in these proportions: what is cut off is cut off before it is scaled, since
/// one of 1×16 384 pixels would be scaled to some gigabytes.
fn middle(image: &DynamicImage, width: u32, height: u32) -> DynamicImage {
    let (all, target) = ([image.width(), image.height()].map(u64::from), [width, height].map(u64::from));
    let part = |own: u64, other: u64| (other + own / 2).checked_div(own).unwrap_or(0).max(1);
    let width = all[0].min(part(target[1], all[1] * target[0]));
    let height = all[1].min(part(target[0], all[0] * target[1]));
    let beside = |all: u64, part: u64| ((all - part) / 2) as u32;
    image.crop_imm(beside(all[0], width), beside(all[1], height), width as u32, height as u32)
}

/// What is transparent lets black be seen.
fn before_black(image: DynamicImage) -> DynamicImage {
    let mut ground = RgbaImage::from_pixel(image.width(), image.height(), Rgba([0, 0, 0, 255]));
    let is_grey = !image.color().has_color();
    overlay(&mut ground, &image.into_rgba8(), 0, 0);
    let ground = DynamicImage::ImageRgba8(ground);
    if is_grey { DynamicImage::ImageLuma8(ground.into_luma8()) } else { DynamicImage::ImageRgb8(ground.into_rgb8()) }
}

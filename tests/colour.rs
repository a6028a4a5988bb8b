//! Colour images from the file to the picture: they train to the same bits, and whatever draws them keeps their colours.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::wait_for;
use image::RgbImage;
use latentarium::dataset::{Dataset, ImageShape, Progress, Source, Split, load};
use latentarium::explore::compare::{SheetSource, pixel_error};
use latentarium::explore::nearest::nearest;
use latentarium::explore::plane::Plane;
use latentarium::explore::tiles::{AtlasLimits, Lattice, TileGrid};
use latentarium::explore::viewer::CpuDecoder;
use latentarium::model::Config;
use latentarium::picture::{self, Bitmap, ColorMap, FigureStyle, SheetLayout, SheetWriter};
use latentarium::run;
use latentarium::snapshot::{Scratch, Snapshot};
use latentarium::trainer::{Control, Event, Options, Trainer};
use std::path::Path;
use std::sync::{Arc, OnceLock};

/// A folder's worth of CIFAR-10: each image runs from one colour to another, no channel like another.
fn colours() -> Arc<Dataset> {
    static DATA: OnceLock<Arc<Dataset>> = OnceLock::new();
    DATA.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let batch = |count: usize, from: usize| -> Vec<u8> {
            let record = |index: usize| {
                let value =
                    |channel: usize, place: usize| (index * (37 + 61 * channel) + place * (channel + 1) / 16) as u8;
                let plane = move |channel: usize| (0..1024).map(move |place| value(channel, place));
                [(index % 10) as u8].into_iter().chain((0..3).flat_map(plane)).collect::<Vec<u8>>()
            };
            (from..from + count).flat_map(record).collect()
        };
        std::fs::write(folder.path().join("data_batch_1.bin"), batch(300, 0)).unwrap();
        std::fs::write(folder.path().join("data_batch_2.bin"), batch(84, 300)).unwrap();
        std::fs::write(folder.path().join("test_batch.bin"), batch(40, 1000)).unwrap();
        Arc::new(load(&Source::path(folder.path().to_owned()), &Progress::default()).unwrap())
    })
    .clone()
}

/// The bytes of one image of a split, `[3, 32, 32]`.
fn bytes_of(split: &Split, index: usize) -> &[u8] {
    &split.rows().bytes().unwrap()[index * 3072..(index + 1) * 3072]
}

/// Trains a small relative of `preset` for six steps and saves it; gives the weights file and what is drawn.
fn train(preset: &str, threads: usize, folder: &Path) -> (Vec<u8>, Arc<Snapshot>) {
    let config = Config::preset(preset).unwrap().with("hidden", vec![24, 32]).unwrap().with("batch", 64).unwrap();
    let options = Options { threads, total_steps: Some(6), ..Options::default() };
    let trainer = Trainer::spawn(config, colours(), options).unwrap();
    trainer.send(Control::Start);
    wait_for(&trainer, |event| matches!(event, Event::Finished { .. }));
    trainer.send(Control::Save(folder.to_owned()));
    wait_for(&trainer, |event| matches!(event, Event::Saved { .. }));
    let weights = std::fs::read(folder.join("checkpoints/000006/weights.safetensors")).unwrap();
    (weights, trainer.snapshot().unwrap())
}

#[test]
fn colour_images_train_to_the_same_bits_and_come_back_from_the_folder() {
    let folder = tempfile::tempdir().unwrap();
    for preset in ["vae-dense", "ae-dense", "gan-dense"] {
        let at = |name: &str| folder.path().join(format!("{preset}-{name}"));
        let (first, snapshot) = train(preset, 1, &at("first"));
        assert!(first == train(preset, 2, &at("two")).0, "{preset} on two threads");
        assert_eq!(snapshot.image, ImageShape { channels: 3, height: 32, width: 32 });
        let opened = run::open(&at("first")).unwrap();
        assert_eq!((opened.config.image, opened.config.data_name.as_str()), (snapshot.image, "cifar-10"));
        let (mut ours, mut theirs) = (Scratch::default(), Scratch::default());
        let pixels = snapshot.decoder.evaluate(&[0.3, -0.8], 1, &mut ours);
        assert_eq!(pixels.len(), 3072);
        assert_eq!(pixels, opened.snapshot.decoder.evaluate(&[0.3, -0.8], 1, &mut theirs));
    }
}

/// Whether each pixel of an image (`[3, 32, 32]`) is a square of `scale` pixels of its colour at (x, y).
fn is_at(picture: &RgbImage, image: &[u8], (x, y): (u32, u32), scale: u32, tolerance: u8) -> bool {
    (0..32 * scale).all(|row| {
        (0..32 * scale).all(|column| {
            let place = (row / scale * 32 + column / scale) as usize;
            let found = picture.get_pixel(x + column, y + row).0;
            (0..3).all(|channel| found[channel].abs_diff(image[channel * 1024 + place]) <= tolerance)
        })
    })
}

/// Whether a picture shows an image anywhere.
fn holds(picture: &RgbImage, image: &[u8], scale: u32) -> bool {
    let (width, height) = picture.dimensions();
    let side = 32 * scale;
    (0..=height - side).any(|y| (0..=width - side).any(|x| is_at(picture, image, (x, y), scale, 0)))
}

fn to_bytes(values: &[f32]) -> Vec<u8> {
    values.iter().map(|value| (value * 255.0).round() as u8).collect()
}

/// The picture in the PNG file of a sheet.
fn drawn(
    layout: SheetLayout,
    fill: impl FnOnce(&mut dyn FnMut(&[f32]) -> std::io::Result<()>) -> std::io::Result<()>,
) -> image::RgbImage {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sheet.png");
    let mut sheet = SheetWriter::new(std::fs::File::create(&path).unwrap(), layout).unwrap();
    fill(&mut |image| sheet.push(image)).unwrap();
    sheet.finish().unwrap();
    image::open(&path).unwrap().to_rgb8()
}

#[test]
fn a_sheet_of_images_has_their_colours() {
    let data = colours();
    let images: Vec<Vec<f32>> = (0..6).map(|index| data.train.image(index)).collect();
    let sheet = drawn(SheetLayout::rows_of(3, data.shape(), 6), |each| images.iter().try_for_each(|image| each(image)));
    // Twice as large, two pixels between them.
    assert_eq!(sheet.dimensions(), (3 * 66 + 2, 2 * 66 + 2));
    for index in 0..6u32 {
        let corner = (2 + index % 3 * 66, 2 + index / 3 * 66);
        assert!(is_at(&sheet, bytes_of(&data.train, index as usize), corner, 2, 0), "image {index}");
    }
}

#[test]
fn the_plane_the_tiles_and_the_compare_sheet_are_drawn_in_colour() {
    let folder = tempfile::tempdir().unwrap();
    let data = colours();
    let (_, vae) = train("vae-dense", 1, &folder.path().join("vae"));
    let (_, gan) = train("gan-dense", 1, &folder.path().join("gan"));
    let mut scratch = Scratch::default();

    // Two tiles a side, at ±1.
    let plane = drawn(SheetLayout::quilt(2, gan.image), |each| picture::plane(&gan, &Plane::of_two(), (2, 2.0), each));
    for (corner, latent) in [((0, 0), [-1.0, 1.0]), ((64, 64), [1.0, -1.0])] {
        let image = to_bytes(gan.decoder.evaluate(&latent, 1, &mut scratch));
        assert!(image[..1024] != image[1024..2048], "a generator that is grey says nothing");
        assert!(is_at(&plane, &image, corner, 2, 1), "{latent:?}");
    }

    let lattice = Lattice { cell: 2.0, column: -1, row: -1, columns: 2, rows: 2 };
    let mut decoder = CpuDecoder::default();
    let limits = AtlasLimits::default();
    let grid = TileGrid::decode(&mut decoder, &gan, &Plane::of_two(), lattice, limits, &mut || true).unwrap();
    let size = grid.size().map(|side| side as u32);
    assert_eq!((grid.channels, size), (4, [64, 64]));
    let drawn = |map| picture::tiles(&grid, map);
    let image = to_bytes(gan.decoder.evaluate(&[-1.0, 1.0], 1, &mut scratch));
    assert!(is_at(&drawn(ColorMap::Grey), &image, (0, 0), 1, 1));
    for map in ColorMap::ALL {
        assert!(drawn(map) == drawn(ColorMap::Grey), "{map:?} is for grey images");
    }

    let made = SheetSource::new(vec![vae, gan], data.clone(), 12, 0).sheet(None);
    let made = made.searched(&|| true).unwrap();
    let for_file = picture::compare(&made, data.class_names(), ColorMap::Viridis, &FigureStyle::default()).unwrap();
    for row in [0, 11] {
        let original = bytes_of(&data.test, made.originals[row].index);
        assert!(holds(&for_file, original, 2), "original {row}");
        for model in &made.models {
            assert!(holds(&for_file, &to_bytes(&model.samples[row].image), 2), "sample {row}");
            let reconstruction = model.reconstruction(row).unwrap();
            assert!(holds(&for_file, &to_bytes(&reconstruction.image), 2), "reconstruction {row}");
        }
    }
}

#[test]
fn what_panels_draw_of_a_colour_image_is_its_colours() {
    let data = colours();
    let images: Vec<Vec<f32>> = (0..4).map(|index| data.test.image(index)).collect();
    let montage = Bitmap::montage(data.shape(), &images, 2);
    assert_eq!(montage.size(), [64, 64]);
    for map in ColorMap::ALL {
        let picture = RgbImage::from_raw(64, 64, montage.rgb(map)).unwrap();
        for index in 0..4u32 {
            let corner = (index % 2 * 32, index / 2 * 32);
            assert!(is_at(&picture, bytes_of(&data.test, index as usize), corner, 1, 0), "{map:?}: image {index}");
        }
    }
}

#[test]
fn the_nearest_image_is_near_in_colour_and_a_wrong_colour_is_an_error() {
    let data = colours();
    let found = nearest(&data.train, &data.train.image(217), &mut || true).unwrap();
    assert_eq!((found.index, found.distance), (217, 0.0));
    // Red and blue exchanged: as bright as before.
    let image = data.train.image(217);
    let exchanged = [&image[2048..], &image[1024..2048], &image[..1024]].concat();
    assert_ne!(nearest(&data.train, &exchanged, &mut || true).map(|found| found.index), Some(217));

    let shape = ImageShape { channels: 3, height: 1, width: 2 };
    let errors = [0.4, 0.1, 0.0, -0.2, -0.4, 0.1];
    assert_eq!((pixel_error(shape, &errors, 0).abs(), pixel_error(shape, &errors, 1)), (0.4, -0.2));
    assert_eq!(pixel_error(ImageShape::grey(1, 2), &errors, 1), 0.1);
    assert_eq!(pixel_error(shape, &[], 0), 0.0);
}

//! Films decoded frame by frame: what comes out is what went in, by our own crates and by ffmpeg where it is there.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use common::small_digits;
use image::{Rgb, RgbImage};
use latentarium::explore::plane::Plane;
use latentarium::explore::tiles::{AtlasLimits, Lattice, TileGrid};
use latentarium::explore::timeline::{HalfSnapshot, PastReader, PastSource, SnapshotRing, TimelineTrack};
use latentarium::explore::viewer::CpuDecoder;
use latentarium::model::{Batches, Config, Model, StepInput};
use latentarium::picture::film::{
    Film, FilmError, FilmFormat, FilmedPlane, FilmedPoints, TimelineFilm, enlarged, enlargement,
};
use latentarium::picture::{self, ColorMap};
use latentarium::snapshot::Snapshot;
use proptest::prelude::*;
use std::fs::File;
use std::io::{BufReader, ErrorKind};
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};

/// Frames of rings that move over a ramp, in the colours of a map: soft and hard edges as tiles have them.
fn rings([width, height]: [u32; 2], count: usize, map: ColorMap) -> Vec<RgbImage> {
    let frame = |number: usize| {
        RgbImage::from_fn(width, height, |x, y| {
            let (x, y) = (x as f32 / 28.0, y as f32 / 28.0);
            let (dx, dy) = (x.fract() - 0.5, y.fract() - 0.5);
            let radius = 0.15 + 0.02 * (number as f32 + x.floor() + 2.0 * y.floor()).rem_euclid(12.0);
            let ring = (1.0 - 18.0 * ((dx * dx + dy * dy).sqrt() - radius).abs()).clamp(0.0, 1.0);
            Rgb(map.rgb(ring.max(0.1 * x.fract())))
        })
    };
    (0..count).map(frame).collect()
}

fn written(path: &Path, format: FilmFormat, frames: &[RgbImage], rate: u32) -> Film {
    let film = Film { format, size: frames[0].dimensions().into(), frames: frames.len(), rate };
    film.write(path, |each| frames.iter().try_for_each(each)).unwrap();
    film
}

fn read_gif(path: &Path) -> (Vec<Vec<u8>>, u64) {
    let mut options = ::gif::DecodeOptions::new();
    options.set_color_output(::gif::ColorOutput::RGBA);
    let mut reader = options.read_info(BufReader::new(File::open(path).unwrap())).unwrap();
    let (mut frames, mut hundredths) = (Vec::new(), 0);
    while let Some(frame) = reader.read_next_frame().unwrap() {
        frames.push(frame.buffer.chunks_exact(4).flat_map(|pixel| [pixel[0], pixel[1], pixel[2]]).collect());
        hundredths += u64::from(frame.delay);
    }
    (frames, hundredths)
}

fn read_apng(path: &Path) -> Vec<Vec<u8>> {
    let mut reader = png::Decoder::new(BufReader::new(File::open(path).unwrap())).read_info().unwrap();
    let count = reader.info().animation_control.unwrap().num_frames;
    let mut one = |_| {
        let mut bytes = vec![0; reader.output_buffer_size().unwrap()];
        reader.next_frame(&mut bytes).unwrap();
        bytes
    };
    (0..count).map(&mut one).collect()
}

/// All frames by ffmpeg, red, green and blue; `None` where the machine has none, which is said.
fn by_ffmpeg(path: &Path, [width, height]: [u32; 2]) -> Option<Vec<Vec<u8>>> {
    let mut command = Command::new("ffmpeg");
    command.args(["-v", "error", "-i"]).arg(path).args(["-fps_mode", "passthrough", "-pix_fmt", "rgb24"]);
    let Ok(output) = command.args(["-f", "rawvideo", "-"]).output() else {
        eprintln!("skipped: no ffmpeg to decode {} by", path.display());
        return None;
    };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(output.stdout.chunks_exact((3 * width * height) as usize).map(<[u8]>::to_vec).collect())
}

/// In decibels, of the part that was not padded.
fn psnr(frame: &RgbImage, decoded: &[u8], width: u32) -> f64 {
    let mut sum = 0.0;
    for (x, y, pixel) in frame.enumerate_pixels() {
        let place = 3 * (y * width + x) as usize;
        let square = |(a, b): (&u8, &u8)| (f64::from(*a) - f64::from(*b)).powi(2);
        sum += pixel.0.iter().zip(&decoded[place..place + 3]).map(square).sum::<f64>();
    }
    let mean = sum / f64::from(3 * frame.width() * frame.height());
    10.0 * (255.0f64.powi(2) / mean.max(1e-9)).log10()
}

#[test]
fn greys_and_colour_maps_are_exact_as_gif_and_apng_by_two_decoders() {
    let folder = tempfile::tempdir().unwrap();
    for map in [ColorMap::Grey, ColorMap::Viridis] {
        let frames = rings([84, 57], 30, map);
        let raw: Vec<Vec<u8>> = frames.iter().map(|frame| frame.as_raw().clone()).collect();
        let (gif, apng) = (folder.path().join("film.gif"), folder.path().join("film.png"));
        written(&gif, FilmFormat::Gif, &frames, 24);
        written(&apng, FilmFormat::Apng, &frames, 24);
        let (decoded, hundredths) = read_gif(&gif);
        assert!(decoded == raw, "{map:?}");
        assert_eq!(hundredths, 125, "30 frames at 24 a second");
        assert!(read_apng(&apng) == raw, "{map:?}");
        for path in [gif, apng] {
            assert!(by_ffmpeg(&path, [84, 57]).is_none_or(|decoded| decoded == raw), "{} {map:?}", path.display());
        }
    }
}

#[test]
fn an_mp4_is_close_to_its_frames_and_padded_to_even_sides() {
    let folder = tempfile::tempdir().unwrap();
    for (map, size, factor) in [
        (ColorMap::Grey, [280, 280], 1),
        (ColorMap::Grey, [85, 57], 1),
        (ColorMap::Viridis, [140, 140], 2),
        (ColorMap::Magma, [57, 57], 4),
        (ColorMap::Grey, [9, 9], 1),
    ] {
        let frames: Vec<_> = rings(size, 40, map).iter().map(|frame| enlarged(frame, factor)).collect();
        let path = folder.path().join("film.mp4");
        let film = written(&path, FilmFormat::Mp4, &frames, 30);
        let padded = film.format.padded(film.size);
        assert!(padded.iter().all(|side| side % 2 == 0 && *side >= 16), "{padded:?}");
        let Some(decoded) = by_ffmpeg(&path, padded) else { return };
        assert_eq!(decoded.len(), frames.len(), "{size:?}");
        let found = frames.iter().zip(&decoded).map(|(frame, decoded)| psnr(frame, decoded, padded[0]));
        let worst = found.fold(f64::INFINITY, f64::min);
        eprintln!("{map:?} {size:?} × {factor}: {worst:.1} dB, {} bytes", path.metadata().unwrap().len());
        assert!(worst >= 35.0, "{map:?} {size:?}: {worst:.1} dB");
    }
}

#[test]
fn what_is_cancelled_or_does_not_fit_leaves_no_file() {
    let folder = tempfile::tempdir().unwrap();
    let frames = rings([28, 28], 5, ColorMap::Grey);
    for format in FilmFormat::ALL {
        let path = folder.path().join("film").with_extension(format.ending());
        let film = Film { format, size: [28, 28], frames: 5, rate: 10 };
        let cancelled = film.write(&path, |each| {
            frames.iter().take(3).try_for_each(each)?;
            Err(ErrorKind::Interrupted.into())
        });
        assert!(matches!(cancelled, Err(FilmError::File { .. })));
        film.write(&path, |each| frames.iter().take(4).try_for_each(each)).unwrap_err();
        film.write(&path, |each| frames.iter().chain(&frames).try_for_each(each)).unwrap_err();
        film.write(&path, |each| each(&RgbImage::new(27, 28))).unwrap_err();
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "{format:?}");
    }
    let said = |film: Film| film.write(&folder.path().join("film.gif"), |_| Ok(())).unwrap_err().to_string();
    let film = Film { format: FilmFormat::Gif, size: [28, 28], frames: 5, rate: 10 };
    assert_eq!(said(Film { frames: 0, ..film }), "a film: expected 1 to 10000 frames, found 0");
    assert_eq!(said(Film { rate: 51, ..film }), "a film: expected 1 to 50 frames a second, found 51");
    let large = said(Film { size: [2200, 2200], ..film });
    assert_eq!(large, "a film: expected at most 3840 by 2160 pixels, found 2200 by 2200");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Noise of as many colours as GIF has, and any colours in an APNG.
    #[test]
    fn what_comes_out_is_what_went_in(
        size in prop::array::uniform2(1u32..20), count in 1usize..6, rate in 1u32..=50, seed in any::<u32>(), colours in 1u32..=256,
    ) {
        let folder = tempfile::tempdir().unwrap();
        let noise = |number: usize, limit: u32| RgbImage::from_fn(size[0], size[1], |x, y| {
            let mixed = (x * 7919 + y * 104_729 + (number as u32 * 15_485_863).wrapping_add(seed)).wrapping_mul(2_654_435_761) >> 7;
            let entry = if limit == 0 { mixed } else { (mixed % limit).wrapping_mul(40_503) };
            Rgb([entry as u8, (entry >> 8) as u8, (entry >> 16) as u8])
        });
        let path = folder.path().join("film");
        let frames: Vec<_> = (0..count).map(|number| noise(number, colours)).collect();
        written(&path, FilmFormat::Gif, &frames, rate);
        let (decoded, hundredths) = read_gif(&path);
        prop_assert!(decoded.iter().zip(&frames).all(|(a, b)| a == b.as_raw()) && decoded.len() == count);
        prop_assert_eq!(hundredths, (100 * count as u64 + u64::from(rate) / 2) / u64::from(rate));
        let frames: Vec<_> = (0..count).map(|number| noise(number, 0)).collect();
        written(&path, FilmFormat::Apng, &frames, rate);
        prop_assert!(read_apng(&path).iter().zip(&frames).all(|(a, b)| a == b.as_raw()));
    }
}

#[test]
fn frames_are_enlarged_by_whole_numbers() {
    let frame = rings([3, 2], 1, ColorMap::Viridis).remove(0);
    let large = enlarged(&frame, 3);
    assert_eq!(large.dimensions(), (9, 6));
    assert!(large.enumerate_pixels().all(|(x, y, pixel)| pixel == frame.get_pixel(x / 3, y / 3)));
    let factors = |format| [[28, 28], [560, 280], [900, 2]].map(|size| enlargement(format, size, 720));
    assert_eq!((factors(FilmFormat::Gif), factors(FilmFormat::Mp4)), ([25, 1, 1], [24, 2, 2]));
    assert_eq!(FilmFormat::of(Path::new("a/film.MP4")), Some(FilmFormat::Mp4));
    assert_eq!((FilmFormat::of(Path::new("film.avi")), FilmFormat::of(Path::new("gif"))), (None, None));
}

/// A small VAE as it learns the digits: weights of step 0, 3, 6, …, `count` of them.
fn learning(count: u64) -> Vec<Snapshot> {
    let config = Config::preset("vae-dense").unwrap().with("hidden", vec![64, 32]).unwrap().with("batch", 32).unwrap();
    let (mut batches, mut weights) = (Batches::new(small_digits()), Vec::new());
    let mut model = Model::new(&config, small_digits().shape()).unwrap();
    for step in 0..3 * count {
        if step % 3 == 0 {
            weights.push(model.snapshot(step).unwrap());
        }
        model.step(&mut StepInput::new(step, &mut batches)).unwrap();
    }
    weights
}

/// What the timeline offers of a model with these weights, of which all but the newest are kept in memory.
fn offered(weights: &[Snapshot]) -> PastReader {
    let mut ring = SnapshotRing::new(1 << 30);
    weights.iter().for_each(|snapshot| ring.push(HalfSnapshot::of(snapshot)));
    let (steps, newest) = (ring.steps(), Arc::new(weights.last().unwrap().clone()));
    let track = TimelineTrack::new(&[], &steps, newest.step, |steps| steps.iter().map(|step| *step as f64).collect());
    let ring = Arc::new(Mutex::new(ring));
    PastReader::of_marks(track.marks(), |_| Some(PastSource::Ring(1, ring.clone())), &newest)
}

/// 144 steps of training as a film of the plane: frame by frame what the window's tiles and points are at that step.
#[test]
fn a_film_of_a_timeline_is_what_the_plane_shows_at_each_step() {
    const FRAMES: u64 = 48;
    let (folder, weights) = (tempfile::tempdir().unwrap(), learning(FRAMES));
    let lattice = Lattice { cell: 0.8, column: -4, row: -4, columns: 8, rows: 7 };
    let plane = Arc::new(Plane::of_two());
    let data = small_digits();
    let points = FilmedPoints {
        split: data.test.clone(),
        images: (0..200).collect(),
        colors: (0..200).map(|image| if image % 2 == 0 { [230, 80, 60] } else { [60, 140, 230] }).collect(),
    };
    for (format, map, points) in [
        (FilmFormat::Gif, ColorMap::Grey, None),
        (FilmFormat::Apng, ColorMap::Viridis, Some(points.clone())),
        (FilmFormat::Mp4, ColorMap::Grey, None),
        (FilmFormat::Mp4, ColorMap::Magma, Some(points)),
    ] {
        let has_points = points.is_some();
        let shown = FilmedPlane::Cells { lattice, points };
        let film = TimelineFilm { plane: plane.clone(), shown, map, format, longest: 400, rate: 24 };
        let mut past = offered(&weights);
        assert_eq!(past.count() as u64, FRAMES);
        let path = folder.path().join("timeline").with_extension(format.ending());
        let frames = Mutex::new(Vec::new());
        film.write(&path, &mut past, &|| true, &|frame| frames.lock().unwrap().push(frame)).unwrap();
        assert_eq!(*frames.lock().unwrap(), (1..=FRAMES as usize).collect::<Vec<_>>(), "progress");
        let factor = enlargement(format, [224, 196], 400);
        let pictures = (0..past.count()).map(|place| {
            let snapshot = past.snapshot(place).unwrap();
            assert_eq!(snapshot.step, 3 * place as u64);
            let limits = AtlasLimits::default();
            let grid = TileGrid::decode(&mut CpuDecoder::default(), &snapshot, &plane, lattice, limits, &mut || true);
            let tiles = enlarged(&picture::tiles(&grid.unwrap(), map), factor);
            if !has_points {
                return tiles;
            }
            let frame = film.frame(&snapshot, &|| true).unwrap();
            let differ = frame.pixels().zip(tiles.pixels()).filter(|(one, other)| one != other).count();
            let squares = (factor * factor) as usize;
            assert!(
                (squares..=200 * squares).contains(&differ),
                "{differ} pixels are points at step {}",
                snapshot.step
            );
            frame
        });
        let pictures: Vec<RgbImage> = pictures.collect();
        let size: [u32; 2] = pictures[0].dimensions().into();
        assert!(pictures[0] != pictures[20] && pictures[20] != pictures[47], "it has learned");
        let decoded = match (by_ffmpeg(&path, size), format) {
            (Some(decoded), _) => decoded,
            (None, FilmFormat::Gif) => read_gif(&path).0,
            (None, FilmFormat::Apng) => read_apng(&path),
            (None, FilmFormat::Mp4) => continue,
        };
        assert_eq!(decoded.len() as u64, FRAMES, "{format:?}");
        let pairs = || pictures.iter().zip(&decoded);
        if format == FilmFormat::Mp4 {
            let worst = pairs().map(|(picture, found)| psnr(picture, found, size[0])).fold(f64::INFINITY, f64::min);
            eprintln!("{map:?}, points {has_points}: {worst:.1} dB, {} bytes", path.metadata().unwrap().len());
            assert!(worst >= 35.0, "{map:?}: {worst:.1} dB");
        } else {
            assert!(pairs().all(|(picture, found)| picture.as_raw() == found), "{format:?} {map:?}");
        }
    }
}

/// Pressed between two frames or within one: no file, and the sentence that says so.
#[test]
fn a_film_of_a_timeline_that_is_cancelled_leaves_no_file() {
    let (folder, weights) = (tempfile::tempdir().unwrap(), learning(4));
    let lattice = Lattice { cell: 1.0, column: -3, row: -3, columns: 6, rows: 6 };
    for shown in [FilmedPlane::Cells { lattice, points: None }, FilmedPlane::Square { side: 6, range: 3.0 }] {
        for format in FilmFormat::ALL {
            let plane = Arc::new(Plane::of_two());
            let film = TimelineFilm { plane, shown: shown.clone(), map: ColorMap::Grey, format, longest: 200, rate: 8 };
            let path = folder.path().join("film").with_extension(format.ending());
            let written = Mutex::new(0);
            let go_on = || *written.lock().unwrap() < 2;
            let done = |frames| *written.lock().unwrap() = frames;
            let why = film.write(&path, &mut offered(&weights), &go_on, &done).unwrap_err();
            assert_eq!((why.to_string().as_str(), *written.lock().unwrap()), ("interrupted", 2));
            assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "{format:?}");
        }
    }
}

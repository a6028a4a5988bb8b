//! The compare sheet of any two models: what there is for each, and by which likelihood it is measured.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use ReconstructionKind::{Encoder, Inversion};
use SheetColumn::{Error, Original, Reconstruction, Sample};
use latentarium::dataset::{Column, Dataset, ImageShape, Source, Split};
use latentarium::explore::compare::{
    ImageChoice, ImageDraw, ImageFigures, MOST_PINNED, MemorisedBound, ReconstructionKind, RowOrder, STRIP_IMAGES,
    SearchStart, Searched, Sheet, SheetCell, SheetChoice, SheetColumn, SheetSearch, SheetSource, sheet_csv,
};
use latentarium::explore::path::PathKind;
use latentarium::picture::{self, ColorMap, FigureStyle};
use latentarium::snapshot::{Activation, Likelihood, Network, Operation, Scratch, Snapshot};
use std::sync::Arc;

const SHAPE: ImageShape = ImageShape::grey(8, 8);
const ROWS: usize = 6;

fn data() -> Arc<Dataset> {
    static DATA: std::sync::OnceLock<Arc<Dataset>> = std::sync::OnceLock::new();
    DATA.get_or_init(|| Arc::new(made_data())).clone()
}

fn made_data() -> Dataset {
    let pixels: Vec<u8> = (0..40 * SHAPE.values()).map(|i| (i * 7 % 256) as u8).collect();
    let labels: Vec<u8> = (0..40).map(|i| i % 10).collect();
    let names: Vec<String> = (0..10).map(|class| class.to_string()).collect();
    let split = Split::of_bytes(SHAPE, pixels, vec![Column::class(labels, names)]);
    Dataset::new(Source::default(), "stripes", split.clone(), split)
}

fn linear(name: &str, inputs: usize, outputs: usize, activation: Activation) -> Operation {
    let weight: Vec<f32> = (0..inputs * outputs).map(|i| ((i * 37 % 101) as f32 / 50.0 - 1.0) * 0.05).collect();
    Operation::linear(name, 0, (weight, vec![0.0; outputs]), activation)
}

/// A model of 2 dimensions; one with a likelihood has an encoder.
fn snapshot(likelihood: Option<Likelihood>) -> Snapshot {
    let size = SHAPE.values();
    let encoder = linear("encoder", size, 4, Activation::Identity);
    Snapshot {
        step: 7,
        image: SHAPE,
        latent: 2,
        likelihood,
        decoder: Network::new(2, vec![linear("decoder", 2, size, Activation::Sigmoid)]).unwrap(),
        encoder: likelihood.map(|_| Network::new(size, vec![encoder]).unwrap()),
        critic: None,
        prior: Default::default(),
    }
}

fn bernoulli() -> Snapshot {
    snapshot(Some(Likelihood::Bernoulli))
}

fn gaussian() -> Snapshot {
    snapshot(Some(Likelihood::Gaussian { sigma: 1.0 }))
}

fn gan() -> Snapshot {
    snapshot(None)
}

fn source(models: &[&Snapshot]) -> SheetSource {
    SheetSource::new(models.iter().map(|model| Arc::new((*model).clone())).collect(), data(), ROWS, 1)
}

fn made(models: &[&Snapshot]) -> Sheet {
    source(models).sheet(None).searched(&|| true).unwrap()
}

#[test]
fn nats_are_of_the_models_own_likelihood() {
    let (bernoulli, gaussian) = (bernoulli(), gaussian());
    let made = made(&[&gaussian, &bernoulli]);
    let half_ln_tau = 0.5 * std::f64::consts::TAU.ln();
    for (row, original) in made.originals.iter().enumerate() {
        let nats = |model: usize| made.reconstruction(model, row).unwrap().figures.nats.unwrap();
        let squares: f64 = made.reconstruction(0, row).unwrap().error.iter().map(|e| f64::from(*e).powi(2)).sum();
        let expected = 0.5 * squares + original.image.len() as f64 * half_ln_tau;
        assert!((nats(0) - expected).abs() < 1e-3, "{} {expected}", nats(0));
        let image = &made.reconstruction(1, row).unwrap().image;
        let pairs = original.image.iter().zip(image).map(|(x, p)| (f64::from(*x), f64::from(*p)));
        let expected: f64 = pairs.map(|(x, p)| -x * p.ln() - (1.0 - x) * (1.0 - p).ln()).sum();
        assert!((nats(1) / expected - 1.0).abs() < 1e-3, "{} {expected}", nats(1));
    }
}

#[test]
fn every_model_has_all_columns_whether_it_encodes_or_not() {
    let (vae, other, gan) = (bernoulli(), gaussian(), gan());
    let columns = [Original, Reconstruction(0), Error(0), Reconstruction(1), Error(1)];
    for models in [[&vae, &gan], [&gan, &vae], [&gan, &gan], [&vae, &other]] {
        let made = made(&models);
        assert_eq!(made.image_columns(), columns);
        for column in columns.into_iter().chain([Sample(0), Sample(1)]) {
            assert!((0..ROWS).all(|row| made.cell(column, row).is_some()), "{column:?} is whole");
            assert_eq!(made.cell(column, ROWS), None);
        }
        for (model, snapshot) in made.models.iter().zip(models) {
            let figures = model.figures().unwrap();
            let kind = if snapshot.encoder.is_some() { Encoder } else { Inversion };
            assert_eq!((model.step(), model.kind), (7, kind));
            assert_eq!(figures.nats.is_some(), snapshot.likelihood.is_some());
            let mean = |of: fn(&ImageFigures) -> f64| {
                model.reconstructions.iter().flatten().map(|made| of(&made.figures)).sum::<f64>() / ROWS as f64
            };
            assert!((figures.squared_error - mean(|figures| figures.squared_error)).abs() < 1e-9);
            assert!((figures.psnr - mean(|figures| figures.psnr)).abs() < 1e-9);
            assert!((figures.ssim.unwrap() - mean(|figures| figures.ssim.unwrap())).abs() < 1e-9);
        }
    }
}

#[test]
fn what_is_looked_at_decodes_to_the_image_that_was_clicked() {
    let (vae, gan) = (bernoulli(), gan());
    let models = [&gan, &vae];
    let (made, mut scratch) = (made(&models), Scratch::default());
    for column in [Reconstruction(0), Reconstruction(1), Sample(0), Sample(1)] {
        let (model, latent) = made.latent(column, 2).unwrap();
        let image = models[model].decoder.evaluate(latent, 1, &mut scratch).to_vec();
        let Some(SheetCell::Image(cell)) = made.cell(column, 2) else { panic!("{column:?} is an image") };
        assert!(image.iter().zip(cell).all(|(a, b)| (a - b).abs() < 1e-5), "{column:?}");
    }
}

#[test]
fn what_inversion_finds_is_no_worse_than_what_the_same_decoder_makes_of_a_code() {
    let made = made(&[&bernoulli(), &gan()]);
    let error = |model: usize| made.models[model].figures().unwrap().squared_error;
    assert!(error(1) <= error(0) + 1e-4, "{} by inversion, {} by an encoder of the same decoder", error(1), error(0));
}

#[test]
fn the_search_goes_image_by_image_and_gives_the_same_digits_however_it_is_cut() {
    let source = source(&[&bernoulli(), &gan()]);
    let whole = source.sheet(None).searched(&|| true).unwrap();
    let (mut sheet, mut search) = (source.sheet(None), SheetSearch::default());
    assert!(
        sheet.reconstruction(1, 0).is_none() && sheet.reconstruction(0, 0).is_some(),
        "the encoder's are there at once"
    );
    for found in 1..=ROWS {
        assert!(!sheet.is_searched(Searched::Afresh));
        assert!(search.advance(&mut sheet, SearchStart::Draws, &mut || false, &mut || true));
        assert_eq!(sheet.models[1].reconstructions.iter().flatten().count(), found);
    }
    assert!(sheet.is_searched(Searched::Afresh));
    for (a, b) in sheet.models[1].reconstructions.iter().zip(&whole.models[1].reconstructions) {
        let (a, b) = (a.as_ref().unwrap(), b.as_ref().unwrap());
        assert_eq!((&a.latent, a.figures), (&b.latent, b.figures));
    }
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let alone = pool.install(|| source.sheet(None).searched(&|| true).unwrap());
    assert_eq!(csv(&alone), csv(&whole));
    assert!(source.sheet(None).searched(&|| false).is_none(), "broken off");
    let mut broken = source.sheet(None);
    assert!(!SheetSearch::default().advance(&mut broken, SearchStart::Draws, &mut || true, &mut || false));
}

#[test]
fn a_sheet_keeps_what_was_found_with_the_same_weights_and_begins_there_with_later_ones() {
    let first = source(&[&bernoulli(), &gan()]);
    let sheet = first.sheet(None).searched(&|| true).unwrap();
    // Another seed draws other samples; the closest images are the same.
    let other = SheetSource { seed: 2, ..first.clone() }.sheet(Some(&sheet));
    assert!(other.is_searched(Searched::Afresh));
    assert!(Arc::ptr_eq(other.reconstruction(1, 3).unwrap(), sheet.reconstruction(1, 3).unwrap()));
    assert_ne!(other.models[1].samples[0].image, sheet.models[1].samples[0].image);
    // One that has gone on: what stands in is its own image at the earlier place, and waits for a search.
    let mut later = gan();
    later.step += 1;
    let mut operations = later.decoder.operations().to_vec();
    operations[0].weight = operations[0].weight.iter().map(|w| w * 1.1).collect();
    later.decoder = Network::new(2, operations).unwrap();
    let later = Arc::new(later);
    let onward = SheetSource { models: vec![first.models[0].clone(), later.clone()], ..first.clone() };
    let mut next = onward.sheet(Some(&sheet));
    let (before, stands_in) = (sheet.reconstruction(1, 3).unwrap(), next.reconstruction(1, 3).unwrap().clone());
    assert_eq!(stands_in.latent, before.latent);
    assert_eq!(stands_in.image, later.decoder.evaluate(&before.latent, 1, &mut Scratch::default()));
    assert!(!next.is_searched(Searched::Onward));
    assert!(SheetSearch::default().advance(&mut next, SearchStart::Earlier, &mut || true, &mut || true));
    assert!(next.is_searched(Searched::Onward) && !next.is_searched(Searched::Afresh));
    assert!(next.reconstruction(1, 3).unwrap().figures.squared_error <= stands_in.figures.squared_error + 1e-3);
    // One of an earlier step is another training: nothing stands in.
    let reset = SheetSource { models: vec![later, first.models[1].clone()], ..first.clone() };
    assert!(reset.sheet(Some(&next)).reconstruction(0, 3).is_some());
    let again = Arc::new(Snapshot { step: 0, ..gan() });
    let again = SheetSource { models: vec![again.clone(), again], ..first };
    assert!(again.sheet(Some(&next)).reconstruction(1, 3).is_none());
}

#[test]
fn a_decoder_of_what_is_no_number_has_no_closest_image_and_the_search_ends() {
    let mut broken = gan();
    let mut operations = broken.decoder.operations().to_vec();
    operations[0].weight = operations[0].weight.iter().map(|_| f32::NAN).collect();
    broken.decoder = Network::new(2, operations).unwrap();
    let sheet = made(&[&bernoulli(), &broken]);
    assert!(sheet.is_searched(Searched::Afresh) && sheet.models[1].figures().is_none());
    assert!(csv(&sheet).lines().any(|line| line.ends_with(",B,7,inversion,,,,")), "{}", csv(&sheet));
}

fn csv(sheet: &Sheet) -> String {
    let names = ["A", "B"].map(str::to_owned);
    String::from_utf8(sheet_csv(sheet, &names, sheet.source.data.class_names()).unwrap()).unwrap()
}

#[test]
fn the_table_has_a_row_an_image_a_model() {
    let sheet = made(&[&gaussian(), &gan()]);
    let sheet = sheet.in_order(&[4, 0]);
    let text = csv(&sheet);
    let mut rows = csv::Reader::from_reader(text.as_bytes());
    assert_eq!(
        rows.headers().unwrap().iter().collect::<Vec<_>>(),
        ["index", "class", "model", "step", "kind", "mse", "psnr", "ssim", "nats"]
    );
    let rows: Vec<Vec<String>> = rows.records().map(|row| row.unwrap().iter().map(str::to_owned).collect()).collect();
    assert_eq!(rows.len(), 4);
    assert_eq!(rows[0][..5], ["4", "4", "A", "7", "encoder"].map(str::to_owned));
    assert_eq!(rows[3][..5], ["0", "0", "B", "7", "inversion"].map(str::to_owned));
    let figures = sheet.reconstruction(1, 1).unwrap().figures;
    assert_eq!(rows[3][5].parse::<f64>().unwrap(), figures.squared_error);
    assert_eq!(
        (rows[3][6].parse::<f64>().unwrap(), rows[3][7].parse::<f64>().unwrap()),
        (figures.psnr, figures.ssim.unwrap())
    );
    assert!(rows[3][8].is_empty() && !rows[0][8].is_empty(), "nats where there is a likelihood");
}

#[test]
fn a_model_without_a_likelihood_has_no_nats() {
    let plain = Snapshot { likelihood: None, ..bernoulli() };
    let figures = made(&[&plain]).models[0].figures().unwrap();
    assert!(figures.nats.is_none() && figures.squared_error > 0.0);
}

#[test]
fn images_are_drawn_by_class_or_seed_and_pinned_ones_stay() {
    let data = data();
    let each = ImageChoice::default();
    assert_eq!(each.places(&data, 6, 1), [0, 1, 2, 3, 4, 5]);
    assert_eq!(ImageChoice { class: Some(3), ..each.clone() }.places(&data, 6, 1), [3, 13, 23, 33]);
    let random = ImageChoice { draw: ImageDraw::Random, ..each.clone() };
    let drawn = random.places(&data, 6, 1);
    assert_eq!((drawn.len(), drawn.clone()), (6, random.places(&data, 6, 1)));
    assert_ne!(drawn, random.places(&data, 6, 2));
    let of_class = ImageChoice { class: Some(3), ..random }.places(&data, 9, 1);
    assert!(of_class.len() == 4 && of_class.iter().all(|index| index % 10 == 3), "{of_class:?}");
    let pinned = each.pin(30, true).pin(2, true).pin(4_000_000, true);
    assert_eq!(pinned.places(&data, 6, 1), [0, 1, 2, 3, 4, 5, 30], "each once, and none that is not there");
    assert_eq!(ImageChoice { class: Some(77), ..pinned.clone() }.places(&data, 6, 1), [30, 2]);
    assert!(!pinned.pin(30, false).is_pinned(30));
    let many = (0..50).fold(ImageChoice::default(), |images, index| images.pin(index, true));
    assert_eq!((many.pinned.len(), many.is_pinned(49), many.is_pinned(0)), (MOST_PINNED, true, false));
}

#[test]
fn rows_are_ordered_by_error_or_gap_below_those_that_are_pinned() {
    let sheet = made(&[&bernoulli(), &gan()]);
    let choice = |order| SheetChoice { order, ..SheetChoice::default() };
    assert_eq!(choice(RowOrder::Drawn).rows(&sheet), [0, 1, 2, 3, 4, 5]);
    let error = |model: usize, row: usize| sheet.reconstruction(model, row).unwrap().figures.squared_error;
    for model in 0..2 {
        let rows = choice(RowOrder::Error(model)).rows(&sheet);
        assert!(rows.windows(2).all(|pair| error(model, pair[0]) >= error(model, pair[1])), "{rows:?}");
    }
    let gap = |row: usize| (error(0, row) - error(1, row)).abs();
    let by_gap = choice(RowOrder::Gap).rows(&sheet);
    assert!(by_gap.windows(2).all(|pair| gap(pair[0]) >= gap(pair[1])), "{by_gap:?}");
    let last = by_gap[5];
    let pinned = ImageChoice::default().pin(last, true);
    let rows = SheetChoice { images: pinned, ..choice(RowOrder::Gap) }.rows(&sheet);
    assert_eq!(rows, [[last].as_slice(), &by_gap[..5]].concat());
    // What was not found yet comes last.
    let open = source(&[&bernoulli(), &gan()]).sheet(None);
    assert_eq!(choice(RowOrder::Error(1)).rows(&open), [0, 1, 2, 3, 4, 5]);
}

#[test]
fn models_interpolate_between_the_selected_image_and_the_next_pinned_one() {
    let mut sheet = made(&[&bernoulli(), &gan()]);
    let choice = SheetChoice::default();
    assert_eq!(choice.pair(&sheet, None), Some([0, 1]));
    assert_eq!(choice.pair(&sheet, Some(5)), Some([5, 0]));
    let pinned = SheetChoice { images: ImageChoice::default().pin(4, true), ..choice };
    assert_eq!(pinned.pair(&sheet, None), Some([4, 0]));
    assert_eq!(pinned.pair(&sheet, Some(2)), Some([2, 4]));
    for path in SheetChoice::PATHS {
        sheet.interpolate([2, 4], path);
        assert!(sheet.has_interpolation([2, 4], path) && !sheet.has_interpolation([4, 2], path));
        let made = sheet.interpolation.clone().unwrap();
        for (model, strip) in made.strips.iter().enumerate() {
            let strip = strip.as_ref().unwrap();
            assert_eq!(strip.images.len(), STRIP_IMAGES);
            for (row, place) in [(2, 0), (4, STRIP_IMAGES - 1)] {
                assert_eq!(strip.latents[place], sheet.reconstruction(model, row).unwrap().latent);
                assert_eq!(strip.images[place], sheet.reconstruction(model, row).unwrap().image);
            }
        }
    }
    // Where an end is not found there is no strip, and another is due when it is.
    let mut open = source(&[&bernoulli(), &gan()]).sheet(None);
    open.interpolate([0, 1], PathKind::Straight);
    assert!(
        open.interpolation.as_ref().unwrap().strips[1].is_none() && open.has_interpolation([0, 1], PathKind::Straight)
    );
    assert!(SheetSearch::default().advance(&mut open, SearchStart::Draws, &mut || true, &mut || true));
    assert!(!open.has_interpolation([0, 1], PathKind::Straight));
}

#[test]
fn samples_have_their_nearest_training_images_and_copies_are_memorised() {
    let data = data();
    let bound = Arc::new(MemorisedBound::of(&data, &mut || true).unwrap());
    // Test images are training images here: nothing is nearer than they are.
    assert!(bound.below < 1e-6 && bound.tests == 40 && bound.training() == 40);
    let mut sheet = made(&[&bernoulli(), &gan()]);
    assert!(sheet.find_nearest(&bound, &mut || true));
    for model in &sheet.models {
        for (sample, nearest) in model.samples.iter().zip(model.nearest.as_ref().unwrap().iter()) {
            let distance = |image: &[f32]| {
                let squares = image.iter().zip(&sample.image).map(|(a, b)| f64::from(a - b).powi(2));
                squares.sum::<f64>().sqrt()
            };
            let least = (0..40).map(|index| distance(&data.train.image(index))).fold(f64::INFINITY, f64::min);
            assert!((nearest.distance - least).abs() < 1e-4, "{} {least}", nearest.distance);
            assert_eq!(nearest.image, data.train.image(nearest.index));
            assert!(!nearest.is_memorised);
        }
    }
    assert!(!sheet.find_nearest(&bound, &mut || false), "broken off");
    // The same seed with the same weights keeps them.
    let again = sheet.source.sheet(Some(&sheet));
    assert!(again.models.iter().all(|model| model.nearest.is_some()) && again.bound.is_some());
}

#[test]
fn the_picture_has_what_inversion_finds() {
    let (vae, gan) = (bernoulli(), gan());
    let names = data().class_names().to_vec();
    let picture = |sheet: &Sheet| picture::compare(sheet, &names, ColorMap::Grey, &FigureStyle::default()).unwrap();
    let (open, whole) = (picture(&source(&[&vae, &gan]).sheet(None)), picture(&made(&[&vae, &gan])));
    assert_eq!(open.dimensions().0, whole.dimensions().0);
    assert_ne!(open, whole);
    assert!(picture(&made(&[&vae])).width() < whole.width());

    // All that belongs on it: nearest training images, framed where a sample is memorised, and the way between two images.
    let first = made(&[&vae, &gan]);
    assert!(first.clone().whole(&SheetChoice::default(), None, &|| false).is_none(), "broken off");
    let mut sheet = first.whole(&SheetChoice::default(), None, &|| true).unwrap();
    let drawn = picture(&sheet);
    assert!(drawn.width() > whole.width() && drawn.height() > whole.height());
    let framed = |picture: &image::RgbImage| picture.pixels().filter(|pixel| pixel.0 == [224, 122, 16]).count();
    assert_eq!(framed(&drawn), 0);
    let mut nearest = sheet.models[0].nearest.as_ref().unwrap().to_vec();
    nearest[3].is_memorised = true;
    sheet.models[0].nearest = Some(nearest.into());
    assert!(framed(&picture(&sheet)) > 100);
    // The ways stay between their images where rows are sorted.
    let sorted = sheet.in_order(&[5, 1, 0, 2]);
    assert_eq!(sorted.interpolation.as_ref().unwrap().rows, [2, 1]);
    assert!(sheet.in_order(&[5, 1]).interpolation.is_none(), "one of them is gone");
}

#[test]
fn a_choice_that_was_read_is_one_that_can_be_shown() {
    let pinned = [3, 3, 9].into_iter().chain(0..40).collect();
    let images = ImageChoice { pinned, class: Some(usize::MAX), ..ImageChoice::default() };
    let read = SheetChoice { images, order: RowOrder::Error(7), path: PathKind::Geodesic, ..SheetChoice::default() };
    let whole = read.made_whole();
    assert_eq!((whole.order, whole.path), (RowOrder::Drawn, PathKind::Straight));
    assert_eq!(whole.images.pinned, (20..40).collect::<Vec<_>>());
    assert!(whole.images.places(&data(), 5, 0).len() == 20, "no image is of that class; pinned ones stay");
    assert_eq!(whole.clone().made_whole(), whole);
}

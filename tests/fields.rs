//! Fields over the plane: sensitivity against finite differences in double precision, the aggregate posterior as a density, and
//! what the others promise.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use candle_core::{DType, Device, Tensor};
use latentarium::dataset::ImageShape;
use latentarium::explore::browse::{DataPart, ExamplePlace};
use latentarium::explore::encoded::Encoding;
use latentarium::explore::field::{
    AGGREGATE, CRITIC, DISAGREEMENT, EVIDENCE, FIELDS, FieldGrid, FieldScratch, FieldSource, OtherWeights, POSTERIOR,
    PlaneField, SENSITIVITY, UNSUPPORTED,
};
use latentarium::explore::plane::Plane;
use latentarium::explore::posterior::{PosteriorImage, PosteriorSubject};
use latentarium::explore::tiles::Lattice;
use latentarium::metrics::{Classifier, ClassifierEffort};
use latentarium::model::{Config, Model, presets};
use latentarium::random::{Purpose, normal_rows};
use latentarium::snapshot::{Activation, Network, Operation, OperationKind, Scratch, Snapshot};
use std::sync::Arc;
use std::time::Duration;

fn snapshot(preset: &str, seed: u64) -> Arc<Snapshot> {
    let shape = ImageShape::grey(28, 28);
    let mut config = Config::preset(preset).unwrap().with("seed", seed).unwrap();
    config.adapt_to(latentarium::dataset::Sample::Image(shape));
    Arc::new(Model::new(&config, shape).unwrap().snapshot(0).unwrap())
}

fn source(snapshot: Arc<Snapshot>, lattice: Lattice) -> FieldSource {
    let plane = Arc::new(Plane::random(snapshot.latent, 5));
    FieldSource { snapshot, plane, lattice, encoding: None, classifier: None, others: Arc::default(), image: None }
}

fn make(field: &PlaneField, source: &FieldSource) -> Option<FieldGrid> {
    FieldGrid::make(field, source, &mut FieldScratch::default(), &mut || true)
}

/// The network in double precision, by candle's own operations.
fn evaluate_f64(network: &Network, latent: &[f64]) -> Vec<f64> {
    let tensor = |values: &[f32], shape: &[usize]| {
        Tensor::from_slice(values, shape, &Device::Cpu).unwrap().to_dtype(DType::F64).unwrap()
    };
    let mut values = vec![Tensor::from_slice(latent, (1, latent.len()), &Device::Cpu).unwrap()];
    for operation in network.operations() {
        let Operation { kind, weight, bias, inputs, activation, .. } = operation;
        let weight = (!weight.is_empty()).then(|| tensor(weight, &kind.weight_shape()));
        let bias = (!bias.is_empty()).then(|| tensor(bias, &[bias.len()]));
        let x: Vec<&Tensor> = inputs.iter().map(|value| &values[*value]).collect();
        let out = kind.by_candle(weight.as_ref(), bias.as_ref(), &x).unwrap();
        let out = match activation {
            Activation::Identity => out,
            Activation::Relu => out.relu().unwrap(),
            Activation::LeakyRelu { slope } => (out.relu().unwrap()
                - out.neg().unwrap().relu().unwrap().affine(f64::from(*slope), 0.0).unwrap())
            .unwrap(),
            Activation::Sigmoid => (out.neg().unwrap().exp().unwrap().affine(1.0, 1.0).unwrap()).recip().unwrap(),
        };
        values.push(out);
    }
    values.last().unwrap().flatten_all().unwrap().to_vec1().unwrap()
}

/// √det(JᵀJ) along the plane, by central differences in double precision.
fn volume(source: &FieldSource, position: [f32; 2]) -> f64 {
    let plane = &source.plane;
    // The place as the field takes it: in single precision.
    let latent: Vec<f64> = plane.latent_from_plane(position).into_iter().map(f64::from).collect();
    let tangent = |direction: &[f32]| {
        let h = 1e-6;
        let moved = |h: f64| {
            let at: Vec<f64> = latent.iter().zip(direction).map(|(z, d)| z + h * f64::from(*d)).collect();
            evaluate_f64(&source.snapshot.decoder, &at)
        };
        moved(h).iter().zip(&moved(-h)).map(|(a, b)| (a - b) / (2.0 * h)).collect::<Vec<f64>>()
    };
    let (right, up) = (tangent(&plane.u), tangent(&plane.v));
    let inner = |a: &[f64], b: &[f64]| a.iter().zip(b).map(|(a, b)| a * b).sum::<f64>();
    (inner(&right, &right) * inner(&up, &up) - inner(&right, &up).powi(2)).max(0.0).sqrt()
}

#[test]
fn sensitivity_is_that_of_finite_differences_in_double_precision_for_every_decoder() {
    let mut decoders = 0;
    for preset in presets() {
        // What is fitted decodes everything to nothing before.
        if Config::preset(preset).unwrap().most_steps().is_some() {
            continue;
        }
        let lattice = Lattice { cell: 1.7, column: -1, row: -1, columns: 2, rows: 2 };
        let source = source(snapshot(preset, 3), lattice);
        // Pixels that are drawn jump from one value to the other.
        let jumps = |kind: OperationKind| {
            matches!(kind, OperationKind::AutoregressiveDraws(_) | OperationKind::RecurrentDraws(_))
        };
        if source.snapshot.decoder.operations().iter().any(|operation| jumps(operation.kind)) {
            continue;
        }
        let grid = make(&SENSITIVITY, &source).expect("a field");
        for (position, found) in lattice.middles().into_iter().zip(&grid.values.values) {
            let expected = volume(&source, position);
            let ratio = 10f64.powf(f64::from(*found)) / expected;
            assert!((ratio - 1.0).abs() < 1e-3, "{preset} at {position:?}: {ratio}");
        }
        decoders += 1;
    }
    assert!(decoders >= 12, "{decoders}");
}

/// Posteriors of any width about any place, of two dimensions.
fn encoding(count: usize, deviation: f32) -> Arc<Encoding> {
    let log_variance = 2.0 * deviation.ln();
    Arc::new(Encoding {
        step: 7,
        latent: 2,
        mean: normal_rows(1, Purpose::Sample, 0, count, 2),
        log_variance: (0..2 * count).map(|place| log_variance - 0.2 * (place % 3) as f32).collect(),
        kl_per_dimension: vec![0.0; 2],
        images: (0..count as u32).collect(),
        labels: vec![0; count],
        took: Duration::ZERO,
    })
}

/// A lattice of cells over `−half` to `half`.
fn square(half: f32, cells: usize) -> Lattice {
    let first = -(cells as i64) / 2;
    Lattice { cell: 2.0 * half / cells as f32, column: first, row: first, columns: cells, rows: cells }
}

#[test]
fn the_aggregate_posterior_integrates_to_one_however_narrow_its_parts_are() {
    for deviation in [1e-4, 0.03, 0.4] {
        for turn in [0.0f32, 0.6] {
            let lattice = square(7.0, 64);
            let plane = Plane {
                origin: vec![0.0; 2],
                u: vec![turn.cos(), turn.sin()],
                v: vec![-turn.sin(), turn.cos()],
                ..Plane::of_two()
            };
            let source = FieldSource {
                encoding: Some(encoding(3000, deviation)),
                plane: Arc::new(plane),
                ..source(snapshot("vae-dense", 0), lattice)
            };
            let grid = make(&AGGREGATE, &source).expect("a field");
            assert_eq!(grid.step, 7, "of the encoding");
            let area = f64::from(lattice.cell) * f64::from(lattice.cell);
            let mass: f64 =
                grid.values.values.iter().filter(|v| v.is_finite()).map(|v| f64::from(*v).exp() * area).sum();
            assert!((mass - 1.0).abs() < 0.01, "σ {deviation}, turned by {turn}: {mass}");
        }
    }
}

#[test]
fn where_one_percent_of_the_encodings_live_is_unsupported_and_no_more() {
    let encoding = encoding(20_000, 0.05);
    let source = FieldSource { encoding: Some(encoding.clone()), ..source(snapshot("vae-dense", 0), square(6.0, 64)) };
    let grid = make(&UNSUPPORTED, &source).expect("a field");
    let outside = encoding.mean.chunks_exact(2).filter(|z| grid.value_at([z[0], z[1]]).is_none_or(|value| value < 0.0));
    let share = outside.count() as f64 / 20_000.0;
    // Cells are coarser than the level's own.
    assert!((0.003..0.03).contains(&share), "{share}");
    // Of a standard normal 99 % lie within √(2 ln 100) = 3.03: within three deviations next to nothing is outside but gaps.
    let figure = grid.values.figures.iter().find(|figure| figure.name == "unsupported").unwrap().value;
    assert!(figure < 0.2, "{figure}");
    assert!(grid.value_at([5.0, 5.0]).is_none_or(|value| value < 0.0));
    assert!(grid.value_at([0.0, 0.0]).is_some_and(|value| value > 0.0));
}

#[test]
fn the_critic_says_what_it_says_of_the_decoded_image() {
    for preset in ["gan-dense", "dcgan", "wgan-gp"] {
        let source = source(snapshot(preset, 2), square(2.0, 4));
        let grid = make(&CRITIC, &source).expect("a critic");
        let critic = source.snapshot.critic.as_ref().unwrap();
        for (place, position) in source.lattice.middles().into_iter().enumerate() {
            let latent = source.plane.latent_from_plane(position);
            let image = source.snapshot.decoder.evaluate(&latent, 1, &mut Scratch::default()).to_vec();
            let logit = critic.network.evaluate(&image, 1, &mut Scratch::default())[0];
            let expected = if preset == "wgan-gp" { logit } else { 1.0 / (1.0 + (-logit).exp()) };
            assert!((grid.values.values[place] - expected).abs() < 1e-5, "{preset}");
        }
    }
    assert!(make(&CRITIC, &source(snapshot("vae-dense", 0), square(2.0, 4))).is_none());
}

#[test]
fn decoders_disagree_by_their_deviation_and_one_alone_does_not() {
    let alone = source(snapshot("vae-dense", 0), square(2.0, 4));
    assert!(make(&DISAGREEMENT, &alone).is_none());
    let same = FieldSource { others: Arc::from([OtherWeights::Whole(alone.snapshot.clone())]), ..alone.clone() };
    assert!(make(&DISAGREEMENT, &same).unwrap().values.values.iter().all(|value| *value < 1e-4));
    let other = snapshot("vae-dense", 1);
    let both = FieldSource { others: Arc::from([OtherWeights::Whole(other.clone())]), ..alone.clone() };
    let grid = make(&DISAGREEMENT, &both).unwrap();
    let latent = alone.plane.latent_from_plane(alone.lattice.middles()[3]);
    let [a, b] = [&alone.snapshot, &other].map(|s| s.decoder.evaluate(&latent, 1, &mut Scratch::default()).to_vec());
    let expected = (a.iter().zip(&b).map(|(a, b)| (0.5 * (a - b)).powi(2)).sum::<f32>() / a.len() as f32).sqrt();
    assert!((grid.values.values[3] - expected).abs() < 1e-5);
}

#[test]
fn a_field_stops_when_told_and_knows_its_places() {
    for field in FIELDS {
        let source =
            FieldSource { encoding: Some(encoding(900, 0.1)), ..source(snapshot("gan-dense", 0), square(2.0, 16)) };
        let image = Some(PosteriorImage { subject: PosteriorSubject::Drawing, image: vec![0.5; 784].into() });
        let source = FieldSource { image, ..source };
        let stopped = FieldGrid::make(field, &source, &mut FieldScratch::default(), &mut || false);
        assert!(stopped.is_none(), "{}", field.id);
    }
    let grid = make(&SENSITIVITY, &source(snapshot("gan-dense", 0), square(2.0, 4))).unwrap();
    for (place, position) in grid.lattice.middles().into_iter().enumerate() {
        assert_eq!(grid.place_at(position), Some(place));
    }
    assert_eq!((grid.place_at([2.1, 0.0]), grid.place_at([0.0, -2.1])), (None, None));
}

/// The class network on MNIST, where it is at hand: on the whole of it in the long version, else for a fourth of its steps.
#[test]
fn the_class_network_is_right_about_98_of_100_digits() {
    let Some(folder) = std::env::var_os("LATENTARIUM_DATA") else {
        return eprintln!("skipped: LATENTARIUM_DATA names no folder with MNIST");
    };
    let source = latentarium::dataset::Source::parse(&std::path::Path::new(&folder).join("mnist").to_string_lossy());
    let data = latentarium::dataset::load(&source, &latentarium::dataset::Progress::default()).unwrap();
    let whole = ClassifierEffort::THOROUGH;
    let is_long = std::env::var_os("LATENTARIUM_LONG").is_some();
    let (effort, least) = if is_long {
        (whole, 0.98)
    } else {
        (ClassifierEffort { steps: whole.steps / 4, examined: 2000, ..whole }, 0.96)
    };
    let classifier = Classifier::train(&data, effort, &mut || true).unwrap().expect("classes");
    assert!(classifier.accuracy >= least, "{}", classifier.accuracy);
}

#[test]
fn the_posterior_of_an_image_sums_to_one_and_its_figures_are_those_of_the_integration() {
    let vae = snapshot("vae-dense", 4);
    let latent = [0.4, -0.7];
    let image: Arc<[f32]> = vae.decoder.evaluate(&latent, 1, &mut Scratch::default()).into();
    let subject = PosteriorSubject::Example(ExamplePlace { part: DataPart::Test, index: 8 });
    let about = |image: &Arc<[f32]>| Some(PosteriorImage { subject, image: image.clone() });
    let source = FieldSource { image: about(&image), ..source(vae.clone(), square(6.0, 96)) };
    let grid = make(&POSTERIOR, &source).expect("a field");
    let area = f64::from(source.lattice.cell).powi(2);
    let mass: f64 = grid.values.values.iter().map(|density| f64::from(*density) * area).sum();
    assert!((mass - 1.0).abs() < 1e-3, "{mass}");
    assert_eq!(grid.values.subject(), Some(subject));
    let evidence = make(&EVIDENCE, &source).expect("figures");
    let figure = |name: &str| evidence.values.figures.iter().find(|figure| figure.name == name).unwrap().value;
    let integrated = latentarium::metrics::grid(
        &latentarium::metrics::VaeDensity::new(&vae).unwrap(),
        &image,
        latentarium::metrics::Fineness::default(),
        &|_| true,
    );
    assert!((figure("log_p") - integrated.unwrap()[0].log_p).abs() < 0.01, "{:?}", evidence.values.figures);
    assert!(figure("gap") > -0.01);
    assert!(make(&POSTERIOR, &FieldSource { image: None, ..source.clone() }).is_none());

    // One table serves every image: the second one costs a product.
    let mut scratch = FieldScratch::default();
    let mut asked = 0;
    let mut make = |image: &Arc<[f32]>| {
        let mut go_on = || {
            asked += 1;
            true
        };
        let source = FieldSource { image: about(image), ..source.clone() };
        let made = FieldGrid::make(&POSTERIOR, &source, &mut scratch, &mut go_on).unwrap();
        (made, std::mem::take(&mut asked))
    };
    let (first, decoded) = make(&image);
    let black: Arc<[f32]> = vec![0.0; image.len()].into();
    let (second, again) = make(&black);
    assert!(decoded > 10 && again == 0, "{decoded}, {again}");
    assert!(first.values.values == grid.values.values && second.values.values != first.values.values);
    // Whoever has one grid has the other image's of it, to the bit.
    let table = first.values.table.upgrade().expect("the places are kept");
    let at_once = table.grid(&about(&black).unwrap()).unwrap();
    assert!(at_once.id != second.id && (at_once.step, at_once.lattice) == (second.step, second.lattice));
    let bits = |grid: &FieldGrid| grid.values.values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
    assert_eq!(bits(&at_once), bits(&second));
    assert_eq!((at_once.values.range, &at_once.values.figures), (second.values.range, &second.values.figures));
    // They are kept by the scratch alone, not by what was made of them.
    drop((table, scratch));
    assert!(second.values.table.upgrade().is_none());

    // Of a generator it is under normal pixels, and says so.
    let gan = FieldSource { image: about(&image), ..self::source(snapshot("gan-dense", 4), square(6.0, 32)) };
    let grid = self::make(&POSTERIOR, &gan).expect("a field");
    assert_eq!(grid.values.figures[0].name, "pixel_sigma");
    assert!(self::make(&EVIDENCE, &gan).is_none());
    // On a plane of more dimensions figures are named as the plane's.
    let mut config = Config::preset("vae-dense").unwrap().with("latent", 5usize).unwrap();
    config.adapt_to(latentarium::dataset::Sample::Image(ImageShape::grey(28, 28)));
    let five = Arc::new(Model::new(&config, ImageShape::grey(28, 28)).unwrap().snapshot(0).unwrap());
    let slice = FieldSource { image: about(&image), ..self::source(five, square(6.0, 16)) };
    let names = self::make(&EVIDENCE, &slice).expect("figures").values.figures;
    assert_eq!(names.iter().map(|figure| figure.name).collect::<Vec<_>>(), ["log_p_slice", "elbo_slice", "gap_slice"]);
}

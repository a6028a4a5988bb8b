//! The figures that models are compared by: against other implementations on the same arrays (`tests/data/made/figures.py`), and
//! what they say of models of which it is known how good they are.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod common;

use common::{is_long, small_digits};
use latentarium::dataset::{Cells, Column, ColumnValues, Dataset, ImageShape, Split};
use latentarium::explore::compare::{FigureProtocol, FigureReference, FigureStage, ModelFigures};
use latentarium::metrics::images::{psnr, squared_error, ssim};
use latentarium::metrics::samples::{
    FeatureKind, FeatureMoments, FeatureSet, FrechetReference, Kernel, KernelReference, Manifold, Neighbourhoods,
    Resamples, kernel_distance, nearest_images, pairwise_distance, quantile,
};
use latentarium::metrics::{ClassifierEffort, FIGURES, FigureId, FigureSubject};
use latentarium::random::{Purpose, normal_rows};
use latentarium::snapshot::{Activation, Likelihood, Network, Operation, Snapshot};
use serde_json::Value;
use std::path::Path;

/// Knuth's 64-bit linear congruential generator; the upper 24 bits.
struct Draws(u64);

impl Draws {
    fn next(&mut self) -> f64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 40) as f64
    }
}

fn expected() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/made/figures.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn numbers(value: &Value) -> Vec<usize> {
    value.as_array().unwrap().iter().map(|number| number.as_u64().unwrap() as usize).collect()
}

/// `rows` of `figures.py`.
fn rows(seed: u64, count: usize, width: usize, shift: f64) -> FeatureSet {
    let mut draws = Draws(seed);
    let mut values = Vec::new();
    for _ in 0..count {
        let mut before = draws.next();
        for _ in 0..width {
            let own = draws.next();
            values.push(((own + before) / 2f64.powi(23) + shift) as f32);
            before = own;
        }
    }
    FeatureSet::new(values, width)
}

fn assert_near(what: &str, found: f64, expected: &Value) {
    let expected = expected.as_f64().unwrap();
    assert!((found - expected).abs() <= 1e-3 * expected.abs().max(1e-3), "{what}: {found}, elsewhere {expected}");
}

#[test]
fn psnr_and_ssim_are_those_of_scikit_image() {
    for case in expected()["images"].as_array().unwrap() {
        let shape = numbers(&case["shape"]);
        let shape = ImageShape { channels: shape[0], height: shape[1], width: shape[2] };
        let mut draws = Draws(case["seed"].as_u64().unwrap());
        let pair = |_| (draws.next(), draws.next());
        let pairs: Vec<(f64, f64)> = (0..shape.values()).map(pair).collect();
        let original: Vec<f32> = pairs.iter().map(|(x, _)| (x / 2f64.powi(24)) as f32).collect();
        let image: Vec<f32> = pairs.iter().map(|(x, y)| ((3.0 * x + y) / 2f64.powi(26)) as f32).collect();
        assert_near("mse", squared_error(&original, &image), &case["mse"]);
        assert_near("psnr", psnr(&original, &image), &case["psnr"]);
        assert_near("ssim", ssim(shape, &original, &image).unwrap(), &case["ssim"]);
    }
}

#[test]
fn figures_of_sets_are_those_of_scipy_scikit_learn_and_prdc() {
    for case in expected()["sets"].as_array().unwrap() {
        let (seeds, counts) = (numbers(&case["seeds"]), numbers(&case["counts"]));
        let width = case["width"].as_u64().unwrap() as usize;
        let real = rows(seeds[0] as u64, counts[0], width, 0.0);
        let fake = rows(seeds[1] as u64, counts[1], width, case["shift"].as_f64().unwrap());
        let moments = |set: &FeatureSet| FeatureMoments::of(set, std::iter::repeat(1.0)).unwrap();
        let reference = FrechetReference::new(moments(&real)).unwrap();
        assert_near("frechet", reference.distance(&moments(&fake)).unwrap(), &case["frechet"]);
        let resamples = |set: &FeatureSet| Resamples::new(set.count(), 0);
        let kernel = KernelReference::new(Kernel::Cubic, real.clone(), resamples(&real));
        assert_near("kernel distance", kernel_distance(&kernel, &fake, &resamples(&fake))[0], &case["kernel_distance"]);
        assert_near("pairwise distance", pairwise_distance(&fake, &resamples(&fake))[0], &case["pairwise_distance"]);
        let split = Split::new(
            latentarium::dataset::Sample::Image(ImageShape::grey(1, width)),
            std::sync::Arc::new(latentarium::dataset::InMemory::new(real.values(), width)),
            Vec::new(),
        );
        let places: Vec<usize> = (0..real.count()).collect();
        let nearest = nearest_images(&fake, &split, &places, &mut |_| true).unwrap();
        let distances = || nearest.iter().map(|nearest| nearest.distance);
        assert_near("nearest", distances().sum::<f64>() / fake.count() as f64, &case["nearest_mean"]);
        assert_near("quantile", quantile(distances(), 0.01).unwrap(), &case["nearest_quantile"]);
        let [real, fake] = [real, fake].map(|set| Manifold::new(set, 5).unwrap());
        let found = Neighbourhoods::of(&real, &fake, 5);
        let mean = |values: Vec<f64>| values.iter().sum::<f64>() / values.len() as f64;
        assert_near("precision", mean(found.precision()), &case["precision"]);
        assert_near("recall", mean(found.recall()), &case["recall"]);
        assert_near("density", mean(found.density()), &case["density"]);
        assert_near("coverage", mean(found.coverage()), &case["coverage"]);
    }
}

/// The example that prdc publishes, four times with other draws: from one draw to the next its figures differ by 1 to 6 of 100.
#[test]
fn the_example_that_prdc_publishes_comes_out() {
    if !is_long() {
        println!("skipped: twelve products of 10 000 by 10 000 (LATENTARIUM_LONG=1)");
        return;
    }
    const DRAWS: u64 = 4;
    let published = &expected()["published"];
    let size = |field: &str| published[field].as_u64().unwrap() as usize;
    let (count, width, neighbours) = (size("count"), size("width"), size("neighbours"));
    let mut sums = [0.0; 4];
    for draw in 0..DRAWS {
        let set = |step| FeatureSet::new(normal_rows(draw, Purpose::Sample, step, count, width), width);
        let [real, fake] = [0, 1].map(|step| Manifold::new(set(step), neighbours).unwrap());
        let found = Neighbourhoods::of(&real, &fake, neighbours);
        let mean = |values: Vec<f64>| values.iter().sum::<f64>() / values.len() as f64;
        let figures = [found.precision(), found.recall(), found.density(), found.coverage()].map(mean);
        println!("{figures:?}");
        sums.iter_mut().zip(figures).for_each(|(sum, figure)| *sum += figure / DRAWS as f64);
    }
    for (name, mean) in ["precision", "recall", "density", "coverage"].into_iter().zip(sums) {
        let of = |field: &str| published["drawn"][name][field].as_f64().unwrap();
        // Three standard errors of the difference of a mean of four and one of eight; the published draw is one more.
        let near = 3.0 * of("deviation") * (1.0 / 4.0 + 1.0 / 8.0f64).sqrt();
        assert!((mean - of("mean")).abs() < near, "{name}: {mean}, prdc {} ± {near}", of("mean"));
        assert!((mean - published[name].as_f64().unwrap()).abs() < 3.5 * of("deviation"), "{name}: {mean}");
    }
}

const EFFORT: ClassifierEffort = ClassifierEffort { hidden: 48, steps: 300, learning_rate: 1e-2, examined: 256 };
const PROTOCOL: FigureProtocol = FigureProtocol { images: 200, seed: 5, effort: EFFORT };

fn reference(data: &Dataset) -> FigureReference {
    FigureReference::new(data, PROTOCOL, &mut |_| true).unwrap().unwrap()
}

fn on_threads<T: Send>(threads: usize, work: impl FnOnce() -> T + Send) -> T {
    rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(work)
}

/// A model of two dimensions whose weights nobody trained, with an encoder where it has a likelihood.
fn untrained(likelihood: Option<Likelihood>) -> Snapshot {
    let shape = ImageShape::grey(28, 28);
    let size = shape.values();
    let linear = |name: &str, inputs: usize, outputs: usize, activation: Activation| {
        let weight: Vec<f32> = (0..inputs * outputs).map(|i| ((i * 37 % 101) as f32 / 50.0 - 1.0) * 0.5).collect();
        Operation::linear(name, 0, (weight, vec![0.0; outputs]), activation)
    };
    let encoder = linear("encoder", size, 4, Activation::Identity);
    Snapshot {
        step: 7,
        image: shape,
        latent: 2,
        likelihood,
        decoder: Network::new(2, vec![linear("decoder", 2, size, Activation::Sigmoid)]).unwrap(),
        encoder: likelihood.map(|_| Network::new(size, vec![encoder]).unwrap()),
        critic: None,
        prior: Default::default(),
    }
}

fn value(figures: &ModelFigures, id: FigureId) -> f64 {
    figures.get(id).unwrap_or_else(|| panic!("{id:?}: {figures:?}")).value
}

#[test]
fn the_floor_is_that_of_real_images_and_an_untrained_model_is_far_from_it() {
    let data = small_digits();
    let reference = reference(&data);
    let floor = |id: FigureId| reference.floor.estimates[&id].value;
    assert_eq!((reference.count, reference.training), (200, 1024));
    assert!(matches!(reference.kind(), FeatureKind::Classes { accuracy } if accuracy > 0.8), "{:?}", reference.kind());
    assert!(floor(FigureId::Precision) > 0.5 && floor(FigureId::Coverage) > 0.7, "{:?}", reference.floor);
    assert_eq!(floor(FigureId::Memorised), 0.01, "one of a hundred, by the rule");
    assert!((1.5..=10f64.ln()).contains(&floor(FigureId::ClassEntropy)), "{:?}", reference.floor);
    let figures = reference.figures(&untrained(None), &data, &mut |_| true).unwrap();
    assert!(figures.reconstructions.is_empty() && !figures.fitted && figures.step == 7);
    assert!(value(&figures, FigureId::Frechet) > 2.0 * floor(FigureId::Frechet), "{figures:?}");
    assert!(value(&figures, FigureId::KernelDistance) > floor(FigureId::KernelDistance).abs(), "{figures:?}");
    assert!(value(&figures, FigureId::Coverage) < floor(FigureId::Coverage), "{figures:?}");
}

#[test]
fn a_model_that_copies_one_training_image_is_caught() {
    let data = small_digits();
    let reference = reference(&data);
    let mut copying = untrained(None);
    let (size, image) = (copying.image.values(), data.train.image(3));
    let decoder = Operation::linear("decoder", 0, (vec![0.0; 2 * size], image), Activation::Identity);
    copying.decoder = Network::new(2, vec![decoder]).unwrap();
    let figures = reference.figures(&copying, &data, &mut |_| true).unwrap();
    assert_eq!(value(&figures, FigureId::Memorised), 1.0);
    assert_eq!(value(&figures, FigureId::ClassEntropy), 0.0);
    assert!(value(&figures, FigureId::Recall) < 0.05 && value(&figures, FigureId::Coverage) < 0.1, "{figures:?}");
    assert!(value(&figures, FigureId::PairwiseDistance) < 0.05, "{figures:?}");
    let frechet = figures.get(FigureId::Frechet).unwrap();
    assert!(frechet.value.is_finite() && frechet.half_width.is_finite(), "{frechet:?}");
}

#[test]
fn the_same_digits_come_out_again_on_any_number_of_threads() {
    let data = small_digits();
    let vae = untrained(Some(Likelihood::Bernoulli));
    let all = |threads: usize| {
        on_threads(threads, || {
            let reference = reference(&data);
            let figures = reference.figures(&vae, &data, &mut |_| true).unwrap();
            (reference.memorised_below.to_bits(), reference.floor.clone(), figures)
        })
    };
    let first = all(1);
    for id in [FigureId::SquaredError, FigureId::Psnr, FigureId::Ssim, FigureId::Nats] {
        assert!(first.2.reconstructions.contains_key(&id), "{id:?}");
    }
    assert_eq!(all(3), first);
}

#[test]
fn data_without_classes_is_compared_in_an_autoencoders_code() {
    let labelled = small_digits();
    let plain = |split: &Split| Split::of_bytes(split.shape(), split.rows().bytes().unwrap(), Vec::new());
    let data = Dataset::new(labelled.source.clone(), "plain", plain(&labelled.train), plain(&labelled.test));
    let reference = reference(&data);
    assert!(
        matches!(reference.kind(), FeatureKind::Autoencoder { squared_error } if squared_error < 0.06),
        "{:?}",
        reference.kind()
    );
    assert_eq!(reference.width(), 64);
    let figures = reference.figures(&untrained(None), &data, &mut |_| true).unwrap();
    assert!(figures.get(FigureId::ClassEntropy).is_none() && figures.samples.class_share.is_empty());
    assert!(value(&figures, FigureId::Frechet) > reference.floor.estimates[&FigureId::Frechet].value);
}

/// What is of an encoder is there where a model has one, and what is of factors where the data has two.
#[test]
fn encoders_have_figures_and_those_of_factors_need_factors() {
    let labelled = small_digits();
    let factors = |split: &Split| {
        let ink: Vec<f32> = (0..split.count()).map(|at| split.image(at).iter().sum::<f32>().round() / 16.0).collect();
        let ink = Column { name: "ink".to_owned(), values: ColumnValues::Number(Cells::Listed(ink.into())) };
        let columns = split.columns().iter().cloned().chain([ink]).collect();
        Split::of_bytes(split.shape(), split.rows().bytes().unwrap(), columns)
    };
    let data = Dataset::new(labelled.source.clone(), "inked", factors(&labelled.train), factors(&labelled.test));
    let reference = reference(&data);
    assert_eq!(reference.factors.iter().map(|factor| factor.name.as_str()).collect::<Vec<_>>(), ["class", "ink"]);
    let vae = untrained(Some(Likelihood::Bernoulli));
    let of = |subject: FigureSubject| FIGURES.iter().filter(move |figure| figure.subject == subject);
    let figures = reference.figures(&vae, &data, &mut |_| true).unwrap();
    for figure in of(FigureSubject::Encoder).chain(of(FigureSubject::Factors)) {
        let estimate = figures.get(figure.id).unwrap_or_else(|| panic!("{}", figure.key));
        let [low, high] = estimate.interval(figure.range);
        assert!(low <= estimate.value && estimate.value <= high, "{}: {estimate:?} out of its range", figure.key);
    }
    assert!(value(&figures, FigureId::MutualInformation) <= (reference.count as f64).ln());
    assert!(value(&figures, FigureId::Rate) > 0.0 && value(&figures, FigureId::Distortion) > 0.0);
    let none = reference.figures(&untrained(None), &data, &mut |_| true).unwrap();
    assert!(none.encoder.is_empty(), "no encoder");
    // An encoder that gives points: it has no prior, but codes.
    let mut points = vae.clone();
    let (size, weight) = (points.image.values(), points.encoder.as_ref().unwrap().operations()[0].weight.clone());
    let mut weight = weight.to_vec();
    weight[2 * size..].fill(0.0);
    let encoder = Operation::linear("encoder", 0, (weight, vec![0.0, 0.0, -30.0, -30.0]), Activation::Identity);
    points.encoder = Some(Network::new(size, vec![encoder]).unwrap());
    let points = reference.figures(&points, &data, &mut |_| true).unwrap();
    assert!(points.fitted && of(FigureSubject::Encoder).all(|figure| points.get(figure.id).is_none()));
    assert_eq!(
        points.get(FigureId::MutualInformationGap),
        figures.get(FigureId::MutualInformationGap),
        "the same codes"
    );
    let class_alone = self::reference(&labelled).figures(&vae, &labelled, &mut |_| true).unwrap();
    assert!(of(FigureSubject::Factors).all(|figure| class_alone.get(figure.id).is_none()));
}

#[test]
fn it_ends_where_it_is_not_to_go_on() {
    let data = small_digits();
    for stage in [FigureStage::Learning, FigureStage::Features, FigureStage::Nearest] {
        let ended = FigureReference::new(&data, PROTOCOL, &mut |progress| progress.stage != stage).unwrap();
        assert!(ended.is_none(), "{stage:?}");
    }
}

//! The figures of encoders against other implementations on the same arrays (`tests/data/made/encoders.py`), and what they say of
//! codes of which it is known how good they are.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

use latentarium::dataset::{Cells, Column, ColumnValues, ImageShape, Split};
use latentarium::metrics::DrawnPosteriors;
use latentarium::metrics::disentanglement::{
    CodeTable, Factor, FactorVotes, dci, dci_of_importance, factor_vae_score, mutual_information_gap,
    separated_attribute_predictability,
};
use latentarium::metrics::samples::{FeatureSet, Kernel, KernelReference, Resamples, kernel_distance};
use serde_json::Value;
use std::path::Path;
use std::sync::Arc;

/// Knuth's 64-bit linear congruential generator; the upper 24 bits.
struct Draws(u64);

impl Draws {
    fn next(&mut self) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 40) as usize
    }
}

fn expected() -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/made/encoders.json");
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn assert_near(what: &str, found: f64, expected: &Value) {
    let expected = expected.as_f64().unwrap();
    assert!((found - expected).abs() <= 1e-3 * expected.abs().max(1e-3), "{what}: {found}, elsewhere {expected}");
}

const LATENT: usize = 5;

/// `table` of `encoders.py`: codes `[count, 5]`, and factors.
fn table(seed: u64, count: usize) -> (Vec<f32>, Vec<Factor>) {
    let mut draws = Draws(seed);
    let (mut codes, mut shapes, mut scales, mut places) = (vec![], vec![], vec![], vec![]);
    for _ in 0..count {
        let (shape, scale, x) = (draws.next() % 3, draws.next() % 6, draws.next() % 32);
        let noise: [f64; 4] = std::array::from_fn(|_| draws.next() as f64 / 2f64.powi(24));
        let (scale, x) = (scale as f64, x as f64);
        let shaped = if shape == 1 { 1.5 } else { 0.0 };
        let code = [
            x / 16.0 + noise[0] / 4.0,
            scale / 4.0 + x / 64.0 + noise[1] / 2.0,
            shaped + noise[2] + scale / 16.0,
            noise[3],
            0.25,
        ];
        codes.extend(code.map(|value| value as f32));
        shapes.push(shape);
        scales.push(scale / 8.0);
        places.push(x / 32.0);
    }
    let factors =
        vec![Factor::of_classes("shape", shapes), Factor::of_numbers("scale", scales), Factor::of_numbers("x", places)];
    (codes, factors)
}

fn matrix(value: &Value) -> Vec<Vec<f64>> {
    let row = |row: &Value| row.as_array().unwrap().iter().map(|value| value.as_f64().unwrap()).collect();
    value.as_array().unwrap().iter().map(row).collect()
}

fn size(value: &Value) -> usize {
    value.as_u64().unwrap() as usize
}

#[test]
fn figures_of_factors_are_those_of_scikit_learn_and_disentanglement_lib() {
    for case in expected()["tables"].as_array().unwrap() {
        let (seed, count) = (case["seed"].as_u64().unwrap(), size(&case["count"]));
        let (codes, factors) = table(seed, count);
        let codes = CodeTable::new(LATENT, &codes);
        let examples: Vec<usize> = (0..count).collect();
        assert_near("MIG", mutual_information_gap(&codes, &factors, &examples).unwrap(), &case["mig"]);
        assert_near("SAP", separated_attribute_predictability(&codes, &factors, &examples).unwrap(), &case["sap"]);
        let found = dci(&codes, &factors, &examples).unwrap();
        assert_near("D", found.disentanglement, &case["dci"]["disentanglement"]);
        assert_near("C", found.completeness, &case["dci"]["completeness"]);
        assert_near("I", found.informativeness, &case["dci"]["informativeness"]);
        let [d, c] = dci_of_importance(&matrix(&case["dci"]["importance"])).unwrap();
        assert_near("D of the matrix", d, &case["dci"]["disentanglement"]);
        assert_near("C of the matrix", c, &case["dci"]["completeness"]);
        // The votes of `encoders.py`: the same places.
        let (voters, mut draws) = (FactorVotes::new(&codes, &examples), Draws(seed + 50));
        let votes: Vec<(usize, usize)> = (0..600)
            .map(|_| {
                let (factor, example) = (draws.next() % 3, draws.next() % count);
                let levels = &factors[factor].levels;
                let group: Vec<usize> = (0..count).filter(|place| levels[*place] == levels[example]).collect();
                let places: Vec<usize> = (0..4).map(|_| group[draws.next() % group.len()]).collect();
                (factor, voters.vote(&places).unwrap())
            })
            .collect();
        assert_near("FactorVAE", FactorVotes::majority(&votes[..400], &votes[400..]).unwrap(), &case["factor_vae"]);
    }
}

#[test]
fn disentanglement_and_completeness_of_given_matrices_are_those_of_disentanglement_lib() {
    for case in expected()["matrices"].as_array().unwrap() {
        let [d, c] = dci_of_importance(&matrix(&case["importance"])).unwrap();
        assert!((d - case["disentanglement"].as_f64().unwrap()).abs() < 1e-6, "{d}: {case}");
        assert!((c - case["completeness"].as_f64().unwrap()).abs() < 1e-6, "{c}: {case}");
    }
}

#[test]
fn mutual_information_and_the_distance_from_the_prior_are_those_of_scipy() {
    for case in expected()["posteriors"].as_array().unwrap() {
        let (seed, count) = (case["seed"].as_u64().unwrap(), size(&case["count"]));
        let (rows, others) = (table(seed, count).0, table(seed + 20, count).0);
        let of = |function: fn(f64, f64) -> f64, shift: usize| -> Vec<f32> {
            let pairs = rows.chunks(LATENT).zip(others.chunks(LATENT));
            let values =
                pairs.flat_map(|(row, other)| (0..3).map(|at| (row[at], other[at + shift])).collect::<Vec<_>>());
            values.map(|(row, other)| function(f64::from(row), f64::from(other)) as f32).collect()
        };
        let mean = of(|row, _| 3.0 * row, 0);
        let log_variance = of(|_, other| -1.0 - other, 0);
        let draws = of(|row, other| 3.0 * row + other - 0.5, 1);
        let posteriors = DrawnPosteriors::new(3, &mean, &log_variance, &draws);
        let terms = posteriors.information(&mut |_| true).unwrap();
        let information = terms.iter().sum::<f64>() / count as f64;
        assert_near("I(x; z)", information, &case["mutual_information"]);
        assert!(terms.iter().all(|term| *term <= (count as f64).ln() + 1e-9));
        assert!(posteriors.information(&mut |_| false).is_none());
        let resamples = Resamples::new(count, 0);
        let prior =
            KernelReference::new(Kernel::InverseMultiquadratic, FeatureSet::new(mean.clone(), 3), resamples.clone());
        let distance = kernel_distance(&prior, &FeatureSet::new(draws.clone(), 3), &resamples)[0];
        assert_near("distance from the prior", distance, &case["prior_mmd"]);
    }
}

/// Codes that are the factors themselves, one dimension each, and codes that are turned by 45°.
#[test]
fn codes_that_are_the_factors_are_told_from_codes_that_mix_them() {
    let (count, mut draws) = (2000, Draws(9));
    let pairs: Vec<[usize; 2]> = (0..count).map(|_| [draws.next() % 20, draws.next() % 20]).collect();
    let number = |place: usize| pairs.iter().map(|pair| pair[place] as f64).collect();
    let factors = vec![Factor::of_numbers("a", number(0)), Factor::of_numbers("b", number(1))];
    let examples: Vec<usize> = (0..count).collect();
    let codes = |turned: bool| {
        let code = |[a, b]: &[usize; 2]| {
            let (a, b) = (*a as f32, *b as f32);
            if turned { [a + b, a - b] } else { [a, b] }
        };
        CodeTable::new(2, &pairs.iter().flat_map(code).collect::<Vec<f32>>())
    };
    let figures = |codes: &CodeTable| {
        let dci = dci(codes, &factors, &examples).unwrap();
        [
            mutual_information_gap(codes, &factors, &examples).unwrap(),
            separated_attribute_predictability(codes, &factors, &examples).unwrap(),
            dci.disentanglement,
            dci.completeness,
            factor_vae_score(codes, &factors, &examples, 3).unwrap(),
        ]
    };
    let (apart, mixed) = (figures(&codes(false)), figures(&codes(true)));
    assert!(apart.iter().all(|figure| *figure > 0.93), "{apart:?}");
    assert!(mixed[..4].iter().all(|figure| *figure < 0.1) && mixed[4] < 0.75, "{mixed:?}");
    assert!(dci(&codes(true), &factors, &examples).unwrap().informativeness > 0.99, "a line tells both from the two");
    let same = CodeTable::new(2, &vec![1.0; 2 * count]);
    assert_eq!(factor_vae_score(&same, &factors, &examples, 3), Some(0.0));
    assert_eq!(mutual_information_gap(&same, &factors, &examples), Some(0.0));
    assert_eq!(mutual_information_gap(&CodeTable::new(1, &vec![1.0; count]), &factors, &examples), None);
}

#[test]
fn factors_are_the_columns_of_classes_and_numbers_that_differ() {
    let number = |name: &str, value: fn(usize) -> f32| Column {
        name: name.to_owned(),
        values: ColumnValues::Number(Cells::ByIndex(Arc::new(value))),
    };
    let class = || Column::class(vec![0, 1, 0, 1], ["a".to_owned(), "b".to_owned()]);
    let split = |columns: Vec<Column>| Split::of_bytes(ImageShape::grey(1, 1), vec![0, 1, 2, 3], columns);
    let names = |split: &Split| -> Vec<String> {
        Factor::of_split(split, &[0, 1, 3]).into_iter().map(|factor| factor.name).collect()
    };
    let constant = || number("constant", |_| 2.0);
    assert_eq!(names(&split(vec![class(), constant(), number("x", |at| at as f32)])), ["class", "x"]);
    assert!(names(&split(vec![class(), constant()])).is_empty(), "one factor tells nothing");
    let factors = Factor::of_split(&split(vec![class(), number("x", |at| (3 - at) as f32)]), &[0, 1, 3]);
    assert_eq!((&factors[1].levels[..], factors[1].numbers.as_deref()), (&[2, 1, 0][..], Some(&[3.0, 2.0, 0.0][..])));
}

//! SAP, the separated attribute predictability (Kumar, Sattigeri and Balakrishnan 2018).

use super::code_table::{CodeTable, moments};
use super::factor::Factor;
use super::mean_gap;

/// A dimension whose variance is no more tells nothing.
const LEAST_VARIANCE: f64 = 1e-12;

/// The mean over factors of the gap between the two dimensions that a line tells it best from: R² of a linear regression for numbers;
/// for classes, which have no order, the share of a dimension's variance that lies between them. 0 to 1; `None` where there are no
/// factors or fewer than two dimensions.
pub fn separated_attribute_predictability(codes: &CodeTable, factors: &[Factor], examples: &[usize]) -> Option<f64> {
    let codes: Vec<Vec<f64>> = codes.of(examples).collect();
    let scores = factors.iter().map(|factor| {
        let levels = factor.of(examples);
        let numbers =
            factor.numbers.is_some().then(|| factor.targets(examples)).and_then(|targets| targets.into_iter().next());
        let score = |codes: &Vec<f64>| match &numbers {
            Some(numbers) => squared_correlation(codes, numbers),
            None => between_classes(codes, &levels),
        };
        codes.iter().map(score).collect()
    });
    mean_gap(&scores.collect::<Vec<Vec<f64>>>())
}

fn squared_correlation(codes: &[f64], numbers: &[f64]) -> f64 {
    let ((code_mean, code_variance), (mean, variance)) = (moments(codes), moments(numbers));
    if code_variance <= LEAST_VARIANCE || variance <= LEAST_VARIANCE {
        return 0.0;
    }
    let products = codes.iter().zip(numbers).map(|(code, number)| (code - code_mean) * (number - mean));
    let covariance = products.sum::<f64>() / codes.len().max(1) as f64;
    covariance * covariance / (code_variance * variance)
}

fn between_classes(codes: &[f64], levels: &[usize]) -> f64 {
    let (mean, variance) = moments(codes);
    if variance <= LEAST_VARIANCE {
        return 0.0;
    }
    let mut classes = vec![(0.0f64, 0.0f64); levels.iter().max().map_or(0, |most| most + 1)];
    for (code, level) in codes.iter().zip(levels) {
        if let Some((sum, count)) = classes.get_mut(*level) {
            *sum += code - mean;
            *count += 1.0;
        }
    }
    let between: f64 = classes.iter().filter(|(_, count)| *count > 0.0).map(|(sum, count)| sum * sum / count).sum();
    between / codes.len().max(1) as f64 / variance
}

//! Encoded points as a table for other programs.

use super::encoded::EncodedPoints;

/// Encoded images as CSV, in UTF-8: a row an image. Columns: its place in the test set, its class (empty without classes),
/// the step of the weights, its posterior's means `z1…` and standard deviations `sigma1…` (without them where
/// `has_posterior` is false), and where it lies on the plane.
///
/// # Errors
/// The encoder's own.
pub fn points_csv(points: &EncodedPoints, class_names: &[String], has_posterior: bool) -> Result<Vec<u8>, csv::Error> {
    let mut table = csv::Writer::from_writer(Vec::new());
    let latent = points.encoding.latent;
    let numbered = |name: &'static str, count: usize| (1..=count).map(move |place| format!("{name}{place}"));
    let fixed = ["image", "class", "step"].map(str::to_owned);
    let sigmas = if has_posterior { latent } else { 0 };
    let plane = ["plane_x", "plane_y"].map(str::to_owned);
    let names = fixed.into_iter().chain(numbered("z", latent)).chain(numbered("sigma", sigmas)).chain(plane);
    table.write_record(names)?;
    let step = points.encoding.step.to_string();
    for place in 0..points.count() {
        let Some((mean, log_variance)) = points.encoding.posterior(place) else { break };
        let image = points.image(place).map(|image| image.to_string()).unwrap_or_default();
        let class = class_names.get(points.label(place)).cloned().unwrap_or_default();
        let deviations = log_variance.iter().take(sigmas).map(|log_variance| (0.5 * log_variance).exp());
        let position = points.position(place).unwrap_or([f32::NAN; 2]);
        let figures = mean.iter().copied().chain(deviations).chain(position).map(|value| value.to_string());
        table.write_record([image, class, step.clone()].into_iter().chain(figures))?;
    }
    table.into_inner().map_err(|error| error.into_error().into())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::explore::encoded::Encoding;
    use crate::explore::plane::Plane;
    use std::sync::Arc;
    use std::time::Duration;

    #[test]
    fn an_image_has_a_row() {
        let encoding = Encoding {
            step: 7,
            latent: 2,
            mean: vec![1.0, -2.0, 0.5, 0.25],
            log_variance: vec![0.0; 4],
            kl_per_dimension: vec![0.0; 2],
            images: [3, 9].into(),
            labels: vec![1, 0],
            took: Duration::ZERO,
        };
        let points = EncodedPoints::new(Arc::new(encoding), Arc::new(Plane::of_two()));
        let names = ["zero", "one, two"].map(str::to_owned);
        let text = |has_posterior| String::from_utf8(points_csv(&points, &names, has_posterior).unwrap()).unwrap();
        let expected = "image,class,step,z1,z2,sigma1,sigma2,plane_x,plane_y\n\
                        3,\"one, two\",7,1,-2,1,1,1,-2\n\
                        9,zero,7,0.5,0.25,1,1,0.5,0.25\n";
        assert_eq!(text(true), expected);
        assert!(text(false).starts_with("image,class,step,z1,z2,plane_x,plane_y\n3,\"one, two\",7,1,-2,1,-2\n"));
    }
}

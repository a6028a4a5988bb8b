//! q(z|x) as normal distributions: of any number of independent dimensions, and of two.

/// Nodes of a quadrature are so far apart, in standard deviations: by Poisson summation a polynomial's expectation is then
/// wrong by a share of some 2·exp(−2π²/h²), 10⁻¹⁵.
const SPACING: f64 = 0.75;
/// And reach so far; 4·10⁻⁶ of the distribution lie beyond.
const REACH: f64 = 5.0;

/// q(z|x) of one image: independent normals.
#[derive(Clone, Debug, PartialEq)]
pub struct ImagePosterior {
    /// `[latent]`.
    pub mean: Vec<f32>,
    /// ln σ², `[latent]`.
    pub log_variance: Vec<f32>,
}

impl ImagePosterior {
    /// σ of each dimension.
    pub fn deviations(&self) -> impl Iterator<Item = f32> {
        self.log_variance.iter().map(|log_variance| (0.5 * log_variance).exp())
    }

    /// KL(q(z|x) ‖ p(z)) in nats: ½Σ(μ² + σ² − 1 − ln σ²) (Kingma and Welling 2013, appendix B).
    pub fn kl(&self) -> f64 {
        let term = |mean: f64, log_variance: f64| mean * mean + log_variance.exp() - 1.0 - log_variance;
        let terms = self.mean.iter().zip(&self.log_variance);
        0.5 * terms.map(|(mean, log_variance)| term(f64::from(*mean), f64::from(*log_variance))).sum::<f64>()
    }
}

/// A normal distribution over a plane.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PlaneNormal {
    /// Its mean.
    pub mean: [f64; 2],
    /// Its covariance, `[xx, xy, yy]`.
    pub covariance: [f64; 3],
}

impl PlaneNormal {
    /// q(z|x) of two dimensions; `None` of any other number.
    pub fn of(posterior: &ImagePosterior) -> Option<Self> {
        let ([a, b], [first, second]) = (&posterior.mean[..], &posterior.log_variance[..]) else { return None };
        let variance = |log_variance: &f32| f64::from(*log_variance).exp();
        Some(Self { mean: [f64::from(*a), f64::from(*b)], covariance: [variance(first), 0.0, variance(second)] })
    }

    /// Whether mean and covariance are finite.
    pub fn is_finite(&self) -> bool {
        self.mean.iter().chain(&self.covariance).all(|x| x.is_finite())
    }

    /// σ along each axis.
    pub fn deviations(&self) -> [f64; 2] {
        let [xx, _, yy] = self.covariance;
        [xx.max(0.0).sqrt(), yy.max(0.0).sqrt()]
    }

    /// KL from the standard normal in nats: ½(‖μ‖² + tr Σ − 2 − ln det Σ).
    pub fn kl(&self) -> f64 {
        let ([a, b], [xx, xy, yy]) = (self.mean, self.covariance);
        0.5 * (a * a + b * b + xx + yy - 2.0 - (xx * yy - xy * xy).ln())
    }

    /// Places and weights (which sum to 1) of a quadrature: its expectation of a function is about the weighted sum of the
    /// function's values there.
    pub fn nodes(&self) -> Vec<([f64; 2], f64)> {
        let [xx, xy, yy] = self.covariance;
        // Cholesky of the covariance maps the standard normal onto this one.
        let l00 = xx.max(0.0).sqrt();
        let l10 = if l00 > 0.0 { xy / l00 } else { 0.0 };
        let l11 = (yy - l10 * l10).max(0.0).sqrt();
        let most = (REACH / SPACING) as i32;
        let places = (-most..=most).flat_map(|row| (-most..=most).map(move |column| [column, row]));
        let places = places.map(|place| place.map(|step| f64::from(step) * SPACING));
        let within: Vec<[f64; 2]> = places.filter(|[s, t]| s * s + t * t <= REACH * REACH).collect();
        let weight = |[s, t]: &[f64; 2]| (-0.5 * (s * s + t * t)).exp();
        let sum: f64 = within.iter().map(weight).sum();
        let node = |place: &[f64; 2]| {
            let [s, t] = *place;
            ([self.mean[0] + l00 * s, self.mean[1] + l10 * s + l11 * t], weight(place) / sum)
        };
        within.iter().map(node).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quadrature_gives_the_moments_and_the_divergence() {
        let normal = PlaneNormal { mean: [0.7, -1.2], covariance: [0.3, -0.1, 0.09] };
        let expect = |of: &dyn Fn([f64; 2]) -> f64| normal.nodes().iter().map(|(at, w)| w * of(*at)).sum::<f64>();
        let ([a, b], [xx, xy, yy]) = (normal.mean, normal.covariance);
        let moments = [
            (expect(&|_| 1.0), 1.0),
            (expect(&|[x, _]| x), a),
            (expect(&|[_, y]| y), b),
            (expect(&|[x, _]| (x - a) * (x - a)), xx),
            (expect(&|[x, y]| (x - a) * (y - b)), xy),
            (expect(&|[_, y]| (y - b) * (y - b)), yy),
            (expect(&|[x, _]| (x - a).powi(4)), 3.0 * xx * xx),
        ];
        for (found, expected) in moments {
            assert!((found - expected).abs() < 1e-3 * expected.abs().max(0.03), "{found} instead of {expected}");
        }
        let det = xx * yy - xy * xy;
        let log_q = |[x, y]: [f64; 2]| {
            let (x, y) = (x - a, y - b);
            -0.5 * (yy * x * x - 2.0 * xy * x * y + xx * y * y) / det - 0.5 * det.ln()
        };
        let kl = expect(&|at| log_q(at) + 0.5 * (at[0] * at[0] + at[1] * at[1]));
        assert!((kl - normal.kl()).abs() < 1e-3, "{kl} instead of {}", normal.kl());
    }
}

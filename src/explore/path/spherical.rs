//! Great circles.

/// A leg along the great circle through the directions of both ends, `[pieces + 1, latent]`; the distance from 0 changes
/// evenly. Straight where one end is 0; between opposite directions, which have no one great circle, a fixed one.
pub(super) fn leg(from: &[f32], to: &[f32], pieces: usize) -> Vec<f32> {
    let (a, b): (Vec<f64>, Vec<f64>) =
        (from.iter().map(|x| f64::from(*x)).collect(), to.iter().map(|x| f64::from(*x)).collect());
    let (start, end) = (norm(&a), norm(&b));
    let parts = (0..=pieces).map(|piece| piece as f64 / pieces.max(1) as f64);
    if start.min(end) < 1e-9 {
        return parts.flat_map(|part| a.iter().zip(&b).map(move |(a, b)| (a + part * (b - a)) as f32)).collect();
    }
    let direction: Vec<f64> = a.iter().map(|x| x / start).collect();
    let target: Vec<f64> = b.iter().map(|x| x / end).collect();
    let cosine = dot(&direction, &target).clamp(-1.0, 1.0);
    // Across the first direction, towards the second.
    let mut across = rejected(&target, &direction);
    let mut angle = norm(&across).atan2(cosine);
    if norm(&across) < 1e-9 {
        let least = (0..a.len()).min_by(|i, j| direction[*i].abs().total_cmp(&direction[*j].abs())).unwrap_or(0);
        let axis: Vec<f64> = (0..a.len()).map(|i| if i == least { 1.0 } else { 0.0 }).collect();
        across = rejected(&axis, &direction);
        angle = if cosine < 0.0 { std::f64::consts::PI } else { 0.0 };
    }
    let length = norm(&across).max(f64::MIN_POSITIVE);
    let at = |part: f64| {
        let radius = start + part * (end - start);
        let (sine, cosine) = (part * angle).sin_cos();
        let along = direction.iter().zip(&across);
        along.map(move |(d, n)| (radius * (cosine * d + sine * n / length)) as f32).collect::<Vec<f32>>()
    };
    parts.flat_map(at).collect()
}

/// What of a vector is at right angles to a direction of length 1.
fn rejected(vector: &[f64], direction: &[f64]) -> Vec<f64> {
    let along = dot(vector, direction);
    vector.iter().zip(direction).map(|(v, d)| v - along * d).collect()
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn norm(a: &[f64]) -> f64 {
    dot(a, a).sqrt()
}

//! The distributions, each as its draw.

use super::{Drawn, Toy};
use rand::Rng;
use rand_distr::StandardNormal;
use std::f64::consts::{PI, TAU};

/// Eight Gaussians on a circle (Metz et al. 2017, *Unrolled GANs*).
pub static RING: Toy = Toy {
    name: "8-ring",
    summary: "points of the plane: 8 Gaussians of σ 0.02 on a circle of radius 2, 10000 to train on and 2000 to test",
    parts: Some(("mode", &["0°", "45°", "90°", "135°", "180°", "225°", "270°", "315°"])),
    number: None,
    draw: |random| {
        let part = random.random_range(0..8u8);
        let (sin, cos) = (TAU * f64::from(part) / 8.0).sin_cos();
        Drawn { at: [2.0 * cos + 0.02 * normal(random), 2.0 * sin + 0.02 * normal(random)], part, number: 0.0 }
    },
};

/// 25 Gaussians on a grid (Lin et al. 2018, *PacGAN*).
pub static GRID: Toy = Toy {
    name: "25-grid",
    summary: "points of the plane: 25 Gaussians of σ 0.05 on a grid of spacing 2, 10000 to train on and 2000 to test",
    parts: Some((
        "mode",
        &[
            "-4, -4", "-2, -4", "0, -4", "2, -4", "4, -4", "-4, -2", "-2, -2", "0, -2", "2, -2", "4, -2", "-4, 0",
            "-2, 0", "0, 0", "2, 0", "4, 0", "-4, 2", "-2, 2", "0, 2", "2, 2", "4, 2", "-4, 4", "-2, 4", "0, 4",
            "2, 4", "4, 4",
        ],
    )),
    number: None,
    draw: |random| {
        let part = random.random_range(0..25u8);
        let middle = [part % 5, part / 5].map(|place| 2.0 * f64::from(place) - 4.0);
        Drawn { at: middle.map(|middle| middle + 0.05 * normal(random)), part, number: 0.0 }
    },
};

/// Two half circles that interlock.
pub static MOONS: Toy = Toy {
    name: "moons",
    summary: "points of the plane: two interlocking half circles, 10000 to train on and 2000 to test",
    parts: Some(("moon", &["upper", "lower"])),
    number: Some("angle"),
    draw: |random| {
        let (part, angle) = (random.random_range(0..2u8), PI * random.random::<f64>());
        let (sin, cos) = angle.sin_cos();
        let [x, y] = if part == 0 { [cos, sin] } else { [1.0 - cos, 0.5 - sin] };
        // About the origin, twice as large.
        Drawn { at: [2.0 * (x - 0.5), 2.0 * (y - 0.25)].map(|value| value + 0.1 * normal(random)), part, number: angle }
    },
};

/// The Swiss roll from its side (Gulrajani et al. 2017, *Improved training of Wasserstein GANs*).
pub static SWISS_ROLL: Toy = Toy {
    name: "swiss-roll",
    summary: "points of the plane: a rolled-up line, 10000 to train on and 2000 to test",
    parts: None,
    number: Some("place"),
    draw: |random| {
        let angle = 1.5 * PI * (1.0 + 2.0 * random.random::<f64>());
        let (sin, cos) = angle.sin_cos();
        // Its ends are at radius 1 and 3.
        let at = [cos, sin].map(|direction| (direction * angle + 0.25 * normal(random)) / (1.5 * PI));
        Drawn { at, part: 0, number: (angle / (1.5 * PI) - 1.0) / 2.0 }
    },
};

/// Five arms that turn with their distance (Johnson et al. 2016, *Composing graphical models with neural networks*).
pub static PINWHEEL: Toy = Toy {
    name: "pinwheel",
    summary: "points of the plane: five bent arms about a centre, 10000 to train on and 2000 to test",
    parts: Some(("arm", &["1", "2", "3", "4", "5"])),
    number: Some("distance"),
    draw: |random| {
        let part = random.random_range(0..5u8);
        let (along, across) = (1.0 + 0.3 * normal(random), 0.1 * normal(random));
        let (sin, cos) = (TAU * f64::from(part) / 5.0 + 0.25 * along.exp()).sin_cos();
        let at = [2.0 * (along * cos - across * sin), 2.0 * (along * sin + across * cos)];
        Drawn { at, part, number: along }
    },
};

/// Two arms of a spiral (Grathwohl et al. 2019, *FFJORD*).
pub static SPIRALS: Toy = Toy {
    name: "spirals",
    summary: "points of the plane: two arms of a spiral, 10000 to train on and 2000 to test",
    parts: Some(("arm", &["1", "2"])),
    number: Some("angle"),
    draw: |random| {
        let (part, angle) = (random.random_range(0..2u8), 3.0 * PI * random.random::<f64>().sqrt());
        let (sin, cos) = angle.sin_cos();
        let side = if part == 0 { 1.0 } else { -1.0 };
        let at = [-cos * angle + 0.5 * random.random::<f64>(), sin * angle + 0.5 * random.random::<f64>()];
        Drawn { at: at.map(|value| side * value / 3.0 + 0.1 * normal(random)), part, number: angle }
    },
};

fn normal(random: &mut impl Rng) -> f64 {
    random.sample(StandardNormal)
}

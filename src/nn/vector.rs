//! exp, softplus, sigmoid and waves over slices, written so that the compiler vectorises them, compiled for plain (SSE2, NEON),
//! AVX2 and AVX-512 processors and chosen when the program runs. All give the same bits: nothing is contracted or
//! reassociated.
#![allow(unsafe_code)]

/// Defines a safe function in three builds, for every processor, for AVX2 and for AVX-512, and picks one at run time.
macro_rules! for_each_processor {
    ($(#[$meta:meta])* $visibility:vis fn $name:ident($($arg:ident: $type:ty),* $(,)?) $(-> $out:ty)? $body:block) => {
        $(#[$meta])*
        #[allow(unsafe_code)]
        $visibility fn $name($($arg: $type),*) $(-> $out)? {
            #[inline(always)]
            fn body($($arg: $type),*) $(-> $out)? $body
            #[cfg(target_arch = "x86_64")]
            {
                #[target_feature(enable = "avx512f,avx512vl,avx512dq,avx512bw")]
                fn avx512($($arg: $type),*) $(-> $out)? {
                    body($($arg),*)
                }
                #[target_feature(enable = "avx2")]
                fn avx2($($arg: $type),*) $(-> $out)? {
                    body($($arg),*)
                }
                if std::arch::is_x86_feature_detected!("avx512f")
                    && std::arch::is_x86_feature_detected!("avx512vl")
                    && std::arch::is_x86_feature_detected!("avx512dq")
                    && std::arch::is_x86_feature_detected!("avx512bw")
                {
                    // Sound: the processor has just been seen to have all four.
                    return unsafe { avx512($($arg),*) };
                }
                if std::arch::is_x86_feature_detected!("avx2") {
                    // Sound: the processor has just been seen to have AVX2.
                    return unsafe { avx2($($arg),*) };
                }
            }
            body($($arg),*)
        }
    };
}
pub(super) use for_each_processor;

/// The features of this processor that the functions made by `for_each_processor` use; "plain" where they need none.
pub fn processor() -> &'static str {
    #[cfg(target_arch = "x86_64")]
    {
        if std::arch::is_x86_feature_detected!("avx512f")
            && std::arch::is_x86_feature_detected!("avx512vl")
            && std::arch::is_x86_feature_detected!("avx512dq")
            && std::arch::is_x86_feature_detected!("avx512bw")
        {
            return "AVX-512";
        }
        if std::arch::is_x86_feature_detected!("avx2") {
            return "AVX2";
        }
    }
    if cfg!(target_arch = "aarch64") { "NEON" } else { "plain" }
}

/// eˣ to 2 ulp for x in [−87, 88], kept to that range outside (Cephes).
#[inline(always)]
pub fn exp(x: f32) -> f32 {
    let x = x.clamp(-87.0, 88.0);
    // Adding and taking away 1.5·2²³ rounds to a whole number in plain SSE2.
    let n = (x * std::f32::consts::LOG2_E + 12_582_912.0) - 12_582_912.0;
    let r = x - n * 0.693_359_4;
    let r = r + n * 2.121_944_4e-4;
    let mut p = 1.987_569_1e-4;
    p = p * r + 1.398_199_9e-3;
    p = p * r + 8.333_452e-3;
    p = p * r + 4.166_579_6e-2;
    p = p * r + 1.666_666_5e-1;
    p = p * r + 0.5;
    let y = p * r * r + r + 1.0;
    y * f32::from_bits(((n as i32 + 127) << 23) as u32)
}

/// ln(1 + u) for u in [0, 1], to 3·10⁻⁷: 2·artanh(u / (2 + u)).
#[inline(always)]
fn ln_1p_unit(u: f32) -> f32 {
    let s = u / (2.0 + u);
    let s2 = s * s;
    let mut p = 2.0 / 13.0;
    p = p * s2 + 2.0 / 11.0;
    p = p * s2 + 2.0 / 9.0;
    p = p * s2 + 2.0 / 7.0;
    p = p * s2 + 2.0 / 5.0;
    p = p * s2 + 2.0 / 3.0;
    p = p * s2 + 2.0;
    p * s
}

/// ln(1 + eˣ), without overflow.
#[inline(always)]
pub fn softplus(x: f32) -> f32 {
    x.max(0.0) + ln_1p_unit(exp(-x.abs()))
}

/// 1 / (1 + e⁻ˣ).
#[inline(always)]
pub fn sigmoid(x: f32) -> f32 {
    1.0 / (1.0 + exp(-x))
}

/// sin x and cos x to 2·10⁻⁷ for x in [−8192, 8192], kept to that range outside (Cephes): what is left of x after the nearest
/// multiple of π/2, then a polynomial. `shaders/fourier_features.wgsl` computes the same.
#[inline(always)]
pub fn sin_cos(x: f32) -> (f32, f32) {
    let x = x.clamp(-8192.0, 8192.0);
    // Rounds to a whole number, as in `exp`.
    let n = (x * std::f32::consts::FRAC_2_PI + 12_582_912.0) - 12_582_912.0;
    // π/2 in three parts; n times the first two is exact.
    let r = x - n * 1.570_312_5;
    let r = r - n * 4.837_513e-4;
    let r = r - n * 7.549_79e-8;
    let r2 = r * r;
    let mut p = -1.951_529_6e-4;
    p = p * r2 + 8.332_161e-3;
    p = p * r2 - 1.666_665_5e-1;
    let sin = p * r2 * r + r;
    let mut p = 2.443_315_7e-5;
    p = p * r2 - 1.388_731_6e-3;
    p = p * r2 + 4.166_664_6e-2;
    let cos = p * r2 * r2 - 0.5 * r2 + 1.0;
    let quarter = n as i32;
    let (first, second) = if quarter & 1 == 0 { (sin, cos) } else { (cos, sin) };
    let sin = if quarter & 2 == 0 { first } else { -first };
    let cos = if (quarter + 1) & 2 == 0 { second } else { -second };
    (sin, cos)
}

/// Lanes of a sum, in a fixed order whatever the processor.
pub const LANES: usize = 16;

for_each_processor! {
    /// Σ softplus(l) − l·x: the negative log likelihood of Bernoulli pixels from logits, in nats.
    pub fn bernoulli_nats(logits: &[f32], target: &[f32]) -> f32 {
        let mut sums = [0.0f32; LANES];
        let (l, x) = (logits.chunks_exact(LANES), target.chunks_exact(LANES));
        let rest: f32 = l.remainder().iter().zip(x.remainder()).map(|(l, x)| softplus(*l) - l * x).sum();
        for (l, x) in l.zip(x) {
            for lane in 0..LANES {
                sums[lane] += softplus(l[lane]) - l[lane] * x[lane];
            }
        }
        sums.iter().sum::<f32>() + rest
    }
}

for_each_processor! {
    /// out = scale·(sigmoid(l) − x): the gradient of [`bernoulli_nats`].
    pub fn bernoulli_gradient(out: &mut [f32], logits: &[f32], target: &[f32], scale: f32) {
        for ((out, l), x) in out.iter_mut().zip(logits).zip(target) {
            *out = scale * (sigmoid(*l) - x);
        }
    }
}

for_each_processor! {
    /// Sigmoid of every value, in place.
    pub fn sigmoid_all(values: &mut [f32]) {
        for value in values {
            *value = sigmoid(*value);
        }
    }
}

for_each_processor! {
    /// ‖a − b‖², in lanes.
    pub fn square_distance(a: &[f32], b: &[f32]) -> f32 {
        let mut sums = [0.0f32; LANES];
        let (x, y) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
        let rest: f32 = x.remainder().iter().zip(y.remainder()).map(|(x, y)| (x - y) * (x - y)).sum();
        for (x, y) in x.zip(y) {
            for lane in 0..LANES {
                sums[lane] += (x[lane] - y[lane]) * (x[lane] - y[lane]);
            }
        }
        sums.iter().sum::<f32>() + rest
    }
}

for_each_processor! {
    /// The inner product, in lanes.
    pub fn dot(a: &[f32], b: &[f32]) -> f32 {
        let mut sums = [0.0f32; LANES];
        let (x, y) = (a.chunks_exact(LANES), b.chunks_exact(LANES));
        let rest: f32 = x.remainder().iter().zip(y.remainder()).map(|(x, y)| x * y).sum();
        for (x, y) in x.zip(y) {
            for lane in 0..LANES {
                sums[lane] += x[lane] * y[lane];
            }
        }
        sums.iter().sum::<f32>() + rest
    }
}

for_each_processor! {
    /// Adds columns `[shares, width]`, each times its share, to `out` `[width]`: four at a time, in order.
    pub fn add_columns(out: &mut [f32], shares: &[f32], columns: &[f32]) {
        let width = out.len().max(1);
        let (fours, rest) = columns.split_at((shares.len() / 4 * 4 * width).min(columns.len()));
        for (share, four) in shares.chunks_exact(4).zip(fours.chunks_exact(4 * width)) {
            let (a, four) = four.split_at(width);
            let (b, four) = four.split_at(width);
            let (c, d) = four.split_at(width);
            for ((((out, a), b), c), d) in out.iter_mut().zip(a).zip(b).zip(c).zip(d) {
                *out += (share[0] * a + share[1] * b) + (share[2] * c + share[3] * d);
            }
        }
        for (share, column) in shares.chunks_exact(4).remainder().iter().zip(rest.chunks_exact(width)) {
            out.iter_mut().zip(column).for_each(|(sum, value)| *sum += share * value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn columns_are_added_times_their_shares(shares in prop::collection::vec(-2.0f32..2.0, 0..14), width in 1usize..40) {
            let columns: Vec<f32> = (0..shares.len() * width).map(|place| (place % 17) as f32 - 8.0).collect();
            let mut out = vec![0.5; width];
            add_columns(&mut out, &shares, &columns);
            for (place, found) in out.iter().enumerate() {
                let each = shares.iter().enumerate().map(|(at, share)| share * columns[at * width + place]);
                prop_assert!((found - 0.5 - each.sum::<f32>()).abs() < 1e-4);
            }
        }

        #[test]
        fn agrees_with_double_precision(x in -60.0f32..60.0) {
            let wide = f64::from(x);
            prop_assert!((f64::from(exp(x)) / wide.exp() - 1.0).abs() < 4e-7);
            let expected = wide.max(0.0) + (-wide.abs()).exp().ln_1p();
            prop_assert!((f64::from(softplus(x)) - expected).abs() < 4e-7 * expected.max(1.0));
            prop_assert!((f64::from(sigmoid(x)) - 1.0 / (1.0 + (-wide).exp())).abs() < 3e-7);
        }

        #[test]
        fn waves_agree_with_double_precision(x in prop_oneof![-4.0f32..4.0, -8192.0f32..8192.0]) {
            let (sin, cos) = sin_cos(x);
            prop_assert!((f64::from(sin) - f64::from(x).sin()).abs() < 2e-7);
            prop_assert!((f64::from(cos) - f64::from(x).cos()).abs() < 2e-7);
        }
    }

    #[test]
    fn saturates_without_overflow() {
        assert_eq!(softplus(1e6), 1e6);
        assert!(softplus(-1e6) < 1e-30);
        assert_eq!(sigmoid(1e6), 1.0);
        assert_eq!(sin_cos(1e30), sin_cos(8192.0));
        assert!(sin_cos(f32::NAN).0.is_nan());
        assert!(sigmoid(-1e6) < 1e-30);
        assert!(bernoulli_nats(&[1e6, -1e6], &[1.0, 0.0]).abs() < 1e-6);
    }
}

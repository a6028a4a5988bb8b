//! Matrix products on one thread, safe to call: the one place that hands slices to `gemm`.
#![allow(unsafe_code)]

use super::vector::dot;
use gemm::Parallelism;

/// How a matrix lies in its slice.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lie {
    /// Row by row.
    Rows,
    /// Column by column: the transpose of what lies row by row.
    Columns,
}

/// `out = lhs·rhs` (`out += lhs·rhs` where `add`), all on this thread.
///
/// `out` is `[m, n]` row by row, `lhs` is `[m, k]` and `rhs` `[k, n]`, each lying as told.
///
/// # Panics
/// If a slice is shorter than its sizes say: a bug in the caller.
#[allow(clippy::too_many_arguments)]
pub fn product(
    out: &mut [f32],
    (lhs, lhs_lie): (&[f32], Lie),
    (rhs, rhs_lie): (&[f32], Lie),
    (m, n, k): (usize, usize, usize),
    add: bool,
) {
    assert!(out.len() >= m * n && lhs.len() >= m * k && rhs.len() >= k * n, "matrix sizes");
    let strides = |lie, rows: usize, columns: usize| match lie {
        Lie::Rows => (1, columns as isize),
        Lie::Columns => (rows as isize, 1),
    };
    let (lhs_columns, lhs_rows) = strides(lhs_lie, m, k);
    let (rhs_columns, rhs_rows) = strides(rhs_lie, k, n);
    // Sound: the assertion above covers every element that the strides reach, and `out` is borrowed mutably.
    unsafe {
        gemm::gemm(
            m,
            n,
            k,
            out.as_mut_ptr(),
            1,
            n as isize,
            add,
            lhs.as_ptr(),
            lhs_columns,
            lhs_rows,
            rhs.as_ptr(),
            rhs_columns,
            rhs_rows,
            1.0,
            1.0,
            false,
            false,
            false,
            Parallelism::None,
        );
    }
}

/// `out[r] = weight·input[r] + bias` for `rows` examples; `weight` is `[outputs, inputs]`, row by row.
pub fn linear(input: &[f32], weight: &[f32], bias: &[f32], out: &mut [f32], rows: usize) {
    let outputs = bias.len();
    let inputs = weight.len() / outputs.max(1);
    if rows == 1 {
        for ((value, row), bias) in out.iter_mut().zip(weight.chunks_exact(inputs.max(1))).zip(bias) {
            *value = dot(row, input) + bias;
        }
        return;
    }
    for row in out.chunks_exact_mut(outputs) {
        row.copy_from_slice(bias);
    }
    product(out, (input, Lie::Rows), (weight, Lie::Columns), (rows, outputs, inputs), true);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn naive(lhs: &[f32], rhs: &[f32], (m, n, k): (usize, usize, usize)) -> Vec<f32> {
        let mut out = vec![0.0; m * n];
        for i in 0..m {
            for j in 0..n {
                out[i * n + j] = (0..k).map(|l| lhs[i * k + l] * rhs[l * n + j]).sum();
            }
        }
        out
    }

    fn transposed(values: &[f32], rows: usize, columns: usize) -> Vec<f32> {
        (0..columns).flat_map(|j| (0..rows).map(move |i| values[i * columns + j])).collect()
    }

    proptest! {
        #[test]
        fn products_are_right_however_the_matrices_lie(m in 1usize..20, n in 1usize..20, k in 1usize..40, seed in any::<u64>()) {
            let draws = crate::random::normal_rows(seed, crate::random::Purpose::Sample, 0, 1, m * k + k * n);
            let (lhs, rhs) = draws.split_at(m * k);
            let expected = naive(lhs, rhs, (m, n, k));
            for (l, l_lie) in [(lhs.to_vec(), Lie::Rows), (transposed(lhs, m, k), Lie::Columns)] {
                for (r, r_lie) in [(rhs.to_vec(), Lie::Rows), (transposed(rhs, k, n), Lie::Columns)] {
                    let mut out = vec![0.0; m * n];
                    product(&mut out, (&l, l_lie), (&r, r_lie), (m, n, k), false);
                    for (a, b) in out.iter().zip(&expected) {
                        prop_assert!((a - b).abs() < 1e-4);
                    }
                }
            }
        }
    }
}

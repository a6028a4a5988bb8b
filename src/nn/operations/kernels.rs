//! The kernels that several operations share: conv, its transpose and the gradient of its weight, as matmuls of columns.

use super::compute::Compute;
use crate::nn::conv_shape::ConvShape;
use crate::nn::matmul::{Matrix, SMALL, inner_products, matmul};
use std::cell::RefCell;

/// Elements of columns that a thread works on at a time: they stay in its cache.
const BLOCK: usize = 64 * 1024;

thread_local! {
    static COLUMNS: RefCell<Vec<f32>> = const { RefCell::new(Vec::new()) };
}

/// Lends this thread's buffer, with whatever was in it.
pub(super) fn with_columns<T>(length: usize, work: impl FnOnce(&mut [f32]) -> T) -> T {
    COLUMNS.with_borrow_mut(|columns| {
        if columns.len() < length {
            columns.resize(length, 0.0);
        }
        work(&mut columns[..length])
    })
}

/// Gives back what this thread keeps to lend: as much as the largest layer that it has run needs.
pub fn free_columns() {
    COLUMNS.take();
}

/// Images whose columns fill a block.
fn block(shape: &ConvShape) -> usize {
    (BLOCK / (shape.small.places() * shape.receptive_field()).max(1)).max(1)
}

/// Fills each row with the bias, where there is one.
pub(super) fn start_from_bias(out: &mut [f32], width: usize, bias: &[f32]) {
    if !bias.is_empty() {
        out.chunks_exact_mut(width).for_each(|row| row.copy_from_slice(bias));
    }
}

/// small = im2col(large)·weightᵀ + bias.
pub(super) fn conv(shape: &ConvShape, weight: &[f32], bias: &[f32], large: &[f32], small: &mut [f32]) {
    let (places, field, channels) = (shape.small.places(), shape.receptive_field(), shape.small.channels);
    let block = block(shape);
    start_from_bias(small, channels, bias);
    let weight = Matrix::new(weight, channels, field);
    with_columns(block * places * field, |columns| {
        let blocks = large.chunks(block * shape.large.elements()).zip(small.chunks_mut(block * shape.small.elements()));
        for (large, small) in blocks {
            let images = large.chunks_exact(shape.large.elements()).zip(columns.chunks_exact_mut(places * field));
            images.for_each(|(large, columns)| shape.im2col(large, columns));
            let rows = small.len() / channels;
            let columns = Matrix::new(columns, rows, field);
            if places * channels <= SMALL {
                inner_products(small, columns, weight, !bias.is_empty());
            } else {
                matmul(small, columns, weight.transposed(), !bias.is_empty());
            }
        }
    });
}

/// large = col2im(small·weight) + bias.
pub(super) fn conv_transpose(shape: &ConvShape, weight: &[f32], bias: &[f32], small: &[f32], large: &mut [f32]) {
    let (places, field, channels) = (shape.small.places(), shape.receptive_field(), shape.small.channels);
    let block = block(shape);
    if bias.is_empty() {
        large.fill(0.0);
    }
    start_from_bias(large, shape.large.channels, bias);
    let weight = Matrix::new(weight, channels, field);
    with_columns(block * places * field, |columns| {
        let blocks = large.chunks_mut(block * shape.large.elements()).zip(small.chunks(block * shape.small.elements()));
        for (large, small) in blocks {
            let rows = small.len() / channels;
            matmul(columns, Matrix::new(small, rows, channels), weight, false);
            let images = large.chunks_exact_mut(shape.large.elements()).zip(columns.chunks_exact(places * field));
            images.for_each(|(large, columns)| shape.col2im(columns, large));
        }
    });
}

/// out += smallᵀ·im2col(large).
pub(super) fn conv_weight_gradient(shape: &ConvShape, small: &[f32], large: &[f32], out: &mut [f32]) {
    let (places, field, channels) = (shape.small.places(), shape.receptive_field(), shape.small.channels);
    let block = block(shape);
    with_columns(block * places * field, |columns| {
        let blocks = large.chunks(block * shape.large.elements()).zip(small.chunks(block * shape.small.elements()));
        for (large, small) in blocks {
            let images = large.chunks_exact(shape.large.elements()).zip(columns.chunks_exact_mut(places * field));
            images.for_each(|(large, columns)| shape.im2col(large, columns));
            let rows = small.len() / channels;
            let small = Matrix::new(small, rows, channels).transposed();
            matmul(out, small, Matrix::new(columns, rows, field), true);
        }
    });
}

/// Calls `work` with each example that an operation reads, and what it gives for it.
pub(super) fn for_each_example(
    operation: &impl Compute,
    x: &[f32],
    out: &mut [f32],
    work: impl Fn(&[f32], &mut [f32]),
) {
    x.chunks_exact(operation.inputs()).zip(out.chunks_exact_mut(operation.outputs())).for_each(|(x, out)| work(x, out));
}

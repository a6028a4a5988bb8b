//! What moves between the places of maps without weights: layouts, largest values, nearest values.

use super::conv_shape::{ConvShape, Map};

/// `[groups, width]` to `[width, groups]`.
pub(super) fn permute(x: &[f32], out: &mut [f32], groups: usize) {
    let width = x.len() / groups.max(1);
    for (group, row) in x.chunks_exact(width).enumerate() {
        row.iter().enumerate().for_each(|(place, value)| out[place * groups + group] = *value);
    }
}

/// Calls `visit(small place, large place)` with the first largest value in the window at each position, channel by channel.
pub(super) fn for_each_maximum(shape: &ConvShape, x: &[f32], mut visit: impl FnMut(usize, usize)) {
    let (large, small, window) = (shape.large, shape.small, shape.window);
    let span = |stand: usize, size: usize| {
        let from = stand * window.stride;
        from.saturating_sub(window.padding)..(from + window.side).saturating_sub(window.padding).min(size)
    };
    for y in 0..small.height {
        for x_stand in 0..small.width {
            for channel in 0..small.channels {
                let mut best = None;
                for row in span(y, large.height) {
                    for column in span(x_stand, large.width) {
                        let from = (row * large.width + column) * large.channels + channel;
                        if best.is_none_or(|best: usize| x[from] > x[best]) {
                            best = Some(from);
                        }
                    }
                }
                if let Some(best) = best {
                    visit((y * small.width + x_stand) * small.channels + channel, best);
                }
            }
        }
    }
}

/// Calls `visit` with the ranges of the nearest place's channels and of the place itself.
pub(super) fn for_each_nearest(
    from: Map,
    to: Map,
    mut visit: impl FnMut(std::ops::Range<usize>, std::ops::Range<usize>),
) {
    let channels = to.channels;
    for y in 0..to.height {
        for x in 0..to.width {
            let source = (y * from.height / to.height * from.width + x * from.width / to.width) * channels;
            let target = (y * to.width + x) * channels;
            visit(source..source + channels, target..target + channels);
        }
    }
}

//! Shortest ways over a graph: where a curve begins that then moves downhill, for the straight line may lie in the wrong
//! valley. Of two dimensions the graph is a lattice, of more the data's codes and their neighbours (Chen, *Fast approximate
//! geodesics for deep generative models*, 2019).

use super::metric::PathMetric;
use std::cmp::{Ordering, Reverse};
use std::collections::BinaryHeap;

/// Nodes a side of the lattice, at most, and at least.
const SIDES: (usize, usize) = (72, 16);
/// Values of images that are held, of all nodes: 64 MiB.
const MOST_VALUES: usize = 16 << 20;
/// Nodes, or steps between them, that are looked at between two questions whether to go on.
const TOGETHER: usize = 32;
/// Neighbours of a code.
const NEIGHBOURS: usize = 12;
/// Nodes of the lattice that a waypoint is joined to: those of the cell that it lies in and of the cells around.
const AROUND: f64 = 1.5;
/// How far the lattice reaches beyond what it must hold, in shares of that.
const BEYOND: f64 = 0.1;
/// The steps of a lattice: to the next nodes, and as knights move.
const MOVES: [[i64; 2]; 8] = [[1, 0], [0, 1], [1, 1], [1, -1], [2, 1], [1, 2], [2, -1], [1, -2]];

/// Nodes, the first of which are the waypoints, and how long the steps between neighbours are.
pub(super) struct PathGraph {
    latent: usize,
    /// `[count, latent]`.
    nodes: Vec<f64>,
    neighbours: Vec<Vec<(usize, f64)>>,
}

impl PathGraph {
    /// Of a metric; `None` where `go_on` says no.
    pub fn new(metric: &mut PathMetric<'_>, waypoints: &[Vec<f32>], go_on: &mut dyn FnMut() -> bool) -> Option<Self> {
        let latent = metric.latent();
        let first: Vec<f64> = waypoints.iter().flatten().map(|z| f64::from(*z)).collect();
        let (nodes, pairs) = match (latent, metric.support()) {
            (2, _) => lattice(metric, first),
            (_, Some(support)) => codes(latent, support.means().flatten().copied(), first, metric.values()),
            _ => (first, Vec::new()),
        };
        let values = metric.values().max(1);
        let mut images = Vec::with_capacity(if pairs.is_empty() { 0 } else { nodes.len() / latent * values });
        if !pairs.is_empty() {
            for some in nodes.chunks(TOGETHER * latent) {
                if !go_on() {
                    return None;
                }
                images.extend(metric.images(some));
            }
        }
        let mut prices = Vec::with_capacity(nodes.len() / latent);
        for some in nodes.chunks(TOGETHER * latent) {
            if !go_on() {
                return None;
            }
            prices.extend(metric.prices(some));
        }
        let mut graph = Self { latent, neighbours: vec![Vec::new(); nodes.len() / latent], nodes };
        for (number, (a, b)) in pairs.into_iter().enumerate() {
            if number % TOGETHER == 0 && !go_on() {
                return None;
            }
            let image = |node: usize| &images[node * values..(node + 1) * values];
            let mut square =
                metric.square_step([image(a), image(b)], [prices[a], prices[b]], [graph.node(a), graph.node(b)]);
            if latent != 2 {
                // A long step may have a gap in its middle.
                let middle: Vec<f64> = graph.node(a).iter().zip(graph.node(b)).map(|(a, b)| (a + b) / 2.0).collect();
                let price = metric.prices(&middle).first().copied().unwrap_or(0.0);
                square =
                    square.max(metric.square_step([image(a), image(b)], [price; 2], [graph.node(a), graph.node(b)]));
            }
            let length = square.sqrt();
            if length.is_finite() {
                graph.neighbours[a].push((b, length));
                graph.neighbours[b].push((a, length));
            }
        }
        Some(graph)
    }

    fn node(&self, node: usize) -> &[f64] {
        self.nodes.get(node * self.latent..(node + 1) * self.latent).unwrap_or_default()
    }

    /// The corners of the shortest way between two waypoints, `[n, latent]`; `None` where none leads there (Dijkstra).
    pub fn shortest(&self, [from, to]: [usize; 2]) -> Option<Vec<f64>> {
        let mut lengths = vec![f64::INFINITY; self.neighbours.len()];
        let mut before = vec![usize::MAX; self.neighbours.len()];
        let mut open = BinaryHeap::from([Reverse(Reached { length: 0.0, node: from })]);
        *lengths.get_mut(from)? = 0.0;
        while let Some(Reverse(Reached { length, node })) = open.pop() {
            if node == to {
                break;
            }
            if length > lengths[node] {
                continue;
            }
            for (next, step) in &self.neighbours[node] {
                if length + step < lengths[*next] {
                    (lengths[*next], before[*next]) = (length + step, node);
                    open.push(Reverse(Reached { length: length + step, node: *next }));
                }
            }
        }
        let mut way = vec![to];
        while let Some(node) = way.last().copied().filter(|node| *node != from) {
            way.push(before.get(node).copied().filter(|node| *node != usize::MAX)?);
        }
        Some(way.iter().rev().flat_map(|node| self.node(*node)).copied().collect())
    }
}

/// A node that was reached.
#[derive(PartialEq)]
struct Reached {
    length: f64,
    node: usize,
}

impl Eq for Reached {}

impl PartialOrd for Reached {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Reached {
    fn cmp(&self, other: &Self) -> Ordering {
        self.length.total_cmp(&other.length).then(self.node.cmp(&other.node))
    }
}

/// A lattice over the waypoints and the data; the waypoints are joined to the nodes around them.
fn lattice(metric: &PathMetric<'_>, waypoints: Vec<f64>) -> (Vec<f64>, Vec<(usize, usize)>) {
    let count = waypoints.len() / 2;
    let means = metric.support().map(|support| support.means().flatten().copied().collect::<Vec<f64>>());
    let all = || waypoints.iter().chain(means.iter().flatten()).copied();
    let bounds = [0, 1].map(|axis| {
        let along = || all().skip(axis).step_by(2);
        let (low, high) = (along().fold(f64::INFINITY, f64::min), along().fold(f64::NEG_INFINITY, f64::max));
        let beyond = BEYOND * (high - low).max(1e-6);
        (low - beyond, high + beyond)
    });
    let side = ((MOST_VALUES / metric.values().max(1)) as f64).sqrt() as usize;
    let side = side.clamp(SIDES.1, SIDES.0) as i64;
    let cell = bounds.map(|(low, high)| (high - low).max(1e-6) / (side - 1) as f64);
    let (mut nodes, mut pairs) = (waypoints, Vec::new());
    let number = |x: i64, y: i64| count + (y * side + x) as usize;
    for y in 0..side {
        for x in 0..side {
            nodes.extend([bounds[0].0 + x as f64 * cell[0], bounds[1].0 + y as f64 * cell[1]]);
            for [right, up] in MOVES {
                let (to_x, to_y) = (x + right, y + up);
                if (0..side).contains(&to_x) && (0..side).contains(&to_y) {
                    pairs.push((number(x, y), number(to_x, to_y)));
                }
            }
        }
    }
    for waypoint in 0..count {
        let at = [0, 1].map(|axis| (nodes[2 * waypoint + axis] - bounds[axis].0) / cell[axis]);
        let near = |at: f64| ((at - AROUND).ceil() as i64).max(0)..=((at + AROUND).floor() as i64).min(side - 1);
        pairs.extend(near(at[1]).flat_map(|y| near(at[0]).map(move |x| (x, y))).map(|(x, y)| (waypoint, number(x, y))));
    }
    (nodes, pairs)
}

/// The data's codes, each joined to its nearest; the waypoints among them.
fn codes(
    latent: usize,
    codes: impl Iterator<Item = f64>,
    waypoints: Vec<f64>,
    values: usize,
) -> (Vec<f64>, Vec<(usize, usize)>) {
    let mut nodes = waypoints;
    nodes.extend(codes.take((MOST_VALUES / values.max(1)).max(16) * latent));
    let rows: Vec<&[f64]> = nodes.chunks_exact(latent.max(1)).collect();
    let mut pairs = Vec::new();
    for (number, row) in rows.iter().enumerate() {
        let square = |other: &[f64]| row.iter().zip(other).map(|(a, b)| (a - b).powi(2)).sum::<f64>();
        let mut near: Vec<(f64, usize)> = rows
            .iter()
            .enumerate()
            .filter(|(other, _)| *other != number)
            .map(|(other, z)| (square(z), other))
            .collect();
        let most = NEIGHBOURS.min(near.len());
        if most > 0 && most < near.len() {
            near.select_nth_unstable_by(most, |a, b| a.0.total_cmp(&b.0));
        }
        pairs.extend(near.iter().take(most).map(|(_, other)| (number, *other)));
    }
    (nodes, pairs)
}

#![allow(clippy::unwrap_used)]

use super::*;
use crate::nn::conv_shape::Map;
use crate::nn::operations::{Addition, Concatenation};

fn linear(name: &str, input: usize, weight: &[f32], bias: &[f32], activation: Activation) -> Operation {
    Operation::linear(name, input, (weight, bias), activation)
}

#[test]
fn operations_read_the_values_they_name() {
    let relu = linear("a", 0, &[1.0, 0.0, 0.0, -1.0], &[0.5, 0.0], Activation::Relu);
    let skip = linear("b", 0, &[1.0, 1.0], &[0.0], Activation::Identity);
    let network = Network::new(2, vec![skip, relu]).unwrap();
    let mut scratch = Scratch::default();
    assert_eq!(network.evaluate(&[1.0, 2.0, -3.0, -4.0], 2, &mut scratch), [1.5, 0.0, 0.0, 4.0]);
    assert_eq!(network.evaluate(&[1.0, 2.0], 1, &mut scratch), [1.5, 0.0]);
    assert_eq!(network.evaluate(&[1.0, 2.0], 5, &mut scratch), [1.5, 0.0], "no more examples than were given");
    assert_eq!((network.input(), network.output(), network.flops()), (2, 2, 12));
}

fn concatenation(inputs: [usize; 2], height: usize, channels: [usize; 2]) -> Operation {
    let kind = Concatenation { height, width: 1, channels };
    Operation::joining("both", inputs, kind, Activation::Identity)
}

fn addition(inputs: [usize; 2], channels: usize, activation: Activation) -> Operation {
    Operation::joining("sum", inputs, Addition(Map { height: 1, width: 1, channels }), activation)
}

#[test]
fn two_values_are_added_and_their_channels_put_side_by_side() {
    let mut scratch = Scratch::default();
    let half = linear("a", 0, &[0.5, 0.0, 0.0, -2.0], &[0.0; 2], Activation::Identity);
    let network = Network::new(2, vec![half.clone(), addition([1, 0], 2, Activation::Relu)]).unwrap();
    assert_eq!(network.evaluate(&[2.0, 1.0, 4.0, -3.0], 2, &mut scratch), [3.0, 0.0, 6.0, 3.0]);
    assert_eq!(network.flops(), 8 + 2);
    let twice = Network::new(2, vec![addition([0, 0], 2, Activation::Identity)]).unwrap();
    assert_eq!(twice.evaluate(&[2.0, 1.0], 1, &mut scratch), [4.0, 2.0]);
    // Two places of one channel and of two: place by place.
    let wide = linear("a", 0, &[1.0, 0.0, 0.0, 1.0, -1.0, 0.0, 0.0, -1.0], &[0.0; 4], Activation::Identity);
    let network = Network::new(2, vec![wide, concatenation([0, 1], 2, [1, 2])]).unwrap();
    let expected = [1.0, 1.0, 2.0, 2.0, -1.0, -2.0, 3.0, 3.0, 4.0, 4.0, -3.0, -4.0];
    assert_eq!(network.evaluate(&[1.0, 2.0, 3.0, 4.0], 2, &mut scratch), expected);
    let mut shared = SharedScratch::default();
    assert_eq!(network.evaluate_on_threads(&[1.0, 2.0, 3.0, 4.0], 2, &mut shared), expected);
}

#[test]
fn networks_are_of_one_shape_whatever_their_weights_are() {
    let network = |scale: f32, input: usize, activation: Activation| {
        let first = linear("a", 0, &[scale, 0.0, 0.0, scale], &[0.0; 2], Activation::Identity);
        Network::new(2, vec![first, addition([1, input], 2, activation)]).unwrap()
    };
    let first = network(1.0, 0, Activation::Relu);
    assert!(first.is_shaped_as(&network(2.0, 0, Activation::Relu)));
    assert!(!first.is_shaped_as(&network(1.0, 1, Activation::Relu)));
    assert!(!first.is_shaped_as(&network(1.0, 0, Activation::Sigmoid)));
    let shorter = Network::new(2, first.operations()[..1].to_vec()).unwrap();
    assert!(!first.is_shaped_as(&shorter) && !shorter.is_shaped_as(&first));
}

#[test]
fn on_threads_the_values_are_the_same() {
    let draws = crate::random::normal_rows(1, crate::random::Purpose::Sample, 0, 1, 300 * 5 + 5 * 40 + 40 * 3);
    let (inputs, weights) = draws.split_at(300 * 5);
    let first = linear("a", 0, &weights[..200], &[0.1; 40], Activation::Relu);
    let second = linear("b", 1, &weights[200..], &[0.2; 3], Activation::Sigmoid);
    let network = Network::new(5, vec![first, second]).unwrap();
    let mut serial = Scratch::default();
    for threads in [1, 2, 5] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let mut shared = SharedScratch::default();
        for count in [300, 1, 0, 77] {
            let found = pool.install(|| network.evaluate_on_threads(inputs, count, &mut shared).to_vec());
            let expected = network.evaluate(inputs, count, &mut serial);
            assert!(found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-6), "{threads} threads, {count} rows");
            assert_eq!(found.len(), 3 * count);
        }
    }
}

#[test]
fn the_jacobian_is_that_of_each_direction_alone_and_of_small_differences() {
    let weights = |count: usize, scale: f32| (0..count).map(|i| scale * ((i * 37 % 19) as f32 / 9.0 - 1.0)).collect();
    let [first, second]: [Vec<f32>; 2] = [weights(15, 0.8), weights(20, 0.6)];
    let hidden = linear("hidden", 0, &first, &[0.1, -0.2, 0.3, 0.05, -0.4], Activation::LeakyRelu { slope: 0.2 });
    let last = linear("last", 1, &second, &[0.0; 4], Activation::Sigmoid);
    let network = Network::new(3, vec![hidden, last]).unwrap();
    let input = [0.3, -0.7, 0.4];
    let (mut scratch, mut alone) = (TangentScratch::default(), TangentScratch::default());
    let jacobian = network.jacobian(&input, &mut scratch);
    assert_eq!((jacobian.values.len(), jacobian.tangents.len()), (4, 12));
    for (axis, row) in jacobian.tangents.chunks_exact(4).enumerate() {
        let mut direction = [0.0; 3];
        direction[axis] = 1.0;
        let pushed = network.push_forward(&input, &[&direction], 1, &mut alone);
        assert!(pushed.tangents.iter().zip(row).all(|(a, b)| (a - b).abs() < 1e-6), "{axis}");
        assert!(pushed.values.iter().zip(jacobian.values).all(|(a, b)| (a - b).abs() < 1e-6), "{axis}");
        let at = |step: f32| {
            let mut moved = input;
            moved[axis] += step;
            network.evaluate(&moved, 1, &mut Scratch::default()).to_vec()
        };
        let (after, before) = (at(1e-2), at(-1e-2));
        for ((after, before), slope) in after.iter().zip(&before).zip(row) {
            assert!(((after - before) / 2e-2 - slope).abs() < 1e-4, "{axis}");
        }
    }
}

#[test]
fn what_does_not_fit_is_refused_by_name() {
    let refused = |operations| Network::new(2, operations).unwrap_err().to_string();
    assert_eq!(refused(vec![]), "expected at least one operation, found none");
    let mut short = linear("fc", 0, &[1.0; 4], &[0.0; 2], Activation::Identity);
    short.weight = [1.0; 3].into();
    assert_eq!(refused(vec![short]), "operation 0 (fc): expected 4 weights and 2 biases, found 3 and 2");
    let wide = linear("fc", 0, &[1.0; 6], &[0.0; 2], Activation::Identity);
    assert_eq!(refused(vec![wide]), "operation 0 (fc): expected 3 values to read, found 2");
    let forward = linear("fc", 1, &[1.0; 4], &[0.0; 2], Activation::Identity);
    assert_eq!(refused(vec![forward]), "operation 0 (fc): expected inputs below 1, found [1]");
    let mut two = linear("fc", 0, &[1.0; 4], &[0.0; 2], Activation::Identity);
    two.inputs = vec![0, 0];
    assert_eq!(refused(vec![two]), "operation 0 (fc): expected one input, found 2");
    let three = addition([0, 0], 3, Activation::Identity);
    assert_eq!(refused(vec![three]), "operation 0 (sum): expected 3 and 3 values to read, found 2 and 2");
    let turned = concatenation([0, 0], 2, [1, 2]);
    assert_eq!(refused(vec![turned]), "operation 0 (both): expected 2 and 4 values to read, found 2 and 2");
    let later = addition([0, 1], 2, Activation::Identity);
    assert_eq!(refused(vec![later]), "operation 0 (sum): expected inputs below 1, found [0, 1]");
    let mut one = addition([0, 0], 2, Activation::Identity);
    one.inputs = vec![0];
    assert_eq!(refused(vec![one]), "operation 0 (sum): expected two inputs, found 1");
    let mut weighted = addition([0, 0], 2, Activation::Identity);
    weighted.weight = [1.0].into();
    assert_eq!(refused(vec![weighted]), "operation 0 (sum): expected 0 weights and 0 biases, found 1 and 0");
}

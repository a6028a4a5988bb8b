#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::cache::SnapshotCache;
use super::half_snapshot::whole_bytes;
use super::*;
use crate::dataset::ImageShape;
use crate::snapshot::{Activation, Network, Operation, Scratch, Snapshot, WeightDeviations};
use proptest::prelude::*;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

fn snapshot(step: u64, outputs: usize) -> Snapshot {
    let weight: Vec<f32> = (0..2 * outputs).map(|i| (i * 37 % 101) as f32 / 50.0 - 1.0 + step as f32 * 1e-5).collect();
    let operation = Operation::linear("out", 0, (weight, vec![0.25; outputs]), Activation::Sigmoid);
    let decoder = Network::new(2, vec![operation]).unwrap();
    let image = ImageShape::grey(1, outputs);
    Snapshot {
        step,
        image,
        latent: 2,
        likelihood: None,
        decoder,
        encoder: None,
        critic: None,
        prior: Default::default(),
    }
}

fn half(step: u64) -> HalfSnapshot {
    HalfSnapshot::of(&snapshot(step, 64))
}

#[test]
fn half_a_snapshot_takes_half_the_memory_and_decodes_almost_the_same() {
    let whole = snapshot(3, 64);
    let half = HalfSnapshot::of(&whole);
    assert!(half.bytes() <= whole_bytes(&whole) * 2 / 3, "{} of {}", half.bytes(), whole_bytes(&whole));
    let again = half.snapshot().unwrap();
    assert_eq!((again.step, again.image, again.latent), (3, whole.image, 2));
    let (mut one, mut other) = (Scratch::default(), Scratch::default());
    let latents = [0.5, -1.5, 2.0, 0.25];
    let pairs =
        whole.decoder.evaluate(&latents, 2, &mut one).iter().zip(again.decoder.evaluate(&latents, 2, &mut other));
    assert!(pairs.clone().all(|(one, other)| (one - other).abs() < 1e-3));
    assert!(pairs.into_iter().any(|(one, other)| one != other), "16 bits are fewer than 32");
    // What is finite stays so, what is not does too.
    let weights = vec![1e6, -1e6, f32::NAN, 1e-9];
    let operation = Operation::linear("out", 0, (weights, vec![0.0; 2]), Activation::Identity);
    let large = Snapshot { decoder: Network::new(2, vec![operation]).unwrap(), ..snapshot(0, 2) };
    let weight = HalfSnapshot::of(&large).snapshot().unwrap().decoder.operations()[0].weight.clone();
    assert_eq!(weight[..2], [65504.0, -65504.0]);
    assert!(weight[2].is_nan() && weight[3] == 0.0);
}

#[test]
fn deviations_of_weights_are_kept_as_the_weights_are() {
    let plain = snapshot(3, 64);
    let deviations = WeightDeviations { weight: vec![0.1; 128].into(), bias: vec![0.2; 64].into() };
    let decoder = plain.decoder.clone().with_deviations([deviations]).unwrap();
    let normal = Snapshot { decoder, ..plain.clone() };
    assert_eq!(whole_bytes(&normal), 2 * whole_bytes(&plain));
    let half = HalfSnapshot::of(&normal);
    assert_eq!(half.bytes(), 2 * HalfSnapshot::of(&plain).bytes());
    let again = half.snapshot().unwrap().decoder;
    let kept = again.deviations().unwrap().operations()[0].clone();
    assert!(kept.weight.iter().all(|deviation| (deviation - 0.1).abs() < 1e-4) && kept.bias[..] == [0.2; 64]);
}

#[test]
fn a_ring_stays_within_its_budget_over_twenty_thousand_steps() {
    let one = half(0).bytes();
    let budget = 40 * one;
    let mut ring = SnapshotRing::new(budget);
    for step in 0..=20_000 {
        ring.push(half(step));
        assert!(ring.bytes() <= budget, "{} of {budget} bytes at step {step}", ring.bytes());
        assert_eq!(ring.newest(), Some(step));
    }
    let steps = ring.steps();
    assert_eq!((steps.first(), steps.last(), steps.len()), (Some(&0), Some(&20_000), 40), "{steps:?}");
    // On a logarithmic scale from either end: no gap is longer than a part of the way to the nearer end.
    for pair in steps.windows(2) {
        let (gap, from_end) = (pair[1] - pair[0], pair[1].min(20_000 - pair[0]));
        assert!(gap <= 4 + from_end, "{pair:?} in {steps:?}");
    }
    let of = |low: u64, high: u64| steps.iter().filter(|step| (low..high).contains(step)).count();
    assert!(of(1, 200) >= 6 && of(19_800, 20_000) >= 6 && of(5_000, 15_000) <= 10, "{steps:?}");
    for step in &steps {
        assert_eq!(ring.get(*step).unwrap().step(), *step);
    }
    assert!(ring.get(20_001).is_none());
    // Less memory: what is there is thinned at once; none at all: nothing is kept.
    ring.set_budget(10 * one);
    assert_eq!((ring.steps().len(), ring.steps()[0], ring.newest()), (10, 0, Some(20_000)));
    ring.set_budget(one);
    assert_eq!(ring.steps(), [20_000]);
    ring.set_budget(one - 1);
    assert_eq!((ring.steps().len(), ring.bytes()), (0, 0));
}

#[test]
fn a_training_that_begins_anew_forgets_the_one_before() {
    let mut ring = SnapshotRing::new(1 << 20);
    for step in [0, 5, 9, 9] {
        ring.push(half(step));
    }
    assert_eq!(ring.steps(), [0, 5, 9]);
    ring.push(half(2));
    assert_eq!((ring.steps(), ring.bytes()), (vec![2], half(2).bytes()));
}

fn timeline(axis: TimelineAxis, tracks: &[TimelineTrack]) -> Timeline {
    let tracks = (0..).map(ModelId).zip(tracks.iter().cloned()).collect();
    Timeline { axis, place: TimelinePlace::Live, tracks }
}

fn scaled(run: &[u64], memory: &[u64], newest: u64, scale: f64) -> TimelineTrack {
    TimelineTrack::new(run, memory, newest, |steps| steps.iter().map(|step| *step as f64 * scale).collect())
}

#[test]
fn a_place_shows_what_was_kept_last_before_it_from_where_it_is_most_exact() {
    let track = scaled(&[0, 100, 1000], &[100, 150, 1000], 1000, 1.0);
    let kept: Vec<_> = track.marks().iter().map(|mark| (mark.step, mark.kept)).collect();
    let expected = [(0, KeptIn::Run), (100, KeptIn::Run), (150, KeptIn::Memory), (1000, KeptIn::Newest)];
    assert_eq!(kept, expected);
    let at = |x| track.at(TimelinePlace::At(x)).unwrap().step;
    assert_eq!([at(0.0), at(99.9), at(100.0), at(149.0), at(999.0), at(5000.0)], [0, 0, 100, 100, 150, 1000]);
    assert_eq!(track.at(TimelinePlace::Live).unwrap().step, 1000);
    let later = scaled(&[], &[70], 90, 1.0);
    assert_eq!(later.at(TimelinePlace::At(3.0)).unwrap().step, 70, "the first there is");
    let around: Vec<u64> = track.around(TimelinePlace::At(120.0)).iter().map(|mark| mark.step).collect();
    assert_eq!((around[0], around.len()), (100, 4));
}

/// Two runs, one of which takes twice the batch and half the steps a second.
#[test]
fn two_runs_are_aligned_by_step_by_seconds_and_by_images() {
    let steps: Vec<u64> = (0..10).map(|i| i * 100).collect();
    let of = |scales: [f64; 2]| scales.map(|scale| scaled(&steps, &[], 900, scale));
    let seen = |axis, scales| {
        let timeline = Timeline { place: TimelinePlace::At(30_000.0), ..timeline(axis, &of(scales)) };
        [0, 1].map(|id| timeline.mark(ModelId(id)).unwrap().step)
    };
    assert_eq!(seen(TimelineAxis::Images, [64.0, 128.0]), [400, 200]);
    assert_eq!(seen(TimelineAxis::Seconds, [50.0, 100.0]), [600, 300]);
    let timeline = Timeline { place: TimelinePlace::At(350.0), ..timeline(TimelineAxis::Step, &of([1.0, 1.0])) };
    assert_eq!([0, 1].map(|id| timeline.mark(ModelId(id)).unwrap().step), [300, 300]);
    assert_eq!(timeline.mark(ModelId(2)), None);
}

#[test]
fn it_goes_from_mark_to_mark_of_both_and_is_live_at_the_right_end() {
    let mut timeline =
        timeline(TimelineAxis::Step, &[scaled(&[0, 10, 20], &[], 30, 1.0), scaled(&[0, 15], &[], 25, 1.0)]);
    assert!(timeline.is_offered());
    assert_eq!((timeline.places(), timeline.end()), (vec![0.0, 10.0, 15.0, 20.0, 25.0, 30.0], 30.0));
    let mut seen = Vec::new();
    for _ in 0..6 {
        timeline.place = timeline.stepped(-1);
        seen.push(timeline.position());
    }
    assert_eq!(seen, [25.0, 20.0, 15.0, 10.0, 0.0, 0.0]);
    timeline.place = TimelinePlace::At(12.0);
    assert_eq!((timeline.stepped(-1), timeline.stepped(1)), (TimelinePlace::At(10.0), TimelinePlace::At(15.0)));
    assert_eq!((timeline.stepped(10), timeline.stepped(-10)), (TimelinePlace::Live, TimelinePlace::At(0.0)));
    assert_eq!(timeline.placed(31.0), TimelinePlace::Live);
    assert_eq!(timeline.placed(-3.0), TimelinePlace::At(0.0));
    // A film: from where it stands, else from the other end.
    assert_eq!(timeline.film_start(PlayWay::Forwards), TimelinePlace::At(12.0));
    timeline.place = TimelinePlace::Live;
    assert_eq!(timeline.film_start(PlayWay::Forwards), TimelinePlace::At(0.0));
    assert_eq!(timeline.film_start(PlayWay::Backwards), TimelinePlace::Live);
    timeline.place = TimelinePlace::At(0.0);
    assert_eq!(timeline.film_start(PlayWay::Backwards), TimelinePlace::Live);
    assert!(!super::Timeline::default().is_offered());
    assert_eq!(super::Timeline::default().stepped(-1), TimelinePlace::Live);
}

#[test]
fn the_cache_holds_what_it_may_and_lets_go_of_what_was_not_looked_at() {
    let one = whole_bytes(&snapshot(0, 64));
    let mut cache = SnapshotCache::new(3 * one);
    for step in 0..3 {
        cache.insert((1, step), Arc::new(snapshot(step, 64)));
    }
    assert!(!cache.has_room((1, 9)) && cache.has_room((1, 0)));
    assert!(cache.get((1, 0)).is_some());
    cache.insert((1, 9), Arc::new(snapshot(9, 64)));
    assert!(cache.contains((1, 0)) && !cache.contains((1, 1)) && cache.bytes() == 3 * one);
    cache.retain(|source| source != 1);
    assert_eq!(cache.bytes(), 0);
}

#[test]
fn the_store_packs_and_reads_back_and_says_once_what_it_cannot() {
    let woken = Arc::new(Mutex::new(0));
    let count = woken.clone();
    let store = TimelineStore::spawn(1 << 26, Arc::new(move || *count.lock().unwrap() += 1)).unwrap();
    let ring: SharedRing = Arc::new(Mutex::new(SnapshotRing::new(1 << 26)));
    let until = |what: &str, reached: &dyn Fn() -> bool| {
        let began = Instant::now();
        while !reached() {
            assert!(began.elapsed() < Duration::from_secs(20), "{what}");
            std::thread::sleep(Duration::from_millis(1));
        }
    };
    // Larger than what is unpacked by who asks.
    for step in [0u64, 7] {
        assert!(store.keep(&ring, &Arc::new(snapshot(step, 200_000))));
        until("it is packed", &|| ring.lock().unwrap().newest() == Some(step));
    }
    assert_eq!(*woken.lock().unwrap(), 0, "nobody waits for what is packed");
    let of = |step| PastRequest { source: PastSource::Ring(2, ring.clone()), step, now: true };
    assert!(store.get(&of(7)).is_none());
    store.request(vec![of(7), PastRequest { now: false, ..of(0) }]);
    until("both are there", &|| store.get(&of(7)).is_some() && store.get(&of(0)).is_some());
    assert_eq!((store.get(&of(7)).unwrap().step, *woken.lock().unwrap()), (7, 1));
    let nowhere = PastRequest { source: PastSource::Run(1, std::path::Path::new("/nothing/is/here").into()), ..of(3) };
    store.request(vec![nowhere.clone()]);
    let why = Mutex::new(None);
    until("it has failed", &|| {
        let failure = store.take_failure(&nowhere);
        let failed = failure.is_some();
        *why.lock().unwrap() = failure;
        failed
    });
    let why = why.lock().unwrap().take().unwrap().to_string();
    assert!(why.contains("config.toml"), "{why}");
    assert!(store.take_failure(&nowhere).is_none(), "it is said once");
    store.retain(|_| false);
    assert!(store.get(&of(7)).is_none());
}

proptest! {
    /// Whatever is pushed: steps rise, bytes are those of what is there, the first and the newest are kept.
    #[test]
    fn a_ring_is_always_whole(steps in prop::collection::vec(0u64..3000, 1..200), most in 3u64..20) {
        let one = half(0).bytes();
        let mut ring = SnapshotRing::new(most * one);
        let mut first = steps[0];
        let mut newest = None;
        for step in steps {
            if newest.is_none_or(|newest| step < newest) {
                first = step;
            }
            ring.push(half(step));
            newest = Some(step);
            let kept = ring.steps();
            prop_assert!(kept.windows(2).all(|pair| pair[0] < pair[1]));
            prop_assert_eq!(ring.bytes(), kept.len() as u64 * one);
            prop_assert!(ring.bytes() <= most * one);
            prop_assert_eq!((kept.first().copied(), ring.newest()), (Some(first), newest));
        }
    }
}

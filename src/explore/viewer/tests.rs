#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
use super::*;
use crate::dataset::{Cells, Column, ColumnValues, ImageShape, Split, stratified};
use crate::explore::coloring::{ColorBy, ColoringRequest, PointKey};
use crate::explore::line::PlaneLine;
use crate::explore::nearest::nearest;
use crate::explore::plane::Plane;
use crate::explore::tiles::{AtlasLimits, Lattice};
use crate::snapshot::Snapshot;
use crate::snapshot::{Activation, Likelihood, Network, Operation, Scratch};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

const A: ModelId = ModelId(0);

fn layer(inputs: usize, outputs: usize, bias: f32) -> Network {
    let values = (vec![0.1; inputs * outputs], vec![bias; outputs]);
    Network::new(inputs, vec![Operation::linear("layer", 0, values, Activation::Sigmoid)]).unwrap()
}

fn snapshot(step: u64) -> Arc<Snapshot> {
    let (decoder, encoder) = (layer(2, 4, step as f32), Some(layer(4, 4, 0.0)));
    Arc::new(Snapshot {
        step,
        image: ImageShape::grey(2, 2),
        latent: 2,
        likelihood: Some(Likelihood::Bernoulli),
        decoder,
        encoder,
        critic: None,
        prior: Default::default(),
    })
}

fn split() -> Split {
    let pixels: Vec<u8> = (0..400).map(|i| (i % 251) as u8).collect();
    Split::of_bytes(ImageShape::grey(2, 2), pixels, Vec::new())
}

fn tile_request(snapshot: &Arc<Snapshot>, column: i64) -> TileRequest {
    let lattice = Lattice { cell: 0.2, column, row: 0, columns: 32, rows: 32 };
    let limits = AtlasLimits::default();
    TileRequest { snapshot: snapshot.clone(), plane: Arc::new(Plane::of_two()), lattice, limits }
}

fn coloring(split: &Split, images: &Arc<[u32]>, by: ColorBy) -> Arc<ColoringRequest> {
    Arc::new(ColoringRequest::new(split, images, by))
}

fn points_request(snapshot: Arc<Snapshot>, plane: Arc<Plane>, split: &Split, images: &Arc<[u32]>) -> PointsRequest {
    let coloring = coloring(split, images, ColorBy::Class);
    PointsRequest { snapshot, plane, split: split.clone(), images: images.clone(), coloring }
}

fn until(what: &str, done: impl Fn() -> bool) {
    let begin = Instant::now();
    while !done() {
        assert!(begin.elapsed() < Duration::from_secs(20), "waited in vain until {what}");
        std::thread::sleep(Duration::from_millis(1));
    }
}

fn counting() -> (Arc<AtomicUsize>, Arc<dyn Fn() + Send + Sync>) {
    let count = Arc::new(AtomicUsize::new(0));
    let counted = count.clone();
    (count, Arc::new(move || _ = counted.fetch_add(1, Ordering::SeqCst)))
}

#[test]
fn every_kind_of_work_comes_out_for_any_number_of_models() {
    let (woken, wake) = counting();
    let viewer = Viewer::spawn(wake).unwrap();
    let split = split();
    let at = |model: u64| Arc::new(Look { snapshot: snapshot(model + 5), latent: vec![0.5, -1.0] });
    let models = [0, 1, 7];
    for model in models {
        let (snapshot, step, model) = (snapshot(model + 5), model, ModelId(model as u32));
        let plane = Arc::new(Plane::of_two());
        viewer.request_tiles(model, tile_request(&snapshot, 0));
        viewer.request_points(model, points_request(snapshot.clone(), plane, &split, &(0..50).collect()));
        viewer.request_nearest(model, NearestRequest { look: at(step), split: split.clone() });
        viewer.request_look(model, at(step));
        let along = PlaneLine { from: [-1.0, 0.0], to: [1.0, 2.0] }.tiles(&Plane::of_two());
        let line = TileRequest { plane: Arc::new(along.plane), lattice: along.lattice, ..tile_request(&snapshot, 0) };
        viewer.request_line(model, line);
    }
    until("all is made", || viewer.is_idle());
    for (model, step) in models.map(|model| (ModelId(model as u32), model)) {
        assert_eq!(viewer.tiles(model).unwrap().step, step + 5);
        let line = viewer.line(model).unwrap();
        assert_eq!((line.step, line.lattice.columns, line.lattice.rows), (step + 5, PlaneLine::IMAGES, 1));
        assert_eq!(viewer.points(model).unwrap().count(), 50);
        let (found, look) = (viewer.nearest(model).unwrap(), viewer.look(model).unwrap());
        let expected = look.look.snapshot.decoder.evaluate(&look.look.latent, 1, &mut Scratch::default()).to_vec();
        let image = look.image().unwrap();
        assert_eq!((&**image, look.values.len()), (&*expected, 2));
        assert_eq!(Some(found.nearest), nearest(&split, image, &mut || true));
    }
    assert_eq!(woken.load(Ordering::SeqCst), 15);
    assert!(viewer.tiles(ModelId(2)).is_none());
}

#[test]
fn the_same_request_again_makes_nothing() {
    let (woken, wake) = counting();
    let viewer = Viewer::spawn(wake).unwrap();
    let snapshot = snapshot(1);
    for _ in 0..3 {
        viewer.request_tiles(A, tile_request(&snapshot, 0));
        until("all is made", || viewer.is_idle());
    }
    assert_eq!(woken.load(Ordering::SeqCst), 1);
}

#[test]
fn another_plane_does_not_encode_again() {
    let viewer = Viewer::spawn(Arc::new(|| {})).unwrap();
    let (snapshot, split) = (snapshot(1), split());
    let request = |origin: f32| {
        let plane = Arc::new(Plane { origin: vec![origin; 2], ..Plane::of_two() });
        points_request(snapshot.clone(), plane, &split, &(0..100).collect())
    };
    viewer.request_points(A, request(0.0));
    until("all is made", || viewer.is_idle());
    let before = viewer.points(A).unwrap();
    viewer.request_points(A, request(1.0));
    until("all is made", || viewer.is_idle());
    let after = viewer.points(A).unwrap();
    assert!(Arc::ptr_eq(&before.encoding, &after.encoding));
    assert!((before.position(3).unwrap()[0] - after.position(3).unwrap()[0] - 1.0).abs() < 1e-5);
}

#[test]
fn other_colours_do_not_encode_again() {
    let viewer = Viewer::spawn(Arc::new(|| {})).unwrap();
    let number = Cells::ByIndex(Arc::new(|index| index as f32));
    let column = Column { name: "size".to_owned(), values: ColumnValues::Number(number) };
    let split = Split::of_bytes(ImageShape::grey(2, 2), [9; 400], vec![column]);
    let images: Arc<[u32]> = (0..100).collect();
    let request = points_request(snapshot(1), Arc::new(Plane::of_two()), &split, &images);
    viewer.request_points(A, request.clone());
    until("all is made", || viewer.is_idle());
    let before = viewer.points(A).unwrap();
    let by_size = coloring(&split, &images, ColorBy::Column("size".to_owned()));
    viewer.request_points(A, PointsRequest { coloring: by_size, ..request });
    until("all is made", || viewer.is_idle());
    let after = viewer.points(A).unwrap();
    assert!(Arc::ptr_eq(&before.encoding, &after.encoding));
    assert_eq!((&before.coloring.key, before.group(99)), (&PointKey::Class, 0));
    assert!(matches!(after.coloring.key, PointKey::Scale(scale) if (scale.low, scale.high) == (0.0, 99.0)));
    assert_eq!((after.group(0), after.group(99)), (0, 254));
}

/// Waits in every batch until it is let go.
struct Gate {
    inner: CpuDecoder,
    batches: Arc<AtomicUsize>,
    open: Arc<AtomicUsize>,
}

impl Decoder for Gate {
    fn decode(&mut self, snapshot: &Snapshot, latents: &[f32], count: usize) -> &[f32] {
        self.batches.fetch_add(1, Ordering::SeqCst);
        until("the gate is open", || self.open.load(Ordering::SeqCst) > 0);
        assert!(snapshot.step != 13, "step 13");
        self.inner.decode(snapshot, latents, count)
    }
}

fn gated(open: usize) -> (Viewer, Arc<AtomicUsize>, Arc<AtomicUsize>) {
    let (batches, open) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(open)));
    let gate = Gate { inner: CpuDecoder::default(), batches: batches.clone(), open: open.clone() };
    (Viewer::with_decoder(Box::new(gate), Arc::new(|| {})).unwrap(), batches, open)
}

#[test]
fn tiles_of_another_place_are_abandoned_and_the_cursor_comes_first() {
    let (viewer, batches, open) = gated(0);
    let (snapshot, split) = (snapshot(1), split());
    viewer.request_tiles(A, tile_request(&snapshot, 0));
    until("the first batch has begun", || batches.load(Ordering::SeqCst) == 1);
    viewer.request_tiles(A, tile_request(&snapshot, 50));
    let look = Arc::new(Look { snapshot: snapshot.clone(), latent: vec![0.0; 2] });
    viewer.request_nearest(A, NearestRequest { look, split });
    open.store(1, Ordering::SeqCst);
    until("the search is done", || viewer.nearest(A).is_some());
    until("all is made", || viewer.is_idle());
    assert_eq!(viewer.tiles(A).unwrap().lattice.column, 50);
    // One batch of the first request, eight of the second.
    assert_eq!(batches.load(Ordering::SeqCst), 9);
}

#[test]
fn newer_weights_let_the_tiles_of_the_same_place_finish() {
    let (viewer, batches, open) = gated(0);
    viewer.request_tiles(A, tile_request(&snapshot(1), 0));
    until("the first batch has begun", || batches.load(Ordering::SeqCst) == 1);
    viewer.request_tiles(A, tile_request(&snapshot(2), 0));
    open.store(1, Ordering::SeqCst);
    until("all is made", || viewer.is_idle());
    assert_eq!(viewer.tiles(A).unwrap().step, 2);
    assert_eq!(batches.load(Ordering::SeqCst), 16);
}

#[test]
fn what_was_cleared_does_not_come_back() {
    let (viewer, batches, open) = gated(0);
    viewer.request_tiles(A, tile_request(&snapshot(1), 0));
    until("the first batch has begun", || batches.load(Ordering::SeqCst) == 1);
    viewer.clear(A);
    open.store(1, Ordering::SeqCst);
    until("all is made", || viewer.is_idle());
    assert!(viewer.tiles(A).is_none());
}

#[test]
fn a_panic_is_said_and_the_viewer_goes_on() {
    let (viewer, batches, _) = gated(1);
    let unlucky = tile_request(&snapshot(13), 0);
    viewer.request_tiles(A, unlucky.clone());
    until("all is made", || viewer.is_idle());
    assert!(viewer.take_message().unwrap().to_string().contains("step 13"));
    // What failed is not tried again by itself.
    viewer.request_tiles(A, unlucky);
    until("all is made", || viewer.is_idle());
    assert_eq!(batches.load(Ordering::SeqCst), 1);
    viewer.request_tiles(A, tile_request(&snapshot(14), 0));
    until("all is made", || viewer.is_idle());
    assert_eq!(viewer.tiles(A).unwrap().step, 14);
    assert_eq!(viewer.take_message(), None);
}

#[test]
fn a_model_that_is_removed_leaves_nothing_and_the_next_one_starts_clean() {
    let (viewer, batches, open) = gated(0);
    viewer.request_tiles(A, tile_request(&snapshot(1), 0));
    until("the first batch has begun", || batches.load(Ordering::SeqCst) == 1);
    viewer.clear(A);
    // The same place is asked for again, before the work on what it asked for first has ended.
    viewer.request_tiles(A, tile_request(&snapshot(2), 0));
    open.store(1, Ordering::SeqCst);
    until("all is made", || viewer.is_idle());
    assert_eq!(viewer.tiles(A).unwrap().step, 2);
    // The removed one's work ended after its first batch.
    assert_eq!(batches.load(Ordering::SeqCst), 9);
}

#[test]
fn no_model_starves_another() {
    let viewer = Viewer::spawn(Arc::new(|| {})).unwrap();
    let models: Vec<ModelId> = (0..5).map(ModelId).collect();
    let step = std::cell::Cell::new(0);
    // Newer weights of all of them, all the time: each has its turn nevertheless.
    until("each has tiles", || {
        step.set(step.get() + 1);
        for model in &models {
            viewer.request_tiles(*model, tile_request(&snapshot(step.get()), 0));
        }
        models.iter().all(|model| viewer.tiles(*model).is_some())
    });
    until("all is made", || viewer.is_idle());
    assert!(models.iter().all(|model| viewer.tiles(*model).is_some_and(|tiles| tiles.step == step.get())));
}

/// Encoding many images takes long, on a busy machine half a minute; meanwhile a model trains on, and the tiles follow it.
#[test]
fn points_of_the_same_weights_come_with_each_refresh_of_the_tiles() {
    let split = split();
    let all: Arc<[u32]> = (0..100).cycle().take(20_000).collect();
    let slice = stratified(split.count(), 50, |image| image % 10);
    let ask = move |step: u64, images: &Arc<[u32]>| {
        let plane = Arc::new(Plane::of_two());
        points_request(snapshot(step), plane, &split, images)
    };
    let viewer: Arc<OnceLock<Viewer>> = Arc::default();
    let log: Arc<Mutex<Vec<_>>> = Arc::default();
    // Each refresh asks for the next one, on the viewer's own thread: what comes when does not hang on this one's speed.
    let (seen, written) = (viewer.clone(), log.clone());
    let wake = Arc::new(move || {
        let viewer = seen.wait();
        let steps = (viewer.tiles(A).map(|tiles| tiles.step), viewer.slice(A).map(|slice| slice.encoding.step));
        written.lock().unwrap().push((steps, viewer.points(A).is_some()));
        let next = match steps.0 {
            None => 1,
            Some(1) => 2,
            _ => 700,
        };
        let request = ask(next, &slice);
        viewer.request_tiles(A, TileRequest { snapshot: request.snapshot.clone(), ..tile_request(&snapshot(0), 0) });
        viewer.request_slice(A, request);
        if steps.0.is_none() {
            viewer.request_points(A, ask(0, &all));
        }
    });
    let viewer = viewer.get_or_init(|| Viewer::spawn(wake).unwrap());
    viewer.request_look(A, Arc::new(Look { snapshot: snapshot(0), latent: vec![0.0; 2] }));
    until("all points are made", || viewer.points(A).is_some());
    let log = log.lock().unwrap();
    let of_one_step = |step| ((Some(step), Some(step)), false);
    assert_eq!(log[..4], [((None, None), false), of_one_step(1), of_one_step(2), of_one_step(700)], "{log:?}");
    assert!(log.iter().all(|((tiles, slice), _)| tiles == slice), "never of different weights: {log:?}");
}

#[test]
fn a_slice_comes_without_tiles_where_the_device_decodes_them() {
    let (viewer, split) = (Viewer::spawn(Arc::new(|| {})).unwrap(), split());
    let images: Arc<[u32]> = [3, 50].into();
    let plane = Arc::new(Plane::of_two());
    viewer.request_slice(A, points_request(snapshot(9), plane, &split, &images));
    until("all is made", || viewer.is_idle());
    let slice = viewer.slice(A).unwrap();
    assert_eq!((slice.encoding.step, slice.image(1)), (9, Some(50)));
}

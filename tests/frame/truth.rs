//! What is drawn together is of one step, or says otherwise: while two models train and every core is busy.

use crate::window::{SIZES, Window};
use latentarium::ui::command::ModelCommand;
use latentarium::ui::slot::Slot;
use latentarium::ui::text::whole;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Steps of the weights that points, tiles and the model are of.
fn steps(window: &Window) -> Option<[u64; 3]> {
    let session = window.session.borrow();
    let points = session.points(Slot::A)?.encoding.step;
    let tiles = session.tiles(Slot::A)?.step;
    Some([points, tiles, session.model(Slot::A).shown()?.step])
}

#[test]
fn points_and_tiles_are_of_one_step_or_a_note_says_which_under_full_load() {
    let mut window = Window::open(SIZES[1]);
    let stop = Arc::new(AtomicBool::new(false));
    let busy: Vec<_> = (0..2)
        .map(|_| {
            let stop = stop.clone();
            std::thread::spawn(move || {
                while !stop.load(Ordering::Relaxed) {
                    std::hint::spin_loop();
                }
            })
        })
        .collect();
    window.session.borrow_mut().apply(ModelCommand::ToggleAll);
    let began = Instant::now();
    let (mut looked, mut apart, mut behind) = (0, 0, 0);
    while began.elapsed() < Duration::from_secs(6) || looked < 20 {
        assert!(
            began.elapsed() < Duration::from_secs(120),
            "only {looked} frames with points and tiles in two minutes"
        );
        let before = steps(&window);
        window.harness.step();
        let after = steps(&window);
        // What came while the frame was drawn was not drawn yet.
        let (Some([points, tiles, newest]), true) = (after, before == after) else { continue };
        looked += 1;
        let says = |step: u64| {
            let step = whole(step);
            window.texts().iter().any(|text| text.text.contains("step") && text.text.contains(&step))
        };
        if points != tiles {
            apart += 1;
            assert!(says(points) && says(tiles), "points of {points}, tiles of {tiles}, and no note");
        } else if tiles != newest {
            behind += 1;
            assert!(says(tiles), "tiles of {tiles}, weights of {newest}, and no note");
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    stop.store(true, Ordering::Relaxed);
    busy.into_iter().for_each(|thread| thread.join().unwrap());
    println!("{looked} frames: {apart} with points and tiles of two steps, {behind} behind the weights; each said so");
    assert!(looked >= 20);
}

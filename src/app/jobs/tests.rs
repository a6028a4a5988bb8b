#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
use super::*;
use proptest::prelude::*;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

fn jobs() -> Jobs {
    Jobs::new(Arc::default(), 2)
}

fn answer(text: &str) -> Done {
    Done::Exported(Ok(PathBuf::from(text)))
}

fn text(finished: &Finished) -> Option<String> {
    match &finished.done {
        Some(Done::Exported(Ok(path))) => Some(path.display().to_string()),
        _ => None,
    }
}

fn next(jobs: &mut Jobs) -> Finished {
    let began = Instant::now();
    loop {
        if let Some(finished) = jobs.next() {
            return finished;
        }
        assert!(began.elapsed() < Duration::from_secs(20), "no job finished");
        std::thread::sleep(Duration::from_millis(1));
    }
}

/// Lets all threads end; what is left is what nobody waits for.
fn settle(jobs: &mut Jobs) -> Vec<Finished> {
    let (began, mut finished) = (Instant::now(), Vec::new());
    while jobs.running > 0 {
        finished.extend(jobs.next());
        assert!(began.elapsed() < Duration::from_secs(20), "jobs did not end");
        std::thread::yield_now();
    }
    finished
}

#[test]
fn a_newer_job_cancels_the_older_and_its_late_answer_is_dropped() {
    let mut jobs = jobs();
    jobs.start(JobKey::Open, |progress| {
        while !progress.is_cancelled() {
            std::thread::yield_now();
        }
        answer("older")
    });
    jobs.start(JobKey::Open, |_| answer("newer"));
    let finished = settle(&mut jobs);
    assert_eq!(finished.iter().filter_map(text).collect::<Vec<_>>(), ["newer"]);
    assert!(!jobs.is_running(&JobKey::Open));
}

#[test]
fn a_cancelled_job_gives_nothing() {
    let mut jobs = jobs();
    jobs.start(JobKey::Open, |_| answer("late"));
    assert!(jobs.cancel(&JobKey::Open));
    assert!(!jobs.cancel(&JobKey::Open));
    assert!(settle(&mut jobs).is_empty());
}

#[test]
fn some_are_cancelled_by_what_they_are_about() {
    let mut jobs = jobs();
    let [first, second] = ["first", "second"].map(|name| JobKey::ReadRuns(PathBuf::from(name)));
    for key in [first.clone(), second.clone(), JobKey::Cache] {
        jobs.start(key, |_| answer("done"));
    }
    jobs.cancel_all(|key| matches!(key, JobKey::ReadRuns(folder) if folder.as_os_str() == "first"));
    assert!(!jobs.is_running(&first) && jobs.is_running(&second) && jobs.is_running(&JobKey::Cache));
    assert_eq!(settle(&mut jobs).len(), 2);
}

#[test]
fn folders_for_other_models_are_another_job() {
    let mut jobs = jobs();
    for (model, name) in [(1, "of the first"), (2, "of the second"), (2, "of the second again")] {
        jobs.start(JobKey::Folders(vec![ModelId(model)]), move |_| answer(name));
    }
    let mut finished: Vec<_> = settle(&mut jobs).iter().filter_map(text).collect();
    finished.sort();
    assert_eq!(finished, ["of the first", "of the second again"]);
}

#[test]
fn a_panic_frees_its_key_and_says_so() {
    let mut jobs = jobs();
    let key = JobKey::Make(ModelId(1));
    jobs.start(key.clone(), |_| panic!("made to fail"));
    jobs.start(JobKey::Make(ModelId(2)), |_| answer("the other"));
    let both = [next(&mut jobs), next(&mut jobs)];
    let broken = both.iter().find(|finished| finished.key == key).unwrap();
    assert!(broken.done.is_none());
    assert!(!jobs.is_running(&key));
    jobs.start(key, |_| answer("again"));
    assert_eq!(text(&next(&mut jobs)).as_deref(), Some("again"));
}

#[test]
fn what_a_job_does_in_parallel_it_does_on_its_own_threads() {
    let mut jobs = jobs();
    for (key, threads) in [(JobKey::Anchors(ModelId(1)), 1), (JobKey::Open, 2)] {
        let name = key.name().to_string();
        jobs.start(key, move |_| {
            let names = rayon::broadcast(|_| std::thread::current().name().map(str::to_owned));
            answer(&format!("{names:?}"))
        });
        let expected = format!("{:?}", vec![Some(name); threads]);
        assert_eq!(text(&next(&mut jobs)), Some(expected));
    }
}

#[test]
fn the_number_of_threads_is_bounded_and_all_get_their_turn() {
    let mut jobs = jobs();
    let (now, most) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    for number in 0..40u32 {
        let (now, most) = (now.clone(), most.clone());
        jobs.start(JobKey::Make(ModelId(number)), move |_| {
            most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
            std::thread::sleep(Duration::from_millis(2));
            now.fetch_sub(1, Ordering::SeqCst);
            answer("done")
        });
    }
    let finished = settle(&mut jobs);
    assert_eq!(finished.len(), 40);
    assert!(most.load(Ordering::SeqCst) <= THREADS);
}

proptest! {
    /// Started, cancelled, broken and received in any order: what comes out is the newest of each key, once.
    #[test]
    fn what_comes_out_is_the_newest_of_each_key(steps in prop::collection::vec((0u32..3, 0u8..4), 1..30)) {
        let mut jobs = jobs();
        let mut expected: BTreeMap<JobKey, Option<String>> = BTreeMap::new();
        let mut received: Vec<(JobKey, Option<String>)> = Vec::new();
        for (place, (target, what)) in steps.iter().enumerate() {
            let key = JobKey::Make(ModelId(*target));
            match what {
                0 => {
                    jobs.cancel(&key);
                    expected.remove(&key);
                }
                1 => {
                    jobs.start(key.clone(), |_| panic!("made to fail"));
                    expected.insert(key, None);
                }
                2 => {
                    let name = format!("{place}");
                    expected.insert(key.clone(), Some(name.clone()));
                    jobs.start(key, move |_| answer(&name));
                }
                _ => {
                    for finished in settle(&mut jobs) {
                        received.push((finished.key.clone(), text(&finished)));
                    }
                    let all: Vec<_> = std::mem::take(&mut expected).into_iter().collect();
                    received.sort();
                    prop_assert_eq!(std::mem::take(&mut received), all);
                }
            }
        }
        received.extend(settle(&mut jobs).iter().map(|finished| (finished.key.clone(), text(finished))));
        received.sort();
        prop_assert_eq!(received, expected.into_iter().collect::<Vec<_>>());
    }
}

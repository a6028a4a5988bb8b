//! The last session is there at the start: after closing, after a crash, beside another program, told to begin with something
//! else, and whatever lies where it was kept.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use eframe::egui::Context;
use latentarium::app::{Level, Session, Start};
use latentarium::dataset::Source;
use latentarium::model::Config;
use latentarium::trainer::{Control, Options, Part, Trainer};
use latentarium::ui::command::{Command as Asked, ModelCommand};
use latentarium::ui::slot::Slot;
use rand::{Rng, SeedableRng};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Seconds of training between two checkpoints here.
const AUTOSAVE_S: f64 = 2.0;
/// What may be lost on a machine that is busy with other tests, in seconds of training: a checkpoint waits for twenty times
/// what the one before it took to write, where that is longer than the interval.
const MOST_LOST_S: f64 = AUTOSAVE_S + 4.0;
/// Where the other end of a test keeps its state.
const FOLDER: &str = "LATENTARIUM_TEST_SESSION";

fn start(folder: &Path) -> Start {
    let (state, runs) = (Some(folder.join("state.json")), folder.join("runs"));
    Start { state, runs, threads: 1, autosave_s: Some(AUTOSAVE_S), ..Start::default() }
}

fn until(session: &mut Session, what: &str, reached: impl Fn(&Session) -> bool) {
    let (began, context) = (Instant::now(), Context::default());
    while !reached(session) {
        session.logic(&context, Duration::ZERO);
        assert!(began.elapsed() < Duration::from_secs(120), "{what}: not within two minutes");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Until all of the last session is back.
fn opened(start: Start) -> Session {
    let mut session = Session::new(start);
    until(&mut session, "ready", |session| session.is_ready() && !session.is_restoring());
    session
}

/// A session with two small models.
fn small(folder: &Path) -> Session {
    let mut session = opened(start(folder));
    for slot in Slot::BOTH {
        let config = session.model(slot).config.with("hidden", vec![8]).unwrap().with("batch", 16).unwrap();
        session.apply(ModelCommand::Edit(session.id(slot), Box::new(config)));
    }
    session
}

fn steps(session: &Session) -> [u64; 2] {
    Slot::BOTH.map(|slot| session.model(slot).status().map_or(0, |status| status.step))
}

fn make_steps(session: &mut Session, count: u64) {
    let [before, _] = steps(session);
    for made in 1..=count {
        session.apply(ModelCommand::StepAll);
        until(session, "a step", |session| steps(session) == [before + made; 2]);
    }
}

fn weights(trainer: &Trainer) -> Vec<u32> {
    let snapshot = trainer.snapshot().unwrap();
    let operations = snapshot.encoder.iter().chain([&snapshot.decoder]).flat_map(|network| network.operations());
    operations
        .flat_map(|operation| operation.weight.iter().chain(&*operation.bias))
        .map(|weight| weight.to_bits())
        .collect()
}

/// Whether a model has the bits of a run of its settings that was never interrupted.
fn has_bits_of_a_whole_run(session: &Session, slot: Slot) -> bool {
    let model = session.model(slot);
    let (trainer, config): (&Trainer, &Config) = (model.trainer.as_ref().unwrap(), model.config);
    let step = trainer.status().step;
    let whole = Trainer::spawn(config.clone(), session.data().unwrap().clone(), Options::default()).unwrap();
    (0..step).for_each(|_| whole.send(Control::Step(Part::Whole)));
    while whole.snapshot().is_none_or(|snapshot| snapshot.step < step) {
        std::thread::sleep(Duration::from_millis(1));
    }
    weights(trainer) == weights(&whole)
}

#[test]
#[ignore = "the other end of the test below"]
fn a_session_that_is_killed() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let mut session = small(Path::new(&folder));
    session.apply(ModelCommand::StartAll);
    let context = Context::default();
    loop {
        session.logic(&context, Duration::ZERO);
        let [a, b] = Slot::BOTH.map(|slot| session.model(slot).status().unwrap_or_default());
        println!("at {} {} {} {}", a.step, a.train_s, b.step, b.train_s);
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Lets a session train for so long and kills it; gives steps and seconds of training of both models when they were seen last.
fn kill_after(folder: &Path, moment: Duration) -> [(u64, f64); 2] {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "a_session_that_is_killed", "--ignored", "--nocapture"])
        .env(FOLDER, folder)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let (mut last, mut trains_since) = ([(0, 0.0); 2], None);
    for line in BufReader::new(child.stdout.take().unwrap()).lines() {
        let line = line.unwrap();
        let numbers: Vec<f64> = line.split(' ').skip(1).filter_map(|number| number.parse().ok()).collect();
        if line.starts_with("at ") && numbers.len() == 4 {
            last = [(numbers[0] as u64, numbers[1]), (numbers[2] as u64, numbers[3])];
        }
        if last.iter().all(|(step, _)| *step > 0) {
            let since: &mut Instant = trains_since.get_or_insert_with(Instant::now);
            if since.elapsed() >= moment {
                break;
            }
        }
    }
    child.kill().unwrap();
    child.wait().unwrap();
    last
}

#[test]
fn a_session_that_was_killed_comes_back_and_says_so() {
    let (kills, most_ms) = if std::env::var_os("LATENTARIUM_LONG").is_some() { (20, 15_000) } else { (2, 4_000) };
    let mut moments = rand_chacha::ChaCha8Rng::seed_from_u64(11);
    let mut lost = Vec::new();
    for kill in 0..kills {
        let folder = tempfile::tempdir().unwrap();
        let moment = Duration::from_millis(moments.random_range(500..most_ms));
        let seen = kill_after(folder.path(), moment);
        let mut session = opened(start(folder.path()));
        let said = session.messages().iter().map(|message| message.text.clone()).collect::<Vec<_>>().join("\n");
        for (slot, (step, train_s)) in Slot::BOTH.into_iter().zip(seen) {
            let status = session.model(slot).status().unwrap();
            lost.push(train_s - status.train_s);
            assert!(
                train_s - status.train_s < MOST_LOST_S,
                "{kill}: {slot:?} at {status:?}, seen at {step}, {train_s} s"
            );
            if status.step > 0 {
                assert!(has_bits_of_a_whole_run(&session, slot), "{kill}: {slot:?} has other bits");
                assert!(said.contains(&format!("{} is back at step", slot.name())), "{said}");
            }
        }
        // Who was killed before anything was recorded has nothing to say.
        if steps(&session).iter().any(|step| *step > 0) {
            assert!(said.contains("The last session ended without closing: "), "{said}");
        }
        make_steps_of_each(&mut session);
        session.close();
    }
    println!("{kills} kills: seconds of training lost: {lost:.2?}");
}

/// They go on, wherever each of them is.
fn make_steps_of_each(session: &mut Session) {
    let before = steps(session);
    session.apply(ModelCommand::StepAll);
    until(session, "a step of each", |session| steps(session) == before.map(|step| step + 1));
}

#[test]
fn programs_at_once_keep_a_session_each() {
    let folder = tempfile::tempdir().unwrap();
    let mut first = small(folder.path());
    let mut second = small(folder.path());
    assert!(second.messages().iter().any(|message| message.text.contains("this is session 2")));
    make_steps(&mut first, 2);
    make_steps(&mut second, 3);
    first.close();
    second.close();
    drop((first, second));
    let newest = opened(start(folder.path()));
    assert_eq!(steps(&newest), [3; 2], "what was closed last");
    let other = opened(start(folder.path()));
    assert_eq!(steps(&other), [2; 2]);
    assert!(Slot::BOTH.into_iter().all(|slot| has_bits_of_a_whole_run(&newest, slot)));
}

#[test]
fn told_to_begin_with_other_data_the_last_session_rests_and_undo_goes_back_to_it() {
    let folder = tempfile::tempdir().unwrap();
    let mut session = small(folder.path());
    make_steps(&mut session, 2);
    session.close();
    drop(session);
    let mut session = opened(Start { data: Some(Source::parse("sprites")), ..start(folder.path()) });
    assert_eq!((session.data().unwrap().name.as_str(), steps(&session)), ("sprites", [0; 2]));
    assert_eq!(session.project().models.iter().filter(|model| model.is_resting()).count(), 2, "on the list");
    session.apply(Asked::Undo);
    until(&mut session, "the last session", |session| steps(session) == [2; 2] && !session.is_restoring());
    assert_eq!(session.data().unwrap().name, "digits");
    make_steps(&mut session, 1);
    assert!(Slot::BOTH.into_iter().all(|slot| has_bits_of_a_whole_run(&session, slot)));
}

#[test]
fn what_cannot_be_opened_is_a_sentence_and_is_kept() {
    type Spoil = fn(&Path);
    let spoil: [(&str, Spoil); 5] = [
        ("config.toml", |run| std::fs::write(run.join("config.toml"), "format = 2\n[[[").unwrap()),
        ("a checkpoint", |run| std::fs::remove_dir_all(run.join("checkpoints")).unwrap()),
        ("metrics.csv", |run| std::fs::write(run.join("metrics.csv"), [0xff, 0xfe, 0, 10]).unwrap()),
        (".lock", |run| {
            std::fs::remove_file(run.join(".lock")).unwrap();
            std::fs::create_dir(run.join(".lock")).unwrap();
        }),
        ("weights", |run| {
            let path = run.join("checkpoints/000002/weights.safetensors");
            let mut bytes = std::fs::read(&path).unwrap();
            *bytes.last_mut().unwrap() ^= 1;
            std::fs::write(path, bytes).unwrap();
        }),
    ];
    for (what, spoil) in spoil {
        let folder = tempfile::tempdir().unwrap();
        let mut session = small(folder.path());
        make_steps(&mut session, 2);
        session.close();
        drop(session);
        let runs: Vec<_> = std::fs::read_dir(folder.path().join("autosave"))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .filter(|path| path.is_dir())
            .collect();
        assert_eq!(runs.len(), 2, "{runs:?}");
        runs.iter().for_each(|run| spoil(run));
        let session = opened(start(folder.path()));
        assert_eq!(steps(&session), [0; 2], "{what}");
        let failed: Vec<_> = session.messages().iter().filter(|message| message.level == Level::Failed).collect();
        assert_eq!(failed.len(), 2, "{what}: {failed:?}");
        for message in failed {
            assert!(message.text.contains(" begins anew: ") && message.text.contains("it is kept as"), "{message:?}");
        }
        let aside = std::fs::read_dir(folder.path().join("autosave")).unwrap();
        let aside = aside.filter(|entry| entry.as_ref().unwrap().path().to_string_lossy().contains(".aside-"));
        assert_eq!(aside.count(), 2, "{what}");
    }
}

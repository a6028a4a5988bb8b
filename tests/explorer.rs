//! The screen, driven by the names of its controls: what a person can do, and that nothing that fails takes it down.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use eframe::egui::{Key, Modifiers, OutputCommand};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use latentarium::app::{Explorer, Level, Session, SharedSession, Start};
use latentarium::dataset::Source;
use latentarium::model::{Config, ModelId};
use latentarium::trainer::Phase;
use latentarium::ui::Pane;
use latentarium::ui::command::{
    Command, DataCommand, FileCommand, ForkRequest, ModelCommand, PlaneCommand, ViewCommand,
};
use latentarium::ui::settings::{Language, Settings};
use latentarium::ui::slot::Slot;
use std::cell::RefCell;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// The model that stands in A at first.
const A: ModelId = ModelId(0);

/// The language is one for the whole process: tests of the screen take turns.
static TURN: Mutex<()> = Mutex::new(());

struct Screen {
    harness: Harness<'static, Explorer>,
    session: SharedSession,
    folder: tempfile::TempDir,
    _turn: MutexGuard<'static, ()>,
}

impl Screen {
    fn open() -> Self {
        let folder = tempfile::tempdir().unwrap();
        Self::open_in(folder)
    }

    fn open_in(folder: tempfile::TempDir) -> Self {
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        let start = Start {
            state: Some(folder.path().join("state.json")),
            runs: folder.path().join("runs"),
            threads: 1,
            ..Start::default()
        };
        let session: SharedSession = Rc::new(RefCell::new(Session::new(start)));
        let shared = session.clone();
        let harness = Harness::builder()
            .with_size([1440.0, 900.0])
            .allow_missing_glyphs()
            .build_eframe(move |creation| Explorer::new(shared, creation));
        Self { harness, session, folder, _turn: turn }
    }

    /// A screen with data and trainers.
    fn ready() -> Self {
        let mut screen = Self::open();
        screen.until("data and trainers", |session| {
            session.data().is_some() && Slot::BOTH.iter().all(|slot| session.model(*slot).status().is_some())
        });
        screen
    }

    fn step(&mut self) {
        self.harness.step();
    }

    fn until(&mut self, what: &str, mut reached: impl FnMut(&Session) -> bool) {
        let began = Instant::now();
        while !reached(&self.session.borrow()) {
            assert!(began.elapsed() < Duration::from_secs(60), "{what}: not within a minute");
            self.step();
            std::thread::sleep(Duration::from_millis(5));
        }
        self.step();
    }

    fn until_made(&mut self) {
        self.until("both models are made", |session| {
            Slot::BOTH.iter().all(|slot| session.model(*slot).trainer.is_some() && !session.model(*slot).is_making())
        });
    }

    fn click(&mut self, name: &str) {
        self.harness.get_by_label(name).scroll_to_me();
        self.step();
        self.harness.get_by_label(name).click();
        self.step();
        self.step();
    }

    fn key(&mut self, modifiers: Modifiers, key: Key) {
        self.harness.key_press_modifiers(modifiers, key);
        self.step();
        self.step();
    }

    fn steps(&self, slot: Slot) -> u64 {
        self.session.borrow().model(slot).status().map_or(0, |status| status.step)
    }

    fn phase(&self, slot: Slot) -> Option<Phase> {
        self.session.borrow().model(slot).status().map(|status| status.phase)
    }

    fn message(&self) -> (Level, String) {
        self.session.borrow().last_message().cloned().expect("a message")
    }

    fn type_path(&mut self, path: &Path) {
        self.step();
        self.harness.get_by_label("Path").focus();
        self.step();
        self.harness.get_by_label("Path").type_text(&path.display().to_string());
        self.step();
        self.step();
    }
}

fn idx(folder: &Path, name: &str, sizes: &[u32], bytes: &[u8]) {
    let mut file = vec![0, 0, 8, sizes.len() as u8];
    for size in sizes {
        file.extend(size.to_be_bytes());
    }
    file.extend(bytes);
    std::fs::write(folder.join(name), file).unwrap();
}

/// A data set of bright and dark images of 12×10 pixels.
fn small_data(folder: &Path) -> PathBuf {
    let folder = folder.join("small");
    std::fs::create_dir(&folder).unwrap();
    for (name, count) in [("train", 256u32), ("t10k", 64)] {
        let labels: Vec<u8> = (0..count).map(|index| (index % 2) as u8).collect();
        let pixels: Vec<u8> = labels.iter().flat_map(|label| vec![label * 200 + 20; 120]).collect();
        idx(&folder, &format!("{name}-images-idx3-ubyte"), &[count, 12, 10], &pixels);
        idx(&folder, &format!("{name}-labels-idx1-ubyte"), &[count], &labels);
    }
    folder
}

#[test]
fn it_starts_with_data_and_two_models() {
    let screen = Screen::ready();
    let session = screen.session.borrow();
    assert_eq!(session.data().unwrap().name, "digits");
    assert_eq!(session.model(Slot::A).config.family().id, "vae");
    assert_eq!(session.model(Slot::B).config.family().id, "gan");
    assert_eq!(screen.phase(Slot::A), Some(Phase::Paused));
}

#[test]
fn train_pause_and_step_by_button() {
    let mut screen = Screen::ready();
    screen.click("Train all");
    screen.until("both train", |session| {
        Slot::BOTH.iter().all(|slot| session.model(*slot).status().is_some_and(|status| status.step > 2))
    });
    screen.click("Pause all");
    screen.until("both hold still", |session| Slot::BOTH.iter().all(|slot| !session.model(*slot).is_training()));
    let before = screen.steps(Slot::A);
    screen.click("Step A");
    screen.until("one step", |session| session.model(Slot::A).status().is_some_and(|s| s.step == before + 1));
    assert_eq!(screen.phase(Slot::A), Some(Phase::Paused));
    screen.until("the curves have points", |session| {
        session.model(Slot::A).trainer.as_ref().is_some_and(|trainer| trainer.history().len() > 2)
    });
}

#[test]
fn train_pause_step_and_reset_by_key() {
    let mut screen = Screen::ready();
    screen.key(Modifiers::NONE, Key::Space);
    screen.until("both train", |session| Slot::BOTH.iter().all(|slot| session.model(*slot).is_training()));
    screen.key(Modifiers::NONE, Key::Space);
    screen.until("both hold still", |session| Slot::BOTH.iter().all(|slot| !session.model(*slot).is_training()));
    let before = screen.steps(Slot::B);
    screen.key(Modifiers::NONE, Key::S);
    screen.until("one step", |session| session.model(Slot::B).status().is_some_and(|s| s.step == before + 1));
    screen.key(Modifiers::NONE, Key::R);
    screen.until("step 0", |session| {
        Slot::BOTH.iter().all(|slot| session.model(*slot).status().is_some_and(|status| status.step == 0))
    });
}

#[test]
fn a_plane_that_is_not_on_the_screen_is_not_decoded() {
    let mut screen = Screen::ready();
    let toggle = |screen: &Screen| screen.session.borrow_mut().apply(ViewCommand::TogglePane(Pane::of("plane")));
    let tiles = |session: &Session| session.tiles(Slot::A).map(|tiles| tiles.step);
    screen.until("tiles", |session| tiles(session).is_some());
    toggle(&screen);
    screen.step();
    screen.key(Modifiers::NONE, Key::Space);
    let steps = |session: &Session| session.model(Slot::A).shown().map_or(0, |shown| shown.step);
    screen.until("it trains", |session| session.model(Slot::A).is_training() && (20..4000).contains(&steps(session)));
    // What was asked for while it was seen may have come since; nothing newer does.
    let before = tiles(&screen.session.borrow());
    let from = steps(&screen.session.borrow());
    screen.until("forty more steps", |session| steps(session) >= from + 40);
    assert_eq!(tiles(&screen.session.borrow()), before);
    toggle(&screen);
    screen.until("newer tiles", |session| tiles(session).is_some_and(|step| step >= from));
    screen.key(Modifiers::NONE, Key::Space);
}

#[test]
fn keys_do_nothing_while_a_path_is_typed() {
    let mut screen = Screen::ready();
    screen.key(Modifiers::COMMAND, Key::O);
    screen.step();
    assert!(screen.harness.get_by_label("Path").is_focused());
    screen.key(Modifiers::NONE, Key::Space);
    screen.key(Modifiers::NONE, Key::S);
    assert_eq!(screen.steps(Slot::A), 0);
    assert!(!screen.session.borrow().model(Slot::A).is_training());
}

#[test]
fn data_is_opened_by_a_typed_path_and_both_models_are_made_for_it() {
    let mut screen = Screen::ready();
    let path = small_data(screen.folder.path());
    screen.key(Modifiers::COMMAND, Key::O);
    screen.type_path(&path);
    screen.click("Open");
    screen.until("the small data", |session| session.data().is_some_and(|data| data.shape().height == 12));
    screen.until_made();
    for slot in Slot::BOTH {
        screen.click(&format!("Step {}", slot.name()));
        screen.until("a step on the new data", |session| {
            session.model(slot).status().is_some_and(|status| status.step == 1)
                && session.model(slot).shown().is_some_and(|snapshot| snapshot.image.width == 10)
        });
    }
}

#[test]
fn colour_images_are_opened_and_colour_maps_are_off_for_them() {
    let mut screen = Screen::ready();
    let off = |screen: &mut Screen| {
        screen.click("View");
        let off = screen.harness.get_by_label("Viridis").accesskit_node().is_disabled();
        let said = screen.harness.query_by_label("These images have colours of their own").is_some();
        assert_eq!(off, said);
        screen.key(Modifiers::NONE, Key::Escape);
        off
    };
    assert!(!off(&mut screen), "digits are grey");
    let path = screen.folder.path().join("colours");
    std::fs::create_dir(&path).unwrap();
    for (name, count) in [("data_batch_1.bin", 130), ("test_batch.bin", 20)] {
        let record = |index: usize| [vec![(index % 10) as u8], vec![index as u8; 1024], vec![90; 2048]].concat();
        std::fs::write(path.join(name), (0..count).flat_map(record).collect::<Vec<u8>>()).unwrap();
    }
    screen.key(Modifiers::COMMAND, Key::O);
    screen.type_path(&path);
    screen.key(Modifiers::NONE, Key::Enter);
    screen.until("the colours", |session| session.data().is_some_and(|data| data.name == "cifar-10"));
    assert!(off(&mut screen));
    screen.until_made();
    screen.key(Modifiers::NONE, Key::S);
    screen.until("a sheet in colour", |session| {
        session.sheet().is_some_and(|sheet| sheet.shape.is_color() && !sheet.originals.is_empty())
    });
    screen.until("points in colour", |session| session.plane_points() == 20);
}

#[test]
fn data_that_cannot_be_opened_is_named_and_the_old_stays() {
    let mut screen = Screen::ready();
    let path = screen.folder.path().join("nothing");
    screen.key(Modifiers::COMMAND, Key::O);
    screen.type_path(&path);
    screen.key(Modifiers::NONE, Key::Enter);
    screen.until("a message", |session| session.last_message().is_some_and(|(level, _)| *level == Level::Failed));
    assert!(screen.message().1.contains("nothing"), "{:?}", screen.message());
    assert_eq!(screen.session.borrow().data().unwrap().name, "digits");
    assert!(!screen.session.borrow().is_opening());
}

/// The first sample of model B.
fn first_sample(session: &Session) -> Vec<f32> {
    session.sheet().unwrap().models[1].samples[0].image.clone()
}

#[test]
fn the_sheet_compares_and_a_new_seed_draws_other_samples() {
    let mut screen = Screen::ready();
    screen.until("a sheet", |session| session.sheet().is_some());
    let sample = |screen: &Screen| first_sample(&screen.session.borrow());
    let before = sample(&screen);
    screen.click("New samples");
    screen.until("another sheet", |session| first_sample(session) != before);
    screen.harness.get_by_label_contains("Original 1 ").click();
    for _ in 0..3 {
        screen.step();
    }
    assert!(screen.harness.query_by_label("Image 1").is_some());
}

#[test]
fn the_sheet_is_exported() {
    let mut screen = Screen::ready();
    screen.until("a sheet", |session| session.sheet().is_some());
    let path = screen.folder.path().join("pictures").join("sheet.png");
    screen.key(Modifiers::COMMAND, Key::E);
    screen.harness.get_by_label("Path").focus();
    screen.step();
    screen.key(Modifiers::COMMAND, Key::A);
    screen.type_path(&path);
    screen.click("Export");
    screen.until("the file", |_| path.is_file());
    assert!(image::open(&path).unwrap().width() > 100);
}

#[test]
fn a_run_is_saved_and_opened_again() {
    let mut screen = Screen::ready();
    screen.click("Step A");
    screen.until("one step", |session| session.model(Slot::A).status().is_some_and(|status| status.step == 1));
    screen.click("Save A");
    screen.until("saved", |session| session.model(Slot::A).folder.is_some());
    let folder = screen.session.borrow().model(Slot::A).folder.clone().unwrap();
    assert!(folder.ends_with("vae-dense-digits-1") && folder.join("config.toml").is_file(), "{folder:?}");
    screen.click("Reset A");
    screen.until("step 0", |session| session.model(Slot::A).status().is_some_and(|status| status.step == 0));
    screen.session.borrow_mut().apply(FileCommand::OpenRun(folder));
    screen.until("opened", |session| session.model(Slot::A).status().is_some_and(|status| status.step == 1));
}

#[test]
fn the_language_is_switched() {
    let mut screen = Screen::ready();
    screen.click("View");
    screen.click("简体中文");
    assert_eq!(screen.session.borrow().settings().language, Language::Chinese);
    screen.step();
    assert!(screen.harness.query_by_label("全部训练").is_some());
    screen.session.borrow_mut().apply(ViewCommand::Settings(Box::default()));
    screen.step();
    assert!(screen.harness.query_by_label("Train all").is_some());
}

#[test]
fn a_failing_model_says_so_and_the_other_lives_on() {
    let mut screen = Screen::ready();
    let mut broken = Config::vae_dense();
    for (key, value) in [("learning_rate", 1.0), ("adam_beta1", 0.0), ("beta", 1000.0)] {
        broken = broken.with(key, value).unwrap();
    }
    let broken = broken.with("likelihood", "gaussian").unwrap();
    screen.session.borrow_mut().apply(ModelCommand::Edit(A, Box::new(broken)));
    // B first: what A says when it fails moves B's buttons.
    screen.click("Start B");
    screen.until("B trains", |session| session.model(Slot::B).is_training());
    screen.click("Start A");
    screen.until("a failure", |session| session.model(Slot::A).failure.is_some());
    let message = screen.session.borrow().model(Slot::A).failure.clone().unwrap().to_string();
    screen.step();
    assert!(screen.harness.query_all_by_label_contains(&message).next().is_some());
    let before = screen.steps(Slot::B);
    screen.until("B goes on", |session| session.model(Slot::B).status().is_some_and(|s| s.step > before + 2));
    screen.session.borrow_mut().apply(ModelCommand::Preset(A, "vae-dense".to_owned()));
    screen.until_made();
    screen.click("Step A");
    screen.until("A works again", |session| session.model(Slot::A).status().is_some_and(|status| status.step == 1));
}

#[test]
fn changes_are_taken_back() {
    let mut screen = Screen::ready();
    screen.session.borrow_mut().apply(PlaneCommand::Cursor([1.0, 0.5]));
    screen.key(Modifiers::COMMAND, Key::Z);
    assert_eq!(screen.session.borrow().cursor(), [0.0, 0.0]);
    screen.key(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z);
    assert_eq!(screen.session.borrow().cursor(), [1.0, 0.5]);
}

#[test]
fn the_window_can_be_closed_and_opened_again() {
    let mut screen = Screen::ready();
    screen.session.borrow_mut().apply(PlaneCommand::Cursor([1.0, -0.5]));
    screen.click("Step A");
    screen.until("one step", |session| session.model(Slot::A).status().is_some_and(|status| status.step == 1));
    // Another window on the same session: all is where it was.
    let shared = screen.session.clone();
    screen.harness = Harness::builder()
        .with_size([1440.0, 900.0])
        .allow_missing_glyphs()
        .build_eframe(move |creation| Explorer::new(shared, creation));
    screen.step();
    assert_eq!(screen.steps(Slot::A), 1);
    // Another session from the same state file.
    screen.until("the state file", |_| true);
    let file = screen.folder.path().join("state.json");
    let began = Instant::now();
    while !std::fs::read_to_string(&file).is_ok_and(|text| text.contains("-0.5")) {
        assert!(began.elapsed() < Duration::from_secs(20), "the state was not kept");
        screen.step();
        std::thread::sleep(Duration::from_millis(50));
    }
    let Screen { harness, session, folder, _turn } = screen;
    drop((harness, session, _turn));
    let screen = Screen::open_in(folder);
    assert_eq!(screen.session.borrow().cursor(), [1.0, -0.5]);
}

#[test]
fn a_broken_state_file_is_told_once_and_the_defaults_are_used() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("state.json"), "{ broken").unwrap();
    let screen = Screen::open_in(folder);
    let (level, message) = screen.message();
    assert_eq!(level, Level::Failed);
    assert!(message.contains("state.json"), "{message}");
    assert_eq!(*screen.session.borrow().settings(), Settings::default());
}

#[test]
fn help_opens_and_closes() {
    let mut screen = Screen::ready();
    screen.key(Modifiers::NONE, Key::F1);
    assert!(screen.harness.query_by_label("Keys").is_some());
    screen.key(Modifiers::NONE, Key::F1);
    screen.step();
    assert!(screen.harness.query_by_label("Keys").is_none());
    let _ = screen.harness.root().accesskit_node();
}

#[test]
fn a_run_with_a_folder_is_written_at_the_end_and_goes_on_when_it_is_opened() {
    let mut screen = Screen::ready();
    screen.click("Step A");
    screen.until("one step", |session| session.model(Slot::A).status().is_some_and(|status| status.step == 1));
    screen.click("Save A");
    screen.until("saved", |session| session.model(Slot::A).folder.is_some());
    let folder = screen.session.borrow().model(Slot::A).folder.clone().unwrap();
    screen.click("Start A");
    screen.until("more steps", |session| session.model(Slot::A).status().is_some_and(|status| status.step > 4));
    let before = screen.steps(Slot::A);
    screen.session.borrow_mut().close();
    let written = latentarium::run::open(&folder).unwrap().checkpoint.step;
    assert!(written >= before, "{written} of {before}");
    assert!(folder.join("plane.toml").is_file());
    let Screen { harness, session, folder: place, _turn } = screen;
    drop((harness, session, _turn));

    let mut screen = Screen::open_in(place);
    screen.until("data and trainers", |session| {
        session.data().is_some() && Slot::BOTH.iter().all(|slot| session.model(*slot).status().is_some())
    });
    screen.session.borrow_mut().apply(FileCommand::OpenRun(folder.clone()));
    screen.until("opened", |session| session.model(Slot::A).status().is_some_and(|status| status.step == written));
    screen.click("Start A");
    screen.until("it goes on", |session| session.model(Slot::A).status().is_some_and(|status| status.step > written));
    assert_eq!(screen.session.borrow().model(Slot::A).folder.as_deref(), Some(folder.as_path()));
}

#[test]
fn a_run_is_forked_in_its_place() {
    let mut screen = Screen::ready();
    screen.click("File");
    assert!(
        screen.harness.get_by_label_contains("Fork run A…").accesskit_node().is_disabled(),
        "a fork needs a run in a folder"
    );
    screen.key(Modifiers::NONE, Key::Escape);
    screen.click("Step A");
    screen.until("one step", |session| session.model(Slot::A).status().is_some_and(|status| status.step == 1));
    screen.click("Save A");
    screen.until("saved", |session| session.model(Slot::A).folder.is_some());
    let parent = screen.session.borrow().model(Slot::A).folder.clone().unwrap();
    screen.click("File");
    screen.step();
    screen.harness.get_by_label_contains("Fork run A…").click();
    screen.step();
    screen.step();
    screen.step();
    let began = Instant::now();
    while screen.harness.get_by_label("Fork").accesskit_node().is_disabled() {
        assert!(began.elapsed() < Duration::from_secs(20), "no checkpoints were listed");
        screen.step();
        std::thread::sleep(Duration::from_millis(5));
    }
    screen.harness.get_by_label("To").focus();
    screen.step();
    screen.key(Modifiers::COMMAND, Key::A);
    screen.harness.get_by_label("To").type_text("0.25");
    screen.step();
    screen.step();
    screen.click("Fork");
    screen.until("the fork", |session| session.model(Slot::A).folder.as_ref().is_some_and(|folder| *folder != parent));
    let fork = screen.session.borrow().model(Slot::A).folder.clone().unwrap();
    assert!(fork.ends_with("vae-dense-digits-2"), "{fork:?}");
    let origin = latentarium::run::read_origin(&fork).unwrap().unwrap();
    assert_eq!((origin.step, origin.set["learning_rate"].as_float()), (1, Some(0.25)));
    {
        let session = screen.session.borrow();
        let model = session.model(Slot::A);
        assert_eq!((model.config.real("learning_rate"), model.status().unwrap().step), (Some(0.25), 1));
    }
    screen.click("Step A");
    screen.until("a step", |session| session.model(Slot::A).status().is_some_and(|status| status.step == 2));
    // What cannot be is said in a sentence, and what is there stays.
    let request = ForkRequest { run: fork.clone(), step: 1, key: "learning_rate".into(), value: "fast".into() };
    screen.session.borrow_mut().apply(FileCommand::Fork(A, request));
    screen.until("a message", |session| session.last_message().is_some_and(|(level, _)| *level == Level::Failed));
    assert!(screen.message().1.contains("learning_rate: \"fast\" is no value for it"), "{:?}", screen.message());
    assert_eq!(screen.session.borrow().model(Slot::A).folder.as_deref(), Some(fork.as_path()));
}

#[test]
fn the_log_keeps_what_happened_and_copies_it() {
    let mut screen = Screen::ready();
    let path = screen.folder.path().join("nothing");
    screen.session.borrow_mut().apply(DataCommand::Open(Source::parse(&path.display().to_string())));
    screen.until("a message", |session| session.last_message().is_some_and(|(level, _)| *level == Level::Failed));
    let message = screen.message().1;
    screen.click("Log");
    assert!(screen.harness.query_all_by_label_contains(&message).next().is_some());
    screen.harness.get_by_label("Copy").click();
    screen.step();
    let copied = screen.harness.output().platform_output.commands.iter().find_map(|command| match command {
        OutputCommand::CopyText(text) => Some(text.clone()),
        _ => None,
    });
    let copied = copied.expect("text in the clipboard");
    let last = copied.lines().last().unwrap();
    assert!(last.contains("failed") && last.ends_with(&message), "{copied}");
    assert!(copied.lines().count() > 1, "opened data comes before: {copied}");
}

#[test]
fn models_are_added_shown_duplicated_and_removed_and_all_of_it_is_taken_back() {
    let mut screen = Screen::ready();
    screen.until_made();
    let names = |screen: &Screen| -> Vec<String> {
        screen.session.borrow().project().models.iter().map(|model| model.name.clone()).collect()
    };
    screen.session.borrow_mut().apply(ModelCommand::Duplicate(A));
    let c = screen.session.borrow().project().models[1].id;
    assert_eq!(names(&screen), ["vae-dense", "vae-dense 2", "gan-dense"]);
    screen.session.borrow_mut().apply(ModelCommand::Rename(c, "β 4".to_owned()));
    screen.session.borrow_mut().apply(ModelCommand::Show(Slot::B, c));
    let wider = screen.session.borrow().model(Slot::B).config.with("beta", 4.0).unwrap();
    screen.session.borrow_mut().apply(ModelCommand::Edit(c, Box::new(wider)));
    screen.until_made();
    // Two VAEs of another β side by side, both with reconstructions.
    screen.key(Modifiers::NONE, Key::S);
    screen.until("a step of each", |session| {
        Slot::BOTH.iter().all(|slot| session.model(*slot).status().is_some_and(|status| status.step == 1))
    });
    screen.until("a sheet of both", |session| {
        session.sheet().is_some_and(|sheet| sheet.models.iter().all(|model| !model.reconstructions.is_empty()))
    });
    screen.session.borrow_mut().apply(ModelCommand::Remove(c));
    assert_eq!(names(&screen), ["vae-dense", "gan-dense"]);
    screen.session.borrow_mut().apply(Command::Undo);
    assert_eq!(names(&screen), ["vae-dense", "β 4", "gan-dense"]);
    assert_eq!(screen.session.borrow().id(Slot::B), c);
    for _ in 0..4 {
        screen.session.borrow_mut().apply(Command::Undo);
    }
    assert_eq!(names(&screen), ["vae-dense", "gan-dense"]);
    assert_eq!(screen.session.borrow().id(Slot::B), ModelId(1));
}

#[test]
fn as_many_train_as_shall_at_once_and_the_others_wait_for_their_turn() {
    let mut screen = Screen::ready();
    screen.session.borrow_mut().apply(ModelCommand::Add("ae-dense".to_owned()));
    let c = screen.session.borrow().project().models[2].id;
    screen.until_made();
    screen.session.borrow_mut().apply(ModelCommand::ToggleAll);
    screen.until("two train", |session| Slot::BOTH.iter().all(|slot| session.model(*slot).is_training()));
    let (training, queued) = {
        let session = screen.session.borrow();
        let model = session.model_of(c).unwrap();
        (model.is_training(), model.queued)
    };
    assert!(!training && queued);
    screen.session.borrow_mut().apply(ModelCommand::Pause(A));
    screen.until("the third has its turn", |session| session.model_of(c).is_some_and(|model| model.is_training()));
    screen.session.borrow_mut().apply(ModelCommand::ToggleAll);
    screen.until("all hold still", |session| !session.is_training());
}

#[test]
fn origin_here_is_taken_back_with_the_cursor() {
    let mut screen = Screen::ready();
    screen.until("points", |session| session.plane_points() > 0);
    screen.session.borrow_mut().apply(PlaneCommand::CursorSettled([1.0, 0.5]));
    let plane = |screen: &Screen| screen.session.borrow().plane(Slot::A).map(|plane| plane.origin.clone());
    let before = plane(&screen);
    let image = screen.session.borrow().points(Slot::A).unwrap().image(0).unwrap();
    screen.session.borrow_mut().apply(PlaneCommand::OriginFromPoint(A, image));
    screen.step();
    assert_ne!(plane(&screen), before);
    assert_eq!(screen.session.borrow().cursor(), [0.0, 0.0]);
    screen.session.borrow_mut().apply(Command::Undo);
    screen.step();
    assert_eq!((plane(&screen), screen.session.borrow().cursor()), (before, [1.0, 0.5]));
    screen.session.borrow_mut().apply(Command::Redo);
    screen.step();
    assert_eq!(screen.session.borrow().cursor(), [0.0, 0.0]);
}

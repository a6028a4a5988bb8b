//! The window in Chinese: what goes wrong is said by the tables, and no English sentence is left on the screen. The language is
//! one for the whole process, so these tests have one of their own.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use eframe::egui_wgpu::{RendererOptions, WgpuSetup, WgpuSetupCreateNew};
use eframe::wgpu;
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use egui_kittest::wgpu::{WgpuTestRenderer, create_render_state};
use latentarium::app::{Explorer, Level, Session, SharedSession, Start};
use latentarium::dataset::Source;
use latentarium::gpu::decoder::check_compute;
use latentarium::gpu::{self, DecoderChoice, Decoding};
use latentarium::message::Explain;
use latentarium::ui::command::{DataCommand, FileCommand};
use latentarium::ui::settings::Language;
use latentarium::ui::slot::Slot;
use latentarium::ui::text::decoded_by;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::path::Path;
use std::rc::Rc;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// A session sets the language when it is made: one at a time.
static TURN: Mutex<()> = Mutex::new(());

struct Screen {
    harness: Harness<'static, Explorer>,
    session: SharedSession,
    folder: tempfile::TempDir,
    _turn: MutexGuard<'static, ()>,
}

impl Screen {
    /// A window in Chinese with the log in it, on `setup`'s device, or on none, once data and models are there.
    fn open(setup: Option<WgpuSetupCreateNew>) -> Self {
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        let folder = tempfile::tempdir().unwrap();
        let state = folder.path().join("state.json");
        std::fs::write(&state, r#"{"format": 2, "project": {"settings": {"language": "zh-CN"}}}"#).unwrap();
        let start = Start {
            state: Some(state),
            runs: folder.path().join("runs"),
            decoder: Some(DecoderChoice::Gpu),
            threads: 1,
            ..Start::default()
        };
        let session: SharedSession = Rc::new(RefCell::new(Session::new(start)));
        assert_eq!(session.borrow().settings().language, Language::Chinese);
        let shared = session.clone();
        let mut builder = Harness::builder().with_size([1440.0, 900.0]).allow_missing_glyphs();
        if let Some(setup) = setup {
            let state = create_render_state(WgpuSetup::CreateNew(setup), RendererOptions::PREDICTABLE);
            builder = builder.renderer(WgpuTestRenderer::from_render_state(state));
        }
        let harness = builder.build_eframe(move |creation| Explorer::new(shared, creation));
        let mut screen = Self { harness, session, folder, _turn: turn };
        screen.until("data and models", |session| {
            let made = |slot: &Slot| session.model(*slot).status().is_some() && !session.model(*slot).is_making();
            session.data().is_some() && Slot::BOTH.iter().all(made)
        });
        screen
    }

    fn until(&mut self, what: &str, mut reached: impl FnMut(&Session) -> bool) {
        let began = Instant::now();
        while !reached(&self.session.borrow()) {
            assert!(began.elapsed() < Duration::from_secs(60), "{what}: not within a minute");
            self.harness.step();
            std::thread::sleep(Duration::from_millis(5));
        }
        self.harness.step();
    }

    /// The newest failure, once there is one.
    fn failure(&mut self) -> String {
        self.until("a failure", |session| session.last_message().is_some_and(|(level, _)| *level == Level::Failed));
        self.session.borrow().last_message().unwrap().1.clone()
    }

    /// The log is shown, holds this text, and nowhere on the screen is a sentence in English.
    fn shows(&mut self, text: &str) {
        self.harness.get_by_label("日志").click();
        self.harness.run_steps(3);
        assert!(self.harness.query_all_by_label_contains(text).next().is_some(), "not on the screen: {text}");
        let nodes = self.harness.query_all_by_label_contains("");
        let texts: Vec<String> = nodes.filter_map(|node| node.accesskit_node().label()).collect();
        assert!(texts.len() > 10, "{texts:?}");
        assert_eq!(in_english(texts.iter().map(String::as_str)), Vec::<String>::new());
    }
}

/// Each three words in a row; what has digits or is joined by other signs than spaces is a name, and no word.
fn three_words(text: &str) -> Vec<String> {
    let words: Vec<&str> =
        text.split_whitespace().map(|word| word.trim_matches(|c: char| c.is_ascii_punctuation())).collect();
    let is_word = |word: &&str| !word.is_empty() && word.bytes().all(|letter| letter.is_ascii_alphabetic());
    words.windows(3).filter(|three| three.iter().all(is_word)).map(|three| three.join(" ")).collect()
}

/// Those of these texts in which three words are of a sentence in the English tables.
fn in_english<'a>(texts: impl Iterator<Item = &'a str>) -> Vec<String> {
    let read = |name: &str| std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("assets").join(name));
    let templates: toml::Table = toml::from_str(&read("messages/zh-CN.toml").unwrap()).unwrap();
    let table = read("locales/en.yml").unwrap();
    let values = table.lines().filter_map(|line| line.split_once(": ")).map(|(_, value)| value);
    let mut english = BTreeSet::new();
    for sentence in templates.keys().map(String::as_str).chain(values) {
        // What stands between the arguments.
        english.extend(
            sentence.split('{').flat_map(|part| three_words(part.split_once('}').map_or(part, |(_, rest)| rest))),
        );
    }
    let is_english = |text: &&str| three_words(text).iter().any(|three| english.contains(three));
    texts.filter(is_english).map(str::to_owned).collect()
}

#[test]
fn english_sentences_are_found() {
    let said =
        ["/tmp/x: expected a folder of IDX files", "应为 IDX 文件夹", "the graphics device was lost", "vae-dense"];
    assert_eq!(in_english(said.into_iter()), [said[0], said[2]]);
}

#[test]
fn a_folder_that_is_no_data_is_refused_in_chinese() {
    let mut screen = Screen::open(None);
    let path = screen.folder.path().join("holiday");
    std::fs::create_dir(&path).unwrap();
    std::fs::write(path.join("beach.txt"), "sand").unwrap();
    let source = Source::parse(&path.display().to_string());
    screen.session.borrow_mut().apply(DataCommand::Open(source));
    let said = screen.failure();
    assert!(said.starts_with(&format!("{}：应为IDX 文件夹（MNIST 的格式", path.display())), "{said}");
    assert!(said.ends_with("，实际为：装有其他文件的文件夹"), "{said}");
    screen.shows(&said);
    // The same for a run.
    let path = path.join("beach.txt");
    screen.session.borrow_mut().apply(FileCommand::OpenRun(path.clone()));
    screen.until("the run's own failure", |session| session.last_message().is_some_and(|(_, last)| *last != said));
    let said = screen.failure();
    assert_eq!(said, format!("{}：应为训练记录文件夹，实际为：文件", path.display()));
    screen.shows(&said);
}

#[test]
fn a_graphics_device_that_cannot_decode_is_named_in_chinese() {
    let mut screen = Screen::open(None);
    let why = check_compute(&wgpu::Limits::downlevel_webgl2_defaults()).unwrap_err().message();
    let chinese = "图形设备无法运行解码器：每次分派的工作组数目只允许 0，而需要 1";
    assert_eq!(decoded_by(&Decoding::CpuRefused(why.clone())), format!("由 CPU 解码：{chinese}"));
    screen.session.borrow_mut().refuse_gpu(why);
    let said = screen.failure();
    assert_eq!(said, format!("从现在起由 CPU 解码：{chinese}"));
    screen.shows(&said);
}

#[test]
fn a_graphics_device_that_is_lost_is_told_in_chinese() {
    let mut screen = Screen::open(None);
    screen.session.borrow_mut().device_was_lost();
    assert_eq!(screen.failure(), "图形设备已丢失；这是新打开的窗口，训练未中断");
    screen.shows("从现在起由 CPU 解码：图形设备已丢失");
}

#[test]
fn a_network_that_the_device_refuses_is_named_in_chinese() {
    fn limits(adapter: &wgpu::Adapter) -> wgpu::Limits {
        // Less than the weights of the first model take.
        wgpu::Limits { max_storage_buffer_binding_size: 1 << 20, ..adapter.limits() }
    }
    if gpu::probe().is_none() {
        assert!(std::env::var("LATENTARIUM_REQUIRE_GPU").as_deref() != Ok("1"), "a graphics adapter is required");
        println!("skipped: there is no graphics adapter here");
        return;
    }
    let mut setup = WgpuSetupCreateNew::without_display_handle();
    setup.device_descriptor =
        Arc::new(|adapter| wgpu::DeviceDescriptor { required_limits: limits(adapter), ..Default::default() });
    let mut screen = Screen::open(Some(setup));
    let began = Instant::now();
    let refused = |screen: &Screen| match screen.session.borrow().decoding(Slot::A) {
        refused @ Decoding::CpuRefused(_) => Some(decoded_by(&refused)),
        _ => None,
    };
    let said = loop {
        assert!(began.elapsed() < Duration::from_secs(120), "the network is not refused");
        screen.harness.step();
        // Reading the picture back gives up after ten seconds: software rendering may be busy elsewhere.
        let frame = screen.harness.render().or_else(|_| screen.harness.render());
        assert!(frame.is_ok(), "{frame:?}");
        if let Some(said) = refused(&screen) {
            break said;
        }
    };
    let why = said.strip_prefix("由 CPU 解码：").unwrap();
    assert!(
        why.starts_with("权重（") && why.contains("）需要 ") && why.ends_with(" 字节，而图形设备只允许 1048576"),
        "{why}"
    );
    screen.harness.run_steps(2);
    screen.shows(&format!("模型 A 从现在起由 CPU 解码：{why}"));
}

//! The panel of runs: the table sorted, grouped and scrolled, figures on demand, curves over each other, rates and distortions; in
//! both themes and languages, and within its share of a frame.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "panel/mod.rs"]
mod panel;

use eframe::egui::{self, Role, Theme, vec2};
use egui_kittest::Harness;
use egui_kittest::kittest::{NodeT, Queryable};
use latentarium::dataset::{Dataset, Progress};
use latentarium::explore::compare::{FigureStage, ModelFigures, SampleFigures};
use latentarium::explore::runs::{
    BrokenRun, FolderRun, FolderRuns, MeasuredRun, RunColumn, RunId, RunPlot, RunSameness, RunSort, RunTable,
};
use latentarium::history::History;
use latentarium::message::Message;
use latentarium::metrics::samples::Estimate;
use latentarium::metrics::{FIGURES, FigureId, FigureSubject};
use latentarium::model::{Config, MetricId};
use latentarium::ui::Panel;
use latentarium::ui::command::{Ask, ExportSubject};
use latentarium::ui::command::{Command, FileCommand, RunsCommand};
use latentarium::ui::runs::RunsPanel;
use latentarium::ui::runs::known::{FoundRuns, MeasuredRuns, MeasuringView, RunsView};
use latentarium::ui::settings::Settings;
use latentarium::ui::slot::Slot;
use latentarium::ui::theme;
use latentarium::ui::view::View;
use panel::{dataset, model_view, split, view};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};
use std::time::{Duration, Instant};

/// What the panel is drawn from, and what it asks for.
struct Table {
    panel: RunsPanel,
    data: Arc<Dataset>,
    settings: Settings,
    config: Config,
    table: RunTable,
    found: FoundRuns,
    measured: MeasuredRuns,
    measuring: Option<(RunId, Progress)>,
    commands: Vec<Command>,
    /// The shortest frame of the panel alone.
    shortest: Duration,
}

fn folder(number: usize) -> PathBuf {
    Path::new("/runs").join(format!("vae_{number:02}"))
}

fn id(number: usize) -> RunId {
    RunId::Folder(folder(number))
}

impl Table {
    /// So many runs of four βs with curves of so many points, and one that is broken.
    fn new(count: usize, points: u64) -> Self {
        let data = dataset(&split(30));
        let run = |number: usize| {
            let (seed, beta) = (number / 4, [1.0, 2.0, 4.0, 8.0][number % 4]);
            let config = Config::vae_dense().with("seed", seed as u64).unwrap().with("beta", beta).unwrap();
            let history = History::default();
            for step in 0..points {
                let value = 150.0 + number as f32 + 300.0 / (1.0 + step as f32);
                history.push(step, step as f32, &[(MetricId::TEST_TOTAL, value), (MetricId::TOTAL, value - 5.0)]);
            }
            let data_checksum = data.id.to_string();
            FolderRun {
                folder: folder(number),
                sameness: RunSameness::of(&config, &data_checksum),
                config,
                data: "squares".to_owned(),
                // The last one learned from other data.
                data_checksum: if number + 1 == count { "other".to_owned() } else { data_checksum },
                step: 10 * number as u64,
                history: Arc::new(history),
            }
        };
        let why = Message::words("/runs/vae_torn/config.toml: expected a format number, found none");
        let broken = vec![BrokenRun { folder: "/runs/vae_torn".into(), why }];
        let found = FolderRuns { runs: (0..count).map(run).collect(), broken };
        let table = RunTable { folders: vec!["/runs".into()], ..RunTable::default() };
        Self {
            panel: RunsPanel::default(),
            data,
            settings: Settings::default(),
            config: Config::gan_plane(),
            table,
            found: [(PathBuf::from("/runs"), Ok(Arc::new(found)))].into(),
            measured: MeasuredRuns::default(),
            measuring: None,
            commands: Vec::new(),
            shortest: Duration::MAX,
        }
    }

    /// Gives a run figures: of rate this, all others follow from it.
    fn measure(&mut self, number: usize, rate: f64) {
        let estimate = |id: FigureId| {
            let value = match id {
                FigureId::Rate => rate,
                FigureId::Distortion => 100.0 - rate,
                other => rate / (2.0 + other as usize as f64),
            };
            (id, Estimate { value, half_width: 0.25 })
        };
        let of = |subject: FigureSubject| {
            FIGURES.iter().filter(|figure| figure.subject == subject).map(|figure| estimate(figure.id)).collect()
        };
        let figures = ModelFigures {
            step: 10 * number as u64,
            reconstructions: of(FigureSubject::Reconstructions),
            encoder: of(FigureSubject::Encoder),
            samples: SampleFigures { estimates: of(FigureSubject::Samples), class_share: vec![] },
            fitted: false,
        };
        let step = figures.step;
        self.measured.entry(id(number)).or_default().insert(step, Arc::new(MeasuredRun { figures, count: 30 }));
    }

    fn draw(&mut self, ui: &mut egui::Ui) {
        let measuring = self.measuring.as_ref().map(|(run, progress)| MeasuringView {
            run,
            waiting: 2,
            stage: FigureStage::Features,
            progress,
        });
        let runs =
            RunsView { table: &self.table, found: &self.found, measured: &self.measured, measuring, reading: false };
        let model = model_view(Slot::B, &self.config);
        let view = View { data: Some(&self.data), runs, ..view(vec![model], &self.settings) };
        let mut commands = Vec::new();
        let began = Instant::now();
        self.panel.ui(ui, &view, &mut commands);
        self.shortest = self.shortest.min(began.elapsed());
        for command in &commands {
            if let Command::Runs(RunsCommand::Change(table)) = command {
                self.table = (**table).clone();
            }
        }
        self.commands.extend(commands);
    }
}

/// The language is one for the whole process: the test that switches it is alone with it.
static LANGUAGE: RwLock<()> = RwLock::new(());

fn english() -> RwLockReadGuard<'static, ()> {
    LANGUAGE.read().unwrap_or_else(PoisonError::into_inner)
}

fn harness(table: Table, size: [f32; 2]) -> Harness<'static, Table> {
    rust_i18n::set_locale("en");
    let builder = Harness::builder().with_size(size).allow_missing_glyphs().with_context_setup(theme::install);
    let mut harness = builder.build_ui_state(|ui, table: &mut Table| table.draw(ui), table);
    harness.run_steps(3);
    harness
}

/// The names of the runs that are on the screen, from the top.
fn names(harness: &Harness<'_, Table>) -> Vec<String> {
    let boxes = harness.query_all_by_role(Role::CheckBox).filter_map(|node| {
        let label = node.accesskit_node().label()?;
        Some((node.rect().top(), label.strip_prefix("Curve of ")?.to_owned()))
    });
    let mut boxes: Vec<(f32, String)> = boxes.collect();
    boxes.sort_by(|a, b| a.0.total_cmp(&b.0));
    boxes.into_iter().map(|(_, name)| name).collect()
}

const WIDE: [f32; 2] = [1400.0, 700.0];

#[test]
fn headings_sort_and_broken_runs_say_why() {
    let _turn = english();
    let mut table = Table::new(5, 3);
    for (number, rate) in [(0, 30.0), (1, 10.0), (3, 20.0)] {
        table.measure(number, rate);
    }
    let mut harness = harness(table, WIDE);
    assert_eq!(names(&harness), ["B · gan-plane", "vae_00", "vae_01", "vae_02", "vae_03", "vae_04"]);
    let why = "vae_torn: /runs/vae_torn/config.toml: expected a format number, found none";
    assert!(harness.query_by_label(why).is_some());
    // A heading that is scrolled out is not there; one that is seen sorts.
    assert!(harness.query_by_label("Memorised →").is_none());
    harness.get_by_label("Squared error ↓").click_accesskit();
    harness.run_steps(2);
    assert_eq!(names(&harness)[..3], ["vae_01", "vae_03", "vae_00"], "what has no figure stands last");
    harness.get_by_label("Squared error ↓").click_accesskit();
    harness.run_steps(2);
    assert_eq!(names(&harness)[..3], ["vae_00", "vae_03", "vae_01"]);
    let column = RunColumn::Figure(FigureId::SquaredError);
    assert_eq!(harness.state().table.sort, Some(RunSort { column, falling: true }));
    assert_eq!(harness.unnamed_widgets(), Vec::<String>::new());
}

#[test]
fn a_heading_says_what_it_is_and_a_cell_how_sure_it_is() {
    let _turn = english();
    let mut table = Table::new(2, 3);
    table.measure(0, 30.0);
    let mut harness = harness(table, WIDE);
    let hover = |harness: &mut Harness<'static, Table>, rect: egui::Rect| {
        harness.hover_at(rect.center());
        harness.run_steps(2);
        std::thread::sleep(Duration::from_millis(600));
        harness.run_steps(8);
    };
    let rect = harness.get_by_label("SSIM ↑").rect();
    hover(&mut harness, rect);
    let tip = harness.query_all_by_label_contains("windows of 7×7").count();
    assert_eq!(tip, 1, "the definition");
    assert!(harness.query_by_label_contains("(Wang, Bovik, Sheikh, Simoncelli 2004)").is_some(), "and its source");
    let rect = harness.get_by_label("PSNR ↑").rect();
    hover(&mut harness, rect);
    assert!(harness.query_by_label_contains(". In dB").is_some(), "and its unit");
    let rect = harness.get_by_label("15.00").rect();
    hover(&mut harness, rect);
    assert!(harness.query_by_label("15.00 ± 0.2500 (95 %) of 30 test images and samples, step 0").is_some());
}

#[test]
fn runs_that_differ_only_in_their_seed_become_one_row() {
    let _turn = english();
    let mut table = Table::new(9, 3);
    for (number, rate) in [(0, 30.0), (4, 10.0), (1, 20.0)] {
        table.measure(number, rate);
    }
    let mut harness = harness(table, WIDE);
    harness.get_by_label("Seeds as one").click();
    harness.run_steps(2);
    assert_eq!(names(&harness), ["B · gan-plane", "vae-dense ×3", "vae-dense ×2", "vae-dense ×2", "vae-dense ×2"]);
    assert!(harness.query_by_label("10.00 [5.00–15.00]").is_some(), "median and range of the squared error");
    harness.get_by_label("Curve of vae-dense ×3").click();
    harness.run_steps(2);
    assert_eq!(harness.state().table.overlaid, [0, 4, 8].map(id));
}

#[test]
fn figures_are_asked_for_followed_and_stopped() {
    let _turn = english();
    let mut table = Table::new(4, 3);
    table.measure(1, 10.0);
    let mut harness = harness(table, WIDE);
    harness.get_by_label("Figures").click();
    harness.run_steps(2);
    // Neither the model without weights, nor what is measured, nor what learned from other data.
    let asked = RunsCommand::Measure(vec![id(0), id(2)]);
    assert_eq!(harness.state().commands.last(), Some(&asked.into()));
    harness.state_mut().table.overlay(&id(2), true);
    harness.run_steps(2);
    harness.get_by_label("Figures").click();
    harness.run_steps(2);
    assert_eq!(harness.state().commands.last(), Some(&RunsCommand::Measure(vec![id(2)]).into()), "only what is chosen");
    let progress = Progress::default();
    progress.set_total(100);
    progress.set_done(40);
    progress.set_rate(20);
    harness.state_mut().measuring = Some((id(2), progress));
    harness.run_steps(2);
    assert!(harness.query_by_label("vae_02: features · 20/s · 3 s left · 2 waiting").is_some());
    assert!(harness.get_by_label("Figures").accesskit_node().is_disabled());
    harness.get_by_label("Stop").click();
    harness.run_steps(2);
    assert_eq!(harness.state().commands.last(), Some(&RunsCommand::Cancel.into()));
}

#[test]
fn folders_are_added_read_again_and_removed_and_the_table_is_exported() {
    let _turn = english();
    let mut harness = harness(Table::new(2, 3), WIDE);
    for (name, asked) in [("Add runs…", Ask::AddRuns), ("Export…", Ask::Export(ExportSubject::Runs))] {
        harness.get_by_label(name).click();
        harness.run_steps(2);
        assert_eq!(harness.state().commands.last(), Some(&FileCommand::Ask(asked).into()));
    }
    harness.get_by_label("Folders: 1 ▾").click();
    harness.run_steps(2);
    harness.get_by_label("Read again").click();
    harness.run_steps(2);
    assert_eq!(harness.state().commands.last(), Some(&RunsCommand::ReadAgain.into()));
    harness.get_by_label("Folders: 1 ▾").click();
    harness.run_steps(2);
    harness.get_by_label("Remove /runs").click();
    harness.run_steps(2);
    assert_eq!(names(&harness), ["B · gan-plane"]);
}

#[test]
fn curves_lie_over_each_other_and_rates_are_points_with_lines_of_beta() {
    let _turn = english();
    let mut table = Table::new(9, 50);
    (0..8).for_each(|number| table.measure(number, 30.0 - 3.0 * number as f64));
    let mut harness = harness(table, WIDE);
    assert!(harness.query_by_label("Choose runs by their boxes to see their curves").is_some());
    for number in [1, 3] {
        harness.get_by_label(&format!("Curve of vae_{number:02}")).click();
        harness.run_steps(2);
    }
    assert_eq!(harness.state().panel.points_drawn(), 100, "two curves of 50 points");
    harness.get_by_role_and_label(Role::ComboBox, "Curve").click();
    harness.run_steps(3);
    let total = latentarium::ui::text::tr("series.total");
    harness.query_all_by_label(&total).last().expect("the other curve").click();
    harness.run_steps(2);
    assert_eq!(harness.state().table.curve.as_deref(), Some("total"));
    harness.get_by_label("Rate–distortion").click();
    harness.run_steps(2);
    assert_eq!(harness.state().table.plot, RunPlot::RateDistortion);
    assert_eq!(harness.state().panel.points_drawn(), 8);
}

/// A table of twenty runs and eight curves of as many points as are kept: what the panel does in a frame.
#[test]
fn twenty_runs_and_eight_curves_take_less_than_eight_milliseconds_of_a_frame() {
    let _turn = english();
    let mut table = Table::new(20, 5000);
    (0..20).for_each(|number| table.measure(number, 30.0 - number as f64));
    (0..8).for_each(|number| table.table.overlay(&id(number), true));
    let mut harness = harness(table, [WIDE[0], 1300.0]);
    harness.run_steps(20);
    let (shortest, rows) = (harness.state().shortest, harness.state().panel.rows_drawn());
    let points = harness.state().panel.points_drawn();
    println!("{rows} rows and {points} points: {shortest:?} a frame");
    assert_eq!(rows, 22, "twenty runs, a model, and one that is broken");
    assert!(points > 1000 && points < 8 * 2 * WIDE[0] as usize, "{points}");
    // Without optimisation it takes some ten times as long.
    let most = if cfg!(debug_assertions) { Duration::from_millis(160) } else { Duration::from_millis(8) };
    assert!(shortest < most, "{shortest:?}");
    // Of many more runs no more rows are drawn.
    let mut many = self::harness(Table::new(400, 3), WIDE);
    many.run_steps(3);
    assert!((5..40).contains(&many.state().panel.rows_drawn()), "{}", many.state().panel.rows_drawn());
    assert!(many.query_by_label("Curve of vae_90").is_none());
}

#[test]
fn it_looks_the_same_in_both_themes_and_languages() {
    let _alone = LANGUAGE.write().unwrap_or_else(PoisonError::into_inner);
    let mut table = Table::new(8, 60);
    (0..6).for_each(|number| table.measure(number, 30.0 - 4.0 * number as f64));
    (0..3).for_each(|number| table.table.overlay(&id(number), true));
    let mut harness = harness(table, [1100.0, 620.0]);
    for (theme, name) in [(Theme::Dark, "dark"), (Theme::Light, "light")] {
        harness.ctx.set_theme(theme);
        for (locale, plot) in [("en", RunPlot::Curves), ("zh-CN", RunPlot::RateDistortion)] {
            rust_i18n::set_locale(locale);
            harness.state_mut().table.plot = plot;
            harness.run_steps(4);
            harness.snapshot(format!("runs_{name}_{locale}"));
        }
    }
    rust_i18n::set_locale("en");
    assert_eq!(harness.ctx.content_rect().size(), vec2(1100.0, 620.0));
}

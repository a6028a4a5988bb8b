//! Commands as panels give them, with arguments that panels would never give among them.

use crate::chance::Chance;
use crate::values::changed;
use latentarium::app::Session;
use latentarium::dataset::{BUILT_IN, Source};
use latentarium::explore::anchors::Anchor;
use latentarium::explore::browse::{Browse, ColumnSort, DataPart, ExamplePlace};
use latentarium::explore::brush::PadStroke;
use latentarium::explore::codes::{Attribute, MapKind, PlaneBasis};
use latentarium::explore::coloring::ColorBy;
use latentarium::explore::compare::SheetColumn;
use latentarium::explore::completion::KeepRule;
use latentarium::explore::completion_choice::CompletionChange;
use latentarium::explore::line::PlaneLine;
use latentarium::explore::outline::{Outline, SelectBy};
use latentarium::explore::pad::{PadChange, PadPen};
use latentarium::explore::path::{PathKind, PlanePath};
use latentarium::explore::plane::PlaneAxis;
use latentarium::explore::timeline::{PlayWay, TimelineAxis, TimelinePlace};
use latentarium::explore::viewport::Viewport;
use latentarium::gpu::DecoderChoice;
use latentarium::model::{ModelId, Part, presets};
use latentarium::ui::Pane;
use latentarium::ui::ask::{Ask, ExportSubject, ImageSubject, PanelPictureUse};
use latentarium::ui::command::{
    Command, CompareCommand, DataCommand, FileCommand, ForkRequest, ModelCommand, PadCommand, PlaneCommand,
    TimelineCommand, ViewCommand,
};
use latentarium::ui::panels::panes;
use latentarium::ui::plane::layers::LAYERS;
use latentarium::ui::settings::{Appearance, COLOR_MAPS, FILM_RATES, Language, SLOW_MOTION};
use latentarium::ui::slot::Slot;
use std::path::{Path, PathBuf};

/// More models than this are not put on the list.
const MOST_MODELS: usize = 6;

pub fn command(session: &Session, folder: &Path, chance: &mut Chance) -> Command {
    match chance.below(100) {
        0..34 => model(session, chance).into(),
        34..56 => plane(session, chance).into(),
        56..64 => view(session, chance).into(),
        64..70 => timeline(session, chance).into(),
        70..80 => file(session, folder, chance).into(),
        80..83 => pad(folder, chance).into(),
        83..85 => completion(chance).into(),
        85..88 => data(folder, chance).into(),
        88..90 => chance
            .one_of(&[
                CompareCommand::Refresh,
                CompareCommand::Select(None),
                CompareCommand::Select(Some(3)),
                CompareCommand::Seed(7),
            ])
            .into(),
        90..96 => Command::Undo,
        96..99 => Command::Redo,
        _ => Command::UndoTo(chance.below(200) as u64),
    }
}

/// A model of the list, or now and then one that is not on it.
fn id(session: &Session, chance: &mut Chance) -> ModelId {
    let ids: Vec<ModelId> = session.project().models.iter().map(|model| model.id).collect();
    if chance.once_in(40) { ModelId(10_000) } else { chance.one_of(&ids) }
}

fn slot(chance: &mut Chance) -> Slot {
    chance.one_of(&Slot::BOTH)
}

fn model(session: &Session, chance: &mut Chance) -> ModelCommand {
    let (id, count) = (id(session, chance), session.project().models.len());
    let all: Vec<&str> = presets().collect();
    let preset = chance.one_of(&all).to_owned();
    match chance.below(24) {
        0 | 1 if count < MOST_MODELS => ModelCommand::Add(preset),
        2 if count < MOST_MODELS => ModelCommand::Duplicate(id),
        0..=3 => ModelCommand::Remove(id),
        4 => ModelCommand::Rename(
            id,
            chance.one_of(&["", "β 4", "a name that is longer than any name has room for on a card"]).to_owned(),
        ),
        5 => ModelCommand::Color(id, chance.below(12) as u8),
        6 => ModelCommand::Show(slot(chance), id),
        7 => ModelCommand::Preset(id, preset),
        8..=11 => match session.model_of(id) {
            Some(model) => ModelCommand::Edit(id, Box::new(changed(model.config, chance))),
            None => ModelCommand::Reset(id),
        },
        12 | 13 => ModelCommand::Start(id),
        14 => ModelCommand::Pause(id),
        15 => ModelCommand::StartAll,
        16 => ModelCommand::ToggleAll,
        17 | 18 => {
            ModelCommand::Step(id, chance.one_of(&[Part::Whole, Part::DISCRIMINATOR, Part::GENERATOR, Part::Only(9)]))
        }
        19 => ModelCommand::StepAll,
        20 => ModelCommand::GoBack(id),
        21 => ModelCommand::Reset(id),
        22 => chance.one_of(&[ModelCommand::ResetAll, ModelCommand::StepAll, ModelCommand::ToggleAll]),
        _ => ModelCommand::TrainAtOnce(chance.below(5)),
    }
}

fn latent_of(session: &Session, id: ModelId, chance: &mut Chance) -> Vec<f32> {
    let size = session.model_of(id).map_or(2, |model| model.config.latent());
    let size = if chance.once_in(10) { chance.below(9) } else { size };
    chance.latent(size)
}

fn plane(session: &Session, chance: &mut Chance) -> PlaneCommand {
    let id = id(session, chance);
    let axis = chance.one_of(&PlaneAxis::BOTH);
    let line = PlaneLine { from: chance.place(), to: chance.place() };
    let outline = Outline { corners: (0..chance.below(9)).map(|_| chance.place()).collect(), ..Outline::default() };
    match chance.below(26) {
        0..=3 => PlaneCommand::Cursor(chance.place()),
        4 => PlaneCommand::CursorSettled(chance.place()),
        5 => PlaneCommand::CursorOnPath {
            model: id,
            at: chance.place(),
            part: chance.real(0.0..1.0) as f32,
            settled: chance.once_in(2),
        },
        6 => PlaneCommand::OriginFromPoint(id, chance.below(300)),
        7 => PlaneCommand::OriginToZero(id),
        8 => PlaneCommand::OriginToCursor(id),
        9 => PlaneCommand::OriginCoordinate(id, chance.below(4), chance.real(-3.0..3.0) as f32),
        10 => PlaneCommand::Along(id, axis, chance.below(5)),
        11 => PlaneCommand::RandomDirections(id),
        12 => PlaneCommand::Lay(
            id,
            chance.one_of(&[
                PlaneBasis::Components,
                PlaneBasis::Anchors,
                PlaneBasis::Attribute(axis, Attribute::Class(3)),
                PlaneBasis::Attribute(axis, Attribute::Column("thickness".to_owned())),
            ]),
        ),
        13 | 14 => {
            let anchor = Anchor { latent: latent_of(session, id, chance), image: None };
            PlaneCommand::Anchor(id, chance.below(4), if chance.once_in(4) { None } else { Some(anchor) })
        }
        15 => PlaneCommand::MoveTo(id, latent_of(session, id, chance)),
        16 => PlaneCommand::Select(
            id,
            chance.one_of(&[
                SelectBy::Outline(outline.clone()),
                SelectBy::Map(MapKind::Pca, outline),
                SelectBy::Search("3".to_owned()),
                SelectBy::Search(String::new()),
            ]),
        ),
        17 => PlaneCommand::Deselect,
        18 => chance.one_of(&[PlaneCommand::MapAgain(id), PlaneCommand::CancelMap(id)]),
        19 => PlaneCommand::Line(if chance.once_in(4) { None } else { Some(line) }),
        20 => PlaneCommand::LineSettled(line),
        21 => {
            let waypoints = (0..chance.below(6)).map(|_| chance.place()).collect();
            let path = PlanePath {
                waypoints,
                kind: chance.one_of(&PathKind::ALL),
                closed: chance.once_in(2),
                ..PlanePath::default()
            };
            PlaneCommand::Path(if chance.once_in(3) { None } else { Some(path) })
        }
        22 | 23 => PlaneCommand::Viewport(Viewport {
            centre: chance.place(),
            half_height: chance.one_of(&[0.01, 0.5, 2.0, 3.3, 5.0, 500.0]),
        }),
        24 => PlaneCommand::LookAt(id, latent_of(session, id, chance)),
        _ => chance.one_of(&[PlaneCommand::MeasureGaps(id), PlaneCommand::CancelGaps(id)]),
    }
}

fn timeline(session: &Session, chance: &mut Chance) -> TimelineCommand {
    let end = session.timeline().end().max(1.0);
    match chance.below(8) {
        0..=2 => TimelineCommand::Go(TimelinePlace::At(chance.real(0.0..end))),
        3 => TimelineCommand::Go(TimelinePlace::Live),
        4 => TimelineCommand::Step(chance.below(20) as i64 - 10),
        5 => TimelineCommand::Play(chance.one_of(&[None, Some(PlayWay::Forwards), Some(PlayWay::Backwards)])),
        6 => TimelineCommand::Align(chance.one_of(&TimelineAxis::ALL)),
        _ => TimelineCommand::Rate(chance.one_of(&FILM_RATES)),
    }
}

fn view(session: &Session, chance: &mut Chance) -> ViewCommand {
    let all: Vec<Pane> = panes().collect();
    let pane = chance.one_of(&all);
    match chance.below(16) {
        0 => ViewCommand::ResetLayout,
        1..=4 => ViewCommand::TogglePane(pane),
        5 => ViewCommand::Maximise(if chance.once_in(2) { Some(pane) } else { None }),
        6 => ViewCommand::FullScreen(chance.once_in(2)),
        7 => ViewCommand::Present(chance.once_in(2)),
        8 => ViewCommand::Help(chance.once_in(2)),
        _ => {
            let mut settings = session.settings().clone();
            match chance.below(12) {
                0 => settings.appearance = chance.one_of(&Appearance::ALL),
                1 => settings.language = chance.one_of(&Language::ALL),
                2 => settings.color_map = chance.one_of(&COLOR_MAPS).0,
                3 => settings.curves.logarithmic = chance.once_in(2),
                4 => settings.curves.smoothing = chance.real(0.0..1.0),
                5 => settings.plane.model = slot(chance),
                6 => settings.plane.grid = 1 + chance.below(60),
                7 => {
                    settings.plane.color_by = chance.one_of(&[
                        ColorBy::Class,
                        ColorBy::Kl,
                        ColorBy::Error,
                        ColorBy::Nothing,
                        ColorBy::Column("thickness".to_owned()),
                    ])
                }
                8 | 9 => {
                    let ids: Vec<&str> = LAYERS.iter().map(|layer| layer.id).collect();
                    settings.plane.show.set(chance.one_of(&ids), chance.once_in(2));
                }
                10 => settings.decoder = chance.one_of(&[DecoderChoice::Auto, DecoderChoice::Cpu, DecoderChoice::Gpu]),
                _ => settings.steps_per_s = chance.one_of(&[None, Some(SLOW_MOTION[2])]),
            }
            ViewCommand::Settings(Box::new(settings))
        }
    }
}

/// A run that was saved, or where there is none.
fn run(folder: &Path, chance: &mut Chance) -> PathBuf {
    let runs = std::fs::read_dir(folder.join("runs")).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut runs: Vec<PathBuf> = runs.collect();
    runs.sort();
    if runs.is_empty() || chance.once_in(10) { folder.join("runs/none") } else { chance.one_of(&runs) }
}

/// A checkpoint of a run, or one that it does not have.
fn step(run: &Path, chance: &mut Chance) -> u64 {
    let kept = std::fs::read_dir(run.join("checkpoints")).into_iter().flatten().flatten();
    let steps: Vec<u64> = kept.filter_map(|entry| entry.file_name().to_str()?.parse().ok()).collect();
    if steps.is_empty() || chance.once_in(10) { 77 } else { chance.one_of(&steps) }
}

fn export(folder: &Path, chance: &mut Chance) -> FileCommand {
    let subject = chance.one_of(&ExportSubject::ALL);
    let format = chance.one_of(subject.formats());
    let name = chance.one_of(&["out", "other"]);
    let path = folder.join("exports").join(name).with_extension(format.ending());
    FileCommand::Export(subject, if chance.once_in(12) { "/proc/none/out.png".into() } else { path })
}

fn file(session: &Session, folder: &Path, chance: &mut Chance) -> FileCommand {
    let id = id(session, chance);
    let run = run(folder, chance);
    let all: Vec<Pane> = panes().collect();
    match chance.below(20) {
        0 => FileCommand::Ask(chance.one_of(&[
            Ask::OpenData,
            Ask::OpenRun,
            Ask::SaveInto,
            Ask::Drawings,
            Ask::Export(ExportSubject::Curves),
        ])),
        1 => FileCommand::Browse(Ask::OpenRun),
        2 => FileCommand::Complete(folder.join("r").display().to_string()),
        3 => FileCommand::OpenRun(run),
        4 => FileCommand::OpenRunAt(run.clone(), step(&run, chance)),
        5 => FileCommand::AskFork(id),
        6 => FileCommand::AskForkAt(id, chance.below(1000) as u64),
        7 | 8 => {
            let (key, value) =
                chance.one_of(&[("learning_rate", "0.01"), ("beta", "4"), ("batch", "16"), ("none", "x")]);
            let step = step(&run, chance);
            FileCommand::Fork(
                id,
                ForkRequest { run, step, key: key.to_owned(), value: value.to_owned(), beside: chance.once_in(2) },
            )
        }
        9..=11 => FileCommand::Save(id),
        12 => FileCommand::SaveAll,
        13 => FileCommand::SaveInto(folder.join("runs")),
        14 | 15 => export(folder, chance),
        16 => FileCommand::CancelExport,
        17 => FileCommand::CopyImage(chance.one_of(&[
            ImageSubject::Decoded(Slot::A, [0.3, -0.2]),
            ImageSubject::OnPath(Slot::B, 0.5),
            ImageSubject::Example(ExamplePlace { part: DataPart::Test, index: 3 }),
            ImageSubject::Sheet(SheetColumn::Reconstruction(1), 2),
            ImageSubject::Drawing,
            ImageSubject::Reconstruction(Slot::A),
            ImageSubject::Kept(1),
            ImageSubject::Mean,
        ])),
        18 => FileCommand::PicturePanel(
            chance.one_of(&all),
            chance.one_of(&[PanelPictureUse::Copy, PanelPictureUse::Save]),
        ),
        _ => FileCommand::ShowFolder(folder.to_owned()),
    }
}

fn pad(folder: &Path, chance: &mut Chance) -> PadCommand {
    let spot = |chance: &mut Chance| [chance.real(-3.0..31.0) as f32, chance.real(-3.0..31.0) as f32];
    let change = match chance.below(14) {
        0..=2 => PadChange::Begin(PadStroke { points: vec![spot(chance), spot(chance)], width: 3.0, color: [255; 3] }),
        3..=5 => PadChange::Extend((0..5).map(|_| spot(chance)).collect()),
        6 => PadChange::Clear,
        7 => PadChange::Back,
        8 => PadChange::Again,
        9 => PadChange::Pen(PadPen { erases: chance.once_in(2), ..PadPen::default() }),
        10 => PadChange::Follow(chance.once_in(2)),
        11 => PadChange::Label(chance.below(12) as u8),
        12 => PadChange::Keep,
        _ => PadChange::Forget(chance.below(3)),
    };
    match chance.below(20) {
        0 => PadCommand::MakeDataSet(folder.join("drawings")),
        1 => PadCommand::CursorToCode(chance.place()),
        _ => PadCommand::Change(change),
    }
}

fn completion(chance: &mut Chance) -> CompletionChange {
    match chance.below(6) {
        0 => CompletionChange::Image(chance.below(3000)),
        1 => CompletionChange::Keep(chance.one_of(&[KeepRule::Top, KeepRule::Left, KeepRule::Random { share: 0.3 }])),
        2 | 3 => CompletionChange::Paint { points: vec![chance.place(), chance.place()], begins: chance.once_in(2) },
        4 => CompletionChange::Brush(PadPen { erases: chance.once_in(2), ..PadPen::default() }),
        _ => CompletionChange::Seed(chance.seed()),
    }
}

/// The folder of made data that hands may write into.
pub const MADE: &str = "made";

/// Data on disk: some that is none, too.
pub fn data_path(folder: &Path, chance: &mut Chance) -> PathBuf {
    let made = folder.join(MADE);
    let real = std::env::var_os("LATENTARIUM_DATA").map(|data| PathBuf::from(data).join("mnist"));
    let mut paths = vec![
        made.join("idx"),
        made.join("keras.npz"),
        made.join("folders"),
        made.join("table.csv"),
        made.join("formats"),
        folder.join("none"),
        folder.join("state.json"),
    ];
    paths.extend(real);
    chance.one_of(&paths)
}

fn data(folder: &Path, chance: &mut Chance) -> DataCommand {
    let built_in: Vec<&str> = BUILT_IN.iter().map(|data| data.name()).collect();
    match chance.below(8) {
        0 | 1 => DataCommand::Open(Source::parse(chance.one_of(&built_in))),
        2 => DataCommand::Open(Source::path(data_path(folder, chance))),
        3 => DataCommand::CancelOpening,
        4 => DataCommand::Preview(Source::path(data_path(folder, chance))),
        5 => {
            DataCommand::LookAtExample(ExamplePlace { part: chance.one_of(&DataPart::BOTH), index: chance.below(2000) })
        }
        6 => DataCommand::LearnDrawn((0..chance.below(200)).map(|_| chance.place()).collect()),
        _ => DataCommand::Browse(Box::new(Browse {
            part: chance.one_of(&DataPart::BOTH),
            search: chance.one_of(&["", "3", "thickness > 2", "(("]).to_owned(),
            sort: chance.one_of(&[None, Some(ColumnSort { column: Some("thickness".to_owned()), descending: true })]),
            example: None,
        })),
    }
}

/// What is typed: numbers, names, paths.
pub fn text(folder: &Path, chance: &mut Chance) -> String {
    match chance.below(8) {
        0 => chance.real(-10.0..10.0).to_string(),
        1 => chance.below(300).to_string(),
        2 => chance.one_of(&["", "digits", "sprites", "ring", "moons", "256, 128", "1e-3", "nan", "β", "3"]).to_owned(),
        3 => run(folder, chance).display().to_string(),
        4 => data_path(folder, chance).display().to_string(),
        5 => folder.join("exports/typed.png").display().to_string(),
        6 => format!("{}", chance.seed()),
        _ => "x".repeat(chance.below(300)),
    }
}

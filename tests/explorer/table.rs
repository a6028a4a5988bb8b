//! The table of runs: folders that are added, figures on demand, and what is written of it.

use crate::screen::{A, Screen};
use latentarium::app::{Level, Session};
use latentarium::explore::runs::{RunColumn, RunId, RunSort, RunTable};
use latentarium::metrics::FigureId;
use latentarium::ui::command::{Command, ExportSubject, FileCommand, RunsCommand, ViewCommand};
use latentarium::ui::pane::Pane;
use latentarium::ui::slot::Slot;

fn measured(session: &Session, run: &RunId) -> Option<f64> {
    let measured = session.run_table().measured.get(run)?.values().next_back()?;
    Some(measured.figures.get(FigureId::Rate)?.value)
}

#[test]
fn runs_of_a_folder_are_read_measured_and_written() {
    let mut screen = Screen::ready_first();
    screen.click("Step A");
    screen.until("one step", |session| session.model(Slot::A).status().is_some_and(|status| status.step == 1));
    screen.click("Save A");
    screen.until("saved", |session| session.model(Slot::A).folder.is_some());
    let saved = screen.session.borrow().model(Slot::A).folder.clone().unwrap();
    let runs = screen.folder.path().join("others");
    let run = runs.join("one");
    std::fs::create_dir_all(run.join("checkpoints/000001")).unwrap();
    for file in ["config.toml", "metrics.csv"].iter().map(std::path::PathBuf::from) {
        std::fs::copy(saved.join(&file), run.join(&file)).unwrap();
    }
    for entry in std::fs::read_dir(saved.join("checkpoints/000001")).unwrap() {
        let from = entry.unwrap();
        std::fs::copy(from.path(), run.join("checkpoints/000001").join(from.file_name())).unwrap();
    }
    std::fs::create_dir(runs.join("torn")).unwrap();
    std::fs::write(runs.join("torn/config.toml"), "format = ").unwrap();

    let apply = |screen: &mut Screen, command: Command| screen.session.borrow_mut().apply(command);
    apply(&mut screen, ViewCommand::Maximise(Some(Pane::of("runs"))).into());
    apply(&mut screen, RunsCommand::Add(runs.clone()).into());
    screen.until("the folder is read", |session| session.run_table().found.contains_key(&runs));
    {
        let session = screen.session.borrow();
        let found = session.run_table().found[&runs].as_ref().expect("runs");
        assert_eq!((found.runs.len(), found.runs[0].step, found.broken.len()), (1, 1, 1));
        assert!(found.broken[0].why.to_string().contains("torn/config.toml"), "{:?}", found.broken[0].why);
        assert!(!found.runs[0].history.is_empty());
    }
    let here = RunId::Folder(run.clone());
    apply(&mut screen, RunsCommand::Measure(vec![here.clone(), RunId::Model(A)]).into());
    screen.until("the first stage", |session| session.run_table().measuring.is_some());
    screen.until("both are measured", |session| {
        [&here, &RunId::Model(A)].iter().all(|run| measured(session, run).is_some())
    });
    {
        let session = screen.session.borrow();
        assert_eq!(measured(&session, &here), measured(&session, &RunId::Model(A)), "the same weights, the same data");
    }
    screen.until("it is said", |session| session.last_message().is_some_and(|(level, _)| *level == Level::Done));

    for (name, expected) in [("runs.csv", "rate_high"), ("runs.tex", "\\toprule")] {
        let path = screen.folder.path().join(name);
        apply(&mut screen, FileCommand::Export(ExportSubject::Runs, path.clone()).into());
        screen.until(name, |_| path.is_file());
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains(expected) && text.contains("one"), "{text}");
    }

    // What was chosen is taken back and kept.
    let sorted = RunTable { sort: Some(RunSort { column: RunColumn::Seed, falling: true }), ..RunTable::default() };
    apply(&mut screen, RunsCommand::Change(Box::new(sorted)).into());
    screen.until("the folder is gone", |session| session.run_table().found.is_empty());
    apply(&mut screen, Command::Undo);
    assert_eq!(screen.session.borrow().project().runs.folders, std::slice::from_ref(&runs));
    screen.until("it is read again", |session| session.run_table().found.contains_key(&runs));
    screen.session.borrow_mut().close();
    let mut screen = Screen::open_in(screen.close());
    screen.step();
    assert_eq!(screen.session.borrow().project().runs.folders, [runs]);
}

#[test]
fn a_folder_without_runs_is_one_sentence_and_measuring_is_cancelled() {
    let mut screen = Screen::ready_first();
    let nothing = screen.folder.path().join("nothing");
    let apply = |screen: &mut Screen, command: Command| screen.session.borrow_mut().apply(command);
    apply(&mut screen, ViewCommand::Maximise(Some(Pane::of("runs"))).into());
    std::fs::create_dir(&nothing).unwrap();
    apply(&mut screen, RunsCommand::Add(nothing.clone()).into());
    screen.until("the folder is read", |session| session.run_table().found.contains_key(&nothing));
    let why = screen.session.borrow().run_table().found[&nothing].as_ref().expect_err("no runs").to_string();
    assert!(why.ends_with("nothing: expected a run, or a folder of runs, found neither"), "{why}");
    apply(&mut screen, RunsCommand::Measure(vec![RunId::Model(A)]).into());
    screen.until("it goes on", |session| session.run_table().measuring.is_some());
    apply(&mut screen, RunsCommand::Cancel.into());
    screen.step();
    assert!(screen.session.borrow().run_table().measuring.is_none());
    assert_eq!(measured(&screen.session.borrow(), &RunId::Model(A)), None);
}

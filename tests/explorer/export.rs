//! What a person takes away: figures and tables.

use crate::screen::{A, Screen};
use crate::timeline::trained;
use eframe::egui::accesskit::Role;
use eframe::egui::{Key, Modifiers, OutputCommand};
use egui_kittest::kittest::Queryable;
use latentarium::explore::path::{PathKind, PlanePath};
use latentarium::explore::tiles::byte;
use latentarium::model::ModelId;
use latentarium::picture::film::FilmFormat;
use latentarium::snapshot::Scratch;
use latentarium::ui::command::{FileCommand, ImageSubject, ModelCommand, PlaneCommand, ViewCommand};
use latentarium::ui::plane::settings::PlaneSettings;
use latentarium::ui::settings::{FilmChoice, SampleChoice, Settings};
use latentarium::ui::slot::Slot;
use std::path::Path;
use std::process::Command;

/// Exports what is chosen in the window that Ctrl+E opens, to a file of `name`.
fn export(screen: &mut Screen, subject: &str, name: &str) -> std::path::PathBuf {
    let path = screen.folder.path().join("exports").join(name);
    screen.key(Modifiers::COMMAND, Key::E);
    if subject != "Plane of A" {
        screen.harness.get_by_role_and_label(Role::ComboBox, "What").click();
        screen.step();
        screen.step();
        // Another panel has a button of this name; the list is drawn above it.
        let found = screen.harness.query_all_by_role_and_label(Role::Button, subject).last();
        found.expect("a choice").click();
        screen.step();
    }
    screen.step();
    screen.harness.get_by_label("Path").focus();
    screen.step();
    screen.key(Modifiers::COMMAND, Key::A);
    screen.type_path(&path);
    screen.harness.get_by_role_and_label(Role::Button, "Export").click();
    screen.step();
    screen.step();
    path
}

/// Exports a film in each of its formats.
fn export_films(screen: &mut Screen, subject: &str) {
    for (name, at, begin) in [("film.gif", 0, &b"GIF89a"[..]), ("film.png", 0, b"\x89PNG"), ("film.mp4", 4, b"ftyp")] {
        let path = export(screen, subject, name);
        screen.until(name, |_| path.is_file());
        assert!(std::fs::read(&path).unwrap()[at..].starts_with(begin), "{name}");
    }
}

/// Breaks off a film after those of all formats: nothing of it is left.
fn break_off_film(screen: &mut Screen, subject: &str) {
    let path = export(screen, subject, "long.mp4");
    screen.click("Stop writing");
    screen.until("a sentence", |_| true);
    assert!(screen.harness.query_all_by_label_contains("Cancelled: nothing was written").next().is_some());
    let began = std::time::Instant::now();
    // Its thread ends with the frame that it was at.
    while std::fs::read_dir(path.parent().unwrap()).unwrap().count() > 3 {
        assert!(began.elapsed() < std::time::Duration::from_secs(20), "something is left");
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    assert!(!path.exists());
}

#[test]
fn everything_is_exported_in_each_of_its_formats() {
    let mut screen = Screen::ready();
    std::fs::create_dir(screen.folder.path().join("exports")).unwrap();
    screen.click("Train all");
    screen.until("a sheet, curves and points", |session| {
        let steps = session.model(Slot::A).status().map_or(0, |status| status.step);
        session.sheet().is_some() && session.points(Slot::A).is_some() && steps > 20
    });
    let cases: [(&str, &str, &[u8]); 8] = [
        ("Plane of A", "plane.png", b"\x89PNG"),
        ("Plane of B", "plane.svg", b"<svg"),
        ("Curves", "curves.png", b"\x89PNG"),
        ("Curves", "curves.svg", b"<svg"),
        ("Curves", "curves.csv", b"model,metric,step,seconds,value\n"),
        ("Compare sheet", "sheet.png", b"\x89PNG"),
        ("Points of A", "points.csv", b"image,class,step,z1,z2,sigma1,sigma2,plane_x,plane_y\n"),
        ("Points of A", "points.npy", b"\x93NUMPY"),
    ];
    for (subject, name, begin) in cases {
        let path = export(&mut screen, subject, name);
        screen.until(name, |_| path.is_file());
        let written = std::fs::read(&path).unwrap();
        assert!(written.starts_with(begin) && written.len() > 1000, "{name}: {} bytes", written.len());
    }
    let path = export(&mut screen, "Curves", "curves.jpg");
    screen.until("a sentence", |_| true);
    let says = "expected a file that ends with .png, .svg, .csv";
    assert!(screen.harness.query_all_by_label_contains(says).next().is_some());
    assert!(!path.exists());
}

/// What a file holds, or every file of a folder by its name.
fn contents(path: &Path) -> Vec<(String, Vec<u8>)> {
    let read = |path: &Path| (path.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read(path).unwrap());
    if path.is_file() {
        return vec![read(path)];
    }
    let mut files: Vec<_> = std::fs::read_dir(path).unwrap().map(|entry| read(&entry.unwrap().path())).collect();
    files.sort();
    files
}

/// Samples are those of the command line: same run, same seed, same bytes.
#[test]
fn samples_are_those_of_the_command_line() {
    let mut screen = Screen::ready();
    let id: ModelId = screen.session.borrow().id(Slot::B);
    screen.session.borrow_mut().apply(ModelCommand::Start(id));
    screen.until("steps", |session| session.model(Slot::B).status().is_some_and(|status| status.step > 3));
    screen.session.borrow_mut().apply(ModelCommand::Pause(id));
    screen.until("a pause", |session| !session.is_training());
    screen.session.borrow_mut().apply(FileCommand::Save(id));
    // A step that is saved may be the autosave's, which lies elsewhere: the run is there when it can be opened.
    let runs = screen.folder.path().join("runs");
    let saved = || latentarium::run::open(&std::fs::read_dir(&runs).ok()?.next()?.ok()?.path()).ok();
    screen.until("a saved run that is shown", |session| {
        let shown = session.model(Slot::B).shown().map(|snapshot| snapshot.step);
        shown.is_some() && saved().map(|run| run.snapshot.step) == shown
    });
    let run = saved().unwrap().folder;
    std::fs::create_dir(screen.folder.path().join("exports")).unwrap();
    let settings = screen.session.borrow().settings().clone();
    let samples = SampleChoice { count: 11, seed: 5 };
    screen.session.borrow_mut().apply(ViewCommand::Settings(Box::new(Settings { samples, ..settings })));
    for (name, out) in [("window.npy", "line.npy"), ("window", "line/")] {
        let path = export(&mut screen, "Samples of B", name);
        screen.until(name, |_| path.exists());
        let out = path.with_file_name(out);
        let mut sample = Command::new(env!("CARGO_BIN_EXE_latentarium"));
        let done = sample.arg("sample").arg(&run).args(["--count", "11", "--seed", "5", "--out"]).arg(&out).status();
        assert!(done.unwrap().success());
        let [mut window, line] = [path.as_path(), &out].map(contents);
        assert_eq!(window.len(), if name == "window" { 11 } else { 1 });
        if path.is_file() {
            "line.npy".clone_into(&mut window[0].0);
        }
        assert!(window == line, "{name}: other bytes than the command line's");
    }
}

#[test]
fn writing_samples_can_be_cancelled_and_leaves_nothing() {
    let mut screen = Screen::ready();
    std::fs::create_dir(screen.folder.path().join("exports")).unwrap();
    screen.until("weights", |session| session.model(Slot::A).shown().is_some());
    let settings = screen.session.borrow().settings().clone();
    let samples = SampleChoice { count: 10_000, seed: 0 };
    screen.session.borrow_mut().apply(ViewCommand::Settings(Box::new(Settings { samples, ..settings })));
    let path = export(&mut screen, "Samples of A", "many");
    screen.click("Stop writing");
    screen.until("a sentence", |_| true);
    assert!(screen.harness.query_all_by_label_contains("Cancelled: nothing was written").next().is_some());
    let began = std::time::Instant::now();
    // Its thread ends with the image that it was at.
    while std::fs::read_dir(path.parent().unwrap()).unwrap().next().is_some() {
        assert!(began.elapsed() < std::time::Duration::from_secs(20), "something is left");
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    assert!(!path.exists());
}

/// A path over the plane as a film in each format; one that is broken off leaves nothing.
#[test]
fn a_path_is_exported_as_a_film_and_can_be_cancelled() {
    let mut screen = Screen::ready();
    std::fs::create_dir(screen.folder.path().join("exports")).unwrap();
    screen.until("weights", |session| session.model(Slot::A).shown().is_some());
    let path = PlanePath { waypoints: vec![[-1.0, 0.0], [1.0, 0.5], [0.0, 1.0]], closed: true, ..PlanePath::default() };
    screen.session.borrow_mut().apply(PlaneCommand::Path(Some(path)));
    screen.step();
    let choose = |screen: &Screen, frames: usize| {
        let settings = screen.session.borrow().settings().clone();
        let film = FilmChoice { frames, size: 112, rate: 10 };
        screen.session.borrow_mut().apply(ViewCommand::Settings(Box::new(Settings { film, ..settings })));
    };
    choose(&screen, 8);
    export_films(&mut screen, "Film along the path of A");
    choose(&screen, 10_000);
    break_off_film(&mut screen, "Film along the path of A");
}

/// Everything that the timeline offers of a model as a film of its plane; one that is broken off leaves nothing.
#[test]
fn a_timeline_is_exported_as_a_film_and_can_be_cancelled() {
    let mut screen = trained();
    std::fs::create_dir(screen.folder.path().join("exports")).unwrap();
    let settings = screen.session.borrow().settings().clone();
    let film = FilmChoice { size: 112, rate: 10, ..settings.film };
    let plane = PlaneSettings { grid: 4, ..settings.plane.clone() };
    screen.session.borrow_mut().apply(ViewCommand::Settings(Box::new(Settings { film, plane, ..settings })));
    screen.until("all points", |session| {
        let points = session.points(Slot::A);
        points.is_some_and(|points| points.count() == session.data().unwrap().test.count())
    });
    export_films(&mut screen, "Film of the timeline of A");
    // The animated PNG frame by frame: the plane as the window has it at each of the steps.
    let (film, mut past) = screen.session.borrow().timeline_film(Slot::A, FilmFormat::Apng).unwrap();
    let offered = screen.session.borrow().timeline().tracks.get(A).unwrap().marks().len();
    let file = std::fs::File::open(screen.folder.path().join("exports/film.png")).unwrap();
    let mut reader = png::Decoder::new(std::io::BufReader::new(file)).read_info().unwrap();
    let frames = reader.info().animation_control.unwrap().num_frames as usize;
    assert!(frames > 8 && frames == offered && past.count() == offered, "{frames} frames of {offered} steps");
    let mut seen = Vec::new();
    for place in 0..frames {
        let mut bytes = vec![0; reader.output_buffer_size().unwrap()];
        reader.next_frame(&mut bytes).unwrap();
        let frame = film.frame(&past.snapshot(place).unwrap(), &|| true).unwrap();
        assert!(frame.as_raw() == &bytes, "frame {place}");
        seen.push(bytes);
    }
    assert!(seen[0] != seen[frames - 1], "it has learned");
    // Large, so that it takes its time.
    let settings = screen.session.borrow().settings().clone();
    let film = FilmChoice { size: 2000, ..settings.film };
    let plane = PlaneSettings { grid: 64, ..settings.plane.clone() };
    screen.session.borrow_mut().apply(ViewCommand::Settings(Box::new(Settings { film, plane, ..settings })));
    screen.step();
    break_off_film(&mut screen, "Film of the timeline of A");
}

/// The shortest way over a model's plane is made in the background, and follows the path that is laid.
#[test]
fn a_path_is_made_in_the_background_and_undone_like_anything_else() {
    let mut screen = Screen::ready();
    screen.until("weights", |session| session.model(Slot::A).shown().is_some());
    let path = PlanePath { waypoints: vec![[-1.0, 0.0], [1.0, 0.5]], kind: PathKind::Straight, ..PlanePath::default() };
    screen.session.borrow_mut().apply(PlaneCommand::Path(Some(path)));
    screen.harness.run_steps(3);
    let began = std::time::Instant::now();
    while screen.harness.query_by_label("being made…").is_some() {
        assert!(began.elapsed() < std::time::Duration::from_secs(60), "it is not made");
        screen.step();
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    assert!(screen.harness.query_by_label("Twelve images along the path").is_some());
    screen.key(Modifiers::COMMAND, Key::Z);
    screen.harness.run_steps(2);
    assert!(screen.harness.query_by_label("Twelve images along the path").is_none());
    screen.key(Modifiers::COMMAND | Modifiers::SHIFT, Key::Z);
    screen.harness.run_steps(2);
    assert!(screen.harness.query_by_label("Twelve images along the path").is_some());
}

/// The image that comes to the clipboard, a value a pixel of the image: each is ten by ten of them.
fn copied(screen: &mut Screen) -> Vec<u8> {
    let began = std::time::Instant::now();
    loop {
        let commands = &screen.harness.output().platform_output.commands;
        let image = commands.iter().find_map(|command| match command {
            OutputCommand::CopyImage(image) => Some(image.clone()),
            _ => None,
        });
        if let Some(image) = image {
            return (0..28 * 28).map(|at| image[(10 * (at % 28) + 5, 10 * (at / 28) + 5)].r()).collect();
        }
        assert!(began.elapsed() < std::time::Duration::from_secs(60), "nothing was copied");
        screen.step();
    }
}

/// With more than two dimensions the shortest way goes through all of them: its images, its film and the cursor on it are of the
/// latents that it goes through, and not of where the plane comes nearest.
#[test]
fn a_shortest_path_of_many_dimensions_leaves_the_plane_and_is_played_and_filmed_off_it() {
    let mut screen = Screen::ready_first();
    std::fs::create_dir(screen.folder.path().join("exports")).unwrap();
    let config = screen.session.borrow().model(Slot::A).config.clone();
    let config = config.with("hidden", vec![12]).unwrap().with("latent", 5).unwrap().with("batch", 16).unwrap();
    screen.session.borrow_mut().apply(ModelCommand::Edit(A, Box::new(config)));
    screen.session.borrow_mut().apply(ModelCommand::Reset(A));
    screen.until("five dimensions", |session| session.plane(Slot::A).is_some_and(|plane| plane.latent() == 5));
    screen.session.borrow_mut().apply(ModelCommand::Start(A));
    screen.until("steps", |session| session.model(Slot::A).status().is_some_and(|status| status.step > 40));
    screen.session.borrow_mut().apply(ModelCommand::Pause(A));
    screen.until("a pause, and points", |session| {
        let shown = session.model(Slot::A).shown().map(|shown| shown.step);
        !session.is_training() && session.points(Slot::A).map(|points| points.encoding.step) == shown
    });
    let waypoints = vec![[-1.0, 0.0], [1.0, 0.5]];
    let path = PlanePath { waypoints, images: [(1, 3)].into(), kind: PathKind::Geodesic, closed: false };
    screen.session.borrow_mut().apply(PlaneCommand::Path(Some(path.clone())));
    screen.until("the path", |session| {
        let made = session.path_made(Slot::A).filter(|made| made.source.path == path);
        made.is_some_and(|made| made.source.encoding.is_some() && Some(&made.source.plane) == session.plane(Slot::A))
    });
    let made = screen.session.borrow().path_made(Slot::A).unwrap().clone();
    assert!(made.leaves_plane() && made.farthest() > 0.01, "{}", made.farthest());
    assert!(screen.harness.query_all_by_label_contains("leaves the plane, by").next().is_some());
    let decoded = |latent: &[f32]| -> Vec<u8> {
        let (snapshot, mut scratch) = (made.source.snapshot.clone(), Scratch::default());
        snapshot.decoder.evaluate(latent, 1, &mut scratch).iter().map(|value| byte(*value)).collect()
    };
    // The cursor stands on it at the end: a test image's code, and not what is under it on the plane.
    let at = made.at(1.0);
    screen.session.borrow_mut().apply(PlaneCommand::CursorOnPath { model: A, at, part: 1.0, settled: true });
    screen.step();
    screen.session.borrow_mut().apply(FileCommand::CopyImage(ImageSubject::Decoded(Slot::A, at)));
    let (on_path, on_plane) = (decoded(&made.latent_at(1.0)), decoded(&made.source.plane.latent_from_plane(at)));
    assert!(copied(&mut screen) == on_path && on_path != on_plane);
    let settings = screen.session.borrow().settings().clone();
    let film = FilmChoice { frames: 5, size: 28, rate: 10 };
    screen.session.borrow_mut().apply(ViewCommand::Settings(Box::new(Settings { film, ..settings })));
    let file = export(&mut screen, "Film along the path of A", "film.png");
    screen.until("a film", |_| file.is_file());
    let reader = std::io::BufReader::new(std::fs::File::open(&file).unwrap());
    let mut reader = png::Decoder::new(reader).read_info().unwrap();
    let curve = made.source.curve(&mut || true).unwrap();
    for (frame, latent) in made.source.latents(&curve, 5).chunks_exact(5).enumerate() {
        let mut bytes = vec![0; reader.output_buffer_size().unwrap()];
        reader.next_frame(&mut bytes).unwrap();
        let greys: Vec<u8> = bytes.iter().copied().step_by(3).collect();
        assert!(greys == decoded(latent), "frame {frame}");
    }
    // Without the path the cursor means the plane again.
    screen.session.borrow_mut().apply(PlaneCommand::Path(None));
    screen.step();
    screen.session.borrow_mut().apply(FileCommand::CopyImage(ImageSubject::Decoded(Slot::A, at)));
    assert!(copied(&mut screen) == on_plane);
    screen.session.borrow_mut().apply(latentarium::ui::command::Command::Undo);
    assert_eq!(screen.session.borrow().project().path.as_ref(), Some(&path));
}

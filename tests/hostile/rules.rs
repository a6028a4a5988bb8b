//! What the file system refuses while a run is made, and what a run's own rules refuse.

use crate::case::{Case, End};
use crate::kinds::{Kind, remove};
use crate::out_paths::closed;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

const TRAIN: &str = "train vae-dense --batch 8 --steps 1 --threads 1 --data ../data";
const RESUME: &str = "train --resume run --steps 12 --threads 1";
const CHECKPOINTS: &str = "run/checkpoints: expected a folder of checkpoints, found";
const RUNS: &str = "expected a place outside of runs, found one in a run folder";

/// Where a run's folder cannot be made, or must not be.
fn folders() -> Vec<Case> {
    let out = |path: &str, sentence: &str| {
        let name = format!("a run in {:.40}", path);
        Case::refused(name, &format!("{TRAIN} --out {path}"), sentence)
    };
    let runs = |name: &str, sentence: &str| Case::refused(format!("runs: {name}"), TRAIN, sentence);
    let mut cases = vec![
        out("run/config.toml/new", "run/config.toml: expected a folder to write into, found "),
        out("run/config.toml/a/b", "expected a folder to write into, found Not a directory"),
        out("/proc/new", "/proc/new: expected a file that can be written, found"),
        out(&"x".repeat(300), ": expected a file that can be written, found File name too long"),
        Case::wrong("a run in a run", &format!("{TRAIN} --out run/new"), format!("--out run/new: {RUNS}")),
        Case::wrong("a run among checkpoints", &format!("{TRAIN} --out run/checkpoints/new"), RUNS),
        Case::wrong("repeated in the run", "train --config run/config.toml --steps 1 --out run/checkpoints/new", RUNS),
        Case::wrong("a fork in its parent", "train --fork run@6 --set beta=2 --steps 8 --out run/new", RUNS),
        Case::refused(
            "a demo in a file",
            "demo --seconds 1 --data ../data --out run/config.toml",
            "run/config.toml: expected a folder to write into, found",
        ),
        out("new", "new: expected a place where this user may write, found Permission denied")
            .by_another_user()
            .after(|here| mode(here, 0o555)),
        runs("no one's to write", "expected a place where this user may write, found Permission denied")
            .by_another_user()
            .after(|here| mode(here, 0o555)),
    ];
    for kind in [Kind::Pipe, Kind::Zero, Kind::Socket, Kind::LinkToNothing] {
        cases.push(
            runs(&format!("{kind:?}"), "runs: expected a folder to write into, found")
                .after(move |here| kind.put(&here.join("runs"))),
        );
    }
    cases
}

fn mode(path: &Path, mode: u32) {
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// Everything in a folder belongs to everybody.
fn open_all(path: &Path) {
    mode(path, 0o777);
    for entry in fs::read_dir(path).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { open_all(&path) } else { mode(&path, 0o666) }
    }
}

/// What somebody else closed.
fn others() -> Vec<Case> {
    vec![
        Case::refused("checkpoints that nobody lists", "eval run", format!("{CHECKPOINTS} one that this user may not"))
            .by_another_user()
            .after(|here| mode(&here.join("run/checkpoints"), 0)),
        Case::new(
            "checkpoints that nobody writes",
            "train --resume run --steps 7 --threads 1",
            1,
            End::Begun,
            "expected a place where this user may write, found Permission denied (os error 13)",
        )
        .by_another_user()
        .after(|here| {
            open_all(&here.join("run"));
            mode(&here.join("run/checkpoints"), 0o555);
        }),
        Case::refused("figures that nobody writes", RESUME, "run/metrics.csv: expected a place where this user may")
            .by_another_user()
            .after(|here| {
                open_all(&here.join("run"));
                mode(&here.join("run/metrics.csv"), 0o444);
            }),
        Case::refused("data that nobody lists", "eval run --data closed", "closed: expected a file that may be read")
            .by_another_user()
            .after(|here| closed(&here.join("closed"), 0)),
        Case::refused("data behind a file", "eval run --data run/config.toml/x", "expected a"),
        Case::refused(
            "data behind itself",
            "eval run --data it",
            "it: expected a file that can be read, found Too many",
        )
        .after(|here| Kind::LinkToItself.put(&here.join("it"))),
        Case::refused("data of a long name", &format!("eval run --data {}", "x".repeat(300)), ": expected a"),
        Case::refused("a folder as figures of no run", RESUME, "run/metrics.csv: expected a ").after(|here| {
            fs::remove_dir_all(here.join("run/checkpoints")).unwrap();
            Kind::Folder.put(&here.join("run/metrics.csv"));
        }),
        Case::refused(
            "the run's own data are gone",
            "eval run",
            "run/config.toml, data: {here}/nowhere: expected a file, a folder or",
        )
        .after(|here| {
            let path = here.join("run/config.toml");
            let text = fs::read_to_string(&path).unwrap();
            let line = text.lines().find(|line| line.starts_with("data = ")).unwrap();
            crate::run_files::without_checksums(&here.join("run"));
            fs::write(&path, text.replace(line, "data = \"nowhere\"")).unwrap();
        }),
        Case::refused("a plane that a fork would take", FORK, "run/plane.toml: expected settings of this program")
            .after(|here| fs::write(here.join("run/plane.toml"), "format = 1\nx\n").unwrap()),
        Case::refused("links to themselves", "eval run", format!("{CHECKPOINTS} Too many levels")).after(|here| {
            remove(&here.join("run/checkpoints"));
            Kind::LinkToItself.put(&here.join("run/checkpoints"));
        }),
    ]
}

const FORK: &str = "train --fork run@6 --set beta=2 --steps 8 --out new";

/// Changes that no run makes, planned for later than its newest checkpoint.
fn plans() -> Vec<Case> {
    let mut cases = Vec::new();
    for (key, value) in [("batch", "65"), ("batch", "4"), ("seed", "3"), ("latent", "3"), ("hidden", "[9]")] {
        for arguments in [RESUME, "eval run", "train --config run/config.toml --steps 1 --out new"] {
            let sentence =
                format!("run/changes.toml: expected changes that this run can make, found {key}, which no run");
            let name = format!("{key} = {value} later: {arguments}");
            cases.push(Case::refused(name, arguments, sentence).after(move |here| {
                let path = here.join("run/changes.toml");
                let text = fs::read_to_string(&path).unwrap();
                let more = format!("{text}\n[[change]]\nstep = 8\nkey = \"{key}\"\nvalue = {value}\n");
                fs::write(path, more).unwrap();
            }));
        }
    }
    cases
}

/// Megabytes where a word should be.
fn long() -> Vec<Case> {
    let long = "x".repeat(100_000);
    let config = |name: &str, from: &'static str, to: String| {
        Case::refused(name, "eval run", "run/config.toml: expected").after(move |here| {
            let path = here.join("run/config.toml");
            let text = fs::read_to_string(&path).unwrap();
            assert!(text.contains(from), "{text}");
            fs::write(path, text.replace(from, &to)).unwrap();
        })
    };
    vec![
        config("a long word for a number", "latent = 2", format!("latent = \"{long}\"")),
        config("a long preset", "preset = \"vae-dense\"", format!("preset = \"{long}\"")),
        config("a long key", "[image]", format!("{long} = 1\n[image]")),
        Case::new("brackets without an end", &format!("{TRAIN} --out new --set"), 2, End::Said, "beta: ")
            .argument(format!("beta=[[1], 2{}", ", { [inf], \"two\"".repeat(5_000))),
        Case::new("a long option", &format!("{TRAIN} --set hidden={long} --out new"), 2, End::Said, "hidden: "),
    ]
}

pub fn cases() -> Vec<Case> {
    [folders(), others(), plans(), long()].into_iter().flatten().collect()
}

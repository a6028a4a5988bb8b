//! Places where nothing can be written, or should not be.

use crate::case::Case;
use crate::kinds::Kind;
use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::symlink;

/// Commands that write a picture where it is said.
const PICTURES: [(&str, &str); 3] = [
    ("sample", "sample run --count 4 --out"),
    ("plane", "plane run --grid 2 --out"),
    ("compare", "compare run gan --images 0 --out"),
];

fn pictures() -> Vec<Case> {
    let mut cases = Vec::new();
    for (command, arguments) in PICTURES {
        let out = |path: &str, found: &str| {
            let sentence = format!("latentarium: {path}: expected {found}");
            Case::refused(format!("{command} into {path:?}"), arguments, sentence).argument(path)
        };
        // What is no picture's name is said first.
        let of_run = |path: &str| {
            let sentence = format!("latentarium: --out {path}: expected a file that ends with .png");
            Case::wrong(format!("{command} into {path:?}"), arguments, sentence).argument(path)
        };
        for kind in Kind::ALL {
            let found = match kind {
                Kind::Pipe => "a pipe",
                Kind::Folder => "a folder",
                Kind::Socket => "a socket",
                _ => "a link",
            };
            let sentence = format!("latentarium: it: expected a file, or nothing of that name, found {found}");
            let case = Case::refused(format!("{command} into {kind:?}"), arguments, sentence).argument("it");
            cases.push(case.after(move |here| kind.put(&here.join("it"))));
        }
        cases.extend([
            out("/dev/null", "a file, or nothing of that name, found a device"),
            out("/dev/full", "a file, or nothing of that name, found a device"),
            out("/", "a file, or nothing of that name, found a folder"),
            out(".", "a file, or nothing of that name, found a folder"),
            out("..", "a file, or nothing of that name, found a folder"),
            out("none/new.png", "a folder to write into, found none"),
            out("run/new.png", "a place outside of runs, found one in a run folder"),
            of_run("run/config.toml"),
            out("run/checkpoints/new.png", "a place outside of runs, found one in a run folder"),
            of_run("run/checkpoints/000006/weights.safetensors"),
            out("gan/../run/checkpoints/../new.png", "a place outside of runs, found one in a run folder"),
            out("it/new.png", "a file that can be read, found Too many levels of symbolic links")
                .after(|here| Kind::LinkToItself.put(&here.join("it"))),
            Case::refused(
                format!("{command} into a long name"),
                arguments,
                ": expected a file that can be written, found",
            )
            .argument("x".repeat(300)),
            Case::refused(
                format!("{command} into a name that is not text"),
                arguments,
                "expected a file, or nothing of",
            )
            .argument(OsString::from_vec(b"\xff".to_vec()))
            .after(|here| fs::create_dir(here.join(OsString::from_vec(b"\xff".to_vec()))).unwrap()),
            Case::refused(
                format!("{command} into a run by a link"),
                arguments,
                "expected a place outside of runs, found one in",
            )
            .argument("link/new.png")
            .after(|here| symlink("run/checkpoints", here.join("link")).unwrap()),
            Case::refused(
                format!("{command} into a folder that is no one's to write"),
                arguments,
                "expected a place where this",
            )
            .argument("closed/new.png")
            .by_another_user()
            .after(|here| closed(&here.join("closed"), 0o555)),
        ]);
    }
    cases
}

/// A folder of this mode.
pub fn closed(path: &std::path::Path, mode: u32) {
    use std::os::unix::fs::PermissionsExt;
    fs::create_dir(path).unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}

/// Where a run is to be begun and cannot.
fn folders() -> Vec<Case> {
    let begun = [
        ("train", "train vae-dense --batch 8 --steps 1 --data ../data --out it"),
        ("fork", "train --fork run@6 --set beta=2 --steps 8 --out it"),
        ("repeat", "train --config run/config.toml --steps 1 --out it"),
    ];
    let mut cases = Vec::new();
    for (command, arguments) in begun {
        let sentence = "--out it: expected a folder that does not exist yet, found one";
        let put = |kind: Kind| {
            Case::wrong(format!("{command}: {kind:?} as its folder"), arguments, sentence)
                .after(move |here| kind.put(&here.join("it")))
        };
        cases.extend(Kind::ALL.map(put));
        let file = Case::wrong(format!("{command}: a file as its folder"), arguments, sentence);
        cases.push(file.after(|here| fs::write(here.join("it"), "a person's own").unwrap()));
    }
    cases
}

pub fn cases() -> Vec<Case> {
    [pictures(), folders()].into_iter().flatten().collect()
}

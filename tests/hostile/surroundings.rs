//! What is around the program: no home, no folder for temporary files, output that nobody takes, folders of other people.

use crate::case::{Case, End};
use crate::out_paths::closed;
use std::ffi::OsString;
use std::fs::{self, File, Permissions};
use std::os::unix::ffi::OsStringExt;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

/// Every command that ends by itself, with its name; none of them writes into a run that is there.
const COMMANDS: [(&str, &str); 9] = [
    ("train", "train vae-dense --batch 8 --steps 1 --threads 1 --data ../data --out new"),
    ("fork", "train --fork run@6 --set beta=2 --steps 8 --threads 1 --out new"),
    ("resume", "train --resume run --steps 8 --threads 1"),
    ("eval", "eval run"),
    ("sample", "sample run --count 4 --out new.png"),
    ("plane", "plane run --grid 2 --out new.png"),
    ("compare", "compare run gan --images 0 --out new.png"),
    ("presets", "presets"),
    ("data", "data"),
];

fn full() -> Stdio {
    File::options().write(true).open("/dev/full").unwrap().into()
}

/// A pipe that nobody reads.
fn closed_pipe() -> Stdio {
    let (reader, writer) = std::io::pipe().unwrap();
    drop(reader);
    writer.into()
}

fn mode(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

/// Where the program runs all the same.
fn harmless() -> Vec<Case> {
    type Surround = fn(&mut Command, &Path);
    let all: [(&str, Surround); 9] = [
        ("no home", |command, _| {
            command.env_remove("HOME").env_remove("XDG_CONFIG_HOME").env_remove("XDG_DATA_HOME");
        }),
        ("a home that is nowhere", |command, _| _ = command.env("HOME", "/nowhere").env("XDG_CONFIG_HOME", "/nowhere")),
        ("a home that is a device", |command, _| {
            _ = command.env("HOME", "/dev/null").env("XDG_CONFIG_HOME", "/dev/zero")
        }),
        ("an empty home", |command, _| _ = command.env("HOME", "").env("XDG_CONFIG_HOME", "")),
        ("no folder for temporary files", |command, _| _ = command.env("TMPDIR", "/nowhere")),
        ("a state file that is a device", |command, _| _ = command.env("LATENTARIUM_STATE", "/dev/zero")),
        ("names that are not text", |command, _| {
            let name = OsString::from_vec(b"/\xff\xfe".to_vec());
            command
                .env("HOME", &name)
                .env("TMPDIR", &name)
                .env("LATENTARIUM_STATE", &name)
                .env("LATENTARIUM_LOG", &name);
        }),
        ("words where numbers are meant", |command, _| {
            command.env("RAYON_NUM_THREADS", "some").env("RUST_MIN_STACK", "deep").env("CANDLE_NUM_THREADS", "-1");
            command.env("LATENTARIUM_LOG", "a=b=c,,[{").env("LC_ALL", "nowhere").env("TERM", "");
        }),
        ("nothing in the environment", |command, _| _ = command.env_clear()),
    ];
    let mut cases = Vec::new();
    for (what, surround) in all {
        cases.extend(
            COMMANDS.map(|(command, arguments)| Case::done(format!("{command}: {what}"), arguments).with(surround)),
        );
    }
    cases
}

/// Output that nobody takes.
fn output() -> Vec<Case> {
    let mut cases = Vec::new();
    for (command, arguments) in COMMANDS {
        cases.extend([
            Case::new(format!("{command}: a full disk as output"), arguments, 1, End::Silent, "").with(|command, _| {
                command.stdout(full()).stderr(full());
            }),
            Case::new(format!("{command}: output to nobody"), arguments, 0, End::Silent, "").with(|command, _| {
                command.stdout(closed_pipe());
            }),
            Case::new(format!("{command}: nobody at all"), arguments, 0, End::Silent, "").with(|command, _| {
                command.stdout(closed_pipe()).stderr(closed_pipe());
            }),
        ]);
        // It writes nothing else that could be left behind.
        if ["eval", "presets", "data"].contains(&command) {
            let said = "standard output cannot be written: ";
            cases.push(
                Case::new(format!("{command}: a sentence of a full disk"), arguments, 1, End::Said, said)
                    .with(|command, _| _ = command.stdout(full())),
            );
        }
    }
    for (what, arguments, status) in [
        ("no run", "eval nowhere", 1),
        ("no count", "sample run --count 0 --out x.png", 2),
        ("no option", "train --epocks", 2),
    ] {
        cases.extend([
            Case::new(format!("{what}: a full disk for the sentence"), arguments, status, End::Silent, "")
                .with(|command, _| _ = command.stderr(full())),
            Case::new(format!("{what}: nobody for the sentence"), arguments, status, End::Silent, "")
                .with(|command, _| _ = command.stderr(closed_pipe())),
        ]);
    }
    cases
}

/// Files and folders of other people.
fn permissions() -> Vec<Case> {
    let unread = "expected a file that may be read, found one that this user may not read";
    let mut cases = Vec::new();
    for (command, arguments) in
        COMMANDS.into_iter().filter(|(command, _)| ["eval", "sample", "plane", "compare"].contains(command))
    {
        for name in
            ["config.toml", "changes.toml", "checkpoints/000006/state.toml", "checkpoints/000006/weights.safetensors"]
        {
            let sentence = format!("latentarium: run/{name}: {unread}");
            let case =
                Case::refused(format!("{command}: nobody may read {name}"), arguments, sentence).by_another_user();
            cases.push(case.after(move |here| mode(&here.join("run").join(name), 0)));
        }
        let sentence = format!("latentarium: run/config.toml: {unread}");
        let case =
            Case::refused(format!("{command}: nobody may look into the run"), arguments, sentence).by_another_user();
        cases.push(case.after(|here| mode(&here.join("run"), 0)));
        let sentence = format!("latentarium: run/checkpoints/000006/state.toml: {unread}");
        let case = Case::refused(format!("{command}: nobody may look into a checkpoint"), arguments, sentence)
            .by_another_user();
        cases.push(case.after(|here| mode(&here.join("run/checkpoints/000006"), 0)));
    }
    let plane = "plane run --grid 2 --out new.png";
    let fork = "train --fork run@6 --set beta=2 --steps 8 --out new";
    cases.extend([
        Case::refused("plane: nobody may read it", plane, format!("run/plane.toml: {unread}"))
            .by_another_user()
            .after(|here| mode(&here.join("run/plane.toml"), 0)),
        Case::refused("resume: nobody may read the plan", "train --resume run", format!("run/plan.toml: {unread}"))
            .by_another_user()
            .after(|here| mode(&here.join("run/plan.toml"), 0)),
        Case::refused(
            "a picture where this user may not write",
            "sample run --count 4 --out new.png",
            "expected a place where this",
        )
        .by_another_user()
        .after(|here| mode(here, 0o555)),
        Case::done("a run that others may only read", "eval run").by_another_user().after(|here| {
            for name in ["run/checkpoints/000006", "run/checkpoints", "run"] {
                mode(&here.join(name), 0o555);
            }
        }),
        Case::refused("fork: nobody may read its figures", fork, format!("run/metrics.csv: {unread}"))
            .by_another_user()
            .after(|here| {
                mode(here, 0o777);
                mode(&here.join("run/metrics.csv"), 0);
            }),
        Case::refused("fork: nobody may read its plane", fork, format!("run/plane.toml: {unread}"))
            .by_another_user()
            .after(|here| {
                mode(here, 0o777);
                mode(&here.join("run/plane.toml"), 0);
            }),
        Case::refused("no home of one's own", "eval nowhere", "nowhere: expected a run folder, found nothing")
            .by_another_user()
            .with(|command, here| _ = command.env("HOME", here.join("home")))
            .after(|here| closed(&here.join("home"), 0o555)),
    ]);
    cases
}

/// The window where there is no display.
fn window() -> Vec<Case> {
    let said = "there is no display (neither DISPLAY nor WAYLAND_DISPLAY is set)";
    let open = |what: &str| Case::new(format!("no window: {what}"), "--open run", 1, End::Said, said);
    vec![
        open("nothing else"),
        open("no home").with(|command, _| _ = command.env_remove("HOME").env_remove("XDG_CONFIG_HOME")),
        open("zeros as its state").with(|command, _| _ = command.env("LATENTARIUM_STATE", "/dev/zero")),
        open("a folder as its state").with(|command, here| _ = command.env("LATENTARIUM_STATE", here)),
        open("a state that is not text")
            .with(|command, _| _ = command.env("LATENTARIUM_STATE", OsString::from_vec(vec![0xff]))),
        Case::new("no window: no run", "--open nowhere", 1, End::Said, said),
        Case::wrong(
            "no window: no device",
            "--open run --device abacus",
            "--device: expected auto, cpu, cuda:N or metal",
        ),
        Case::new(
            "no window: no decoder",
            "--decoder abacus",
            2,
            End::Misused,
            "expected auto, gpu or cpu, found abacus",
        ),
        Case::new("a display that is none", "--open run", 1, End::Said, "")
            .with(|command, _| _ = command.env("DISPLAY", ":4242")),
    ]
}

pub fn cases() -> Vec<Case> {
    [harmless(), output(), permissions(), window()].into_iter().flatten().collect()
}

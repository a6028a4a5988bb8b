//! The window's state file: whatever lies there, the program starts, says what is wrong in one sentence, keeps what it did
//! not use, and writes its own the next time.

use crate::fixture::small_data;
use crate::kinds::Kind;
use latentarium::app::{Level, Session, Start};
use latentarium::dataset::Source;
use nix::sys::resource::UsageWho;
use std::fs::{self, File, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::{Duration, Instant};

const LONGEST: Duration = Duration::from_secs(5);

/// What lies there, and what is said: nothing where it is as good as no file.
pub struct Row {
    name: String,
    put: Box<dyn Fn(&Path)>,
    says: Option<String>,
}

fn row(name: impl Into<String>, put: impl Fn(&Path) + 'static, says: Option<&str>) -> Row {
    Row { name: name.into(), put: Box::new(put), says: says.map(str::to_owned) }
}

fn text(name: &str, text: impl Into<Vec<u8>>, says: Option<&str>) -> Row {
    let text = text.into();
    row(name, move |path| fs::write(path, &text).unwrap(), says)
}

pub fn rows() -> Vec<Row> {
    let broken = Some("state.json: expected a state file, found ");
    let mut rows: Vec<Row> = Vec::new();
    for kind in Kind::ALL {
        let says = format!("state.json: {}", kind.said());
        let says = (kind != Kind::LinkToNothing).then_some(&*says);
        rows.push(row(format!("{kind:?}"), move |path| kind.put(path), says));
    }
    rows.extend([
        row("nothing", |_| {}, None),
        row(
            "a hole",
            |path| File::create(path).unwrap().set_len(1 << 40).unwrap(),
            Some("expected at most 8388608 bytes, found"),
        ),
        text("an empty file", "", broken),
        text("half an object", "{\"format\": 2, \"project\": {", broken),
        text("a list", "[]", broken),
        text("a number", "7", broken),
        text("bytes", [0xff, 0xfe, 0x00], broken),
        text("NUL", "{\"zoom\": \"\0\"}", broken),
        text("deep lists", format!("{{\"project\": {}", "[".repeat(1_000_000)), broken),
        text("deep lists that end", format!("{{\"project\": {}{}}}", "[".repeat(100_000), "]".repeat(100_000)), broken),
        text("a later format", "{\"format\": 99}", Some("expected format 2 or older, found 99")),
        text(
            "the latest format",
            "{\"format\": 18446744073709551615}",
            Some("expected format 2 or older, found 18446744073709"),
        ),
        text("numbers that no window can have", "{\"format\": 2, \"zoom\": 1e300, \"window\": [1e300, -1]}", None),
        text("nothing in it", "{}", None),
        text("words in place of all", "{\"format\": 2, \"zoom\": \"far\", \"window\": 7}", Some("state.json: ")),
        text(
            "models of no kind",
            "{\"format\": 2, \"project\": {\"models\": [1, null, \"vae\"]}}",
            Some("state.json: "),
        ),
    ]);
    rows
}

pub fn run(rows: &[Row]) {
    let _turn = crate::table::turn();
    let mut wrong = Vec::new();
    for row in rows {
        let folder = tempfile::tempdir().unwrap();
        let complaints = complaints(row, folder.path());
        if !complaints.is_empty() {
            wrong.push(format!("{}:\n    {}", row.name, complaints.join("\n    ")));
        }
        fs::set_permissions(folder.path(), Permissions::from_mode(0o755)).unwrap();
    }
    let held = crate::table::peak(UsageWho::RUSAGE_SELF);
    println!("{} rows, {} MB at most", rows.len(), held / 1_000_000);
    assert!(held <= crate::table::MOST_BYTES, "{held} bytes");
    assert!(wrong.is_empty(), "{} of {} rows:\n{}", wrong.len(), rows.len(), wrong.join("\n"));
}

fn complaints(row: &Row, folder: &Path) -> Vec<String> {
    let (path, data) = (folder.join("state.json"), folder.join("data"));
    small_data(&data);
    (row.put)(&path);
    let there = path.symlink_metadata().is_ok();
    let began = Instant::now();
    let start = Start {
        state: Some(path.clone()),
        data: Some(Source::path(data)),
        threads: 1,
        runs: folder.join("runs"),
        ..Start::default()
    };
    let mut session = Session::new(start);
    let took = began.elapsed();
    let failed: Vec<String> = session
        .messages()
        .iter()
        .filter(|message| message.level == Level::Failed)
        .map(|message| message.text.clone())
        .collect();
    session.close();
    let mut complaints = Vec::new();
    if took > LONGEST {
        complaints.push(format!("it took {took:?}"));
    }
    match (&row.says, failed.as_slice()) {
        (None, []) => {}
        (Some(says), [said]) if said.contains(&**says) && !said.chars().any(char::is_control) => {
            let is_aside = folder.join("state.unread.json").symlink_metadata().is_ok();
            if there && said.contains("it is kept as") != is_aside {
                complaints.push(format!("what was not used is not where it says: “{said}”"));
            }
        }
        (says, said) => complaints.push(format!("it said {said:?}, not {says:?}")),
    }
    complaints
}

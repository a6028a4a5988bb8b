//! Files of points: what is no number, no line, no text, no file.

use crate::case::Case;
use crate::data_paths::{KINDS, NOTHING};
use crate::kinds::Kind;
use std::fs::{self, File};

const TRAIN: &str = "train vae-dense --batch 1 --steps 1 --threads 1 --data set.points --out new";
const START: &str = "latentarium: {here}/set.points: ";

/// A file of twelve points.
fn good() -> String {
    let points = (0..12).map(|at| format!("{},{}\n", at as f32 * 0.1, at as f32 * -0.2));
    format!("x,y\n{}", points.collect::<String>())
}

fn put(case: Case, bytes: impl Into<Vec<u8>>) -> Case {
    let bytes = bytes.into();
    case.after(move |here| fs::write(here.join("set.points"), &bytes).unwrap())
}

fn of_bytes(name: &str, bytes: impl Into<Vec<u8>>, sentence: &str) -> Case {
    put(Case::refused(format!("points: {name}"), TRAIN, format!("{START}{sentence}")), bytes)
}

/// Another fourth point.
fn of_line(name: &str, line: &str, found: &str) -> Case {
    let mut lines: Vec<String> = good().lines().map(str::to_owned).collect();
    lines[4] = line.to_owned();
    let sentence = format!("expected two numbers up to 1000000 in line 5, found “{found}”");
    of_bytes(name, lines.join("\n"), &sentence)
}

fn of_kind(name: &str, kind: Kind, found: &str) -> Case {
    Case::refused(format!("points: {name}"), TRAIN, format!("{START}{KINDS} {found}"))
        .after(move |here| kind.put(&here.join("set.points")))
}

pub fn cases() -> Vec<Case> {
    let heading = "expected the first line x,y, found ";
    let read = |name: &str, text: String| put(Case::done(format!("points: {name}"), TRAIN), text);
    let cut = |behind: usize| good()[..good().len() - behind].to_owned();
    vec![
        read("as they are written", good()),
        read("lines as Windows ends them", good().replace('\n', "\r\n")),
        read("a mark of their encoding before them", format!("\u{feff}{}", good())),
        read("no end of the last line", cut(1)),
        of_bytes("nothing", "", &format!("{heading}“”")),
        of_bytes("no heading", &good()[4..], &format!("{heading}“0,-0”")),
        of_bytes("another heading", good().replacen("x,y", "a;b", 1), &format!("{heading}“a;b”")),
        of_bytes("two marks of an encoding", format!("\u{feff}\u{feff}{}", good()), heading),
        of_bytes("16 bits a letter", good().bytes().flat_map(|byte| [byte, 0]).collect::<Vec<u8>>(), heading),
        of_bytes("a program", b"\x7fELF\x02\x01\x01\xff\xfe".to_vec(), "expected a file of points, found bytes that"),
        of_bytes("bytes among points", [good().as_bytes(), &[0xff, 0xfe]].concat(), "expected a file of points, found"),
        of_bytes("the heading alone", "x,y\n", "expected 10 points or more, found 0"),
        of_bytes(
            "nine",
            &good()[..good().match_indices('\n').nth(9).unwrap().0],
            "expected 10 points or more, found 9",
        ),
        of_bytes(
            "too many",
            format!("x,y\n{}", "1,1\n".repeat(200_001)),
            "expected at most 200000 points, found more of them",
        ),
        of_bytes(
            "a file that is too long",
            format!("x,y\n{}", "1,1\n".repeat(3_200_000)),
            "expected at most 12800000 bytes, found 12800004 bytes",
        ),
        of_bytes(
            "a huge line",
            format!("x,y\n{}", "1".repeat(12_000_000)),
            &format!("expected two numbers up to 1000000 in line 2, found “{}”", "1".repeat(40)),
        ),
        of_line("no number", "nan,1", "nan,1"),
        of_line("infinite", "1,inf", "1,inf"),
        of_line("infinitely far", "-infinity,1", "-infinity,1"),
        of_line("too large for 32 bits", "1e39,0", "1e39,0"),
        of_line("too far", "0,1000001", "0,1000001"),
        of_line("a number that is cut", "1,2e", "1,2e"),
        of_line("a point that is cut", "1,", "1,"),
        of_line("one column", "1", "1"),
        of_line("three columns", "1,2,3", "1,2,3"),
        of_line("other commas", "1;2", "1;2"),
        of_line("commas as decimal points", "0,5;0,5", "0,5;0,5"),
        of_line("words", "one,two", "one,two"),
        of_line("hexadecimal", "0x1,0", "0x1,0"),
        of_line("an empty line", "", ""),
        of_line("what a terminal obeys", "\u{1b}[2J,1", " [2J,1"),
        of_kind("a folder", Kind::Folder, "an empty folder"),
        of_kind("a pipe", Kind::Pipe, "something that is neither a file nor a folder"),
        of_kind("a device", Kind::Zero, "something that is neither a file nor a folder"),
        Case::refused("points: a link to nothing", TRAIN, format!("{START}{NOTHING}"))
            .after(|here| Kind::LinkToNothing.put(&here.join("set.points"))),
        Case::refused(
            "points: a hole",
            TRAIN,
            format!("{START}expected at most 12800000 bytes, found 1099511627776 bytes"),
        )
        .after(|here| File::create(here.join("set.points")).unwrap().set_len(1 << 40).unwrap()),
    ]
}

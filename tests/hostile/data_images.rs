//! Folders of images and tables that list them: what is no image, what leads elsewhere, what announces too much.

use crate::case::Case;
use crate::kinds::Kind;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

const FOLDER: &str = "train vae-dense --batch 1 --steps 1 --data set --out new";
const TABLE: &str = "train vae-dense --batch 1 --steps 1 --data set.csv --out new";
const BOTH: &str = "expected at least one image to learn from and one to test on, found ";
const COLUMNS: &str = "expected a table with a column file and a row an image, found ";
const INSIDE: &str = "expected files in the table's own folder or below, found ";

fn stored(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/corpus/images").join(name);
    fs::read(path).unwrap()
}

/// A folder of one image and something that is called like one.
fn beside_one(name: &str, file: &'static str, bytes: Vec<u8>, found: &str) -> Case {
    let sentence = format!("latentarium: {{here}}/set: {BOTH}1 images ({file}: {found}");
    Case::refused(format!("images: {name}"), FOLDER, sentence).after(move |here| {
        fs::create_dir(here.join("set")).unwrap();
        fs::write(here.join("set/a.png"), stored("a.png")).unwrap();
        fs::write(here.join("set").join(file), &bytes).unwrap();
    })
}

fn of_table(name: &str, text: impl Into<Vec<u8>>, sentence: &str) -> Case {
    let text = text.into();
    Case::refused(format!("table: {name}"), TABLE, format!("latentarium: {{here}}/set.csv: {sentence}")).after(
        move |here| {
            fs::write(here.join("a.png"), stored("a.png")).unwrap();
            fs::write(here.join("set.csv"), &text).unwrap();
        },
    )
}

/// A PNG file that announces this size.
fn png_of(width: u32, height: u32) -> Vec<u8> {
    let mut bytes = stored("a.png");
    bytes[16..20].copy_from_slice(&width.to_be_bytes());
    bytes[20..24].copy_from_slice(&height.to_be_bytes());
    let mut sum = flate2::Crc::new();
    sum.update(&bytes[12..29]);
    bytes[29..33].copy_from_slice(&sum.sum().to_be_bytes());
    bytes
}

pub fn folders() -> Vec<Case> {
    let damaged = "a damaged image (";
    let mut cases = vec![
        beside_one("nothing", "b.png", Vec::new(), "no image of a kind that is known"),
        beside_one("text", "b.png", b"hello".to_vec(), "no image of a kind that is known"),
        beside_one("a program", "b.png", b"\x7fELF and so on".to_vec(), "no image of a kind that is known"),
        beside_one("a script", "b.jpg", b"#!/bin/sh\ntouch evil\n".to_vec(), "no image of a kind that is known"),
        beside_one(
            "a drawing with a program",
            "b.png",
            b"<svg><script/></svg>".to_vec(),
            "no image of a kind that is known",
        ),
        beside_one("an archive", "b.png", b"PK\x03\x04".to_vec(), "no image of a kind that is known"),
        beside_one("zeros", "b.tiff", vec![0; 4096], "no image of a kind that is known"),
        beside_one("the largest size", "b.png", png_of(u32::MAX >> 1, u32::MAX >> 1), damaged),
        beside_one("no size", "b.png", png_of(0, 0), damaged),
        beside_one("a side too long", "b.png", png_of(20_000, 1), damaged),
        beside_one("a size that its data does not have", "b.png", png_of(16_000, 16_000), damaged),
    ];
    for name in ["a.png", "a.bmp", "a.webp", "a.tiff", "packed.tiff", "deep.png", "palette.png"] {
        let whole = stored(name);
        for part in [3, 8] {
            let bytes = whole[..whole.len() * part / 10].to_vec();
            let file = match name.rsplit('.').next() {
                Some("bmp") => "b.bmp",
                Some("webp") => "b.webp",
                Some("tiff") => "b.tiff",
                _ => "b.png",
            };
            cases.push(beside_one(&format!("{part} tenths of {name}"), file, bytes, ""));
        }
    }
    cases.push(Case::refused("images: one", FOLDER, format!("latentarium: {{here}}/set: {BOTH}1 images")).after(
        |here| {
            fs::create_dir(here.join("set")).unwrap();
            fs::write(here.join("set/a.png"), stored("a.png")).unwrap();
        },
    ));
    let elsewhere = "latentarium: {here}/set: expected ";
    cases.push(Case::refused("images: links alone", FOLDER, elsewhere).after(|here| {
        fs::create_dir(here.join("set")).unwrap();
        fs::write(here.join("a.png"), stored("a.png")).unwrap();
        symlink(here.join("a.png"), here.join("set/a.png")).unwrap();
        symlink(here.join("a.png"), here.join("set/b.png")).unwrap();
    }));
    cases.push(Case::refused("images: a link to the folder itself", FOLDER, elsewhere).after(|here| {
        fs::create_dir(here.join("set")).unwrap();
        fs::write(here.join("set/a.png"), stored("a.png")).unwrap();
        symlink(here.join("set"), here.join("set/more")).unwrap();
    }));
    for kind in Kind::ALL {
        // Passed over: one image is left.
        cases.push(Case::refused(format!("images: {kind:?} among them"), FOLDER, elsewhere).after(move |here| {
            fs::create_dir(here.join("set")).unwrap();
            fs::write(here.join("set/a.png"), stored("a.png")).unwrap();
            kind.put(&here.join("set/b.png"));
        }));
    }
    cases
}

pub fn tables() -> Vec<Case> {
    let mut cases = vec![
        of_table("nothing", "", &format!("{COLUMNS}an empty file")),
        of_table("no file column", "name,label\na.png,1\na.png,2\n", &format!("{COLUMNS}the columns name, label")),
        of_table("its header alone", "file,label\n", &format!("{BOTH}0 rows")),
        of_table("one row", "file\na.png\n", &format!("{BOTH}1 rows")),
        of_table("rows of other lengths", "file,label\na.png\na.png,1,2\n", &format!("{COLUMNS}damaged rows (")),
        of_table("no text", b"file\n\xff\xfe\xfd\na.png\n".to_vec(), &format!("{COLUMNS}damaged rows (")),
        of_table("a program", b"\x7fELF\x02\x01\x01\x00".to_vec(), COLUMNS),
        of_table("a picture", stored("a.png"), COLUMNS),
        of_table("a quote without an end", "file,label\n\"a.png,1\na.png,2\n", "expected "),
        of_table("a path from the root", "file\n/etc/passwd\na.png\n", &format!("{INSIDE}\"/etc/passwd\"")),
        of_table("a path above", "file\n../a.png\na.png\n", &format!("{INSIDE}\"../a.png\"")),
        of_table("a path down and up", "file\nx/../../a.png\na.png\n", &format!("{INSIDE}\"x/../../a.png\"")),
        of_table("no path", "file,x\n,1\na.png,2\n", &format!("{INSIDE}\"\"")),
        of_table("a path that is not there", "file\nnone.png\na.png\n", &format!("{BOTH}1 images (none.png: nothing")),
        of_table("an address", "file\nhttp://x/a.png\na.png\n", &format!("{BOTH}1 images (http:")),
        of_table("a path with a line break", "file\n\"a\nb.png\"\na.png\n", &format!("{BOTH}1 images (")),
        of_table("a folder as a file", "file\n.\na.png\n", &format!("{INSIDE}\".\"")),
        of_table("the table itself", "file\nset.csv\na.png\n", &format!("{BOTH}1 images (set.csv: no image")),
        of_table(
            "another word for a split",
            "file,split\na.png,train\na.png,both\n",
            "expected train or test in the column",
        ),
        of_table("all to learn from", "file,split\na.png,train\na.png,train\n", &format!("{BOTH}2 images")),
        of_table("all to test on", "file,split\na.png,test\na.png,test\n", &format!("{BOTH}2 images")),
        of_table("columns in plenty", format!("file{}\n", ",x".repeat(300)), "expected at most 256 columns, found 301"),
        of_table("a long name", format!("{}\na.png\n", "x".repeat(100_000)), &format!("{COLUMNS}the columns xxx")),
        of_table("a long cell", format!("file\n{}\na.png\n", "x".repeat(100_000)), &format!("{BOTH}1 images (")),
    ];
    for (name, put) in
        [("a link to a device", "/dev/zero"), ("a link to a file", "/etc/passwd"), ("a link to nothing", "/none")]
    {
        let case = of_table(name, "file\nb.png\na.png\n", &format!("{BOTH}1 images (b.png: "));
        cases.push(case.after(move |here| symlink(put, here.join("b.png")).unwrap()));
    }
    let case =
        of_table("a folder that is a link out", "file\nout/a.png\na.png\n", &format!("{INSIDE}a link out of it, "));
    cases.push(case.after(|here| symlink("/etc", here.join("out")).unwrap()));
    for kind in Kind::ALL {
        let case =
            of_table(&format!("{kind:?} as a file"), "file\nb.png\na.png\n", &format!("{BOTH}1 images (b.png: "));
        cases.push(case.after(move |here| kind.put(&here.join("b.png"))));
    }
    for kind in Kind::ALL {
        let case = Case::refused(format!("table: {kind:?} in its place"), TABLE, "/set.csv: ");
        cases.push(case.after(move |here| kind.put(&here.join("set.csv"))));
    }
    cases
}

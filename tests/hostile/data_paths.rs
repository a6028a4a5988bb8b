//! What is named as data and is none, by each command that opens data.

use crate::case::{Case, End};
use crate::fixture::small_data;
use crate::kinds::Kind;
use std::fs;

const COMMANDS: [(&str, &str); 6] = [
    ("train", "train vae-dense --steps 1 --out new --data"),
    ("eval", "eval run --data"),
    ("compare", "compare run gan --images 0 --out new.png --data"),
    ("resume", "train --resume run --steps 8 --data"),
    ("fork", "train --fork run@6 --set beta=2 --steps 8 --out new --data"),
    ("demo", "demo --seconds 1 --out gan --data"),
];

pub const KINDS: &str = "expected a folder of IDX files (MNIST's format: train-images-idx3-ubyte, …), a folder of CIFAR-10 binary \
                     batches (data_batch_1.bin, …, test_batch.bin), a NumPy file of images (NAME.npy, with classes in \
                     NAME_labels.npy where there are any), a NumPy archive of images (NAME.npz, with classes and factors \
                     where there are any), a folder of images (PNG, JPEG, GIF, BMP, WebP, TIFF), with a folder a class \
                     where there are classes, a table that lists images (NAME.csv with columns file, label, …) or a file of points of \
                     the plane (NAME.points), found";

/// Where there is nothing at all.
pub const NOTHING: &str = "expected a file, a folder or the name of a known data set, found nothing there";

pub fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (command, arguments) in COMMANDS {
        let named = |what: &str, found: &str| {
            let sentence = match found {
                "nothing there" => format!("latentarium: {{here}}/it: {NOTHING}"),
                _ => format!("latentarium: {{here}}/it: {KINDS} {found}"),
            };
            Case::refused(format!("data of {command}: {what}"), arguments, sentence).argument("it")
        };
        for kind in Kind::ALL {
            let found = match kind {
                Kind::LinkToNothing => "nothing there",
                Kind::Folder => "an empty folder",
                // The system's own words, without what was expected.
                Kind::LinkToItself => continue,
                _ => "something that is neither a file nor a folder",
            };
            cases.push(named(&format!("{kind:?}"), found).after(move |here| kind.put(&here.join("it"))));
        }
        cases.extend([
            named("nothing", "nothing there"),
            named("a file of another name", "another file").after(|here| fs::write(here.join("it"), "x").unwrap()),
            named("other files", "a folder of other files").after(|here| {
                fs::create_dir(here.join("it")).unwrap();
                fs::write(here.join("it/readme"), "x").unwrap();
            }),
            Case::refused(
                format!("data of {command}: a device"),
                arguments,
                format!("latentarium: /dev/zero: {KINDS}"),
            )
            .argument("/dev/zero"),
            Case::refused(format!("data of {command}: a run"), arguments, "/run: expected a folder of IDX files")
                .argument("run"),
        ]);
        if !["train", "demo"].contains(&command) {
            let other = match command {
                "eval" | "compare" => 1,
                _ => 2,
            };
            let images =
                Case::new(format!("data of {command}: other images"), arguments, other, End::Refused, "run: expected ");
            cases.push(images.argument("it").after(|here| {
                small_data(&here.join("it"));
                for split in ["train", "t10k"] {
                    let path = here.join(format!("it/{split}-images-idx3-ubyte"));
                    let mut bytes = fs::read(&path).unwrap();
                    // Five wide and six high.
                    bytes.swap(11, 15);
                    fs::write(&path, bytes).unwrap();
                }
            }));
        }
    }
    cases.extend(options());
    cases
}

/// Options that the data does not understand.
fn options() -> Vec<Case> {
    let images = "test=1…90&seed=N, class=NAME, take=N, balance, invert, binarize=1…100";
    let refused = |data: &str, place: &str, understood: String, found: &str| {
        let sentence = format!("latentarium: {place}: expected options among {understood}, found {found}");
        let train = "train vae-dense --steps 1 --out new --data";
        Case::refused(format!("options: {data}"), train, sentence)
            .argument(data)
            .after(|here| small_data(&here.join("it")))
    };
    let of_images = |data: &str, place: &str, found: &str| refused(data, place, images.to_owned(), found);
    vec![
        of_images("digits?side=32", "digits", "side=32"),
        of_images("digits?take=10&sid=32", "digits", "sid=32"),
        of_images("mnist?crop", "mnist", "crop"),
        of_images("mnist?color=grey", "mnist", "color=grey"),
        of_images("it?side=4", "{here}/it", "side=4"),
        of_images("it?sid=4", "{here}/it", "sid=4"),
        of_images("it?binarize=101", "{here}/it", "binarize=101"),
        of_images("it?invert=\u{1b}[2J", "{here}/it", "invert= [2J"),
        of_images("it?", "{here}/it", "none"),
        refused(
            "set.npy?color=grey",
            "{here}/set.npy",
            format!("range=0..1|-1..1|0..255|0..65535, {images}"),
            "color=grey",
        )
        .after(|here| fs::write(here.join("set.npy"), "x").unwrap()),
        refused(
            "set?range=0..1",
            "{here}/set",
            format!("side=1…512, fit=crop|whole, color=grey|rgb, {images}"),
            "range=0..1",
        )
        .after(|here| {
            fs::create_dir(here.join("set")).unwrap();
            fs::write(here.join("set/a.png"), b"").unwrap();
        }),
        refused("8-ring?invert", "8-ring", "test=1…90&seed=N, class=NAME, take=N, balance".to_owned(), "invert"),
        // What stands before it is not there either: all of it is a path.
        Case::refused(
            "options: of nothing",
            "train vae-dense --steps 1 --out new --data nothing?sid=4",
            format!("latentarium: {{here}}/nothing?sid=4: {NOTHING}"),
        ),
    ]
}

//! What is named as data and is none, by each command that opens data.

use crate::case::{Case, End};
use crate::fixture::small_data;
use crate::kinds::Kind;
use std::fs;

const COMMANDS: [(&str, &str); 6] = [
    ("train", "train vae-dense --steps 1 --out new --data"),
    ("eval", "eval run --data"),
    ("compare", "compare run gan --out new.png --data"),
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

pub fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (command, arguments) in COMMANDS {
        let named = |what: &str, found: &str| {
            let sentence = format!("latentarium: {{here}}/it: {KINDS} {found}");
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
    cases
}

//! The command line: numbers that cannot be, words of no meaning, contradictions.

use crate::case::{Case, End};
use crate::kinds::remove;
use std::ffi::OsString;
use std::fs;
use std::os::unix::ffi::OsStringExt;
use std::os::unix::process::CommandExt;

/// What the reader of arguments refuses by itself.
const MISUSED: [&str; 43] = [
    "frobnicate",
    "--frobnicate",
    "train",
    "train vae-dense --epocks 3",
    "train vae-dense --epochs",
    "train vae-dense --epochs -1",
    "train vae-dense --epochs 1.5",
    "train vae-dense --epochs ten",
    "train vae-dense --epochs 18446744073709551616",
    "train vae-dense --steps 1e3",
    "train vae-dense --epochs 1 --steps 1",
    "train vae-dense --z -1",
    "train vae-dense --z 99999999999999999999999999",
    "train vae-dense --batch 0x10",
    "train vae-dense --lr fast",
    "train vae-dense --beta 1,5",
    "train vae-dense --likelihood poisson",
    "train vae-dense --binarize sometimes",
    "train vae-dense --seed -1",
    "train vae-dense --seed 18446744073709551616",
    "train vae-dense --threads many",
    "train vae-dense --config run/config.toml",
    "train vae-dense gan-dense",
    "train --config run/config.toml --z 2",
    "train --config run/config.toml --set beta=2",
    "train --config",
    "train --resume run --set beta=2",
    "train --resume run --fork run@6 --set beta=2",
    "train --fork run@6",
    "train --fork run@6 --config run/config.toml --set beta=2",
    "train vae-dense --autosave-s soon",
    "train vae-dense --autosave-steps -1",
    "eval",
    "eval run gan",
    "eval run --grid 8",
    "eval run --nll-samples -1",
    "sample run",
    "sample run --out x.png --count -1",
    "plane run --out x.png --grid 1.5",
    "plane run --out x.png --range wide",
    "compare run --out x.png",
    "compare --out x.png",
    "bench decode vae-dense --backend abacus",
];

/// What the program refuses, and how.
const WRONG: [(&str, &str); 67] = [
    ("compare run gan --images 0 --out sheet.txt", "--out sheet.txt: expected a file that ends with .png, found .txt"),
    (
        "compare run gan --images 0 --out s.png --csv s.png",
        "--csv s.png: expected a file that ends with .csv, found .png",
    ),
    ("compare run gan --images 0 --out s.csv", "--out s.csv: expected a file that ends with .png, found .csv"),
    ("train vae-dnese", "expected one of the presets vae-dense, "),
    ("train ../../up", "expected one of the presets vae-dense, "),
    ("bench train vae-dnese", "expected one of the presets vae-dense, "),
    ("bench decode vae-dnese", "expected one of the presets vae-dense, "),
    ("train vae-dense --z 0", "latent: expected 1 to 512, found 0"),
    ("train vae-dense --z 513", "latent: expected 1 to 512, found 513"),
    ("train vae-dense --z 9223372036854775807", "latent: expected 1 to 512, found 9223372036854775807"),
    ("train vae-dense --batch 0", "batch: expected "),
    ("train vae-dense --batch 9223372036854775807", "batch: expected "),
    ("train vae-dense --lr NaN", "learning_rate: expected 0 to 1, found NaN"),
    ("train vae-dense --lr inf", "learning_rate: expected 0 to 1, found inf"),
    ("train vae-dense --lr=-0.1", "learning_rate: expected 0 to 1, found -0.1"),
    ("train vae-dense --lr 1e400", "learning_rate: expected 0 to 1, found inf"),
    ("train vae-dense --beta=-1", "beta: expected "),
    ("train vae-dense --beta inf", "beta: expected "),
    ("train vae-dense --threads 0", "--threads: expected 1 to 256, found 0"),
    ("train vae-dense --threads 257", "--threads: expected 1 to 256, found 257"),
    ("train vae-dense --threads 18446744073709551615", "--threads: expected 1 to 256, found 18446744073709551615"),
    ("train vae-dense --autosave-s=-1", "--autosave-s: expected 0 or more, found -1"),
    ("train vae-dense --autosave-s nan", "--autosave-s: expected 0 or more, found NaN"),
    ("train vae-dense --autosave-s inf", "--autosave-s: expected 0 or more, found inf"),
    ("train vae-dense --set beta", "--set: expected KEY=VALUE, found beta"),
    ("train vae-dense --set =", "expected one of "),
    ("train vae-dense --set banana=1", "banana: expected one of "),
    ("train vae-dense --set hidden=[]", "hidden layers: expected 1 to 8, found 0"),
    ("train vae-dense --set hidden=[0]", "hidden: expected "),
    ("train vae-dense --set hidden=[9223372036854775807]", "hidden: expected "),
    ("train vae-dense --set channels=9223372036854775807", "channels: expected "),
    ("train vae-dense --set beta=nan", "beta: expected "),
    ("train vae-dense --device", "--device: expected auto, cpu, cuda:N or metal, found abacus"),
    ("train vae-dense --device cuda:x", "--device: expected auto, cpu, cuda:N or metal, found cuda:x"),
    ("train vae-dense --out gan", "--out gan: expected a folder that does not exist yet, found one"),
    (
        "train vae-dense --out gan/config.toml",
        "--out gan/config.toml: expected a folder that does not exist yet, found one",
    ),
    ("train vae-dense --out /", "--out /: expected a folder that does not exist yet, found one"),
    ("train vae-dense --out .", "--out .: expected a folder that does not exist yet, found one"),
    ("train vae-dense --out /dev/null", "--out /dev/null: expected a folder that does not exist yet, found one"),
    ("train --config run/config.toml --out run", "--out run: expected a folder that does not exist yet, found one"),
    ("train --fork run@6 --set beta=2 --out gan", "--out gan: expected a folder that does not exist yet, found one"),
    ("train --fork run --set beta=2", "--fork: expected RUN@STEP, found run"),
    ("train --fork run@ --set beta=2", "--fork: expected RUN@STEP, found run@"),
    ("train --fork run@last --set beta=2", "--fork: expected RUN@STEP, found run@last"),
    ("train --fork run@-1 --set beta=2", "--fork: expected RUN@STEP, found run@-1"),
    ("train --fork run@18446744073709551616 --set beta=2", "--fork: expected RUN@STEP, found run@18446744073709551616"),
    ("train --fork run@5 --set beta=2", "run: expected one of the steps that are kept (0, 2, 4, 6), found 5"),
    (
        "train --fork run@18446744073709551615 --set beta=2",
        "run: expected one of the steps that are kept (0, 2, 4, 6), found 1",
    ),
    ("train --fork run@6 --set banana=2", "banana: expected one of "),
    ("train --fork run@6 --set beta=1 --out new", "run: expected something that a fork changes, found beta as"),
    (
        "train --fork run@6 --set beta=1 --set learning_rate=0.002 --out new",
        "run: expected something that a fork changes, found beta, learning_rate as there is already",
    ),
    ("train --fork run@6 --set beta=nan", "beta: expected "),
    ("train --fork run@6 --set beta=2 --steps 6 --out new", "--fork run@6: expected more than 6 steps in all, found 6"),
    ("sample run --out x.png --count 0", "--count: expected 1 to 10000, found 0"),
    ("sample run --out x.png --count 10001", "--count: expected 1 to 10000, found 10001"),
    ("sample run --out x.png --count 18446744073709551615", "--count: expected 1 to 10000, found 18446744073709551615"),
    ("plane run --out x.png --grid 0", "--grid: expected 1 to 64, found 0"),
    ("plane run --out x.png --grid 65", "--grid: expected 1 to 64, found 65"),
    ("plane run --out x.png --range 0", "--range: expected above 0 up to 1000, found 0"),
    ("plane run --out x.png --range nan", "--range: expected above 0 up to 1000, found NaN"),
    ("plane run --out x.png --range inf", "--range: expected above 0 up to 1000, found inf"),
    ("eval run --threads 0", "--threads: expected 1 to 256, found 0"),
    ("eval run --nll-samples 0", "--nll-samples: expected 1 to 10000000, found 0"),
    (
        "eval run --nll-samples 18446744073709551615",
        "--nll-samples: expected 1 to 10000000, found 18446744073709551615",
    ),
    ("eval run --grid-nll --grid 9", "--grid: expected an even number from 8 to 512, found 9"),
    ("eval run --nll-samples 1 --images 17", "--images: expected 1 to 16, found 17"),
    (
        "eval run --images 1",
        "--images: expected --nll-samples, --grid-nll, --gap, --places, --inversion or --figures beside it, found none",
    ),
];

/// Benchmarks and the main job.
const OTHERS: [(&str, &str); 14] = [
    ("bench train vae-dense --steps 0", "--steps: expected 1 to 1000000, found 0"),
    ("bench train vae-dense --steps 1000001", "--steps: expected 1 to 1000000, found 1000001"),
    ("bench train vae-dense --threads 0", "--threads: expected 1 to 256, found 0"),
    ("bench train vae-dense --batch 0", "expected "),
    ("bench decode vae-dense --count 0", "--count: expected 1 to 16384, found 0"),
    ("bench decode vae-dense --count 16385", "--count: expected 1 to 16384, found 16385"),
    ("bench decode vae-dense --repeat 0", "--repeat: expected 1 to 1000000, found 0"),
    ("bench decode vae-dense --threads 999", "--threads: expected 1 to 256, found 999"),
    ("bench ui --frames 0", "--frames: expected 1 to 1000000, found 0"),
    ("bench window --seconds 0", "--seconds: expected 0.5 to 3600, found 0"),
    ("bench window --seconds nan", "--seconds: expected 0.5 to 3600, found NaN"),
    ("demo --seconds 0", "--seconds: expected above 0 up to 86400, found 0"),
    ("demo --seconds nan", "--seconds: expected above 0 up to 86400, found NaN"),
    ("demo --seconds 1e9", "--seconds: expected above 0 up to 86400, found 1000000000"),
];

/// Contradictions, which are said in other words than what was expected and found.
const SAID: [(&str, &str); 10] = [
    ("train gan-dense --beta 2", "--beta: gan-dense has no beta"),
    ("train vae-dense --set preset=gan-dense", "--set preset: the preset is the argument before it"),
    ("train gan-dense --resume run", "PRESET gan-dense contradicts run, which was begun with vae-dense"),
    ("train --resume run --z 3", "--z 3 contradicts run, which was begun with 2"),
    ("train --resume run --seed 1", "--seed 1 contradicts run, which was begun with 0"),
    ("train --resume run --out elsewhere", "--out elsewhere contradicts --resume run: a run goes on in its own folder"),
    ("train --fork run@6 --set latent=3", "latent: a fork cannot change it, "),
    ("train --fork run@6 --set hidden=[9]", "hidden: a fork cannot change it, "),
    ("train --fork run@6 --set preset=gan-dense", "preset: a fork cannot change it, "),
    ("eval gan --nll-samples 2", "--nll-samples, --grid-nll and --gap are for a VAE, gan-dense is none"),
];

pub fn cases() -> Vec<Case> {
    let mut cases: Vec<Case> =
        MISUSED.map(|arguments| Case::new(format!("“{arguments}”"), arguments, 2, End::Misused, "")).into();
    cases.extend(WRONG.into_iter().chain(OTHERS).map(|(arguments, sentence)| {
        let case = Case::wrong(format!("“{arguments}”"), arguments, sentence);
        if arguments.ends_with("--device") { case.argument("abacus") } else { case }
    }));
    cases.extend(SAID.map(|(arguments, said)| Case::new(format!("“{arguments}”"), arguments, 2, End::Said, said)));
    cases.extend([
        Case::wrong(
            "a list of too many",
            "train vae-dense --steps 1 --set",
            "hidden layers: expected 1 to 8, found 60001",
        )
        .argument(format!("hidden=[{}8]", "8,".repeat(60_000))),
        Case::new("an argument that is not text", "train", 2, End::Misused, "")
            .argument(OsString::from_vec(vec![0xff])),
        Case::wrong("a preset of line ends", "train", "expected one of the presets").argument("a\nb\u{1b}[31m"),
        Case::refused("a run of line ends", "eval", "expected a run folder, found nothing").argument("a\nb\u{1b}[31m"),
        Case::refused("a run that is not text", "eval", "expected a run folder, found nothing")
            .argument(OsString::from_vec(b"run \xff".to_vec())),
        Case::new("a run without a name", "eval", 2, End::Misused, "a value is required").argument(""),
        Case::new("a picture without a name", "sample run --out", 2, End::Misused, "a value is required").argument(""),
        Case::new("a folder without a name", "train vae-dense --out", 2, End::Misused, "a value is required")
            .argument(""),
        Case::new("data that is not text", "eval run --data", 2, End::Misused, "")
            .argument(OsString::from_vec(vec![0xff])),
        Case::new("a parent that is not text", "train --set beta=2 --fork", 2, End::Misused, "")
            .argument(OsString::from_vec(b"\xff@6".to_vec())),
        Case::refused(
            "data without a name",
            "eval run --data",
            "expected a file, a folder or the name of a known data set",
        )
        .argument(""),
        Case::refused("a run of a long name", "eval", "expected a run folder, found nothing")
            .argument("x".repeat(5000)),
        Case::refused("a run through a file", "eval run/config.toml/run", "expected a run folder, found nothing"),
        Case::refused(
            "a file as a run",
            "eval run/config.toml",
            "run/config.toml: expected a run folder, found a file",
        ),
        Case::new(
            "fewer images than a batch has",
            "train vae-dense --data ../data --batch 128 --steps 1 --out new",
            1,
            End::Said,
            "a batch of 128 needs as many images, the data has 64",
        ),
        Case::refused("no folder as a run", "eval nowhere", "nowhere: expected a run folder, found nothing"),
        Case::refused(
            "no configuration",
            "train --config nowhere.toml",
            "nowhere.toml: expected a file, found nothing",
        ),
        Case::refused("a folder as configuration", "train --config run", "run: expected a file, found a folder"),
        Case::refused(
            "zeros as configuration",
            "train --config /dev/zero",
            "/dev/zero: expected a file, found a device",
        ),
        Case::refused(
            "no parent",
            "train --fork nowhere@6 --set beta=2",
            "nowhere: expected a run folder, found nothing",
        ),
        Case::new("no name at all", "presets", 0, End::Done, "").with(|command, _| _ = command.arg0("")),
    ]);
    cases.push(
        Case::done("a name that is not text", "eval")
            .argument(OsString::from_vec(b"r\xff".to_vec()))
            .beside("run")
            .after(|here| {
                let name = here.join(OsString::from_vec(b"r\xff".to_vec()));
                remove(&name);
                fs::rename(here.join("run"), name).unwrap();
            }),
    );
    cases
}

//! The program itself: what is asked for comes, what is not is never fetched.

use crate::behaviour::sha256;
use crate::server::{Behaviour, Server};
use latentarium::dataset::{Progress, Source, load};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The folder of real MNIST, where there is one.
fn real_mnist() -> Option<PathBuf> {
    let folder = PathBuf::from(std::env::var_os("LATENTARIUM_DATA")?).join("mnist");
    folder.is_dir().then_some(folder)
}

const FILES: [&str; 4] = [
    "train-images-idx3-ubyte.gz",
    "train-labels-idx1-ubyte.gz",
    "t10k-images-idx3-ubyte.gz",
    "t10k-labels-idx1-ubyte.gz",
];

/// A small data set in MNIST's form, written as IDX.
fn small() -> [Vec<u8>; 4] {
    let idx = |sizes: &[u32], bytes: Vec<u8>| {
        let head = [0, 0, 8, sizes.len() as u8].into_iter().chain(sizes.iter().flat_map(|size| size.to_be_bytes()));
        head.chain(bytes).collect::<Vec<u8>>()
    };
    let images = |count: u32| idx(&[count, 28, 28], (0..count * 784).map(|at| (at * 7 % 256) as u8).collect());
    let labels = |count: u32| idx(&[count], (0..count).map(|at| (at % 10) as u8).collect());
    [images(256), labels(256), images(64), labels(64)]
}

struct Case {
    server: Server,
    folder: tempfile::TempDir,
}

impl Case {
    /// Serves four files as MNIST, and has the program look for it there.
    fn new(files: &[Vec<u8>; 4], behaviour: Behaviour) -> Self {
        let (server, folder) = (Server::start(), tempfile::tempdir().unwrap());
        let mut table = format!("mirror = \"{}\"\n", server.base);
        for (name, bytes) in FILES.iter().zip(files) {
            server.put(&format!("/mnist/{name}"), bytes, behaviour.clone());
            table += &format!(
                "[[file]]\ndata = \"mnist\"\nname = \"{name}\"\nbytes = {}\nsha256 = \"{}\"\n",
                bytes.len(),
                sha256(bytes)
            );
        }
        let settings = folder.path().join("config/latentarium");
        std::fs::create_dir_all(&settings).unwrap();
        std::fs::write(settings.join("downloads.toml"), table).unwrap();
        Self { server, folder }
    }

    fn run(&self, arguments: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_latentarium"))
            .args(arguments)
            .current_dir(self.folder.path())
            .env("XDG_CONFIG_HOME", self.folder.path().join("config"))
            .env("LATENTARIUM_CACHE", self.cache())
            .env_remove("LATENTARIUM_MIRROR")
            .output()
            .unwrap()
    }

    fn cache(&self) -> PathBuf {
        self.folder.path().join("cache")
    }
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

const TRAIN: [&str; 10] =
    ["train", "vae-dense", "--set", "hidden=[8]", "--steps", "1", "--batch", "32", "--out", "run"];

#[test]
fn a_flag_fetches_and_nothing_else_does() {
    if !cfg!(target_os = "linux") {
        return;
    }
    let case = Case::new(&small(), Behaviour::CutsAfter(90_000));
    let list = case.run(&["data"]);
    assert!(String::from_utf8_lossy(&list.stdout).contains("12 MB, downloaded on request"));
    assert_eq!(case.server.asked(), []);
    let trained = case.run(&[TRAIN.as_slice(), &["--data", "mnist"]].concat());
    assert!(trained.status.success(), "{}", said(&trained));
    assert!(said(&trained).starts_with("latentarium: downloading mnist, 12 MB, into "), "{}", said(&trained));
    assert!(case.server.asked().len() > 4, "one was cut off");
    let config = std::fs::read_to_string(case.folder.path().join("run/config.toml")).unwrap();
    assert!(config.contains("data = \"mnist\""), "{config}");
    let evaluated = case.run(&["eval", "run"]);
    assert!(evaluated.status.success(), "{}", said(&evaluated));
    let before = case.server.asked().len();
    std::fs::remove_dir_all(case.cache()).unwrap();
    for arguments in
        [&["eval", "run"][..], &["train", "--resume", "run", "--steps", "2"], &["sample", "run", "--out", "x.png"]]
    {
        let output = case.run(arguments);
        if arguments[0] != "sample" {
            let sentence =
                "mnist is not downloaded: open it by its name, in the window or with --data mnist, and 12 MB come";
            assert_eq!(output.status.code(), Some(1));
            assert!(said(&output).contains(sentence), "{}", said(&output));
        }
    }
    assert_eq!(case.server.asked().len(), before, "nothing was asked for that nobody asked for");
    let again = case.run(&["train", "--resume", "run", "--steps", "2", "--data", "mnist"]);
    assert!(again.status.success(), "{}", said(&again));
    assert!(case.server.asked().len() > before);
}

#[test]
fn a_source_that_is_only_named_makes_no_connection() {
    // The person's own cache: whether it is there or not, `load` makes no connection.
    let loaded = load(&Source::parse("emnist"), &Progress::default());
    if let Err(error) = loaded {
        assert!(error.to_string().starts_with("emnist is not downloaded: "), "{error}");
    }
}

#[test]
fn mnist_that_was_downloaded_is_the_data_set_of_its_folder() {
    let Some(real) = real_mnist() else { return };
    let files = FILES.map(|name| std::fs::read(real.join(name)).unwrap());
    let case = Case::new(&files, Behaviour::CutsAfter(4_000_000));
    let trained = case.run(&[TRAIN.as_slice(), &["--data", "mnist"]].concat());
    assert!(trained.status.success(), "{}", said(&trained));
    let config = std::fs::read_to_string(case.folder.path().join("run/config.toml")).unwrap();
    let id = |folder: &Path| load(&Source::path(folder), &Progress::default()).unwrap().id;
    let expected = id(&real);
    assert!(config.contains(expected.as_str()), "{config}");
    assert_eq!(id(&case.cache().join("mnist")), expected);
}

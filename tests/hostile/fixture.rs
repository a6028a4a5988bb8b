//! What the cases of a table start from: small data and small runs on it, made once by the program itself.

use crate::case::Case;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use tempfile::TempDir;

/// The user that owns nothing; who runs the tests can become it only as root.
pub const NOBODY: u32 = 65534;

/// A folder with `data`, and the runs `run` (a fork after two of its six steps: it has every file that a run can have) and
/// `gan` (another family, two steps).
pub struct Fixture {
    folder: TempDir,
    others: OnceLock<PathBuf>,
}

impl Fixture {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        // Whoever a case runs as.
        open_to_all(folder.path());
        small_data(&folder.path().join("data"));
        let fixture = Self { folder, others: OnceLock::new() };
        let small = "--set hidden=[8] --batch 8 --data data --threads 1";
        fixture.train(&format!("vae-dense {small} --steps 4 --autosave-steps 2 --out parent"));
        fixture.train("--fork parent@2 --set learning_rate=0.002 --steps 6 --autosave-steps 2 --threads 1 --out run");
        fixture.train(&format!("gan-dense {small} --steps 2 --out gan"));
        fixture
    }

    fn train(&self, arguments: &str) {
        let mut command = Command::new(env!("CARGO_BIN_EXE_latentarium"));
        command.current_dir(self.folder.path()).arg("train").args(arguments.split_whitespace());
        let output = command.stdin(Stdio::null()).output().unwrap();
        assert!(output.status.success(), "{arguments}: {}", String::from_utf8_lossy(&output.stderr));
    }

    /// The folder of a case, with copies of the runs that it needs.
    pub fn place(&self, number: usize, case: &Case) -> PathBuf {
        let here = self.folder.path().join(number.to_string());
        fs::create_dir(&here).unwrap();
        for run in ["run", "gan"].into_iter().filter(|run| case.needs(run)) {
            copy(&self.folder.path().join(run), &here.join(run));
        }
        here
    }

    /// Where what a case prints is kept: beside its folder, not in it.
    pub fn beside(&self, number: usize, name: &str) -> PathBuf {
        self.folder.path().join(format!("{number}-{name}"))
    }

    /// The program where every user reaches it.
    pub fn program_for_others(&self) -> &Path {
        self.others.get_or_init(|| {
            let path = self.folder.path().join("program");
            let program = env!("CARGO_BIN_EXE_latentarium");
            fs::hard_link(program, &path).or_else(|_| fs::copy(program, &path).map(|_| ())).unwrap();
            path
        })
    }
}

/// Everybody may read, and go in.
pub fn open_to_all(path: &Path) {
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

/// A folder of IDX files: images of 6×5 pixels, 64 to train on and 16 to test.
pub fn small_data(folder: &Path) {
    fs::create_dir_all(folder).unwrap();
    for (split, count) in [("train", 64u32), ("t10k", 16)] {
        let pixels: Vec<u8> = (0..count * 30).map(|index| (index * 37 % 256) as u8).collect();
        let labels: Vec<u8> = (0..count).map(|index| (index % 2) as u8).collect();
        fs::write(folder.join(format!("{split}-images-idx3-ubyte")), idx(&[count, 6, 5], &pixels)).unwrap();
        fs::write(folder.join(format!("{split}-labels-idx1-ubyte")), idx(&[count], &labels)).unwrap();
    }
}

/// An IDX file of unsigned bytes.
pub fn idx(sizes: &[u32], data: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0, 0, 8, sizes.len() as u8];
    sizes.iter().for_each(|size| bytes.extend(size.to_be_bytes()));
    bytes.extend(data);
    bytes
}

/// Copies a folder of regular files and folders.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        match entry.file_type().unwrap().is_dir() {
            true => copy(&entry.path(), &target),
            false => _ = fs::copy(entry.path(), target).unwrap(),
        }
    }
}

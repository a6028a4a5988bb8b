//! Runs a table: every case in a folder of its own, two at a time, within limits of time and memory.

use crate::case::{Case, End};
use crate::fixture::{Fixture, NOBODY};
use crate::kinds::remove;
use nix::sys::resource::{UsageWho, getrusage};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Output, Stdio};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// How long a case may take.
const LONGEST: Duration = Duration::from_secs(5);
/// The most memory that a case may have held, in bytes.
pub const MOST_BYTES: u64 = 1_500_000_000;
/// Cases that run at a time.
const AT_A_TIME: usize = 2;

/// One table at a time: the limits are meant for a machine that has nothing else to do.
static TURN: Mutex<()> = Mutex::new(());
/// The most memory that any case has held up to now.
static HELD: AtomicU64 = AtomicU64::new(0);

/// Waits until no other table runs.
pub fn turn() -> MutexGuard<'static, ()> {
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Runs all cases and fails with all that was wrong.
pub fn run(cases: Vec<Case>) {
    let _turn = turn();
    let (began, fixture) = (Instant::now(), Fixture::new());
    let (next, wrong) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let work = || {
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(case) = cases.get(number) else { return };
            let complaints = run_case(case, &fixture, number);
            if !complaints.is_empty() {
                let arguments: Vec<_> = case.arguments.iter().map(|argument| format!("{argument:.80?}")).collect();
                let all = complaints.join("\n    ");
                wrong.lock().unwrap().push(format!("{} ({}):\n    {all}", case.name, arguments.join(" ")));
            }
        }
    };
    thread::scope(|scope| (0..AT_A_TIME).for_each(|_| _ = scope.spawn(work)));
    println!(
        "{} cases in {:.1} s, {} MB at most",
        cases.len(),
        began.elapsed().as_secs_f64(),
        peak(UsageWho::RUSAGE_CHILDREN) / 1_000_000
    );
    let wrong = wrong.into_inner().unwrap();
    assert!(wrong.is_empty(), "{} of {} cases:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

fn run_case(case: &Case, fixture: &Fixture, number: usize) -> Vec<String> {
    let here = fixture.place(number, case);
    case.prepare(&here);
    // Its folder belongs to who runs the tests.
    let is_root = fs::metadata(&here).unwrap().uid() == 0;
    let is_other = case.is_by_another && is_root;
    let program = if is_other { fixture.program_for_others() } else { Path::new(env!("CARGO_BIN_EXE_latentarium")) };
    let mut command = Command::new(program);
    if is_other {
        command.uid(NOBODY).gid(NOBODY);
    }
    let printed = ["stdout", "stderr"].map(|name| fixture.beside(number, name));
    let [stdout, stderr] = printed.each_ref().map(|path| Stdio::from(File::create(path).unwrap()));
    command.current_dir(&here).args(&case.arguments).stdin(Stdio::null()).stdout(stdout).stderr(stderr);
    for variable in ["DISPLAY", "WAYLAND_DISPLAY", "WAYLAND_SOCKET", "LATENTARIUM_LOG", "LATENTARIUM_STATE"] {
        command.env_remove(variable);
    }
    case.surround(&mut command, &here);
    let before = listing(&here);
    let began = Instant::now();
    let Some(status) = wait(&mut command) else {
        return vec![format!("it had not ended after {LONGEST:?}")];
    };
    let took = began.elapsed();
    drop(command);
    let [stdout, stderr] = printed.each_ref().map(|path| fs::read(path).unwrap());
    let mut complaints = case.complaints(&Output { status, stdout, stderr }, &here);
    if took > LONGEST {
        complaints.push(format!("it took {took:?}"));
    }
    let peak = peak(UsageWho::RUSAGE_CHILDREN);
    let held = HELD.fetch_max(peak, Ordering::Relaxed);
    if peak > MOST_BYTES && peak > held {
        complaints.push(format!("this case or one beside it held {peak} bytes"));
    }
    if !matches!(case.end, End::Done | End::Begun | End::Silent) {
        complaints.extend(differences(&before, &listing(&here)));
    }
    clear(&here);
    printed.iter().for_each(|path| remove(path));
    complaints
}

/// Waits as long as a case may take, then ends it.
fn wait(command: &mut Command) -> Option<ExitStatus> {
    let mut child = command.spawn().unwrap();
    let began = Instant::now();
    while began.elapsed() < LONGEST {
        if let Some(status) = child.try_wait().unwrap() {
            return Some(status);
        }
        thread::sleep(Duration::from_millis(1));
    }
    child.kill().unwrap();
    child.wait().unwrap();
    None
}

/// The most memory that this process, or any that it waited for, has held, in bytes. What is started begins with what this
/// process holds.
pub fn peak(of: UsageWho) -> u64 {
    u64::try_from(getrusage(of).unwrap().max_rss()).unwrap() * 1024
}

/// All that lies in a folder: what it is, and what a regular file or a link holds.
fn listing(folder: &Path) -> BTreeMap<PathBuf, (u32, Vec<u8>)> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        // One that may not be read by who runs the tests has nothing in it for them.
        for entry in fs::read_dir(&folder).into_iter().flatten() {
            let path = entry.unwrap().path();
            let data = path.symlink_metadata().unwrap();
            let holds = match data.file_type() {
                // Far larger than what is written: a hole.
                kind if kind.is_file() && data.len() < 1 << 24 => fs::read(&path).unwrap_or_default(),
                kind if kind.is_symlink() => fs::read_link(&path).unwrap().into_os_string().into_encoded_bytes(),
                _ => Vec::new(),
            };
            if data.is_dir() {
                folders.push(path.clone());
            }
            found.insert(path, (data.mode(), holds));
        }
    }
    found
}

fn differences(
    before: &BTreeMap<PathBuf, (u32, Vec<u8>)>,
    after: &BTreeMap<PathBuf, (u32, Vec<u8>)>,
) -> impl Iterator<Item = String> {
    let names: std::collections::BTreeSet<&PathBuf> = before.keys().chain(after.keys()).collect();
    let changed: Vec<&PathBuf> = names.into_iter().filter(|name| before.get(*name) != after.get(*name)).collect();
    changed.into_iter().map(|path| format!("{} is not what it was", path.display())).collect::<Vec<_>>().into_iter()
}

/// Removes a case's folder, and with it what nobody may look into.
fn clear(folder: &Path) {
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let _ = fs::set_permissions(&folder, fs::Permissions::from_mode(0o755));
        let entries = fs::read_dir(&folder).unwrap().flatten();
        folders.extend(entries.filter(|entry| entry.file_type().unwrap().is_dir()).map(|entry| entry.path()));
    }
    remove(folder);
}

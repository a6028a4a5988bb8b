//! Runs a reader on its corpus, then on mutations of it, for as long as there is time; gives the smallest input that fails.

use crate::corpus::{Corpus, Entry, Input};
use crate::minimal::minimal;
use crate::mutation::inputs;
use crate::watch::{Watch, peak_bytes, thread_time};
use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestCaseError, TestError, TestRng, TestRunner};
use std::cell::{Cell, RefCell};
use std::fmt::Display;
use std::panic::{AssertUnwindSafe, catch_unwind, set_hook, take_hook};
use std::sync::Once;
use std::time::{Duration, Instant};

/// How long one input may take.
const LONGEST: Duration = Duration::from_secs(1);
/// The most memory, in bytes.
const MOST_BYTES: u64 = 1_000_000_000;
/// The longest sentence, in bytes: what is wrong in an input may be said whole, each of its bytes as eight characters.
const LONGEST_SENTENCE: usize = 8192;
/// Inputs that are tried however long they take.
const LEAST: u64 = 200;
/// Time for a reader, and inputs after which it has had enough.
const SHORT: (Duration, u64) = (Duration::from_millis(400), u64::MAX);
/// The same where there is much time.
const LONG: (Duration, u64) = (Duration::from_secs(600), 1_000_000);

/// What a reader made of an input.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Read {
    /// It is whole.
    Whole,
    /// It was refused in a sentence.
    Refused,
}

/// What a reader made of an input, or what does not hold of that.
pub type Verdict = Result<Read, String>;

thread_local! {
    static LONGEST_SAID: Cell<usize> = const { Cell::new(0) };
    static PANIC: RefCell<String> = const { RefCell::new(String::new()) };
    static READS: Cell<bool> = const { Cell::new(false) };
}

/// A refusal, which must be one sentence.
pub fn refused(error: impl Display) -> Verdict {
    sentence(&error.to_string())?;
    Ok(Read::Refused)
}

/// What is said must be one sentence.
pub fn sentence(text: &str) -> Result<(), String> {
    LONGEST_SAID.set(LONGEST_SAID.get().max(text.len()));
    ensure(!text.contains('\n') && !text.is_empty(), || format!("no sentence: {text:.500?}"))?;
    ensure(text.len() <= LONGEST_SENTENCE, || format!("a sentence of {} bytes: {text:.200?}", text.len()))
}

/// Says what does not hold.
pub fn ensure(holds: bool, complaint: impl FnOnce() -> String) -> Result<(), String> {
    if holds { Ok(()) } else { Err(complaint()) }
}

/// Fuzzes one reader, always with the same inputs as far as the time allows.
pub fn fuzz(name: &str, corpus: &Corpus, read: impl Fn(&Entry, &[u8]) -> Verdict) {
    keep_panics();
    let is_long = std::env::var_os("LATENTARIUM_LONG").is_some_and(|value| value != "0");
    let (time, most) = if is_long { LONG } else { SHORT };
    let bench = Bench { read, watch: Watch::new(name), slowest: Cell::default(), whole: Cell::default() };
    for entry in &corpus.entries {
        let expected = if entry.is_wrong() { Read::Refused } else { Read::Whole };
        match bench.verdict(entry, &entry.bytes) {
            Ok(found) => assert_eq!(found, expected, "{name}: {}", entry.name),
            Err(complaint) => panic!("{name}: {}: {complaint}", entry.name),
        }
    }
    let strategy = inputs(corpus.entries.len());
    let config = ProptestConfig {
        failure_persistence: None,
        max_shrink_iters: 4096,
        max_shrink_time: 60_000,
        ..ProptestConfig::default()
    };
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &seed(name)));
    let (began, mut count) = (Instant::now(), 0);
    bench.whole.set(0);
    while count < LEAST || (count < most && began.elapsed() < time) {
        let tree = strategy.new_tree(&mut runner).unwrap();
        let test = |input: Input| match bench.verdict(&corpus.entries[input.entry], &corpus.bytes(&input)) {
            Ok(_) => Ok(()),
            Err(complaint) => Err(TestCaseError::fail(complaint)),
        };
        match runner.run_one(tree, test) {
            Ok(_) => count += 1,
            Err(TestError::Fail(reason, input)) => bench.fail(name, corpus, &input, reason.message()),
            Err(TestError::Abort(reason)) => panic!("{name}: {reason}"),
        }
    }
    let (share, slowest) = (100.0 * bench.whole.get() as f64 / count as f64, bench.slowest.get());
    let (rate, said) = (count as f64 / began.elapsed().as_secs_f64(), LONGEST_SAID.get());
    let peak = peak_bytes() / 1_000_000;
    println!(
        "{name}: {count} inputs, {rate:.0} a second, {share:.1} % read; the slowest took {slowest:.1?}, \
         the longest sentence has {said} bytes, {peak} MB at most"
    );
    assert!(peak_bytes() < MOST_BYTES, "{name}: {peak} MB");
}

/// A panic of a reader is kept for the verdict; it would be told for each input that is tried while a smaller one is looked for.
fn keep_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let usual = take_hook();
        set_hook(Box::new(move |panic| match READS.get() {
            true => PANIC.set(panic.to_string().replace('\n', " ")),
            false => usual(panic),
        }));
    });
}

/// The seed of a reader's inputs: its name.
fn seed(name: &str) -> [u8; 32] {
    let mut seed = [0; 32];
    seed.iter_mut().zip(name.bytes()).for_each(|(seed, byte)| *seed = byte);
    seed
}

struct Bench<F> {
    read: F,
    watch: Watch,
    slowest: Cell<Duration>,
    whole: Cell<u64>,
}

impl<F: Fn(&Entry, &[u8]) -> Verdict> Bench<F> {
    fn verdict(&self, entry: &Entry, bytes: &[u8]) -> Verdict {
        self.watch.begin(bytes);
        let (began, held) = (thread_time(), peak_bytes());
        READS.set(true);
        let read = catch_unwind(AssertUnwindSafe(|| (self.read)(entry, bytes)));
        READS.set(false);
        let (took, holds) = (thread_time().saturating_sub(began), peak_bytes());
        self.watch.end();
        self.slowest.set(self.slowest.get().max(took));
        let read = read.unwrap_or_else(|_| Err(PANIC.take()))?;
        ensure(took < LONGEST, || format!("it took {took:?}"))?;
        // Once only: what a process has held is never less again.
        ensure(holds < MOST_BYTES || held >= MOST_BYTES, || format!("{} MB while it was read", holds / 1_000_000))?;
        self.whole.set(self.whole.get() + u64::from(read == Read::Whole));
        Ok(read)
    }

    /// Ends the test with as few bytes as still fail.
    fn fail(&self, name: &str, corpus: &Corpus, input: &Input, reason: &str) -> ! {
        let (entry, last) = (&corpus.entries[input.entry], RefCell::new(reason.to_owned()));
        let bytes = minimal(corpus.bytes(input), |bytes| match self.verdict(entry, bytes) {
            Ok(_) => false,
            Err(complaint) => {
                *last.borrow_mut() = complaint;
                true
            }
        });
        let (count, last) = (bytes.len(), last.into_inner());
        panic!("{name}: {} with {count} bytes, b\"{}\": {last}", entry.name, bytes.escape_ascii());
    }
}

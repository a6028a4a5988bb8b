//! What a server may do, and what comes of it.

use crate::server::{Behaviour, Server, tag};
use latentarium::dataset::download::{Download, Downloads, MirroredFile, Mirrors, Packing, Patience};
use latentarium::dataset::{Progress, SourceError};
use proptest::prelude::*;
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

pub fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A data set of one file that only tests know, under the name of one that there is.
fn one() -> Download {
    let known = Download::named("mnist").unwrap();
    Download { files: &known.files[..1], packing: Packing::Plain, ..*known }
}

const FILE: &str = "train-images-idx3-ubyte.gz";
const PATH: &str = "/mnist/train-images-idx3-ubyte.gz";

pub fn patience() -> Patience {
    let ms = Duration::from_millis;
    Patience { connect: ms(500), silence: ms(500), before_again: ms(10), tries: 3 }
}

/// Bytes that no piece is like another of.
fn contents(count: usize) -> Vec<u8> {
    (0..count as u64).map(|at| (at.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 32) as u8).collect()
}

struct Case {
    server: Server,
    bytes: Vec<u8>,
    cache: tempfile::TempDir,
    downloads: Downloads,
}

impl Case {
    fn new(behaviour: Behaviour) -> Self {
        let (server, bytes, cache) = (Server::start(), contents(300_000), tempfile::tempdir().unwrap());
        server.put(PATH, &bytes, behaviour);
        let file = MirroredFile {
            data: "mnist".to_owned(),
            name: FILE.to_owned(),
            address: None,
            bytes: Some(bytes.len() as u64),
            sha256: Some(sha256(&bytes)),
        };
        let mirrors = Mirrors { mirror: Some(server.base.clone()), files: vec![file] };
        let downloads = Downloads { cache: cache.path().to_owned(), mirrors, patience: patience() };
        Self { server, bytes, cache, downloads }
    }

    fn fetch(&self) -> Result<PathBuf, SourceError> {
        self.downloads.fetch(&one(), &Progress::default())
    }

    fn refusal(&self) -> String {
        let sentence = self.fetch().unwrap_err().to_string();
        assert!(!self.cache.path().join("mnist").exists(), "nothing is put into the cache");
        sentence
    }

    fn part(&self) -> PathBuf {
        self.cache.path().join(".mnist").join(format!("{FILE}.part"))
    }

    fn is_whole(&self) {
        assert_eq!(std::fs::read(self.cache.path().join("mnist").join(FILE)).unwrap(), self.bytes);
        assert!(!self.cache.path().join(".mnist").exists(), "nothing is left of the work");
    }
}

#[test]
fn a_file_comes_whole_once_and_is_not_asked_for_again() {
    let case = Case::new(Behaviour::Whole);
    let progress = Progress::default();
    let folder = case.downloads.fetch(&one(), &progress).unwrap();
    assert_eq!((folder.as_path(), progress.get()), (case.cache.path().join("mnist").as_path(), (300_000, 300_000)));
    case.is_whole();
    case.fetch().unwrap();
    assert_eq!(case.server.asked().len(), 1);
}

#[test]
fn one_that_is_cut_off_again_and_again_goes_on_where_it_was_and_ends_with_the_right_sum() {
    let case = Case::new(Behaviour::CutsAfter(70_000));
    case.fetch().unwrap();
    case.is_whole();
    let asked = case.server.asked();
    assert_eq!(asked.len(), 5, "{asked:?}");
    for (number, asked) in asked.iter().enumerate().skip(1) {
        assert_eq!(asked.from, Some(70_000 * number as u64));
        assert_eq!(asked.if_range, Some(tag(&case.bytes)));
    }
}

#[test]
fn what_came_is_kept_for_the_next_time() {
    let case = Case::new(Behaviour::Stalls(100_000));
    let said = case.refusal();
    assert!(
        said.starts_with(&format!("{}{PATH}: expected a file of 300000 bytes, found ", case.server.base)),
        "{said}"
    );
    let here = std::fs::metadata(case.part()).unwrap().len();
    assert_eq!(here, 100_000);
    case.server.put(PATH, &case.bytes, Behaviour::Whole);
    case.fetch().unwrap();
    case.is_whole();
    assert_eq!(case.server.asked().last().unwrap().from, Some(here));
}

#[test]
fn a_file_that_was_changed_meanwhile_is_begun_anew() {
    let case = Case::new(Behaviour::Stalls(100_000));
    case.server.put(
        PATH,
        &contents(300_000).iter().map(|byte| byte ^ 1).collect::<Vec<_>>(),
        Behaviour::Stalls(100_000),
    );
    case.refusal();
    case.server.put(PATH, &case.bytes, Behaviour::Whole);
    case.fetch().unwrap();
    case.is_whole();
}

#[test]
fn a_server_that_knows_no_parts_gives_all_of_it_again() {
    let case = Case::new(Behaviour::Stalls(100_000));
    case.refusal();
    case.server.put(PATH, &case.bytes, Behaviour::NoRange);
    case.fetch().unwrap();
    case.is_whole();
}

#[test]
fn a_slow_one_comes_with_a_rate() {
    let case = Case::new(Behaviour::Slow(10_000, Duration::from_millis(50)));
    let progress = Arc::new(Progress::default());
    let (downloads, watched) = (case.downloads.clone(), progress.clone());
    let work = std::thread::spawn(move || downloads.fetch(&one(), &watched).unwrap());
    let mut rates = Vec::new();
    while !work.is_finished() {
        rates.push(progress.rate());
        std::thread::sleep(Duration::from_millis(10));
    }
    work.join().unwrap();
    case.is_whole();
    let greatest = rates.into_iter().max().unwrap();
    assert!((20_000..1_000_000).contains(&greatest), "{greatest} bytes a second");
}

#[test]
fn a_lie_about_the_length_is_refused() {
    for (more, said) in [(1_000, 301_000), (-1_000, 299_000)] {
        let case = Case::new(Behaviour::Lies(more));
        let expected = format!("expected a file of 300000 bytes, found a server that announces {said} bytes");
        assert!(case.refusal().ends_with(&expected), "{}", case.refusal());
    }
    let case = Case::new(Behaviour::Unannounced(0));
    case.fetch().unwrap();
    case.is_whole();
    let case = Case::new(Behaviour::Unannounced(5_000));
    let said = case.refusal();
    assert!(said.ends_with("expected a file of 300000 bytes, found more"), "{said}");
    assert!(!case.part().exists());
}

#[test]
fn other_bytes_are_refused_and_removed() {
    let case = Case::new(Behaviour::Whole);
    let mut other = case.bytes.clone();
    other[123_456] ^= 4;
    case.server.put(PATH, &other, Behaviour::Whole);
    let said = case.refusal();
    let sums = [sha256(&case.bytes), sha256(&other)];
    let expected = format!("expected a file with SHA-256 {}, found one with {}; it was removed", sums[0], sums[1]);
    assert!(said.ends_with(&expected), "{said}");
    assert!(!case.part().exists(), "removed");
    case.server.put(PATH, &case.bytes, Behaviour::Whole);
    case.fetch().unwrap();
    case.is_whole();
    assert_eq!(case.server.asked().last().unwrap().from, None);
}

#[test]
fn each_answer_that_is_no_file_is_one_sentence() {
    let local = |path: &str| Behaviour::Redirect(path.to_owned());
    let cases = [
        (Behaviour::Status("404 Not Found"), "the answer 404 Not Found", 1),
        (Behaviour::Status("403 Forbidden"), "the answer 403 Forbidden", 1),
        (Behaviour::Status("500 Internal Server Error"), "the answer 500 Internal Server Error", 3),
        (local("file:///etc/passwd"), "the address file:///etc/passwd, which is none of http or https", 1),
        (local("ftp://127.0.0.1/x"), "the address ftp://127.0.0.1/x, which is none of http or https", 1),
        (local(PATH), "more than 5 redirects, one after another", 6),
    ];
    for (behaviour, found, times) in cases {
        let case = Case::new(behaviour.clone());
        let said = case.refusal();
        let expected = format!("{}{PATH}: expected a file of 300000 bytes, found {found}", case.server.base);
        assert_eq!(said, expected, "{behaviour:?}");
        assert_eq!(case.server.asked().len(), times, "{behaviour:?}");
    }
    let case = Case::new(Behaviour::Nonsense);
    let said = case.refusal();
    assert!(said.contains("expected a file of 300000 bytes, found an answer that is none of HTTP"), "{said}");
}

#[test]
fn a_redirect_within_http_is_followed() {
    let case = Case::new(Behaviour::Redirect("/elsewhere?x=1".to_owned()));
    case.server.put("/elsewhere?x=1", &case.bytes, Behaviour::CutsAfter(200_000));
    case.fetch().unwrap();
    case.is_whole();
}

#[test]
fn one_that_never_answers_is_given_up() {
    let case = Case::new(Behaviour::Silent);
    let began = Instant::now();
    let said = case.refusal();
    assert!(said.contains("expected a file of 300000 bytes, found no "), "{said}");
    assert!(began.elapsed() < Duration::from_secs(8), "{:?}", began.elapsed());
    // Nobody listens there.
    let mut case = Case::new(Behaviour::Whole);
    case.downloads.mirrors.mirror = Some("http://127.0.0.1:1".to_owned());
    assert!(case.refusal().contains("found no connection ("), "{}", case.refusal());
    case.downloads.mirrors.mirror = Some("file:///tmp".to_owned());
    assert!(case.refusal().ends_with("which is none of http or https"), "{}", case.refusal());
}

#[test]
fn a_request_to_cancel_ends_it_within_a_second_wherever_it_is() {
    let slow = Behaviour::Slow(1_000, Duration::from_millis(20));
    for behaviour in [Behaviour::Silent, Behaviour::Stalls(50_000), slow, Behaviour::Status("503 Service Unavailable")]
    {
        let mut case = Case::new(behaviour.clone());
        let s = Duration::from_secs;
        case.downloads.patience = Patience { connect: s(20), silence: s(20), before_again: s(20), tries: 3 };
        let progress = Arc::new(Progress::default());
        let (downloads, watched) = (case.downloads.clone(), progress.clone());
        let work = std::thread::spawn(move || downloads.fetch(&one(), &watched));
        std::thread::sleep(Duration::from_millis(300));
        progress.cancel();
        let began = Instant::now();
        assert!(matches!(work.join().unwrap(), Err(SourceError::Cancelled(_))), "{behaviour:?}");
        assert!(began.elapsed() < Duration::from_secs(1), "{behaviour:?}: {:?}", began.elapsed());
    }
}

#[test]
fn two_at_once_ask_once() {
    let case = Case::new(Behaviour::Slow(30_000, Duration::from_millis(30)));
    let both: Vec<_> = (0..2)
        .map(|_| {
            let downloads = case.downloads.clone();
            std::thread::spawn(move || downloads.fetch(&one(), &Progress::default()))
        })
        .collect();
    for one in both {
        one.join().unwrap().unwrap();
    }
    case.is_whole();
    assert_eq!(case.server.asked().len(), 1);
}

#[test]
fn a_part_that_is_none_is_begun_anew() {
    let case = Case::new(Behaviour::Whole);
    std::fs::create_dir_all(case.part().parent().unwrap()).unwrap();
    std::fs::write(case.part(), vec![1; 400_000]).unwrap();
    case.fetch().unwrap();
    case.is_whole();
}

fn read_mirrors(text: &str) -> Result<Mirrors, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("downloads.toml");
    std::fs::write(&path, text).unwrap();
    let place = format!("{}: ", path.display());
    Mirrors::read(&path).map_err(|error| error.to_string().replace(&place, ""))
}

#[test]
fn a_person_can_point_the_addresses_elsewhere() {
    let table = r#"
mirror = "http://mirror.example/data/"

[[file]]
data = "mnist"
name = "train-images-idx3-ubyte.gz"
address = "https://other.example/images"
bytes = 7
"#;
    let mirrors = read_mirrors(table).unwrap();
    let wanted = mirrors.wanted(Download::named("mnist").unwrap());
    assert_eq!((wanted[0].address.as_str(), wanted[0].bytes), ("https://other.example/images", 7));
    assert_eq!(wanted[1].address, "http://mirror.example/data/mnist/train-labels-idx1-ubyte.gz");
    assert_eq!(wanted[1].sha256, Download::named("mnist").unwrap().files[1].sha256);
    assert_eq!(Mirrors::read(Path::new("/nothing/is/here")).unwrap(), Mirrors::default());
    let unknown = read_mirrors("[[file]]\ndata = \"mnist\"\nname = \"x\"").unwrap_err();
    assert!(
        unknown
            .starts_with("expected a table of other addresses for downloads, found mnist x, which is none of mnist ")
    );
    for wrong in ["mirror = 3", "miror = \"x\"", "[[file]]\ndata = \"mnist\"", "]"] {
        let said = read_mirrors(wrong).unwrap_err();
        assert!(said.starts_with("expected a table of other addresses for downloads, found "), "{said}");
    }
    let sum = "[[file]]\ndata = \"mnist\"\nname = \"train-images-idx3-ubyte.gz\"\nsha256 = \"00\"";
    assert!(read_mirrors(sum).unwrap_err().ends_with("00, which is no SHA-256 of 64 hexadecimal digits"));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn wherever_it_is_cut_it_ends_with_the_right_sum(cut in 1usize..300_000, pieces in 2usize..5) {
        let case = Case::new(Behaviour::CutsAfter(cut.max(300_000 / pieces)));
        case.fetch().unwrap();
        case.is_whole();
    }
}

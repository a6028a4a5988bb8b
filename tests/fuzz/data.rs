//! Readers of data: a folder or file with an input in one place.

use crate::corpus::{self, Entry, entry};
use crate::place::Place;
use crate::runner::{Read, Verdict, ensure, refused, sentence};
use flate2::Compression;
use flate2::write::GzEncoder;
use latentarium::dataset::{Dataset, Progress, Source, Split, load, points_text};
use std::io::{Cursor, Write};
use std::path::Path;
use zip::write::SimpleFileOptions;

/// Images of a split that are looked at.
const LOOKED_AT: usize = 16;
/// Of so many points of a file one is for testing.
const TEST_EVERY: usize = 6;

/// A folder of IDX files.
pub struct Idx {
    place: Place,
    is_packed: bool,
}

impl Idx {
    /// Whether an input is packed before it is put there: the readers behind gzip's checksum are reached only so.
    pub fn new(is_packed: bool) -> Self {
        let names = ["train-images", "train-labels", "t10k-images", "t10k-labels"];
        let whole = names.map(|name| (Self::file(name), entry("idx", &format!("{name}.idx")).bytes));
        Self { place: Place::new(whole), is_packed }
    }

    fn file(target: &str) -> String {
        format!("{target}-idx{}-ubyte", if target.ends_with("images") { 3 } else { 1 })
    }

    pub fn read(&self, entry: &Entry, bytes: &[u8]) -> Verdict {
        let name = Self::file(entry.target());
        match self.is_packed {
            true => self.place.put(&name, &packed(bytes)),
            false => self.place.put(&name, bytes),
        };
        opened(self.place.path())
    }
}

/// As `gzip` packs them.
pub fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut packer = GzEncoder::new(Vec::new(), Compression::fast());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

/// A folder of CIFAR-10 batches.
pub struct Cifar(Place);

impl Cifar {
    pub fn new() -> Self {
        let whole = ["data_batch_1", "test_batch"].map(|name| (format!("{name}.bin"), Self::batch()));
        Self(Place::new(whole))
    }

    /// One image.
    fn batch() -> Vec<u8> {
        let mut bytes = vec![7; 3073];
        bytes[1..1000].fill(200);
        bytes
    }

    pub fn read(&self, entry: &Entry, bytes: &[u8]) -> Verdict {
        let name = match entry.target() {
            "names" => "batches.meta.txt",
            "test" => "test_batch.bin",
            _ => "data_batch_1.bin",
        };
        self.0.put(name, bytes);
        opened(self.0.path())
    }
}

/// A NumPy file of images, and one of their labels beside it.
pub struct Npy {
    labelled: Place,
    plain: Place,
}

impl Npy {
    pub fn new() -> Self {
        let images = || ("set.npy".to_owned(), entry("npy", "images.npy").bytes);
        let labels = ("set_labels.npy".to_owned(), entry("npy", "labels.npy").bytes);
        Self { labelled: Place::new([images(), labels]), plain: Place::new([images()]) }
    }

    pub fn read(&self, entry: &Entry, bytes: &[u8]) -> Verdict {
        match entry.target() {
            "labels" => {
                self.labelled.put("set_labels.npy", bytes);
                opened(&self.labelled.path().join("set.npy"))
            }
            _ => opened(&self.plain.put("set.npy", bytes)),
        }
    }
}

/// A NumPy archive.
pub struct Npz(Place);

impl Npz {
    pub fn new() -> Self {
        Self(Place::new([("set.npz".to_owned(), entry("npz", "images.npz").bytes)]))
    }

    pub fn read(&self, bytes: &[u8]) -> Verdict {
        opened(&self.0.put("set.npz", bytes))
    }

    /// An array as the images or the labels of an archive: behind its checksum.
    pub fn read_member(&self, entry: &Entry, bytes: &[u8]) -> Verdict {
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        let whole = [("images", "images.npy"), ("labels", "labels.npy")];
        for (target, name) in whole {
            let options = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
            writer.start_file(format!("{target}.npy"), options).unwrap();
            let bytes = if entry.target() == target { bytes } else { &corpus::entry("npy", name).bytes };
            writer.write_all(bytes).unwrap();
        }
        let read = self.read(&writer.finish().unwrap().into_inner());
        // A member that is not understood is passed over: what must be refused alone need not be here.
        match (read, entry.is_wrong()) {
            (Ok(Read::Whole), true) => Ok(Read::Refused),
            (read, _) => read,
        }
    }
}

/// A folder of two images and one more, and a table that lists the first two.
pub struct Images {
    folder: Place,
    table: Place,
}

impl Images {
    pub fn new() -> Self {
        let good = || entry("images", "a.png").bytes;
        let image = |name: &str| (name.to_owned(), good());
        Self {
            folder: Place::new([image("0.png"), image("2.png"), image("1.png")]),
            table: Place::new([
                image("a.png"),
                image("b.png"),
                ("list.csv".to_owned(), entry("table", "list.csv").bytes),
            ]),
        }
    }

    /// An image among others: what is broken is left out, which the others show.
    pub fn read(&self, entry: &Entry, bytes: &[u8]) -> Verdict {
        self.folder.put("1.png", bytes);
        match load(&Source::path(self.folder.path()), &Progress::default()) {
            Ok(data) => {
                is_whole(&data)?;
                data.notes.iter().try_for_each(|note| sentence(&note.to_string()))?;
                let count = data.train.count() + data.test.count();
                ensure((2..=3).contains(&count), || format!("{count} images of {}", entry.name))?;
                Ok(if count == 3 { Read::Whole } else { Read::Refused })
            }
            Err(error) => Err(format!("refused for one image: {error}")),
        }
    }

    pub fn read_table(&self, bytes: &[u8]) -> Verdict {
        opened(&self.table.put("list.csv", bytes))
    }
}

/// A file of points.
pub struct Points(Place);

impl Points {
    pub fn new() -> Self {
        Self(Place::new([]))
    }

    pub fn read(&self, bytes: &[u8]) -> Verdict {
        let open = |bytes: &[u8]| load(&Source::path(self.0.put("drawn.points", bytes)), &Progress::default());
        let data = match open(bytes) {
            Ok(data) => data,
            Err(error) => return refused(error),
        };
        let counts = [&data.train, &data.test].map(Split::count);
        let lines = bytes.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()).count();
        ensure(counts[0] + counts[1] + 1 == lines, || format!("{counts:?} points of {lines} lines"))?;
        ensure(counts[1] == (lines - 1) / TEST_EVERY, || format!("{counts:?} points"))?;
        let mut next = counts.map(|_| 0);
        let points: Vec<[f32; 2]> = (1..lines)
            .map(|number| {
                let (part, split) = if number % TEST_EVERY == 0 { (1, &data.test) } else { (0, &data.train) };
                next[part] += 1;
                split.image(next[part] - 1).try_into().unwrap()
            })
            .collect();
        let strange = points.iter().flatten().find(|value| !(-1e6..=1e6).contains(*value));
        ensure(strange.is_none(), || format!("{strange:?} among the points"))?;
        let again = open(points_text(&points).as_bytes()).map_err(|error| format!("what is written: {error}"))?;
        ensure(again.id == data.id, || "they are others after they were written".to_owned())?;
        Ok(Read::Whole)
    }
}

fn opened(path: &Path) -> Verdict {
    match load(&Source::path(path.to_owned()), &Progress::default()) {
        Ok(data) => is_whole(&data).map(|()| Read::Whole),
        Err(error) => refused(error),
    }
}

/// What every data set must be.
fn is_whole(data: &Dataset) -> Result<(), String> {
    ensure(data.train.shape() == data.test.shape(), || "two shapes".to_owned())?;
    ensure(data.id.as_str().len() == 64, || format!("an id of {} digits", data.id.as_str().len()))?;
    ensure(data.train.class_names() == data.test.class_names(), || "two lists of classes".to_owned())?;
    [&data.train, &data.test].into_iter().try_for_each(is_whole_split)
}

fn is_whole_split(split: &Split) -> Result<(), String> {
    let (count, classes) = (split.count(), split.class_names().len());
    ensure(count > 0, || "no images".to_owned())?;
    for index in (0..count.min(LOOKED_AT)).chain([count - 1]) {
        let image = split.image(index);
        ensure(image.len() == split.shape().values(), || format!("{} values", image.len()))?;
        let strange = image.iter().find(|value| !(0.0..=1.0).contains(*value));
        ensure(strange.is_none(), || format!("{strange:?} in image {index}"))?;
    }
    let of_none = |index: &usize| match split.class(*index) {
        Some(class) => class >= classes,
        None => classes > 0,
    };
    let strange = (0..count).find(of_none);
    ensure(strange.is_none(), || format!("image {strange:?} is of none of the {classes} classes"))?;
    ensure(split.class(count).is_none(), || "a class too many".to_owned())
}

//! Readers of archives that were downloaded: what is unpacked is what was asked for, whole, in its folder and not too long.

use crate::corpus::Entry;
use crate::data::packed;
use crate::place::Place;
use crate::runner::{Read, Verdict, ensure, refused};
use flate2::Crc;
use latentarium::dataset::Progress;
use latentarium::dataset::download::Packing;
use std::fs;
use std::path::Path;

/// What is kept.
pub const NAMES: [&str; 3] = ["a.bin", "b.bin", "names.txt"];
/// Bytes that an archive may unpack to.
pub const MOST_BYTES: u64 = 1 << 14;
/// The unit of a tar archive.
const BLOCK: usize = 512;

/// A folder of an archive and what it is unpacked to.
pub struct Archives {
    place: Place,
    packing: Packing,
}

impl Archives {
    pub fn of_tar() -> Self {
        Self { place: Place::new([]), packing: Packing::TarGz(&NAMES) }
    }

    pub fn of_zip() -> Self {
        Self { place: Place::new([]), packing: Packing::Zip(&NAMES) }
    }

    /// A tar archive as it is; also one that is packed.
    pub fn read_tar(&self, bytes: &[u8]) -> Verdict {
        // Behind a header that is packed nothing can be compared.
        let is_packed = bytes.starts_with(&[0x1f, 0x8b]);
        self.unpacked(bytes, |file| is_packed || is_in_blocks(bytes, file))
    }

    /// A tar archive whose headers have the sums that they should have, packed: what lies behind both is reached only so.
    pub fn read_packed_tar(&self, entry: &Entry, bytes: &[u8]) -> Verdict {
        let tar = summed(bytes);
        let read = self.unpacked(&packed(&tar), |file| is_in_blocks(&tar, file));
        match (read, entry.is_wrong()) {
            (Ok(Read::Whole), true) => Ok(Read::Refused),
            (read, _) => read,
        }
    }

    /// A zip archive: of all that is unpacked of it the checksum stands in it.
    pub fn read_zip(&self, bytes: &[u8]) -> Verdict {
        self.unpacked(bytes, |file| {
            let mut sum = Crc::new();
            sum.update(file);
            bytes.windows(4).any(|there| there == sum.sum().to_le_bytes())
        })
    }

    fn unpacked(&self, archive: &[u8], is_of_it: impl Fn(&[u8]) -> bool) -> Verdict {
        let path = self.place.put("archive", archive);
        let (here, folder) = (self.place.path(), self.place.path().join("folder"));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir(&folder).unwrap();
        let read = self.packing.unpack(&path, &folder, MOST_BYTES, &Progress::default());
        ensure(names(here) == ["archive", "folder"], || format!("{:?} beside", names(here)))?;
        ensure(fs::read(&path).unwrap() == archive, || "another archive".to_owned())?;
        let found = names(&folder);
        let strange = found.iter().find(|name| {
            !NAMES.contains(&name.as_str()) || !folder.join(name).symlink_metadata().is_ok_and(|data| data.is_file())
        });
        ensure(strange.is_none(), || format!("{strange:?} in the folder"))?;
        let files: Vec<Vec<u8>> = found.iter().map(|name| fs::read(folder.join(name)).unwrap()).collect();
        let bytes: u64 = files.iter().map(|file| file.len() as u64).sum();
        // Of a file that is refused for its length one byte more is written.
        let most = MOST_BYTES + u64::from(read.is_err());
        ensure(bytes <= most, || format!("{bytes} bytes were unpacked"))?;
        match read {
            Err(error) => refused(error),
            Ok(()) => {
                ensure(found == NAMES, || format!("{found:?} alone"))?;
                ensure(files.iter().all(|file| is_of_it(file)), || "a file that is not in the archive".to_owned())?;
                Ok(Read::Whole)
            }
        }
    }
}

/// What lies in a folder, in order.
fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<String> = entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// Whether a file lies in an archive from the beginning of a block on.
fn is_in_blocks(tar: &[u8], file: &[u8]) -> bool {
    (0..=tar.len()).step_by(BLOCK).any(|at| tar[at..].starts_with(file))
}

/// An archive whose headers, as far as they follow one another, have the right sums.
fn summed(tar: &[u8]) -> Vec<u8> {
    let (mut tar, mut at) = (tar.to_vec(), 0);
    while let Some(header) = tar.get_mut(at..at + BLOCK).filter(|header| header.iter().any(|byte| *byte != 0)) {
        sign(header);
        let size = String::from_utf8_lossy(&header[124..136]);
        let size = usize::from_str_radix(size.trim_matches(['\0', ' ']), 8).unwrap_or(0);
        at = at.saturating_add(BLOCK).saturating_add(size.div_ceil(BLOCK).saturating_mul(BLOCK));
    }
    tar
}

/// Puts its sum into a header.
pub fn sign(header: &mut [u8]) {
    header[148..156].fill(b' ');
    let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
    header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
}

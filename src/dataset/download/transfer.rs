//! One file from its address into the cache: resumed where it was cut off, compared with its length and checksum.

use super::mirrors::Wanted;
use super::request::{Answer, FileRequest, Head, Patience};
use crate::dataset::progress::Progress;
use crate::dataset::source::SourceError;
use crate::disk::{FileError, atomic, open_file};
use crate::message::{Message, message};
use crossbeam_channel::RecvTimeoutError;
use sha2::{Digest, Sha256};
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How long a request to cancel is not looked for.
const LOOK: Duration = Duration::from_millis(50);
/// Bytes that are hashed between two looks.
const HASHED: usize = 1 << 20;
/// The longest tag that is kept.
const MOST_TAG: usize = 1000;
/// Connections that are made for one file, even where each gains something.
const MOST_CONNECTIONS: u32 = 200;

/// A file on its way.
pub struct Transfer<'a> {
    /// What it is.
    pub wanted: &'a Wanted,
    /// The folder that it is put into.
    pub folder: &'a Path,
    /// How long is waited.
    pub patience: Patience,
    /// Carries a request to cancel.
    pub progress: &'a Progress,
    /// Is told how many bytes are here.
    pub report: &'a mut dyn FnMut(u64),
}

/// Why one connection did not bring all of it.
enum Trouble {
    /// Trying again may help.
    Cut(Message),
    /// It does not.
    Over(SourceError),
}

impl From<SourceError> for Trouble {
    fn from(error: SourceError) -> Self {
        Self::Over(error)
    }
}

impl Transfer<'_> {
    /// Brings the file, unless it is there. What came stays as `.part` where it is cut off or cancelled, and the next time
    /// it goes on from there.
    ///
    /// # Errors
    /// [`SourceError::Cancelled`], or one sentence that names the address, what was expected and what was found. A file
    /// with another checksum is removed.
    pub fn run(mut self) -> Result<(), SourceError> {
        let whole = self.folder.join(self.wanted.name);
        if whole.metadata().is_ok_and(|data| data.is_file() && data.len() == self.wanted.bytes) {
            (self.report)(self.wanted.bytes);
            return Ok(());
        }
        let (mut failures, mut connections) = (0, 0);
        loop {
            let before = self.here()?;
            if before == self.wanted.bytes {
                break;
            }
            connections += 1;
            let why = match self.connect(before) {
                Ok(()) if self.here()? == self.wanted.bytes => break,
                Ok(()) => message!("{size} bytes: the file is truncated", size = self.here()?),
                Err(Trouble::Cut(why)) => why,
                Err(Trouble::Over(error)) => return Err(error),
            };
            failures = if self.here()? > before { 1 } else { failures + 1 };
            if failures >= self.patience.tries || connections >= MOST_CONNECTIONS {
                return Err(self.refused(why));
            }
            self.pause(self.patience.before_again * failures)?;
        }
        self.check()?;
        fs::rename(self.part(), &whole).map_err(|error| written(&whole, &error))?;
        let _ = fs::remove_file(self.tag_path());
        Ok(())
    }

    /// One connection: asks for what is missing, and appends what comes.
    fn connect(&mut self, before: u64) -> Result<(), Trouble> {
        let tag = if before > 0 { self.tag() } else { None };
        let request = FileRequest { address: self.wanted.address.clone(), from: before, tag };
        let no_thread = |error| SourceError::io(Path::new(&self.wanted.address), error);
        let answers = request.send(self.patience).map_err(no_thread)?;
        let (mut file, mut here) = (None, before);
        let mut last = Instant::now();
        loop {
            self.look()?;
            let answer = match answers.recv_timeout(LOOK) {
                Ok(answer) => answer,
                Err(RecvTimeoutError::Timeout) if last.elapsed() > self.longest_silence(file.is_none()) => {
                    let seconds = last.elapsed().as_secs_f32();
                    return Err(Trouble::Cut(message!("no answer for {seconds} s", seconds = format!("{seconds:.0}"))));
                }
                Err(RecvTimeoutError::Timeout) => continue,
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(Trouble::Cut(message!("a request that ended by a fault of the program")));
                }
            };
            last = Instant::now();
            match (answer, &mut file) {
                (Answer::Head(head), _) => {
                    here = self.begins(&head, before)?;
                    file = Some(self.open_part(here, head.tag)?);
                    (self.report)(here);
                }
                (Answer::Piece(piece), Some(file)) => {
                    here += piece.len() as u64;
                    if here > self.wanted.bytes {
                        self.remove_part();
                        return Err(self.refused(message!("more")).into());
                    }
                    file.write_all(&piece).map_err(|error| written(&self.part(), &error))?;
                    (self.report)(here);
                }
                (Answer::Cut(why), _) => return Err(Trouble::Cut(why)),
                (Answer::Refused(why), _) => return Err(self.refused(why).into()),
                (Answer::End, Some(file)) => {
                    file.sync_all().map_err(|error| written(&self.part(), &error))?;
                    return Ok(());
                }
                (Answer::Piece(_) | Answer::End, None) => return Ok(()),
            }
        }
    }

    /// A connection may take its own time before the first answer.
    fn longest_silence(&self, before_head: bool) -> Duration {
        let Patience { connect, silence, .. } = self.patience;
        if before_head { connect + connect + silence } else { silence }
    }

    /// From which byte on an answer is, by its head.
    fn begins(&self, head: &Head, before: u64) -> Result<u64, Trouble> {
        let from = match (head.status, head.range) {
            (206, Some((from, whole))) if from == before && whole.is_none_or(|whole| whole == self.wanted.bytes) => {
                from
            }
            (206, Some((_, Some(whole)))) if whole != self.wanted.bytes => {
                return Err(self.refused(message!("a server that announces {size} bytes", size = whole)).into());
            }
            (206 | 416, _) => {
                self.remove_part();
                return Err(Trouble::Cut(message!("another part of the file than was asked for")));
            }
            // The server knows no parts, or has another file by now: from the beginning.
            _ => 0,
        };
        match head.length {
            Some(length) if length != self.wanted.bytes - from => Err(self
                .refused(message!("a server that announces {size} bytes", size = from.saturating_add(length)))
                .into()),
            _ => Ok(from),
        }
    }

    /// The file that what comes is appended to, behind `here` bytes.
    fn open_part(&self, here: u64, tag: Option<String>) -> Result<File, SourceError> {
        let path = self.part();
        let opened = OpenOptions::new().create(true).append(true).open(&path);
        let file = opened.and_then(|file| file.set_len(here).map(|()| file)).map_err(|error| written(&path, &error))?;
        if here == 0 {
            let _ = fs::remove_file(self.tag_path());
        }
        if let Some(tag) = tag.filter(|tag| tag.len() <= MOST_TAG) {
            atomic::write(&self.tag_path(), tag.as_bytes()).map_err(|error| written(&self.tag_path(), &error))?;
        }
        Ok(file)
    }

    /// Bytes that are here. A part that is longer than the file may be is none of it.
    fn here(&self) -> Result<u64, SourceError> {
        let path = self.part();
        match path.symlink_metadata() {
            Ok(data) if data.is_file() && data.len() <= self.wanted.bytes => Ok(data.len()),
            Ok(data) if data.is_file() => {
                self.remove_part();
                Ok(0)
            }
            Ok(_) => Err(SourceError::unexpected(&path, message!("a file"), crate::disk::kind_at(&path))),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(0),
            Err(error) => Err(SourceError::io(&path, error)),
        }
    }

    /// Compares the checksum of what came.
    fn check(&self) -> Result<(), SourceError> {
        let path = self.part();
        let (mut file, _) =
            open_file(&path).map_err(|error| SourceError::unexpected(&path, error.expected, error.found))?;
        let (mut hash, mut buffer) = (Sha256::new(), vec![0; HASHED]);
        loop {
            self.look()?;
            match file.read(&mut buffer) {
                Ok(0) => break,
                Ok(count) => hash.update(buffer.get(..count).unwrap_or_default()),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(SourceError::io(&path, error)),
            }
        }
        let found: String = hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        if found == self.wanted.sha256 {
            return Ok(());
        }
        self.remove_part();
        Err(SourceError::unexpected(
            Path::new(&self.wanted.address),
            message!("a file with SHA-256 {sum}", sum = self.wanted.sha256),
            message!("one with {sum}; it was removed", sum = found),
        ))
    }

    fn pause(&self, time: Duration) -> Result<(), SourceError> {
        let began = Instant::now();
        while began.elapsed() < time {
            self.look()?;
            std::thread::sleep(LOOK.min(time));
        }
        Ok(())
    }

    fn look(&self) -> Result<(), SourceError> {
        match self.progress.is_cancelled() {
            true => Err(SourceError::Cancelled(PathBuf::from(&self.wanted.address))),
            false => Ok(()),
        }
    }

    fn refused(&self, found: Message) -> SourceError {
        let expected = message!("a file of {size} bytes", size = self.wanted.bytes);
        SourceError::unexpected(Path::new(&self.wanted.address), expected, found)
    }

    /// What told the file from any other when its first bytes came.
    fn tag(&self) -> Option<String> {
        String::from_utf8(crate::disk::read_file(&self.tag_path(), MOST_TAG as u64).ok()?).ok()
    }

    fn remove_part(&self) {
        let _ = fs::remove_file(self.part());
        let _ = fs::remove_file(self.tag_path());
    }

    fn part(&self) -> PathBuf {
        self.folder.join(format!("{}.part", self.wanted.name))
    }

    fn tag_path(&self) -> PathBuf {
        self.folder.join(format!("{}.tag", self.wanted.name))
    }
}

/// A refusal of the file system to write.
pub fn written(path: &Path, error: &io::Error) -> SourceError {
    let FileError { expected, found, .. } = FileError::written(error);
    SourceError::unexpected(path, expected, found)
}

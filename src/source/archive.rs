//! Reads a zip archive in place, without unpacking it to disk.
//!
//! An archive that two programs may read differently is refused. Stated sizes are upper limits while a file is read.
//! Names that leave the archive, or that are the same on some systems, are refused before anything is read.

mod records;

use std::hash::{BuildHasher, RandomState};
use std::io::{self, BufReader, Read, Seek, SeekFrom, Take};
use std::sync::{Arc, Mutex};

use flate2::CrcReader;
use flate2::bufread::DeflateDecoder;
use records::{List, Record, Window};

use super::{
    Entry, Kind, MAX_ENTRIES, PathText, refused, same_file_on_some_systems, share_last, unreadable, with_folders,
    within_budget,
};

/// Most nested folders.
const MAX_DEPTH: usize = 100;

/// Longest path in bytes, which is also the limit of Linux.
pub(super) const LONGEST_PATH: usize = 4095;

/// Highest ratio of the size of a file to its compressed size, if the file is larger than [`LARGE`].
pub(super) const MAX_RATIO: u64 = 1100;

/// Highest ratio of the sizes of all files together to the size of the archive, if they are larger than
/// [`LARGE_ALTOGETHER`]. Logs are compressed to a tenth.
const MAX_RATIO_ALTOGETHER: u64 = 200;

/// Bytes of all files together that are always read.
const LARGE_ALTOGETHER: u64 = 1 << 30;

/// Size in bytes above which the compression ratio is limited.
pub(super) const LARGE: u64 = 64 << 20;

/// Bytes that are read at a time while the archive is listed.
const AHEAD: usize = 32 << 10;

/// Compression methods.
const STORED: u16 = 0;
const DEFLATED: u16 = 8;

/// The source of an archive's bytes: a file, or memory.
pub trait Bytes: Read + Seek + Send {}

impl<T: Read + Seek + Send> Bytes for T {}

/// A zip archive that several threads can read.
pub struct Archive {
    file: Shared,
    list: List,
    layout: Layout,
    state: RandomState,
    /// Positions in the file list, sorted by a hash of the path.
    places: Vec<(u32, u32)>,
}

impl Archive {
    /// Lists an archive.
    pub fn open(mut file: impl Bytes + 'static) -> io::Result<(Self, Vec<Entry>)> {
        let length = file.seek(SeekFrom::End(0))?;
        let beginning = beginning(&mut file)?;
        let file = Shared { file: Arc::new(Mutex::new(file)), position: 0, length };
        let window = || Window::new(file.clone(), length, AHEAD);
        let (mut records, mut files) = (window(), window());
        let list = List::find(&mut records)?.ok_or_else(|| not_a_zip_archive(&beginning))?;
        if list.count > MAX_ENTRIES as u64 {
            return Err(refused(format!("the archive has {} entries; at most {MAX_ENTRIES} allowed", list.count)));
        }
        let mut entries: Vec<Entry> = Vec::new();
        let mut places: Vec<(u32, u32)> = Vec::new();
        list.for_each(&mut records, &mut files, |record, place| {
            places.push((0, place));
            entries.push(entry(record));
            share_last(&mut entries);
        })?;
        let layout = Layout::detect(&entries);
        let state = RandomState::new();
        let places_of = places.chunks_mut(PathText::SHARED);
        for (entries, places) in entries.chunks_mut(PathText::SHARED).zip(places_of) {
            for (entry, (hash, _)) in entries.iter_mut().zip(places) {
                // The folder that contains everything gets an empty path and is dropped below.
                entry.path = layout.path_of(&entry.path).unwrap_or_default().into();
                *hash = short_hash(&state, &entry.path);
                if !entry.path.is_empty() {
                    check_name(&entry.path)?;
                }
            }
            PathText::share(entries.iter_mut().map(|entry| &mut entry.path));
        }
        places.sort_unstable();
        let mut entries = listed(entries)?;
        limit(&mut entries, length.saturating_mul(MAX_RATIO_ALTOGETHER).max(LARGE_ALTOGETHER));
        Ok((Self { file, list, layout, state, places }, entries))
    }

    /// Returns a window that reads single records.
    fn window(&self) -> Window<Shared> {
        Window::new(self.file.clone(), self.file.length, 0)
    }

    /// Reads the record of a file from the file list.
    fn record(&self, path: &str) -> io::Result<Record> {
        let hash = short_hash(&self.state, path);
        let mut window = self.window();
        let first = self.places.partition_point(|(other, _)| *other < hash);
        for (_, place) in self.places[first..].iter().take_while(|(other, _)| *other == hash) {
            let record = self.list.read(&mut window, *place)?;
            if self.layout.path_of(&record.name).as_deref() == Some(path) {
                return Ok(record);
            }
        }
        Err(io::ErrorKind::NotFound.into())
    }

    /// Passes a file to `take` as a stream. Reading fails if size or checksum are not those of the file list.
    pub fn stream<T>(&self, path: &str, size: u64, take: impl FnOnce(&mut dyn Read) -> io::Result<T>) -> io::Result<T> {
        let record = self.record(path)?;
        let position = records::data_of(&mut self.window(), &record)?;
        let packed = BufReader::new(Shared { position, ..self.file.clone() }.take(record.packed));
        let file = match record.method {
            DEFLATED => Packed::Deflated(Box::new(DeflateDecoder::new(packed))),
            _ => Packed::Stored(packed),
        };
        take(&mut CheckedReader { file: CrcReader::new(file), left: size, size, record })
    }
}

/// Makes files unreadable that exceed a budget of bytes of all files, which is divided among the submitters: the second
/// folders, as in `closed/ExampleCo`.
fn limit(entries: &mut [Entry], most: u64) {
    let owner = |path: &'_ str| path.match_indices('/').nth(1).map_or(path.len(), |(end, _)| end);
    let parts: Vec<_> =
        entries.iter().map(|entry| (&entry.path[..owner(&entry.path)], entry.size().unwrap_or(0))).collect();
    let within = within_budget(&parts, most);
    let all = parts.iter().fold(0, |sum: u64, (_, size)| sum.saturating_add(*size));
    for (entry, _) in entries.iter_mut().zip(within).filter(|(entry, within)| entry.size().is_some() && !within) {
        let share = &entry.path[..owner(&entry.path)];
        let why = format!(
            "the files of the archive have {all} bytes unpacked, expected at most {most}, and this one exceeds the share of \
             `{share}`"
        );
        entry.kind = unreadable(why);
    }
}

/// The contents of a file, while they are decompressed.
enum Packed {
    Stored(BufReader<Take<Shared>>),
    Deflated(Box<DeflateDecoder<BufReader<Take<Shared>>>>),
}

impl Read for Packed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Stored(file) => file.read(buffer),
            Self::Deflated(file) => file.read(buffer),
        }
    }
}

/// Returns a hash of a path. It is seeded at random, so that no archive can force collisions.
fn short_hash(state: &RandomState, path: &str) -> u32 {
    u32::try_from(state.hash_one(path) >> 32).unwrap_or(0)
}

/// Turns a record of the file list into an entry. Its path is still the raw name.
fn entry(record: Record) -> Entry {
    let ratio = record.size / record.packed.max(1);
    let kind = if record.is_link {
        Kind::Link
    } else if record.name.ends_with(['/', '\\']) {
        Kind::Folder
    } else if record.is_encrypted() {
        unreadable("it is encrypted".to_owned())
    } else if ![STORED, DEFLATED].contains(&record.method) {
        unreadable(format!("it is compressed with method {}; expected 8 (deflate)", record.method))
    } else if record.size > LARGE && ratio > MAX_RATIO {
        unreadable(format!("its stated size is {ratio} times its compressed size"))
    } else {
        Kind::File(record.size)
    };
    Entry { path: record.name.into(), kind }
}

/// Reads a file, and fails if its size or its checksum are not the stated ones.
struct CheckedReader {
    file: CrcReader<Packed>,
    left: u64,
    size: u64,
    record: Record,
}

impl Read for CheckedReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(buffer)?;
        let claimed = self.size;
        if count == 0 && !buffer.is_empty() {
            if self.left > 0 {
                return Err(refused(format!("it has fewer than the stated {claimed} bytes")));
            }
            if self.file.crc().sum() != self.record.crc {
                return Err(refused("its checksum is not the one that the archive states".to_owned()));
            }
            if let Packed::Deflated(file) = self.file.get_ref()
                && file.total_in() != self.record.packed
            {
                return Err(refused("there is extra data after it in the archive".to_owned()));
            }
        }
        self.left = self
            .left
            .checked_sub(count as u64)
            .ok_or_else(|| refused(format!("it has more than the stated {claimed} bytes")))?;
        Ok(count)
    }
}

/// How names in the archive map to paths in the submission.
pub(super) struct Layout {
    /// Whether backslashes separate folders, as some Windows programs write them.
    backslashes: bool,
    /// The one folder that contains everything, with its slash; empty if there is none.
    around: String,
}

impl Layout {
    pub(super) fn detect(entries: &[Entry]) -> Self {
        let holds = |sign: char| entries.iter().any(|entry| entry.path.contains(sign));
        let backslashes = holds('\\') && !holds('/');
        let slash = if backslashes { '\\' } else { '/' };
        let first = entries.first().and_then(|entry| entry.path.split_once(slash)).map_or("", |(first, _)| first);
        let below = |entry: &Entry| Some(entry.path.strip_prefix(first)?.strip_prefix(slash)?.to_owned());
        let is_division = |path: &str| {
            ["closed", "open"].iter().any(|name| path.strip_prefix(name).is_some_and(|rest| rest.starts_with(slash)))
        };
        let is_around = !first.is_empty()
            && !["closed", "open", ".", ".."].contains(&first)
            && entries.iter().all(|entry| below(entry).is_some())
            && entries.iter().filter_map(below).any(|path| is_division(&path));
        Self { backslashes, around: if is_around { format!("{first}/") } else { String::new() } }
    }

    /// Returns the path of an entry in the submission; `None` for the folder that contains everything.
    pub(super) fn path_of(&self, name: &str) -> Option<String> {
        let name = if self.backslashes { name.replace('\\', "/") } else { name.to_owned() };
        let path = name.strip_prefix(&self.around)?.trim_end_matches('/');
        (!path.is_empty()).then(|| path.to_owned())
    }
}

/// Returns the entries of an archive with all their folders, without the one that contains everything, whose path is empty.
/// Refuses names that are the same file on some systems.
pub(super) fn listed(mut entries: Vec<Entry>) -> io::Result<Vec<Entry>> {
    entries.retain(|entry| !entry.path.is_empty());
    let entries = with_folders(entries)?;
    if let Some((one, other)) = same_file_on_some_systems(&entries) {
        return Err(refused(format!(
            "the archive contains `{}` and `{}`, which are the same file on some systems; rename one of them",
            one.path, other.path
        )));
    }
    Ok(entries)
}

/// Reads the first bytes of a file.
fn beginning(file: &mut impl Bytes) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    file.take(4).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Returns the error for a file that is not a zip archive: what it is, and what to do.
fn not_a_zip_archive(beginning: &[u8]) -> io::Error {
    refused(
        match beginning {
            [0x1F, 0x8B, ..] => {
                "this is a gzip archive, which is not read here: unpack it and give the folder, or make a zip"
            }
            [b'P', b'K', 3, 4] => "the zip archive is cut off: the file list at its end is missing; copy it again",
            [b'7', b'z', ..] | [b'R', b'a', b'r', ..] | [0xFD, b'7', ..] | [b'B', b'Z', ..] => {
                "this archive is not a zip archive, nor a tar archive: unpack it and give the folder"
            }
            _ => "this is neither a folder nor an archive that can be read",
        }
        .to_owned(),
    )
}

/// Checks that a name is relative, stays inside the root, and means the same on every system.
pub(super) fn check_name(path: &str) -> io::Result<()> {
    let drive = path.as_bytes().get(1) == Some(&b':');
    let parts_ok = !path.is_empty() && path.split('/').all(|part| !["", ".", ".."].contains(&part));
    if path.contains(['\\', '\0']) || drive || !parts_ok {
        return Err(refused(format!("the archive has `{}`, which is not a path below its root", path.escape_debug())));
    }
    // Some programs leave out control characters, and a version after a semicolon, as VMS writes it.
    let version = path.rsplit_once(';').is_some_and(|(_, version)| version.bytes().all(|byte| byte.is_ascii_digit()));
    if version || path.contains(char::is_control) {
        return Err(refused(format!(
            "the archive has `{}`, a name that some programs change; rename it",
            path.escape_debug()
        )));
    }
    if path.len() > LONGEST_PATH || path.matches('/').count() > MAX_DEPTH {
        let shown = crate::parse::text::shown(path.as_bytes());
        return Err(refused(format!(
            "the path `{shown}` in the archive is too long: up to {LONGEST_PATH} bytes and {MAX_DEPTH} folders allowed"
        )));
    }
    Ok(())
}

/// A handle of the shared file, with its own position.
#[derive(Clone)]
struct Shared {
    file: Arc<Mutex<dyn Bytes>>,
    position: u64,
    length: u64,
}

impl Read for Shared {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let mut file = self.file.lock().map_err(|_| io::Error::other("another thread failed while reading"))?;
        file.seek(SeekFrom::Start(self.position))?;
        let read = file.read(buffer)?;
        self.position += read as u64;
        Ok(read)
    }
}

impl Seek for Shared {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        let position = match to {
            SeekFrom::Start(position) => Some(position),
            SeekFrom::End(offset) => self.length.checked_add_signed(offset),
            SeekFrom::Current(offset) => self.position.checked_add_signed(offset),
        };
        self.position = position.ok_or_else(|| io::Error::from(io::ErrorKind::InvalidInput))?;
        Ok(self.position)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_outside_the_root_are_refused() {
        for name in ["../x", "/etc/passwd", "a//b", "a/./b", "C:/x", "a\\b", "", "a/.."] {
            assert!(check_name(name).is_err(), "{name}");
        }
        assert!(check_name("closed/A b/x..y").is_ok());
    }
}

//! Reading a zip archive in place. Nothing is ever unpacked, and nothing in the archive is believed: what two programs may
//! read differently is not read at all, sizes are limits that reading holds, names that lead out of the archive or stand for
//! two files end the reading before it begins.

mod records;

use std::hash::{BuildHasher, RandomState};
use std::io::{self, BufReader, Read, Seek, SeekFrom, Take};
use std::sync::{Arc, Mutex};

use flate2::CrcReader;
use flate2::bufread::DeflateDecoder;
use records::{List, Record, Window};

use super::{Entry, Kind, MAX_ENTRIES, PathText, one_elsewhere, refused, share_last, unreadable, with_folders};

/// Most folders that may lie in each other.
const MAX_DEPTH: usize = 100;

/// Longest path in bytes; Linux takes no longer one.
const LONGEST_PATH: usize = 4095;

/// How many times larger than packed a file may be, once it is larger than [`LARGE`].
const MAX_RATIO: u64 = 1100;

/// Bytes above which the ratio matters.
const LARGE: u64 = 64 << 20;

/// Bytes that are read at once while the archive is listed.
const AHEAD: usize = 32 << 10;

/// Ways of packing.
const STORED: u16 = 0;
const DEFLATED: u16 = 8;

/// Where the bytes of an archive are: a file, or memory.
pub trait Bytes: Read + Seek + Send {}

impl<T: Read + Seek + Send> Bytes for T {}

/// An archive that many threads may read.
pub struct Archive {
    file: Shared,
    list: List,
    layout: Layout,
    state: RandomState,
    /// Where in the list the files stand, by a hash of their path.
    places: Vec<(u32, u32)>,
}

impl Archive {
    /// Lists an archive.
    pub fn of(mut file: impl Bytes + 'static) -> io::Result<(Self, Vec<Entry>)> {
        let length = file.seek(SeekFrom::End(0))?;
        let beginning = beginning(&mut file)?;
        let file = Shared { file: Arc::new(Mutex::new(file)), position: 0, length };
        let window = || Window::of(file.clone(), length, AHEAD);
        let (mut listed, mut files) = (window(), window());
        let list = List::find(&mut listed)?.ok_or_else(|| explained(&beginning))?;
        if list.count > MAX_ENTRIES as u64 {
            return Err(refused(format!("the archive has {} entries, expected at most {MAX_ENTRIES}", list.count)));
        }
        let mut entries: Vec<Entry> = Vec::new();
        let mut places: Vec<(u32, u32)> = Vec::new();
        list.for_each(&mut listed, &mut files, |record, place| {
            places.push((0, place));
            entries.push(entry(record));
            share_last(&mut entries);
        })?;
        let layout = Layout::of(&entries);
        let state = RandomState::new();
        let places_of = places.chunks_mut(PathText::SHARED);
        for (entries, places) in entries.chunks_mut(PathText::SHARED).zip(places_of) {
            for (entry, (hash, _)) in entries.iter_mut().zip(places) {
                // The folder around everything has no path.
                entry.path = layout.path_of(&entry.path).unwrap_or_default().into();
                *hash = short_hash(&state, &entry.path);
                if !entry.path.is_empty() {
                    check_name(&entry.path)?;
                }
            }
            PathText::share(entries.iter_mut().map(|entry| &mut entry.path));
        }
        places.sort_unstable();
        entries.retain(|entry| !entry.path.is_empty());
        let entries = with_folders(entries)?;
        if let Some((one, other)) = one_elsewhere(&entries) {
            return Err(refused(format!(
                "the archive holds `{}` and `{}`, which are one on some systems; rename one of them",
                one.path, other.path
            )));
        }
        Ok((Self { file, list, layout, state, places }, entries))
    }

    /// The archive for a look at a single place.
    fn window(&self) -> Window<Shared> {
        Window::of(self.file.clone(), self.file.length, 0)
    }

    /// The record of a file.
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

    /// Hands a file over as a stream; it must have the size and the check sum it claims.
    pub fn stream<T>(&self, path: &str, size: u64, take: impl FnOnce(&mut dyn Read) -> io::Result<T>) -> io::Result<T> {
        let record = self.record(path)?;
        let position = records::data_of(&mut self.window(), &record)?;
        let packed = BufReader::new(Shared { position, ..self.file.clone() }.take(record.packed));
        let file = match record.method {
            DEFLATED => Packed::Deflated(Box::new(DeflateDecoder::new(packed))),
            _ => Packed::Stored(packed),
        };
        take(&mut Measured { file: CrcReader::new(file), left: size, size, record })
    }
}

/// The bytes of a file, taken out of the archive.
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

/// A hash of a path that nobody can foresee, so that no archive can make them collide.
fn short_hash(state: &RandomState, path: &str) -> u32 {
    u32::try_from(state.hash_one(path) >> 32).unwrap_or(0)
}

/// A file as the archive lists it, by its name.
fn entry(record: Record) -> Entry {
    let ratio = record.size / record.packed.max(1);
    let kind = if record.is_link {
        Kind::Link
    } else if record.name.ends_with(['/', '\\']) {
        Kind::Folder
    } else if record.is_encrypted() {
        unreadable("it is encrypted".to_owned())
    } else if ![STORED, DEFLATED].contains(&record.method) {
        unreadable(format!("it is packed by method {}, expected 8, deflate", record.method))
    } else if record.size > LARGE && ratio > MAX_RATIO {
        unreadable(format!("it claims to be {ratio} times larger than packed"))
    } else {
        Kind::File(record.size)
    };
    Entry { path: record.name.into(), kind }
}

/// A file that fails where it ends before or goes on after the size it claims, or has another check sum.
struct Measured {
    file: CrcReader<Packed>,
    left: u64,
    size: u64,
    record: Record,
}

impl Read for Measured {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(buffer)?;
        let claimed = self.size;
        if count == 0 && !buffer.is_empty() {
            if self.left > 0 {
                return Err(refused(format!("it claims {claimed} bytes and has less")));
            }
            if self.file.crc().sum() != self.record.crc {
                return Err(refused("its check sum is another than the archive says".to_owned()));
            }
            if let Packed::Deflated(file) = self.file.get_ref()
                && file.total_in() != self.record.packed
            {
                return Err(refused("something stands behind it in the archive".to_owned()));
            }
        }
        self.left = self
            .left
            .checked_sub(count as u64)
            .ok_or_else(|| refused(format!("it claims {claimed} bytes and has more")))?;
        Ok(count)
    }
}

/// How the names of an archive lead to a submission.
struct Layout {
    /// Whether folders are set apart by backslashes, as some programs on Windows do.
    backslashes: bool,
    /// The one folder around everything, with its slash; empty if there is none.
    around: String,
}

impl Layout {
    fn of(entries: &[Entry]) -> Self {
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

    /// The path of an entry in the submission; `None` for the folder around everything.
    fn path_of(&self, name: &str) -> Option<String> {
        let name = if self.backslashes { name.replace('\\', "/") } else { name.to_owned() };
        let path = name.strip_prefix(&self.around)?.trim_end_matches('/');
        (!path.is_empty()).then(|| path.to_owned())
    }
}

/// The first bytes of a file.
fn beginning(file: &mut impl Bytes) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(0))?;
    file.take(4).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// What a file that is no zip archive is, and what to do.
fn explained(beginning: &[u8]) -> io::Error {
    refused(
        match beginning {
            [0x1F, 0x8B, ..] => "this is a gzip archive (.tar.gz): unpack it and name the folder, or make a zip",
            [b'P', b'K', 3, 4] => {
                "the zip archive is cut off: the list of its files, which stands at its end, is missing; copy it again"
            }
            [b'7', b'z', ..] | [b'R', b'a', b'r', ..] | [0xFD, b'7', ..] | [b'B', b'Z', ..] => {
                "this is an archive of another kind than zip: unpack it and name the folder"
            }
            _ => "this is neither a folder nor a zip archive",
        }
        .to_owned(),
    )
}

/// Names are relative, go down only, and mean the same on every system.
fn check_name(path: &str) -> io::Result<()> {
    let drive = path.as_bytes().get(1) == Some(&b':');
    let parts_ok = !path.is_empty() && path.split('/').all(|part| !["", ".", ".."].contains(&part));
    if path.contains(['\\', '\0']) || drive || !parts_ok {
        return Err(refused(format!("the archive holds `{}`, which is no name below its root", path.escape_debug())));
    }
    if path.len() > LONGEST_PATH || path.matches('/').count() > MAX_DEPTH {
        let shown = crate::parse::text::shown(path.as_bytes());
        return Err(refused(format!(
            "the path `{shown}` of the archive is too long: expected at most {LONGEST_PATH} bytes and {MAX_DEPTH} folders"
        )));
    }
    Ok(())
}

/// One open file with a position of one's own.
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
    fn names_go_down_only() {
        for name in ["../x", "/etc/passwd", "a//b", "a/./b", "C:/x", "a\\b", "", "a/.."] {
            assert!(check_name(name).is_err(), "{name}");
        }
        assert!(check_name("closed/A b/x..y").is_ok());
    }
}

//! Reading a zip archive in place. Nothing is ever unpacked, and nothing in the archive is believed: sizes are limits
//! that reading holds, names that lead out of the archive or stand for two files end the reading before it begins.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::sync::{Arc, Mutex};

use zip::ZipArchive;
use zip::result::ZipError;

use super::{Entry, Kind};

/// Most entries an archive may have.
const MAX_ENTRIES: usize = 1_000_000;

/// How many times larger than packed a file may be, once it is larger than [`LARGE`].
const MAX_RATIO: u64 = 1100;

/// Bytes above which the ratio matters.
const LARGE: u64 = 64 << 20;

/// An archive that many threads may read.
pub struct Archive {
    archive: ZipArchive<Shared>,
    index: BTreeMap<String, usize>,
}

impl Archive {
    /// Lists an archive.
    pub fn of(file: File) -> io::Result<(Self, Vec<Entry>)> {
        let length = file.metadata()?.len();
        let beginning = beginning(&file)?;
        let shared = Shared { file: Arc::new(Mutex::new(file)), position: 0, length };
        let mut archive = ZipArchive::new(shared).map_err(|error| explained(&beginning, error))?;
        if archive.len() > MAX_ENTRIES {
            return Err(refused(format!("the archive has {} entries, expected at most {MAX_ENTRIES}", archive.len())));
        }
        if archive.has_duplicate_names() {
            return Err(refused("the archive holds two files of one name".to_owned()));
        }
        if archive.has_overlapping_files()? {
            return Err(refused("files of the archive overlap each other".to_owned()));
        }
        let layout = Layout::of(archive.file_names().filter_map(|name| Some(name.ok()?.into_owned())).collect());
        let (mut index, mut entries) = (BTreeMap::new(), BTreeMap::new());
        for number in 0..archive.len() {
            let file = archive.by_index_raw(number)?;
            let name =
                file.name().map_err(|_| refused("the archive holds a name that is no text".to_owned()))?.into_owned();
            let Some(path) = layout.path_of(&name) else { continue };
            check_name(&path)?;
            let ratio = file.size() / file.compressed_size().max(1);
            let kind = if file.is_symlink() {
                Kind::Link
            } else if file.is_dir() {
                Kind::Folder
            } else if file.encrypted() {
                Kind::Unreadable("it is encrypted".to_owned())
            } else if file.size() > LARGE && ratio > MAX_RATIO {
                Kind::Unreadable(format!("it claims to be {ratio} times larger than packed"))
            } else {
                Kind::File(file.size())
            };
            for folder in parents(&path) {
                entries.entry(folder.to_owned()).or_insert(Kind::Folder);
            }
            if entries.insert(path.clone(), kind).is_some_and(|before| before != Kind::Folder) {
                return Err(refused(format!("the archive holds `{path}` twice")));
            }
            index.insert(path, number);
        }
        let files: BTreeSet<&String> =
            entries.iter().filter(|(_, kind)| **kind != Kind::Folder).map(|(path, _)| path).collect();
        if let Some(path) = files.iter().find(|path| parents(path).any(|folder| files.contains(&folder.to_owned()))) {
            return Err(refused(format!("`{path}` lies in a file")));
        }
        let mut entries: Vec<Entry> =
            entries.into_iter().map(|(path, kind)| Entry { path, kind, real: None }).collect();
        entries.sort_by(|a, b| a.path.cmp(&b.path));
        Ok((Self { archive, index }, entries))
    }

    /// Hands a file over as a stream; it must have the size it claims.
    pub fn stream<T>(&self, path: &str, size: u64, take: impl FnOnce(&mut dyn Read) -> io::Result<T>) -> io::Result<T> {
        let number = *self.index.get(path).ok_or_else(|| io::Error::from(io::ErrorKind::NotFound))?;
        let mut archive = self.archive.clone();
        take(&mut Measured { file: archive.by_index(number)?, left: size, size })
    }
}

/// A file that fails where it ends before or goes on after the size it claims.
struct Measured<R> {
    file: R,
    left: u64,
    size: u64,
}

impl<R: Read> Read for Measured<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.file.read(buffer)?;
        let claimed = self.size;
        if count == 0 && self.left > 0 && !buffer.is_empty() {
            return Err(refused(format!("it claims {claimed} bytes and has less")));
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
    fn of(mut names: Vec<String>) -> Self {
        let backslashes = names.iter().any(|name| name.contains('\\')) && !names.iter().any(|name| name.contains('/'));
        if backslashes {
            names = names.iter().map(|name| name.replace('\\', "/")).collect();
        }
        let first = names.first().and_then(|name| name.split_once('/')).map_or("", |(first, _)| first);
        let around = format!("{first}/");
        let is_around = !first.is_empty()
            && !["closed", "open", ".", ".."].contains(&first)
            && names.iter().all(|name| name.starts_with(&around))
            && ["closed/", "open/"]
                .iter()
                .any(|division| names.iter().any(|name| name[around.len()..].starts_with(division)));
        Self { backslashes, around: if is_around { around } else { String::new() } }
    }

    /// The path of an entry in the submission; `None` for the folder around everything.
    fn path_of(&self, name: &str) -> Option<String> {
        let name = if self.backslashes { name.replace('\\', "/") } else { name.to_owned() };
        let path = name.strip_prefix(&self.around)?.trim_end_matches('/');
        (!path.is_empty()).then(|| path.to_owned())
    }
}

/// The first bytes of a file.
fn beginning(mut file: &File) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    file.take(4).read_to_end(&mut bytes)?;
    file.seek(SeekFrom::Start(0))?;
    Ok(bytes)
}

/// What a file that is no zip archive is, and what to do.
fn explained(beginning: &[u8], error: ZipError) -> io::Error {
    match beginning {
        [0x1F, 0x8B, ..] => {
            refused("this is a gzip archive (.tar.gz): unpack it and name the folder, or make a zip".to_owned())
        }
        [b'P', b'K', 3, 4] => refused(
            "the zip archive is cut off: the list of its files, which stands at its end, is missing; copy it again"
                .to_owned(),
        ),
        [b'7', b'z', ..] | [b'R', b'a', b'r', ..] | [0xFD, b'7', ..] | [b'B', b'Z', ..] => {
            refused("this is an archive of another kind than zip: unpack it and name the folder".to_owned())
        }
        _ => error.into(),
    }
}

fn refused(message: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, message)
}

/// Names are relative, go down only, and mean the same on every system.
fn check_name(path: &str) -> io::Result<()> {
    let drive = path.as_bytes().get(1) == Some(&b':');
    let parts_ok = !path.is_empty() && path.split('/').all(|part| !["", ".", ".."].contains(&part));
    if path.contains(['\\', '\0']) || drive || !parts_ok {
        return Err(refused(format!("the archive holds `{}`, which is no name below its root", path.escape_debug())));
    }
    Ok(())
}

/// The folders around a path, outermost first.
fn parents(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').map(|(at, _)| &path[..at])
}

/// One open file with a position of one's own.
#[derive(Clone)]
struct Shared {
    file: Arc<Mutex<File>>,
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

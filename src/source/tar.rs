//! Reads a tar archive, plain or compressed with gzip. It is decompressed once, into a temporary file without a name, and its
//! files are read from there.
//!
//! The rules are those of zip archives: names stay below the root and are the same file on no system, a path occurs once,
//! and what is unpacked is limited before it is written.

mod records;

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::sync::{Arc, Mutex};

use flate2::bufread::MultiGzDecoder;
use tar::EntryType;

use self::records::Records;
use super::archive::{LARGE, LONGEST_PATH, Layout, MAX_RATIO, check_name, listed};
use super::{Entry, Held, Kind, MAX_ENTRIES, Source, Tree, refused, unreadable};

/// Most bytes that an archive is unpacked to.
const MOST: u64 = 4 << 30;
/// Place of the mark of a tar archive.
const MARK: (usize, &[u8]) = (257, b"ustar");

/// A file in the archive: its first byte, and its size.
type Place = (u64, u64);

/// Whether the beginning of a file, 512 bytes, is that of a tar archive, compressed or not.
pub(super) fn begins_like_tar(beginning: &[u8]) -> bool {
    beginning.starts_with(&[0x1F, 0x8B]) || beginning.get(MARK.0..).is_some_and(|rest| rest.starts_with(MARK.1))
}

/// Lists an archive.
pub(super) fn open(mut file: File) -> io::Result<Tree> {
    let length = file.metadata()?.len();
    let mut beginning = [0; 2];
    file.read_exact(&mut beginning)?;
    file.seek(SeekFrom::Start(0))?;
    let file = if beginning == [0x1F, 0x8B] { unpacked(file, length)? } else { file };
    let file = expect_plain(file)?;
    let mut archive = tar::Archive::new(file);
    let mut found: Vec<(Entry, Place)> = Vec::new();
    for entry in archive.entries_with_seek().map_err(damaged)? {
        let entry = entry.map_err(damaged)?;
        if found.len() == MAX_ENTRIES {
            return Err(refused(format!("the archive has more than {MAX_ENTRIES} entries")));
        }
        let kind = match entry.header().entry_type() {
            EntryType::Regular | EntryType::Continuous => Kind::File(entry.size()),
            EntryType::Directory => Kind::Folder,
            EntryType::Symlink | EntryType::Link => Kind::Link,
            EntryType::GNUSparse => unreadable("it is stored as a sparse file".to_owned()),
            EntryType::XGlobalHeader => continue,
            _ => Kind::Special,
        };
        if entry.path_bytes().len() > LONGEST_PATH {
            return Err(refused(format!("the archive has a path of more than {LONGEST_PATH} bytes")));
        }
        let name = String::from_utf8(entry.path_bytes().into_owned()).map_err(|error| {
            refused(format!("the archive has `{}`, which is not UTF-8", error.as_bytes().escape_ascii()))
        })?;
        let mut path = name.as_str();
        while let Some(rest) = path.strip_prefix("./") {
            path = rest;
        }
        let is_root = ["", "."].contains(&path);
        if kind != Kind::Folder && (is_root || path.ends_with('/')) {
            return Err(refused(format!(
                "the archive has `{}`, a file with the name of a folder",
                name.escape_debug()
            )));
        }
        if !is_root {
            found.push((Entry { path: path.to_owned().into(), kind }, (entry.raw_file_position(), entry.size())));
        }
    }
    tree(archive.into_inner(), found)
}

#[allow(clippy::needless_pass_by_value)] // used as a function that maps errors
fn damaged(error: io::Error) -> io::Error {
    refused(format!("the tar archive is damaged: {error}"))
}

/// Reads the headers and records only. Refuses records about files, such as long names, that are too large to be kept in
/// memory, too many entries, what programs read differently, and anything after the end, which another program may read.
fn expect_plain(file: File) -> io::Result<File> {
    let length = file.metadata()?.len();
    let mut archive = tar::Archive::new(file);
    let mut end = 0;
    let mut records = Records::default();
    for (number, entry) in archive.entries_with_seek().map_err(damaged)?.raw(true).enumerate() {
        let mut entry = entry.map_err(damaged)?;
        records.take(&mut entry)?;
        // Long names and attributes are entries, too.
        if number >= 4 * MAX_ENTRIES {
            return Err(refused(format!("the archive has more than {MAX_ENTRIES} entries")));
        }
        end = entry.raw_file_position().saturating_add(entry.size().checked_next_multiple_of(512).unwrap_or(u64::MAX));
    }
    let mut file = archive.into_inner();
    if end > length {
        return Err(refused("the tar archive is damaged: it is cut off".to_owned()));
    }
    file.seek(SeekFrom::Start(end))?;
    let mut rest = BufReader::new(file);
    loop {
        let bytes = rest.fill_buf()?;
        if bytes.is_empty() {
            break;
        }
        if bytes.iter().any(|byte| *byte != 0) {
            return Err(refused("there is extra data after the end of the tar archive".to_owned()));
        }
        let count = bytes.len();
        rest.consume(count);
    }
    let mut file = rest.into_inner();
    file.seek(SeekFrom::Start(0))?;
    Ok(file)
}

/// Decompresses a file of so many bytes into a temporary one.
fn unpacked(file: File, length: u64) -> io::Result<File> {
    let most = length.saturating_mul(MAX_RATIO).clamp(LARGE, MOST);
    let mut target = tempfile::tempfile()?;
    let mut source = MultiGzDecoder::new(BufReader::new(file)).take(most + 1);
    let count =
        io::copy(&mut source, &mut target).map_err(|error| refused(format!("the gzip archive is damaged: {error}")))?;
    if count > most {
        return Err(refused(format!(
            "the archive has more than {most} bytes when it is unpacked; unpack it and give the folder"
        )));
    }
    target.flush()?;
    target.seek(SeekFrom::Start(0))?;
    let mut beginning = vec![0; 512];
    let is_tar = count >= 512 && target.read_exact(&mut beginning).is_ok() && beginning[MARK.0..].starts_with(MARK.1);
    if !is_tar {
        return Err(refused("this is a gzip file without a tar archive: unpack it and give the folder".to_owned()));
    }
    target.seek(SeekFrom::Start(0))?;
    Ok(target)
}

fn tree(file: File, found: Vec<(Entry, Place)>) -> io::Result<Tree> {
    let (mut entries, places): (Vec<Entry>, Vec<Place>) = found.into_iter().unzip();
    let layout = Layout::detect(&entries);
    for entry in &mut entries {
        // The folder that contains everything gets an empty path.
        entry.path = layout.path_of(&entry.path).unwrap_or_default().into();
        if !entry.path.is_empty() {
            check_name(&entry.path)?;
        }
    }
    let mut by_path: Vec<(String, Place)> = entries.iter().map(|entry| entry.path.to_string()).zip(places).collect();
    by_path.sort_unstable();
    let entries = listed(entries)?;
    let file = Arc::new(Mutex::new(file));
    let open = move |path: &str| -> io::Result<Box<dyn Read>> {
        let index =
            by_path.binary_search_by(|(other, _)| other.as_str().cmp(path)).map_err(|_| io::ErrorKind::NotFound)?;
        let (position, left) = by_path[index].1;
        Ok(Box::new(Part { file: Arc::clone(&file), position, left }))
    };
    Ok(Tree::of(Source::Held(Held { folder: String::new(), open: Box::new(open) }), entries))
}

/// A part of the shared file, with its own position.
struct Part {
    file: Arc<Mutex<File>>,
    position: u64,
    left: u64,
}

impl Read for Part {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        if most == 0 {
            return Ok(0);
        }
        let mut file = self.file.lock().map_err(|_| io::Error::other("another thread failed while reading"))?;
        file.seek(SeekFrom::Start(self.position))?;
        let count = file.read(&mut buffer[..most])?;
        if count == 0 {
            return Err(refused("the archive is cut off".to_owned()));
        }
        (self.position, self.left) = (self.position + count as u64, self.left - count as u64);
        Ok(count)
    }
}

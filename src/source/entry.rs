//! The entries of a tree, sorted by path.

use std::collections::{BTreeSet, HashSet};
use std::hash::{BuildHasher, RandomState};
use std::io;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use unicode_normalization::UnicodeNormalization;

use super::path::{name_of, parent_of};
use super::{MAX_ENTRIES, PathText};

/// A file, folder or other entry of a tree. It is kept small, as a tree may have a million entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Path below the root, separated by `/`. Bytes that are not valid UTF-8 are replaced.
    pub path: PathText,
    /// The kind of entry.
    pub kind: Kind,
}

/// The kind of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// A file, with its size in bytes.
    File(u64),
    /// A folder.
    Folder,
    /// A symbolic link.
    Link,
    /// A pipe, socket or device.
    Special,
    /// An entry that could not be read, with the reason.
    Unreadable(Arc<String>),
}

impl Entry {
    /// Returns the last part of the path.
    #[must_use]
    pub fn name(&self) -> &str {
        name_of(&self.path)
    }

    /// Whether the real path is valid UTF-8 and equals `path`.
    #[must_use]
    pub fn is_text(&self) -> bool {
        self.path.real().is_none()
    }

    /// Returns the real path below a root.
    pub(super) fn real_below(&self, root: &Path) -> PathBuf {
        root.join(self.path.real().unwrap_or(Path::new(&*self.path)))
    }

    /// Returns the listed size of a file in bytes; `None` if the entry is not a file that can be read.
    #[must_use]
    pub const fn size(&self) -> Option<u64> {
        match self.kind {
            Kind::File(size) => Some(size),
            _ => None,
        }
    }

    /// Whether the entry is a file. What cannot be read is one: it is not missing, and reading it gives the reason.
    #[must_use]
    pub const fn is_file(&self) -> bool {
        matches!(self.kind, Kind::File(_) | Kind::Unreadable(_))
    }
}

/// Some of the entries of a tree, sorted by path, as ranges of the tree's list.
#[derive(Debug, Clone, Default)]
pub struct Entries {
    pub(super) all: Arc<Vec<Entry>>,
    /// The ranges, in ascending order.
    pub(super) parts: Vec<Range<usize>>,
}

impl Entries {
    /// Returns all entries.
    pub fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.parts.iter().flat_map(|part| &self.all[part.clone()])
    }

    /// Returns the entry at a path.
    #[must_use]
    pub fn get(&self, path: &str) -> Option<&Entry> {
        let index = place_of(&self.all, path)?;
        let part = self.parts.partition_point(|part| part.end <= index);
        let is_part = self.parts.get(part).is_some_and(|part| part.contains(&index));
        is_part.then(|| &self.all[index])
    }

    /// Returns all entries below a folder that is in one of the ranges, sorted.
    #[must_use]
    pub fn below(&self, folder: &str) -> &[Entry] {
        &self.all[below(&self.all, folder)]
    }

    /// Returns the entries directly in such a folder, sorted.
    pub fn children(&self, folder: &str) -> impl Iterator<Item = &Entry> {
        children(self.below(folder), folder)
    }
}

impl<'a> IntoIterator for &'a Entries {
    type Item = &'a Entry;
    type IntoIter = Box<dyn Iterator<Item = &'a Entry> + 'a>;

    fn into_iter(self) -> Self::IntoIter {
        Box::new(self.iter())
    }
}

/// Moves the last paths of a growing list into a shared block, each time there are enough of them.
pub(super) fn share_last(entries: &mut [Entry]) {
    if entries.len().is_multiple_of(PathText::SHARED) {
        let last = entries.len().saturating_sub(PathText::SHARED);
        PathText::share(entries[last..].iter_mut().map(|entry| &mut entry.path));
    }
}

/// Returns the index of the first entry with a path in a sorted list.
pub(super) fn place_of(entries: &[Entry], path: &str) -> Option<usize> {
    let place = entries.partition_point(|entry| &*entry.path < path);
    entries.get(place).is_some_and(|entry| *entry.path == *path).then_some(place)
}

/// Returns the range of all entries below a folder in a sorted list.
pub(super) fn below(entries: &[Entry], folder: &str) -> Range<usize> {
    if folder.is_empty() {
        return 0..entries.len();
    }
    let prefix = format!("{folder}/");
    let start = entries.partition_point(|entry| *entry.path < *prefix);
    start..start + entries[start..].partition_point(|entry| entry.path.starts_with(&prefix))
}

/// Returns the entries directly in a folder, given all entries below it.
pub(super) fn children<'a>(mut below: &'a [Entry], folder: &str) -> impl Iterator<Item = &'a Entry> + use<'a> {
    let skip = if folder.is_empty() { 0 } else { folder.len() + 1 };
    std::iter::from_fn(move || {
        loop {
            let (entry, rest) = below.split_first()?;
            let Some(end) = entry.path[skip..].find('/') else {
                below = rest;
                return Some(entry);
            };
            // Skips all entries of the same subfolder at once.
            let inner = &entry.path[..=skip + end];
            below = &below[below.partition_point(|other| other.path.starts_with(inner))..];
        }
    })
}

/// Returns pairs of entries for which `plain` gives the same text, each entry with the one before it, sorted by that
/// text.
pub fn alike<'a, I: Iterator<Item = &'a Entry>>(
    entries: impl Fn() -> I,
    plain: impl Fn(&Entry) -> String,
) -> Vec<(&'a Entry, &'a Entry)> {
    // Few of many entries are alike: short hashes find the candidates.
    let state = RandomState::new();
    let hash = |entry: &Entry| u32::try_from(state.hash_one(plain(entry)) >> 32).unwrap_or(0);
    let mut hashes: Vec<u32> = entries().map(hash).collect();
    hashes.sort_unstable();
    let repeated: HashSet<u32> = hashes.windows(2).filter(|pair| pair[0] == pair[1]).map(|pair| pair[0]).collect();
    drop(hashes);
    let found = entries().filter(|entry| !repeated.is_empty() && repeated.contains(&hash(entry)));
    let mut found: Vec<(String, &Entry)> = found.map(|entry| (plain(entry), entry)).collect();
    found.sort_by(|a, b| a.0.cmp(&b.0));
    let pairs = found.iter().zip(found.iter().skip(1)).filter(|(one, other)| one.0 == other.0);
    pairs.map(|((_, one), (_, other))| (*one, *other)).collect()
}

/// Returns two entries that some systems treat as the same file: their paths differ in case or Unicode normalization
/// only.
#[must_use]
pub fn same_file_on_some_systems(entries: &[Entry]) -> Option<(&Entry, &Entry)> {
    let folded = |part: &str| -> String {
        // Windows drops trailing dots and spaces.
        let part = part.trim_end_matches(['.', ' ']);
        if part.is_ascii() {
            part.to_ascii_lowercase()
        } else {
            // Converted to upper case first, because some lower-case letters share one upper-case letter.
            part.nfd().flat_map(char::to_uppercase).flat_map(char::to_lowercase).nfc().collect()
        }
    };
    let plain = |entry: &Entry| entry.path.split('/').map(folded).collect::<Vec<_>>().join("/");
    alike(|| entries.iter(), plain).into_iter().next()
}

/// Adds all missing parent folders, and sorts the entries by path.
pub(super) fn with_folders(mut entries: Vec<Entry>) -> io::Result<Vec<Entry>> {
    entries.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    if let Some(pair) = entries.windows(2).find(|pair| pair[0].path == pair[1].path) {
        return Err(refused(format!("`{}` exists twice; pack the files again", pair[0].path)));
    }
    let mut folders: BTreeSet<&str> = BTreeSet::new();
    for entry in &entries {
        let mut folder = parent_of(&entry.path);
        while !folder.is_empty() && folders.insert(folder) {
            folder = parent_of(folder);
        }
    }
    let mut missing = Vec::new();
    for folder in folders {
        match entries.binary_search_by(|entry| (*entry.path).cmp(folder)) {
            Ok(at) if entries[at].kind != Kind::Folder => {
                let inner = &entries[below(&entries, folder)][0];
                return Err(refused(format!("`{}` is inside a path that is a file", inner.path)));
            }
            Ok(_) => {}
            Err(_) => missing.push(Entry { path: folder.to_owned().into(), kind: Kind::Folder }),
        }
    }
    if entries.len() + missing.len() > MAX_ENTRIES {
        return Err(refused(format!("there are more than {MAX_ENTRIES} files and folders")));
    }
    entries.append(&mut missing);
    entries.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    Ok(entries)
}

pub(super) fn refused(message: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, message)
}

pub(super) fn unreadable(reason: String) -> Kind {
    Kind::Unreadable(Arc::new(reason))
}

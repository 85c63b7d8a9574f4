//! A directory, a zip archive or files held elsewhere as a sorted list of entries with bytes on demand; no judgement.
//!
//! Symbolic links are listed and never followed, special files are listed and never opened, version-control folders
//! are left out. Paths are relative to the root and separated by `/` on every system.

mod archive;
mod files;
mod path_text;

use std::cell::RefCell;
use std::collections::{BTreeSet, HashSet};
use std::fs::File;
use std::hash::{BuildHasher, RandomState};
use std::io::{self, Read, Seek};
use std::ops::{Range, RangeInclusive};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use archive::Archive;
pub use files::Files;
pub use path_text::PathText;
use rayon::prelude::*;
use unicode_normalization::UnicodeNormalization;
use walkdir::WalkDir;

/// Most entries an archive or a list of files may have, with the folders around them.
const MAX_ENTRIES: usize = 1_000_000;

/// Most bytes that are set aside for a file before it is read.
const MAX_RESERVED: u64 = 64 << 20;

thread_local! {
    /// One buffer for all files that a thread reads whole, one after the other.
    static BUFFER: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// A listed directory, archive or list of files.
pub struct Tree {
    source: Source,
    entries: Arc<Vec<Entry>>,
    /// What paths have in front of those of the source.
    prefix: String,
}

/// Where the bytes come from.
enum Source {
    Folder(PathBuf),
    Archive(Archive),
    Held(Held),
}

/// Files that something else holds, a browser or a program's memory.
struct Held {
    /// The name of the folder around them; empty if there is none.
    folder: String,
    open: Box<Open>,
}

/// Gives the bytes of a file.
type Open = dyn Fn(&str) -> io::Result<Box<dyn Read>> + Send + Sync;

/// Some of the entries of a tree, sorted by path: parts of its own list.
#[derive(Debug, Clone, Default)]
pub struct Entries {
    all: Arc<Vec<Entry>>,
    /// Places of the parts in it, in ascending order.
    parts: Vec<Range<usize>>,
}

impl Entries {
    /// All of them.
    pub fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.parts.iter().flat_map(|part| &self.all[part.clone()])
    }

    /// The entry at a path.
    #[must_use]
    pub fn get(&self, path: &str) -> Option<&Entry> {
        let index = place_of(&self.all, path)?;
        let part = self.parts.partition_point(|part| part.end <= index);
        let is_part = self.parts.get(part).is_some_and(|part| part.contains(&index));
        is_part.then(|| &self.all[index])
    }

    /// Everything below a folder that lies in one of the parts, sorted.
    #[must_use]
    pub fn below(&self, folder: &str) -> &[Entry] {
        &self.all[below(&self.all, folder)]
    }

    /// The entries directly in such a folder, sorted.
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

/// Lets the last paths of a growing list share a block, once they are enough.
fn share_last(entries: &mut [Entry]) {
    if entries.len().is_multiple_of(PathText::SHARED) {
        let last = entries.len().saturating_sub(PathText::SHARED);
        PathText::share(entries[last..].iter_mut().map(|entry| &mut entry.path));
    }
}

/// Where a path stands first in a sorted list.
fn place_of(entries: &[Entry], path: &str) -> Option<usize> {
    let place = entries.partition_point(|entry| &*entry.path < path);
    entries.get(place).is_some_and(|entry| *entry.path == *path).then_some(place)
}

/// Where everything below a folder stands in a sorted list.
fn below(entries: &[Entry], folder: &str) -> Range<usize> {
    if folder.is_empty() {
        return 0..entries.len();
    }
    let prefix = format!("{folder}/");
    let start = entries.partition_point(|entry| *entry.path < *prefix);
    start..start + entries[start..].partition_point(|entry| entry.path.starts_with(&prefix))
}

/// Of everything below a folder what lies directly in it.
fn children<'a>(mut below: &'a [Entry], folder: &str) -> impl Iterator<Item = &'a Entry> + use<'a> {
    let skip = if folder.is_empty() { 0 } else { folder.len() + 1 };
    std::iter::from_fn(move || {
        loop {
            let (entry, rest) = below.split_first()?;
            let Some(end) = entry.path[skip..].find('/') else {
                below = rest;
                return Some(entry);
            };
            // All that lies in the same inner folder is passed over at once.
            let inner = &entry.path[..=skip + end];
            below = &below[below.partition_point(|other| other.path.starts_with(inner))..];
        }
    })
}

/// Entries whose paths are the same once they are made plain, each with the one before it, sorted by what is the same.
pub fn alike<'a, I: Iterator<Item = &'a Entry>>(
    entries: impl Fn() -> I,
    plain: impl Fn(&Entry) -> String,
) -> Vec<(&'a Entry, &'a Entry)> {
    // Entries are many, and few of them are alike: short hashes tell which are worth a look.
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

/// Two entries that some systems take for one: their paths differ in case, or in the way their signs are composed.
#[must_use]
pub fn one_elsewhere(entries: &[Entry]) -> Option<(&Entry, &Entry)> {
    let folded = |part: &str| -> String {
        // Windows takes off what it does not show.
        let part = part.trim_end_matches(['.', ' ']);
        if part.is_ascii() {
            part.to_ascii_lowercase()
        } else {
            // By way of capitals, as some small letters have one capital in common.
            part.nfd().flat_map(char::to_uppercase).flat_map(char::to_lowercase).nfc().collect()
        }
    };
    let plain = |entry: &Entry| entry.path.split('/').map(folded).collect::<Vec<_>>().join("/");
    alike(|| entries.iter(), plain).into_iter().next()
}

/// One file, folder or other thing in a tree. Trees may have a million of them, so that each is kept small.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// Path below the root, separated by `/`; bytes that are no text are replaced.
    pub path: PathText,
    /// What it is.
    pub kind: Kind,
}

/// What an entry is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// A file of so many bytes.
    File(u64),
    /// A folder.
    Folder,
    /// A symbolic link, wherever it leads.
    Link,
    /// A pipe, socket or device.
    Special,
    /// Something that could not be looked at, with the reason.
    Unreadable(Arc<String>),
}

impl Entry {
    /// The last part of the path.
    #[must_use]
    pub fn name(&self) -> &str {
        name_of(&self.path)
    }

    /// Whether the name is valid text, so that `path` is the real path.
    #[must_use]
    pub fn is_text(&self) -> bool {
        self.path.real().is_none()
    }

    /// The real path of what was listed below a root.
    fn real_below(&self, root: &Path) -> PathBuf {
        root.join(self.path.real().unwrap_or(Path::new(&*self.path)))
    }

    /// Bytes of a file as they were listed; `None` if it is none.
    #[must_use]
    pub const fn size(&self) -> Option<u64> {
        match self.kind {
            Kind::File(size) => Some(size),
            _ => None,
        }
    }

    /// Whether it is a file.
    #[must_use]
    pub const fn is_file(&self) -> bool {
        matches!(self.kind, Kind::File(_))
    }
}

/// The last part of a path.
#[must_use]
pub fn name_of(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// The folder of a path; empty where it lies in the tree itself.
#[must_use]
pub fn parent_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(parent, _)| parent)
}

/// Whether a file was left by an operating system or an editor.
#[must_use]
pub fn is_dropping(name: &str) -> bool {
    let names = [".DS_Store", "Thumbs.db", "desktop.ini"];
    names.contains(&name)
        || name.starts_with("._")
        || name.starts_with("~$")
        || name.ends_with('~')
        || name.rsplit_once('.').is_some_and(|(_, ending)| ending == "swp")
}

/// Whether Windows takes a name for a device's, whatever it ends in.
#[must_use]
pub fn is_reserved(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or(name).trim_end().to_lowercase();
    let numbered = |device| stem.strip_prefix(device).is_some_and(|rest| matches!(rest.as_bytes(), [b'1'..=b'9']));
    ["con", "prn", "aux", "nul"].contains(&stem.as_str()) || numbered("com") || numbered("lpt")
}

/// Whether a path is a folder or lies in it; the empty path is the tree itself.
#[must_use]
pub fn is_inside(path: &str, folder: &str) -> bool {
    folder.is_empty() || path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The folders around a path, outermost first, and the path itself.
pub fn around(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').map(|(at, _)| &path[..at]).chain([path])
}

/// Paths in the order of their folders, so that what lies in a folder follows it at once.
#[must_use]
pub fn by_folders(a: &str, b: &str) -> std::cmp::Ordering {
    a.split('/').cmp(b.split('/'))
}

/// A path below a folder; the root is the empty path.
#[must_use]
pub fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

impl Tree {
    /// Lists a directory, or a zip archive, which is never unpacked.
    ///
    /// # Errors
    /// When the root itself cannot be listed; what cannot be listed below it becomes an entry. When an archive is
    /// damaged, or holds names that lead out of it or stand for two files.
    pub fn open(root: &Path) -> io::Result<Self> {
        if root.is_file() {
            return Self::of_archive(File::open(root)?);
        }
        std::fs::read_dir(root)?;
        let mut entries = Self::list(root);
        // Every file is asked for its size.
        entries.par_iter_mut().filter(|entry| entry.is_file()).for_each(|entry| {
            entry.kind = entry
                .real_below(root)
                .symlink_metadata()
                .map_or_else(|error| unreadable(error.to_string()), |metadata| Kind::File(metadata.len()));
        });
        // Of a folder that cannot be listed the failure comes last.
        let fails = |entry: &Entry| matches!(entry.kind, Kind::Unreadable(_));
        entries.sort_unstable_by(|a, b| a.path.cmp(&b.path).then(fails(a).cmp(&fails(b))));
        // A folder that cannot be listed appears twice, as itself and as the failure.
        entries.dedup_by(|later, earlier| {
            let same = later.path == earlier.path;
            if same && matches!(later.kind, Kind::Unreadable(_)) {
                earlier.kind = later.kind.clone();
            }
            same
        });
        Ok(Self::of(Source::Folder(root.to_owned()), entries))
    }

    /// Lists an open zip archive: a file, or bytes in memory.
    ///
    /// # Errors
    /// As [`Tree::open`].
    pub fn of_archive(archive: impl Read + Seek + Send + 'static) -> io::Result<Self> {
        let (archive, entries) = Archive::of(archive)?;
        Ok(Self::of(Source::Archive(archive), entries))
    }

    /// Lists files that something else holds, each with its path and size; a path that ends with `/` is a folder. `folder`
    /// is the name of what they lie in, empty if that has none. `open` gives the bytes of a file.
    ///
    /// # Errors
    /// When a path leads nowhere below a root, or stands for two files.
    pub fn of_files(
        folder: &str,
        files: impl IntoIterator<Item = (String, u64)>,
        open: impl Fn(&str) -> io::Result<Box<dyn Read>> + Send + Sync + 'static,
    ) -> io::Result<Self> {
        let mut entries: Vec<Entry> = Vec::new();
        for (path, size) in files {
            let (path, kind) = path.strip_suffix('/').map_or((&*path, Kind::File(size)), |path| (path, Kind::Folder));
            if path.split('/').any(|part| ["", ".", ".."].contains(&part)) {
                return Err(refused(format!("`{}` is no name below a root", path.escape_debug())));
            }
            let folder = if kind == Kind::Folder { path } else { parent_of(path) };
            if !folder.split('/').any(is_version_control) {
                entries.push(Entry { path: path.to_owned().into(), kind });
                share_last(&mut entries);
            }
        }
        let held = Held { folder: folder.to_owned(), open: Box::new(open) };
        Ok(Self::of(Source::Held(held), with_folders(entries)?))
    }

    /// Files of which only the pointer of Git LFS is here are not read as if they were the files.
    fn of(source: Source, entries: Vec<Entry>) -> Self {
        const SIZES: RangeInclusive<u64> = 110..=200;
        const BEGINNING: &[u8] = b"version https://git-lfs.github.com/spec/";
        let mut tree = Self { source, entries: Arc::new(entries), prefix: String::new() };
        let is_pointer = |entry: &Entry| {
            entry.size().is_some_and(|size| SIZES.contains(&size))
                && tree.read_with(entry, |bytes| bytes.starts_with(BEGINNING)).unwrap_or(false)
        };
        let pointers: Vec<usize> = tree
            .entries
            .par_iter()
            .enumerate()
            .filter(|(_, entry)| is_pointer(entry))
            .map(|(place, _)| place)
            .collect();
        let entries = Arc::make_mut(&mut tree.entries);
        let reason = unreadable("only its Git LFS pointer is here; `git lfs pull` fetches the file".to_owned());
        for place in pointers {
            entries[place].kind = reason.clone();
        }
        tree
    }

    /// All entries in any order, without the sizes of files.
    fn list(root: &Path) -> Vec<Entry> {
        let all = Mutex::default();
        rayon::scope(|scope| list_folder(scope, root, root, &all));
        all.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    fn entry(root: &Path, found: walkdir::Result<walkdir::DirEntry>) -> Entry {
        let entry = match found {
            Ok(entry) => entry,
            Err(error) => {
                let reason = error.io_error().map_or_else(|| "it cannot be listed".to_owned(), ToString::to_string);
                return named(root, error.path().unwrap_or(root), unreadable(reason));
            }
        };
        let file_type = entry.file_type();
        let kind = if file_type.is_dir() {
            Kind::Folder
        } else if file_type.is_symlink() {
            Kind::Link
        } else if file_type.is_file() {
            Kind::File(0)
        } else {
            Kind::Special
        };
        named(root, entry.path(), kind)
    }

    /// The same tree as it looks from some folders higher up, `closed/ExampleCo`.
    #[must_use]
    pub fn under(mut self, folder: &str) -> Self {
        let mut entries = std::mem::take(Arc::make_mut(&mut self.entries));
        for entries in entries.chunks_mut(PathText::SHARED) {
            for entry in &mut *entries {
                entry.path = entry.path.renamed(join(folder, &entry.path));
                // The real path stays what it is below the root.
            }
            PathText::share(entries.iter_mut().map(|entry| &mut entry.path));
        }
        let around = around(folder).map(|path| Entry { path: path.to_owned().into(), kind: Kind::Folder });
        entries.extend(around);
        entries.sort_by(|a, b| a.path.cmp(&b.path));
        self.entries = Arc::new(entries);
        self.prefix = format!("{folder}/{}", self.prefix);
        self
    }

    /// Keeps only some entries, and returns the others.
    pub fn retain(&mut self, keep: impl Fn(&Entry) -> bool) -> Vec<Entry> {
        Arc::make_mut(&mut self.entries).extract_if(.., |entry| !keep(entry)).collect()
    }

    /// All entries, sorted by path.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The entry at a path.
    #[must_use]
    pub fn get(&self, path: &str) -> Option<&Entry> {
        place_of(&self.entries, path).map(|place| &self.entries[place])
    }

    /// Whether there is a folder at a path; the root is the empty path.
    #[must_use]
    pub fn is_folder(&self, path: &str) -> bool {
        path.is_empty() || self.get(path).is_some_and(|entry| entry.kind == Kind::Folder)
    }

    /// Folders that hold such a thing, which is no folder itself, at any depth.
    #[must_use]
    pub fn folders_with(&self, wanted: impl Fn(&Entry) -> bool) -> BTreeSet<&str> {
        let mut folders = BTreeSet::new();
        let mut last = None;
        for entry in self.entries.iter().filter(|entry| entry.kind != Kind::Folder && wanted(entry)) {
            let mut folder = parent_of(&entry.path);
            // Neighbours mostly lie in one folder.
            if last.replace(folder) == Some(folder) {
                continue;
            }
            while folders.insert(folder) && !folder.is_empty() {
                folder = parent_of(folder);
            }
        }
        folders
    }

    /// Everything below a folder, sorted.
    #[must_use]
    pub fn below(&self, folder: &str) -> &[Entry] {
        &self.entries[below(&self.entries, folder)]
    }

    /// Everything below some folders, none of which lies in another.
    #[must_use]
    pub fn parts<'a>(&self, folders: impl Iterator<Item = &'a str>) -> Entries {
        let mut parts: Vec<Range<usize>> = folders.map(|folder| below(&self.entries, folder)).collect();
        parts.sort_by_key(|part| part.start);
        Entries { all: Arc::clone(&self.entries), parts }
    }

    /// The entries directly in a folder, sorted.
    pub fn children<'a>(&'a self, folder: &str) -> impl Iterator<Item = &'a Entry> + use<'a> {
        children(self.below(folder), folder)
    }

    /// Names of the folders that lead to the root, innermost last; at most two, and none of an archive.
    #[must_use]
    pub fn root_names(&self) -> Vec<String> {
        if !self.prefix.is_empty() {
            return Vec::new();
        }
        let root = match &self.source {
            Source::Folder(root) => root,
            Source::Archive(_) => return Vec::new(),
            Source::Held(held) => {
                return Some(held.folder.clone()).filter(|name| !name.is_empty()).into_iter().collect();
            }
        };
        let Ok(root) = dunce::canonicalize(root) else { return Vec::new() };
        let names: Vec<_> = root
            .components()
            .filter_map(|part| match part {
                std::path::Component::Normal(name) => Some(name.to_string_lossy().into_owned()),
                _ => None,
            })
            .collect();
        names[names.len().saturating_sub(2)..].to_vec()
    }

    /// The files directly in a folder.
    #[must_use]
    pub fn files_in(&self, folder: &str) -> Files {
        Files::of(&self.entries, folder)
    }

    /// Reads a file whole.
    ///
    /// # Errors
    /// When it is no file or cannot be read.
    pub fn read(&self, entry: &Entry) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.read_into(entry, &mut bytes)?;
        Ok(bytes)
    }

    /// Reads a file whole into a buffer that is used again for the next one.
    ///
    /// # Errors
    /// As [`Tree::read`].
    pub fn read_with<T>(&self, entry: &Entry, take: impl FnOnce(&[u8]) -> T) -> io::Result<T> {
        let mut bytes = BUFFER.take();
        let taken = self.read_into(entry, &mut bytes).map(|()| take(&bytes));
        BUFFER.set(bytes);
        taken
    }

    fn read_into(&self, entry: &Entry, bytes: &mut Vec<u8>) -> io::Result<()> {
        bytes.clear();
        self.stream(entry, |source| {
            // What an entry claims is believed only so far.
            let size = entry.size().unwrap_or(0).min(MAX_RESERVED);
            bytes.reserve(usize::try_from(size).unwrap_or(0) + 1);
            source.read_to_end(bytes).map(drop)
        })
    }

    /// Hands a file over as a stream.
    ///
    /// # Errors
    /// When it is no file or cannot be read, and what `take` says.
    pub fn stream<T>(&self, entry: &Entry, take: impl FnOnce(&mut dyn Read) -> io::Result<T>) -> io::Result<T> {
        let Some(size) = entry.size() else {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is no file"));
        };
        let own = entry.path.strip_prefix(self.prefix.as_str()).unwrap_or(&entry.path);
        match &self.source {
            Source::Archive(archive) => archive.stream(own, size, take),
            Source::Held(held) => take(&mut (held.open)(own)?),
            Source::Folder(root) => take(&mut File::open(root.join(entry.path.real().unwrap_or(Path::new(own))))?),
        }
    }
}

/// The entries with the folders around them, sorted by path.
fn with_folders(mut entries: Vec<Entry>) -> io::Result<Vec<Entry>> {
    entries.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    if let Some(pair) = entries.windows(2).find(|pair| pair[0].path == pair[1].path) {
        return Err(refused(format!("`{}` is there twice; pack the files again", pair[0].path)));
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
                return Err(refused(format!("`{}` lies in a file", inner.path)));
            }
            Ok(_) => {}
            Err(_) => missing.push(Entry { path: folder.to_owned().into(), kind: Kind::Folder }),
        }
    }
    if entries.len() + missing.len() > MAX_ENTRIES {
        return Err(refused(format!("there are more than {MAX_ENTRIES} entries with their folders")));
    }
    entries.append(&mut missing);
    entries.sort_unstable_by(|a, b| a.path.cmp(&b.path));
    Ok(entries)
}

/// Whether a folder is version control's own.
fn is_version_control(name: &str) -> bool {
    name == ".git"
}

fn refused(message: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, message)
}

fn unreadable(reason: String) -> Kind {
    Kind::Unreadable(Arc::new(reason))
}

/// Adds what lies directly in a folder, and has the folders in it listed beside each other.
fn list_folder<'a>(scope: &rayon::Scope<'a>, root: &'a Path, folder: &Path, all: &'a Mutex<Vec<Entry>>) {
    let mut here: Vec<Entry> = Vec::new();
    for found in WalkDir::new(folder).min_depth(1).max_depth(1).follow_root_links(folder == root) {
        let is_folder = found.as_ref().ok().filter(|entry| entry.file_type().is_dir());
        if let Some(folder) = is_folder {
            if folder.file_name().to_str().is_some_and(is_version_control) {
                continue;
            }
            let path = folder.path().to_owned();
            scope.spawn(move |scope| list_folder(scope, root, &path, all));
        }
        here.push(Tree::entry(root, found));
        share_last(&mut here);
    }
    // Before others wait, and before another thread has to free what this one took.
    let unshared = here.len() - here.len() % PathText::SHARED;
    PathText::share(here[unshared..].iter_mut().map(|entry| &mut entry.path));
    let mut all = all.lock().unwrap_or_else(PoisonError::into_inner);
    // The longer list stays where it is, as one folder may hold nearly everything.
    if here.len() > all.len() {
        std::mem::swap(&mut *all, &mut here);
    }
    for entry in here {
        all.push(entry);
        share_last(&mut all);
    }
}

fn named(root: &Path, path: &Path, kind: Kind) -> Entry {
    let below = path.strip_prefix(root).unwrap_or(path);
    let shown = below.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/");
    let real = below.to_str().is_none().then(|| below.to_owned());
    Entry { path: PathText::shown(shown, real), kind }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_lists_sorted_and_reads() {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(root.path().join("a/b")).unwrap();
        for name in ["a/b/x.txt", "a-b.txt", "a/y.txt"] {
            std::fs::write(root.path().join(name), name).unwrap();
        }
        std::fs::create_dir(root.path().join(".git")).unwrap();
        let tree = Tree::open(root.path()).unwrap();
        let paths: Vec<_> = tree.entries().iter().map(|entry| &*entry.path).collect();
        assert_eq!(paths, ["a", "a-b.txt", "a/b", "a/b/x.txt", "a/y.txt"]);
        let children: Vec<_> = tree.children("a").map(Entry::name).collect();
        assert_eq!(children, ["b", "y.txt"]);
        assert_eq!(tree.read(tree.get("a/y.txt").unwrap()).unwrap(), b"a/y.txt");
        assert!(tree.read(tree.get("a").unwrap()).is_err());
        assert!(Tree::open(&root.path().join("none")).is_err());
    }

    #[test]
    fn folders_list_side_by_side_and_completely() {
        let root = tempfile::tempdir().unwrap();
        let mut expected: Vec<String> = Vec::new();
        for folder in ["many", "a/b/c/d/e/f", "a/b", "z"] {
            std::fs::create_dir_all(root.path().join(folder)).unwrap();
            expected.extend(around(folder).map(str::to_owned));
            for number in 0..if folder == "many" { 3 * PathText::SHARED + 5 } else { 7 } {
                let path = format!("{folder}/{number}");
                std::fs::write(root.path().join(&path), &path).unwrap();
                expected.push(path);
            }
        }
        expected.sort();
        expected.dedup();
        let tree = Tree::open(root.path()).unwrap();
        assert!(tree.entries().iter().map(|entry| &*entry.path).eq(&expected));
        let sized = |entry: &Entry| entry.size().is_none_or(|size| size == entry.path.len() as u64);
        assert!(tree.entries().iter().all(sized));
    }

    #[test]
    fn held_files_list_as_a_folder_does() {
        let held = |paths: &[&str]| {
            let files = paths.iter().map(|path| ((*path).to_owned(), path.len() as u64)).collect::<Vec<_>>();
            let open = |path: &str| Ok(Box::new(io::Cursor::new(path.to_owned().into_bytes())) as Box<dyn Read>);
            Tree::of_files("root", files, open)
        };
        let tree = held(&["a/y.txt", "a/b/x.txt", "a-b.txt", "empty/", ".git/HEAD", "a/.git"]).unwrap();
        let paths: Vec<_> = tree.entries().iter().map(|entry| &*entry.path).collect();
        assert_eq!(paths, ["a", "a-b.txt", "a/.git", "a/b", "a/b/x.txt", "a/y.txt", "empty"]);
        assert_eq!(tree.read(tree.get("a/y.txt").unwrap()).unwrap(), b"a/y.txt");
        assert!(tree.read(tree.get("empty").unwrap()).is_err());
        assert_eq!(tree.root_names(), ["root"]);
        let tree = tree.under("closed/Co");
        assert_eq!(tree.read(tree.get("closed/Co/a/y.txt").unwrap()).unwrap(), b"a/y.txt");
        for wrong in [&["a/../b"][..], &["/etc/passwd"], &["a//b"], &[""], &["a", "a"], &["a", "a/b"]] {
            assert!(held(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn an_archive_may_lie_in_memory() {
        let mut archive = zip::ZipWriter::new(io::Cursor::new(Vec::new()));
        archive.start_file("closed/Co/a.txt", zip::write::SimpleFileOptions::default()).unwrap();
        io::Write::write_all(&mut archive, b"text").unwrap();
        let tree = Tree::of_archive(archive.finish().unwrap()).unwrap();
        assert_eq!(tree.read(tree.get("closed/Co/a.txt").unwrap()).unwrap(), b"text");
        assert!(Tree::of_archive(io::Cursor::new(b"PK\x03\x04".to_vec())).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn links_and_strange_names_are_listed() {
        use std::os::unix::ffi::OsStrExt;
        let root = tempfile::tempdir().unwrap();
        std::os::unix::fs::symlink("/", root.path().join("link")).unwrap();
        let strange = std::ffi::OsStr::from_bytes(b"x\xff.txt");
        std::fs::write(root.path().join(strange), "s").unwrap();
        let tree = Tree::open(root.path()).unwrap();
        assert_eq!(tree.get("link").unwrap().kind, Kind::Link);
        let entry = tree.entries().iter().find(|entry| !entry.is_text()).unwrap();
        assert_eq!(tree.read(entry).unwrap(), b"s");
    }
}

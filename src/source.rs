//! A folder, a zip archive or files in memory as a sorted list of entries. Contents are read on demand.
//!
//! Symbolic links are listed but never followed. Special files are listed but never opened. `.git` folders are skipped.
//! Paths are relative to the root and separated by `/` on every system.

mod archive;
mod as_listed;
mod budget;
mod entry;
mod files;
mod folder;
mod path;
mod path_text;
#[cfg(feature = "cli")]
mod tar;

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read, Seek};
use std::ops::{Range, RangeInclusive};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use archive::Archive;
use as_listed::AsListed;
pub(crate) use budget::within_budget;
pub use entry::{Entries, Entry, Kind, alike, same_file_on_some_systems};
use entry::{below, children, place_of, refused, share_last, unreadable, with_folders};
pub(crate) use files::Files;
use folder::{is_version_control, list};
pub(crate) use path::{around, by_folders, is_inside, is_reserved, is_system_file, join, name_of, parent_of};
pub(crate) use path_text::PathText;
use rayon::prelude::*;

/// Reads a file that somebody names, such as a model or a table, of at most `most` bytes.
///
/// # Errors
/// If it cannot be read, or is larger.
pub fn read_at_most(path: &Path, most: u64) -> Result<Vec<u8>, String> {
    let failed = |error: io::Error| format!("{}: {error}", path.display());
    // A pipe would wait for ever.
    if !std::fs::metadata(path).map_err(failed)?.is_file() {
        return Err(format!("{}: it is not a file", path.display()));
    }
    File::open(path).and_then(|file| read_all_of(file, most)).map_err(failed)
}

/// Reads a source to its end, which may have at most `most` bytes.
///
/// # Errors
/// If it cannot be read, or is longer.
pub(crate) fn read_all_of(source: impl Read, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    source.take(most.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most {
        return Err(io::Error::other(format!("it has more than {most} bytes")));
    }
    Ok(bytes)
}

/// Most entries that an archive or a list of files may have, including all parent folders.
const MAX_ENTRIES: usize = 1_000_000;

/// Most bytes that are reserved for a file before it is read.
const MAX_RESERVED: u64 = 64 << 20;

thread_local! {
    /// Buffer of a thread, reused for every file that is read completely.
    static BUFFER: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// The entries of a folder, a zip archive or a list of files.
pub struct Tree {
    source: Source,
    entries: Arc<Vec<Entry>>,
    /// Prefix of the entries' paths that the source does not have; see [`Tree::under`].
    prefix: String,
}

/// Where the contents of files are read from.
enum Source {
    Folder(PathBuf),
    Archive(Archive),
    Held(Held),
}

/// Files that are not in a folder or archive, such as those of a browser.
struct Held {
    /// The name of their root folder; empty if there is none.
    folder: String,
    open: Box<Open>,
}

/// Opens a file by its path.
type Open = dyn Fn(&str) -> io::Result<Box<dyn Read>> + Send + Sync;

impl Tree {
    /// Lists a folder or an archive. A zip archive is read in place; a tar archive is decompressed to a temporary file.
    ///
    /// # Errors
    /// When the root itself cannot be listed; anything below it that cannot be listed becomes an entry. When an archive
    /// is damaged, contains paths that leave it, or contains one path twice.
    pub fn open(root: &Path) -> io::Result<Self> {
        if root.is_file() {
            return Self::from_file(File::open(root)?);
        }
        std::fs::read_dir(root)?;
        let mut entries = list(root);
        // Listing gives no sizes.
        entries.par_iter_mut().filter(|entry| entry.size().is_some()).for_each(|entry| {
            entry.kind = entry
                .real_below(root)
                .symlink_metadata()
                .map_or_else(|error| unreadable(error.to_string()), |metadata| Kind::File(metadata.len()));
        });
        // Where a folder cannot be listed, its failure comes after the folder itself.
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

    /// Lists an archive that is already open: zip, tar, or tar compressed with gzip.
    ///
    /// # Errors
    /// As [`Tree::open`].
    pub fn from_file(file: File) -> io::Result<Self> {
        #[cfg(feature = "cli")]
        {
            let mut beginning = Vec::new();
            (&file).take(512).read_to_end(&mut beginning)?;
            (&file).rewind()?;
            if tar::begins_like_tar(&beginning) {
                return tar::open(file);
            }
        }
        Self::from_archive(file)
    }

    /// Lists a zip archive that is already open, from a file or from memory.
    ///
    /// # Errors
    /// As [`Tree::open`].
    pub fn from_archive(archive: impl Read + Seek + Send + 'static) -> io::Result<Self> {
        let (archive, entries) = Archive::open(archive)?;
        Ok(Self::of(Source::Archive(archive), entries))
    }

    /// Lists files given by path and size. A path that ends with `/` is a folder. `folder` is the name of the root
    /// folder, empty if it has none. `open` opens a file by its path.
    ///
    /// # Errors
    /// When a path is not relative, leaves the root, or is given twice.
    pub fn from_files(
        folder: &str,
        files: impl IntoIterator<Item = (String, u64)>,
        open: impl Fn(&str) -> io::Result<Box<dyn Read>> + Send + Sync + 'static,
    ) -> io::Result<Self> {
        let mut entries: Vec<Entry> = Vec::new();
        for (path, size) in files {
            let (path, kind) = path.strip_suffix('/').map_or((&*path, Kind::File(size)), |path| (path, Kind::Folder));
            if path.split('/').any(|part| ["", ".", ".."].contains(&part)) {
                return Err(refused(format!("`{}` is not a path inside the submission", path.escape_debug())));
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

    /// Makes a tree. Git LFS pointers become unreadable entries, so that they are not read as if they were the files.
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
        let reason = unreadable("only the Git LFS pointer is present; run `git lfs pull` to fetch the file".to_owned());
        for place in pointers {
            entries[place].kind = reason.clone();
        }
        tree
    }

    /// Puts parent folders such as `closed/ExampleCo` in front of all paths.
    #[must_use]
    pub fn under(mut self, folder: &str) -> Self {
        let mut entries = std::mem::take(Arc::make_mut(&mut self.entries));
        for entries in entries.chunks_mut(PathText::SHARED) {
            for entry in &mut *entries {
                entry.path = entry.path.renamed(join(folder, &entry.path));
                // The real path below the root does not change.
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

    /// Keeps the entries for which `keep` is true, and returns the others.
    pub fn retain(&mut self, keep: impl Fn(&Entry) -> bool) -> Vec<Entry> {
        Arc::make_mut(&mut self.entries).extract_if(.., |entry| !keep(entry)).collect()
    }

    /// Returns all entries, sorted by path.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Returns the entry at a path.
    #[must_use]
    pub fn get(&self, path: &str) -> Option<&Entry> {
        place_of(&self.entries, path).map(|place| &self.entries[place])
    }

    /// Whether there is a folder at a path. The empty path is the root.
    #[must_use]
    pub fn is_folder(&self, path: &str) -> bool {
        path.is_empty() || self.get(path).is_some_and(|entry| entry.kind == Kind::Folder)
    }

    /// Returns all folders that contain a matching entry at any depth. Folders themselves do not match.
    #[must_use]
    pub fn folders_with(&self, wanted: impl Fn(&Entry) -> bool) -> BTreeSet<&str> {
        let mut folders = BTreeSet::new();
        let mut last = None;
        for entry in self.entries.iter().filter(|entry| entry.kind != Kind::Folder && wanted(entry)) {
            let mut folder = parent_of(&entry.path);
            // Most entries are in the same folder as the entry before.
            if last.replace(folder) == Some(folder) {
                continue;
            }
            while folders.insert(folder) && !folder.is_empty() {
                folder = parent_of(folder);
            }
        }
        folders
    }

    /// Returns all entries below a folder, sorted.
    #[must_use]
    pub fn below(&self, folder: &str) -> &[Entry] {
        &self.entries[below(&self.entries, folder)]
    }

    /// Returns all entries below several folders. None of the folders may be inside another one.
    #[must_use]
    pub fn parts<'a>(&self, folders: impl Iterator<Item = &'a str>) -> Entries {
        let mut parts: Vec<Range<usize>> = folders.map(|folder| below(&self.entries, folder)).collect();
        parts.sort_by_key(|part| part.start);
        Entries { all: Arc::clone(&self.entries), parts }
    }

    /// Returns the entries directly in a folder, sorted.
    pub fn children<'a>(&'a self, folder: &str) -> impl Iterator<Item = &'a Entry> + use<'a> {
        children(self.below(folder), folder)
    }

    /// Returns the names of the last two folders of the root's path, innermost last. None for an archive.
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

    /// Returns the files directly in a folder.
    #[must_use]
    pub fn files_in(&self, folder: &str) -> Files {
        Files::new(&self.entries, folder)
    }

    /// Reads a whole file.
    ///
    /// # Errors
    /// When the entry is not a file or cannot be read.
    pub fn read(&self, entry: &Entry) -> io::Result<Vec<u8>> {
        let mut bytes = Vec::new();
        self.read_into(entry, &mut bytes)?;
        Ok(bytes)
    }

    /// Reads a whole file into a buffer that is reused for the next file.
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
            // The size comes from the submission, so it may be wrong.
            let size = entry.size().unwrap_or(0).min(MAX_RESERVED);
            bytes.reserve(usize::try_from(size).unwrap_or(0) + 1);
            source.read_to_end(bytes).map(drop)
        })
    }

    /// Passes a file to `take` as a stream.
    ///
    /// # Errors
    /// When the entry is not a file or cannot be read, and errors of `take`.
    pub fn stream<T>(&self, entry: &Entry, take: impl FnOnce(&mut dyn Read) -> io::Result<T>) -> io::Result<T> {
        let size = match &entry.kind {
            Kind::File(size) => *size,
            Kind::Unreadable(reason) => return Err(io::Error::other(reason.as_str())),
            _ => return Err(io::Error::new(io::ErrorKind::InvalidInput, "it is not a file")),
        };
        let own = entry.path.strip_prefix(self.prefix.as_str()).unwrap_or(&entry.path);
        match &self.source {
            Source::Archive(archive) => archive.stream(own, size, take),
            Source::Held(held) => take(&mut (held.open)(own)?),
            Source::Folder(root) => {
                take(&mut AsListed::open(&root.join(entry.path.real().unwrap_or(Path::new(own))), size)?)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_listed_in_order_and_read() {
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
    fn folders_are_listed_completely_in_parallel() {
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
    fn files_in_memory_are_listed_like_a_folder() {
        let held = |paths: &[&str]| {
            let files = paths.iter().map(|path| ((*path).to_owned(), path.len() as u64)).collect::<Vec<_>>();
            let open = |path: &str| Ok(Box::new(io::Cursor::new(path.to_owned().into_bytes())) as Box<dyn Read>);
            Tree::from_files("root", files, open)
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
    fn an_archive_is_read_from_memory() {
        let mut archive = zip::ZipWriter::new(io::Cursor::new(Vec::new()));
        archive.start_file("closed/Co/a.txt", zip::write::SimpleFileOptions::default()).unwrap();
        io::Write::write_all(&mut archive, b"text").unwrap();
        let tree = Tree::from_archive(archive.finish().unwrap()).unwrap();
        assert_eq!(tree.read(tree.get("closed/Co/a.txt").unwrap()).unwrap(), b"text");
        assert!(Tree::from_archive(io::Cursor::new(b"PK\x03\x04".to_vec())).is_err());
    }

    #[cfg(unix)]
    #[test]
    fn links_and_names_that_are_not_utf8_are_listed() {
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

//! A directory, a zip archive or files held elsewhere as a sorted list of entries with bytes on demand; no judgement.
//!
//! Symbolic links are listed and never followed, special files are listed and never opened, version-control folders
//! are left out. Paths are relative to the root and separated by `/` on every system.

mod archive;
mod entry;
mod files;
mod folder;
mod path;
mod path_text;

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read, Seek};
use std::ops::{Range, RangeInclusive};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use archive::Archive;
pub use entry::{Entries, Entry, Kind, alike, one_elsewhere};
use entry::{below, children, place_of, refused, share_last, unreadable, with_folders};
pub use files::Files;
use folder::{is_version_control, list_folder, named};
pub use path::{around, by_folders, is_dropping, is_inside, is_reserved, join, name_of, parent_of};
pub use path_text::PathText;
use rayon::prelude::*;

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

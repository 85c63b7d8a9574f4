//! Lists a folder and its subfolders.

use std::path::Path;

use walkdir::{DirEntry, WalkDir};

use super::PathText;
use super::entry::{Entry, Kind, share_last, unreadable};

/// Whether a folder belongs to version control.
pub(super) fn is_version_control(name: &str) -> bool {
    name == ".git"
}

/// Lists all entries, in any order and without the sizes of files.
pub(super) fn list(root: &Path) -> Vec<Entry> {
    let is_version_control =
        |found: &DirEntry| found.file_type().is_dir() && found.file_name().to_str().is_some_and(is_version_control);
    let mut entries = Vec::new();
    for found in WalkDir::new(root).min_depth(1).into_iter().filter_entry(|found| !is_version_control(found)) {
        entries.push(entry(root, found));
        share_last(&mut entries);
    }
    entries
}

fn entry(root: &Path, found: walkdir::Result<DirEntry>) -> Entry {
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

pub(super) fn named(root: &Path, path: &Path, kind: Kind) -> Entry {
    let below = path.strip_prefix(root).unwrap_or(path);
    let shown = below.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/");
    let real = below.to_str().is_none().then(|| below.to_owned());
    Entry { path: PathText::new(shown, real), kind }
}

//! A directory listed, its folders beside each other.

use std::path::Path;
use std::sync::{Mutex, PoisonError};

use walkdir::WalkDir;

use super::entry::{Entry, Kind, share_last};
use super::{PathText, Tree};

/// Whether a folder is version control's own.
pub(super) fn is_version_control(name: &str) -> bool {
    name == ".git"
}

/// Adds what lies directly in a folder, and has the folders in it listed beside each other.
pub(super) fn list_folder<'a>(scope: &rayon::Scope<'a>, root: &'a Path, folder: &Path, all: &'a Mutex<Vec<Entry>>) {
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

pub(super) fn named(root: &Path, path: &Path, kind: Kind) -> Entry {
    let below = path.strip_prefix(root).unwrap_or(path);
    let shown = below.to_string_lossy().replace(std::path::MAIN_SEPARATOR, "/");
    let real = below.to_str().is_none().then(|| below.to_owned());
    Entry { path: PathText::shown(shown, real), kind }
}

//! Applies the steps of `fix` with a journal, and undoes them.
//!
//! Nothing is deleted: removed and overwritten files are moved to a folder beside the submission. The journal is
//! written before the first step. A step is one rename, so that an interruption leaves either the old state or the new
//! one, and both can be undone.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};
use std::{fs, io};

use serde::{Deserialize, Serialize};

use crate::source::around;
use crate::submit::fixing::Step;
use crate::submit::output::write_new;

/// The steps of one `fix`, and where its files are.
///
/// Removed and overwritten files are kept in a folder beside the submission. The journal itself is in the user's state
/// folder: a folder beside a submission may come from somebody else, who must not decide which files are moved back.
#[derive(Debug)]
struct Journal {
    /// The steps in order.
    steps: Vec<Step>,
    /// The folder of removed and overwritten files.
    kept: PathBuf,
    /// The journal file.
    file: PathBuf,
}

/// All journals of a submission.
#[derive(Debug)]
pub(crate) struct Journals {
    root: PathBuf,
    /// The folder of kept files, beside the submission.
    kept: PathBuf,
    /// The folder of the journals, in the user's state folder.
    state: PathBuf,
}

impl Journals {
    /// Returns the journals of a submission. `root` is its absolute path, `state` the user's state folder.
    ///
    /// # Errors
    /// When the folder is the root of the file system.
    pub(crate) fn new(root: &Path, state: &Path) -> io::Result<Self> {
        let name = root.file_name().ok_or_else(|| io::Error::other("the root of the file system cannot be fixed"))?;
        let kept = root.with_file_name(format!("{}.tinyaudit-undo", name.to_string_lossy()));
        let place = super::package::sha256(root.as_os_str().as_encoded_bytes());
        Ok(Self { root: root.to_owned(), kept, state: state.join("undo").join(place) })
    }

    /// Returns the folder of removed and overwritten files.
    #[must_use]
    pub(crate) fn kept(&self) -> &Path {
        &self.kept
    }

    /// Returns the numbers of the journals that were not undone, in order.
    fn numbers(&self) -> Vec<u32> {
        let names = fs::read_dir(&self.state).into_iter().flatten().flatten();
        let number = |entry: fs::DirEntry| entry.file_name().to_str()?.strip_suffix(".json")?.parse().ok();
        let mut numbers: Vec<u32> = names.filter_map(number).collect();
        numbers.sort_unstable();
        numbers
    }

    /// Reads a journal.
    fn read(&self, number: u32) -> io::Result<Written> {
        let file = self.state.join(format!("{number}.json"));
        let written = fs::read(&file).and_then(|bytes| Ok(serde_json::from_slice(&bytes)?));
        written.map_err(|error| at(&file, &error))
    }

    fn journal(&self, number: u32, written: Written) -> Journal {
        let file = self.state.join(format!("{number}.json"));
        Journal { steps: written.steps, kept: self.kept.join(written.kept), file }
    }

    /// Applies steps. Removed and overwritten files are kept. The journal is written first, so that an interrupted run
    /// can be undone. With `continues`, the steps are undone together with those of the journal before.
    ///
    /// # Errors
    /// When a file changed since the steps were planned, with its path; then no step is made. When a file cannot be
    /// moved, with its path; then [`undo`](Self::undo) undoes the steps made so far.
    pub(crate) fn apply(&self, steps: Vec<Step>, continues: bool) -> io::Result<()> {
        check(&self.root, &steps)?;
        no_link(&self.kept)?;
        let number = self.numbers().last().map_or(1, |last| last + 1);
        // First the folder for kept files, then the journal, then the steps. Nobody else can know the folder's random
        // name, so that it contains only files that were kept.
        fs::create_dir_all(&self.kept).map_err(|error| at(&self.kept, &error))?;
        let folder = tempfile::Builder::new().prefix(&format!("{number}-")).tempdir_in(&self.kept)?;
        let kept = folder.path().file_name().unwrap_or_default().to_string_lossy().into_owned();
        let written = Written { continues, kept, steps };
        let text = serde_json::to_string_pretty(&written)?;
        let journal = self.journal(number, written);
        if let Err(error) = write_new(&journal.file, text.as_bytes()) {
            // Without a journal the empty folder has no purpose.
            drop(folder);
            let _ = fs::remove_dir(&self.kept);
            return Err(error);
        }
        let _ = folder.keep();
        journal.take(&self.root)
    }

    /// Undoes the last fix, as far as it was made, and returns the number of undone steps. `None` if there is nothing
    /// to undo.
    ///
    /// # Errors
    /// When a file to restore exists again or was edited, or when the kept files are missing; then nothing is undone.
    /// When a file cannot be moved.
    pub(crate) fn undo(&self) -> io::Result<Option<usize>> {
        let mut last: Vec<Journal> = Vec::new();
        for number in self.numbers().into_iter().rev() {
            let written = self.read(number)?;
            let continues = written.continues;
            last.push(self.journal(number, written));
            if !continues {
                break;
            }
        }
        if last.is_empty() {
            return Ok(None);
        }
        no_link(&self.kept)?;
        // Check all journals before the first one is undone.
        last.iter().try_for_each(|journal| journal.can_be_undone(&self.root))?;
        let mut undone = 0;
        for journal in last {
            undone += journal.undo(&self.root)?;
        }
        // Removes the folders only if they are empty.
        let _ = fs::remove_dir(&self.kept);
        let _ = fs::remove_dir(&self.state);
        Ok(Some(undone))
    }
}

/// Refuses a folder that is a symbolic link, as it could point to other people's files.
fn no_link(folder: &Path) -> io::Result<()> {
    if folder.is_symlink() { Err(at(folder, &io::Error::other("is a symbolic link"))) } else { Ok(()) }
}

/// The contents of a journal file.
#[derive(Serialize, Deserialize)]
struct Written {
    /// Whether it belongs to the same fix as the journal before it.
    continues: bool,
    /// The random name of the folder of kept files.
    kept: String,
    steps: Vec<Step>,
}

/// Adds a path to an error.
fn at(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", super::output::shown(path)))
}

/// Joins a path to a folder. Fails where the path leaves the folder or passes through a symbolic link.
fn below(root: &Path, path: &str) -> io::Result<PathBuf> {
    let mut place = root.to_owned();
    let mut parts = Path::new(path).components().peekable();
    while let Some(part) = parts.next() {
        let Component::Normal(name) = part else {
            return Err(io::Error::other(format!("`{}` is outside the submission", path.escape_debug())));
        };
        place.push(name);
        if parts.peek().is_some() && place.is_symlink() {
            return Err(io::Error::other(format!("{} is a symbolic link", super::output::shown(&place))));
        }
    }
    Ok(place)
}

/// Checks that every step can be made: its source exists and its target does not.
fn check(root: &Path, steps: &[Step]) -> io::Result<()> {
    // No step is made yet: targets of earlier steps do not exist, and their sources still do.
    let (mut made, mut gone): (BTreeSet<&str>, BTreeSet<&str>) = (BTreeSet::new(), BTreeSet::new());
    for step in steps {
        let (source, target) = match step {
            Step::Remove { path, .. } | Step::Rewrite { path, .. } => (Some(path), None),
            Step::Move { from, to } => (Some(from), Some(to)),
            Step::Add { path, .. } => (None, Some(path)),
        };
        if let Some(path) = source.filter(|path| !around(path).any(|one| made.contains(one))) {
            let place = below(root, path)?;
            let found = place.symlink_metadata().map_err(|error| at(&place, &error))?;
            if matches!(step, Step::Rewrite { .. }) && !found.is_file() {
                return Err(at(&place, &io::Error::other("is no longer a file; nothing was changed")));
            }
        }
        if let Some(path) = target {
            let place = below(root, path)?;
            if is_there(&place) && !gone.contains(path.as_str()) {
                let error = io::Error::new(io::ErrorKind::AlreadyExists, "already exists; nothing was changed");
                return Err(at(&place, &error));
            }
            made.insert(path);
        }
        gone.extend(source.filter(|_| !matches!(step, Step::Rewrite { .. })).map(String::as_str));
    }
    Ok(())
}

impl Journal {
    /// Makes the steps, and records each one.
    fn take(&self, root: &Path) -> io::Result<()> {
        for (number, step) in self.steps.iter().enumerate() {
            let place = self.kept.join(number.to_string());
            let done = match step {
                Step::Remove { path, .. } => below(root, path).and_then(|from| fs::rename(from, place)),
                Step::Move { from, to } => {
                    below(root, from).and_then(|from| move_to_free(&from, &below(root, to)?)).and_then(|()| {
                        // This file records the move, as both paths may exist for other reasons.
                        write_new(&place, b"")
                    })
                }
                Step::Add { path, .. } => below(root, path).and_then(|path| {
                    let new = self.kept.join(format!("{number}.new"));
                    write_new(&new, b"")?;
                    write_new(&place, b"")?;
                    move_to_free(&new, &path)
                }),
                Step::Rewrite { path, content, .. } => below(root, path).and_then(|path| {
                    // Both renames are atomic: undo never finds a partial file or our temporary files in the tree.
                    let (old, new) = (self.kept.join(format!("{number}.old")), self.kept.join(format!("{number}.new")));
                    fs::copy(&path, &old)?;
                    write_new(&new, content.as_bytes())?;
                    fs::set_permissions(&new, fs::metadata(&old)?.permissions())?;
                    fs::rename(old, place)?;
                    fs::rename(new, &path)
                }),
            };
            done.map_err(|error| {
                io::Error::new(
                    error.kind(),
                    format!("{step}: {error}; run `tinyaudit fix --undo` to undo the changes made so far"),
                )
            })?;
        }
        Ok(())
    }

    /// Undoes the steps that were made, the last one first, and returns their number.
    fn undo(&self, root: &Path) -> io::Result<usize> {
        let mut undone = 0;
        for (number, step) in self.steps.iter().enumerate().rev() {
            let place = self.kept.join(number.to_string());
            match step {
                Step::Remove { path, .. } | Step::Rewrite { path, .. } if is_there(&place) => {
                    fs::rename(place, below(root, path)?)?;
                }
                Step::Move { from, to } if was_moved(&place, &below(root, from)?, &below(root, to)?) => {
                    fs::rename(below(root, to)?, below(root, from)?)?;
                }
                Step::Add { path, .. } if is_there(&place) && is_there(&below(root, path)?) => {
                    // Moved, not deleted, so that nothing is lost if somebody wrote to the file meanwhile.
                    fs::rename(below(root, path)?, place)?;
                }
                _ => continue,
            }
            undone += 1;
        }
        // The journal is removed first, so that nothing is undone twice. In the folder only our own files are removed.
        fs::remove_file(&self.file)?;
        for number in 0..self.steps.len() {
            for name in [number.to_string(), format!("{number}.old"), format!("{number}.new")] {
                let _ = fs::remove_file(self.kept.join(name));
            }
        }
        let _ = fs::remove_dir(&self.kept);
        Ok(undone)
    }

    /// Checks that the kept files exist and that nothing is in the place of a file to restore.
    fn can_be_undone(&self, root: &Path) -> io::Result<()> {
        no_link(&self.kept)?;
        if !self.kept.is_dir() {
            let gone = io::Error::new(io::ErrorKind::NotFound, "does not exist; nothing was undone");
            return Err(at(&self.kept, &gone));
        }
        self.nothing_is_in_the_way(root)
    }

    fn nothing_is_in_the_way(&self, root: &Path) -> io::Result<()> {
        for (number, step) in self.steps.iter().enumerate() {
            let place = self.kept.join(number.to_string());
            let (path, reason) = match step {
                Step::Remove { path, .. } if is_there(&place) && is_there(&below(root, path)?) => {
                    (path, "exists again")
                }
                Step::Move { from, to }
                    if is_there(&place) && is_there(&below(root, from)?) && is_there(&below(root, to)?) =>
                {
                    (from, "exists again")
                }
                Step::Add { path, .. }
                    if fs::metadata(below(root, path)?).is_ok_and(|file| is_there(&place) && file.len() > 0) =>
                {
                    (path, "was edited since")
                }
                Step::Rewrite { path, content, .. } if is_there(&place) && is_there(&below(root, path)?) => {
                    let now = fs::read(below(root, path)?)?;
                    // After an interruption the file may still have its old contents.
                    if now == content.as_bytes() || now == fs::read(&place)? {
                        continue;
                    }
                    (path, "was edited since")
                }
                _ => continue,
            };
            let message = format!("nothing was undone: {path} {reason}; move it elsewhere");
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, message));
        }
        Ok(())
    }
}

/// Moves a file or folder to a path that does not exist. On some systems, names that differ in case only are the same
/// name.
fn move_to_free(from: &Path, to: &Path) -> io::Result<()> {
    let same = || Some(fs::canonicalize(from).ok()? == fs::canonicalize(to).ok()?);
    if is_there(to) && same() != Some(true) {
        let message = format!("{} already exists", super::output::shown(to));
        return Err(io::Error::new(io::ErrorKind::AlreadyExists, message));
    }
    fs::rename(from, to)
}

/// Whether a move was made: it was recorded, or it was interrupted between moving and recording.
fn was_moved(noted: &Path, from: &Path, to: &Path) -> bool {
    is_there(to) && (is_there(noted) || !is_there(from))
}

fn is_there(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

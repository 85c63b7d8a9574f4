//! The journal of `fix`: steps are written down, taken one by one, and taken back.
//!
//! Nothing is deleted: what goes, goes into a folder beside the submission, and the journal is written first. A step is one
//! rename, so that an interruption leaves the old state or the new one, and undoing works from either.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};
use std::{fs, io};

use serde::{Deserialize, Serialize};

use crate::source::around;
use crate::submit::mending::Step;
use crate::submit::output::write_new;

/// The steps of one `fix`, and how far they were taken.
///
/// Two places belong to it. What is removed or replaced is kept beside the submission, in a folder of its own. What was done
/// stands in the user's own folder of state, as a folder beside a submission may have come with it, and nobody but this user
/// may say which files are moved back.
#[derive(Debug)]
struct Journal {
    /// In the order they are taken.
    steps: Vec<Step>,
    /// Where what is removed or replaced is kept.
    kept: PathBuf,
    /// Where the steps are written down.
    file: PathBuf,
}

/// The journals of a submission.
#[derive(Debug)]
pub struct Journals {
    root: PathBuf,
    /// Beside the submission.
    kept: PathBuf,
    /// In the user's folder of state.
    state: PathBuf,
}

impl Journals {
    /// The journals of the submission in a folder, whose path is whole. `state` is the user's folder of state.
    ///
    /// # Errors
    /// When the folder is the root of the file system.
    pub fn of(root: &Path, state: &Path) -> io::Result<Self> {
        let name = root.file_name().ok_or_else(|| io::Error::other("the root of the file system cannot be fixed"))?;
        let kept = root.with_file_name(format!("{}.tinyaudit-undo", name.to_string_lossy()));
        let place = super::package::sha256(root.as_os_str().as_encoded_bytes());
        Ok(Self { root: root.to_owned(), kept, state: state.join("undo").join(place) })
    }

    /// Where what is removed or replaced is kept.
    #[must_use]
    pub fn kept(&self) -> &Path {
        &self.kept
    }

    /// The numbers of what was done and not taken back, in order.
    fn numbers(&self) -> Vec<u32> {
        let names = fs::read_dir(&self.state).into_iter().flatten().flatten();
        let number = |entry: fs::DirEntry| entry.file_name().to_str()?.strip_suffix(".json")?.parse().ok();
        let mut numbers: Vec<u32> = names.filter_map(number).collect();
        numbers.sort_unstable();
        numbers
    }

    /// What a journal says.
    fn read(&self, number: u32) -> io::Result<Written> {
        let file = self.state.join(format!("{number}.json"));
        let written = fs::read(&file).and_then(|bytes| Ok(serde_json::from_slice(&bytes)?));
        written.map_err(|error| at(&file, &error))
    }

    fn journal(&self, number: u32, written: Written) -> Journal {
        let file = self.state.join(format!("{number}.json"));
        Journal { steps: written.steps, kept: self.kept.join(written.kept), file }
    }

    /// Takes steps. Everything that goes or changes is kept. The steps are written down before they are taken, so that an
    /// interruption can be undone. Steps that `continue` those before are undone together with them.
    ///
    /// # Errors
    /// When a step's target is not what it was when the steps were planned, with its path; nothing is done then. When a file
    /// cannot be moved, with its path; [`undo`](Self::undo) restores what was done until then.
    pub fn apply(&self, steps: Vec<Step>, continues: bool) -> io::Result<()> {
        check(&self.root, &steps)?;
        no_link(&self.kept)?;
        let number = self.numbers().last().map_or(1, |last| last + 1);
        // First the folder that something may be moved into, then what allows to undo it, then the steps. Nobody else can
        // know the folder's name, so that what it holds is what was kept.
        fs::create_dir_all(&self.kept).map_err(|error| at(&self.kept, &error))?;
        let folder = tempfile::Builder::new().prefix(&format!("{number}-")).tempdir_in(&self.kept)?;
        let kept = folder.path().file_name().unwrap_or_default().to_string_lossy().into_owned();
        let written = Written { continues, kept, steps };
        let text = serde_json::to_string_pretty(&written)?;
        let journal = self.journal(number, written);
        if let Err(error) = write_new(&journal.file, text.as_bytes()) {
            // An empty folder that nothing belongs to would only be in the way.
            drop(folder);
            let _ = fs::remove_dir(&self.kept);
            return Err(error);
        }
        let _ = folder.keep();
        journal.take(&self.root)
    }

    /// Takes back what was done last, as far as it was done; returns how many steps that were. `None` where nothing was done.
    ///
    /// # Errors
    /// When a file was made or edited since in the place of one that comes back, or what was kept is gone; then nothing is
    /// undone. When a file cannot be moved.
    pub fn undo(&self) -> io::Result<Option<usize>> {
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
        // All of them are looked at before the first one is undone.
        last.iter().try_for_each(|journal| journal.can_be_undone(&self.root))?;
        let mut undone = 0;
        for journal in last {
            undone += journal.undo(&self.root)?;
        }
        // Folders go where nothing is left in them.
        let _ = fs::remove_dir(&self.kept);
        let _ = fs::remove_dir(&self.state);
        Ok(Some(undone))
    }
}

/// Refuses a folder that a link takes the place of: it would lead to files that are not ours.
fn no_link(folder: &Path) -> io::Result<()> {
    if folder.is_symlink() { Err(at(folder, &io::Error::other("is a link, which is not followed"))) } else { Ok(()) }
}

/// A journal as it is written.
#[derive(Serialize, Deserialize)]
struct Written {
    /// Whether it goes on with what the one before it did.
    continues: bool,
    /// The folder of what is kept, whose name nobody could have known before.
    kept: String,
    steps: Vec<Step>,
}

/// An error with the path it is about.
fn at(path: &Path, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("{}: {error}", super::output::shown(path)))
}

/// A path below a folder, if it only goes down and no link is on its way.
fn below(root: &Path, path: &str) -> io::Result<PathBuf> {
    let mut place = root.to_owned();
    let mut parts = Path::new(path).components().peekable();
    while let Some(part) = parts.next() {
        let Component::Normal(name) = part else {
            return Err(io::Error::other(format!("`{}` leads out of the submission", path.escape_debug())));
        };
        place.push(name);
        if parts.peek().is_some() && place.is_symlink() {
            return Err(io::Error::other(format!("{} is a link, which is not followed", super::output::shown(&place))));
        }
    }
    Ok(place)
}

/// Whether every step can be taken: what it moves or edits is there, and nothing is where it puts something.
fn check(root: &Path, steps: &[Step]) -> io::Result<()> {
    // What earlier steps put somewhere is not there yet, and what they take away still is.
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
                return Err(at(&place, &io::Error::other("is not a file any more; nothing was changed")));
            }
        }
        if let Some(path) = target {
            let place = below(root, path)?;
            if is_there(&place) && !gone.contains(path.as_str()) {
                let error = io::Error::new(io::ErrorKind::AlreadyExists, "is in the way; nothing was changed");
                return Err(at(&place, &error));
            }
            made.insert(path);
        }
        gone.extend(source.filter(|_| !matches!(step, Step::Rewrite { .. })).map(String::as_str));
    }
    Ok(())
}

impl Journal {
    /// Takes the steps, and notes each that is done.
    fn take(&self, root: &Path) -> io::Result<()> {
        for (number, step) in self.steps.iter().enumerate() {
            let place = self.kept.join(number.to_string());
            let done = match step {
                Step::Remove { path, .. } => below(root, path).and_then(|from| fs::rename(from, place)),
                Step::Move { from, to } => {
                    below(root, from).and_then(|from| move_to_free(&from, &below(root, to)?)).and_then(|()| {
                        // That it was moved is told by what stands here, as both names may be there for other reasons.
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
                    // Undoing takes what is there for whole, and finds nothing of ours in the tree.
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
                    format!("{step}: {error}; `tinyaudit fix --undo` takes back what was done"),
                )
            })?;
        }
        Ok(())
    }

    /// Takes the steps back, the last first, as far as they were taken; returns how many.
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
                    // Into the folder that goes last, so that what somebody wrote into it would not be lost.
                    fs::rename(below(root, path)?, place)?;
                }
                _ => continue,
            }
            undone += 1;
        }
        // The journal goes first: without it nothing is undone twice. Of the folder only what is ours goes.
        fs::remove_file(&self.file)?;
        for number in 0..self.steps.len() {
            for name in [number.to_string(), format!("{number}.old"), format!("{number}.new")] {
                let _ = fs::remove_file(self.kept.join(name));
            }
        }
        let _ = fs::remove_dir(&self.kept);
        Ok(undone)
    }

    /// Whether everything that was kept is there, and nothing is where it comes back to.
    fn can_be_undone(&self, root: &Path) -> io::Result<()> {
        no_link(&self.kept)?;
        if !self.kept.is_dir() {
            let gone =
                io::Error::new(io::ErrorKind::NotFound, "is gone, and with it what was removed; nothing is undone");
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
                    // An interruption leaves the old content where the new one was to go.
                    if now == content.as_bytes() || now == fs::read(&place)? {
                        continue;
                    }
                    (path, "was edited since")
                }
                _ => continue,
            };
            let message = format!("nothing is undone: {path} {reason}; move it away");
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, message));
        }
        Ok(())
    }
}

/// Moves a file or folder to where nothing is. Names that differ in case only are one name on some systems.
fn move_to_free(from: &Path, to: &Path) -> io::Result<()> {
    let same = || Some(fs::canonicalize(from).ok()? == fs::canonicalize(to).ok()?);
    if is_there(to) && same() != Some(true) {
        let message = format!("{} is in the way", super::output::shown(to));
        return Err(io::Error::new(io::ErrorKind::AlreadyExists, message));
    }
    fs::rename(from, to)
}

/// Whether a move was done: it was noted, or an interruption came between both.
fn was_moved(noted: &Path, from: &Path, to: &Path) -> bool {
    is_there(to) && (is_there(noted) || !is_there(from))
}

fn is_there(path: &Path) -> bool {
    path.symlink_metadata().is_ok()
}

//! Temporary files and folders beside what is written: removed when a command is interrupted, and by the next command if
//! it was killed.
//!
//! Their names say which process made them: `.tinyaudit-NAMESPACE-PROCESS-XXXXXX`. The namespace tells containers that
//! share a folder apart, whose process numbers mean nothing to each other.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use std::{fs, io};

/// Beginning of the names.
const MARK: &str = ".tinyaudit-";
/// Age from which a leftover is removed if nothing is known about its process.
const OLD: Duration = Duration::from_hours(24);

/// Files and folders of this process that are not finished.
static OPEN: Mutex<BTreeSet<PathBuf>> = Mutex::new(BTreeSet::new());

fn open() -> MutexGuard<'static, BTreeSet<PathBuf>> {
    OPEN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Number of the namespace of this process's number; 0 where there are none.
static NAMESPACE: LazyLock<String> = LazyLock::new(|| {
    let link = fs::read_link("/proc/self/ns/pid").unwrap_or_default();
    let digits: String = link.to_string_lossy().chars().filter(char::is_ascii_digit).collect();
    if digits.is_empty() { "0".to_owned() } else { digits }
});

/// Returns the beginning of the names of this process's temporary files.
#[must_use]
pub(crate) fn prefix() -> String {
    format!("{MARK}{}-{}-", *NAMESPACE, std::process::id())
}

/// A temporary file or folder that is removed if the command is interrupted. Dropping this ends that.
pub(crate) struct Unfinished(PathBuf);

impl Unfinished {
    /// Creates a file or folder and notes it, with no interruption between the two.
    ///
    /// # Errors
    /// When it cannot be created.
    pub(crate) fn create<T>(
        make: impl FnOnce() -> io::Result<T>,
        path: impl FnOnce(&T) -> &Path,
    ) -> io::Result<(T, Self)> {
        let mut open = open();
        let new = make()?;
        let path = path(&new).to_owned();
        open.insert(path.clone());
        Ok((new, Self(path)))
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        open().remove(&self.0);
    }
}

/// Removes everything that is not finished, because the command ends. Nothing else is begun while the returned value is
/// held. Only Unix has signals that end a command.
#[cfg(unix)]
#[must_use]
pub(crate) fn remove_unfinished() -> impl Sized {
    let open = open();
    // What cannot be removed is removed by the next command.
    open.iter().for_each(|path| drop(remove(path)));
    open
}

fn remove(path: &Path) -> io::Result<()> {
    if path.symlink_metadata()?.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) }
}

/// A temporary folder of this command, in the system's place for them. It is removed in the end.
pub(crate) struct Room {
    // Removed before it is forgotten.
    folder: tempfile::TempDir,
    _unfinished: Unfinished,
}

impl Room {
    /// Creates a folder.
    ///
    /// # Errors
    /// When it cannot be created.
    pub(crate) fn new() -> io::Result<Self> {
        sweep(&std::env::temp_dir());
        let (folder, unfinished) = Self::below(&std::env::temp_dir())?;
        Ok(Self { folder, _unfinished: unfinished })
    }

    /// Creates a temporary folder in another.
    ///
    /// # Errors
    /// When it cannot be created.
    pub(crate) fn below(parent: &Path) -> io::Result<(tempfile::TempDir, Unfinished)> {
        let create = || tempfile::Builder::new().prefix(&prefix()).tempdir_in(parent);
        Unfinished::create(create, |folder| folder.path())
    }

    /// Returns its path.
    #[must_use]
    pub(crate) fn path(&self) -> &Path {
        self.folder.path()
    }
}

/// Creates a temporary file without a name, which ends with the command.
///
/// # Errors
/// When it cannot be created. The error names the folder.
pub(crate) fn unnamed() -> io::Result<fs::File> {
    let named = |error: io::Error| {
        let folder = std::env::temp_dir();
        io::Error::new(error.kind(), format!("no temporary file can be created in {}: {error}", folder.display()))
    };
    tempfile::tempfile().map_err(named)
}

/// Folders that were swept, with the number of leftovers that were removed.
static SWEPT: Mutex<BTreeMap<PathBuf, usize>> = Mutex::new(BTreeMap::new());

/// Removes what killed commands left in a folder. A folder is swept once per command.
pub(crate) fn sweep(folder: &Path) {
    let mut swept = SWEPT.lock().unwrap_or_else(PoisonError::into_inner);
    swept.entry(folder.to_owned()).or_insert_with(|| remove_left(folder));
}

/// Returns the folders in which something was removed, with the number of leftovers.
#[must_use]
pub(crate) fn swept() -> Vec<(PathBuf, usize)> {
    let swept = SWEPT.lock().unwrap_or_else(PoisonError::into_inner);
    swept.iter().filter(|(_, count)| **count > 0).map(|(folder, count)| (folder.clone(), *count)).collect()
}

/// Removes what killed commands left in a folder, and returns how much that was.
fn remove_left(folder: &Path) -> usize {
    let is_left = |entry: &fs::DirEntry| {
        let name = entry.file_name();
        let parts =
            name.to_str().and_then(|name| name.strip_prefix(MARK)).map(|rest| rest.split('-').collect::<Vec<_>>());
        let Some([space, process, _]) = parts.as_deref() else { return false };
        let Ok(process) = process.parse::<u32>() else { return false };
        if *space == *NAMESPACE && *space != "0" {
            return !Path::new("/proc").join(process.to_string()).exists();
        }
        let age = entry.metadata().and_then(|found| found.modified()).ok().and_then(|time| time.elapsed().ok());
        process != std::process::id() && age.is_some_and(|age| age > OLD)
    };
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries.filter(is_left).filter(|entry| remove(&entry.path()).is_ok()).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(target_os = "linux")]
    #[test]
    fn only_what_dead_processes_left_is_removed() {
        let folder = tempfile::tempdir().unwrap();
        // A process that has ended.
        let mut ended = std::process::Command::new("true").spawn().unwrap();
        let dead = ended.id();
        ended.wait().unwrap();
        let make = |name: String| {
            fs::create_dir(folder.path().join(&name)).unwrap();
            name
        };
        let left = make(format!("{MARK}{}-{dead}-a1B2c3", *NAMESPACE));
        fs::write(folder.path().join(&left).join("log.txt"), "x").unwrap();
        let kept = [
            make(format!("{}a1B2c3", prefix())),
            make(format!("{MARK}1-{dead}-a1B2c3")),
            make(format!("{MARK}notes")),
            make(".tinyaudit".to_owned()),
        ];
        assert_eq!(remove_left(folder.path()), 1);
        assert!(!folder.path().join(left).exists());
        assert!(kept.iter().all(|name| folder.path().join(name).exists()));
    }

    #[cfg(unix)]
    #[test]
    fn what_is_not_finished_is_removed_when_the_command_is_interrupted() {
        let folder = tempfile::tempdir().unwrap();
        let (done, open) = (folder.path().join("done"), folder.path().join("open"));
        fs::write(&done, "").unwrap();
        fs::create_dir(&open).unwrap();
        let note = |path: &PathBuf| Unfinished::create(|| Ok(path.clone()), |path| path).unwrap().1;
        drop(note(&done));
        let unfinished = note(&open);
        drop(remove_unfinished());
        assert!(done.exists() && !open.exists());
        drop(unfinished);
    }
}

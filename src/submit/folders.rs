//! Folders that are replaced as a whole: a copy of the old one, and an exchange in one step.

use std::io;
use std::path::Path;

use super::leftovers::{self, Room};

/// Sets a folder aside: copies it, so that it can be exchanged in one step, or moves it where no system can do that.
///
/// # Errors
/// When it cannot be copied or moved.
pub(crate) fn set_aside(folder: &Path, place: &Path) -> io::Result<()> {
    if cfg!(windows) {
        return std::fs::rename(folder, place);
    }
    let parent = place.parent().unwrap_or(place);
    leftovers::sweep(parent);
    let (copy, unfinished) = Room::below(parent)?;
    copy_folder(folder, copy.path())?;
    readable(copy.path())?;
    std::fs::rename(copy.path(), place)?;
    drop((copy.keep(), unfinished));
    Ok(())
}

/// Puts a new folder in the place of another. If that one exists, it is then in the place of the new one; on Windows it must
/// be empty.
///
/// # Errors
/// When it cannot be moved.
pub(crate) fn exchange(new: &Path, old: &Path) -> io::Result<()> {
    #[cfg(any(target_os = "linux", target_vendor = "apple"))]
    {
        use rustix::fs::{CWD, RenameFlags, renameat_with};

        // Not every file system can do that.
        if renameat_with(CWD, new, CWD, old, RenameFlags::EXCHANGE).is_ok() {
            return Ok(());
        }
    }
    if cfg!(windows) {
        if old.is_dir() {
            std::fs::remove_dir(old)?;
        }
        return std::fs::rename(new, old);
    }
    exchange_by_renames(new, old)
}

/// Exchanges folders where the system cannot do it in one step. If the new one cannot be moved, the old one is put back.
fn exchange_by_renames(new: &Path, old: &Path) -> io::Result<()> {
    let aside = new.with_extension("old");
    let is_there = old.symlink_metadata().is_ok();
    if is_there {
        std::fs::rename(old, &aside)?;
    }
    let moved = std::fs::rename(new, old);
    if is_there {
        std::fs::rename(&aside, if moved.is_ok() { new } else { old })?;
    }
    moved
}

/// Copies what is in a folder into another. A link, pipe or device is an error.
fn copy_folder(from: &Path, to: &Path) -> io::Result<()> {
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let (kind, own) = (entry.file_type()?, to.join(entry.file_name()));
        if kind.is_dir() {
            std::fs::create_dir(&own)?;
            copy_folder(&entry.path(), &own)?;
        } else if kind.is_file() {
            std::fs::copy(entry.path(), &own)?;
        } else {
            let what = format!("{} is a link, pipe or device", entry.path().display());
            return Err(io::Error::other(what));
        }
    }
    Ok(())
}

/// Gives a folder the permissions of its parent. A temporary folder is accessible only to its owner.
///
/// # Errors
/// When they cannot be read or set.
#[cfg(unix)]
pub(crate) fn readable(folder: &Path) -> io::Result<()> {
    let parent = folder.parent().unwrap_or(folder);
    std::fs::set_permissions(folder, std::fs::metadata(parent)?.permissions())
}

#[cfg(not(unix))]
pub(crate) fn readable(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;

    #[test]
    fn a_folder_takes_the_place_of_another() {
        let root = tempfile::tempdir().unwrap();
        let at = |name: &str| root.path().join(name);
        std::fs::create_dir_all(at("new/inner")).unwrap();
        std::fs::write(at("new/inner/file"), "new").unwrap();
        std::fs::create_dir(at("copy")).unwrap();
        copy_folder(&at("new"), &at("copy")).unwrap();
        assert_eq!(std::fs::read(at("copy/inner/file")).unwrap(), b"new");
        exchange(&at("new"), &at("run")).unwrap();
        assert!(at("run/inner/file").is_file() && !at("new").exists());
        std::fs::write(at("copy/inner/file"), "newer").unwrap();
        for exchange in [exchange, exchange_by_renames] {
            let read = |name: &str| std::fs::read(at(name)).unwrap();
            let before = (read("copy/inner/file"), read("run/inner/file"));
            exchange(&at("copy"), &at("run")).unwrap();
            assert_eq!((read("run/inner/file"), read("copy/inner/file")), before);
            assert!(exchange(&at("none"), &at("run")).is_err());
            assert_eq!(read("run/inner/file"), before.0);
        }
        std::os::unix::fs::symlink("nowhere", at("run/link")).unwrap();
        let error = set_aside(&at("run"), &at("aside")).unwrap_err();
        assert!(error.to_string().contains("is a link") && !at("aside").exists());
        std::fs::remove_file(at("run/link")).unwrap();
        set_aside(&at("run"), &at("aside")).unwrap();
        assert!(at("aside/inner/file").is_file() && at("run/inner/file").is_file());
    }
}

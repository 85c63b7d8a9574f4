//! Folders that are replaced as a whole: a copy of the old one, and an exchange in one step.

use std::io;
use std::path::Path;

/// Puts a new folder in the place of another, which may exist, and leaves that one in the place of the new one.
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
///
/// # Errors
/// When something cannot be read, written or copied.
pub(crate) fn copy_folder(from: &Path, to: &Path) -> io::Result<()> {
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

#[cfg(test)]
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
        exchange(&at("copy"), &at("run")).unwrap();
        assert_eq!(std::fs::read(at("run/inner/file")).unwrap(), b"newer");
        #[cfg(unix)]
        {
            std::os::unix::fs::symlink("nowhere", at("run/link")).unwrap();
            std::fs::create_dir(at("other")).unwrap();
            assert!(copy_folder(&at("run"), &at("other")).unwrap_err().to_string().contains("is a link"));
        }
    }
}

//! Writes files completely or not at all. Existing files are overwritten only on request.

use std::collections::BTreeMap;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use super::leftovers::{self, Unfinished};

/// Returns a path with the separators of this system. Parts of the path may come from a submission, which uses `/`.
#[must_use]
pub(crate) fn shown(path: &Path) -> String {
    let text = path.display().to_string();
    if std::path::MAIN_SEPARATOR == '/' { text } else { text.replace('/', std::path::MAIN_SEPARATOR_STR) }
}

/// Writes what `render` produces to a file, through a temporary file in the same folder. Missing folders are created.
///
/// Output to a device or a pipe is appended. Only regular files are overwritten. A symbolic link stays; the file it
/// points to is overwritten.
///
/// # Errors
/// When the file exists and `replace` is not set, or when it cannot be written. The error names the file.
pub(crate) fn write(
    path: &Path,
    replace: bool,
    render: impl FnOnce(&mut dyn Write) -> io::Result<()>,
) -> io::Result<()> {
    let named = |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", shown(path)));
    let refused = |what: &str| Err(named(io::Error::new(io::ErrorKind::InvalidInput, what)));
    let (found, is_link) = (path.metadata(), path.is_symlink());
    match &found {
        Ok(found) if found.is_dir() => return refused("is a folder; give the name of a file"),
        Ok(found) if !found.is_file() || path.starts_with("/dev/fd") || path.starts_with("/proc") => {
            // Another process may write to a file that is already open, so append.
            let mut out = BufWriter::new(std::fs::OpenOptions::new().append(true).open(path).map_err(named)?);
            return render(&mut out).and_then(|()| out.flush()).map_err(named);
        }
        Ok(_) if !replace => {
            return Err(named(io::Error::new(io::ErrorKind::AlreadyExists, "already exists")));
        }
        Err(_) if is_link => {
            return refused("is a symbolic link to a missing file, or to itself; give another file name");
        }
        _ => {}
    }
    let target = if is_link { std::fs::canonicalize(path).map_err(named)? } else { path.to_owned() };
    let path = target.as_path();
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    if folder.exists() && !folder.is_dir() {
        return refused(&format!("{} is not a folder", shown(folder)));
    }
    if folder.is_symlink() && !folder.exists() {
        return refused(&format!("{} is a symbolic link to a missing folder, or to itself", shown(folder)));
    }
    std::fs::create_dir_all(folder).map_err(named)?;
    leftovers::sweep(folder);
    let (mut file, unfinished) = Unfinished::create(|| temporary(folder), |file| file.path()).map_err(named)?;
    if let Ok(found) = &found {
        keep_access(file.as_file(), found).map_err(named)?;
    }
    let mut out = BufWriter::new(file.as_file_mut());
    render(&mut out).and_then(|()| out.flush()).map_err(named)?;
    drop(out);
    let kept = if replace { file.persist(path) } else { file.persist_noclobber(path) };
    drop(unfinished);
    kept.map(|_| ()).map_err(|error| named(error.error))
}

/// Creates a temporary file with the permissions of an ordinary new file, as it is kept in the end.
fn temporary(folder: &Path) -> io::Result<tempfile::NamedTempFile> {
    let prefix = leftovers::prefix();
    let mut builder = tempfile::Builder::new();
    builder.prefix(&prefix);
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder)
}

/// Gives a new file the permissions of the one that it replaces, and its owner where that is allowed: what only some may
/// read stays so.
#[cfg(unix)]
fn keep_access(file: &std::fs::File, replaced: &std::fs::Metadata) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};

    // Only the superuser may give a file away.
    let _ = std::os::unix::fs::fchown(file, Some(replaced.uid()), Some(replaced.gid()));
    file.set_permissions(PermissionsExt::from_mode(replaced.mode() & 0o777))
}

#[cfg(not(unix))]
fn keep_access(_: &std::fs::File, _: &std::fs::Metadata) -> io::Result<()> {
    Ok(())
}

/// Writes a file that must not exist yet.
///
/// # Errors
/// As [`write`](fn@write).
pub(crate) fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if path.symlink_metadata().is_ok() {
        return Err(io::Error::new(io::ErrorKind::AlreadyExists, format!("{}: already exists", shown(path))));
    }
    write(path, false, |out| out.write_all(bytes))
}

/// Writes files into a folder. None of them may exist yet.
///
/// # Errors
/// When a file already exists or cannot be written.
pub fn write_files(files: &BTreeMap<String, Vec<u8>>, folder: &Path) -> io::Result<()> {
    files.iter().try_for_each(|(name, bytes)| write_new(&folder.join(name), bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_overwritten_only_on_request() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("new/file.txt");
        write(&path, false, |out| out.write_all(b"one")).unwrap();
        let error = write(&path, false, |out| out.write_all(b"two")).unwrap_err();
        assert!(error.to_string().contains("file.txt") && error.kind() == io::ErrorKind::AlreadyExists);
        assert_eq!(std::fs::read(&path).unwrap(), b"one");
        write(&path, true, |out| out.write_all(b"two")).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"two");
    }

    #[cfg(unix)]
    #[test]
    fn only_regular_files_are_overwritten() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        std::fs::write(&file, "old").unwrap();
        std::os::unix::fs::symlink("file", &link).unwrap();
        let new = |out: &mut dyn Write| out.write_all(b"new");
        assert_eq!(write(&link, false, new).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        std::fs::set_permissions(&file, std::os::unix::fs::PermissionsExt::from_mode(0o600)).unwrap();
        write(&link, true, new).unwrap();
        assert_eq!(std::os::unix::fs::MetadataExt::mode(&file.metadata().unwrap()) & 0o777, 0o600);
        assert!(link.is_symlink() && std::fs::read(&file).unwrap() == b"new");
        write(Path::new("/dev/null"), false, new).unwrap();
        write(Path::new("/dev/null"), true, new).unwrap();
        assert!(!Path::new("/dev/null").is_file());
        std::os::unix::fs::symlink("nowhere", folder.path().join("dangling")).unwrap();
        assert!(write(&folder.path().join("dangling"), true, new).is_err());
        assert!(write(folder.path(), true, new).is_err());
    }

    #[test]
    fn a_failure_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file.txt");
        let failing = |out: &mut dyn Write| out.write_all(b"half").and(Err(io::Error::other("the disk is full")));
        assert!(write(&path, false, failing).is_err());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}

//! Writing files: whole or not at all, and never over what is there unless told to.

use std::collections::BTreeMap;
use std::io::{self, BufWriter, Write};
use std::path::Path;

/// A path of this machine as its people write it, although parts of it may be names in a submission.
#[must_use]
pub fn shown(path: &Path) -> String {
    let text = path.display().to_string();
    if std::path::MAIN_SEPARATOR == '/' { text } else { text.replace('/', std::path::MAIN_SEPARATOR_STR) }
}

/// Makes a file of what `render` writes, through a temporary file beside it; missing folders are made. A device or a pipe
/// is written to. Only a regular file is ever replaced; a link keeps its place, and the file it leads to is replaced.
///
/// # Errors
/// When the file exists and `replace` is not set, or cannot be written; the error names it.
pub fn write(path: &Path, replace: bool, render: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let named = |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", shown(path)));
    let refused = |what: &str| Err(named(io::Error::new(io::ErrorKind::InvalidInput, what)));
    let (found, is_link) = (path.metadata(), path.is_symlink());
    match &found {
        Ok(found) if found.is_dir() => return refused("is a folder; name a file"),
        Ok(found) if !found.is_file() || path.starts_with("/dev/fd") || path.starts_with("/proc") => {
            // Behind a file that is open already others write, too.
            let mut out = BufWriter::new(std::fs::OpenOptions::new().append(true).open(path).map_err(named)?);
            return render(&mut out).and_then(|()| out.flush()).map_err(named);
        }
        Ok(_) if !replace => {
            return Err(named(io::Error::new(io::ErrorKind::AlreadyExists, "already exists")));
        }
        Err(_) if is_link => return refused("is a link that leads nowhere; name another file"),
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
    std::fs::create_dir_all(folder).map_err(named)?;
    let mut file = temporary(folder).map_err(named)?;
    let mut out = BufWriter::new(file.as_file_mut());
    render(&mut out).and_then(|()| out.flush()).map_err(named)?;
    drop(out);
    let kept = if replace { file.persist(path) } else { file.persist_noclobber(path) };
    kept.map(|_| ()).map_err(|error| named(error.error))
}

/// A new file has the rights of any other, not those of a temporary one.
fn temporary(folder: &Path) -> io::Result<tempfile::NamedTempFile> {
    #[cfg(unix)]
    return tempfile::Builder::new()
        .permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666))
        .tempfile_in(folder);
    #[cfg(not(unix))]
    tempfile::NamedTempFile::new_in(folder)
}

/// Writes a file that must not be there.
///
/// # Errors
/// As [`write`](fn@write).
pub fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    if path.symlink_metadata().is_ok() {
        return Err(io::Error::new(io::ErrorKind::AlreadyExists, format!("{}: already exists", shown(path))));
    }
    write(path, false, |out| out.write_all(bytes))
}

/// Writes files into a folder that must not hold any of them.
///
/// # Errors
/// When a file is there already, or cannot be written.
pub fn write_files(files: &BTreeMap<String, Vec<u8>>, folder: &Path) -> io::Result<()> {
    files.iter().try_for_each(|(name, bytes)| write_new(&folder.join(name), bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_overwritten_unless_told_to() {
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
    fn only_regular_files_are_replaced() {
        let folder = tempfile::tempdir().unwrap();
        let (file, link) = (folder.path().join("file"), folder.path().join("link"));
        std::fs::write(&file, "old").unwrap();
        std::os::unix::fs::symlink("file", &link).unwrap();
        let new = |out: &mut dyn Write| out.write_all(b"new");
        assert_eq!(write(&link, false, new).unwrap_err().kind(), io::ErrorKind::AlreadyExists);
        write(&link, true, new).unwrap();
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

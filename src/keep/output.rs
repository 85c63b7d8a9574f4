//! Writing files: whole or not at all, and never over what is there unless told to.

use std::collections::BTreeMap;
use std::io::{self, BufWriter, Write};
use std::path::Path;

/// Makes a file of what `render` writes, through a temporary file beside it; missing folders are made.
///
/// # Errors
/// When the file is there and `replace` is not set, or cannot be written; the error names it.
pub fn write(path: &Path, replace: bool, render: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let named = |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", path.display()));
    if !replace && path.symlink_metadata().is_ok() {
        return Err(named(io::Error::new(io::ErrorKind::AlreadyExists, "it is there already")));
    }
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder).map_err(named)?;
    #[cfg_attr(not(unix), allow(unused_mut))]
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.tempfile_in(folder).map_err(named)?;
    let mut out = BufWriter::new(file.as_file_mut());
    render(&mut out).and_then(|()| out.flush()).map_err(named)?;
    drop(out);
    let kept = if replace { file.persist(path) } else { file.persist_noclobber(path) };
    kept.map(|_| ()).map_err(|error| named(error.error))
}

/// Writes a file that must not be there.
///
/// # Errors
/// As [`write`](fn@write).
pub fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
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

    #[test]
    fn a_failure_leaves_nothing_behind() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file.txt");
        let failing = |out: &mut dyn Write| out.write_all(b"half").and(Err(io::Error::other("the disk is full")));
        assert!(write(&path, false, failing).is_err());
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}

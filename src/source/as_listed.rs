//! Files of a folder, read as they were when the folder was listed.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// A file of a folder. Reading fails if it is larger than when the folder was listed, because a file that grows has no
/// end.
pub(super) struct AsListed {
    file: File,
    left: u64,
}

impl AsListed {
    /// Opens a file that had so many bytes. Since the folder was listed, it may have become a pipe, which would wait for a
    /// writer, or a link.
    ///
    /// # Errors
    /// When it cannot be opened, or is not a file any more.
    pub(super) fn open(path: &Path, size: u64) -> io::Result<Self> {
        let mut options = File::options();
        options.read(true);
        #[cfg(all(unix, feature = "cli"))]
        {
            use rustix::fs::OFlags;
            use std::os::unix::fs::OpenOptionsExt;

            options.custom_flags((OFlags::NONBLOCK | OFlags::NOFOLLOW).bits().cast_signed());
        }
        let file = options.open(path)?;
        if !file.metadata()?.is_file() {
            return Err(io::Error::other("it is not a file any more"));
        }
        Ok(Self { file, left: size })
    }
}

impl Read for AsListed {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.left == 0 {
            return match self.file.read(&mut [0])? {
                0 => Ok(0),
                _ => Err(io::Error::other("it has grown since the folder was listed")),
            };
        }
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        let count = self.file.read(&mut buffer[..most])?;
        self.left -= count as u64;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::super::Tree;

    #[test]
    fn a_file_that_grows_is_not_read() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("log.txt");
        std::fs::write(&path, "one\n").unwrap();
        let tree = Tree::open(root.path()).unwrap();
        let read = || tree.read(tree.get("log.txt").unwrap());
        assert_eq!(read().unwrap(), b"one\n");
        std::fs::write(&path, "one\ntwo\n").unwrap();
        assert!(read().unwrap_err().to_string().contains("has grown"));
        std::fs::write(&path, "on").unwrap();
        assert_eq!(read().unwrap(), b"on");
        #[cfg(all(unix, feature = "cli"))]
        {
            use rustix::fs::{CWD, FileType, Mode};

            std::fs::rename(&path, root.path().join("other")).unwrap();
            std::os::unix::fs::symlink("other", &path).unwrap();
            assert!(read().is_err());
            std::fs::remove_file(&path).unwrap();
            rustix::fs::mknodat(CWD, &path, FileType::Fifo, Mode::RUSR, 0).unwrap();
            assert!(read().unwrap_err().to_string().contains("not a file any more"));
        }
    }
}

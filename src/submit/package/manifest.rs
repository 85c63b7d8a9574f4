//! The manifest of a package: digest and size of every file, in a format that `sha256sum -c` reads.

use std::{fmt, io};

use super::{Sha256Hex, copy_and_hash, sha256};
use crate::source::{Entry, Tree};

/// The manifest: all files of a package except the manifest itself.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Manifest {
    /// The files, sorted by path.
    pub files: Vec<Listed>,
}

/// One file of the manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listed {
    /// Its path in the package.
    pub path: String,
    /// Its size in bytes.
    pub size: u64,
    /// Its SHA-256 digest.
    pub sha256: Sha256Hex,
}

impl Listed {
    /// Computes digest and size of a file in a tree. The file is read as a stream.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn from_entry(tree: &Tree, entry: &Entry) -> io::Result<Self> {
        let (size, sha256) = tree.stream(entry, |source| copy_and_hash(source, &mut io::sink()))?;
        Ok(Self { path: entry.path.to_string(), size, sha256 })
    }

    /// Computes digest and size of a file from its bytes.
    #[must_use]
    pub fn from_bytes(path: &str, bytes: &[u8]) -> Self {
        Self { path: path.to_owned(), size: bytes.len() as u64, sha256: sha256(bytes) }
    }
}

/// Writes two lines per file: the size as a comment, then digest, two spaces and path. Paths with line breaks or
/// backslashes are escaped as in coreutils.
impl fmt::Display for Manifest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for Listed { path, size, sha256 } in &self.files {
            let escaped = path.replace('\\', "\\\\").replace('\n', "\\n").replace('\r', "\\r");
            let mark = if escaped == *path { "" } else { "\\" };
            writeln!(f, "# {size} bytes\n{mark}{sha256}  {escaped}")?;
        }
        Ok(())
    }
}

impl Manifest {
    /// Reads a manifest.
    ///
    /// # Errors
    /// When a line is not valid in a manifest, with its number.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut files = Vec::new();
        let mut size = None;
        for (number, line) in text.lines().enumerate() {
            let wrong = || format!("line {} is not a valid manifest line: `{}`", number + 1, line.escape_debug());
            if let Some(comment) = line.strip_prefix("# ") {
                size = Some(comment.strip_suffix(" bytes").and_then(|size| size.parse().ok()).ok_or_else(wrong)?);
                continue;
            }
            let (escaped, line) = line.strip_prefix('\\').map_or((false, line), |rest| (true, rest));
            let (sha256, path) = line.split_once("  ").ok_or_else(wrong)?;
            if sha256.len() != 64 || !sha256.bytes().all(|byte| byte.is_ascii_hexdigit()) {
                return Err(wrong());
            }
            let path = if escaped { unescaped(path) } else { path.to_owned() };
            files.push(Listed { path, size: size.take().ok_or_else(wrong)?, sha256: sha256.to_lowercase() });
        }
        Ok(Self { files })
    }
}

fn unescaped(path: &str) -> String {
    let mut out = String::new();
    let mut characters = path.chars();
    while let Some(c) = characters.next() {
        match (c, if c == '\\' { characters.next() } else { None }) {
            ('\\', Some('n')) => out.push('\n'),
            ('\\', Some('r')) => out.push('\r'),
            ('\\', Some(other)) => out.push(other),
            _ => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_manifest_reads_back(paths in proptest::collection::btree_set("[a-z \\\\\n\rü]{1,12}", 0..6)) {
            let files = paths.iter().map(|path| Listed::from_bytes(path, path.as_bytes())).collect();
            let manifest = Manifest { files };
            prop_assert_eq!(Manifest::parse(&manifest.to_string()).unwrap(), manifest);
        }
    }

    #[test]
    fn an_error_names_the_line() {
        assert!(Manifest::parse("# 3 bytes\nabc  x\n").unwrap_err().contains("line 2"));
        assert!(Manifest::parse("# many bytes\n").unwrap_err().contains("line 1"));
    }
}

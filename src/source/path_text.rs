//! Paths that share blocks of text, as a tree may have a million of them.

use std::cmp::Ordering;
use std::fmt;
use std::ops::Deref;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// A path below the root of a tree, separated by `/`.
#[derive(Clone)]
pub struct PathText {
    block: Arc<Block>,
    start: u32,
    length: u32,
}

struct Block {
    text: String,
    /// The real path, if it is not valid UTF-8. Then the block has this path only.
    real: Option<PathBuf>,
}

impl PathText {
    /// Makes a path from its text, and from the real path if that is not valid UTF-8.
    pub(super) fn new(text: String, real: Option<PathBuf>) -> Self {
        let length = u32::try_from(text.len()).unwrap_or(u32::MAX);
        Self { block: Arc::new(Block { text, real }), start: 0, length }
    }

    /// Returns the real path, if it is not valid UTF-8.
    pub(super) fn real(&self) -> Option<&Path> {
        self.block.real.as_deref()
    }

    /// Returns the same real path with another text.
    pub(super) fn renamed(&self, text: String) -> Self {
        Self::new(text, self.block.real.clone())
    }

    /// Number of paths that share a block.
    pub(super) const SHARED: usize = 1024;

    /// Moves the text of paths into one shared block.
    pub(super) fn share<'a>(paths: impl Iterator<Item = &'a mut Self>) {
        let mut paths: Vec<&mut Self> = paths.filter(|path| path.real().is_none()).collect();
        let mut text = String::with_capacity(paths.iter().map(|path| path.len()).sum());
        for path in &paths {
            text.push_str(path);
        }
        let block = Arc::new(Block { text, real: None });
        let mut start = 0;
        for path in &mut paths {
            let length = path.length;
            **path = Self { block: Arc::clone(&block), start, length };
            start = start.saturating_add(length);
        }
    }
}

impl Deref for PathText {
    type Target = str;

    fn deref(&self) -> &str {
        let start = self.start as usize;
        self.block.text.get(start..start + self.length as usize).unwrap_or_default()
    }
}

impl From<String> for PathText {
    fn from(text: String) -> Self {
        Self::new(text, None)
    }
}

impl Ord for PathText {
    fn cmp(&self, other: &Self) -> Ordering {
        (&**self, self.real()).cmp(&(&**other, other.real()))
    }
}

impl PartialOrd for PathText {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for PathText {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for PathText {}

impl fmt::Display for PathText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self)
    }
}

impl fmt::Debug for PathText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", &**self)
    }
}

//! The files directly in a folder, as a view of the tree's list, so that names are not copied.

use std::fmt;
use std::sync::Arc;

use super::{Entry, below, children, join, place_of};

/// The files directly in a folder, without folders and links.
#[derive(Clone, Default)]
pub struct Files {
    all: Arc<Vec<Entry>>,
    folder: String,
}

impl Files {
    pub(super) fn new(all: &Arc<Vec<Entry>>, folder: &str) -> Self {
        Self { all: Arc::clone(all), folder: folder.to_owned() }
    }

    fn entries(&self) -> impl Iterator<Item = &Entry> {
        children(&self.all[below(&self.all, &self.folder)], &self.folder).filter(|entry| entry.is_file())
    }

    /// Returns their names, sorted.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.entries().map(Entry::name)
    }

    /// Returns the sum of their sizes in bytes.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.entries().filter_map(Entry::size).fold(0, u64::saturating_add)
    }

    /// Returns their number.
    #[must_use]
    pub fn count(&self) -> usize {
        self.entries().count()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries().next().is_none()
    }

    /// Whether there is a file of this name.
    #[must_use]
    pub fn contains(&self, name: &str) -> bool {
        place_of(&self.all, &join(&self.folder, name)).is_some_and(|place| self.all[place].is_file())
    }
}

impl fmt::Debug for Files {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.names()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::super::Tree;
    use std::io;

    #[test]
    fn files_of_subfolders_are_not_included() {
        let files = ["a/b/x", "a/b/y/z", "a/b-c", "a/b/a"].map(|path| (path.to_owned(), path.len() as u64));
        let tree = Tree::from_files("", files, |_| Ok(Box::new(io::empty()))).unwrap();
        let files = tree.files_in("a/b");
        assert!(files.names().eq(["a", "x"]));
        assert_eq!((files.count(), files.size(), files.is_empty()), (2, 10, false));
        assert!(files.contains("x") && !files.contains("y") && !files.contains("z"));
        assert!(tree.files_in("a/none").is_empty() && tree.files_in("").is_empty());
        assert_eq!(format!("{files:?}"), r#"["a", "x"]"#);
    }
}

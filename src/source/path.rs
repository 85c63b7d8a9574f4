//! Paths of a tree as text: relative to its root, separated by `/`.

/// The last part of a path.
#[must_use]
pub fn name_of(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// The folder of a path; empty where it lies in the tree itself.
#[must_use]
pub fn parent_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(parent, _)| parent)
}

/// Whether a file was left by an operating system or an editor.
#[must_use]
pub fn is_dropping(name: &str) -> bool {
    let names = [".DS_Store", "Thumbs.db", "desktop.ini"];
    names.contains(&name)
        || name.starts_with("._")
        || name.starts_with("~$")
        || name.ends_with('~')
        || name.rsplit_once('.').is_some_and(|(_, ending)| ending == "swp")
}

/// Whether Windows takes a name for a device's, whatever it ends in.
#[must_use]
pub fn is_reserved(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or(name).trim_end().to_lowercase();
    let numbered = |device| stem.strip_prefix(device).is_some_and(|rest| matches!(rest.as_bytes(), [b'1'..=b'9']));
    ["con", "prn", "aux", "nul"].contains(&stem.as_str()) || numbered("com") || numbered("lpt")
}

/// Whether a path is a folder or lies in it; the empty path is the tree itself.
#[must_use]
pub fn is_inside(path: &str, folder: &str) -> bool {
    folder.is_empty() || path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// The folders around a path, outermost first, and the path itself.
pub fn around(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').map(|(at, _)| &path[..at]).chain([path])
}

/// Paths in the order of their folders, so that what lies in a folder follows it at once.
#[must_use]
pub fn by_folders(a: &str, b: &str) -> std::cmp::Ordering {
    a.split('/').cmp(b.split('/'))
}

/// A path below a folder; the root is the empty path.
#[must_use]
pub fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

//! Functions for paths in a tree, which are text relative to its root, separated by `/`.

/// Returns the last part of a path.
#[must_use]
pub(crate) fn name_of(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// Returns the folder of a path; empty if it is directly in the root.
#[must_use]
pub(crate) fn parent_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(parent, _)| parent)
}

/// Whether a file was left by an operating system or an editor.
#[must_use]
pub(crate) fn is_system_file(name: &str) -> bool {
    let names = [".DS_Store", "Thumbs.db", "desktop.ini"];
    names.contains(&name)
        || name.starts_with("._")
        || name.starts_with("~$")
        || name.ends_with('~')
        || name.rsplit_once('.').is_some_and(|(_, ending)| ending == "swp")
}

/// Whether Windows reserves a name for a device, with any file extension.
#[must_use]
pub(crate) fn is_reserved(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or(name).trim_end().to_lowercase();
    let numbered = |device| stem.strip_prefix(device).is_some_and(|rest| matches!(rest.as_bytes(), [b'1'..=b'9']));
    ["con", "prn", "aux", "nul"].contains(&stem.as_str()) || numbered("com") || numbered("lpt")
}

/// Whether a path is a folder or inside it. The empty path is the root.
#[must_use]
pub(crate) fn is_inside(path: &str, folder: &str) -> bool {
    folder.is_empty() || path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Returns the parent folders of a path, outermost first, then the path itself.
pub(crate) fn around(path: &str) -> impl Iterator<Item = &str> {
    path.match_indices('/').map(|(at, _)| &path[..at]).chain([path])
}

/// Compares paths part by part, so that the contents of a folder follow it directly.
#[must_use]
pub(crate) fn by_folders(a: &str, b: &str) -> std::cmp::Ordering {
    a.split('/').cmp(b.split('/'))
}

/// Joins a name to a folder. The empty folder is the root.
#[must_use]
pub(crate) fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}

//! Verifies a package, or its unpacked folder, against its manifest.

use std::collections::BTreeMap;
use std::io::BufReader;

use rayon::prelude::*;
use serde::Deserialize;

use super::{Listed, MANIFEST, Manifest, REPORT};
use crate::audit::report::LeftOut;
use crate::source::{Entry, Tree};

/// A difference between a package and its manifest.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Difference {
    /// The file.
    pub path: String,
    /// The difference.
    pub message: String,
}

/// Returns all differences between a package and its manifest, sorted by path. A manifest that cannot be read is a
/// difference, too.
///
/// # Errors
/// When there is no manifest.
pub fn differences(tree: &Tree) -> Result<Vec<Difference>, String> {
    let entry = tree.get(MANIFEST).ok_or_else(|| format!("{MANIFEST} is missing, so this is not a package"))?;
    Ok(match manifest(tree, entry) {
        Ok(manifest) => differences_from(tree, &manifest),
        Err(message) => vec![Difference { path: MANIFEST.to_owned(), message }],
    })
}

fn manifest(tree: &Tree, entry: &Entry) -> Result<Manifest, String> {
    /// Upper limit for the bytes of a file's two lines without its path.
    const BESIDE: u64 = 256;
    let most = tree.entries().iter().map(|entry| 2 * entry.path.len() as u64 + BESIDE).sum::<u64>() + (64 << 10);
    if let Some(size) = entry.size().filter(|size| *size > most) {
        return Err(format!("it has {size} bytes; at most {most} expected for this number of files"));
    }
    let bytes = tree.read(entry).map_err(|error| format!("it cannot be read: {error}"))?;
    let text = String::from_utf8(bytes).map_err(|_| "it is not UTF-8 text".to_owned())?;
    Manifest::parse(&text)
}

fn differences_from(tree: &Tree, manifest: &Manifest) -> Vec<Difference> {
    let difference = |path: &str, message: String| Difference { path: path.to_owned(), message };
    let mut listed: BTreeMap<&str, &Listed> = BTreeMap::new();
    let mut found = Vec::new();
    for file in &manifest.files {
        if listed.insert(&file.path, file).is_some() {
            found.push(difference(&file.path, "it is listed twice".to_owned()));
        }
    }
    let extra = tree.entries().iter().filter(|entry| {
        entry.kind != crate::source::Kind::Folder && *entry.path != *MANIFEST && !listed.contains_key(&*entry.path)
    });
    found.extend(extra.map(|entry| difference(&entry.path, "it is not in the manifest".to_owned())));
    let changed: Vec<Difference> = listed
        .par_iter()
        .filter_map(|(path, file)| {
            let Some(entry) = tree.get(path).filter(|entry| entry.is_file()) else {
                return Some(difference(path, "it is missing".to_owned()));
            };
            match Listed::from_entry(tree, entry) {
                Err(error) => Some(difference(path, format!("it cannot be read: {error}"))),
                Ok(now) if now.size != file.size => {
                    Some(difference(path, format!("it has {} bytes; {} in the manifest", now.size, file.size)))
                }
                Ok(now) if now.sha256 != file.sha256 => Some(difference(path, "its contents were changed".to_owned())),
                Ok(_) => None,
            }
        })
        .collect();
    found.extend(changed);
    found.sort();
    found
}

/// What the report in a package says about how the package was made.
#[derive(Debug, Deserialize)]
pub struct Stored {
    /// The round.
    pub round: String,
    /// Results and energies that were left out.
    #[serde(default)]
    pub left_out: Vec<LeftOut>,
}

/// Reads the report in a package. Its findings and results are not trusted, and not read.
///
/// # Errors
/// When the report is missing, cannot be read, or does not name a round.
pub fn stored(tree: &Tree) -> Result<Stored, String> {
    let entry = tree.get(REPORT).ok_or_else(|| format!("{REPORT} is missing"))?;
    let read = tree.stream(entry, |source| Ok(serde_json::from_reader(BufReader::new(source))?));
    read.map_err(|error| format!("{REPORT} cannot be read: {error}"))
}

//! Packages: one submitter's `closed` and `open` folders as a zip archive with a manifest, the report of the check and
//! a table of results. Identical trees give identical bytes.
//!
//! ```
//! use std::io::Cursor;
//! use tinyaudit::package::{self, Documents};
//! use tinyaudit::tree::Tree;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let tree = Tree::open("fixtures/submission".as_ref())?;
//! let mut bytes = Cursor::new(Vec::new());
//! package::write(&tree, &Documents::default(), &mut bytes)?;
//! let file = tempfile::NamedTempFile::new()?;
//! std::fs::write(file.path(), bytes.into_inner())?;
//! assert_eq!(package::differences(&Tree::open(file.path())?), Ok(Vec::new()));
//! # Ok(())
//! # }
//! ```

mod manifest;
mod verify;

use std::io::{self, Seek, Write};

use rayon::prelude::*;
use sha2::{Digest, Sha256};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

pub use manifest::{Listed, Manifest};
pub use verify::{Difference, differences, stored_round};

use crate::log::text;
use crate::tree::{Entry, Kind, Tree, is_inside};

/// The manifest's name: lines that `sha256sum -c` reads.
pub const MANIFEST: &str = "MANIFEST.sha256";
/// The report of the check, as `check --format json` prints it.
pub const REPORT: &str = "REPORT.json";
/// The results, as `results --format markdown` prints them.
pub const SUMMARY: &str = "RESULTS.md";
/// The decisions of the review committee that the check was given.
pub const WAIVERS: &str = "WAIVERS.yaml";

/// A digest as text.
pub type Sha256Hex = String;

/// Why there is no package.
#[derive(Debug, thiserror::Error)]
pub enum PackageError {
    /// Something in the tree cannot go into a package.
    #[error("`{path}` cannot be packaged: {reason}")]
    Entry {
        /// Its path.
        path: String,
        /// Why.
        reason: String,
    },
    /// Writing failed.
    #[error(transparent)]
    Write(#[from] io::Error),
}

/// What goes into a package beside the submission's own files.
#[derive(Debug, Default)]
pub struct Documents {
    /// The report of the check as JSON.
    pub report: Vec<u8>,
    /// The results as Markdown.
    pub summary: Vec<u8>,
    /// The waivers that were given.
    pub waivers: Option<Vec<u8>>,
}

/// Makes a tree what a package holds, `closed` and `open` of its submitters, and returns what is left out.
pub fn narrow(tree: &mut Tree, submitters: &[String]) -> Vec<LeftOut> {
    let inside =
        |entry: &Entry| submitters.iter().any(|path| is_inside(&entry.path, path) || is_inside(path, &entry.path));
    let others = tree.retain(inside);
    let droppings = tree.retain(|entry| !entry.path.split('/').any(crate::tree::is_dropping));
    let full: Vec<bool> = tree
        .entries()
        .iter()
        .map(|entry| {
            entry.kind != Kind::Folder || tree.below(&entry.path).iter().any(|inner| inner.kind != Kind::Folder)
        })
        .collect();
    let empty: Vec<String> =
        tree.entries().iter().zip(full).filter(|(_, full)| !full).map(|(entry, _)| entry.path.clone()).collect();
    tree.retain(|entry| empty.binary_search(&entry.path).is_err());
    let left_out = |path: &str, reason| LeftOut { path: path.to_owned(), reason };
    let mut found: Vec<LeftOut> = others
        .iter()
        .filter(|entry| !entry.path.contains('/'))
        .map(|entry| left_out(&entry.path, "it is no part of the submission"))
        .chain(droppings.iter().map(|entry| left_out(&entry.path, "an operating system or an editor left it")))
        .chain(empty.iter().map(|path| left_out(path, "it is an empty folder")))
        .collect();
    found.sort();
    found
}

/// Something that does not go into a package.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct LeftOut {
    /// Its path.
    pub path: String,
    /// Why.
    pub reason: &'static str,
}

/// The files of a tree, sorted by path.
///
/// # Errors
/// When there is anything but files and folders, or a name that is no text.
pub fn files(tree: &Tree) -> Result<Vec<&Entry>, PackageError> {
    let refused =
        |entry: &Entry, reason: &str| PackageError::Entry { path: entry.path.clone(), reason: reason.to_owned() };
    let mut files = Vec::new();
    for entry in tree.entries() {
        match &entry.kind {
            _ if !entry.is_text() => return Err(refused(entry, "its name is no text")),
            Kind::Folder => {}
            Kind::File(_) => files.push(entry),
            Kind::Link => return Err(refused(entry, "it is a symbolic link")),
            Kind::Special => return Err(refused(entry, "it is a pipe, socket or device")),
            Kind::Unreadable(reason) => return Err(refused(entry, reason)),
        }
    }
    Ok(files)
}

/// Writes the files of a tree and what goes beside them, and returns the manifest.
///
/// # Errors
/// When a file cannot be read or the package cannot be written.
pub fn write(tree: &Tree, documents: &Documents, out: &mut (impl Write + Seek)) -> Result<Manifest, PackageError> {
    let files = files(tree)?;
    let read = |entry: &Entry| {
        tree.read(entry).map_err(|error| PackageError::Entry { path: entry.path.clone(), reason: error.to_string() })
    };
    let own =
        [(REPORT, Some(&documents.report)), (SUMMARY, Some(&documents.summary)), (WAIVERS, documents.waivers.as_ref())];
    let own: Vec<(&str, &Vec<u8>)> = own.into_iter().filter_map(|(name, bytes)| Some((name, bytes?))).collect();
    let hashed: Result<Vec<Listed>, PackageError> =
        files.par_iter().map(|entry| Ok(Listed::of(&entry.path, &read(entry)?))).collect();
    let mut manifest = Manifest { files: hashed? };
    manifest.files.extend(own.iter().map(|(name, bytes)| Listed::of(name, bytes)));
    manifest.files.sort_by(|a, b| a.path.cmp(&b.path));
    let text = manifest.to_string();

    let mut names: Vec<(&str, Option<&Entry>, &[u8])> =
        files.iter().map(|entry| (entry.path.as_str(), Some(*entry), &[][..])).collect();
    names.extend(own.iter().map(|(name, bytes)| (*name, None, bytes.as_slice())));
    names.push((MANIFEST, None, text.as_bytes()));
    names.sort_by(|a, b| a.0.cmp(b.0));
    let mut archive = ZipWriter::new(out);
    for (name, entry, bytes) in names {
        let owned = entry.map(read).transpose()?;
        let bytes = owned.as_deref().unwrap_or(bytes);
        // The time stays at its default of 1980, the permissions are the same for all.
        let options =
            SimpleFileOptions::default().unix_permissions(0o644).large_file(bytes.len() as u64 >= u64::from(u32::MAX));
        archive.start_file(name, options).map_err(io::Error::from)?;
        archive.write_all(bytes)?;
    }
    archive.finish().map_err(io::Error::from)?.flush()?;
    Ok(manifest)
}

/// The digest of bytes as text.
#[must_use]
pub fn sha256(bytes: &[u8]) -> Sha256Hex {
    text::hex(&Sha256::digest(bytes))
}

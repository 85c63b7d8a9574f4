//! Packages: the `closed` and `open` folders of one submitter as a zip archive, with a manifest, the report of the
//! check and a table of results. Identical trees give identical bytes.
//!
//! ```
//! use std::io::Cursor;
//! use tinyaudit::submit::package::{self, Documents};
//! use tinyaudit::source::Tree;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let tree = Tree::open("fixtures/submission".as_ref())?;
//! let mut bytes = Cursor::new(Vec::new());
//! package::write(&tree, &Documents::default(), &mut |_, _| {}, &mut bytes)?;
//! let file = tempfile::NamedTempFile::new()?;
//! std::fs::write(file.path(), bytes.into_inner())?;
//! assert_eq!(package::differences(&Tree::open(file.path())?), Ok(Vec::new()));
//! # Ok(())
//! # }
//! ```

mod manifest;
mod verify;

use std::collections::BTreeSet;
use std::io::{self, Cursor, Read, Seek, Write};

use rayon::prelude::*;
use sha2::{Digest, Sha256};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

pub use manifest::{Listed, Manifest};
pub use verify::{Difference, Stored, differences, stored};

use crate::audit::checks::scaffold_untouched;
use crate::audit::finding::Finding;
use crate::audit::proof::{Kind as FigureKind, Status};
use crate::audit::report::Report;
use crate::model::{self, LoadError};
use crate::parse::text::printable;
use crate::parse::{blocks, text};
use crate::round::{Round, Severity};
use crate::source::{Entry, Kind, Tree, is_inside, same_file_on_some_systems};

/// File name of the manifest, which `sha256sum -c` reads.
pub const MANIFEST: &str = "MANIFEST.sha256";
/// File name of the report of the check, as `check --format json` prints it.
pub const REPORT: &str = "REPORT.json";
/// File name of the results, as `results --format markdown` prints them.
pub const SUMMARY: &str = "RESULTS.md";
/// File name of the review committee's waivers that the check was given.
pub const WAIVERS: &str = "WAIVERS.yaml";

/// A SHA-256 digest in hexadecimal digits.
pub type Sha256Hex = String;

/// Why a submission cannot be packaged.
#[derive(Debug, thiserror::Error)]
pub enum PackageError {
    /// Something in the tree cannot go into a package.
    #[error("`{}` cannot be packaged: {reason}", printable(path))]
    Entry {
        /// Its path.
        path: String,
        /// The reason.
        reason: String,
    },
    /// There is no submitter.
    #[error(transparent)]
    Nobody(#[from] LoadError),
    /// There are several submitters; a package contains one.
    #[error("there are {} submitters ({})", names.len(), printable(&names.join(", ")))]
    Several {
        /// The submitters.
        names: Vec<String>,
    },
    /// A submitter's folder is not in a division.
    #[error("`{}` is not in a division; move it into {divisions}", printable(name))]
    NoDivision {
        /// The submitter.
        name: String,
        /// The divisions of the round.
        divisions: String,
    },
    /// Writing failed.
    #[error(transparent)]
    Write(#[from] io::Error),
}

/// Why a submission should not be packaged as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Obstacle {
    /// It has errors.
    Errors,
    /// Its documents still contain text that `tinyaudit init` wrote.
    Untouched,
}

impl Obstacle {
    /// Returns the obstacle of a checked submission, if there is one.
    #[must_use]
    pub fn find(report: &Report) -> Option<Self> {
        let untouched = |finding: &Finding| finding.counts() && finding.rule.id == scaffold_untouched::ID;
        if report.fails(Severity::Error) {
            Some(Self::Errors)
        } else {
            report.findings().any(untouched).then_some(Self::Untouched)
        }
    }
}

/// The documents that a package contains in addition to the submission's own files.
#[derive(Debug, Default)]
pub struct Documents {
    /// The report of the check as JSON.
    pub report: Vec<u8>,
    /// The results as Markdown.
    pub summary: Vec<u8>,
    /// The waivers that the check was given.
    pub waivers: Option<Vec<u8>>,
}

/// Reduces a tree to the packed files of its only submitter, or of the named one, and returns what is skipped.
///
/// If the tree is a division's or a submitter's own folder, division and submitter are put in front of the paths.
///
/// # Errors
/// When there is no submitter, not the named one, more than one, or one that is not in a division.
pub fn for_submitter(
    mut tree: Tree,
    round: &Round,
    submitter: Option<&str>,
) -> Result<(Tree, Vec<LeftOut>), PackageError> {
    let submitters = model::submitters(&tree, round, submitter)?.submitters;
    let names: BTreeSet<&String> = submitters.iter().map(|one| &one.name).collect();
    if names.len() > 1 {
        return Err(PackageError::Several { names: names.into_iter().cloned().collect() });
    }
    if let Some(lost) = submitters.iter().find(|one| !round.divisions.contains(&one.division)) {
        let divisions = round.divisions.join(" or ");
        return Err(PackageError::NoDivision { name: lost.name.clone(), divisions });
    }
    let alone = submitters.iter().find(|one| one.path.is_empty() || one.path == one.name);
    if let Some(submitter) = alone {
        let above = if submitter.path.is_empty() {
            format!("{}/{}", submitter.division, submitter.name)
        } else {
            submitter.division.clone()
        };
        tree = tree.under(&above);
    }
    let places: Vec<String> = submitters.iter().map(|one| format!("{}/{}", one.division, one.name)).collect();
    let left_out = narrow(&mut tree, &places);
    Ok((tree, left_out))
}

/// Returns the folders and descriptions that have to leave a tree so that only valid results remain: invalid results, energy
/// runs whose energy is not confirmed, and systems without a valid result.
#[must_use]
pub fn invalid_paths(report: &Report) -> BTreeSet<&str> {
    let mut paths = BTreeSet::new();
    for system in &report.submission.systems {
        let results = || system.benchmarks.iter().filter(|benchmark| !benchmark.runs.is_empty());
        if results().next().is_some() && !results().any(|benchmark| report.is_valid(system, benchmark)) {
            paths.extend([system.path.as_str(), &system.description_path].into_iter().filter(|path| !path.is_empty()));
            continue;
        }
        for benchmark in results() {
            if !report.is_valid(system, benchmark) {
                paths.insert(&benchmark.path);
            } else if let Some(energy) = report.proof_of(benchmark, FigureKind::Energy)
                && energy.status() != Status::Confirmed
            {
                paths.insert(&energy.path);
            }
        }
    }
    paths
}

/// Reduces a tree to what is packed of the given submitter folders, and returns what is skipped.
fn narrow(tree: &mut Tree, submitters: &[String]) -> Vec<LeftOut> {
    let inside =
        |entry: &Entry| submitters.iter().any(|path| is_inside(&entry.path, path) || is_inside(path, &entry.path));
    let others = tree.retain(inside);
    let drafts = tree.retain(|entry| !crate::submit::form::is_worksheet(entry.name()));
    let junk = tree.retain(|entry| !entry.path.split('/').any(crate::source::is_system_file));
    let full = tree.folders_with(|_| true);
    let is_empty = |entry: &&Entry| entry.kind == Kind::Folder && !full.contains(&*entry.path);
    let empty: BTreeSet<String> = tree.entries().iter().filter(is_empty).map(|entry| entry.path.to_string()).collect();
    tree.retain(|entry| !empty.contains(&*entry.path));
    let left_out = |path: &str, reason| LeftOut { path: path.to_owned(), reason };
    let mut found: Vec<LeftOut> = others
        .iter()
        .filter(|entry| !entry.path.contains('/') && *entry.path != *SETTINGS)
        .map(|entry| left_out(&entry.path, "it is not part of the submission"))
        .chain(junk.iter().map(|entry| left_out(&entry.path, "it was left by an operating system or an editor")))
        .chain(drafts.iter().map(|entry| left_out(&entry.path, "it is a worksheet, not the official form")))
        .chain(empty.iter().map(|path| left_out(path, "it is an empty folder")))
        .collect();
    found.sort();
    found
}

/// File name of the settings beside a submission. They are not part of it.
pub const SETTINGS: &str = "tinyaudit.toml";

/// A file or folder that is not packed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct LeftOut {
    /// Its path.
    pub path: String,
    /// The reason.
    pub reason: &'static str,
}

/// Returns the files of a tree, sorted by path.
///
/// # Errors
/// When an entry is neither a file nor a folder, or a name is not valid UTF-8.
pub fn files(tree: &Tree) -> Result<Vec<&Entry>, PackageError> {
    let refused =
        |entry: &Entry, reason: &str| PackageError::Entry { path: entry.path.to_string(), reason: reason.to_owned() };
    if let Some((one, other)) = same_file_on_some_systems(tree.entries()) {
        return Err(refused(other, &format!("some systems treat it and `{}` as the same file", one.path)));
    }
    let mut files = Vec::new();
    for entry in tree.entries() {
        match &entry.kind {
            _ if !entry.is_text() => return Err(refused(entry, "its name is not valid UTF-8")),
            Kind::Folder => {}
            Kind::File(_) => files.push(entry),
            Kind::Link => return Err(refused(entry, "it is a symbolic link")),
            Kind::Special => return Err(refused(entry, "it is a pipe, socket or device")),
            Kind::Unreadable(reason) => return Err(refused(entry, reason)),
        }
    }
    Ok(files)
}

/// Maximum number of bytes that are compressed in parallel. A larger file is compressed alone, while it is read.
const BATCH: u64 = 16 << 20;

/// Number of bytes that a smaller file counts as in a batch, because even an empty file takes memory.
const LEAST: u64 = 16 << 10;

/// A file to pack.
struct Part<'a> {
    name: &'a str,
    size: u64,
    content: Content<'a>,
}

#[derive(Clone, Copy)]
enum Content<'a> {
    Of(&'a Entry),
    Bytes(&'a [u8]),
}

/// Writes a package of the files of a tree and the documents, and returns the manifest. `progress` receives the number
/// of finished files and the number of all files.
///
/// # Errors
/// When a file cannot be read or the package cannot be written.
pub fn write(
    tree: &Tree,
    documents: &Documents,
    progress: &mut dyn FnMut(usize, usize),
    out: &mut (impl Write + Seek),
) -> Result<Manifest, PackageError> {
    let files = files(tree)?;
    let own =
        [(REPORT, Some(&documents.report)), (SUMMARY, Some(&documents.summary)), (WAIVERS, documents.waivers.as_ref())];
    let own: Vec<(&str, &Vec<u8>)> = own.into_iter().filter_map(|(name, bytes)| Some((name, bytes?))).collect();
    let list = |entry: &&Entry| Listed::from_entry(tree, entry).map_err(|error| unreadable(entry, &error));
    let listed: Result<Vec<Listed>, PackageError> = files.par_iter().map(list).collect();
    let mut manifest = Manifest { files: listed? };
    manifest.files.extend(own.iter().map(|(name, bytes)| Listed::from_bytes(name, bytes)));
    manifest.files.sort_by(|a, b| a.path.cmp(&b.path));
    let text = manifest.to_string();

    let mut parts: Vec<Part<'_>> = Vec::new();
    for entry in &files {
        parts.push(Part { name: &entry.path, size: entry.size().unwrap_or(0), content: Content::Of(entry) });
    }
    let own = own.iter().map(|(name, bytes)| (*name, bytes.as_slice())).chain([(MANIFEST, text.as_bytes())]);
    parts.extend(own.map(|(name, bytes)| Part { name, size: bytes.len() as u64, content: Content::Bytes(bytes) }));
    parts.sort_by(|a, b| a.name.cmp(b.name));
    let mut archive = ZipWriter::new(out);
    let mut rest = &parts[..];
    while let [first, ..] = rest {
        let mut bytes = 0;
        let fits = |part: &&Part<'_>| {
            bytes += part.size.max(LEAST);
            bytes <= BATCH
        };
        let (batch, after) = rest.split_at(rest.iter().take_while(fits).count().max(1));
        if first.size > BATCH {
            compress(tree, first, &mut archive)?;
        } else {
            let alone = |part| -> Result<_, PackageError> {
                let mut alone = ZipWriter::new(Cursor::new(Vec::new()));
                compress(tree, part, &mut alone)?;
                Ok(alone.finish_into_readable().map_err(io::Error::from)?)
            };
            for compressed in batch.par_iter().map(alone).collect::<Vec<_>>() {
                archive.merge_archive(compressed?).map_err(io::Error::from)?;
            }
        }
        rest = after;
        progress(parts.len() - rest.len(), parts.len());
    }
    archive.finish().map_err(io::Error::from)?.flush()?;
    Ok(manifest)
}

fn unreadable(entry: &Entry, error: &io::Error) -> PackageError {
    PackageError::Entry { path: entry.path.to_string(), reason: error.to_string() }
}

fn compress(tree: &Tree, part: &Part<'_>, archive: &mut ZipWriter<impl Write + Seek>) -> Result<(), PackageError> {
    // Identical bytes on every machine: the time stays at its default of 1980, permissions and system are constant.
    let options = SimpleFileOptions::default()
        .system(zip::System::Unix)
        .unix_permissions(0o644)
        .large_file(part.size >= u64::from(u32::MAX));
    archive.start_file(part.name, options).map_err(io::Error::from)?;
    let entry = match part.content {
        Content::Bytes(bytes) => return Ok(archive.write_all(bytes)?),
        Content::Of(entry) => entry,
    };
    let mut failed = None;
    let mut write = |part: &[u8]| archive.write_all(part).map_err(|error| failed.insert(error).kind().into());
    let copied = tree.stream(entry, |source| blocks::for_each_part(source, &mut write));
    match failed {
        Some(error) => Err(error.into()),
        None => copied.map_err(|error| unreadable(entry, &error)),
    }
}

/// Copies a source to `out`, and returns the number of bytes and their digest.
///
/// # Errors
/// When reading or writing fails.
pub fn copy_and_hash(source: &mut dyn Read, out: &mut dyn Write) -> io::Result<(u64, Sha256Hex)> {
    let (mut hasher, mut size) = (Sha256::new(), 0);
    blocks::for_each_part(source, |part| {
        hasher.update(part);
        size += part.len() as u64;
        out.write_all(part)
    })?;
    Ok((size, text::hex(&hasher.finalize())))
}

/// Returns the SHA-256 digest of bytes in hexadecimal digits.
#[must_use]
pub fn sha256(bytes: &[u8]) -> Sha256Hex {
    text::hex(&Sha256::digest(bytes))
}

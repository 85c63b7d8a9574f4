//! `tinyaudit.toml`: what everybody who checks a tree agrees on, so that nobody has to say it again.

use std::fs;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context, bail};
use clap::ValueEnum;
use serde::Deserialize;

use super::streams::is_standard;
use crate::round::Severity;

/// The file's name.
pub const NAME: &str = crate::submit::package::SETTINGS;
/// Largest file that is read, in bytes.
const MAX_BYTES: u64 = 64 << 10;

/// A least severity.
#[derive(Debug, Clone, Copy, Default, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FailOn {
    /// Errors
    #[default]
    Error,
    /// Errors and warnings
    Warning,
    /// Errors, warnings and notes
    Note,
}

impl FailOn {
    /// The severity it names.
    pub const fn severity(self) -> Severity {
        match self {
            Self::Error => Severity::Error,
            Self::Warning => Severity::Warning,
            Self::Note => Severity::Note,
        }
    }
}

/// What the file may say.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    /// The round whose rules count.
    pub round: Option<String>,
    /// A file of waivers, from the folder of `tinyaudit.toml`, or a published round's name.
    pub waivers: Option<PathBuf>,
    /// The least severity that fails the check.
    pub fail_on: Option<FailOn>,
}

impl Settings {
    /// The settings of a tree: in its own folder, else in one above it, up to the folder around that with the divisions.
    /// What a package holds is its maker's word and is not looked at.
    ///
    /// # Errors
    /// When a file is there and cannot be read, or says something else.
    pub fn beside(dir: &Path) -> anyhow::Result<Self> {
        if is_standard(dir) {
            return Ok(Self::default());
        }
        let whole = dunce::canonicalize(dir).unwrap_or_else(|_| dir.to_owned());
        let root = root_of(&whole);
        // From the folder itself up to the one around the submission.
        let places = whole.ancestors().take_while(|folder| Some(*folder) != root.parent()).chain(root.parent());
        let places = places.filter(|folder| folder.is_dir() || *folder != whole);
        let is_there = |folder: &&Path| folder.join(NAME).symlink_metadata().is_ok();
        let Some(folder) = places.into_iter().find(is_there) else {
            return Ok(Self::default());
        };
        let text = read(&folder.join(NAME)).with_context(|| format!("{NAME} cannot be read"))?;
        let mut settings: Self = toml::from_str(&text).map_err(|error| anyhow::anyhow!("{NAME}: {error}"))?;
        if let Some(file) = &mut settings.waivers {
            // What lies in the tree is its submitters' word, who cannot waive.
            if dir.is_dir() && folder.starts_with(root) {
                bail!("{NAME} lies in the tree itself, where it may name no waivers; put it into the folder around it");
            }
            let inside = file.components().all(|part| matches!(part, Component::Normal(_)));
            if !inside {
                bail!("{NAME} names the waivers `{}`, expected a file beside it or a published round", file.display());
            }
            let beside = folder.join(&file);
            let parts = beside.ancestors().take_while(|part| *part != folder);
            if parts.clone().any(Path::is_symlink) {
                bail!("{NAME} names the waivers `{}`, which is a link and is not followed", file.display());
            }
            if beside.symlink_metadata().is_ok() {
                if !beside.is_file() {
                    bail!("{NAME} names the waivers `{}`, which is not a file", file.display());
                }
                *file = beside;
            }
        }
        Ok(settings)
    }
}

/// The folder that holds the divisions, seen from it, from a division, or from a submitter's own folder.
pub(super) fn root_of(whole: &Path) -> &Path {
    const DIVISIONS: [&str; 2] = ["closed", "open"];
    let is_division = |folder: &Path| folder.file_name().is_some_and(|name| DIVISIONS.iter().any(|one| name == *one));
    let division = whole.ancestors().take(2).find(|folder| is_division(folder));
    division.and_then(Path::parent).unwrap_or(whole)
}

/// The text of a settings file. It may lie beside what strangers wrote: a link, which may lead to any file of the user, is
/// not followed, and nothing but a regular file is opened.
fn read(path: &Path) -> std::io::Result<String> {
    use std::io::{Error, Read};
    let found = path.symlink_metadata()?;
    if !found.is_file() {
        return Err(Error::other(if found.is_symlink() {
            "it is a link, which is not followed"
        } else {
            "it is not a file"
        }));
    }
    let mut text = String::new();
    let file = fs::File::open(path)?;
    // What was a file may have become a link since.
    if !file.metadata()?.is_file() || path.is_symlink() {
        return Err(Error::other("it was exchanged while it was read"));
    }
    file.take(MAX_BYTES + 1).read_to_string(&mut text)?;
    if text.len() as u64 > MAX_BYTES {
        return Err(Error::other(format!("it has more than {MAX_BYTES} bytes")));
    }
    Ok(text)
}

//! `tinyaudit.toml`: settings of a tree that are the same for everybody who checks it.

use std::fs;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context, bail};
use clap::ValueEnum;
use schemars::JsonSchema;
use serde::Deserialize;

use super::streams::{is_standard, print_info};
use crate::audit::checks::rule_named;
use crate::round::Severity;
use crate::schema::read_toml;
use crate::source::read_all_of;

/// Name of the file.
pub const NAME: &str = crate::submit::package::SETTINGS;
/// Largest file that is read, in bytes.
const MAX_BYTES: u64 = 64 << 10;

/// Lowest severity that fails a check.
#[derive(Debug, Clone, Copy, Default, ValueEnum, Deserialize, JsonSchema)]
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
    /// Returns the severity.
    pub const fn severity(self) -> Severity {
        match self {
            Self::Error => Severity::Error,
            Self::Warning => Severity::Warning,
            Self::Note => Severity::Note,
        }
    }
}

/// Content of the file.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    /// Round whose rules apply.
    pub round: Option<String>,
    /// Waivers: a file, relative to the folder of `tinyaudit.toml`, or the name of a published round.
    pub waivers: Option<PathBuf>,
    /// Lowest severity that fails the check.
    pub fail_on: Option<FailOn>,
    /// Rules whose warnings and notes do not count in a check. They are counted as ignored; errors always count.
    #[serde(default)]
    pub ignore: Vec<String>,
}

impl Settings {
    /// Returns the settings of a tree. Looks in the folder that contains the divisions, where a file names only the round,
    /// then in the folder around it. A settings file in a division or a package is ignored, because the submitter wrote it.
    ///
    /// # Errors
    /// When a settings file exists and cannot be read or is not valid.
    pub fn find(dir: &Path) -> anyhow::Result<Self> {
        if is_standard(dir) {
            return Ok(Self::default());
        }
        let whole = dunce::canonicalize(dir).unwrap_or_else(|_| dir.to_owned());
        let root = root_of(&whole);
        // Beside the divisions, or in the folder around; what is in a division is part of a submission.
        let places = [Some(root), root.parent()].into_iter().flatten();
        let is_there = |folder: &&Path| folder.join(NAME).symlink_metadata().is_ok();
        let Some(folder) = places.filter(|folder| folder.is_dir()).find(is_there) else {
            return Ok(Self::default());
        };
        let text = read(&folder.join(NAME)).with_context(|| format!("{NAME} cannot be read"))?;
        let mut settings: Self = read_toml(NAME, &text)?;
        // Who submits a tree does not decide what fails it.
        if dir.is_dir() && folder.starts_with(root) && settings.fail_on.take().is_some() {
            print_info(&format!("fail-on in {NAME} of the checked tree is ignored; use --fail-on"));
        }
        if dir.is_dir() && folder.starts_with(root) && !std::mem::take(&mut settings.ignore).is_empty() {
            print_info(&format!(
                "`ignore` in {NAME} of the checked tree has no effect; move it to the folder around the tree"
            ));
        }
        if let Some(unknown) = settings.ignore.iter().find(|id| rule_named(id).is_none()) {
            bail!(
                "{NAME} ignores the rule `{}`, which does not exist; `tinyaudit rules` lists all rules",
                unknown.escape_debug()
            );
        }
        if let Some(file) = &mut settings.waivers {
            // Files in the tree are written by submitters, who cannot waive findings.
            if dir.is_dir() && folder.starts_with(root) {
                bail!("{NAME} in the checked tree must not name waivers; move it to the folder that contains the tree");
            }
            let inside = file.components().all(|part| matches!(part, Component::Normal(_)));
            if !inside {
                bail!("{NAME} names the waivers `{}`; expected a file beside it or a published round", file.display());
            }
            let beside = folder.join(&file);
            let parts = beside.ancestors().take_while(|part| *part != folder);
            if parts.clone().any(Path::is_symlink) {
                bail!("{NAME} names the waivers `{}`, which is a symbolic link and is not followed", file.display());
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

/// Returns the folder that contains the divisions, for that folder, a division, or a submitter's own folder.
pub(super) fn root_of(whole: &Path) -> &Path {
    const DIVISIONS: [&str; 2] = ["closed", "open"];
    let is_division = |folder: &Path| folder.file_name().is_some_and(|name| DIVISIONS.iter().any(|one| name == *one));
    let division = whole.ancestors().take(2).find(|folder| is_division(folder));
    division.and_then(Path::parent).unwrap_or(whole)
}

/// Reads a settings file. It may be among files of strangers, so only a regular file is opened. A symbolic link is not
/// followed, because it may lead to any file of the user.
fn read(path: &Path) -> std::io::Result<String> {
    use std::io::Error;
    let found = path.symlink_metadata()?;
    if !found.is_file() {
        return Err(Error::other(if found.is_symlink() {
            "it is a symbolic link, which is not followed"
        } else {
            "it is not a file"
        }));
    }
    let file = fs::File::open(path)?;
    // The file may have been replaced by a link in the meantime.
    if !file.metadata()?.is_file() || path.is_symlink() {
        return Err(Error::other("it was replaced while it was read"));
    }
    String::from_utf8(read_all_of(file, MAX_BYTES)?).map_err(Error::other)
}

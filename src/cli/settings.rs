//! `tinyaudit.toml`: what everybody who checks a tree agrees on, so that nobody has to say it again.

use std::fs;
use std::path::{Component, Path, PathBuf};

use anyhow::{Context, bail};
use clap::ValueEnum;
use serde::Deserialize;

use super::streams::is_standard;
use crate::round::Severity;

/// The file's name.
pub const NAME: &str = "tinyaudit.toml";
/// Largest file that is read, in bytes.
const MAX_BYTES: u64 = 64 << 10;

/// The least severity that fails a check.
#[derive(Debug, Clone, Copy, Default, ValueEnum, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FailOn {
    /// Errors fail
    #[default]
    Error,
    /// Warnings fail, too
    Warning,
    /// Everything fails
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
    /// The settings beside a tree: in its own folder, else in the one around it. What a package holds is its maker's word
    /// and is not looked at.
    ///
    /// # Errors
    /// When a file is there and cannot be read, or says something else.
    pub fn beside(dir: &Path) -> anyhow::Result<Self> {
        if is_standard(dir) {
            return Ok(Self::default());
        }
        let whole = dunce::canonicalize(dir).unwrap_or_else(|_| dir.to_owned());
        let places = [dir.is_dir().then_some(whole.as_path()), whole.parent()];
        let Some(folder) = places.into_iter().flatten().find(|folder| folder.join(NAME).is_file()) else {
            return Ok(Self::default());
        };
        let path = folder.join(NAME);
        let size = fs::metadata(&path).with_context(|| format!("{NAME} cannot be read"))?.len();
        if size > MAX_BYTES {
            bail!("{NAME} has {size} bytes, at most {MAX_BYTES} are expected");
        }
        let text = fs::read_to_string(&path).with_context(|| format!("{NAME} cannot be read"))?;
        let mut settings: Self = toml::from_str(&text).map_err(|error| anyhow::anyhow!("{NAME}: {error}"))?;
        if let Some(file) = &mut settings.waivers {
            // What lies in the tree is its submitters' word, who cannot waive.
            if dir.is_dir() && folder == whole.as_path() {
                bail!("{NAME} lies in the tree itself, where it may name no waivers; put it into the folder around it");
            }
            let inside = file.components().all(|part| matches!(part, Component::Normal(_)));
            if !inside {
                bail!("{NAME} names the waivers `{}`, expected a file beside it or a published round", file.display());
            }
            let beside = folder.join(&file);
            if beside.is_file() {
                *file = beside;
            }
        }
        Ok(settings)
    }
}

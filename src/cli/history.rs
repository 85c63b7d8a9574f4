//! `tinyaudit history`

use std::borrow::Cow;
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, ValueEnum};

use super::streams::columns;
use super::{Absent, Output, load_named_round, read_waivers};
use crate::audit::report::Report;
use crate::audit::waiver;
use crate::render::{self, history};
use crate::round::Round;

const EXAMPLES: &str = "\
Examples:
  tinyaudit history v0.5 v0.7 v1.0 v1.1 v1.2 v1.3                 every system over six rounds
  tinyaudit history v1.2 v1.3 --waivers                           with the published decisions of each round
  tinyaudit history v1.2 v1.3 --format html --out history.html    with trends
  tinyaudit history v1.2 v1.3 --format json | jq .best";

/// Value of `--waivers` for the published decisions.
const PUBLISHED: &str = "published";

/// Arguments of `tinyaudit history`.
#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub struct History {
    /// Folders or packages of rounds, oldest first
    #[arg(required = true)]
    rounds: Vec<PathBuf>,
    /// Waivers: a file; without a value, the published decisions of each round
    ///
    /// A file may contain decisions of several rounds. Decisions without a finding are ignored.
    #[arg(long, value_name = "FILE", num_args = 0..=1, default_missing_value = PUBLISHED)]
    waivers: Option<PathBuf>,
    /// List of files that a round is known not to have, named after it: `v1.2.absent.txt`
    ///
    /// May be given for each round. Results that cannot be judged only for that reason are marked as such.
    #[arg(long, value_name = "FILE", hide_short_help = true)]
    absent: Vec<PathBuf>,
    /// Output format
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    #[command(flatten)]
    output: Output,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum Format {
    /// Plain text
    #[default]
    Text,
    /// Markdown
    Markdown,
    /// One JSON object (schemas/history.schema.json)
    Json,
    /// Tables and trends, one file for a browser
    Html,
}

/// Returns the name of the round that a list of absent files is named after: what precedes the first `.` that is not part of a
/// number, as in `v1.2.absent.txt`.
fn list_of(list: &Path) -> Option<Cow<'_, str>> {
    let name = list.file_name()?.to_str()?;
    let end =
        name.char_indices().find(|(at, c)| *c == '.' && !name[at + 1..].starts_with(|c: char| c.is_ascii_digit()));
    Some(Cow::Borrowed(end.map_or(name, |(at, _)| &name[..at])))
}

/// Whether a list of absent files is named after the round in a folder or package.
fn is_list_of(list: &Path, round: &Path) -> bool {
    list_of(list) == round.file_name().map(OsStr::to_string_lossy)
}

impl History {
    /// Checks every round and prints the history.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let given = self.waivers.as_deref().filter(|path| path.as_os_str() != PUBLISHED);
        let given = read_waivers(given)?.map(|waivers| waiver::parse(&waivers.text, &waivers.name)).transpose()?;
        let load = |path: &PathBuf| -> anyhow::Result<Report> {
            let mut report = load_named_round(path)?;
            let published = Round::built_in_waivers(&report.round.name).filter(|_| self.waivers.is_some());
            match (&given, published) {
                (Some(waivers), _) => _ = report.apply(waivers),
                (None, Some(text)) => _ = report.apply(&waiver::parse(text, &report.round.name)?),
                (None, None) => {}
            }
            for list in self.absent.iter().filter(|list| is_list_of(list, path)) {
                Absent { list: Some(list.clone()) }.mark(&mut report)?;
            }
            Ok(report)
        };
        for list in &self.absent {
            anyhow::ensure!(
                self.rounds.iter().any(|path| is_list_of(list, path)),
                "--absent {}: a list is named after its round, for example v1.2.absent.txt; no round given is named `{}`",
                list.display(),
                list_of(list).unwrap_or_default()
            );
        }
        let reports: Vec<Report> = self.rounds.iter().map(load).collect::<anyhow::Result<_>>()?;
        let systems = history::History::new(&reports);
        self.output.deliver(|out| match self.format {
            Format::Text => history::write_text(&systems, columns(), out),
            Format::Markdown => history::write_markdown(&systems, out),
            Format::Json => render::json::write(&systems, out),
            Format::Html => render::html::history::write(&systems, out),
        })?;
        Ok(ExitCode::SUCCESS)
    }
}

//! Rules: what people and reports know of a check.

use schemars::JsonSchema;
use serde::Serialize;

use super::figure::{Kind, Status};
use crate::round::Mode;
pub use crate::round::Severity;

/// What part of a submission a rule is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[serde(rename_all = "kebab-case")]
pub enum Group {
    /// Folders and files.
    Structure,
    /// `systems/<system>.json`.
    SystemDescription,
    /// Whether the evidence is whole and belongs together.
    Evidence,
    /// Timed windows and throughput.
    Performance,
    /// Inputs, outputs and quality.
    Accuracy,
    /// Energy windows and traces.
    Energy,
    /// The streaming wake word.
    Wakeword,
}

/// What a rule affects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Affects {
    /// Paperwork: it fails the verdict, and no figure depends on it.
    Nothing,
    /// These figures of the run it lies in.
    Figures(&'static [Kind]),
    /// The result as such: it cannot be published, whatever its figures are.
    Result,
}

impl Affects {
    /// Whether a figure depends on it.
    #[must_use]
    pub fn includes(self, kind: Kind) -> bool {
        matches!(self, Self::Figures(kinds) if kinds.contains(&kind))
    }
}

/// A check that has to pass first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Need {
    /// Its id.
    pub id: &'static str,
    /// The run of the same result on which it has to pass; without it, the run or folder that is judged.
    pub mode: Option<Mode>,
}

/// What is known of a check: its documentation, and what follows when it fails.
#[derive(Debug)]
pub struct Rule {
    /// Kebab case, never reused. It states the bad thing; that of a rule that proves a figure states what must hold.
    pub id: &'static str,
    /// What it is about.
    pub group: Group,
    /// Severity of its findings unless the round says otherwise.
    pub severity: Severity,
    /// Its doc comment: a title line, paragraphs, `Help: …`, `Official checker: …` if it
    /// looks at the matter, `Source: …`.
    pub documentation: &'static str,
    /// Whether it proves figures: it passes or is unknown, and its title says what must hold.
    pub proves: bool,
    /// What depends on it.
    pub affects: Affects,
    /// What can be said of a figure that it affects when it fails as an error.
    pub fails: Status,
    /// Whether a failure means that a file or evidence is missing. What needs the rule is then blocked at any severity.
    pub absence: bool,
    /// Whether it compares the claim with the evidence: who waives it lets the claim stand.
    pub compares: bool,
    /// The checks that have to pass first. Where one does not, this one is blocked: one cause, one finding.
    pub needs: &'static [Need],
}

/// How the paragraphs begin that are no plain explanation.
const LABELS: [&str; 3] = ["Help:", "Official checker:", "Source:"];

impl Rule {
    /// The first line of the documentation.
    #[must_use]
    pub fn title(&self) -> &'static str {
        self.documentation.lines().next().unwrap_or_default().trim()
    }

    /// The title within a sentence: without a capital and full stop.
    #[must_use]
    pub fn clause(&self) -> String {
        let title = self.title().trim_end_matches('.');
        let mut letters = title.chars();
        letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
    }

    /// What to do about it.
    #[must_use]
    pub fn help(&self) -> String {
        self.labelled("Help:")
    }

    /// What the official checker makes of it.
    #[must_use]
    pub fn official_checker(&self) -> String {
        let said = self.labelled("Official checker:");
        if said.is_empty() { "does not look at it.".to_owned() } else { said }
    }

    /// Where the rule comes from.
    #[must_use]
    pub fn source(&self) -> String {
        self.labelled("Source:")
    }

    /// The paragraphs between the title and the help.
    #[must_use]
    pub fn explanation(&self) -> String {
        let paragraphs = self.documentation.split("\n\n").map(str::trim);
        let plain: Vec<_> = paragraphs
            .skip(1)
            .filter(|text| !text.is_empty() && !LABELS.iter().any(|label| text.starts_with(label)))
            .map(unwrapped)
            .collect();
        plain.join("\n\n")
    }

    fn labelled(&self, label: &str) -> String {
        let mut paragraphs = self.documentation.split("\n\n").map(str::trim);
        paragraphs.find_map(|text| text.strip_prefix(label)).map(unwrapped).unwrap_or_default()
    }
}

fn unwrapped(paragraph: &str) -> String {
    paragraph.lines().map(str::trim).collect::<Vec<_>>().join(" ").trim().to_owned()
}

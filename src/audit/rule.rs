//! Rules: documentation of checks, and what follows when they fail.

use schemars::JsonSchema;
use serde::Serialize;

use super::figure::{Kind, Status};
use crate::round::Mode;
pub use crate::round::Severity;

/// Part of a submission that a rule is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema, Hash)]
#[cfg_attr(feature = "cli", derive(clap::ValueEnum))]
#[serde(rename_all = "kebab-case")]
pub enum Group {
    /// Folders and files.
    Structure,
    /// `systems/<system>.json`.
    SystemDescription,
    /// Whether the evidence is complete and from one session.
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

/// What a violation of a rule affects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Affects {
    /// No figure; it only counts in the verdict.
    Nothing,
    /// These figures of the run that contains it.
    Figures(&'static [Kind]),
    /// The whole result: it cannot be published, whatever its figures are.
    Result,
}

impl Affects {
    /// Whether it includes a figure.
    #[must_use]
    pub fn includes(self, kind: Kind) -> bool {
        matches!(self, Self::Figures(kinds) if kinds.contains(&kind))
    }
}

/// A check that must pass before another one is evaluated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Need {
    /// Id of the check that must pass.
    pub id: &'static str,
    /// The run of the same result on which it must pass; `None` for the run or folder that is being checked.
    pub mode: Option<Mode>,
}

/// A rule: its documentation, and what follows when its check fails.
#[derive(Debug)]
pub struct Rule {
    /// Id in kebab case, never reused. Names the violation; for a rule that proves a figure, what must be true.
    pub id: &'static str,
    /// Part of a submission that it is about.
    pub group: Group,
    /// Severity of its findings unless the round sets another.
    pub severity: Severity,
    /// Its doc comment: a title line, paragraphs, `Help: …`, `Official checker: …` if that checks the same, `Source:
    /// …`.
    pub documentation: &'static str,
    /// Whether it proves figures: it passes or is unknown but never fails, and its title says what must be true.
    pub proves: bool,
    /// What a failure affects.
    pub affects: Affects,
    /// Status that a failure as an error gives to the figures it affects.
    pub fails: Status,
    /// Whether a failure means that a file or evidence is missing. It then blocks the checks that need it at any
    /// severity.
    pub absence: bool,
    /// Whether it compares the claim with the evidence. A waiver of such a rule accepts the claim.
    pub compares: bool,
    /// The checks that must pass first. If one does not, this one is blocked, so that one cause gives one finding.
    pub needs: &'static [Need],
}

/// Beginnings of paragraphs that are not part of the explanation.
const LABELS: [&str; 3] = ["Help:", "Official checker:", "Source:"];

impl Rule {
    /// Returns the first line of the documentation.
    #[must_use]
    pub fn title(&self) -> &'static str {
        self.documentation.lines().next().unwrap_or_default().trim()
    }

    /// Returns the title for use within a sentence: first letter in lower case, no full stop.
    #[must_use]
    pub fn clause(&self) -> String {
        let title = self.title().trim_end_matches('.');
        let mut letters = title.chars();
        letters.next().map_or_else(String::new, |first| first.to_lowercase().chain(letters).collect())
    }

    /// Returns what to do about a finding.
    #[must_use]
    pub fn help(&self) -> String {
        self.labelled("Help:")
    }

    /// Returns what the official checker does about the same violation.
    #[must_use]
    pub fn official_checker(&self) -> String {
        let said = self.labelled("Official checker:");
        if said.is_empty() { "does not check this.".to_owned() } else { said }
    }

    /// Returns the source of the rule.
    #[must_use]
    pub fn source(&self) -> String {
        self.labelled("Source:")
    }

    /// Returns the paragraphs between the title and the help.
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

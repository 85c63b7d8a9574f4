//! Rules and findings.
//!
//! A rule is a constant: its id states the bad thing, its documentation is its doc comment, its check compares a
//! submission with a round and reports findings. Checks do no I/O.

use std::collections::HashMap;
use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;

use crate::judge::figure::Kind;
use crate::read::location::Line;
use crate::read::log::text::printable;
use crate::read::submission::Submission;
use crate::round::Round;
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

/// One rule.
#[derive(Debug)]
pub struct Rule {
    /// Kebab case, states the bad thing, never reused.
    pub id: &'static str,
    /// What it is about.
    pub group: Group,
    /// How bad it is unless the round says otherwise.
    pub severity: Severity,
    /// Its doc comment: a title line, paragraphs, `Help: …`, `Official checker: …` if it
    /// looks at the matter, `Source: …`.
    pub documentation: &'static str,
    /// Whether the figure follows from the evidence all the same: then a rule of the benchmark is broken, and nothing is
    /// contradicted.
    pub keeps_figure: bool,
    /// Rules whose findings in the same place follow from this one's, so that one cause gives one finding.
    pub explains: &'static [&'static str],
    /// Whether it looks at the inferences, outputs, commands or samples themselves. These are let go once a result is
    /// judged, so such a rule sees one result at a time.
    pub needs_evidence: bool,
    /// Compares a submission with a round.
    pub check: fn(&Submission, &Round, &mut Findings),
}

/// How the paragraphs begin that are no plain explanation.
const LABELS: [&str; 3] = ["Help:", "Official checker:", "Source:"];

impl Rule {
    /// The first line of the documentation.
    #[must_use]
    pub fn title(&self) -> &'static str {
        self.documentation.lines().next().unwrap_or_default().trim()
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

/// Declares a rule whose documentation is its doc comment.
macro_rules! rule {
    ($(#[doc = $line:expr])* $id:literal, $group:ident, $severity:ident, $check:ident $(, needs $evidence:ident)? $(, keeps $figure:ident)? $(, explains $($other:ident),+)?) => {
        /// The rule's id, by which others refer to it.
        pub const ID: &str = $id;

        $(#[doc = $line])*
        pub const RULE: $crate::judge::rule::Rule = $crate::judge::rule::Rule {
            id: ID,
            group: $crate::judge::rule::Group::$group,
            severity: $crate::judge::rule::Severity::$severity,
            documentation: concat!($($line, "\n"),*).trim_ascii(),
            keeps_figure: !<[&str]>::is_empty(&[$(stringify!($figure))?]),
            explains: &[$($(super::$other::ID),+)?],
            needs_evidence: !<[&str]>::is_empty(&[$(stringify!($evidence))?]),
            check: $check,
        };
    };
}
pub(crate) use rule;

/// A rule broken at one place.
#[derive(Debug, Clone)]
pub struct Finding {
    /// The rule.
    pub rule: &'static Rule,
    /// How bad it is in this round and division.
    pub severity: Severity,
    /// Path relative to the tree.
    pub path: String,
    /// Line in that file; zero for the whole of it.
    pub line: Line,
    /// The line's text, filled in by the report.
    pub excerpt: Option<String>,
    /// What that line says, in a few words, where the finding compares places.
    pub label: Option<String>,
    /// The other places it compares with.
    pub related: Vec<Related>,
    /// What is wrong, with both figures, units and the tolerance.
    pub message: String,
    /// More facts.
    pub notes: Vec<String>,
    /// What to do.
    pub help: String,
    /// Why it does not count, if so.
    pub suppression: Option<Suppression>,
    /// How many findings it is: one, or all those of its rule in its place that are not listed.
    pub stands_for: usize,
}

/// Another place that a finding speaks of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Related {
    /// Path relative to the tree.
    pub path: String,
    /// Line in that file; zero for the whole of it.
    pub line: Line,
    /// The line's text, filled in by the report.
    pub excerpt: Option<String>,
    /// What it says, in a few words.
    pub label: String,
}

/// A decision of the review committee that a finding does not count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Decision {
    /// Why.
    pub reason: String,
    /// Who decided.
    pub decided_by: String,
    /// When.
    pub date: String,
    /// The figures it lets through; all that the finding is about, where it names none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub figures: Vec<Kind>,
}

/// Why a finding does not count.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Suppression {
    /// The review committee decided so.
    Waived(Decision),
    /// It follows from a file that is known to be absent, as the list of that name says.
    KnownAbsent(String),
}

impl fmt::Display for Suppression {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Waived(Decision { reason, decided_by, date, .. }) => {
                write!(f, "waived by {decided_by} on {date}: {reason}")
            }
            Self::KnownAbsent(list) => write!(f, "{list} lists the file, which is known to be absent"),
        }
    }
}

impl Finding {
    /// Whether it follows from a file that is known to be absent.
    #[must_use]
    pub const fn is_absent(&self) -> bool {
        matches!(self.suppression, Some(Suppression::KnownAbsent(_)))
    }

    /// Whether the review committee waived it.
    #[must_use]
    pub const fn is_waived(&self) -> bool {
        matches!(self.suppression, Some(Suppression::Waived(_)))
    }

    /// The decision by which it does not count.
    #[must_use]
    pub const fn decision(&self) -> Option<&Decision> {
        match &self.suppression {
            Some(Suppression::Waived(decision)) => Some(decision),
            _ => None,
        }
    }

    /// Whether it was waived for a figure.
    #[must_use]
    pub fn lets_through(&self, kind: Kind) -> bool {
        self.decision().is_some_and(|decision| decision.figures.is_empty() || decision.figures.contains(&kind))
    }

    /// Whether it counts in the verdict.
    #[must_use]
    pub const fn counts(&self) -> bool {
        self.suppression.is_none()
    }

    /// A finding of a rule at a place.
    #[must_use]
    pub fn new(rule: &'static Rule, path: &str, line: Line, message: &str) -> Self {
        Self {
            rule,
            severity: rule.severity,
            path: path.to_owned(),
            line,
            excerpt: None,
            label: None,
            related: Vec::new(),
            message: printable(message),
            notes: Vec::new(),
            help: rule.help(),
            suppression: None,
            stands_for: 1,
        }
    }

    /// The message, and every note in a line of its own.
    #[must_use]
    pub fn with_notes(&self) -> String {
        let notes = self.notes.iter().flat_map(|note| ["\nnote: ", note.as_str()]);
        std::iter::once(self.message.as_str()).chain(notes).collect()
    }

    /// Adds a fact.
    pub fn note(&mut self, note: impl Into<String>) -> &mut Self {
        self.notes.push(printable(&note.into()));
        self
    }

    /// Says what its own line shows, where it compares that with another place.
    pub fn label(&mut self, label: impl Into<String>) -> &mut Self {
        self.label = Some(printable(&label.into()));
        self
    }

    /// Adds a place that it compares with, and what that place shows.
    pub fn also(&mut self, path: &str, line: Line, label: impl Into<String>) -> &mut Self {
        let label = printable(&label.into());
        self.related.push(Related { path: path.to_owned(), line, excerpt: None, label });
        self
    }

    /// Says what to do where the rule's own help is not exact enough.
    pub fn help(&mut self, help: impl Into<String>) -> &mut Self {
        self.help = printable(&help.into());
        self
    }
}

/// Where checks report to. Of one place no more than a hundred findings are kept, and one that stands for all others: what
/// follows from a finding follows from its rule, place and severity alone.
pub struct Findings {
    rule: &'static Rule,
    found: Vec<Finding>,
    /// By place how many there are, and which of those that are kept is the last.
    places: HashMap<String, (usize, usize)>,
    /// What is said of one that is not kept.
    spare: Finding,
}

impl Findings {
    /// Most findings of a rule in one place that are listed.
    pub const MOST: usize = 100;

    /// What a rule finds in a submission.
    #[must_use]
    pub fn of(rule: &'static Rule, submission: &Submission, round: &Round) -> Vec<Finding> {
        let spare = Finding::new(rule, "", 0, "");
        let mut findings = Self { rule, found: Vec::new(), places: HashMap::new(), spare };
        (rule.check)(submission, round, &mut findings);
        let Self { mut found, places, .. } = findings;
        for (count, last) in places.into_values().filter(|(count, _)| *count > Self::MOST) {
            let (one, more) = (&found[last], count - Self::MOST);
            let message = format!("and {more} more in the same place");
            found[last] = Finding { stands_for: more, ..Finding::new(rule, &one.path, one.line, &message) };
        }
        found
    }

    /// Reports that the rule is broken at a place. The message is lower case, without a full stop, and states a fact.
    pub fn at(&mut self, path: &str, line: Line, message: impl Into<String>) -> &mut Finding {
        let index = self.found.len();
        if let Some((count, last)) = self.places.get_mut(path) {
            *count += 1;
            if *count > Self::MOST + 1 {
                self.spare.notes.clear();
                self.spare.related.clear();
                return &mut self.spare;
            }
            *last = index;
        } else {
            self.places.insert(path.to_owned(), (1, index));
        }
        self.found.push(Finding::new(self.rule, path, line, &message.into()));
        &mut self.found[index]
    }
}

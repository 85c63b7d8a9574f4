//! Proof of a published figure: the outcomes of the checks that affect it, and the resulting status.

use std::sync::Arc;

use super::checks;
pub use super::figure::{Kind, Status};
use super::outcome::Place;
use super::rule::Rule;

/// What an outcome means for a figure, after needs and waivers are applied.
#[derive(Debug, Clone)]
pub enum Standing {
    /// The check passes; the place shows it.
    Pass(Place),
    /// The check fails as a warning or note, which does not affect the figure.
    Noted(Place),
    /// The check or its cause fails or is unknown, and the review committee accepted the figure: the status the figure
    /// would have otherwise.
    Waived(Place, Status),
    /// The check fails.
    Fail(Place),
    /// The evidence does not decide, and why.
    Unknown(Place, Arc<str>),
    /// A check that must pass first did not: the rule that is the cause, and the status it gives the figure.
    Blocked(Place, &'static Rule, Status),
}

/// One check in the proof of a figure.
#[derive(Debug, Clone)]
pub struct Line {
    /// The rule of the check.
    pub rule: &'static Rule,
    /// What its outcome means for the figure.
    pub standing: Standing,
}

impl Standing {
    /// Name in reports.
    #[must_use]
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Pass(_) => "pass",
            Self::Noted(_) => "noted",
            Self::Waived(..) => "waived",
            Self::Fail(_) => "fail",
            Self::Unknown(..) => "unknown",
            Self::Blocked(..) => "blocked",
        }
    }

    /// The place that decides it.
    #[must_use]
    pub const fn place(&self) -> &Place {
        match self {
            Self::Pass(place)
            | Self::Noted(place)
            | Self::Waived(place, _)
            | Self::Fail(place)
            | Self::Unknown(place, _)
            | Self::Blocked(place, ..) => place,
        }
    }
}

impl Line {
    /// Status of the figure by this check alone, ignoring waivers.
    #[must_use]
    pub const fn word(&self) -> Status {
        match &self.standing {
            Standing::Waived(_, status) => *status,
            _ => self.status(),
        }
    }

    /// Status of the figure by this check alone.
    #[must_use]
    pub const fn status(&self) -> Status {
        match &self.standing {
            Standing::Pass(_) | Standing::Noted(_) | Standing::Waived(..) => Status::Confirmed,
            Standing::Fail(_) => self.rule.fails,
            Standing::Unknown(..) => Status::Unproven,
            Standing::Blocked(_, _, status) => *status,
        }
    }

    /// Why the check does not pass; `None` if it does.
    #[must_use]
    pub fn reason(&self) -> Option<String> {
        match &self.standing {
            Standing::Pass(_) | Standing::Noted(_) | Standing::Waived(..) => None,
            Standing::Fail(_) => Some(self.rule.id.to_owned()),
            Standing::Unknown(_, why) => Some(format!("{}: {why}", self.rule.id)),
            Standing::Blocked(_, cause, _) => Some(cause.id.to_owned()),
        }
    }
}

/// The proof of the figure of one run.
#[derive(Debug, Clone)]
pub struct Proof {
    /// Kind of the figure.
    pub kind: Kind,
    /// Path of the run.
    pub path: String,
    /// Whether results.txt is present and not empty.
    pub is_claimed: bool,
    /// The checks that affect the figure, in the order in which an auditor would look at them.
    pub lines: Vec<Line>,
}

impl Proof {
    /// Status of the figure: the worst of its checks, waived ones counting as passed. Without checks it is not
    /// confirmed: the claim must be proven or accepted by a waiver.
    #[must_use]
    pub fn status(&self) -> Status {
        self.worst(Line::status)
    }

    /// Status of the figure, ignoring waivers.
    #[must_use]
    pub fn word(&self) -> Status {
        self.worst(Line::word)
    }

    /// Whether the figure is confirmed only because the review committee accepted it.
    #[must_use]
    pub fn is_waived(&self) -> bool {
        self.status() == Status::Confirmed && self.word() != Status::Confirmed
    }

    fn worst(&self, of: impl Fn(&Line) -> Status) -> Status {
        let worst = self.lines.iter().map(&of).max().unwrap_or(Status::Unproven);
        let claim = self.lines.iter().find(|line| line.rule.id == checks::figure_as_claimed::ID);
        let is_claim_proven = claim.is_some_and(|line| match line.standing {
            Standing::Pass(_) => true,
            Standing::Waived(..) => of(line) == Status::Confirmed,
            _ => false,
        });
        // "Not by the rules" requires that the figure recomputes as claimed.
        if worst < Status::Unproven && !is_claim_proven { Status::Unproven } else { worst }
    }

    /// Returns the first check that decides the status; `None` if the figure is confirmed.
    #[must_use]
    pub fn decisive(&self) -> Option<&Line> {
        let worst = self.lines.iter().map(Line::status).max()?;
        self.lines.iter().find(|line| worst != Status::Confirmed && line.status() == worst)
    }

    /// Returns the checks that the evidence does not decide, each with the reason.
    pub fn unknown(&self) -> impl Iterator<Item = (&'static Rule, &str)> {
        self.lines.iter().filter_map(|line| match &line.standing {
            Standing::Unknown(_, why) => Some((line.rule, &**why)),
            _ => None,
        })
    }

    /// Returns why the figure is not confirmed; `None` if it is.
    #[must_use]
    pub fn reason(&self) -> Option<String> {
        if self.status() == Status::Confirmed {
            return None;
        }
        let of_line = self.decisive().and_then(Line::reason);
        Some(of_line.unwrap_or_else(|| "no check proves the claim".to_owned()))
    }
}

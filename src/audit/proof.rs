//! The proof of a published figure: the outcomes of the checks that affect it, and the status that follows.

use super::checks;
pub use super::figure::{Kind, Status};
use super::outcome::Place;
use super::rule::Rule;

/// What an outcome means for a figure, once needs and decisions are considered.
#[derive(Debug, Clone)]
pub enum Standing {
    /// The place proves it.
    Pass(Place),
    /// It fails as a warning or note, which leaves the figure as it is.
    Noted(Place),
    /// It fails or is unknown, or what blocks it is, and the review committee let the figure through: what could be said of
    /// the figure otherwise.
    Waived(Place, Status),
    /// It fails.
    Fail(Place),
    /// Nobody can tell: why.
    Unknown(Place, String),
    /// A check that has to pass first did not: the check that is the cause, and what can be said of the figure by it.
    Blocked(Place, &'static Rule, Status),
}

/// A check with what its outcome means for a figure.
#[derive(Debug, Clone)]
pub struct Line {
    /// The rule that was judged.
    pub rule: &'static Rule,
    /// What its outcome means.
    pub standing: Standing,
}

impl Standing {
    /// In one word.
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

    /// Where it is decided.
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
    /// What can be said of the figure by this check alone, were nothing waived.
    #[must_use]
    pub const fn word(&self) -> Status {
        match &self.standing {
            Standing::Waived(_, status) => *status,
            _ => self.status(),
        }
    }

    /// What can be said of the figure by this check alone.
    #[must_use]
    pub const fn status(&self) -> Status {
        match &self.standing {
            Standing::Pass(_) | Standing::Noted(_) | Standing::Waived(..) => Status::Confirmed,
            Standing::Fail(_) => self.rule.fails,
            Standing::Unknown(..) => Status::Unproven,
            Standing::Blocked(_, _, status) => *status,
        }
    }

    /// Why it does not pass; `None` where it does.
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
    /// The figure.
    pub kind: Kind,
    /// Path of the run.
    pub path: String,
    /// Whether results.txt claims anything.
    pub is_claimed: bool,
    /// The checks that affect it, in the order in which an auditor would ask.
    pub lines: Vec<Line>,
}

impl Proof {
    /// What can be said of the figure: the worst of its checks, of which those that are waived count as passed. It is never
    /// confirmed by the absence of checks: the claim has to be proven, or let through.
    #[must_use]
    pub fn status(&self) -> Status {
        self.worst(Line::status)
    }

    /// What could be said of the figure, were nothing waived.
    #[must_use]
    pub fn word(&self) -> Status {
        self.worst(Line::word)
    }

    /// Whether it is confirmed only because the review committee let it through.
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
        // A figure breaks a rule only if it recomputes as claimed.
        if worst < Status::Unproven && !is_claim_proven { Status::Unproven } else { worst }
    }

    /// The first check that decides the status; `None` where the figure is confirmed.
    #[must_use]
    pub fn decisive(&self) -> Option<&Line> {
        let worst = self.lines.iter().map(Line::status).max()?;
        self.lines.iter().find(|line| worst != Status::Confirmed && line.status() == worst)
    }

    /// The checks that nobody can decide, with the reason of each.
    pub fn unknown(&self) -> impl Iterator<Item = (&'static Rule, &str)> {
        self.lines.iter().filter_map(|line| match &line.standing {
            Standing::Unknown(_, why) => Some((line.rule, why.as_str())),
            _ => None,
        })
    }

    /// Why the figure is not confirmed; `None` where it is.
    #[must_use]
    pub fn reason(&self) -> Option<String> {
        if self.status() == Status::Confirmed {
            return None;
        }
        let of_line = self.decisive().and_then(Line::reason);
        Some(of_line.unwrap_or_else(|| "no check proves the claim".to_owned()))
    }
}

//! Checks: a rule with the function that judges it.
//!
//! A check is a constant in a file of its own: what it says, what it may see and judges, which figures it affects, which
//! checks have to pass first. Checks do no I/O.

use super::figure::Kind;
use super::outcome::{Across, Findings, Outcome};
use super::rule::Rule;
use super::view::{ResultView, RunView, SubmissionView, SubmitterView, SystemView};

/// What a check may see, and what it judges: one outcome per run, result, system, submitter or submission.
///
/// Run and result checks run while the evidence is at hand; inferences, outputs, commands and samples are dropped before
/// the others run.
#[derive(Debug, Clone, Copy)]
pub enum Scope {
    /// Sees a run and proves its figure: called for runs whose figure the check affects. Never fails; what it cannot
    /// prove is unknown.
    Figure(fn(&RunView<'_>, Kind) -> Outcome),
    /// Sees a run.
    Run(fn(&RunView<'_>, Findings) -> Outcome),
    /// Sees the runs of a benchmark on a system.
    Result(fn(&ResultView<'_>, Findings) -> Outcome),
    /// Sees the description and all results of a system.
    System(fn(&SystemView<'_>, Findings) -> Outcome),
    /// Sees the folder of a submitter.
    Submitter(fn(&SubmitterView<'_>, Findings) -> Outcome),
    /// Sees everything.
    Submission(fn(&SubmissionView<'_>, Findings) -> Outcome),
    /// Sees everything and judges runs, each against the others.
    Across(fn(&SubmissionView<'_>, &mut Across)),
    /// No function: a finding of the engine or of a command.
    Engine,
}

/// One check.
#[derive(Debug)]
pub struct Check {
    /// What is known of it.
    pub rule: Rule,
    /// Its function, and what it may see.
    pub scope: Scope,
}

/// Declares a check whose documentation is its doc comment:
/// `"id", Group, Severity, Scope(function)`, then, where they differ from nothing, `affects`, `fails`, `absence`, `compares`, `needs`.
macro_rules! check {
    (
        $(#[doc = $line:expr])*
        $id:literal, $group:ident, $severity:ident, $scope:ident $(($function:ident))?
        $(, affects: $affects:tt)?
        $(, fails: $fails:ident)?
        $(, absence: $absence:literal)?
        $(, compares: $compares:literal)?
        $(, needs: [$($need:ident),+ $(,)?])?
        $(, needs_performance: [$($other:ident),+ $(,)?])?
        $(,)?
    ) => {
        /// The check's id, by which others refer to it.
        pub const ID: &str = $id;

        $(#[doc = $line])*
        pub const CHECK: $crate::audit::check::Check = $crate::audit::check::Check {
            rule: $crate::audit::rule::Rule {
                id: ID,
                group: $crate::audit::rule::Group::$group,
                severity: $crate::audit::rule::Severity::$severity,
                documentation: concat!($($line, "\n"),*).trim_ascii(),
                proves: $crate::audit::check::proves!($scope),
                affects: $crate::audit::check::affects!($($affects)?),
                fails: $crate::audit::check::fails!($($fails)?),
                absence: false $(|| $absence)?,
                compares: false $(|| $compares)?,
                needs: &[
                    $($($crate::audit::rule::Need { id: super::$need::ID, mode: None }),+,)?
                    $($($crate::audit::rule::Need {
                        id: super::$other::ID,
                        mode: Some($crate::round::Mode::Performance),
                    }),+)?
                ],
            },
            scope: $crate::audit::check::Scope::$scope $(($function))?,
        };
    };
}
pub(crate) use check;

macro_rules! affects {
    () => { $crate::audit::rule::Affects::Nothing };
    (result) => { $crate::audit::rule::Affects::Result };
    (every) => { $crate::audit::rule::Affects::Figures(&$crate::audit::figure::Kind::ALL) };
    ([$($kind:ident),+]) => { $crate::audit::rule::Affects::Figures(&[$($crate::audit::figure::Kind::$kind),+]) };
}
pub(crate) use affects;

macro_rules! fails {
    () => {
        $crate::audit::figure::Status::Contradicted
    };
    ($status:ident) => {
        $crate::audit::figure::Status::$status
    };
}
pub(crate) use fails;

macro_rules! proves {
    (Figure) => {
        true
    };
    ($scope:ident) => {
        false
    };
}
pub(crate) use proves;

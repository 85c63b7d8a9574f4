//! Checks: a rule and the function that decides it.
//!
//! Each check is a constant in its own file: documentation, scope, the figures it affects, and the checks that must
//! pass first. Checks do no I/O.

use super::figure::Kind;
use super::outcome::{Across, Findings, Outcome};
use super::rule::Rule;
use super::view::{ResultView, RunView, SubmissionView, SubmitterView, SystemView};

/// Scope of a check: what its function receives and what it judges, with one outcome per run, result, system, submitter
/// or submission.
///
/// Run and result checks run while the evidence is in memory; inferences, outputs, commands and samples are dropped
/// before the others run.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Scope {
    /// Receives a run and proves its figure. Called for runs whose figure the check affects. Never fails: what it
    /// cannot prove is unknown.
    Figure(fn(&RunView<'_>, Kind) -> Outcome),
    /// Receives a run.
    Run(fn(&RunView<'_>, Findings) -> Outcome),
    /// Receives the runs of a benchmark on a system.
    Result(fn(&ResultView<'_>, Findings) -> Outcome),
    /// Receives the description and all results of a system.
    System(fn(&SystemView<'_>, Findings) -> Outcome),
    /// Receives a submitter's folder.
    Submitter(fn(&SubmitterView<'_>, Findings) -> Outcome),
    /// Receives the whole submission.
    Submission(fn(&SubmissionView<'_>, Findings) -> Outcome),
    /// Receives the whole submission and judges each run by comparing it with the others.
    Across(fn(&SubmissionView<'_>, &mut Across)),
    /// Has no function: the engine or a command reports the finding.
    Engine,
}

/// One check.
#[derive(Debug)]
pub(crate) struct Check {
    /// Documentation, severity and consequences.
    pub rule: Rule,
    /// What the check receives, with its function.
    pub scope: Scope,
}

/// Declares a check; its doc comment is the rule's documentation.
///
/// Arguments: `"id", Group, Severity, Scope(function)`, then the optional `affects`, `fails`, `absence`, `compares`,
/// `needs` and `needs_performance`.
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
        /// Id of the check; other checks refer to it.
        pub(crate) const ID: &str = $id;

        $(#[doc = $line])*
        pub(crate) const CHECK: $crate::audit::check::Check = $crate::audit::check::Check {
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

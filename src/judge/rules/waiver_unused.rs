use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::round::Round;

rule! {
    /// A waiver covers no finding.
    ///
    /// The finding it was made for is gone, or the waiver is misspelled.
    ///
    /// Help: remove the waiver, or correct its rule and path.
    ///
    /// Source: waivers are decisions on findings (MLPerf submission rules, 3 and 6).
    "waiver-unused", Structure, Warning, never
}

/// Waivers are no part of a submission; [`crate::judge::waiver::apply`] reports them.
fn never(_: &Submission, _: &Round, _: &mut Findings) {}

//! Which waivers would make a result valid.

use std::collections::BTreeSet;

use super::checks;
use super::finding::Finding;
use super::proof::{Kind, Line, Standing, Status};
use super::report::Report;
use crate::model::{Benchmark, System};

impl Report {
    /// Returns the findings whose waivers together would make a result valid; empty if it is valid. `None` if waivers of
    /// findings cannot: the claim of a figure must be proven, or accepted by a waiver that names the figure.
    #[must_use]
    pub fn lifting<'a>(&'a self, system: &'a System, benchmark: &'a Benchmark) -> Option<Vec<&'a Finding>> {
        if self.is_valid(system, benchmark) {
            return Some(Vec::new());
        }
        let mut needed: Vec<&Finding> = self.result_findings(system, benchmark).collect();
        let own: Vec<&Finding> = self.findings_on(system, benchmark).filter(|finding| !finding.is_waived()).collect();
        for proof in self.proofs_of(benchmark).filter(|proof| proof.kind != Kind::Energy) {
            if !proof.lines.iter().any(|line| line.rule.id == checks::figure_as_claimed::ID) {
                return None;
            }
            let mut causes: BTreeSet<&str> = BTreeSet::new();
            for line in proof.lines.iter().filter(|line| line.status() != Status::Confirmed) {
                causes.insert(cause(line)?);
            }
            for cause in causes {
                let by = |finding: &&&Finding| {
                    let named = if cause == UNDECIDED { finding.undecided.is_some() } else { finding.rule.id == cause };
                    named && crate::source::is_inside(&finding.path, &proof.path)
                };
                let before = needed.len();
                needed.extend(own.iter().filter(by).copied());
                if needed.len() == before {
                    // The cause lies outside the run, for example in another run of the same result.
                    needed.extend(own.iter().filter(|finding| finding.rule.id == cause).copied());
                }
                if needed.len() == before {
                    return None;
                }
            }
        }
        needed.sort_by_key(|finding| (&finding.path, finding.rule.id, finding.line));
        needed.dedup_by(|a, b| std::ptr::eq(*a, *b));
        (!needed.is_empty()).then_some(needed)
    }
}

/// The rule of all findings about checks that the evidence does not decide.
const UNDECIDED: &str = checks::evidence_undecided::ID;

/// Returns the rule of the findings to waive for a check; `None` if no waiver of a finding accepts it.
fn cause(line: &Line) -> Option<&'static str> {
    match &line.standing {
        Standing::Fail(_) => Some(line.rule.id),
        Standing::Unknown(..) => Some(UNDECIDED),
        Standing::Blocked(_, cause, _) if line.rule.id != checks::figure_as_claimed::ID || cause.compares => {
            Some(cause.id)
        }
        _ => None,
    }
}

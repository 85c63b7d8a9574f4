//! The proof of a result as an auditor reads it: every figure with the checks that affect it, each with where it is decided.

use std::io::{self, Write};

use schemars::JsonSchema;
use serde::Serialize;

use crate::audit::proof::{Line, Proof, Standing};
use crate::audit::report::Report;
use crate::model::{Benchmark, System};
use crate::render::untrusted::Untrusted;

/// A figure with what is proven of it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ProofRow {
    /// `throughput`, `quality` (Top-1 or AUC), `energy` or `wake word`.
    figure: &'static str,
    /// `confirmed`, `not by the rules` (it recomputes as claimed, a rule is broken), `unproven` or `contradicted`.
    status: String,
    /// Whether the review committee let it through all the same.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    waived: bool,
    /// The first reason why it is not confirmed.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// The checks that affect it and apply, in the order in which an auditor would ask.
    checks: Vec<CheckRow>,
}

/// A check with its outcome.
#[derive(Debug, Serialize, JsonSchema)]
struct CheckRow {
    /// Its id.
    check: &'static str,
    /// What the check is about: what must hold, or what must not be.
    says: String,
    /// `pass`, `fail`, `noted` (it fails as a warning or note, which leaves the figure as it is), `unknown`, `blocked` (a
    /// check that has to pass first did not) or `waived`.
    outcome: &'static str,
    /// The file that decides it, or lacks what would.
    path: String,
    /// Its line, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
    /// Why it is unknown, or which check blocks it.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

impl ProofRow {
    /// The rows of a result.
    #[must_use]
    pub fn of(report: &Report, benchmark: &Benchmark) -> Vec<Self> {
        report.proofs_of(benchmark).map(Self::row).collect()
    }

    /// The same, fit to be shown: no control characters in names and reasons.
    #[must_use]
    pub fn shown(report: &Report, benchmark: &Benchmark) -> Vec<Self> {
        let mut rows = Self::of(report, benchmark);
        for row in &mut rows {
            row.reason = row.reason.take().map(|reason| Untrusted(&reason).for_terminal());
            for one in &mut row.checks {
                one.path = Untrusted(&one.path).for_terminal();
                one.reason = one.reason.take().map(|reason| Untrusted(&reason).for_terminal());
            }
        }
        rows
    }

    /// Figure, status and reason in one line, where it is not confirmed.
    #[must_use]
    pub fn why(&self) -> Option<String> {
        self.reason.as_ref().map(|reason| format!("{} {}: {reason}", self.figure, self.status))
    }

    fn row(proof: &Proof) -> Self {
        Self {
            figure: proof.kind.name(),
            status: proof.word().to_string(),
            waived: proof.is_waived(),
            reason: proof.reason(),
            checks: proof.lines.iter().map(CheckRow::of).collect(),
        }
    }
}

impl CheckRow {
    fn of(Line { rule, standing }: &Line) -> Self {
        let place = standing.place();
        let clause = rule.clause();
        Self {
            check: rule.id,
            // The title of a proof says what must hold, that of any other check what must not be.
            says: if rule.proves { clause } else { format!("not so: {clause}") },
            outcome: standing.word(),
            path: place.path.clone(),
            line: (place.line > 0).then_some(place.line),
            reason: match standing {
                Standing::Unknown(_, why) => Some(why.clone()),
                Standing::Blocked(_, by, _) => Some(format!("by {}", by.id)),
                _ => None,
            },
        }
    }
}

/// Whether a result is meant by `SYSTEM` or `SYSTEM/BENCHMARK`.
#[must_use]
pub fn is_meant(wanted: &str, system: &System, benchmark: &Benchmark) -> bool {
    let rest = wanted.strip_prefix(system.name.as_str());
    let named = |below: &str| below == benchmark.short_name() || below == benchmark.label();
    rest.is_some_and(|rest| rest.is_empty() || rest.strip_prefix('/').is_some_and(named))
}

/// Writes the proofs of the results of a system, or of one of them; says whether there were any.
///
/// # Errors
/// When the writer fails.
pub fn write(report: &Report, wanted: &str, out: &mut dyn Write) -> io::Result<bool> {
    let mut any = false;
    for (system, benchmark) in report.results().filter(|(system, benchmark)| is_meant(wanted, system, benchmark)) {
        any = true;
        writeln!(out, "{}", Untrusted(&format!("{}/{}", system.full_name(), benchmark.label())).for_terminal())?;
        if let Some(weights) = super::weights::words(benchmark) {
            writeln!(out, "  weights: {weights}")?;
        }
        for row in ProofRow::of(report, benchmark) {
            writeln!(out, "  {}: {}{}", row.figure, row.status, if row.waived { ", waived" } else { "" })?;
            for one in row.checks {
                writeln!(out, "    {:8} {} ({})", one.outcome, one.check, one.says)?;
                let line = one.line.map(|line| format!(":{line}")).unwrap_or_default();
                let reason = one.reason.map(|reason| format!(": {reason}")).unwrap_or_default();
                writeln!(out, "             {}", Untrusted(&format!("{}{line}{reason}", one.path)).for_terminal())?;
            }
        }
    }
    Ok(any)
}

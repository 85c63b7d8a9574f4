//! The proof of a result: every figure with its status and the checks that affect it, each with the file and line that
//! decide it.

use std::io::{self, Write};

use schemars::JsonSchema;
use serde::Serialize;

use super::evidence_read::EvidenceReadRow;
use crate::audit::proof::{Line, Proof, Standing};
use crate::audit::report::Report;
use crate::model::{Benchmark, System};
use crate::render::untrusted::Untrusted;

/// The status of a figure and the checks that lead to it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ProofRow {
    /// `throughput`, `quality` (Top-1 or AUC), `energy` or `wake word`.
    figure: &'static str,
    /// `confirmed`, `not by the rules` (it recomputes as claimed, but a rule is broken), `unproven` or `contradicted`.
    status: String,
    /// Whether the review committee accepted the figure despite its status.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    waived: bool,
    /// The first reason why the figure is not confirmed.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// The checks that apply and affect the figure, in the order in which an auditor would go through them.
    checks: Vec<CheckRow>,
}

/// The outcome of one check.
#[derive(Debug, Serialize, JsonSchema)]
struct CheckRow {
    /// Id of the check's rule.
    check: &'static str,
    /// What the check requires, or, after `rules out:`, what must not be the case.
    says: String,
    /// `pass`, `fail`, `noted` (fails as a warning or note, which does not change the figure's status), `unknown`,
    /// `blocked` (a check that has to pass first did not pass) or `waived`.
    outcome: &'static str,
    /// The file that decides the check, or that lacks the evidence to decide it.
    path: String,
    /// Line in that file, if there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
    /// Why the outcome is unknown, or which check blocks it.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
}

impl ProofRow {
    /// Returns one row per figure of a result.
    #[must_use]
    pub fn for_result(report: &Report, benchmark: &Benchmark) -> Vec<Self> {
        report.proofs_of(benchmark).map(Self::row).collect()
    }

    /// Returns the same rows with control characters removed from paths and reasons, safe to print.
    #[must_use]
    pub(crate) fn escaped_for_result(report: &Report, benchmark: &Benchmark) -> Vec<Self> {
        let mut rows = Self::for_result(report, benchmark);
        for row in &mut rows {
            row.reason = row.reason.take().map(|reason| Untrusted(&reason).for_terminal());
            for one in &mut row.checks {
                one.path = Untrusted(&one.path).for_terminal();
                one.reason = one.reason.take().map(|reason| Untrusted(&reason).for_terminal());
            }
        }
        rows
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
            // The title of a rule that proves something says what must hold, that of any other rule what must not
            // occur.
            says: if rule.proves { clause } else { format!("rules out: {clause}") },
            outcome: standing.word(),
            path: place.path.to_string(),
            line: (place.line > 0).then_some(place.line),
            reason: match standing {
                Standing::Unknown(_, why) => Some(why.to_string()),
                Standing::Blocked(_, by, _) => Some(format!("by {}", by.id)),
                _ => None,
            },
        }
    }
}

/// Returns whether `wanted`, which is `SYSTEM` or `SYSTEM/BENCHMARK`, names this result.
#[must_use]
pub(crate) fn is_meant(wanted: &str, system: &System, benchmark: &Benchmark) -> bool {
    let rest = wanted.strip_prefix(system.name.as_str());
    let named = |below: &str| below == benchmark.short_name() || below == benchmark.label();
    rest.is_some_and(|rest| rest.is_empty() || rest.strip_prefix('/').is_some_and(named))
}

/// Writes the proofs of all results that `wanted` names (see [`is_meant`]), and returns whether there are any.
///
/// # Errors
/// When the writer fails.
pub(crate) fn write(report: &Report, wanted: &str, out: &mut dyn Write) -> io::Result<bool> {
    let mut any = false;
    for (system, benchmark) in report.results().filter(|(system, benchmark)| is_meant(wanted, system, benchmark)) {
        any = true;
        writeln!(out, "{}", Untrusted(&format!("{}/{}", system.full_name(), benchmark.label())).for_terminal())?;
        if let Some(weights) = super::weights::words(benchmark) {
            writeln!(out, "  weights: {weights}")?;
        }
        if let Some(weights) = &benchmark.weights {
            writeln!(out, "  code: {}", Untrusted(&weights.to_string()).for_terminal())?;
        }
        if let Some(replay) = super::replay::words(benchmark) {
            writeln!(out, "  replay: {replay}")?;
        }
        for row in EvidenceReadRow::for_result(benchmark) {
            writeln!(out, "  evidence: {}", row.words())?;
        }
        for row in ProofRow::for_result(report, benchmark) {
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

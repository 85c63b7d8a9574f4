//! The proof of a result as an auditor reads it: every figure with its statements, each with where it is shown.

use std::io::{self, Write};

use schemars::JsonSchema;
use serde::Serialize;

use crate::judge::proof::{Decided, Proof, Ruling};
use crate::judge::report::Report;
use crate::read::log::text::printable;
use crate::read::submission::{Benchmark, System};

/// A figure with what is proven of it.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ProofRow {
    /// `throughput`, `quality` (Top-1 or AUC), `energy` or `wake word`.
    figure: &'static str,
    /// `confirmed`, `not by the rules` (it recomputes as claimed, a rule is broken), `unproven` or `contradicted`.
    status: String,
    /// The first reason why it is not confirmed.
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    /// What has to hold of it, in the order in which an auditor would ask.
    statements: Vec<StatementRow>,
}

/// A statement with its ruling.
#[derive(Debug, Serialize, JsonSchema)]
struct StatementRow {
    /// Its id.
    statement: &'static str,
    /// What has to hold.
    says: &'static str,
    /// `proven`, `refuted` or `open`.
    ruling: &'static str,
    /// The file that decides it, or lacks what would.
    path: String,
    /// Its line, where there is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u32>,
    /// Why it is open, or the rule whose finding refutes it.
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
            row.reason = row.reason.take().map(|reason| printable(&reason));
            for one in &mut row.statements {
                one.path = printable(&one.path);
                one.reason = one.reason.take().map(|reason| printable(&reason));
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
            status: proof.status().to_string(),
            reason: proof.reason(),
            statements: proof.statements.iter().map(|decided| StatementRow::of(proof, decided)).collect(),
        }
    }
}

impl StatementRow {
    fn of(proof: &Proof, decided: &Decided) -> Self {
        let (ruling, path, line, reason) = match &decided.ruling {
            Ruling::Proven(role, line) => ("proven", proof.path_of(*role), *line, None),
            Ruling::Refuted(rule) => ("refuted", proof.path.as_str(), 0, Some(rule.id.to_owned())),
            Ruling::Open(role, line, why) => ("open", proof.path_of(*role), *line, Some(why.clone())),
        };
        Self {
            statement: decided.statement.id,
            says: decided.statement.says,
            ruling,
            path: path.to_owned(),
            line: (line > 0).then_some(line),
            reason,
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
        writeln!(out, "{}", printable(&format!("{}/{}", system.full_name(), benchmark.label())))?;
        if let Some(weights) = super::weights::words(benchmark) {
            writeln!(out, "  weights: {weights}")?;
        }
        for row in ProofRow::of(report, benchmark) {
            writeln!(out, "  {}: {}", row.figure, row.status)?;
            for one in row.statements {
                writeln!(out, "    {:8} {} ({})", one.ruling, one.statement, one.says)?;
                let line = one.line.map(|line| format!(":{line}")).unwrap_or_default();
                let reason = one.reason.map(|reason| format!(": {reason}")).unwrap_or_default();
                writeln!(out, "             {}", printable(&format!("{}{line}{reason}", one.path)))?;
            }
        }
    }
    Ok(any)
}

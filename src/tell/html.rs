//! The report as one HTML file: no network, no font or script from outside, readable in light, dark and print.
//!
//! Everything a submitter wrote goes through the template's escaping; the page's policy forbids any other source.

mod evidence;
mod plot;

use std::collections::BTreeMap;
use std::io::{self, Write};

use minijinja::{AutoEscape, Environment};
use serde::Serialize;

use super::proof::ProofRow;
use super::table::{compared_energy, compared_quality, compared_throughput, latency};
use super::text::{printable, summary};
use crate::judge::report::Report;
use crate::judge::rule::Finding;
use crate::read::location::Line;
use crate::read::submission::{Benchmark, System};
use crate::round::Severity;
use crate::tell::publication::{Row, Shown, Table, link, tables};

const PAGE: &str = include_str!("html/page.html");
const STYLE: &str = include_str!("html/style.css");
const SCRIPT: &str = include_str!("html/page.js");

#[derive(Serialize)]
struct Page {
    title: String,
    verdict: Option<String>,
    failed: bool,
    tables: Vec<PageTable>,
    submitters: Vec<SubmitterPart>,
    columns: Vec<Column>,
    results: Vec<ResultPart>,
    legend: &'static str,
    tool: String,
    style: &'static str,
    script: &'static str,
}

#[derive(Serialize)]
struct Column {
    name: &'static str,
    numeric: bool,
}

#[derive(Serialize)]
struct PageTable {
    division: String,
    open: bool,
    energy: bool,
    benchmarks: Vec<String>,
    groups: Vec<GroupPart>,
}

#[derive(Serialize)]
struct GroupPart {
    availability: String,
    lines: Vec<LinePart>,
}

#[derive(Serialize)]
struct LinePart {
    texts: Vec<String>,
    cells: Vec<CellPart>,
    details: String,
    code: String,
}

#[derive(Serialize)]
struct CellPart {
    text: String,
    invalid: bool,
}

#[derive(Serialize)]
struct SubmitterPart {
    name: String,
    rules: Vec<RulePart>,
}

#[derive(Serialize)]
struct RulePart {
    anchor: String,
    id: &'static str,
    title: &'static str,
    explanation: String,
    source: String,
    severity: &'static str,
    findings: Vec<FindingPart>,
}

#[derive(Serialize)]
struct FindingPart {
    rule: &'static str,
    severity: &'static str,
    place: String,
    message: String,
    excerpt: Option<String>,
    label: Option<String>,
    related: Vec<RelatedPart>,
    notes: Vec<String>,
    help: String,
    waived: Option<String>,
}

#[derive(Serialize)]
struct RelatedPart {
    place: String,
    excerpt: Option<String>,
    label: String,
}

#[derive(Serialize)]
struct ResultPart {
    anchor: String,
    division: String,
    submitter: String,
    system: String,
    availability: String,
    benchmark: String,
    figures: Vec<FigurePart>,
    valid: bool,
    reason: String,
    findings: Vec<FindingPart>,
    proofs: Vec<ProofRow>,
    plots: Vec<PlotPart>,
}

#[derive(Serialize)]
struct FigurePart {
    text: String,
    value: String,
}

#[derive(Serialize)]
struct PlotPart {
    caption: String,
    svg: String,
}

/// Writes what was found: verdict, findings, results and their evidence.
///
/// # Errors
/// When the writer fails.
pub fn write_check(report: &Report, threshold: Severity, out: &mut dyn Write) -> io::Result<()> {
    let results = report.results().map(|(system, benchmark)| result(report, system, benchmark)).collect();
    let page = Page {
        title: format!("tinyaudit report, MLPerf Tiny {}", report.round.name),
        verdict: Some(summary(report, threshold)),
        failed: report.fails(threshold),
        submitters: submitters(report),
        ..page(results)
    };
    render(&page, out)
}

/// Writes the results page of these rows, and the evidence of each.
///
/// # Errors
/// When the writer fails.
pub fn write_results(report: &Report, rows: &[Row<'_>], repository: &str, out: &mut dyn Write) -> io::Result<()> {
    let results = rows.iter().map(|row| result(report, row.system, row.benchmark)).collect();
    let page = Page {
        title: format!("MLPerf Tiny {} results", report.round.name),
        tables: tables(report, rows).iter().map(|table| page_table(table, repository)).collect(),
        ..page(results)
    };
    render(&page, out)
}

fn page(results: Vec<ResultPart>) -> Page {
    let column = |name, numeric| Column { name, numeric };
    Page {
        title: String::new(),
        verdict: None,
        failed: false,
        tables: Vec::new(),
        submitters: Vec::new(),
        columns: vec![
            column("division", false),
            column("submitter", false),
            column("system", false),
            column("availability", false),
            column("benchmark", false),
            column("inf/s", true),
            column("ms", true),
            column("quality", true),
            column("energy", true),
            column("valid", false),
        ],
        results,
        legend: super::table::LEGEND,
        tool: format!("Written by tinyaudit {}.", env!("CARGO_PKG_VERSION")),
        style: STYLE,
        script: SCRIPT,
    }
}

fn render(page: &Page, out: &mut dyn Write) -> io::Result<()> {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment
        .render_str(PAGE, minijinja::value::Serde(page))
        .map_err(io::Error::other)
        .and_then(|text| out.write_all(text.as_bytes()))
}

/// Findings by submitter, then by rule, errors first.
fn submitters(report: &Report) -> Vec<SubmitterPart> {
    type ByRule<'a> = BTreeMap<(std::cmp::Reverse<Severity>, &'static str), Vec<&'a Finding>>;
    let mut parts: BTreeMap<String, ByRule<'_>> = BTreeMap::new();
    for finding in &report.findings {
        let owner = report.submission.submitter_of(&finding.path);
        let name =
            owner.map_or_else(|| "(no submitter)".to_owned(), |owner| format!("{}/{}", owner.division, owner.name));
        let key = (std::cmp::Reverse(finding.severity), finding.rule.id);
        parts.entry(printable(&name)).or_default().entry(key).or_default().push(finding);
    }
    let mut number = 0;
    let mut anchor = |id: &str| {
        number += 1;
        format!("f{number}-{id}")
    };
    parts
        .into_iter()
        .map(|(name, rules)| SubmitterPart {
            name,
            rules: rules
                .into_iter()
                .map(|((severity, id), findings)| RulePart {
                    anchor: anchor(id),
                    id: findings[0].rule.id,
                    title: findings[0].rule.title(),
                    explanation: findings[0].rule.explanation(),
                    source: findings[0].rule.source(),
                    severity: severity.0.name(),
                    findings: findings.into_iter().map(finding_part).collect(),
                })
                .collect(),
        })
        .collect()
}

fn place(path: &str, line: Line) -> String {
    let path = if path.is_empty() { "." } else { path };
    let line = if line > 0 { format!(":{line}") } else { String::new() };
    printable(&format!("{path}{line}"))
}

fn finding_part(finding: &Finding) -> FindingPart {
    FindingPart {
        rule: finding.rule.id,
        severity: finding.severity.name(),
        place: place(&finding.path, finding.line),
        message: printable(&finding.message),
        excerpt: finding.excerpt.as_deref().map(printable),
        label: finding.label.as_deref().map(printable),
        related: finding
            .related
            .iter()
            .map(|other| RelatedPart {
                place: place(&other.path, other.line),
                excerpt: other.excerpt.as_deref().map(printable),
                label: printable(&other.label),
            })
            .collect(),
        notes: finding.notes.iter().map(|note| printable(note)).collect(),
        help: printable(&finding.help),
        waived: finding.waived.as_ref().map(|decision| {
            let crate::judge::rule::Decision { reason, decided_by, date } = decision;
            printable(&format!("waived by {decided_by} on {date}: {reason}"))
        }),
    }
}

fn result(report: &Report, system: &System, benchmark: &Benchmark) -> ResultPart {
    let scores = benchmark.scores();
    let name = benchmark.name.as_ref().unwrap_or(&benchmark.folder);
    let variant = benchmark.variant.as_ref().map(|variant| format!("/{variant}")).unwrap_or_default();
    let label = printable(&format!("{name}{variant}"));
    let mut findings: Vec<&Finding> = report.findings_on(system, benchmark).collect();
    findings.sort_by_key(|finding| (std::cmp::Reverse(finding.severity), finding.rule.id));
    let worst = findings.iter().find(|finding| finding.counts() && finding.severity == Severity::Error);
    let proofs = ProofRow::shown(report, benchmark);
    let figure = |text: String| FigurePart { value: first_number(&text), text: printable(&text) };
    ResultPart {
        anchor: anchor(&benchmark.path),
        division: printable(&system.division),
        submitter: printable(&system.submitter),
        system: printable(&system.name),
        availability: printable(&system.availability().unwrap_or_default()),
        benchmark: label,
        figures: vec![
            figure(compared_throughput(&scores)),
            figure(latency(&scores)),
            figure(compared_quality(&scores, report, benchmark)),
            figure(compared_energy(&scores)),
        ],
        valid: report.is_valid(system, benchmark),
        reason: worst.map_or_else(|| unproven(&proofs), |finding| printable(&finding.message)),
        proofs,
        findings: findings.into_iter().map(finding_part).collect(),
        plots: evidence::figures(benchmark, &report.round)
            .into_iter()
            .map(|figure| PlotPart { caption: figure.caption, svg: figure.svg })
            .collect(),
    }
}

/// The first reason why a figure is not confirmed.
fn unproven(proofs: &[ProofRow]) -> String {
    proofs.iter().find_map(ProofRow::why).unwrap_or_default()
}

/// The first number of a text, to sort by.
fn first_number(text: &str) -> String {
    let mut words = text.split(|c: char| !(c.is_ascii_digit() || c == '.')).filter(|word| !word.is_empty());
    words.find(|word| word.parse::<f64>().is_ok()).unwrap_or_default().to_owned()
}

/// A link target made of a path: the letters and digits of it, everything else as its code.
fn anchor(path: &str) -> String {
    use std::fmt::Write;
    path.bytes().fold(String::from("r-"), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-_".contains(&byte) {
            out.push(char::from(byte));
        } else if byte == b'/' {
            out.push('.');
        } else {
            let _ = write!(out, "-{byte:02x}");
        }
        out
    })
}

fn page_table(table: &Table<'_>, repository: &str) -> PageTable {
    let open = table.division != "closed";
    let energy = table.has_energy();
    let groups = table
        .groups
        .iter()
        .map(|(availability, lines)| GroupPart {
            availability: printable(availability),
            lines: lines.iter().map(|line| line_part(table, line, open, energy, repository)).collect(),
        })
        .collect();
    let benchmarks = table.benchmarks.iter().map(|name| printable(name)).collect();
    PageTable { division: printable(table.division), open, energy, benchmarks, groups }
}

fn line_part(
    table: &Table<'_>,
    line: &crate::tell::publication::Line<'_>,
    open: bool,
    energy: bool,
    repository: &str,
) -> LinePart {
    let field = |key: &str| printable(&line.field(key));
    let mut texts = vec![
        printable(&line.system.submitter),
        printable(&line.device()),
        field("Processor(s) Name"),
        field("Accelerator"),
        field("Inference Framework"),
    ];
    if open {
        texts.push(printable(line.model));
    }
    let mut cells = Vec::new();
    let cell = |text: Option<String>, shown: Option<&Shown>| CellPart {
        invalid: text.is_some() && shown.is_some_and(|shown| !shown.stands),
        text: text.unwrap_or_default(),
    };
    let as_text = |shown: Option<&Shown>| cell(shown.map(|shown| shown.text.clone()), shown);
    for name in &table.benchmarks {
        let row = line.results.get(name).copied();
        let throughput = row.and_then(|row| row.throughput.as_ref());
        cells.push(cell(row.and_then(Row::latency_ms).map(super::decimals), throughput));
        if open {
            cells.push(as_text(row.and_then(|row| row.quality.as_ref())));
        }
    }
    if energy {
        cells.extend(
            table.benchmarks.iter().map(|name| as_text(line.results.get(name).and_then(|row| row.energy.as_ref()))),
        );
    }
    LinePart {
        texts,
        cells,
        details: link(repository, line.system, "results"),
        code: link(repository, line.system, "code"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn link_targets_are_made_of_harmless_characters() {
        assert_eq!(anchor("closed/A b/ic"), "r-closed.A-20b.ic");
        assert_eq!(first_number("88.5 ≠ 85.5 %"), "88.5");
        assert_eq!(first_number("FN 8, FP 3"), "8");
        assert_eq!(first_number(""), "");
    }
}

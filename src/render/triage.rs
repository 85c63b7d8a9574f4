//! Findings for a reviewer at a terminal: one row per submitter, then findings grouped by consequence and rule, most
//! severe first, then what was not checked, and the verdict.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::io::{self, Write};

use anstyle::{AnsiColor, Style};

use super::text::{Layout, place, summary};
use super::wrap::{wrapped, wrapped_parts};
use crate::audit::checked::{Checked, sentence};
use crate::audit::consequence::{Consequence, groups};
use crate::audit::finding::Finding;
use crate::audit::proof::Status;
use crate::audit::report::Report;
use crate::model::System;
use crate::render::standing::{Counts, FINDING_COLUMNS, RESULT_COLUMNS, SubmitterCounts, Tone, standing};
use crate::render::untrusted::Untrusted;
use crate::round::Severity;
use crate::source::around;

/// Selects the findings to print. The verdict always covers all findings.
#[derive(Debug, Clone, Default)]
pub struct View {
    /// Only findings of this rule.
    pub rule: Option<String>,
    /// Only findings of at least this severity.
    pub severity: Option<Severity>,
    /// Only findings of this system.
    pub system: Option<String>,
    /// Only findings of this benchmark.
    pub benchmark: Option<String>,
    /// Only findings of rules of this group.
    pub group: Option<crate::audit::rule::Group>,
}

impl View {
    /// Returns whether nothing is filtered out.
    #[must_use]
    pub(crate) fn is_whole(&self) -> bool {
        let Self { rule, severity, system, benchmark, group } = self;
        rule.is_none() && severity.is_none() && system.is_none() && benchmark.is_none() && group.is_none()
    }

    /// Returns the selected findings, in the order of the report.
    #[must_use]
    pub fn findings<'a>(&self, report: &'a Report) -> Vec<&'a Finding> {
        let submission = &report.submission;
        let systems: Vec<&System> =
            submission.systems.iter().filter(|one| Some(&one.name) == self.system.as_ref()).collect();
        let descriptions: HashSet<&str> = systems.iter().map(|system| system.description_path.as_str()).collect();
        let systems: HashSet<&str> = systems.iter().map(|system| system.path.as_str()).collect();
        let benchmarks: HashSet<&str> = submission
            .benchmarks()
            .filter(|(_, benchmark)| Some(benchmark.short_name()) == self.benchmark.as_deref())
            .map(|(_, benchmark)| benchmark.path.as_str())
            .collect();
        let inside = |path: &str, folders: &HashSet<&str>| around(path).any(|folder| folders.contains(folder));
        let takes = |finding: &&Finding| {
            self.rule.as_ref().is_none_or(|rule| finding.rule.id == rule)
                && self.severity.is_none_or(|severity| finding.severity >= severity)
                && self.group.is_none_or(|group| finding.rule.group == group)
                && (self.system.is_none()
                    || inside(&finding.path, &systems)
                    || descriptions.contains(finding.path.as_str()))
                && (self.benchmark.is_none() || inside(&finding.path, &benchmarks))
        };
        report.findings().filter(takes).collect()
    }
}

/// Findings listed per rule; the others are counted.
const LISTED: usize = 2;

/// Writes the overview: submitters, findings by consequence, what was not checked, and the verdict.
///
/// # Errors
/// When the writer fails.
pub fn write(report: &Report, view: &View, layout: Layout, out: &mut dyn Write) -> io::Result<()> {
    let (rows, total) = standing(report);
    headline(&total, layout, out)?;
    writeln!(out, "{}\n", verdict(report, &total, layout))?;
    submitters(&rows, layout, out)?;
    let shown = view.findings(report);
    // Findings that follow from files known to be absent, and ignored ones, are counted in `not_checked`.
    let is_aside = |finding: &&Finding| finding.is_absent() || finding.is_ignored();
    let here: Vec<&Finding> = shown.iter().copied().filter(|finding| !is_aside(finding)).collect();
    for consequence in Consequence::ALL {
        let groups = groups(here.iter().copied(), |finding| finding, consequence);
        if groups.is_empty() {
            continue;
        }
        let count = groups.iter().flatten().filter(|finding| finding.counts()).count();
        writeln!(out, "\n{}", painted(layout, Style::new().bold(), &format!("{consequence} ({count})")))?;
        for findings in groups {
            group(report, &findings, layout, out)?;
        }
    }
    checked_and_clean(report, layout, out)?;
    not_checked(report, layout, out)?;
    if !shown.is_empty() {
        let hint = "--full prints every finding with lines and what to do; `tinyaudit explain RULE` explains a rule";
        writeln!(out)?;
        for line in wrapped(hint, layout.width, 0) {
            writeln!(out, "{line}")?;
        }
    }
    if !view.is_whole() {
        writeln!(out, "\n{} of {} findings are shown", shown.len(), report.findings().len())?;
    }
    writeln!(out, "\n{}", verdict(report, &total, layout))
}

/// Writes one line per finding: place, severity, rule and message.
///
/// # Errors
/// When the writer fails.
pub(crate) fn write_concise(report: &Report, view: &View, layout: Layout, out: &mut dyn Write) -> io::Result<()> {
    for finding in view.findings(report) {
        let aside = finding.set_aside().map_or_else(String::new, |why| format!(" ({why})"));
        let (severity, id) = (finding.severity.name(), finding.rule.id);
        let place = place(&finding.path, finding.line);
        writeln!(
            out,
            "{}: {severity}[{id}]{aside}: {}",
            Untrusted(&place).for_terminal(),
            Untrusted(&finding.message).for_terminal()
        )?;
    }
    writeln!(out, "{}", verdict(report, &standing(report).1, layout))
}

/// Writes the number of findings per rule, most frequent first.
///
/// # Errors
/// When the writer fails.
pub(crate) fn write_statistics(report: &Report, view: &View, layout: Layout, out: &mut dyn Write) -> io::Result<()> {
    let mut counts: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for finding in view.findings(report) {
        let severity = finding.set_aside().unwrap_or_else(|| finding.severity.name());
        *counts.entry((finding.rule.id, severity)).or_default() += 1;
    }
    let mut counts: Vec<_> = counts.into_iter().collect();
    counts.sort_by_key(|(key, count)| (std::cmp::Reverse(*count), *key));
    for ((rule, severity), count) in counts {
        writeln!(out, "{count:>6}  {severity:<8} {rule}")?;
    }
    writeln!(out, "{}", verdict(report, &standing(report).1, layout))
}

fn verdict(report: &Report, total: &Counts, layout: Layout) -> String {
    // A green verdict above unproven results would promise too much.
    let colour = match total.tone() {
        _ if report.fails(layout.threshold) => AnsiColor::Red,
        Tone::Good => AnsiColor::Green,
        Tone::Open | Tone::Bad => AnsiColor::Yellow,
    };
    let lines = wrapped(&summary(report, layout.threshold), layout.width, 2);
    lines.iter().map(|line| painted(layout, colour.on_default().bold(), line)).collect::<Vec<_>>().join("\n")
}

fn painted(layout: Layout, style: Style, text: &str) -> String {
    if layout.styled { format!("{style}{text}{style:#}") } else { text.to_owned() }
}

const fn colour(severity: Severity) -> AnsiColor {
    match severity {
        Severity::Error => AnsiColor::Red,
        Severity::Warning => AnsiColor::Yellow,
        Severity::Note => AnsiColor::Cyan,
    }
}

/// Length of the bar below the headline.
const BAR: usize = 40;

/// Writes how many results can be published, as a sentence and as a bar.
fn headline(total: &Counts, layout: Layout, out: &mut dyn Write) -> io::Result<()> {
    let colour = match total.tone() {
        Tone::Good => AnsiColor::Green,
        Tone::Open => AnsiColor::Yellow,
        Tone::Bad => AnsiColor::Red,
    };
    for line in wrapped_parts(&total.headline(), layout.width, 2) {
        writeln!(out, "{}", painted(layout, colour.on_default().bold(), &line))?;
    }
    let signs = [("█", AnsiColor::Green), ("▒", AnsiColor::Red), ("░", AnsiColor::Yellow)];
    let parts = signs.iter().zip(total.bar(BAR));
    let bar: String =
        parts.map(|((sign, colour), length)| painted(layout, colour.on_default(), &sign.repeat(length))).collect();
    if bar.is_empty() { Ok(()) } else { writeln!(out, "{bar}") }
}

/// Narrowest terminal that has room for all columns.
const WIDE: usize = 96;

/// Writes one row per submitter: results by status, findings by consequence.
fn submitters(rows: &[SubmitterCounts], layout: Layout, out: &mut dyn Write) -> io::Result<()> {
    let columns: Vec<&str> = RESULT_COLUMNS.into_iter().chain(FINDING_COLUMNS).collect();
    // A narrow terminal shows only the findings that change a figure.
    let columns = &columns[..if layout.width < WIDE { RESULT_COLUMNS.len() + 1 } else { columns.len() }];
    let numbers: usize = columns.iter().map(|column| column.len() + 1).sum();
    let widest = rows.iter().map(|row| label(row).chars().count()).max().unwrap_or(0);
    let name = widest.clamp("submitter".len(), layout.width.saturating_sub(numbers).max("submitter".len()));
    let head = format!("{:<name$} {}", "submitter", columns.join(" "));
    writeln!(out, "{}", painted(layout, Style::new().underline(), &head))?;
    for row in rows {
        let cells = columns.iter().zip(row.counts.cells());
        let cells: Vec<String> =
            cells.map(|(column, count)| format!("{count:>width$}", width = column.len())).collect();
        let mut lines = wrapped(&label(row), name, 2);
        let last = lines.pop().unwrap_or_default();
        for line in lines {
            writeln!(out, "{line}")?;
        }
        writeln!(out, "{last:<name$} {}", cells.join(" "))?;
    }
    Ok(())
}

fn label(row: &SubmitterCounts) -> String {
    if row.name.is_empty() {
        return "(no submitter)".to_owned();
    }
    let division = if row.division.is_empty() { "?" } else { &row.division };
    Untrusted(&format!("{division}/{}", row.name)).for_terminal()
}

fn group(report: &Report, findings: &[&Finding], layout: Layout, out: &mut dyn Write) -> io::Result<()> {
    let rule = findings[0].rule;
    let counting: Vec<&Finding> = findings.iter().copied().filter(|finding| finding.counts()).collect();
    let severity = counting.iter().map(|finding| finding.severity).max();
    let waived = findings.len() - counting.len();
    let name = severity.map_or("waived", Severity::name);
    let mut title = format!("{name}[{}]: {}", rule.id, rule.title().trim_end_matches('.'));
    if findings.len() > 1 {
        title = format!("{title}, {} findings", findings.len());
    }
    if waived > 0 && severity.is_some() {
        title = format!("{title}, {waived} waived");
    }
    let style = severity.map_or(Style::new(), |severity| colour(severity).on_default());
    for line in wrapped(&title, layout.width.saturating_sub(2), 2) {
        writeln!(out, "  {}", painted(layout, style, &line))?;
    }
    // Notes and waived findings are only counted here; `--full` prints their text.
    if severity == Some(Severity::Note) || severity.is_none() {
        return Ok(());
    }
    // Help is for a submitter who checks one submission; a committee with several submitters needs only the findings.
    if let Some(first) = counting.first().filter(|_| report.submission.submitters.len() < 2) {
        for line in wrapped(
            &format!("what to do: {}", Untrusted(&first.help).for_terminal()),
            layout.width.saturating_sub(4),
            2,
        ) {
            writeln!(out, "    {line}")?;
        }
    }
    for finding in counting.iter().take(LISTED) {
        let line = format!(
            "{}: {}",
            Untrusted(&place(&finding.path, finding.line)).for_terminal(),
            Untrusted(&finding.message).for_terminal()
        );
        for line in wrapped(&line, layout.width.saturating_sub(4), 2) {
            writeln!(out, "    {line}")?;
        }
    }
    if let Some(rest) = counting.get(LISTED..).filter(|rest| !rest.is_empty()) {
        let more = format!("and {} more{} (--rule {} --full prints them)", rest.len(), owners(report, rest), rule.id);
        for line in wrapped(&more, layout.width.saturating_sub(4), 2) {
            writeln!(out, "    {line}")?;
        }
    }
    Ok(())
}

/// Returns ` of A, B` if the findings belong to at most three submitters, else an empty text.
fn owners(report: &Report, findings: &[&Finding]) -> String {
    let owner =
        |finding: &&Finding| Some(Untrusted(&report.submission.submitter_of(&finding.path)?.name).for_terminal());
    let owners: BTreeSet<String> = findings.iter().filter_map(owner).collect();
    if (1..=3).contains(&owners.len()) {
        format!(" of {}", owners.into_iter().collect::<Vec<_>>().join(", "))
    } else {
        String::new()
    }
}

/// Writes what was checked, and how much of it is clean.
fn checked_and_clean(report: &Report, layout: Layout, out: &mut dyn Write) -> io::Result<()> {
    let checked = Checked::of(report);
    if checked.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{}", painted(layout, Style::new().bold(), "checked and clean"))?;
    wrapped(&sentence(&checked), layout.width.saturating_sub(2), 0)
        .iter()
        .try_for_each(|line| writeln!(out, "  {line}"))
}

/// Writes the number of unproven figures by the check that could not be decided, and of findings from absent files.
fn not_checked(report: &Report, layout: Layout, out: &mut dyn Write) -> io::Result<()> {
    let mut open: BTreeMap<String, usize> = BTreeMap::new();
    for proof in report.proofs.values() {
        if let Some((check, _)) = proof.unknown().next().filter(|_| proof.status() == Status::Unproven) {
            *open
                .entry(format!(
                    "{}, because the evidence does not decide whether {}",
                    proof.kind.name(),
                    check.clause()
                ))
                .or_default() += 1;
        }
    }
    let absent = report.findings().filter(|finding| finding.is_absent()).count();
    let mut ignored: BTreeMap<&str, usize> = BTreeMap::new();
    for finding in report.findings().filter(|finding| finding.is_ignored()) {
        *ignored.entry(finding.rule.id).or_default() += finding.finding_count;
    }
    if open.is_empty() && absent == 0 && ignored.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{}", painted(layout, Style::new().bold(), "not checked"))?;
    for (what, count) in open {
        let open = format!("{count} {} unproven: {}", if count == 1 { "figure" } else { "figures" }, what);
        for line in wrapped(&open, layout.width.saturating_sub(2), 2) {
            writeln!(out, "  {line}")?;
        }
    }
    for (rule, count) in ignored {
        let findings = if count == 1 { "finding" } else { "findings" };
        writeln!(out, "  {count} {findings} of {rule} ignored; see --rule {rule}")?;
    }
    if absent > 0 {
        writeln!(out, "  findings not counted because their files are known to be absent: {absent}")?;
    }
    Ok(())
}

//! Findings as annotated excerpts for people, the summary in the last line.

use std::io::{self, Write};

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use crate::audit::finding::Finding;
use crate::audit::report::{Report, weight};
use crate::model::Place;
use crate::parse::location::Line;
use crate::render::untrusted::Untrusted;
use crate::round::{Runner, Severity};

/// Writes the findings of a report and the summary.
///
/// # Errors
/// When the writer fails.
pub fn write(report: &Report, threshold: Severity, styled: bool, out: &mut dyn Write) -> io::Result<()> {
    write_these(report, &report.findings.iter().collect::<Vec<_>>(), threshold, styled, out)
}

/// Writes some findings of a report, and the summary of all.
///
/// # Errors
/// When the writer fails.
pub fn write_these(
    report: &Report,
    findings: &[&Finding],
    threshold: Severity,
    styled: bool,
    out: &mut dyn Write,
) -> io::Result<()> {
    let renderer = if styled { Renderer::styled() } else { Renderer::plain() };
    for finding in findings {
        let path = if finding.path.is_empty() { ".".to_owned() } else { Untrusted(&finding.path).for_terminal() };
        let related: Vec<String> = finding.related.iter().map(|place| Untrusted(&place.path).for_terminal()).collect();
        writeln!(out, "{}\n", renderer.render(&[group(finding, &path, &related)]))?;
    }
    writeln!(out, "{}", summary(report, threshold))
}

/// Writes what was understood of every run: the benchmark and how much evidence there is, a line each.
///
/// # Errors
/// When the writer fails.
pub fn understood(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    for Place { benchmark, run, .. } in report.submission.runs() {
        let name = benchmark.name.as_deref().unwrap_or("no benchmark of the round");
        let runner = run.runner.map_or("no files of a runner", Runner::title);
        let damage = run.damage.len() + run.log.as_ref().map_or(0, |log| log.damage.len());
        writeln!(
            out,
            "{}: {name}, {runner}, {}, {}, {}",
            Untrusted(&run.path).for_terminal(),
            counted(run.files.count(), "file"),
            counted(run.windows.len(), "window"),
            if damage == 0 { "all read".to_owned() } else { counted(damage, "damaged place") },
        )?;
    }
    Ok(())
}

/// Writes what no program can check, for a person to go through before submitting.
///
/// # Errors
/// When the writer fails.
pub fn reminders(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\nNo program can check the following; go through it before submitting:")?;
    for entry in crate::audit::coverage::reminders(&report.submission, &report.round) {
        writeln!(out, "[ ] {} ({})", entry.reminder.as_deref().unwrap_or_default(), entry.entry)?;
    }
    Ok(())
}

fn snippet<'a>(path: &'a str, line: Line, excerpt: &'a str) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
    Snippet::source(excerpt).path(path).line_start(line as usize)
}

/// `path` and `related` are the paths of the finding's places as they can be shown.
fn group<'a>(finding: &'a Finding, path: &'a str, related: &'a [String]) -> Group<'a> {
    let level = match finding.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let mut group = Group::with_title(level.primary_title(finding.message.as_str()).id(finding.rule.id));
    group = match &finding.excerpt {
        Some(excerpt) => {
            let kind = AnnotationKind::Primary.span(0..excerpt.trim_end().len()).label(finding.label.as_deref());
            group.element(snippet(path, finding.line, excerpt).annotation(kind))
        }
        None => group.element(Origin::path(path)),
    };
    for (place, path) in finding.related.iter().zip(related) {
        group = match &place.excerpt {
            Some(excerpt) => {
                let kind = AnnotationKind::Context.span(0..excerpt.trim_end().len()).label(place.label.as_str());
                group.element(snippet(path, place.line, excerpt).annotation(kind))
            }
            None => group.element(Level::NOTE.message(format!("{path}: {}", place.label))),
        };
    }
    for note in &finding.notes {
        group = group.element(Level::NOTE.message(note.as_str()));
    }
    if let Some(suppression) = &finding.suppression {
        return group.element(Level::NOTE.message(suppression.to_string()));
    }
    group.element(Level::HELP.message(finding.help.as_str()))
}

/// The verdict and how many findings of each severity there are.
#[must_use]
pub fn summary(report: &Report, threshold: Severity) -> String {
    let counts = report.counts();
    let verdict = if report.fails(threshold) { "FAIL" } else { "PASS" };
    let absent = weight(report.findings.iter().filter(|finding| finding.is_absent()));
    let waived = weight(report.findings.iter().filter(|finding| finding.is_waived()));
    let waived = if waived == 0 { String::new() } else { format!(", {waived} waived") };
    let absent = if absent == 0 { String::new() } else { format!(", {absent} set aside (files known to be absent)") };
    format!(
        "{verdict}: {}, {}, {}{waived}{absent} in {} of {}",
        counted(counts.error, "error"),
        counted(counts.warning, "warning"),
        counted(counts.note, "note"),
        counted(report.results().count(), "result"),
        counted(report.submission.systems.len(), "system"),
    )
}

/// `1 error`, `2 errors`.
fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// A path with its line, where there is one.
pub(super) fn place(path: &str, line: Line) -> String {
    let path = if path.is_empty() { "." } else { path };
    if line > 0 { format!("{path}:{line}") } else { path.to_owned() }
}

//! Findings as annotated excerpts for a terminal, with a summary in the last line.

use std::io::{self, Write};

use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

use crate::audit::finding::Finding;
use crate::audit::report::{Report, weight};
use crate::model::Place;
use crate::parse::location::Line;
use crate::render::standing::standing;
use crate::render::untrusted::Untrusted;
use crate::render::wrap::wrapped;
use crate::round::{Runner, Severity};

/// Layout of the output.
#[derive(Debug, Clone, Copy)]
pub struct Layout {
    /// Width of a line in columns.
    pub width: usize,
    /// Whether to use colour.
    pub styled: bool,
    /// The lowest severity that fails the check.
    pub threshold: Severity,
}

/// Writes findings of a report in full, and the summary of all findings.
///
/// # Errors
/// When the writer fails.
pub fn write(report: &Report, findings: &[&Finding], layout: Layout, out: &mut dyn Write) -> io::Result<()> {
    write_findings(findings, layout, out)?;
    let (_, total) = standing(report);
    for line in [total.headline(), summary(report, layout.threshold)] {
        for line in wrapped(&line, layout.width, 2) {
            writeln!(out, "{line}")?;
        }
    }
    Ok(())
}

/// Writes findings in full.
///
/// # Errors
/// When the writer fails.
pub(crate) fn write_findings(findings: &[&Finding], layout: Layout, out: &mut dyn Write) -> io::Result<()> {
    let renderer = if layout.styled { Renderer::styled() } else { Renderer::plain() }.term_width(layout.width);
    for finding in findings {
        let path = if finding.path.is_empty() { ".".to_owned() } else { Untrusted(&finding.path).for_terminal() };
        let related: Vec<String> = finding.related.iter().map(|place| Untrusted(&place.path).for_terminal()).collect();
        let texts = Texts::new(finding, &related, layout.width);
        writeln!(out, "{}\n", renderer.render(&[group(finding, &path, &related, &texts)]))?;
    }
    Ok(())
}

/// The sentences of a finding, wrapped.
struct Texts {
    title: String,
    /// Of related places without an excerpt.
    places: Vec<String>,
    /// Notes and the help.
    footers: Vec<(Level<'static>, String)>,
}

impl Texts {
    fn new(finding: &Finding, related: &[String], width: usize) -> Self {
        /// `error[…]: ` and ` = note: ` are in front of the text, and later lines are indented like the first.
        const BEFORE_NOTE: usize = "    = note: ".len();
        let before_title = format!("warning[{}]: ", finding.rule.id).len();
        let fold = |text: &str, before: usize| wrapped(text, width.saturating_sub(before).max(20), 0).join("\n");
        let note = |text: &str| fold(text, BEFORE_NOTE);
        let places = finding.related.iter().zip(related);
        let mut footers: Vec<_> = finding.notes.iter().map(|text| (Level::NOTE, note(text))).collect();
        footers.push(match &finding.suppression {
            Some(suppression) => (Level::NOTE, note(&suppression.to_string())),
            None => (Level::HELP, note(&finding.help)),
        });
        Self {
            title: fold(&finding.message, before_title),
            places: places.map(|(place, path)| note(&format!("{path}: {}", place.label))).collect(),
            footers,
        }
    }
}

/// Writes one line per run with what was parsed: benchmark, runner, numbers of files and windows, damage.
///
/// # Errors
/// When the writer fails.
pub(crate) fn understood(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    for Place { benchmark, run, .. } in report.submission.runs() {
        let name = benchmark.name.as_deref().unwrap_or("unknown benchmark");
        let runner = run.runner.map_or("unknown runner", Runner::title);
        let damage = run.damage.len() + run.log.as_ref().map_or(0, |log| log.damage.len());
        writeln!(
            out,
            "{}: {name}, {runner}, {}, {}, {}",
            Untrusted(&run.path).for_terminal(),
            counted(run.files.count(), "file"),
            counted(run.windows.len(), "window"),
            match (damage, run.unread.len()) {
                (0, 0) => "no damage".to_owned(),
                (damage, 0) => counted(damage, "damaged place"),
                (_, unread) => format!("{} not read", counted(unread, "file")),
            },
        )?;
    }
    Ok(())
}

/// Writes the points that no program can check, as a list for a person.
///
/// # Errors
/// When the writer fails.
pub(crate) fn reminders(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "\nNo program can check the following points; check them yourself before submitting:")?;
    for entry in crate::audit::coverage::reminders(&report.submission, &report.round) {
        writeln!(out, "[ ] {} ({})", entry.reminder.as_deref().unwrap_or_default(), entry.entry)?;
    }
    Ok(())
}

fn snippet<'a>(path: &'a str, line: Line, excerpt: &'a str) -> Snippet<'a, annotate_snippets::Annotation<'a>> {
    Snippet::source(excerpt).path(path).line_start(line as usize)
}

/// Builds the excerpts of a finding. `path` and `related` are the escaped paths of its places.
fn group<'a>(finding: &'a Finding, path: &'a str, related: &'a [String], texts: &'a Texts) -> Group<'a> {
    let level = match finding.severity {
        Severity::Error => Level::ERROR,
        Severity::Warning => Level::WARNING,
        Severity::Note => Level::NOTE,
    };
    let mut group = Group::with_title(level.primary_title(texts.title.as_str()).id(finding.rule.id));
    group = match &finding.excerpt {
        Some(excerpt) => {
            let kind = AnnotationKind::Primary.span(0..excerpt.trim_end().len()).label(finding.label.as_deref());
            group.element(snippet(path, finding.line, excerpt).annotation(kind))
        }
        None => group.element(Origin::path(path)),
    };
    for ((place, path), text) in finding.related.iter().zip(related).zip(&texts.places) {
        group = match &place.excerpt {
            Some(excerpt) => {
                let kind = AnnotationKind::Context.span(0..excerpt.trim_end().len()).label(place.label.as_str());
                group.element(snippet(path, place.line, excerpt).annotation(kind))
            }
            None => group.element(Level::NOTE.message(text.as_str())),
        };
    }
    for (level, text) in &texts.footers {
        group = group.element(level.clone().message(text.as_str()));
    }
    group
}

/// Formats the verdict and the number of findings of each severity.
#[must_use]
pub fn summary(report: &Report, threshold: Severity) -> String {
    let counts = report.counts();
    let verdict = if report.fails(threshold) { "FAIL" } else { "PASS" };
    let absent = weight(report.findings().filter(|finding| finding.is_absent()));
    let waived = weight(report.findings().filter(|finding| finding.is_waived()));
    let waived = if waived == 0 { String::new() } else { format!(", {waived} waived") };
    let absent = if absent == 0 { String::new() } else { format!(", {absent} not counted (files known to be absent)") };
    let ignored = weight(report.findings().filter(|finding| finding.is_ignored()));
    let ignored = if ignored == 0 { String::new() } else { format!(", {ignored} ignored") };
    format!(
        "{verdict}: {}, {}, {}{waived}{absent}{ignored} in {} of {}",
        counted(counts.error, "error"),
        counted(counts.warning, "warning"),
        counted(counts.note, "note"),
        counted(report.results().count(), "result"),
        counted(report.submission.systems.len(), "system"),
    )
}

/// Formats a count with a noun: `1 error`, `2 errors`.
pub(crate) fn counted(count: usize, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

/// Formats a path with its line, if there is one.
pub(super) fn place(path: &str, line: Line) -> String {
    let path = if path.is_empty() { "." } else { path };
    if line > 0 { format!("{path}:{line}") } else { path.to_owned() }
}

//! The report as one self-contained HTML file for reviewers: no network, no external font or script; readable in light
//! and dark mode, in print, and without scripts.
//!
//! The templates escape all text of submitters. The page's content security policy allows its own style and script by
//! their digests and nothing else.

mod figures;
mod findings;
mod first;
pub mod history;
mod index;
pub(super) mod letter;
mod plot;
mod plots;
pub mod policy;
mod previous;
mod published;
#[cfg(feature = "cli")]
pub mod reconciliation;
mod result;

use std::collections::BTreeSet;
use std::io::{self, Write};

use minijinja::{AutoEscape, Environment};
use serde::Serialize;

use self::findings::Part;
use self::first::First;
use self::index::Index;
pub use self::index::page_count;
use self::plots::overview::{self, Overview};
use self::plots::strip::{self, Strip};
use self::published::Published;
use self::result::ResultPart;
use crate::audit::coverage;
use crate::audit::report::Report;
use crate::render::document::{Rich, Span};
use crate::render::letter::{LetterFormat, Recipient};
use crate::render::page::ResultsPage;
use crate::render::publication::Row;
use crate::render::untrusted::Untrusted;
use crate::round::Severity;

/// Templates of pages and their parts, by name.
const TEMPLATES: [(&str, &str); 10] = [
    ("page", include_str!("html/page.html")),
    ("head", include_str!("html/head.html")),
    ("first", include_str!("html/first.html")),
    ("published", include_str!("html/published.html")),
    ("table", include_str!("html/table.html")),
    ("findings", include_str!("html/findings.html")),
    ("evidence", include_str!("html/evidence.html")),
    ("letter", include_str!("html/letter.html")),
    ("history", include_str!("html/history.html")),
    ("reconciliation", include_str!("html/reconciliation.html")),
];
const STYLE: &str =
    concat!(include_str!("html/style.css"), include_str!("html/wide.css"), include_str!("html/plot.css"));
const SCRIPT: &str = concat!(
    "(() => {\n\"use strict\";\n",
    include_str!("html/always.js"),
    include_str!("html/sort.js"),
    include_str!("html/filter.js"),
    include_str!("html/decide.js"),
    include_str!("html/first.js"),
    include_str!("html/trace.js"),
    include_str!("html/page.js"),
    "})();\n"
);

/// Options of the HTML report.
#[derive(Debug, Clone, Copy)]
pub struct ReportOptions<'a> {
    /// The lowest severity that fails the check.
    pub threshold: Severity,
    /// Whether to list the points that no program can check.
    pub reminders: bool,
    /// Inputs and options from which the report was made, as pairs of name and value.
    pub provenance: &'a [(&'a str, String)],
    /// The page to write, from 1; a report has one per thousand results.
    pub page: usize,
}

impl ReportOptions<'_> {
    /// Returns options without reminders and provenance.
    #[must_use]
    pub const fn new(threshold: Severity) -> Self {
        Self { threshold, reminders: false, provenance: &[], page: 1 }
    }
}

#[derive(Serialize)]
struct Page {
    title: String,
    round: String,
    /// Number of this page and number of all pages, if there are several.
    pages: Option<[usize; 2]>,
    /// Whether the page lists all results and findings, so that a script can count them again.
    is_whole: bool,
    first: Option<First>,
    published: Option<Published>,
    parts: Vec<Part>,
    results: Vec<ResultPart>,
    strip: Option<Strip>,
    overviews: Vec<Overview>,
    reminders: Vec<Reminder>,
    provenance: Vec<(String, String)>,
    submitters: BTreeSet<String>,
    systems: BTreeSet<String>,
    divisions: BTreeSet<String>,
    benchmarks: BTreeSet<String>,
    /// Identifier of every rule with findings, twice: as value and as label.
    rules: Vec<[&'static str; 2]>,
    letters: Vec<DeskLetter>,
    policy: String,
    style: &'static str,
    script: &'static str,
}

/// The letter to a submitter, as `tinyaudit letters` writes it.
#[derive(Serialize)]
struct DeskLetter {
    /// Division and name of the submitter.
    to: String,
    text: String,
}

#[derive(Serialize)]
struct Reminder {
    says: &'static str,
    entry: &'static str,
}

/// Writes the report of a check: verdict, findings, results with their evidence, and controls to decide about findings.
///
/// # Errors
/// When the writer fails.
pub fn write_check(report: &Report, desk: ReportOptions<'_>, out: &mut dyn Write) -> io::Result<()> {
    let index = Index::of_page(report, desk.page);
    let reminders = || {
        let entries = coverage::reminders(&report.submission, &report.round).into_iter();
        entries.map(|entry| Reminder { says: entry.reminder.as_deref().unwrap_or_default(), entry: &entry.entry })
    };
    let mut page =
        page(&index, format!("tinyaudit report, MLPerf Tiny {}{}", report.round.name, only_submitter(report)));
    page.first = Some(First::new(&index, desk.threshold));
    page.parts = findings::parts(&index);
    page.rules = index
        .findings
        .iter()
        .map(|one| one.finding.rule.id)
        .collect::<BTreeSet<_>>()
        .into_iter()
        .map(|id| [id; 2])
        .collect();
    page.letters = letters(&index)?;
    page.pages = (index.page != [1, 1]).then_some(index.page);
    page.is_whole = index.is_whole();
    page.reminders = if desk.reminders { reminders().collect() } else { Vec::new() };
    page.provenance
        .extend(desk.provenance.iter().map(|(name, value)| (Untrusted(name).for_html(), Untrusted(value).for_html())));
    render("page", &page, out)
}

/// Writes a results page with the evidence of each of its rows.
///
/// # Errors
/// When the writer fails.
pub fn write_results(
    report: &Report,
    rows: &[Row<'_>],
    published: &ResultsPage,
    out: &mut dyn Write,
) -> io::Result<()> {
    let index = Index::new(report, rows.iter().map(|row| (row.system, row.benchmark)));
    let mut page = page(&index, format!("MLPerf Tiny {} results{}", report.round.name, only_submitter(report)));
    page.published = Some(Published::new(published));
    render("page", &page, out)
}

/// Returns the digests of the style and script that every page contains. A page that shows a report in a frame must
/// allow them, because its policy also applies to the frame.
#[must_use]
pub fn sources() -> [String; 2] {
    [policy::source(STYLE), policy::source(SCRIPT)]
}

/// Returns the letters to all submitters with findings that the page lists.
fn letters(index: &Index<'_>) -> io::Result<Vec<DeskLetter>> {
    let report = index.report;
    let owners: BTreeSet<(&str, &str)> = index
        .findings
        .iter()
        .filter(|one| one.listed)
        .map(|one| (one.owner.0.as_str(), one.owner.1.as_str()))
        .collect();
    let letter = |to: &Recipient<'_>| {
        let mut text = Vec::new();
        if to.nothing_to_ask().is_none() {
            super::letter::write(report, to, None, LetterFormat::Markdown, &mut text)?;
        }
        let text = String::from_utf8(text).map_err(io::Error::other)?;
        Ok(DeskLetter { to: Untrusted(&to.submitter.full_name()).for_html(), text })
    };
    let is_here = |to: &&Recipient<'_>| {
        index.is_whole() || owners.contains(&(to.submitter.division.as_str(), to.submitter.name.as_str()))
    };
    Recipient::all(report).iter().filter(is_here).map(letter).collect()
}

/// Returns the name of the submitter for a title, if there is only one.
fn only_submitter(report: &Report) -> String {
    let names: BTreeSet<&str> = report.submission.submitters.iter().map(|one| one.name.as_str()).collect();
    let only = names.first().filter(|name| names.len() == 1 && !name.is_empty());
    only.map_or_else(String::new, |name| format!(": {}", Untrusted(name).for_html()))
}

fn page(index: &Index<'_>, title: String) -> Page {
    let report = index.report;
    let named = |name: &str| Untrusted(name).for_html();
    let of_results = || index.results.iter();
    let owners = || index.findings.iter().map(|one| &one.owner).filter(|(_, name)| !name.is_empty());
    Page {
        title,
        round: report.round.name.clone(),
        pages: None,
        is_whole: true,
        first: None,
        published: None,
        parts: Vec::new(),
        results: result::parts(index),
        strip: strip::strip(index, &report.round),
        overviews: overview::figures(index, &report.round),
        reminders: Vec::new(),
        provenance: vec![
            ("tool".to_owned(), concat!("tinyaudit ", env!("CARGO_PKG_VERSION")).to_owned()),
            ("round".to_owned(), report.round.name.clone()),
        ],
        submitters: of_results()
            .map(|one| named(&one.system.submitter))
            .chain(owners().map(|(_, name)| named(name)))
            .collect(),
        systems: of_results().map(|one| named(&one.system.name)).collect(),
        divisions: of_results()
            .map(|one| named(&one.system.division))
            .chain(owners().map(|(division, _)| named(division)))
            .collect(),
        benchmarks: of_results().map(index::ResultEntry::label).collect(),
        rules: Vec::new(),
        letters: Vec::new(),
        policy: policy::policy(STYLE, SCRIPT),
        style: STYLE,
        script: SCRIPT,
    }
}

fn render(name: &str, page: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.add_filter("breakable", breakable);
    environment.add_filter("coded", coded);
    for (name, text) in TEMPLATES {
        environment.add_template(name, text).map_err(io::Error::other)?;
    }
    let template = environment.get_template(name).map_err(io::Error::other)?;
    let text = template.render(minijinja::value::Serde(page)).map_err(io::Error::other)?;
    out.write_all(text.as_bytes())
}

/// Escapes a name or path and allows line breaks after `_` and `/`.
fn breakable(text: &str) -> minijinja::Value {
    let escaped = plot::escaped(text).replace('_', "_<wbr>").replace('/', "/<wbr>");
    minijinja::Value::from_safe_string(escaped)
}

/// Escapes a text and shows what is in backticks as code.
fn coded(text: &str) -> minijinja::Value {
    let span = |span: &Span| match span {
        Span::Code(text) => format!("<code>{}</code>", plot::escaped(text)),
        Span::Text(text) | Span::Link(text, _) => plot::escaped(text),
    };
    minijinja::Value::from_safe_string(Rich::new(text).0.iter().map(span).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_in_backticks_is_code() {
        let shown = |text: &str| coded(text).to_string();
        assert_eq!(shown("`a<b` is missing"), "<code>a&lt;b</code> is missing");
        assert_eq!(shown("one ` and <i>"), "one ` and &lt;i&gt;");
    }
}

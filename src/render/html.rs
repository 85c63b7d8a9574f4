//! The report as one HTML file, a desk for those who decide: no network, no font or script from outside, readable in
//! light, dark and print, and without scripts.
//!
//! Everything a submitter wrote goes through the template's escaping; the page's policy names its own style and script
//! by their digests and forbids anything else.

mod figures;
mod findings;
mod first;
pub mod history;
mod index;
mod plot;
mod plots;
pub mod policy;
mod previous;
mod result;

use std::collections::BTreeSet;
use std::io::{self, Write};

use minijinja::{AutoEscape, Environment};
use serde::Serialize;

use self::findings::Part;
use self::first::First;
use self::index::Index;
use self::plots::overview::{self, Overview};
use self::result::ResultPart;
use crate::audit::coverage;
use crate::audit::report::Report;
use crate::render::page::ResultsPage;
use crate::render::publication::Row;
use crate::render::untrusted::Untrusted;
use crate::round::Severity;

/// Pages and their parts, by name.
const TEMPLATES: [(&str, &str); 8] = [
    ("page", include_str!("html/page.html")),
    ("head", include_str!("html/head.html")),
    ("first", include_str!("html/first.html")),
    ("published", include_str!("html/published.html")),
    ("table", include_str!("html/table.html")),
    ("findings", include_str!("html/findings.html")),
    ("evidence", include_str!("html/evidence.html")),
    ("history", include_str!("html/history.html")),
];
const STYLE: &str =
    concat!(include_str!("html/style.css"), include_str!("html/wide.css"), include_str!("html/plot.css"));
const SCRIPT: &str = concat!(
    "(() => {\n\"use strict\";\n",
    include_str!("html/sort.js"),
    include_str!("html/filter.js"),
    include_str!("html/decide.js"),
    include_str!("html/page.js"),
    "})();\n"
);

/// How a report is shown.
#[derive(Debug, Clone, Copy)]
pub struct Desk<'a> {
    /// The least severity that fails the check.
    pub threshold: Severity,
    /// Whether what no program can check is listed, too.
    pub reminders: bool,
    /// What the report was made of and how, each with its name.
    pub provenance: &'a [(&'a str, String)],
}

impl Desk<'_> {
    /// The report and nothing beside it.
    #[must_use]
    pub const fn plain(threshold: Severity) -> Self {
        Self { threshold, reminders: false, provenance: &[] }
    }
}

#[derive(Serialize)]
struct Page<'a> {
    title: String,
    round: String,
    first: Option<First>,
    published: Option<&'a ResultsPage>,
    parts: Vec<Part>,
    results: Vec<ResultPart>,
    overviews: Vec<Overview>,
    reminders: Vec<Reminder>,
    provenance: Vec<(String, String)>,
    submitters: BTreeSet<String>,
    divisions: BTreeSet<String>,
    benchmarks: BTreeSet<String>,
    policy: String,
    style: &'static str,
    script: &'static str,
}

#[derive(Serialize)]
struct Reminder {
    says: &'static str,
    entry: &'static str,
}

/// Writes what was found: verdict, findings, results and their evidence, and the means to decide.
///
/// # Errors
/// When the writer fails.
pub fn write_check(report: &Report, desk: Desk<'_>, out: &mut dyn Write) -> io::Result<()> {
    let index = Index::of(report, report.results());
    let reminders = || {
        let entries = coverage::reminders(&report.submission, &report.round).into_iter();
        entries.map(|entry| Reminder { says: entry.reminder.as_deref().unwrap_or_default(), entry: &entry.entry })
    };
    let mut page = page(&index, format!("tinyaudit report, MLPerf Tiny {}", report.round.name));
    page.first = Some(First::of(&index, desk.threshold));
    page.parts = findings::parts(&index);
    page.reminders = if desk.reminders { reminders().collect() } else { Vec::new() };
    page.provenance
        .extend(desk.provenance.iter().map(|(name, value)| (Untrusted(name).for_html(), Untrusted(value).for_html())));
    render("page", &page, out)
}

/// Writes a results page, and the evidence of each of its rows.
///
/// # Errors
/// When the writer fails.
pub fn write_results(
    report: &Report,
    rows: &[Row<'_>],
    published: &ResultsPage,
    out: &mut dyn Write,
) -> io::Result<()> {
    let index = Index::of(report, rows.iter().map(|row| (row.system, row.benchmark)));
    let mut page = page(&index, format!("MLPerf Tiny {} results", report.round.name));
    page.published = Some(published);
    render("page", &page, out)
}

/// The digests of every page's style and script. A page that shows one in a frame must allow them: its policy holds there,
/// too.
#[must_use]
pub fn sources() -> [String; 2] {
    [policy::source(STYLE), policy::source(SCRIPT)]
}

fn page<'a>(index: &Index<'_>, title: String) -> Page<'a> {
    let report = index.report;
    let named = |name: &str| Untrusted(name).for_html();
    let of_results = || index.results.iter();
    let owners = || index.findings.iter().map(|one| &one.owner).filter(|(_, name)| !name.is_empty());
    Page {
        title,
        round: report.round.name.clone(),
        first: None,
        published: None,
        parts: Vec::new(),
        results: result::parts(index),
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
        divisions: of_results()
            .map(|one| named(&one.system.division))
            .chain(owners().map(|(division, _)| named(division)))
            .collect(),
        benchmarks: of_results().map(index::ResultEntry::label).collect(),
        policy: policy::policy(STYLE, SCRIPT),
        style: STYLE,
        script: SCRIPT,
    }
}

fn render(name: &str, page: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    let mut environment = Environment::new();
    environment.set_auto_escape_callback(|_| AutoEscape::Html);
    environment.add_filter("breakable", breakable);
    for (name, text) in TEMPLATES {
        environment.add_template(name, text).map_err(io::Error::other)?;
    }
    let template = environment.get_template(name).map_err(io::Error::other)?;
    let text = template.render(minijinja::value::Serde(page)).map_err(io::Error::other)?;
    out.write_all(text.as_bytes())
}

/// A name or path that a browser may break behind its separators.
fn breakable(text: &str) -> minijinja::Value {
    let escaped = plot::escaped(text).replace('_', "_<wbr>").replace('/', "/<wbr>");
    minijinja::Value::from_safe_string(escaped)
}

//! The HTML report in a browser: errors, filters, links, decisions, sizes, print, speed.
//!
//! These tests need Chromium; without it they print that they are skipped.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde::Deserialize;
use serde::de::DeserializeOwned;
use tempfile::TempDir;
use tinyaudit::audit::report::{Loading, Report};
use tinyaudit::audit::waiver;
use tinyaudit::parse::document::pdf;
use tinyaudit::render::history::History;
use tinyaudit::render::html::{self, ReportOptions};
use tinyaudit::render::letter::{self, LetterFormat, Recipient};
use tinyaudit::render::page::ResultsPage;
use tinyaudit::render::publication::{self, Filter, Selection};
use tinyaudit::round::{Round, Severity};
use tinyaudit::source::Tree;

use crate::skipping::skipped;
use crate::{corpus, golden};

/// Path of Chromium, if it is installed.
pub fn browser() -> Option<PathBuf> {
    let names = ["chromium", "chromium-browser", "google-chrome"];
    let folders: Vec<PathBuf> =
        std::env::var_os("PATH").map(|path| std::env::split_paths(&path).collect()).unwrap_or_default();
    let found =
        names.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name))).find(|path| path.is_file());
    if found.is_none() {
        skipped("no Chromium is installed");
    }
    found
}

fn report(tree: &Path, round: &str) -> Report {
    let how = Loading { evidence: true, ..Loading::default() };
    Report::load(&Tree::open(tree).unwrap(), Round::named(round).unwrap(), how).unwrap()
}

fn page(report: &Report) -> String {
    let mut out = Vec::new();
    let desk = ReportOptions { reminders: true, ..ReportOptions::new(Severity::Error) };
    html::write_check(report, desk, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// The bundled submission under another name, with a wrong claim and a description that lacks a value.
fn faulty(submitter: &str) -> TempDir {
    let folder = TempDir::new().unwrap();
    golden::copy(&golden::bundled(), folder.path());
    let own = folder.path().join("closed").join(submitter);
    std::fs::rename(folder.path().join("closed/ExampleCo"), &own).unwrap();
    let edit = |path: &str, from: &str, to: &str| {
        let text = std::fs::read_to_string(own.join(path)).unwrap();
        assert!(text.contains(from), "{path}");
        std::fs::write(own.join(path), text.replace(from, to)).unwrap();
    };
    edit("results/simulated_npu_400mhz/ic/accuracy/results.txt", "85.5", "88.5");
    edit("systems/simulated_npu_400mhz.json", "Arm Cortex-M55", "");
    folder
}

fn chromium(browser: &Path, folder: &Path, arguments: &[String]) -> Output {
    let output = Command::new(browser)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", "--virtual-time-budget=6000"])
        .arg(format!("--user-data-dir={}", folder.join("profile").display()))
        .args(arguments)
        .output()
        .unwrap();
    let log = String::from_utf8_lossy(&output.stderr);
    let console: Vec<&str> = log.lines().filter(|line| line.contains("CONSOLE")).collect();
    assert!(console.is_empty(), "{console:#?}");
    output
}

/// Opens a page in a frame of this width, at this address, runs scripts that click, and returns what they pass to
/// `finish`. The page keeps its policy, except that the script files are allowed.
fn look<T: DeserializeOwned>(browser: &Path, page: &str, (width, hash): (u32, &str), scripts: &[&str]) -> T {
    let folder = TempDir::new().unwrap();
    let mut added = String::new();
    for (number, script) in scripts.iter().enumerate() {
        let wrapped =
            format!("const finish = (seen) => parent.postMessage(JSON.stringify(seen), \"*\");\n{{{script}}}");
        std::fs::write(folder.path().join(format!("{number}.js")), if number == 0 { &wrapped } else { *script })
            .unwrap();
        added = format!("<script src=\"{number}.js\"></script>{added}");
    }
    let page = page.replace("script-src '", "script-src file: '").replace("</body>", &format!("{added}</body>"));
    std::fs::write(folder.path().join("report.html"), page).unwrap();
    // The page also says whether it has unsaved decisions.
    let frame = format!(
        "<!DOCTYPE html><title></title><script>addEventListener('message', (event) => \
         {{ if (!/^(un)?saved$/.test(event.data)) document.title = event.data; }})</script>\
         <iframe src=\"report.html{hash}\" width=\"{width}\" height=\"800\"></iframe>"
    );
    let file = folder.path().join("frame.html");
    std::fs::write(&file, frame).unwrap();
    let output = chromium(browser, folder.path(), &["--dump-dom".to_owned(), format!("file://{}", file.display())]);
    let dom = String::from_utf8_lossy(&output.stdout);
    let title = dom.split("<title>").nth(1).and_then(|rest| rest.split("</title>").next()).expect("there is a page");
    let title = title.replace("&lt;", "<").replace("&gt;", ">").replace("&nbsp;", "\u{a0}").replace("&amp;", "&");
    serde_json::from_str(&title).unwrap_or_else(|error| panic!("{error}: {title}"))
}

/// Sorts, filters and follows links.
const CLICKS: &str = include_str!("browser/clicks.js");

#[derive(Deserialize)]
struct Seen {
    /// Milliseconds until the page was ready.
    ready: f64,
    up: Vec<String>,
    down: Vec<String>,
    filtered: Vec<String>,
    worded: Vec<String>,
    sections: usize,
    count: String,
    address: String,
    open: bool,
    kept: bool,
}

fn numbers(texts: &[String]) -> Vec<f64> {
    texts.iter().filter_map(|text| text.parse().ok()).collect()
}

fn behaves(browser: &Path, page: &str, results: usize, benchmark: &str) -> Seen {
    let seen: Seen = look(browser, page, (1280, ""), &[&CLICKS.replace("BENCHMARK", benchmark)]);
    assert_eq!(seen.up.len(), results);
    assert!(numbers(&seen.up).is_sorted(), "{:?}", seen.up);
    assert!(numbers(&seen.down).is_sorted_by(|a, b| a >= b), "{:?}", seen.down);
    for found in [&seen.filtered, &seen.worded] {
        assert!(!found.is_empty() && found.iter().all(|name| name == benchmark), "{found:?}");
    }
    assert_eq!(seen.count, format!("{} of {results}", seen.filtered.len()));
    assert_eq!(seen.sections, seen.filtered.len());
    assert_eq!(seen.address, format!("#benchmark={benchmark}"));
    assert!(seen.open && seen.kept, "the link opens its result, and the address keeps the filter");
    seen
}

/// Width of a page, and elements that exceed it.
const WIDTH: &str = include_str!("browser/width.js");

#[derive(Debug, Deserialize)]
struct Extent {
    most: u32,
    wide: u32,
    out: Vec<String>,
}

fn fits(browser: &Path, page: &str) {
    for width in [400, 1280, 1920] {
        let seen: Extent = look(browser, page, (width, ""), &[WIDTH]);
        assert!(seen.wide <= seen.most, "{} of {width}: {:#?}", seen.wide, seen.out);
    }
}

/// Checks a page with axe-core if `TINYAUDIT_AXE` is the path of its `axe.min.js`.
fn is_accessible(browser: &Path, page: &str, widths: &[u32]) {
    let Some(file) = std::env::var_os("TINYAUDIT_AXE") else {
        return skipped("TINYAUDIT_AXE does not name axe.min.js");
    };
    let run = include_str!("browser/axe.js");
    let axe = std::fs::read_to_string(file).unwrap();
    for width in widths {
        let found: Vec<String> = look(browser, page, (*width, ""), &[run, &axe]);
        assert!(found.is_empty(), "{width}: {found:#?}");
    }
}

#[test]
fn the_report_of_a_simulated_submission_works() {
    let Some(browser) = browser() else { return };
    let page = page(&report(&golden::bundled(), "v1.3"));
    assert!(!page.contains("http://") && !page.contains("https://"), "the page loads nothing from outside");
    behaves(&browser, &page, 3, "sww");
    fits(&browser, &page);
    is_accessible(&browser, &page, &[400, 1280]);
}

/// The results page and the history page fit every screen and are accessible.
#[test]
fn the_other_pages_fit_and_are_accessible() {
    let Some(browser) = browser() else { return };
    let reports = [report(&golden::bundled(), "v1.3"), report(faulty("ExampleCo").path(), "v1.4")];
    let mut history = Vec::new();
    html::history::write(&History::new(&reports), &mut history).unwrap();
    let (rows, left_out) = publication::rows(&reports[0], Selection::Marked, &Filter::default());
    let published = ResultsPage::new(&rows, &left_out, &reports[0].round, "r");
    let mut results = Vec::new();
    html::write_results(&reports[0], &rows, &published, &mut results).unwrap();
    for page in [history, results] {
        let page = String::from_utf8(page).unwrap();
        fits(&browser, &page);
        is_accessible(&browser, &page, &[400, 1280]);
    }
}

/// The policy of the page allows its style and script, and the page needs nothing else.
#[test]
fn the_policy_has_no_exceptions() {
    let page = page(&report(faulty("ExampleCo").path(), "v1.3"));
    let policy = page.split("Content-Security-Policy\" content=\"").nth(1).unwrap().split('"').next().unwrap();
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-") && !policy.contains("unsafe"), "{policy}");
    assert!(!page.contains(" style=") && !page.contains(" onclick=") && !page.contains("javascript:"));
}

/// Without scripts the page shows everything, but no control that needs a script.
#[test]
fn the_page_works_without_scripts() {
    let report = report(faulty("ExampleCo").path(), "v1.3");
    let page = page(&report);
    assert_eq!(page.matches("<tr class=\"result\"").count(), report.results().count());
    assert_eq!(page.matches("<article class=\"finding\"").count(), report.findings().len());
    for hidden in page.split('<').filter(|tag| tag.split('>').next().unwrap().ends_with(" hidden")) {
        assert!(["scripted", "id=\"letter\"", "id=\"nothing\""].iter().any(|one| hidden.contains(one)), "{hidden}");
    }
    for link in page.split("href=\"#").skip(1).map(|rest| rest.split('"').next().unwrap()) {
        let id = link.rsplit("at=").next().unwrap();
        assert!(page.contains(&format!("id=\"{id}\"")), "{link} leads nowhere");
    }
}

#[test]
fn a_benchmark_filter_does_not_match_submitter_names() {
    let Some(browser) = browser() else { return };
    let folder = faulty("STMicroelectronics");
    behaves(&browser, &page(&report(folder.path(), "v1.3")), 3, "ic");
}

/// Follows links from a finding to its evidence and back, and from the first screen to a part of the results.
const LINKS: &str = include_str!("browser/links.js");

#[derive(Debug, Deserialize)]
struct Linked {
    finding: bool,
    opened: bool,
    same: bool,
    rows: Vec<String>,
    others: Vec<String>,
    focus: String,
}

#[test]
fn links_lead_from_findings_to_evidence_and_back() {
    let Some(browser) = browser() else { return };
    let folder = faulty("A & B");
    let seen: Linked = look(&browser, &page(&report(folder.path(), "v1.3")), (1280, ""), &[LINKS]);
    assert!(seen.finding && seen.opened && seen.same, "{seen:?}");
    assert_eq!(seen.rows, ["contradicted invalid"]);
    assert!(!seen.others.is_empty() && seen.others.iter().all(|one| one == "figure"), "{seen:?}");
    assert_eq!(seen.focus, "c-figure");
}

/// Waives one finding, asks about another, and saves both.
const DECISIONS: &str = include_str!("browser/decisions.js");

#[derive(Debug, Deserialize)]
struct Decided {
    refused: String,
    texts: Vec<String>,
    /// First line of the page before and after the waiver.
    headlines: [String; 2],
    /// What the bar says about the progress.
    progress: String,
    /// Messages about files read back: the saved one after everything was reopened, and one that is broken.
    read: [String; 2],
    again: String,
}

#[test]
fn saved_decisions_are_waivers_that_the_program_accepts() {
    let Some(browser) = browser() else { return };
    let folder = faulty("Ex \"a\": #é*");
    let mut report = report(folder.path(), "v1.3");
    let seen: Decided = look(&browser, &page(&report), (1280, ""), &[DECISIONS]);
    assert_eq!(seen.refused, "A waiver needs a reason.");
    let before = "2 of 3 results can be published · 1 contradicted";
    assert_eq!(seen.headlines, [before, "3 of 3 results can be published"]);
    assert_eq!(seen.progress, format!("2 of {} decided", subjects(&report)));
    assert_eq!(seen.read[0], "2 decisions read.");
    assert!(seen.read[1].starts_with("Line 2 of the file cannot be read"), "{}", seen.read[1]);
    assert_eq!(seen.again, seen.texts[1], "what is read back is saved the same");
    let [_, yaml, letter, bare] = &seen.texts[..] else { panic!("{seen:?}") };
    let waivers = waiver::parse(yaml, "saved.yaml").unwrap_or_else(|error| panic!("{error}\n{yaml}"));
    let [one] = &waivers[..] else { panic!("{yaml}") };
    assert_eq!(one.reason, "it's a slip: - of the\tpen # \\ \u{e9}\u{2028}".trim());
    assert_eq!((one.decided_by.as_str(), one.date.as_str()), ("The \"group\": #1", "2026-01-31"));
    report.waive(&waivers, "saved.yaml");
    let waived: Vec<&str> = report.findings().filter(|one| !one.counts()).map(|one| one.rule.id).collect();
    assert_eq!(waived, ["accuracy-mismatch"]);
    assert!(!report.findings().any(|one| one.rule.id == "waiver-unused"));
    assert!(
        letter.contains("Question: Which processor is it?") && letter.contains("by The \"group\": #1 on 2026-01-31"),
        "{letter}"
    );
    report.remove_waivers();
    let to = &Recipient::all(&report)[0];
    let mut command = Vec::new();
    letter::write(&report, to, None, LetterFormat::Markdown, &mut command).unwrap();
    let command = String::from_utf8(command).unwrap();
    assert_eq!(*bare, command, "without decisions, the letter is that of the command");
    assert!(letter.starts_with(&command), "{letter}");
    assert!(letter.contains("88.5") && letter.contains("it's a slip"), "{letter}");
}

/// Number of rules and paths to decide about.
fn subjects(report: &Report) -> usize {
    report.findings().map(|one| (one.rule.id, &one.path)).collect::<BTreeSet<_>>().len()
}

/// Chooses a submitter, searches words that are nowhere, clears the filters, and reads the first screen each time.
const RENDERED: &str = include_str!("browser/rendered.js");

#[derive(Debug, Deserialize)]
struct Rendered {
    headlines: Vec<String>,
    verdicts: Vec<String>,
    top: Vec<String>,
    matrix: Vec<String>,
    unchecked: Vec<String>,
    chips: Vec<String>,
    nothing: [bool; 2],
    milliseconds: f64,
}

/// A filter reaches the headline, the verdict, the table of submitters, the worst findings and what was not checked.
#[test]
fn a_filter_renders_the_whole_page() {
    let (Some(browser), Some(rounds)) = (browser(), corpus::rounds()) else { return };
    let page = page(&report(&rounds.join("v1.3"), "v1.3"));
    let seen: Rendered = look(&browser, &page, (1280, ""), &[RENDERED]);
    assert_eq!(seen.headlines[0], seen.headlines[2], "{seen:#?}");
    assert!(seen.headlines[0].starts_with("24 of 43 results"), "{seen:#?}");
    assert!(seen.headlines[1].starts_with("4 of 9 results can be published"), "{seen:#?}");
    assert_eq!(seen.verdicts[0], seen.verdicts[2]);
    assert!(seen.verdicts[1].starts_with("FAIL: 9 errors"), "{seen:#?}");
    assert!(!seen.top.is_empty() && seen.top.iter().all(|one| one.starts_with("kai_jiang")), "{seen:#?}");
    assert_eq!(seen.matrix.len(), 2, "the submitter and the sum");
    assert!(seen.unchecked.iter().all(|one| one.starts_with("kai_jiang")), "{seen:#?}");
    assert!(seen.chips.iter().any(|one| one == "confirmed 4"), "{seen:#?}");
    assert_eq!(seen.nothing, [false, true], "{seen:#?}");
    assert!(seen.milliseconds < 1000.0);
}

/// Opens a result with an energy trace and moves through it by keyboard.
const TRACE: &str = include_str!("browser/trace.js");

#[derive(Debug, Deserialize)]
struct Traced {
    /// Labels of the time axis: of the whole trace, of the second window, and of the whole trace again.
    ticks: [Vec<f64>; 3],
    /// The value in the middle of the second window.
    value: String,
    /// Buttons, one of them per window.
    buttons: usize,
}

#[test]
fn an_energy_trace_can_be_read_window_by_window() {
    let Some(browser) = browser() else { return };
    let report = report(&golden::bundled(), "v1.3");
    let seen: Traced = look(&browser, &page(&report), (1280, ""), &[TRACE]);
    let traced = report.results().flat_map(|(_, benchmark)| benchmark.runs.values()).find(|run| run.outline.is_some());
    let outline = traced.unwrap().outline.as_ref().unwrap();
    let (start, stop) = outline.windows[1];
    let [whole, second, again] = &seen.ticks;
    assert!(whole.len() > 2 && *whole.last().unwrap() <= outline.seconds, "{seen:?}");
    let room = 0.11 * (stop - start);
    assert!(second.len() >= 2 && second.iter().all(|tick| (start - room..=stop + room).contains(tick)), "{seen:?}");
    assert_eq!(whole, again);
    assert!(seen.value.ends_with("mW, window 2"), "{seen:?}");
    assert_eq!(seen.buttons, 5 + outline.windows.len());
}

/// The printed report contains every section with its plots, and the table in landscape.
#[test]
fn the_printed_page_has_table_and_plots() {
    let Some(browser) = browser() else { return };
    let folder = TempDir::new().unwrap();
    let (page_file, pdf_file) = (folder.path().join("report.html"), folder.path().join("report.pdf"));
    std::fs::write(&page_file, page(&report(&golden::bundled(), "v1.3"))).unwrap();
    let print = [format!("--print-to-pdf={}", pdf_file.display()), format!("file://{}", page_file.display())];
    chromium(&browser, folder.path(), &print);
    let bytes = std::fs::read(&pdf_file).unwrap();
    let text = pdf::read(&bytes).unwrap();
    let text = text.lines.iter().map(pdf::Line::text).collect::<Vec<_>>().join("\n");
    for part in
        ["its throughput in inf/s", "predicted class", "time in s", "the device echoes the commanded", "8 missed"]
    {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
    assert!(!text.contains("Submitter all"), "filters are not printed");
}

/// The first screen shows what a reviewer has to see first.
const FIRST: &str = include_str!("browser/first.js");

#[test]
fn the_report_of_a_whole_round_works_and_is_fast() {
    let (Some(browser), Some(rounds)) = (browser(), corpus::rounds()) else { return };
    let page = page(&report(&rounds.join("v1.2"), "v1.2"));
    assert!(page.len() < 5_000_000, "{} bytes", page.len());
    let seen = behaves(&browser, &page, 73, "ic");
    assert!(seen.ready < 2000.0, "{} ms", seen.ready);
    let first: Vec<f64> = look(&browser, &page, (1280, ""), &[FIRST]);
    assert!(first.iter().all(|bottom| *bottom < 800.0), "below the first screen: {first:?}");
    fits(&browser, &page);
    is_accessible(&browser, &page, &[1280]);
}

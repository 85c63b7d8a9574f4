//! The report in a browser: no errors, sorting, filtering, deep links, size and speed.
//!
//! Runs where Chromium is installed and says so where it is not.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use tinyaudit::judge::report::{Loading, Report};
use tinyaudit::read::tree::Tree;
use tinyaudit::round::{Round, Severity};
use tinyaudit::tell;

use crate::{corpus, golden};

fn browser() -> Option<PathBuf> {
    let names = ["chromium", "chromium-browser", "google-chrome"];
    let folders: Vec<PathBuf> =
        std::env::var_os("PATH").map(|path| std::env::split_paths(&path).collect()).unwrap_or_default();
    let found =
        names.iter().flat_map(|name| folders.iter().map(move |folder| folder.join(name))).find(|path| path.is_file());
    if found.is_none() {
        let _ = writeln!(std::io::stderr(), "skipped: no Chromium is installed");
    }
    found
}

fn page(tree: &Path, round: &str) -> String {
    let how = Loading { evidence: true, ..Loading::default() };
    let report = Report::load(&Tree::open(tree).unwrap(), Round::named(round).unwrap(), how).unwrap();
    let mut out = Vec::new();
    tell::html::write_check(&report, Severity::Error, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// A person's clicks; what they see is left in the title as JSON.
const CLICKS: &str = r#"<script>
addEventListener("load", () => {
  const ready = performance.now();
  const table = document.querySelector("table.sortable");
  const column = (index) => [...table.tBodies[0].rows].filter((row) => !row.hidden).map((row) => row.cells[index].textContent.trim());
  const buttons = table.tHead.querySelectorAll("button");
  buttons[5].click();
  const up = column(5);
  buttons[5].click();
  const down = column(5);
  const filter = document.getElementById("filter");
  filter.value = "BENCHMARK";
  filter.dispatchEvent(new Event("input"));
  const filtered = column(4);
  const count = document.getElementById("filter-count").textContent;
  const link = table.querySelector("tbody a").getAttribute("href");
  location.hash = link;
  setTimeout(() => {
    const open = document.getElementById(link.slice(1)).open;
    document.title = JSON.stringify({ ready, up, down, filtered, count, open });
  }, 50);
});
</script>"#;

#[derive(serde::Deserialize)]
struct Seen {
    /// Milliseconds until the page could be used.
    ready: f64,
    up: Vec<String>,
    down: Vec<String>,
    filtered: Vec<String>,
    count: String,
    open: bool,
}

fn look(browser: &Path, page: &str, benchmark: &str) -> Seen {
    let folder = tempfile::TempDir::new().unwrap();
    let file = folder.path().join("report.html");
    std::fs::write(&file, page.replace("</body>", &format!("{}</body>", CLICKS.replace("BENCHMARK", benchmark))))
        .unwrap();
    let output = Command::new(browser)
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--enable-logging=stderr", "--virtual-time-budget=4000"])
        .arg(format!("--user-data-dir={}", folder.path().join("profile").display()))
        .arg("--dump-dom")
        .arg(format!("file://{}", file.display()))
        .output()
        .unwrap();
    let log = String::from_utf8_lossy(&output.stderr);
    let console: Vec<&str> = log.lines().filter(|line| line.contains("CONSOLE")).collect();
    assert!(console.is_empty(), "{console:#?}");
    let dom = String::from_utf8_lossy(&output.stdout);
    let title = dom.split("<title>").nth(1).and_then(|rest| rest.split("</title>").next()).expect("there is a page");
    serde_json::from_str(&title.replace("&amp;", "&").replace("&lt;", "<"))
        .unwrap_or_else(|error| panic!("{error}: {title}"))
}

fn numbers(texts: &[String]) -> Vec<f64> {
    let first =
        |text: &String| text.split([' ', '?']).next().and_then(|word| word.trim_matches(['(', ')']).parse().ok());
    texts.iter().filter_map(first).collect()
}

fn behaves(seen: &Seen, results: usize, benchmark: &str) {
    assert_eq!(seen.up.len(), results);
    assert!(numbers(&seen.up).is_sorted(), "{:?}", seen.up);
    assert!(numbers(&seen.down).is_sorted_by(|a, b| a >= b), "{:?}", seen.down);
    assert!(!seen.filtered.is_empty() && seen.filtered.iter().all(|name| name == benchmark), "{:?}", seen.filtered);
    assert_eq!(seen.count, format!("{} of {results}", seen.filtered.len()));
    assert!(seen.open, "the deep link opens its result");
}

#[test]
fn the_report_of_a_simulated_submission_works() {
    let Some(browser) = browser() else { return };
    let page = page(&golden::bundled(), "v1.3");
    assert!(!page.contains("http://") && !page.contains("https://"), "nothing comes from outside");
    behaves(&look(&browser, &page, "sww"), 3, "sww");
}

#[test]
fn the_report_of_a_whole_round_works_and_is_quick() {
    let (Some(browser), Some(rounds)) = (browser(), corpus::rounds()) else { return };
    let page = page(&rounds.join("v1.2"), "v1.2");
    assert!(page.len() < 5_000_000, "{} bytes", page.len());
    let seen = look(&browser, &page, "kws");
    behaves(&seen, 73, "kws");
    assert!(seen.ready < 2000.0, "{} ms", seen.ready);
}

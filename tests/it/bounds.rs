//! Reading, auditing and rendering take time in proportion to the input: a malicious input of any kind that is four
//! times as large takes little more than four times as long.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::{Cursor, Write as _};
use std::time::Duration;

use tinyaudit::audit::checks::rule_named;
use tinyaudit::audit::finding::Finding;
use tinyaudit::audit::metrics::{energy, wakeword};
use tinyaudit::audit::outcome::Findings;
use tinyaudit::audit::report::Report;
use tinyaudit::audit::waiver::{self, Waiver};
use tinyaudit::parse::document::{checklist, description};
use tinyaudit::parse::{claims, eembc, mlcommons, results_json, script};
use tinyaudit::render;
use tinyaudit::render::triage::View;
use tinyaudit::round::{Round, Severity};
use tinyaudit::schema::spelling;
use tinyaudit::source::Tree;
use tinyaudit::submit::fixing;
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

use crate::golden;

/// Largest allowed ratio of the times for an input and for one four times as large. If every part is compared with
/// every other, the ratio is sixteen.
const MOST: u32 = 8;

/// Times below this cannot be measured well.
const LITTLE: Duration = Duration::from_millis(8);
/// Most repetitions. For each size the shortest time counts, because other processes disturb it least.
const ROUNDS: usize = 8;

/// Processes an input of a size and one four times as large, and compares the CPU times of one thread, which do not
/// include waiting.
fn bounded<I: Sync>(what: &str, size: usize, make: impl Fn(usize) -> I, work: impl Fn(&I) + Sync) {
    let (small, large) = (make(size), make(4 * size));
    let alone = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
    let time = |input: &I| {
        alone.install(|| {
            let before = spent();
            work(input);
            spent().saturating_sub(before)
        })
    };
    let (mut least_small, mut least_large) = (Duration::MAX, Duration::MAX);
    for _ in 0..ROUNDS {
        least_small = least_small.min(time(&small));
        least_large = least_large.min(time(&large));
        if least_large <= least_small * MOST + LITTLE {
            return;
        }
    }
    panic!("{what}: {least_small:?}, for four times the size {least_large:?}");
}

/// CPU time of this thread.
fn spent() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    Duration::try_from(time).unwrap()
}

/// [`bounded`] for a text.
fn text(what: &str, size: usize, make: impl Fn(usize) -> String, parse: impl Fn(&[u8]) + Sync) {
    bounded(what, size, make, |text| parse(text.as_bytes()));
}

#[test]
fn logs() {
    let parse = |bytes: &[u8]| drop(eembc::parse(bytes));
    for token in ["m-model-[", "m-name-dut-[", "m-results-[", "m-lap-us-", "mm-m-"] {
        for end in ["", "]"] {
            let line = |size| {
                format!("00001.000 parser: Command \"dut infer 1\"\n00001.000 dut: {}{end}\n", token.repeat(size))
            };
            text(token, 20_000, line, parse);
        }
    }
    let named = |size| {
        let load = format!("00001.000 parser: Command \"bload dut \"{}\" 0 1\"\n", "x".repeat(100 * size));
        load + &"00001.000 parser: Command \"dut infer 1\"\n".repeat(size)
    };
    text("one long name of an input", 1000, named, parse);
    let parse = |bytes: &[u8]| drop(mlcommons::parse(bytes));
    text("detections", 20_000, |size| format!("[{}x]\n", "1, ".repeat(size)).repeat(2), parse);
    text("segments", 20_000, |size| format!("Loading file {}\n", " segment 0".repeat(size)), parse);
    text("loads", 4000, |size| "Loading file x segment 0\nRunning inference with 1/1\n".repeat(size), parse);
}

#[test]
fn results_and_scripts() {
    let parse = |bytes: &[u8]| drop(claims::parse(bytes));
    for label in ["AUC", "Top-1", "Median throughput is", "True positives", "AUC = ", "Accuracy: "] {
        text(label, 20_000, |size| label.repeat(size), parse);
    }
    let blank = |size| format!("{}{}{}", " ".repeat(40 * size), "True positives".repeat(size), " ".repeat(40 * size));
    text("blanks around counts", 2000, blank, parse);
    text("claims", 10_000, |size| "Top-1: 86.5%\nTop-1: 86.4%\n".repeat(size), parse);
    for piece in ["cmd:'", "cmd:\"", "cmd:'\\", "cmd:'\\\\a'", "' ", "cmd: '\n"] {
        text(piece, 20_000, |size| piece.repeat(size), |bytes| drop(script::parse(bytes)));
    }
    let parse = |bytes: &[u8]| drop(results_json::parse(bytes));
    for piece in ["{},", "{\"power\":{\"samples\":[1,2]}},", "{\"samples\":[],", "\"#0\","] {
        text(piece, 10_000, |size| format!("[{}{{}}]", piece.repeat(size)), parse);
    }
}

#[test]
fn documents() {
    let parse = |bytes: &[u8]| drop(description::parse(bytes));
    text("keys", 4000, |size| format!("{{{}\"a\":\"b\"}}", "\"a\":\"b\",".repeat(size)), parse);
    text("lines", 4000, |size| format!("{{{}}}", "\n".repeat(20 * size)), parse);
    let word = |xml: &str| {
        let mut file = ZipWriter::new(Cursor::new(Vec::new()));
        file.start_file("word/document.xml", SimpleFileOptions::default()).unwrap();
        file.write_all(xml.as_bytes()).unwrap();
        file.finish().unwrap().into_inner()
    };
    let attributes = |size| {
        let all = (0..size).fold(String::new(), |mut all, number| {
            write!(all, " a{number}=''").unwrap();
            all
        });
        word(&format!("<w:p><w:sym{all}/><w:checked{all}/></w:p>"))
    };
    bounded("attributes", 4000, attributes, |bytes| drop(checklist::parse(bytes)));
    for piece in ["[ ]", "[x]", "[ ", "☐", "X "] {
        let line = |size| word(&format!("<w:p><w:t>{}</w:t></w:p>", piece.repeat(size)));
        bounded(piece, 10_000, line, |bytes| drop(checklist::parse(bytes)));
    }
    bounded(
        "names",
        20_000,
        |size| "x".repeat(size),
        |name| {
            assert_eq!(spelling::nearest(name, ["Status", "Submitter"].into_iter(), 3), None);
        },
    );
}

#[test]
fn figures() {
    let windows = |size: usize| -> Vec<(f64, f64)> {
        (0..size).map(|number| (0.001, 1.0 + number as f64 / size as f64)).collect()
    };
    bounded("overlapping windows", 1000, windows, |windows| {
        let samples = vec![1.0f32; 2000];
        let _ = energy::trace_energies(&samples, |sample| f64::from(*sample), 1000.0, windows);
    });
    let detections = |size: usize| -> Vec<f64> { (0..size).map(|number| number as f64 * 3000.0).collect() };
    bounded("alarms", 5000, detections, |times| drop(wakeword::judge(times, &[], 2.0, 1.0)));
    let backwards = |size: usize| -> Vec<f64> { (0..size).map(|number| -(number as f64) * 3000.0).collect() };
    bounded("alarms backwards", 5000, backwards, |times| drop(wakeword::judge(times, &[], 2.0, 1.0)));
}

fn waivers(pattern: &str, count: usize) -> Vec<Waiver> {
    let waiver = format!("- {{rule: folder-empty, path: '{pattern}', reason: r, decided_by: d, date: 2024-01-01}}\n");
    waiver::parse(&waiver.repeat(count), "w.yaml").unwrap()
}

#[test]
fn patterns() {
    let rule = rule_named("folder-empty").unwrap();
    let mark = |pattern: String, path: String| {
        let finding = Finding::new(rule, &path, 0, "");
        waivers(&pattern, 10).iter().any(|waiver| (0..10).all(|_| waiver.covers(&finding)))
    };
    bounded("stars", 2000, |size| size, |size| assert!(!mark("*a".repeat(*size) + "x", "a".repeat(2 * size))));
    bounded("stars alone", 20_000, |size| size, |size| assert!(mark("*".repeat(*size), "a".repeat(*size))));
    let many = |size| (vec![Finding::new(rule, "closed", 0, ""); size], waivers("*y*z*", 50));
    bounded("findings", 1000, many, |(findings, waivers)| {
        assert_eq!(waiver::unused(findings.iter(), waivers, "w.yaml").len(), 50);
    });
    assert!(
        waiver::parse(
            &"- {rule: folder-empty, path: a, reason: r, decided_by: d, date: 2024-01-01}\n".repeat(1001),
            "w"
        )
        .is_err()
    );
}

/// A tree of these files; names that end in a slash are folders.
fn tree(files: impl Iterator<Item = (String, &'static str)>) -> Tree {
    let mut archive = ZipWriter::new(std::io::BufWriter::new(tempfile::tempfile().unwrap()));
    let options = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Stored);
    for (name, content) in files {
        if name.ends_with('/') {
            archive.add_directory(name, options).unwrap();
        } else {
            archive.start_file(name, options).unwrap();
            archive.write_all(content.as_bytes()).unwrap();
        }
    }
    Tree::from_archive(archive.finish().unwrap().into_inner().unwrap()).unwrap()
}

fn judged(tree: &Tree, round: &str) -> Report {
    Report::check(tree, Round::named(round).unwrap(), None).unwrap()
}

const DESCRIPTION: &str = r#"{"Submitter": "Zork", "Status": "preview", "Board Name": "b", "Processor(s) Name": "p"}"#;

type Files = Vec<(String, &'static str)>;

/// Makes a tree of a given size.
type Grown = fn(usize) -> Files;

/// Trees with many parts of one kind.
const TREES: [(&str, usize, Grown); 9] = [
    ("folders in a benchmark", 2000, |size| {
        let run = "closed/Co/results/board/ic/performance/log.txt".to_owned();
        let folders = (0..size).map(|number| (format!("closed/Co/results/board/ic/f{number}/"), ""));
        folders.chain([(run, "x")]).collect()
    }),
    ("systems without anything", 2000, |size| {
        (0..size).map(|number| (format!("closed/Co/results/board{number}/"), "")).collect()
    }),
    ("systems with a broken run", 300, |size| {
        let run =
            |number| (format!("closed/Co/results/board{number}/ic/performance/log.txt"), "00001.000 session: x\n");
        (0..size).map(run).collect()
    }),
    ("descriptions without results", 2000, |size| {
        let run = ("closed/Co/results/board/ic/performance/log.txt".to_owned(), "x");
        (0..size).map(|number| (format!("closed/Co/systems/board{number}.json"), DESCRIPTION)).chain([run]).collect()
    }),
    ("described systems", 500, |size| {
        let of = |number| {
            let run = format!("closed/Co/results/board{number}/ic/performance/result.txt");
            [(format!("closed/Co/systems/board{number}.json"), DESCRIPTION), (run, "x")]
        };
        (0..size).flat_map(of).collect()
    }),
    ("submitters", 500, |size| {
        let of = |number| {
            let run = format!("closed/Co{number}/results/board/ic/performance/log.txt");
            [(format!("closed/Co{number}/systems/board.json"), DESCRIPTION), (run, "x")]
        };
        (0..size).flat_map(of).collect()
    }),
    ("names", 2000, |size| {
        let files = (0..size).map(|number| (format!("closed/Co/code/{number}:/.DS_Store"), "x"));
        files.chain([("closed/Co/results/".to_owned(), "")]).collect()
    }),
    ("files in a run", 2000, |size| {
        let run = "closed/Co/results/board/ic/performance";
        let files = (0..size).map(|number| (format!("{run}/f{number}.txt"), ""));
        files.chain([(format!("{run}/log.txt"), "x"), (format!("{run}/results.txt"), "x")]).collect()
    }),
    ("results in folders of another name", 500, |size| {
        let run = |number| (format!("closed/Co/Results/board-{number}/IC/Perf/LOG.TXT"), "x");
        let description = |number| (format!("closed/Co/systems/BOARD_{number}.json"), "{}");
        (0..size).flat_map(|number| [run(number), description(number)]).collect()
    }),
];

#[test]
fn trees_are_loaded_and_judged() {
    for (what, size, files) in TREES {
        // In v0.5 a description may have any name.
        for round in ["v0.5", "v1.3"] {
            bounded(what, size, |size| tree(files(size).into_iter()), |tree| drop(judged(tree, round)));
        }
    }
    let deep = |size: usize| {
        let run = |number: usize| {
            (format!("closed/Co/results/b/{}{number}/accuracy/log.txt", "ic/accuracy/".repeat(40)), "x")
        };
        tree((0..size).map(run))
    };
    bounded("runs in runs", 100, deep, |tree| drop(judged(tree, "v1.3")));
}

#[test]
fn reports_are_written_and_compared() {
    for (what, size, files) in TREES {
        let make = |size| {
            let tree = tree(files(size).into_iter());
            let report = judged(&tree, "v1.3");
            (tree, report)
        };
        bounded(what, size / 2, make, |(tree, report)| {
            let mut out = std::io::sink();
            let layout = render::text::Layout { width: 100, styled: false, threshold: Severity::Error };
            render::text::write(report, &report.findings().collect::<Vec<_>>(), layout, &mut out).unwrap();
            render::json::write(&render::json::Check::new(report, Severity::Error, true), &mut out).unwrap();
            render::json::write_lines(report, &mut out).unwrap();
            render::sarif::write(report, &mut out).unwrap();
            render::junit::write(report, Severity::Error, &mut out).unwrap();
            render::github::write(report, "", Severity::Error, &mut out).unwrap();
            render::html::write_check(report, render::html::ReportOptions::new(Severity::Error), &mut out).unwrap();
            render::letter::write_all(report, usize::MAX, &mut out).unwrap();
            let view = View { benchmark: Some("ic".to_owned()), system: Some("board".to_owned()), ..View::default() };
            let _ = view.findings(report);
            let _ = fixing::plan(tree, report);
            let _ = render::comparison::compare((tree, report), (tree, report));
        });
    }
}

/// The HTML report has a page per thousand results. Every finding about a result is on the page of that result, and the
/// others are on the first page.
#[test]
fn html_reports_are_divided_into_pages() {
    let path = |number: usize| format!("closed/Co/results/board{number:04}/ic/performance/log.txt");
    let report = judged(&tree((0..1100).map(|number| (path(number), "x"))), "v1.3");
    assert_eq!((report.results().count(), render::html::page_count(&report)), (1100, 2));
    let page = |page: usize| {
        let mut out = Vec::new();
        let options = render::html::ReportOptions { page, ..render::html::ReportOptions::new(Severity::Error) };
        render::html::write_check(&report, options, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    };
    let pages = [page(1), page(2)];
    let count = |what: &str| pages.each_ref().map(|page| page.matches(what).count());
    assert_eq!(count("<details class=\"result\""), [1000, 100]);
    assert_eq!(count("Page 1 of 2"), [1, 0]);
    let mut by_rule: BTreeMap<&str, usize> = BTreeMap::new();
    report.findings().for_each(|finding| *by_rule.entry(finding.rule.id).or_default() += 1);
    let listed: Vec<_> = report.findings().filter(|finding| by_rule[finding.rule.id] <= 1100).collect();
    assert!(listed.len() > 2200, "{by_rule:?}");
    for finding in listed {
        let of_result = finding.path.strip_prefix("closed/Co/results/board").and_then(|rest| rest.get(..4));
        let at = of_result.map_or(0, |number| number.parse::<usize>().unwrap() / 1000);
        let shown = format!("data-rule=\"{}\" data-path=\"{}\"", finding.rule.id, quoted(&finding.path));
        assert!(pages[at].contains(&shown), "{shown}");
    }
    // Every link leads to something on its own page.
    for page in &pages {
        let anchors: BTreeSet<&str> = page.split(" id=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        let links = page.split("href=\"#").skip(1).filter_map(|rest| rest.split('"').next());
        let dead: Vec<&str> = links.filter(|link| !link.contains('=') && !anchors.contains(link)).collect();
        assert!(dead.is_empty(), "{dead:?}");
    }
}

/// Escapes a path as the report does.
fn quoted(path: &str) -> String {
    format!("&quot;{}&quot;", path.replace('/', "&#x2f;"))
}

/// A page lists at most a thousand findings of a rule, and a letter a hundred; both count the others.
#[test]
fn findings_of_one_rule_are_capped() {
    let path = |number: usize| format!("closed/Co/results/board/b{number}/x.txt");
    let report = judged(&tree((0..1100).map(|number| (path(number), "x"))), "v1.3");
    let unknown = report.findings().filter(|finding| finding.rule.id == "benchmark-unknown").count();
    let (mut page, mut letter) = (Vec::new(), Vec::new());
    render::html::write_check(&report, render::html::ReportOptions::new(Severity::Error), &mut page).unwrap();
    render::letter::write_all(&report, usize::MAX, &mut letter).unwrap();
    let [page, letter] = [page, letter].map(|text| String::from_utf8(text).unwrap());
    assert_eq!(unknown, 1100);
    assert_eq!(page.matches("data-rule=\"benchmark-unknown\"").count(), 1000);
    assert!(page.contains("And 100 more. <code>tinyaudit check --rule benchmark-unknown --concise</code>"));
    assert_eq!(letter.matches("is not a benchmark of v1.3").count(), 100);
    assert!(letter.contains("And 1000 more."), "{letter}");
}

/// At most a hundred findings of a rule are listed per place; the others count, and waivers apply to them too.
#[test]
fn findings_of_one_place_are_capped() {
    let folder = tempfile::TempDir::new().unwrap();
    golden::copy(&golden::bundled(), folder.path());
    let path = "closed/ExampleCo/results/simulated_npu_400mhz/ic/performance/results.txt";
    let results = folder.path().join(path);
    let plain = std::fs::read_to_string(&results).unwrap();
    let judged = |contradictions: usize| {
        std::fs::write(&results, format!("{plain}\n{}", "Top-1: 1%\nTop-1: 2%\n".repeat(contradictions))).unwrap();
        judged(&Tree::open(folder.path()).unwrap(), "v1.3")
    };
    let few = judged(2);
    assert_eq!((few.findings().len(), few.counts().error), (3, 3));
    let mut many = judged(100_000);
    assert_eq!((many.findings().len(), many.counts().error), (Findings::MOST + 1, 199_999));
    let last = many.findings().last().unwrap();
    assert_eq!((last.message.as_str(), last.finding_count), ("and 199899 more findings of this rule here", 199_899));
    let statuses =
        |report: &Report| report.proofs.values().map(|proof| (proof.status(), proof.reason())).collect::<Vec<_>>();
    assert_eq!(statuses(&few), statuses(&many));
    let waiver = format!("- {{rule: claim-contradicted, path: {path}, reason: r, decided_by: d, date: 2024-01-01}}\n");
    many.waive(&waiver::parse(&waiver, "w.yaml").unwrap(), "w.yaml");
    assert_eq!(many.counts().error, 0);
    assert!(render::text::summary(&many, Severity::Error).contains("199999 waived"));
}

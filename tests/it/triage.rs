//! The findings as printed for reviewers on a terminal.

use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;
use tinyaudit::audit::report::Report;
use tinyaudit::render::text::Layout;
use tinyaudit::render::triage::{self, View};
use tinyaudit::round::{Round, Severity};
use tinyaudit::source::Tree;

use crate::corpus::rounds;
use crate::golden;

const LAYOUT: Layout = Layout { width: 80, styled: false, threshold: Severity::Error };

fn desk(report: &Report, view: &View) -> String {
    let mut out = Vec::new();
    triage::write(report, view, LAYOUT, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// Two submitters; one claims too much and has left editor backups in its code.
fn tree() -> TempDir {
    let folder = TempDir::new().unwrap();
    golden::copy(&golden::bundled(), folder.path());
    golden::copy(&golden::bundled().join("closed/ExampleCo"), &folder.path().join("closed/Second"));
    let own = folder.path().join("closed/Second");
    let results = own.join("results/simulated_npu_400mhz/ic/accuracy/results.txt");
    std::fs::write(&results, std::fs::read_to_string(&results).unwrap().replace("85.5%", "88.5%")).unwrap();
    for number in 0..12 {
        std::fs::write(own.join(format!("code/ic/run{number:02}.sh~")), "x").unwrap();
    }
    folder
}

fn check(path: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_tinyaudit"));
    command.args(["check", "--round", "v1.3"]).arg(path).args(arguments).output().unwrap()
}

fn printed(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[test]
fn severe_findings_come_first_and_similar_ones_are_grouped() {
    let folder = tree();
    let printed = self::printed(&check(folder.path(), &[]));
    let places: Vec<usize> = [
        "3 of 6 results can be published · 3 contradicted\n████████████████████▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒\nFAIL: ",
        "submitter        results valid rule broken contradicted unproven figures evidence documents",
        "closed/Second          3     0           0            3        0       7",
        "closed/ExampleCo       3     3           0            0        0       0        0         0",
        "changes a published figure",
        "error[accuracy-mismatch]",
        "description and documents",
        "warning[operating-system-dropping]: ",
        "\n\nFAIL: ",
    ]
    .into_iter()
    .map(|part| printed.rfind(part).unwrap_or_else(|| panic!("{part} in {printed}")))
    .collect();
    assert!(places[1..].is_sorted(), "{places:?} {printed}");
    assert!(printed.lines().all(|line| line.chars().count() <= 100), "{printed}");
}

#[test]
fn filters_select_findings_and_keep_the_verdict() {
    let folder = tree();
    for (arguments, shown, hidden) in [
        (&["--rule", "operating-system-dropping"][..], " findings are shown", "accuracy-mismatch"),
        (&["--severity", "error"], "accuracy-mismatch", "operating-system-dropping"),
        (&["--group", "structure", "--concise"], "warning[operating-system-dropping]: ", "accuracy-mismatch"),
        (&["--system", "simulated_npu_400mhz", "--benchmark", "ic"], "accuracy-mismatch", "operating-system-dropping"),
        (&["--statistics"], " warning  operating-system-dropping", "run00.sh"),
        (&["--full", "--rule", "accuracy-mismatch"], "claimed here", "operating-system-dropping"),
    ] {
        let output = check(folder.path(), arguments);
        let printed = self::printed(&output);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {printed}");
        assert!(
            printed.contains(shown) && !printed.contains(hidden) && printed.contains("FAIL: "),
            "{arguments:?}: {printed}"
        );
    }
    let unknown = check(folder.path(), &["--rule", "no-such-rule"]);
    assert!(unknown.status.code() == Some(2) && self::printed(&unknown).contains("there is no rule no-such-rule"));
}

/// Findings on files known to be absent are counted separately and do not fail the check, but the figures stay
/// unproven.
#[test]
fn files_known_to_be_absent_are_counted_separately() {
    let folder = TempDir::new().unwrap();
    golden::copy(&golden::bundled(), &folder.path().join("tree"));
    let log = "closed/ExampleCo/results/simulated_fpga_100mhz/ic/accuracy/log.txt";
    std::fs::remove_file(folder.path().join("tree").join(log)).unwrap();
    let list = folder.path().join("absent.txt");
    std::fs::write(&list, format!("{log}\n")).unwrap();
    assert_eq!(check(&folder.path().join("tree"), &[]).status.code(), Some(1));
    let output = check(&folder.path().join("tree"), &["--absent", list.to_str().unwrap()]);
    let printed = self::printed(&output);
    assert!(
        output.status.success() && printed.contains("1 not counted (files known to be absent) in 3 results"),
        "{printed}"
    );
    let tree = Tree::open(&folder.path().join("tree")).unwrap();
    let mut report = Report::check(&tree, Round::named("v1.3").unwrap(), None).unwrap();
    report.mark_known_absent(&std::iter::once(log.to_owned()).collect(), "absent.txt");
    let valid = report.results().filter(|(system, benchmark)| report.is_valid(system, benchmark)).count();
    assert_eq!(valid, 2, "a figure without its log is not valid");
    let run = "closed/ExampleCo/results/simulated_fpga_100mhz/ic/accuracy";
    std::fs::remove_dir_all(folder.path().join("tree").join(run)).unwrap();
    let tree = Tree::open(&folder.path().join("tree")).unwrap();
    let mut report = Report::check(&tree, Round::named("v1.3").unwrap(), None).unwrap();
    report.mark_known_absent(&std::iter::once(log.to_owned()).collect(), "absent.txt");
    assert_eq!(report.counts().error, 0);
    let valid = report.results().filter(|(system, benchmark)| report.is_valid(system, benchmark)).count();
    assert_eq!(valid, 2, "a result without a run is not valid");
}

/// For a whole round the verdict, the submitters and the most severe findings fit on the first screen.
#[test]
fn a_round_fits_on_a_screen() {
    let Some(rounds) = rounds() else { return };
    for (round, parts) in [
        (
            "v1.2",
            &[
                "closed/syntiant",
                "device-clock-disagrees-with-host",
                "+49.6 %",
                "window-too-short",
                "log-of-another-session",
            ][..],
        ),
        ("v1.3", &["closed/kai_jiang", "window-too-short", "input-list-unknown"]),
    ] {
        let tree = Tree::open(&rounds.join(round)).unwrap();
        let mut report = Report::check(&tree, Round::named(round).unwrap(), None).unwrap();
        let absent = std::fs::read_to_string(rounds.join(format!("{round}.absent.txt"))).unwrap_or_default();
        report.mark_known_absent(&absent.lines().map(str::to_owned).collect(), "absent.txt");
        let printed = desk(&report, &View::default());
        let screen: Vec<&str> = printed.lines().take(40).collect();
        for part in parts {
            assert!(screen.iter().any(|line| line.contains(part)), "{round}: {part} in {}", screen.join("\n"));
        }
        assert!(screen[0].contains(" results can be published · "), "{}", screen[0]);
        assert!(screen[..4].iter().any(|line| line.starts_with("FAIL: ")), "{}", screen[..4].join("\n"));
        assert!(printed.lines().all(|line| line.chars().count() <= 80), "{printed}");
    }
}

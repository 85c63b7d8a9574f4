//! Waivers: what they accept, and what they do not.

use std::collections::BTreeSet;
use std::fs;

use tempfile::TempDir;
use tinyaudit::audit::finding::Finding;
use tinyaudit::audit::proof::{Kind, Proof, Status};
use tinyaudit::audit::report::Report;
use tinyaudit::audit::waiver;
use tinyaudit::round::Round;
use tinyaudit::source::Tree;

use crate::{corpus, golden};

const NPU: &str = "closed/ExampleCo/results/simulated_npu_400mhz/ic";
const FPGA: &str = "closed/ExampleCo/results/simulated_fpga_100mhz/ic";

/// The report on the bundled submission with one file changed and waivers applied.
fn waived(file: &str, edit: impl FnOnce(&str) -> Option<String>, waivers: &str) -> Report {
    let folder = TempDir::new().unwrap();
    golden::copy(&golden::bundled(), folder.path());
    let path = folder.path().join(file);
    match edit(&fs::read_to_string(&path).unwrap()) {
        Some(text) => fs::write(&path, text).unwrap(),
        None => fs::remove_file(&path).unwrap(),
    }
    let mut report = Report::check(&Tree::open(folder.path()).unwrap(), Round::named("v1.3").unwrap(), None).unwrap();
    let all: Vec<String> = waivers
        .split(';')
        .filter(|about| !about.is_empty())
        .map(|about| format!("- {{{about}, reason: r, decided_by: d, date: 2026-01-31}}\n"))
        .collect();
    if !all.is_empty() {
        report.waive(&waiver::parse(&all.concat(), "w.yaml").unwrap(), "w.yaml");
    }
    report
}

fn proof<'a>(report: &'a Report, run: &str) -> &'a Proof {
    &report.proofs[run]
}

/// A log without its last quarter.
fn cut(text: &str) -> String {
    let lines: Vec<&str> = text.lines().collect();
    lines[..lines.len() * 3 / 4].join("\n")
}

/// A waiver for a log that is cut off does not accept the claim: the figure has to be named.
#[test]
fn a_waived_cause_accepts_the_claim_only_if_the_figure_is_named() {
    let run = format!("{NPU}/accuracy");
    let log = format!("{run}/log.txt");
    for (about, status) in [
        ("", Status::Unproven),
        ("rule: log-incomplete", Status::Unproven),
        ("rule: log-incomplete, figures: [throughput]", Status::Unproven),
        ("rule: log-incomplete, figures: [quality]", Status::Confirmed),
    ] {
        let report = waived(&log, |log| Some(cut(log)), about);
        let proof = proof(&report, &run);
        assert_eq!(proof.status(), status, "{about}: {:?}", proof.reason());
        assert_eq!(proof.word(), Status::Unproven, "{about}");
        assert_eq!(proof.is_waived(), status == Status::Confirmed, "{about}");
    }
}

/// A waiver for the rule that compares the claim accepts the claim; the figure keeps its status.
#[test]
fn a_waived_mismatch_keeps_its_status() {
    let run = format!("{NPU}/accuracy");
    let raise = |text: &str| Some(text.replace("85.5%", "88.5%"));
    let report = waived(&format!("{run}/results.txt"), raise, "rule: accuracy-mismatch");
    let proof = proof(&report, &run);
    assert_eq!((proof.kind, proof.status(), proof.word()), (Kind::Quality, Status::Confirmed, Status::Contradicted));
    let rows = serde_json::to_string(&tinyaudit::render::proof::ProofRow::for_result(
        &report,
        &report.submission.systems[1].benchmarks[0],
    ));
    assert!(rows.unwrap().contains(r#""status":"contradicted","waived":true"#));
}

/// No figure is confirmed without a claim, or without the log that proves it.
#[test]
fn nothing_is_confirmed_without_claim_and_evidence() {
    let run = format!("{NPU}/accuracy");
    let nothing = |_: &str| Some("nothing\n".to_owned());
    let report = waived(&format!("{run}/results.txt"), nothing, "rule: claim-missing;rule: log-malformed");
    assert_eq!(proof(&report, &run).status(), Status::Unproven);
    let report = waived(&format!("{run}/log.txt"), |_: &str| None, "rule: file-missing");
    assert_eq!((proof(&report, &run).status(), report.counts().error), (Status::Unproven, 0));
    // With the MLCommons runner, results.json still gives the claimed figure, so the waiver takes effect.
    let run = format!("{FPGA}/accuracy");
    let report = waived(&format!("{run}/log.txt"), |_: &str| None, "rule: file-missing");
    assert!(proof(&report, &run).is_waived() && proof(&report, &run).word() == Status::Unproven);
}

/// An error in the performance run makes the energy unproven, not contradicted.
#[test]
fn an_error_in_another_run_leaves_a_figure_unproven() {
    let report = waived(&format!("{NPU}/performance/log.txt"), |log| Some(log[..1952].to_owned()), "");
    assert_eq!(proof(&report, &format!("{NPU}/energy")).status(), Status::Unproven);
    let undecided = report.findings().filter(|finding| finding.undecided.is_some()).count();
    assert_eq!(undecided, 0, "one cause, one finding");
}

/// When a waiver is removed, the waived finding and its consequences return.
#[test]
fn removing_a_waiver_restores_its_findings() {
    let file = format!("{NPU}/accuracy/log.txt");
    let before = waived(&file, |log| Some(cut(log)), "");
    let mut after = waived(&file, |log| Some(cut(log)), "rule: log-incomplete, figures: [quality];rule: window-count");
    assert!(after.findings().any(|finding| finding.rule.id == "waiver-unused"));
    after.remove_waivers();
    let rendered =
        |report: &Report| report.findings().map(|one| format!("{} {}", one.rule.id, one.path)).collect::<Vec<_>>();
    assert_eq!(rendered(&before), rendered(&after));
    let reasons = |report: &Report| report.proofs.values().map(Proof::reason).collect::<Vec<_>>();
    assert_eq!(reasons(&before), reasons(&after));
}

/// Rule and path of a finding, by which the review page waives it.
fn subject(finding: &Finding) -> (&'static str, String) {
    (finding.rule.id, finding.path.clone())
}

/// Calls `look` with these findings waived.
fn with_waived<T>(report: &mut Report, subjects: &[(&str, String)], look: impl FnOnce(&Report) -> T) -> T {
    let line = |(rule, path): &(&str, String)| {
        let path = serde_json::Value::from(path.as_str());
        format!("- {{rule: {rule}, path: {path}, reason: r, decided_by: d, date: 2026-01-31}}\n")
    };
    let lines: String = subjects.iter().map(line).collect();
    report.waive(&waiver::parse(&lines, "w.yaml").unwrap(), "w.yaml");
    let seen = look(report);
    report.remove_waivers();
    seen
}

/// Paths of the results that are valid.
fn valid(report: &Report) -> BTreeSet<String> {
    let valid = report.results().filter(|(system, benchmark)| report.is_valid(system, benchmark));
    valid.map(|(_, benchmark)| benchmark.path.clone()).collect()
}

/// The findings that are said to stand between a result and its validity do: with their waivers it is valid, and a result
/// without such findings stays invalid whatever is waived. Returns how many results waivers make valid.
fn lifts(report: &mut Report) -> usize {
    let all: Vec<_> = report.findings().map(subject).collect();
    let at_most = with_waived(report, &all, valid);
    let invalid = report.results().filter(|(system, benchmark)| !report.is_valid(system, benchmark));
    let needed: Vec<(String, Option<Vec<_>>)> = invalid
        .map(|(system, benchmark)| {
            let needed = report.lifting(system, benchmark);
            (benchmark.path.clone(), needed.map(|needed| needed.into_iter().map(subject).collect()))
        })
        .collect();
    let mut lifted = 0;
    for (path, needed) in needed {
        let Some(needed) = needed else {
            assert!(!at_most.contains(&path), "{path} can be made valid");
            continue;
        };
        assert!(with_waived(report, &needed, valid).contains(&path), "{path}: {needed:?}");
        lifted += 1;
    }
    lifted
}

#[test]
fn the_findings_that_keep_a_result_invalid_are_known() {
    let log = format!("{NPU}/accuracy/log.txt");
    let mut mismatch = waived(&format!("{NPU}/accuracy/results.txt"), |text| Some(text.replace("85.5", "88.5")), "");
    assert_eq!(lifts(&mut mismatch), 1);
    assert_eq!(lifts(&mut waived(&log, |text| Some(cut(text)), "")), 0);
    assert_eq!(lifts(&mut waived(&log, |_| None, "")), 0);
    let Some(rounds) = corpus::rounds() else { return };
    let mut lifted = Vec::new();
    for round in ["v0.5", "v0.7", "v1.2", "v1.3"] {
        let tree = Tree::open(&rounds.join(round)).unwrap();
        lifted.push(lifts(&mut Report::check(&tree, Round::named(round).unwrap(), None).unwrap()));
    }
    assert!(lifted.iter().all(|count| *count > 0), "{lifted:?}");
}

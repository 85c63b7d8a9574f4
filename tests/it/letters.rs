//! Letters to submitters.

use std::fs;
use std::process::{Command, Output};

use tempfile::TempDir;

use crate::golden;

fn tinyaudit(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_tinyaudit")).args(arguments).output().unwrap()
}

/// A letter lists what changes a figure, with both figures, line, rule and request, and nothing about other submitters.
#[test]
fn a_letter_contains_requests_and_nothing_about_others() {
    let folder = TempDir::new().unwrap();
    let tree = folder.path().join("round");
    golden::copy(&golden::bundled(), &tree);
    golden::copy(&tree.join("closed/ExampleCo"), &tree.join("closed/Second"));
    let results = tree.join("closed/Second/results/simulated_npu_400mhz/ic/accuracy/results.txt");
    fs::write(&results, fs::read_to_string(&results).unwrap().replace("85.5%", "88.5%")).unwrap();
    let out = folder.path().join("letters");
    let (tree, out_name) = (tree.to_str().unwrap(), out.to_str().unwrap());
    let command = ["letters", tree, "--round", "v1.3", "--out", out_name, "--by", "2026-01-31"];
    assert!(tinyaudit(&command).status.success());
    let letter = fs::read_to_string(out.join("closed-Second.md")).unwrap();
    for part in [
        "# MLPerf Tiny v1.3: closed/Second\n",
        "Results: 3; 0 confirmed, 0 not by the rules, 3 contradicted, 0 unproven.",
        "## Changes a published figure",
        "`closed/Second/results/simulated_npu_400mhz/ic/accuracy/results.txt:1`: claims a Top-1 of 88.5 %, recomputed 85.5 %",
        "What to do: Submit log and results of one session, unedited.",
        "Rule: MLPerf Tiny rules, 4.1.1",
        "Please answer by 2026-01-31.",
    ] {
        assert!(letter.contains(part), "{part} in {letter}");
    }
    assert!(!letter.contains("closed/ExampleCo"), "{letter}");
    let other = fs::read_to_string(out.join("closed-ExampleCo.md")).unwrap();
    assert!(other.contains("No findings; no answer is needed.") && !other.contains("Second"), "{other}");
    // Letters are not overwritten without --force.
    let again = tinyaudit(&command);
    assert!(again.status.code() == Some(2) && String::from_utf8_lossy(&again.stderr).contains("--force"));
}

/// `check --format markdown` fits into a comment, however many findings there are.
#[test]
fn a_comment_has_a_length_limit() {
    let folder = TempDir::new().unwrap();
    golden::copy(&golden::bundled(), folder.path());
    let printed = |folder: &TempDir| {
        let output = tinyaudit(&["check", folder.path().to_str().unwrap(), "--round", "v1.3", "--format", "markdown"]);
        String::from_utf8(output.stdout).unwrap()
    };
    assert!(printed(&folder).contains("No findings; no answer is needed."));
    for number in 0..700 {
        let submitter = folder.path().join(format!("closed/Co{number}"));
        fs::create_dir_all(submitter.join("results")).unwrap();
    }
    let long = printed(&folder);
    assert!(long.len() < 61_000 && long.contains(" more lines; run `tinyaudit check` to read them"), "{}", long.len());
}

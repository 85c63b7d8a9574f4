//! `tinyaudit submission-checker`: the verdict, log and summary of the official checker.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use tempfile::TempDir;

use crate::{corpus, golden};

/// Exit code, log, and lines of the summary.
struct Checked {
    code: Option<i32>,
    log: String,
    summary: BTreeSet<String>,
}

fn check(tree: &Path, version: &str, more: &[&str]) -> Checked {
    let folder = TempDir::new().unwrap();
    let csv = folder.path().join("summary.csv");
    let output = Command::new(env!("CARGO_BIN_EXE_tinyaudit"))
        .arg("submission-checker")
        .arg("--input")
        .arg(tree)
        .args(["--version", version, "--skip_compliance", "--debug", "--csv", csv.to_str().unwrap()])
        .args(more)
        .output()
        .unwrap();
    let log = String::from_utf8(output.stderr).unwrap();
    let summary = fs::read_to_string(&csv).unwrap_or_else(|error| panic!("{error}: {log}"));
    Checked { code: output.status.code(), log, summary: summary.lines().map(str::to_owned).collect() }
}

/// On published rounds, the summary and the counts are those that the official checker gives.
#[test]
fn published_rounds_are_judged_as_by_the_official_checker() {
    let Some(rounds) = corpus::rounds() else { return };
    for (round, results) in [("v1.2", 73), ("v1.3", 43)] {
        let checked = check(&rounds.join(round), round, &[]);
        let counts = format!("INFO:main:Results={results}, NoResults=0\nINFO:main:SUMMARY: submission looks OK\n");
        assert!(checked.log.ends_with(&counts), "{}", checked.log);
        assert_eq!(checked.summary.len(), results + 1);
        assert_eq!(checked.code, Some(1), "our findings have errors");
    }
    let published = fs::read_to_string(rounds.join("v1.2/summary.csv")).unwrap();
    let published: BTreeSet<String> = published.lines().map(|line| line.trim_end().to_owned()).collect();
    assert_eq!(check(&rounds.join("v1.2"), "v1.2", &[]).summary, published);
}

/// A defect: its name, how to make it, what is rejected for it, and how many rows are left.
type Edit<'a> = (&'a str, Box<dyn Fn(&Path) + 'a>, Option<&'a str>, usize);

/// Trees with one defect each: what the official checker rejects, what it only mentions, and what it misses.
#[test]
fn defects_are_judged_as_by_the_official_checker() {
    const OWN: &str = "closed/ExampleCo";
    const RUN: &str = "closed/ExampleCo/results/simulated_npu_400mhz/ic";
    let good = check(&golden::bundled(), "v1.3", &[]);
    assert_eq!((good.code, good.summary.len()), (Some(0), 4), "{}", good.log);
    assert!(good.log.contains(&format!("Results {RUN} 662.913000 with power_metric = 92.0")), "{}", good.log);

    let remove = |tree: &Path, path: &str| fs::remove_dir_all(tree.join(path)).unwrap();
    let claim = |tree: &Path| {
        let path = tree.join(RUN).join("accuracy/results.txt");
        let text = fs::read_to_string(&path).unwrap();
        fs::write(&path, text.replace("85.5", "84.5")).unwrap();
    };
    let edits: [Edit<'_>; 7] = [
        (
            "__pycache__",
            Box::new(|tree| {
                fs::create_dir(tree.join(OWN).join("code/__pycache__")).unwrap();
                fs::write(tree.join(OWN).join("code/__pycache__/a.pyc"), "a").unwrap();
            }),
            Some(OWN),
            0,
        ),
        ("empty folder", Box::new(|tree| fs::create_dir(tree.join(OWN).join("code/empty")).unwrap()), Some(OWN), 0),
        (
            "link to a file",
            Box::new(|tree| {
                std::os::unix::fs::symlink("../README.md", tree.join(OWN).join("code/link")).unwrap();
                fs::write(tree.join(OWN).join("README.md"), "a").unwrap();
            }),
            Some(OWN),
            0,
        ),
        (
            "link to a folder",
            Box::new(|tree| std::os::unix::fs::symlink("ic", tree.join(OWN).join("code/link")).unwrap()),
            None,
            3,
        ),
        ("no performance", Box::new(move |tree| remove(tree, &format!("{RUN}/performance"))), None, 2),
        ("no accuracy", Box::new(move |tree| remove(tree, &format!("{RUN}/accuracy"))), Some(RUN), 2),
        ("target missed", Box::new(claim), Some(RUN), 2),
    ];
    for (name, edit, rejected, rows) in edits {
        let folder = TempDir::new().unwrap();
        golden::copy(&golden::bundled(), folder.path());
        edit(folder.path());
        let checked = check(folder.path(), "v1.3", &[]);
        let Checked { code, log, summary } = &checked;
        assert_eq!(summary.len(), rows + 1, "{name}: {log}");
        assert_eq!(*code, Some(1), "{name}: {log}");
        let verdict = if rejected.is_some() {
            "ERROR:main:SUMMARY: submission has errors"
        } else {
            "INFO:main:SUMMARY: submission looks OK"
        };
        assert_eq!(log.trim_end().lines().last(), Some(verdict), "{name}: {log}");
        let missing: Vec<&str> = log.lines().filter_map(|line| line.strip_prefix("ERROR:main:NoResults ")).collect();
        assert_eq!(missing, rejected.into_iter().collect::<Vec<_>>(), "{name}: {log}");
        if rejected == Some(OWN) {
            assert_eq!(check(folder.path(), "v1.3", &["--keep-rows"]).summary.len(), 4, "{name}");
        }
    }
}

/// A byte-order mark ends the official checker's run, so that its verdict is not "OK".
#[test]
fn what_ends_the_official_run_is_no_success() {
    let folder = TempDir::new().unwrap();
    golden::copy(&golden::bundled(), folder.path());
    let path = folder.path().join("closed/ExampleCo/systems/simulated_npu_400mhz.json");
    let text = fs::read(&path).unwrap();
    fs::write(&path, [b"\xEF\xBB\xBF", &text[..]].concat()).unwrap();
    let checked = check(folder.path(), "v1.3", &["--quiet"]);
    assert_eq!((checked.code, checked.summary.len()), (Some(1), 4), "{}", checked.log);
    assert!(checked.log.contains("WARNING:main:the official checker ends here"), "{}", checked.log);
    assert!(checked.log.ends_with("ERROR:main:SUMMARY: submission has errors\n"), "{}", checked.log);
}

/// A summary is replaced by the next one; another file is not.
#[test]
fn only_a_summary_is_overwritten() {
    let folder = TempDir::new().unwrap();
    let csv = folder.path().join("out.csv");
    let run = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_tinyaudit"));
        command
            .args(["submission-checker", "--version", "v1.3", "--input"])
            .arg(golden::bundled())
            .arg("--csv")
            .arg(&csv);
        command.output().unwrap().status.code()
    };
    assert_eq!([run(), run()], [Some(0), Some(0)]);
    fs::write(&csv, "mine").unwrap();
    assert_eq!(run(), Some(2));
    assert_eq!(fs::read_to_string(&csv).unwrap(), "mine");
}

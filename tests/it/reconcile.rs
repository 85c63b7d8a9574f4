//! `tinyaudit reconcile`: published tables compared with a submission.

use std::fs;
use std::path::Path;

use tempfile::TempDir;

use crate::golden::{run, said, text};

const TREE: &str = "fixtures/submission";

fn reconcile(table: &Path, more: &[&str]) -> (i32, String) {
    let done = run(&[&["reconcile", text(table), TREE, "--round", "v1.3"], more].concat());
    (done.status.code().unwrap(), said(&done))
}

/// Writes the results of the bundled submission as a table.
fn published(folder: &Path, format: &str, name: &str) -> std::path::PathBuf {
    let path = folder.join(name);
    let done = run(&["results", TREE, "--round", "v1.3", "--published", "--format", format, "--out", text(&path)]);
    assert!(done.status.success(), "{}", said(&done));
    path
}

/// Replaces a text that occurs.
fn edit(path: &Path, old: &str, new: &str) {
    let before = fs::read_to_string(path).unwrap();
    assert!(before.contains(old), "{old}\n{before}");
    fs::write(path, before.replace(old, new)).unwrap();
}

#[test]
fn own_tables_agree_with_the_tree() {
    let folder = TempDir::new().unwrap();
    for (format, name) in [
        ("official-csv", "summary.csv"),
        ("csv", "own.csv"),
        ("wide-csv", "wide.csv"),
        ("xlsx", "final.xlsx"),
        ("markdown", "table.md"),
    ] {
        let (code, said) = reconcile(&published(folder.path(), format, name), &[]);
        assert_eq!(code, 0, "{name}: {said}");
        assert!(said.contains("matched") && !said.contains("different"), "{said}");
    }
}

#[test]
fn every_kind_of_altered_cell_is_found() {
    let folder = TempDir::new().unwrap();
    let edits = [
        ("662.913", "3690.894", "it is the throughput of closed/ExampleCo/simulated_fpga_100mhz/ic, performance run"),
        ("\"closed\"", "\"open\"", "division of closed/ExampleCo/simulated_npu_400mhz is `open`"),
        ("\"available\"", "\"preview\"", "availability of closed/ExampleCo/simulated_npu_400mhz is `preview`"),
        (
            "\"ic\",\"ic\",\"662.913\"",
            "\"ic\",\"ic\",\"662.999\"",
            "is published as 662.999 inf/s, claimed and recomputed 662.913",
        ),
        ("\"simulated_npu_400mhz\"", "\"another\"", "Only in the tree"),
    ];
    for (old, new, expected) in edits {
        let path = folder.path().join("summary.csv");
        let _ = fs::remove_file(&path);
        published(folder.path(), "official-csv", "summary.csv");
        edit(&path, old, new);
        let (code, said) = reconcile(&path, &[]);
        if new == "\"another\"" {
            // The board still tells which system it is; its name differs.
            assert!(said.contains("system of closed/ExampleCo/simulated_npu_400mhz is `another`"), "{said}");
        } else {
            assert!(said.contains(expected), "{new}: {said}");
        }
        assert_eq!(code, 1, "{said}");
    }
}

/// A sheet with a row per system and headings in two rows; the unit is stated once, or asked for.
#[test]
fn a_wide_sheet_is_read_by_the_words_of_its_headings() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("wide.csv");
    let sheet = |unit: &str, latency: &str| {
        let head = format!(",,Image Classification,,Wake\n Submitter,System,Latency{unit},Accuracy,\n");
        fs::write(&path, format!("{head}ExampleCo,simulated_npu_400mhz,{latency},\n")).unwrap();
    };
    sheet(" (ms)", "1.51");
    let (code, said) = reconcile(&path, &[]);
    assert!(said.contains("latency: 1 equal when rounded\n") && code == 1, "{said}");
    assert!(said.contains("only in the tree"), "{said}");
    sheet("", "1.50");
    let (_, said) = reconcile(&path, &[]);
    assert!(said.contains("its unit is not stated; name it with --unit"), "{said}");
    let (_, said) = reconcile(&path, &["--unit", "ms"]);
    assert!(said.contains("1 truncated"), "{said}");
}

/// In a README, a benchmark may be a row and a system a column.
#[test]
fn a_readme_is_read_by_its_labels() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("README.md");
    let table = "# Results\n\n## Throughput in inf/s\n\n| benchmark | simulated_npu_400mhz [inf/s] | simulated_fpga_100mhz [inf/s] |\n|---|---|---|\n| image classification | 662.9 | 3,690 |\n";
    fs::write(&path, table).unwrap();
    let done = run(&["reconcile", text(&path), TREE, "--round", "v1.3", "--format", "json"]);
    let found: serde_json::Value = serde_json::from_slice(&done.stdout).unwrap();
    let cells = found["cells"].as_array().unwrap();
    let verdicts: Vec<&str> = cells.iter().filter_map(|cell| cell["verdict"].as_str()).collect();
    assert_eq!(verdicts[..2], ["equal-when-rounded", "truncated"], "{found}");
    fs::write(&path, "# Results\n\nThe board is fast.\n").unwrap();
    let (code, said) = reconcile(&path, &[]);
    assert!(code == 2 && said.contains("no figures were recognised"), "{code} {said}");
}

/// The published tables of v1.2, if the rounds are there: every row is matched, and one throughput is of another session.
#[test]
fn the_published_tables_of_a_round_are_matched_whole() {
    let Some(rounds) = crate::corpus::rounds() else { return };
    let tree = rounds.join("v1.2");
    for (table, figures) in [
        ("summary.csv", "throughput: 72 equal, 1 different"),
        ("final_report_v1.2.xlsx", "latency: 72 equal, 1 different"),
    ] {
        let table = tree.join(table);
        let done = run(&["reconcile", text(&table), text(&tree), "--round", "v1.2"]);
        let said = String::from_utf8_lossy(&done.stdout).into_owned();
        assert_eq!(done.status.code(), Some(1), "{said}");
        assert!(said.contains(figures) && said.contains("energy: 18 equal"), "{said}");
        assert!(said.contains("from the log of session 20240306133531"), "{said}");
        assert!(!said.contains("Rows without a system") && !said.contains("Different texts"), "{said}");
    }
}

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

/// A figure that is not a number is not equal to anything. A cell may say that there is none.
#[test]
fn figures_that_are_not_numbers_are_reported() {
    let folder = TempDir::new().unwrap();
    let none = ["", "n/a", "N/A", "-", "—", "none"].map(|cell| (cell, false));
    let illegible = [
        "4 000",
        "662,91",
        "NaN",
        "1e400",
        "#REF!",
        "0x1",
        "=662.913",
        "662.913abc",
        "662.913\u{200b}",
        "６６２",
        "TBD",
    ];
    for (cell, is_illegible) in none.into_iter().chain(illegible.map(|cell| (cell, true))) {
        let path = folder.path().join("summary.csv");
        let _ = fs::remove_file(&path);
        published(folder.path(), "official-csv", "summary.csv");
        edit(&path, "662.913", cell);
        let (code, said) = reconcile(&path, &[]);
        assert_eq!(said.contains("Not a number"), is_illegible, "{cell}: {said}");
        assert_eq!(code, 1, "{cell}: {said}");
    }
}

/// Nothing of a table that is too large is left out in silence.
#[test]
fn tables_that_are_too_large_are_errors() {
    let folder = TempDir::new().unwrap();
    let own = |name: &str, format: &str| {
        let path = published(folder.path(), format, name);
        fs::read_to_string(path).unwrap()
    };
    let (csv, markdown) = (own("own.csv", "official-csv"), own("own.md", "markdown"));
    let row = markdown.lines().rfind(|line| line.starts_with('|')).unwrap();
    let cases = [
        ("wide.csv", format!("{}{}x\n{csv}", csv.lines().next().unwrap(), ",".repeat(1001)), "more than 1000 columns"),
        ("long.md", markdown.replace(row, &vec![row; 20_001].join("\n")), "more than 20000 rows"),
        (
            "headings.md",
            format!("# {}\n\n{}", "x".repeat(1_000_000), "|a\n|b\n\n".repeat(20)),
            "more than 16777216 bytes",
        ),
        ("cells.md", format!("{}\n|a\n", "|".repeat(2_000_000)), "more than 1048576 cells"),
    ];
    for (name, text, expected) in cases {
        let path = folder.path().join(name);
        fs::write(&path, text).unwrap();
        let (code, said) = reconcile(&path, &[]);
        assert!(code == 2 && said.contains(expected), "{name}: {code} {said}");
    }
}

/// Workbooks of a few kilobytes that would take gigabytes, and references beyond any sheet.
#[test]
fn small_workbooks_do_not_take_much_memory() {
    let folder = TempDir::new().unwrap();
    let main = r#"xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main""#;
    let relations = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
    let list = |kind: &str, target: &str| {
        format!(
            r#"<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="r1" Type="{relations}/{kind}" Target="{target}"/></Relationships>"#
        )
    };
    let number = |row: u64, name: &str| format!(r#"<row r="{row}"><c r="{name}"><v>1</v></c></row>"#);
    let shared = |row: u64| format!(r#"<row r="{row}"><c r="A{row}" t="s"><v>0</v></c></row>"#);
    let texts = |count: u64, text: &str| {
        format!(r#"<sst {main} count="{count}" uniqueCount="{count}"><si><t>{text}</t></si></sst>"#)
    };
    let cases: [(&str, String, String); 5] = [
        ("more than 1000 columns", number(1, "A1") + &number(1_048_576, "XFD1048576"), String::new()),
        ("parser failed", number(99_999_999_999, "ZZZZZZZ99999999999"), String::new()),
        ("number of texts", shared(1), texts(4_294_967_295, "a")),
        ("more than 1048576 cells", (1..5000).map(|row| number(row, &format!("ALK{row}"))).collect(), String::new()),
        ("more than 16777216 bytes", (1..3000).map(shared).collect(), texts(1, &"a".repeat(1_000_000))),
    ];
    for (expected, rows, strings) in cases {
        let path = folder.path().join("table.xlsx");
        let mut workbook = zip::ZipWriter::new(fs::File::create(&path).unwrap());
        let mut part = |name: &str, text: &str| {
            workbook.start_file(name, zip::write::SimpleFileOptions::default()).unwrap();
            std::io::Write::write_all(&mut workbook, text.as_bytes()).unwrap();
        };
        part("_rels/.rels", &list("officeDocument", "xl/workbook.xml"));
        part("xl/_rels/workbook.xml.rels", &list("worksheet", "worksheets/sheet1.xml"));
        part(
            "xl/workbook.xml",
            &format!(
                r#"<workbook {main} xmlns:r="{relations}"><sheets><sheet name="a" sheetId="1" r:id="r1"/></sheets></workbook>"#
            ),
        );
        part("xl/worksheets/sheet1.xml", &format!("<worksheet {main}><sheetData>{rows}</sheetData></worksheet>"));
        if !strings.is_empty() {
            part("xl/sharedStrings.xml", &strings);
        }
        workbook.finish().unwrap();
        let (code, said) = reconcile(&path, &[]);
        assert!(code == 2 && said.contains(expected), "{expected}: {code} {said}");
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

//! The published tables, compared with the files that the working group published.

use std::collections::BTreeSet;
use std::io::Cursor;
use std::path::Path;

use calamine::{Data, Reader, Xlsx, open_workbook_from_rs};
use tinyaudit::audit::report::Report;
use tinyaudit::render;
use tinyaudit::render::page::ResultsPage;
use tinyaudit::render::publication::{self, Filter, Selection};
use tinyaudit::round::Round;
use tinyaudit::source::Tree;

use crate::{corpus, golden};

fn report(folder: &Path, round: &str) -> Report {
    Report::check(&Tree::open(folder).unwrap(), Round::named(round).unwrap(), None).unwrap()
}

fn official_csv(report: &Report, selection: Selection) -> String {
    let (rows, _) = publication::rows(report, selection, &Filter::default());
    let mut out = Vec::new();
    render::csv::write_official(&rows, &report.round, selection, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn xlsx(report: &Report, selection: Selection) -> Vec<u8> {
    let (rows, left_out) = publication::rows(report, selection, &Filter::default());
    let mut out = Vec::new();
    render::xlsx::write(&rows, &left_out, &report.round, &report.round.publication.repository, &mut out).unwrap();
    out
}

/// The lines of the published summary equal ours, byte for byte; only their order differs, because it is that of a
/// folder listing.
#[test]
fn the_official_summary_equals_the_published_one() {
    let Some(rounds) = corpus::rounds() else { return };
    let published = std::fs::read_to_string(rounds.join("v1.2/summary.csv")).unwrap();
    let ours = official_csv(&report(&rounds.join("v1.2"), "v1.2"), Selection::AsPublished);
    let lines = |text: &str| text.lines().map(str::to_owned).collect::<BTreeSet<_>>();
    let (published, ours) = (lines(&published), lines(&ours));
    let differing: Vec<_> = published.symmetric_difference(&ours).collect();
    assert!(differing.is_empty(), "{differing:#?}");
    assert_eq!(ours.len(), 74);
}

/// Every cell of a sheet, with merged cells and hidden columns.
#[derive(Debug, PartialEq)]
struct Sheet {
    name: String,
    cells: Vec<(usize, usize, String)>,
    formulas: Vec<(usize, usize, String)>,
    merged: BTreeSet<String>,
    hidden: Vec<(u32, u32)>,
    formats: Vec<(String, String)>,
}

fn sheets(bytes: Vec<u8>) -> Vec<Sheet> {
    let texts = zip_texts(&bytes);
    let mut book: Xlsx<_> = open_workbook_from_rs(Cursor::new(bytes)).unwrap();
    let names = book.sheet_names();
    names
        .iter()
        .enumerate()
        .map(|(index, name)| {
            let range = book.worksheet_range(name).unwrap();
            let (top, left) = range.start().unwrap_or_default();
            // The cached value of a formula depends on the program that wrote it.
            let formulas: Vec<(usize, usize, String)> = book
                .worksheet_formula(name)
                .unwrap()
                .used_cells()
                .map(|(row, column, text)| (row, column, text.clone()))
                .collect();
            let origin = book.worksheet_formula(name).unwrap().start().unwrap_or_default();
            let formulas: Vec<_> = formulas
                .into_iter()
                .map(|(row, column, text)| (row + origin.0 as usize, column + origin.1 as usize, text))
                .collect();
            let cells = range
                .used_cells()
                .map(|(row, column, cell)| (row + top as usize, column + left as usize, cell))
                .filter(|(row, column, cell)| {
                    **cell != Data::Empty && !formulas.iter().any(|(r, c, _)| (r, c) == (row, column))
                })
                .map(|(row, column, cell)| match cell {
                    Data::Float(value) => (row, column, format!("{value:.12e}")),
                    other => (row, column, other.to_string()),
                })
                .filter(|(.., text)| !text.is_empty())
                .collect();
            let xml = &texts[&format!("xl/worksheets/sheet{}.xml", index + 1)];
            let refs = xml.split("<mergeCell ref=\"").skip(1).map(|rest| rest.split('"').next().unwrap().to_owned());
            let merged = refs.collect();
            Sheet { name: name.clone(), cells, formulas, merged, hidden: hidden(xml), formats: formats(xml, &texts) }
        })
        .collect()
}

fn zip_texts(bytes: &[u8]) -> std::collections::BTreeMap<String, String> {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut texts = std::collections::BTreeMap::new();
    for index in 0..archive.len() {
        let mut file = archive.by_index(index).unwrap();
        let (name, mut text) = (file.name().unwrap().into_owned(), String::new());
        if std::io::Read::read_to_string(&mut file, &mut text).is_ok() {
            texts.insert(name, text);
        }
    }
    texts
}

fn attribute<'a>(tag: &'a str, name: &str) -> Option<&'a str> {
    tag.split(&format!(" {name}=\"")).nth(1)?.split('"').next()
}

/// Hidden columns.
fn hidden(xml: &str) -> Vec<(u32, u32)> {
    let tags = xml.split("<col ").skip(1).map(|rest| format!(" {}", rest.split('>').next().unwrap()));
    tags.filter(|tag| attribute(tag, "hidden") == Some("1"))
        .flat_map(|tag| {
            let edge = |name| attribute(&tag, name).unwrap().parse::<u32>().unwrap();
            (edge("min")..=edge("max")).map(|column| (column, 1)).collect::<Vec<_>>()
        })
        .collect()
}

/// The number format of every cell that has one.
fn formats(xml: &str, texts: &std::collections::BTreeMap<String, String>) -> Vec<(String, String)> {
    let styles = &texts["xl/styles.xml"];
    let codes: Vec<(String, String)> = styles
        .split("<numFmt ")
        .skip(1)
        .map(|rest| format!(" {rest}"))
        .map(|tag| (attribute(&tag, "numFmtId").unwrap().to_owned(), attribute(&tag, "formatCode").unwrap().to_owned()))
        .collect();
    let cell_formats = styles.split("<cellXfs").nth(1).unwrap().split("</cellXfs>").next().unwrap();
    let ids: Vec<String> = cell_formats
        .split("<xf ")
        .skip(1)
        .map(|rest| attribute(&format!(" {rest}"), "numFmtId").unwrap().to_owned())
        .collect();
    let mut found = Vec::new();
    for rest in xml.split("<c ").skip(1) {
        let tag = format!(" {}", rest.split('>').next().unwrap());
        let style: usize = attribute(&tag, "s").unwrap_or("0").parse().unwrap();
        let builtin = [("4", "#,##0.00")];
        let code = codes.iter().find(|(id, _)| *id == ids[style]).map(|(_, code)| code.as_str());
        let code = code.or_else(|| builtin.iter().find(|(id, _)| *id == ids[style]).map(|(_, code)| *code));
        if let Some(code) = code {
            found.push((attribute(&tag, "r").unwrap().to_owned(), code.to_owned()));
        }
    }
    found
}

/// Cells, formulas, merged cells, hidden columns, number formats, IDs and order equal those of the published workbook.
#[test]
fn the_workbook_equals_the_published_one() {
    let Some(rounds) = corpus::rounds() else { return };
    let published = sheets(std::fs::read(rounds.join("v1.2/final_report_v1.2.xlsx")).unwrap());
    let ours = sheets(xlsx(&report(&rounds.join("v1.2"), "v1.2"), Selection::AsPublished));
    assert_eq!(ours.len(), published.len());
    for (ours, published) in ours.iter().zip(&published) {
        assert_eq!(ours.name, published.name);
        assert_eq!(ours.cells, published.cells);
        assert_eq!(ours.formulas, published.formulas);
        assert_eq!(ours.merged, published.merged);
        assert_eq!(ours.hidden, published.hidden);
        assert_eq!(ours.formats, published.formats);
    }
}

#[test]
fn a_workbook_is_the_same_every_time() {
    let report = report(&golden::bundled(), "v1.3");
    assert_eq!(xlsx(&report, Selection::Valid), xlsx(&report, Selection::Valid));
}

#[test]
fn later_summaries_have_three_more_columns() {
    let text = official_csv(&report(&golden::bundled(), "v1.3"), Selection::Valid);
    let mut lines = text.lines();
    assert!(lines.next().unwrap().ends_with("SoftwareNotes,FalsePositives,FalseNegatives,DutyCycle"));
    let sww = text.lines().find(|line| line.contains("\"sww\"")).unwrap();
    assert!(sww.contains("\"0.84\"") && sww.ends_with("\"8\",\"8\",\"0.028125\""), "{sww}");
    assert!(sww.contains("\"mW\""));
}

/// The accuracy of the wake word is F1, which the official tool does not round.
#[test]
fn the_official_f1_is_unrounded() {
    let folder = tempfile::TempDir::new().unwrap();
    golden::copy(&golden::bundled(), folder.path());
    let path = folder.path().join("closed/ExampleCo/results/simulated_fpga_100mhz/sww/performance/results.txt");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace("42 True positives, 8 False", "43 True positives, 7 False")).unwrap();
    let text = official_csv(&report(folder.path(), "v1.3"), Selection::AsPublished);
    let sww = text.lines().find(|line| line.contains("\"sww\"")).unwrap();
    assert!(sww.contains("\"0.8514851485148515\""), "{sww}");
}

/// Text of a submitter stays text in every format.
#[test]
fn submitter_text_is_never_markup_or_formula() {
    let folder = tempfile::TempDir::new().unwrap();
    golden::copy(&golden::bundled(), folder.path());
    let path = folder.path().join("closed/ExampleCo/systems/simulated_npu_400mhz.json");
    let text = std::fs::read_to_string(&path).unwrap();
    let evil = "=HYPERLINK(\\\"http://x\\\")|<script>alert(1)</script>[x](javascript:1)";
    std::fs::write(&path, text.replace("Simulated NPU kit", evil).replace("Arm Cortex-M55", "=1+1")).unwrap();
    let report = report(folder.path(), "v1.3");
    let (rows, _) = publication::rows(&report, Selection::Valid, &Filter::default());
    let official = official_csv(&report, Selection::Valid);
    assert!(official.contains("\"'=HYPERLINK") && official.contains("\"'=1+1\""), "{official}");
    let book = xlsx(&report, Selection::Valid);
    let formulas: Vec<_> = sheets(book).into_iter().flat_map(|sheet| sheet.formulas).collect();
    assert!(formulas.iter().all(|(.., text)| text.contains("https://github.com/mlcommons/")), "{formulas:?}");
    let mut page = Vec::new();
    let published = ResultsPage::new(&rows, &[], &report.round, "r");
    render::html::write_results(&report, &rows, &published, &mut page).unwrap();
    let page = String::from_utf8(page).unwrap();
    assert!(!page.contains("<script>alert") && page.contains("&lt;script&gt;alert"));
    let mut text = Vec::new();
    render::markdown::write(&published, &mut text).unwrap();
    let text = String::from_utf8(text).unwrap();
    assert!(!text.contains("<script>") && !text.contains("[x](javascript"), "{text}");
}

/// Invalid results are left out, with a reason, or kept and marked.
#[test]
fn invalid_results_are_left_out_or_marked() {
    let folder = tempfile::TempDir::new().unwrap();
    golden::copy(&golden::bundled(), folder.path());
    let path = folder.path().join("closed/ExampleCo/results/simulated_npu_400mhz/ic/accuracy/results.txt");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, text.replace("85.5", "88.5")).unwrap();
    let report = report(folder.path(), "v1.3");
    let (rows, left_out) = publication::rows(&report, Selection::Valid, &Filter::default());
    assert_eq!((rows.len(), left_out.len()), (2, 1));
    assert!(left_out[0].reason.contains("accuracy-mismatch"), "{left_out:?}");
    let (marked, _) = publication::rows(&report, Selection::Marked, &Filter::default());
    let mut csv = Vec::new();
    render::csv::write(&marked, &mut csv).unwrap();
    let csv = String::from_utf8(csv).unwrap();
    assert!(csv.lines().any(|line| line.contains("npu") && line.contains(",no,")), "{csv}");
    // Recomputed, not claimed.
    assert!(csv.contains(",85.5,") && !csv.contains("88.5"), "{csv}");
    let (published, _) = publication::rows(&report, Selection::AsPublished, &Filter::default());
    let claimed = published.iter().filter_map(|row| row.quality.as_ref()).any(|quality| quality.text == "88.5");
    assert!(claimed && published.len() == 3);
}

/// Results without a throughput, of an unknown benchmark, or outside of a division are in every table. A missing
/// availability is marked as such, and a value that is not text is complete.
#[test]
fn every_result_is_in_every_table() {
    let folder = tempfile::TempDir::new().unwrap();
    golden::copy(&golden::bundled(), folder.path());
    let own = folder.path().join("closed/ExampleCo");
    std::fs::remove_dir_all(own.join("results/simulated_npu_400mhz/ic/performance")).unwrap();
    std::fs::rename(own.join("results/simulated_fpga_100mhz/ic"), own.join("results/simulated_fpga_100mhz/own"))
        .unwrap();
    let description = own.join("systems/simulated_npu_400mhz.json");
    let libraries = format!("{{\"one\": \"{}\"}}", "long ".repeat(40));
    let text = std::fs::read_to_string(&description).unwrap().replace("\"Status\": \"available\"", "\"Status\": \"\"");
    let end = text.rfind('}').unwrap();
    let text = format!("{}, \"Software Libraries\": {libraries}}}", text[..end].trim_end());
    std::fs::write(&description, text).unwrap();
    let report = report(folder.path(), "v1.3");
    for selection in [Selection::Marked, Selection::AsPublished] {
        let (rows, _) = publication::rows(&report, selection, &Filter::default());
        let official = official_csv(&report, selection);
        let book = zip_texts(&xlsx(&report, selection)).into_values().collect::<String>();
        let mut markdown = Vec::new();
        render::markdown::write(&ResultsPage::new(&rows, &[], &report.round, "r"), &mut markdown).unwrap();
        let markdown = String::from_utf8(markdown).unwrap();
        assert_eq!(official.lines().count(), 4, "{official}");
        for (name, text) in [("official", &official), ("workbook", &book), ("markdown", &markdown)] {
            for part in ["simulated_npu_400mhz", "simulated_fpga_100mhz", "own", "not stated"] {
                assert!(text.replace("\\_", "_").contains(part), "{name} lacks {part}: {text}");
            }
        }
        assert!(official.contains(&"long ".repeat(40)) && book.contains(&"long ".repeat(40)), "{official}");
        assert_eq!(markdown.contains("~~92.083~~ (not valid)"), selection == Selection::Marked, "{markdown}");
        assert_eq!(markdown.contains("not valid"), selection == Selection::Marked, "{markdown}");
    }
}

/// The page has the public ID of every row, one cell per submitter and ID, units, targets and counts. Left out results
/// are below the tables, and links lead to the public repository.
#[test]
fn the_results_page_has_the_published_layout() {
    let folder = tempfile::TempDir::new().unwrap();
    golden::copy(&golden::bundled(), folder.path());
    let own = folder.path().join("closed/ExampleCo");
    let claim = own.join("results/simulated_npu_400mhz/ic/accuracy/results.txt");
    std::fs::write(&claim, std::fs::read_to_string(&claim).unwrap().replace("85.5", "88.5")).unwrap();
    let described = own.join("systems/simulated_fpga_100mhz.json");
    let text = std::fs::read_to_string(&described).unwrap();
    let counted = text.replacen('{', "{ \"Number of Processors\": \"2\",", 1);
    std::fs::write(&described, counted).unwrap();
    let report = report(folder.path(), "v1.3");
    let page = |selection| {
        let (rows, left_out) = publication::rows(&report, selection, &Filter::default());
        ResultsPage::new(&rows, &left_out, &report.round, &report.round.publication.public_repository)
    };
    let valid = page(Selection::Valid);
    let mut markdown = Vec::new();
    render::markdown::write(&valid, &mut markdown).unwrap();
    let markdown = String::from_utf8(markdown).unwrap();
    for part in [
        "## closed, available",
        "Quality targets: ic: Top-1 of at least 85 %; sww: at most 8 false alarms and 8 words missed.",
        "| ID | Submitter |",
        "| ic latency in ms |",
        "| 1.3-0001 | ExampleCo |",
        "| 2 × ",
        "(https://github.com/mlcommons/tiny_results_v1.3/tree/main/closed/ExampleCo/results/simulated_fpga_100mhz)",
        "## Left out",
        "accuracy-mismatch",
    ] {
        assert!(markdown.contains(part), "{part}: {markdown}");
    }
    let marked = page(Selection::Marked);
    let [table] = &marked.tables[..] else { panic!("{marked:?}") };
    assert!(table.head.contains(&"ic energy in µJ".to_owned()), "{:?}", table.head);
    let spans: Vec<(usize, usize)> = table.lines.iter().map(|line| (line[0].lines, line[1].lines)).collect();
    assert_eq!(spans, [(1, 2), (1, 0)]);
    let struck: Vec<_> = table.lines.iter().flatten().filter_map(|cell| cell.struck.as_ref()).collect();
    assert!(!struck.is_empty() && struck.iter().all(|why| why.contains("accuracy-mismatch")), "{struck:?}");
    let mut html = Vec::new();
    let (rows, _) = publication::rows(&report, Selection::Valid, &Filter::default());
    render::html::write_results(&report, &rows, &valid, &mut html).unwrap();
    let html = String::from_utf8(html).unwrap();
    assert!(html.contains("<h2 id=\"left-out\">") && html.contains("1.3-0001"));
    let (_, left_out) = publication::rows(&report, Selection::Marked, &Filter::default());
    assert!(left_out.is_empty());
    // In the workbook the reason is a note at the figure, the header rows are frozen, and left out results have their
    // own sheet.
    let parts = zip_texts(&xlsx(&report, Selection::Marked));
    let notes = parts.iter().find(|(name, text)| name.contains("comments") && text.contains("accuracy-mismatch"));
    assert!(notes.is_some(), "{:?}", parts.keys());
    let sheet = &parts["xl/worksheets/sheet1.xml"];
    assert!(sheet.contains("<pane ") && sheet.contains("<autoFilter "), "{sheet}");
    let parts = zip_texts(&xlsx(&report, Selection::Valid));
    assert!(
        parts["xl/workbook.xml"].contains("\"left out\"")
            && parts["xl/sharedStrings.xml"].contains("accuracy-mismatch")
    );
}

/// The page as JSON is what its schema describes, and has the rows of the Markdown page.
#[test]
fn the_page_as_json_has_the_rows_of_the_page() {
    let printed = |format: &str| {
        let arguments = ["results", "fixtures/submission", "--round", "v1.3", "--format", format];
        let output = std::process::Command::new(env!("CARGO_BIN_EXE_tinyaudit")).args(arguments).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let page: serde_json::Value = serde_json::from_str(&printed("page-json")).unwrap();
    let schema = serde_json::from_str(include_str!("../../schemas/page.schema.json")).unwrap();
    jsonschema::validator_for(&schema).unwrap().validate(&page).unwrap();
    let tables = page["tables"].as_array().unwrap();
    let lines: usize = tables.iter().map(|table| table["lines"].as_array().unwrap().len()).sum();
    let rows = printed("markdown").lines().filter(|line| line.starts_with("| 1.3-")).count();
    assert!(rows > 0 && lines == rows, "{page}");
}

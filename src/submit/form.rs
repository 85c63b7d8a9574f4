//! The submission checklist as a form, with the answers that can be derived from a submission.
//!
//! It asks the questions of the official checklist in shorter words. `tinyaudit init` writes it as a worksheet with the
//! answers from the tree, and leaves open what only an engineer can certify. The demo submission answers everything.

use std::io;

use lopdf::content::{Content, Operation};
use lopdf::{Dictionary, Document, Object, Stream, dictionary};

use crate::audit::metrics::reaches;
use crate::audit::report::Report;
use crate::model::{Benchmark, Figure};
use crate::parse::document::checklist::{Checklist, Item, WORKSHEET};
use crate::round::{BenchmarkSpec, Round, Runner, Target};

/// What is known about a submission when its form is written.
#[derive(Debug, Clone, Default)]
pub(crate) struct Known<'a> {
    /// Name and email address of the certifying engineer; both empty if unknown.
    pub engineer: (&'a str, &'a str),
    /// The systems under test.
    pub systems: Vec<&'a str>,
    /// `closed` or `open`.
    pub division: &'a str,
    /// The availability in the words of the round.
    pub category: &'a str,
    /// The benchmarks, by short name.
    pub benchmarks: Vec<&'a str>,
    /// The results measured so far.
    pub results: Vec<Measured>,
    /// Whether the answers that comply with the rules are certified, by an engineer or by the simulator. If not, the
    /// form is a worksheet.
    pub certified: bool,
}

/// A result as the form lists it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Measured {
    /// The system.
    pub system: String,
    /// Its availability, if its description states one.
    pub availability: Option<String>,
    /// The benchmark, by short name.
    pub benchmark: String,
    /// Its quality with units; empty if there is none yet.
    pub quality: String,
    /// Whether it meets the target; `None` if there is no quality yet.
    pub is_met: Option<bool>,
    /// The runners that measured it.
    pub runners: Vec<Runner>,
}

/// Returns the results of a submitter in one division, as the form lists them.
#[must_use]
pub(crate) fn measured(report: &Report, division: &str, submitter: &str) -> Vec<Measured> {
    let own = report.results().filter(|(system, _)| system.division == division && system.submitter == submitter);
    own.filter_map(|(system, benchmark)| {
        let spec = benchmark.spec(&report.round)?;
        let (quality, is_met) = quality(benchmark, spec, report.round.tolerances.printed_units);
        let mut runners: Vec<Runner> = benchmark.runs.values().filter_map(|run| run.runner).collect();
        runners.sort_unstable();
        runners.dedup();
        Some(Measured {
            system: system.name.clone(),
            availability: system.availability(),
            benchmark: benchmark.name.clone()?,
            quality,
            is_met,
            runners,
        })
    })
    .collect()
}

/// Returns the quality of a result as text, and whether it meets the target. The claimed value is used if it agrees
/// with the recomputed one, else the recomputed value.
fn quality(benchmark: &Benchmark, spec: &BenchmarkSpec, units: f64) -> (String, Option<bool>) {
    let value = |figure: &Figure| {
        let claimed = figure.claimed.as_ref().map(|claimed| claimed.value);
        if figure.agrees(units) == Some(true) { claimed } else { figure.recomputed.or(claimed) }
    };
    let scores = benchmark.scores();
    if let Target::Wakeword { false_positives, false_negatives } = spec.target {
        let found = scores
            .wakeword
            .as_ref()
            .and_then(|found| Some((value(&found.false_positives)?, value(&found.false_negatives)?)));
        let Some((positives, negatives)) = found else { return Default::default() };
        let is_met = positives <= false_positives as f64 && negatives <= false_negatives as f64;
        return (format!("{positives} FP / {negatives} FN"), Some(is_met));
    }
    let top1 = scores.top1.as_ref().and_then(value);
    let auc = scores.auc.as_ref().and_then(value);
    let shown: Vec<String> =
        top1.map(|top1| format!("{top1:.1} %")).into_iter().chain(auc.map(|auc| format!("{auc:.2} AUC"))).collect();
    let is_met = match spec.target {
        Target::Top1Percent(target) => top1.map(|top1| reaches(top1, 1, target)),
        Target::Auc(target) => auc.map(|auc| reaches(auc, 2, target)),
        Target::Wakeword { .. } => None,
    };
    (shown.join(" / "), is_met)
}

/// Prefix of the file names of worksheets.
const DRAFT: &str = "Checklist_draft_";

/// Returns the file name of a round's worksheet. It cannot be mistaken for the official form.
#[must_use]
pub(crate) fn worksheet(round: &Round) -> String {
    format!("{DRAFT}{}.docx", round.name)
}

/// Whether a file name is that of a worksheet. Worksheets are not packed.
#[must_use]
pub(crate) fn is_worksheet(name: &str) -> bool {
    name.starts_with(DRAFT)
}

/// Returns the form with every known answer ticked.
#[must_use]
pub(crate) fn checklist(known: &Known<'_>, round: &Round) -> Checklist {
    let mut form = Form::default();
    let sure = known.certified;
    if sure {
        form.line(&format!("MLPerf Tiny {} submission checklist", round.name));
    } else {
        form.line(&format!(
            "{WORKSHEET} for MLPerf Tiny {}, not the submission checklist; submit the official form",
            round.name
        ));
    }
    form.line(&format!("Name of Certifying Engineer(s): {}", known.engineer.0));
    form.line(&format!("Email of Certifying Engineer(s): {}", known.engineer.1));
    form.line(&format!("Name(s) of System Under Test: {}", known.systems.join(", ")));
    form.line("Division (check one):");
    form.options(&[("Open", known.division == "open"), ("Closed", known.division == "closed")]);
    form.line("Category (check one):");
    form.options(&[
        ("Available", known.category == "available"),
        ("Preview", known.category == "preview"),
        ("Research, Development, and Internal (RDI)", known.category == "rdi"),
    ]);
    form.line("Benchmark(s) (check all that apply):");
    for (name, spec) in &round.benchmarks {
        form.options(&[(&spec.title, known.benchmarks.contains(&name.as_str()))]);
    }
    form.targets(known, round);
    form.yes_or_no("Accuracy: was the whole validation set run? (check one)", sure, true);
    form.line("Runner used (check all that apply):");
    for runner in [Runner::Mlcommons, Runner::Eembc] {
        form.options(&[(runner.title(), known.results.iter().any(|result| result.runners.contains(&runner)))]);
    }
    form.options(&[("Another one", false)]);
    form.yes_or_no("Is the same code run in accuracy and performance modes? (check one)", sure, true);
    form.yes_or_no(
        "Are weights calibrated with data outside of the official calibration set? (check one)",
        sure,
        false,
    );
    form.line("Numerics (check all that apply)");
    for name in ["INT4", "INT8", "INT16", "UINT8", "UINT16", "FP11", "FP16", "BF16", "FP32"] {
        form.options(&[(name, sure && name == "INT8")]);
    }
    form.line("Other numerics:");
    form.line("Backend (check all that apply)");
    form.options(&[("Vendor backend", sure), ("TF-Lite Micro", false), ("Micro TVM", false), ("Other backend", false)]);
    form.line("Name and version of the backend:");
    form.line("Caching techniques used (check all that apply; allowed is only what a stream keeps):");
    form.options(&[("Inputs", false), ("Responses", false), ("Intermediate computations", false), ("None", sure)]);
    form.line("Which of the following techniques are used? (check all that apply)");
    form.options(&[
        ("Quantization aware training", false),
        ("Weights replaced as a whole", false),
        ("Weights supplemented", false),
        ("Weights other than zero discarded", false),
        ("Pruning", false),
        ("Weights modified while the clock runs", false),
        ("Number of queries fixed in the code", false),
        ("None", sure),
    ]);
    form.yes_or_no("Is the submission congruent with all relevant MLPerf rules?", sure, true);
    form.line("If not, why:");
    form.yes_or_no("Is the JSON system description of every system filled in? (check one)", sure, true);
    form.yes_or_no("Do the results show the real-world performance of every system? (check one)", sure, true);
    form.line("Does the submission include the following? (check all that apply)");
    form.options(&[
        ("System descriptions", sure),
        ("Code of every benchmark", sure),
        ("Code that trains the models (open division)", false),
        ("What describes each implementation that was tested", sure),
        ("Scripts that set up and run each of them", sure),
        ("Logs of every result", sure),
        ("The submission checklist", sure),
    ]);
    if !known.results.is_empty() {
        form.row(["System", "Benchmark", "Accuracy, AUC or FP/FN"]);
        for result in &known.results {
            form.row([&result.system, &result.benchmark, &result.quality]);
        }
    }
    form.0
}

/// Writes the form as a minimal PDF, with `[X]` and `[ ]` in front of the answers.
///
/// # Errors
/// When the PDF cannot be written.
pub(crate) fn print(checklist: &Checklist) -> io::Result<Vec<u8>> {
    const PER_PAGE: usize = 50;
    let mut lines: Vec<Vec<String>> = Vec::new();
    let mut is_asked = false;
    for item in &checklist.lines {
        is_asked |= item.asks();
        let is_answer = is_asked && !item.asks() && !item.text.contains(':');
        let mark = match (item.ticked, is_answer) {
            (true, _) => "[X] ",
            (false, true) => "[ ] ",
            (false, false) => "",
        };
        lines.push(vec![format!("{mark}{}", item.text)]);
    }
    lines.extend(checklist.rows.iter().cloned());
    let mut document = Document::with_version("1.4");
    let font = document.add_object(dictionary! { "Type" => "Font", "Subtype" => "Type1", "BaseFont" => "Helvetica" });
    let fonts = dictionary! { "Font" => dictionary! { "F1" => font } };
    let parent = document.new_object_id();
    let mut kids: Vec<Object> = Vec::new();
    for page in lines.chunks(PER_PAGE) {
        let mut content = vec![Operation::new("BT", vec![]), Operation::new("Tf", vec!["F1".into(), 11.into()])];
        for (number, cells) in page.iter().enumerate() {
            for (column, cell) in cells.iter().enumerate() {
                let plain: String = cell.chars().map(|letter| if letter.is_ascii() { letter } else { '?' }).collect();
                let place =
                    [1.0, 0.0, 0.0, 1.0, 60.0 + 200.0 * column as f32, 780.0 - 14.0 * number as f32].map(Object::from);
                content.push(Operation::new("Tm", place.to_vec()));
                content.push(Operation::new("Tj", vec![Object::string_literal(plain)]));
            }
        }
        content.push(Operation::new("ET", vec![]));
        let stream =
            Stream::new(Dictionary::new(), Content { operations: content }.encode().map_err(io::Error::other)?);
        let page = dictionary! {
            "Type" => "Page",
            "Parent" => parent,
            "MediaBox" => [0, 0, 595, 842].map(Object::from).to_vec(),
            "Contents" => document.add_object(stream),
            "Resources" => fonts.clone(),
        };
        kids.push(document.add_object(page).into());
    }
    let count = i64::try_from(kids.len()).unwrap_or(i64::MAX);
    document.set_object(parent, dictionary! { "Type" => "Pages", "Kids" => kids, "Count" => count });
    let catalog = document.add_object(dictionary! { "Type" => "Catalog", "Pages" => parent });
    document.trailer.set("Root", catalog);
    let mut out = Vec::new();
    document.save_to(&mut out)?;
    Ok(out)
}

#[derive(Default)]
struct Form(Checklist);

impl Form {
    fn line(&mut self, text: &str) {
        self.0.lines.push(Item { text: text.trim_end().to_owned(), ticked: false });
    }

    fn options(&mut self, options: &[(&str, bool)]) {
        self.0.lines.extend(options.iter().map(|(text, ticked)| Item { text: (*text).to_owned(), ticked: *ticked }));
    }

    fn yes_or_no(&mut self, question: &str, sure: bool, yes: bool) {
        self.line(question);
        self.options(&[("Yes", sure && yes), ("No", sure && !yes)]);
    }

    fn row(&mut self, cells: [&str; 3]) {
        self.0.rows.push(cells.map(str::to_owned).to_vec());
    }

    /// Adds the question whether every system meets the target, with one answer per benchmark.
    fn targets(&mut self, known: &Known<'_>, round: &Round) {
        self.line("Is the target met on every system? (check all that apply)");
        for (name, spec) in &round.benchmarks {
            let target = match spec.target {
                Target::Top1Percent(target) => format!("Top-1 of at least {target} %"),
                Target::Auc(target) => format!("AUC of at least {target}"),
                Target::Wakeword { false_positives, false_negatives } => {
                    format!("at most {false_positives} false positives and {false_negatives} false negatives")
                }
            };
            let mut results = known.results.iter().filter(|result| &result.benchmark == name).peekable();
            let is_met = results.peek().is_some() && results.all(|result| result.is_met == Some(true));
            self.options(&[(&format!("Yes, {}, {target}", spec.title), is_met)]);
        }
        let is_missed = known.results.iter().any(|result| result.is_met == Some(false));
        self.options(&[("No, at least one result misses it", is_missed)]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::parse::document::checklist;

    fn known<'a>() -> Known<'a> {
        let result = |benchmark: &str, quality: &str, is_met, runner| Measured {
            system: "board (first)".to_owned(),
            availability: None,
            benchmark: benchmark.to_owned(),
            quality: quality.to_owned(),
            is_met: Some(is_met),
            runners: vec![runner],
        };
        Known {
            engineer: ("A. Turing", "a@example.org"),
            systems: vec!["board (first)"],
            division: "closed",
            benchmarks: vec!["ic", "sww"],
            results: vec![
                result("ic", "87.0 % / 0.93 AUC", true, Runner::Eembc),
                result("sww", "9 FP / 4 FN", false, Runner::Mlcommons),
            ],
            certified: true,
            ..Known::default()
        }
    }

    /// Word file and PDF read back with the answers that were filled in.
    #[test]
    fn a_written_form_reads_back_unchanged() {
        let round = Round::named("v1.3").unwrap();
        for certified in [true, false] {
            let form = checklist(&Known { certified, category: "preview", ..known() }, &round);
            let word = checklist::parse(&checklist::write(&form).unwrap()).unwrap();
            assert_eq!(word, form);
            assert_eq!(word.is_worksheet(), !certified);
            assert_eq!(word.round(), Some("v1.3"));
        }
        let form = checklist(&Known { category: "preview", ..known() }, &round);
        let pdf = checklist::parse_pdf(&print(&form).unwrap()).unwrap();
        assert_eq!(pdf, form);
        assert_eq!(pdf.says_yes("whole validation set"), Some(true));
        assert_eq!(pdf.says_yes("outside of the official calibration set"), Some(false));
    }

    #[test]
    fn measured_results_are_filled_in() {
        let form = checklist(&Known { certified: false, ..known() }, &Round::named("v1.3").unwrap());
        let ticked: Vec<&str> = form.lines.iter().filter(|item| item.ticked).map(|item| item.text.as_str()).collect();
        assert_eq!(
            ticked,
            [
                "Closed",
                "image classification",
                "streaming wake word",
                "Yes, image classification, Top-1 of at least 85 %",
                "No, at least one result misses it",
                "MLCommons runner",
                "EEMBC runner",
            ]
        );
        assert_eq!(form.rows[2], ["board (first)", "sww", "9 FP / 4 FN"]);
    }
}

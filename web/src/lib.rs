//! The audit for a web page: it reads dropped files and returns the report in its formats and the package. Checks and
//! reports are those of tinyaudit; this crate only adapts them to a browser.

mod dropped;

use std::io::{self, Cursor};

use tinyaudit::output::{self, Filter, ReportOptions, ResultsPage, Selection};
use tinyaudit::package::{self, Documents, MANIFEST, WAIVERS};
use tinyaudit::{Guess, Inputs, Loading, Report, Round, Severity, Tree, replay_submission};
use wasm_bindgen::prelude::*;

use dropped::Dropped;

#[wasm_bindgen]
extern "C" {
    /// Reports that `done` of `all` results are checked.
    #[wasm_bindgen(js_name = tellResult)]
    fn tell_result(done: usize, all: usize);
    /// Reports the message of a panic before the program ends.
    #[wasm_bindgen(js_name = tellPanic)]
    fn tell_panic(message: &str);
}

/// Installs a panic hook that reports panics to the page.
#[wasm_bindgen(start)]
fn start() {
    std::panic::set_hook(Box::new(|panic| tell_panic(&panic.to_string())));
}

/// Returns the names of the built-in rounds, oldest first.
#[wasm_bindgen]
#[must_use]
pub fn rounds() -> Vec<String> {
    Round::names().into_iter().map(str::to_owned).collect()
}

/// Dropped files and the report of their last check.
#[wasm_bindgen]
pub struct Audit {
    dropped: Dropped,
    tree: Tree,
    guessed: String,
    why: &'static str,
    /// Official inputs that were dropped beside the submission.
    inputs: Option<Tree>,
    checked: Option<Checked>,
}

/// A report and the options it was made with.
struct Checked {
    report: Report,
    round_used: String,
    submitter: Option<String>,
    waivers: Option<(String, String)>,
}

/// A package of a submission.
#[wasm_bindgen(getter_with_clone)]
pub struct Package {
    /// The archive.
    pub bytes: Vec<u8>,
    /// Its SHA-256.
    pub digest: String,
    /// The submitter.
    pub submitter: String,
    /// Files of the tree that are not in the package, one line each with the reason.
    pub left_out: Vec<String>,
}

#[wasm_bindgen]
impl Audit {
    /// Opens dropped files by the path each was dropped with: a single zip archive, a folder, or the contents of a
    /// folder.
    ///
    /// # Errors
    /// When the files are none of these.
    #[wasm_bindgen(constructor)]
    pub fn new(paths: Vec<String>, sizes: &[f64]) -> Result<Self, JsError> {
        let dropped = Dropped::new(paths, sizes);
        let tree = dropped.open()?;
        let inputs = dropped.open_inputs().transpose()?;
        let Guess { round, why, .. } = tinyaudit::guess_round(&tree)?;
        Ok(Self { dropped, tree, guessed: round.name, why, inputs, checked: None })
    }

    /// Whether official inputs were dropped beside the submission.
    #[wasm_bindgen(getter, js_name = hasInputs)]
    #[must_use]
    pub fn has_inputs(&self) -> bool {
        self.inputs.is_some()
    }

    /// Runs the models of the submission on the inputs and returns how the accuracy logs compare, as `tinyaudit replay`
    /// prints it.
    ///
    /// # Errors
    /// When nothing was checked, or there are no inputs.
    pub fn replay(&self) -> Result<String, JsError> {
        let Checked { report, .. } = self.checked.as_ref().ok_or_else(unchecked)?;
        let inputs =
            self.inputs.as_ref().ok_or_else(|| JsError::new("no inputs were dropped beside the submission"))?;
        // A message per inference would take longer than the inference.
        let progress = |done, all: usize| {
            if done % (all / 100).max(1) == 0 {
                tell_result(done, all);
            }
        };
        let outcome = replay_submission((&self.tree, report), &Inputs::Tree(inputs), None, None, &progress);
        let mut text = Vec::new();
        output::rerun::write(&outcome, &mut text)?;
        Ok(String::from_utf8_lossy(&text).into_owned())
    }

    /// Returns the guessed round of the files.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn guessed(&self) -> String {
        self.guessed.clone()
    }

    /// Returns why this round is guessed.
    #[wasm_bindgen(getter)]
    #[must_use]
    pub fn why(&self) -> String {
        self.why.to_owned()
    }

    /// Returns the names of the submitters, by the rules of a round.
    ///
    /// # Errors
    /// When there are none.
    pub fn submitters(&self, round: &str) -> Result<Vec<String>, JsError> {
        let found = tinyaudit::submitters(&self.tree, &Round::named(round)?, None)?;
        let mut names: Vec<String> = found.submitters.into_iter().map(|one| one.name).collect();
        names.sort_unstable();
        names.dedup();
        Ok(names)
    }

    /// Checks the files with the rules of a round and returns the verdict. `waivers` are the name and the text of a
    /// waivers file.
    ///
    /// # Errors
    /// When there is nothing to check, or the waivers cannot be parsed.
    pub fn check(
        &mut self,
        round: &str,
        submitter: Option<String>,
        waivers: Option<Vec<String>>,
    ) -> Result<String, JsError> {
        // Free the memory of the previous report first.
        self.checked = None;
        let why = if round == self.guessed { self.why } else { "chosen" };
        let round_used = format!("round {round} ({why})");
        let waivers = waivers.and_then(|two| <[String; 2]>::try_from(two).ok()).map(|[name, text]| (name, text));
        let report = judged(&self.tree, round, submitter.as_deref(), waivers.as_ref(), true)?;
        let verdict = output::summary(&report, Severity::Error);
        self.checked = Some(Checked { report, round_used, submitter, waivers });
        Ok(verdict)
    }

    /// Returns the report in one of its formats, by file name.
    ///
    /// # Errors
    /// When nothing was checked, or the file name is unknown.
    pub fn file(&self, name: &str) -> Result<Vec<u8>, JsError> {
        let Checked { report, round_used, .. } = self.checked.as_ref().ok_or_else(unchecked)?;
        let (rows, left_out) = output::rows(report, Selection::Valid, &Filter::default());
        let publication = &report.round.publication;
        let page = || ResultsPage::new(&rows, &left_out, &report.round, &publication.public_repository);
        let mut out = Vec::new();
        match name {
            "report.html" => {
                let provenance = self.provenance(round_used);
                let desk =
                    ReportOptions { reminders: true, provenance: &provenance, ..ReportOptions::new(Severity::Error) };
                output::html::write_check(report, desk, &mut out)
            }
            "report.json" => output::json::write(&output::json::Check::new(report, Severity::Error, false), &mut out),
            "findings.jsonl" => output::json::write_lines(report, &mut out),
            "letters.md" => output::letter::write_all(report, usize::MAX, &mut out),
            "results.md" => output::markdown::write(&page(), &mut out),
            "results.html" => output::html::write_results(report, &rows, &page(), &mut out),
            "results.csv" => output::csv::write(&rows, &mut out),
            "summary.csv" => output::csv::write_official(&rows, &report.round, Selection::Valid, &mut out),
            "results.xlsx" => output::xlsx::write(&rows, &left_out, &report.round, &publication.repository, &mut out),
            _ => return Err(JsError::new(&format!("unknown report file {name}"))),
        }?;
        Ok(out)
    }

    /// Returns why the submission should not be packaged as it is; empty if there is no reason.
    ///
    /// # Errors
    /// When nothing was checked.
    #[wasm_bindgen(getter)]
    pub fn obstacle(&self) -> Result<String, JsError> {
        let checked = self.checked.as_ref().ok_or_else(unchecked)?;
        Ok(package::Obstacle::find(&checked.report)
            .map_or("", |obstacle| match obstacle {
                package::Obstacle::Errors => "the submission has errors",
                package::Obstacle::Untouched => "its documents still contain placeholder text of tinyaudit init",
            })
            .to_owned())
    }

    /// Builds the package of the submission that was checked, regardless of findings; the enclosed report lists them.
    ///
    /// # Errors
    /// When nothing was checked, the tree does not belong to one submitter, or a file cannot be packaged.
    pub fn package(&self) -> Result<Package, JsError> {
        let checked = self.checked.as_ref().ok_or_else(unchecked)?;
        let round = &checked.report.round;
        let (tree, left_out) = package::for_submitter(self.dropped.open()?, round, checked.submitter.as_deref())?;
        let waivers = checked.waivers.as_ref().map(|(_, text)| (WAIVERS.to_owned(), text.clone()));
        let report = judged(&tree, &round.name, checked.submitter.as_deref(), waivers.as_ref(), false)?;
        let (check, summary) = output::package_documents(&report, &[])?;
        let documents = Documents { report: check, summary, waivers: waivers.map(|(_, text)| text.into_bytes()) };
        let mut bytes = Cursor::new(Vec::new());
        package::write(&tree, &documents, &mut |_, _| {}, &mut bytes)?;
        let bytes = bytes.into_inner();
        let digest = package::sha256(&bytes);
        let submitter = report.submission.submitters.first().map(|one| one.name.clone()).unwrap_or_default();
        let left_out = left_out.iter().map(|one| format!("{}: {}", one.path, one.reason)).collect();
        Ok(Package { bytes, digest, submitter, left_out })
    }
}

impl Audit {
    /// Returns the inputs and options of the report.
    fn provenance(&self, round_used: &str) -> Vec<(&'static str, String)> {
        let checked = self.checked.as_ref();
        let manifest = self.tree.get(MANIFEST).and_then(|entry| self.tree.read(entry).ok());
        let options = [
            ("read from", Some(self.dropped.name())),
            ("checked against", Some(round_used.to_owned())),
            ("SHA-256 of the manifest", manifest.map(|bytes| package::sha256(&bytes))),
            ("submitter", checked.and_then(|checked| checked.submitter.clone())),
            ("waivers", checked.and_then(|checked| checked.waivers.as_ref().map(|(name, _)| name.clone()))),
        ];
        options.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }
}

/// Checks a tree as the command does.
fn judged(
    tree: &Tree,
    round: &str,
    submitter: Option<&str>,
    waivers: Option<&(String, String)>,
    evidence: bool,
) -> Result<Report, JsError> {
    let progress = |done, all| tell_result(done, all);
    // As `check` does by itself: searching the code of a round takes long in a browser.
    let how = Loading { submitter, earlier: None, evidence, weights: false, progress: Some(&progress) };
    let mut report = Report::load(tree, Round::named(round)?, how)?;
    if let Some((name, text)) = waivers {
        report.waive(&tinyaudit::parse_waivers(text, name)?, name);
    }
    Ok(report)
}

fn unchecked() -> JsError {
    io::Error::other("nothing has been checked yet").into()
}

//! `tinyaudit check SESSION…`: sessions at the board, before there is a submission.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::audit::report::{Report, weight};
use crate::model::{Figure, Run};
use crate::render::table::compared;
use crate::render::text::{self, Layout, counted};
use crate::render::untrusted::Untrusted;
use crate::round::{Mode, Round, Severity};
use crate::source::Tree;
use crate::submit::session::{Known, Session};

/// Submitter and system of the temporary submission.
const SUBMITTER: &str = "closed/Session";
const SYSTEM: &str = "system";

/// Returns the session folders at or below some folders. A folder that is the submission of somebody is not one of sessions.
pub(super) fn folders(tree: &Tree, folder: &Path) -> Vec<PathBuf> {
    Session::folders(tree)
        .into_iter()
        .map(|below| if below.is_empty() { folder.to_owned() } else { folder.join(below) })
        .collect()
}

/// A session after its check.
struct Checked {
    folder: String,
    session: Session,
    report: Report,
    /// Path of the run in the report.
    run: String,
}

/// Checks sessions one by one, prints what each is and what was found, and returns whether one fails.
pub(super) fn check(
    folders: &[PathBuf],
    round: &Round,
    given: Known<'_>,
    layout: Layout,
    out: &mut dyn Write,
) -> anyhow::Result<bool> {
    let mut failed = false;
    let mut lines = Vec::new();
    let mut usable: BTreeMap<String, Vec<Mode>> = BTreeMap::new();
    for folder in folders {
        let shown = Untrusted(&folder.display().to_string()).for_terminal();
        let read = Session::read(folder, round, given).and_then(|session| {
            let (report, run) = session.check(SUBMITTER, SYSTEM, round)?;
            Ok(Checked { folder: shown.clone(), session, report, run })
        });
        match read {
            Ok(checked) => {
                let fails = checked.write(layout, out)?;
                failed |= fails;
                let Session { benchmark, mode, .. } = &checked.session;
                lines.push(format!("{benchmark:<4} {:<12} {}  {shown}", mode.name(), if fails { "✗" } else { "✓" }));
                let modes = usable.entry(benchmark.clone()).or_default();
                modes.extend((!fails).then_some(*mode));
            }
            Err(error) => {
                failed = true;
                let error = Untrusted(&format!("{error:#}")).for_terminal();
                writeln!(out, "{shown}: not a session that can be used: {error}\n")?;
                lines.push(format!("{:<4} {:<12} ✗  {shown}", "?", "?"));
            }
        }
    }
    if folders.len() > 1 {
        lines.sort();
        writeln!(out, "sessions:")?;
        lines.iter().try_for_each(|line| writeln!(out, "  {line}"))?;
        writeln!(out, "results:")?;
        for (benchmark, modes) in usable {
            let required = round.benchmarks.get(&benchmark).map_or(&[][..], |spec| &spec.required);
            let missing: Vec<&str> =
                required.iter().filter(|mode| !modes.contains(mode)).map(|mode| mode.name()).collect();
            let state =
                if missing.is_empty() { "complete".to_owned() } else { format!("{} is missing", missing.join(", ")) };
            writeln!(out, "  {benchmark:<4} {state}")?;
        }
    }
    Ok(failed)
}

impl Checked {
    fn write(&self, layout: Layout, out: &mut dyn Write) -> io::Result<bool> {
        let Session { benchmark, mode, runner, left, .. } = &self.session;
        let round = &self.report.round.name;
        writeln!(out, "{}: {benchmark} {mode}, {}, round {round}", self.folder, runner.title())?;
        let place = self.report.submission.runs().find(|place| place.run.path == self.run);
        if let Some(place) = &place {
            figures(place.run).iter().try_for_each(|line| writeln!(out, "  {line}"))?;
        }
        if !left.is_empty() {
            writeln!(out, "  not read: {}", Untrusted(&left.join(", ")).for_terminal())?;
        }
        writeln!(out)?;
        // Only what the session itself shows counts; there is no submission around it.
        let inside = format!("{}/", self.run);
        let mut findings: Vec<_> = self
            .report
            .findings()
            .filter(|finding| finding.path == self.run || finding.path.starts_with(&inside))
            .cloned()
            .collect();
        let own =
            |path: &str| path.strip_prefix(&inside).or_else(|| path.strip_prefix(&self.run)).unwrap_or(path).to_owned();
        for finding in &mut findings {
            finding.path = own(&finding.path);
            for other in &mut finding.related {
                other.path = own(&other.path);
            }
            finding.message = finding.message.replace(&inside, "");
        }
        text::write_findings(&findings.iter().collect::<Vec<_>>(), layout, out)?;
        let count = |severity| weight(findings.iter().filter(|finding| finding.severity == severity));
        let fails = findings.iter().any(|finding| finding.severity >= layout.threshold);
        writeln!(
            out,
            "{}: {}, {}, {}\n",
            if fails { "FAIL" } else { "PASS" },
            counted(count(Severity::Error), "error"),
            counted(count(Severity::Warning), "warning"),
            counted(count(Severity::Note), "note"),
        )?;
        Ok(fails)
    }
}

/// Returns the figures of a run, claimed and recomputed, and its timed windows.
fn figures(run: &Run) -> Vec<String> {
    let scores = &run.scores;
    let mut lines = Vec::new();
    let mut add = |name: &str, figure: Option<&Figure>, unit: &str| {
        let Some(figure) = figure else { return };
        let text = compared(figure, unit);
        let why = figure.reason.as_ref().filter(|_| figure.recomputed.is_none());
        let why = why.map_or_else(String::new, |why| format!(" (cannot be recomputed: {why})"));
        if !text.is_empty() || !why.is_empty() {
            lines.push(Untrusted(&format!("{name} {text}{why}")).for_terminal());
        }
    };
    add("throughput", scores.throughput.as_ref(), " inf/s");
    add("Top-1", scores.top1.as_ref(), " %");
    add("AUC", scores.auc.as_ref(), "");
    let wakeword = scores.wakeword.as_ref();
    add("energy", scores.energy.as_ref().filter(|_| wakeword.is_none()), " µJ/inf");
    if let Some(wakeword) = wakeword {
        add("words missed", Some(&wakeword.false_negatives), "");
        add("false alarms", Some(&wakeword.false_positives), "");
        add("duty cycle", Some(&wakeword.duty_cycle), "");
        add("power", wakeword.power.as_ref(), " mW");
    }
    for (index, window) in run.windows.iter().enumerate() {
        let seconds = window.seconds.map_or_else(String::new, |seconds| format!(" in {seconds:.3} s"));
        let host =
            window.host_seconds.map_or_else(String::new, |seconds| format!(", {seconds:.3} s by the host's clock"));
        #[allow(clippy::cast_precision_loss)] // a window has thousands of inferences
        let energy = window.energy_uj.map(|energy| energy / window.inferences.max(1) as f64);
        let energy = energy.map_or_else(String::new, |energy| format!(", {energy:.3} µJ/inf"));
        lines.push(format!("window {}: {} inferences{seconds}{host}{energy}", index + 1, window.inferences));
    }
    lines
}

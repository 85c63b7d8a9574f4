//! Inputs whose size differs from the benchmark's.

use super::outcome::Findings;
use crate::model::Run;
use crate::parse::log::Inference;
use crate::round::FileRole;

/// Surplus bytes are tolerated in at most one per this many inferences.
const FEW: usize = 100;

/// Returns the inferences on inputs of a wrong size, in the order of the log.
#[must_use]
pub(crate) fn wrong(run: &Run, expected: u32) -> Vec<&Inference> {
    run.inferences().iter().filter(|one| one.bytes.is_some_and(|bytes| bytes != expected)).collect()
}

/// Whether a few inputs were too long and none too short. The device uses the first bytes, so no figure changes.
#[must_use]
pub(crate) fn is_surplus(wrong: &[&Inference], run: &Run, expected: u32) -> bool {
    !wrong.is_empty()
        && wrong.len() * FEW <= run.inferences().len()
        && wrong.iter().all(|one| one.bytes.is_some_and(|bytes| bytes > expected))
}

/// Reports inferences on inputs of a wrong size as one finding, at the first of them.
pub(crate) fn report(findings: &mut Findings, run: &Run, wrong: &[&Inference], expected: u32) {
    let Some(first) = wrong.first() else { return };
    let input =
        run.log.as_ref().and_then(|log| log.input_of(first)).map_or("an input".to_owned(), |name| format!("`{name}`"));
    let bytes = first.bytes.unwrap_or(0);
    let all = run.inferences().len();
    let many = match wrong.len() {
        1 => format!("1 of {all} inferences"),
        many => format!("{many} of {all} inferences; this is the first"),
    };
    let message = format!("{bytes} bytes of {input} were loaded, expected {expected} ({many})");
    let finding = findings.at(run.path_of(FileRole::Log), first.line, message);
    finding.measured(f64::from(bytes), f64::from(expected), "bytes");
}

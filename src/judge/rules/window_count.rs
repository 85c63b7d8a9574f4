use super::evidence;
use crate::judge::rule::{Findings, rule};
use crate::read::submission::{Run, Submission};
use crate::round::{FileRole, Mode, Round, Runner, Task};

rule! {
    /// A run does not have the number of timed windows it must have.
    ///
    /// The score is the median of exactly five windows, each on another input.
    ///
    /// Help: measure again with five windows.
    ///
    /// Source: MLPerf Tiny Benchmark, 5.3; the MLCommons runner's "ERROR 1 - loop_count was not exactly 5".
    "window-count", Performance, Error, check, keeps figure,
    explains window_arithmetic, throughput_mismatch, energy_arithmetic, energy_mismatch
}

fn check(submission: &Submission, round: &Round, findings: &mut Findings) {
    for place in submission.runs().filter(|place| place.run.mode != Mode::Accuracy) {
        let streaming = place.spec(round).is_some_and(|spec| spec.task == Task::Wakeword);
        if !streaming {
            check_run(place.run, round, findings);
        }
    }
}

fn check_run(run: &Run, round: &Round, findings: &mut Findings) {
    let expected = round.windows.count;
    let claims = run.claims.as_ref();
    let claimed_windows = claims.map_or(0, |claims| claims.windows.len());
    let claimed_energies = claims.map_or(0, |claims| claims.energies.len());
    // An older MLCommons runner prints the median alone.
    let prints_windows = run.runner != Some(Runner::Mlcommons) || claimed_windows > 0;
    let claimed = match run.mode {
        Mode::Energy => Some(claimed_energies),
        _ => prints_windows.then_some(claimed_windows),
    };
    if let Some(count) = claimed.filter(|count| claims.is_some() && *count != expected) {
        let message = format!("results.txt has {count} windows; {expected} required");
        let shown = run.windows.len();
        let whole_list = run.log.as_ref().and_then(|log| log.whole_list).filter(|_| shown != expected);
        if whole_list.is_none() {
            let finding = findings.at(run.path_of(FileRole::Results), 0, message);
            if shown == expected {
                finding.help(format!(
                    "the log has {expected} windows: submit results.txt of the same session, as the runner wrote it"
                ));
            }
            return;
        }
    }
    // Of a log of another session nothing follows, and windows of a trace come from pairs of stamps, of which a lost
    // one is another rule's finding.
    let role = run.windows.first().and_then(|window| window.role).unwrap_or(FileRole::Log);
    let readable = run.log.is_some() || run.json.is_some();
    if !readable || role == FileRole::Stamps || evidence::another_session(run, round).is_some() {
        return;
    }
    let shown = run.windows.len();
    if shown != expected {
        let plural = if shown == 1 { "" } else { "s" };
        let message = format!("the evidence shows {shown} window{plural}; {expected} required");
        if let Some(at) = run.log.as_ref().and_then(|log| log.whole_list) {
            let finding = findings.at(run.path_of(FileRole::Log), at.line, message);
            finding.help(format!(
                "write `loop {expected}:` instead of `loop:` into the runner's test script (the configuration that is \
                 shipped for ic2 lacks the count), and measure again"
            ));
        } else {
            findings.at(run.path_of(role), 0, message);
        }
    } else if let Some(window) =
        run.windows.iter().find(|window| window.seconds.is_none() && run.mode == Mode::Performance)
    {
        findings.at(run.path_of(role), window.line, "the window has no pair of time stamps");
    }
}

use super::prelude::*;
use crate::audit::evidence::another_session;
use crate::round::Runner;

check! {
    /// A run does not have the required number of timed windows.
    ///
    /// The score is the median of exactly five windows, each with a different input.
    ///
    /// Help: measure again with five windows.
    ///
    /// Source: MLPerf Tiny Benchmark, 5.3; the MLCommons runner's "ERROR 1 - loop_count was not exactly 5".
    "window-count", Performance, Error, Run(check),
    affects: [Throughput, Energy],
    fails: NotByTheRules,
    needs: [
        firmware_for_another_mode, log_incomplete, log_of_another_session, mode_disagrees_with_folder,
        session_in_single_mode,
    ],
}

fn check(view: &RunView<'_>, mut found: Findings) -> Outcome {
    // A folder that is not a benchmark of the round is reported by `benchmark-unknown`.
    if view.spec.is_none() || view.is_streaming() || view.is(Mode::Accuracy) {
        return Outcome::NotApplicable;
    }
    let place = count(view, &mut found);
    found.or_pass(place)
}

/// Reports a wrong number of windows, or returns the place that shows the right number.
fn count(view: &RunView<'_>, found: &mut Findings) -> Option<Place> {
    let run = view.run;
    let expected = view.round.windows.count;
    let shown = run.windows.len();
    let whole_list = view.log().and_then(|log| log.whole_list);
    let claimed = claimed(view);
    if let Some((count, _)) = claimed.filter(|(count, _)| *count != expected)
        && (whole_list.is_none() || shown == expected)
    {
        let message = format!("results.txt has {count} windows; {expected} required");
        let finding = found.at(run.path_of(FileRole::Results), 0, message);
        finding.measured(count as f64, expected as f64, "");
        if shown == expected {
            finding.help(format!(
                "the log has {expected} windows: submit the results.txt of the same session, as the runner wrote it"
            ));
        }
        return None;
    }
    // A log of another session does not show this run's windows. Windows of a trace come from pairs of stamps; another
    // check reports a lost stamp.
    let role = run.windows.first().and_then(|window| window.role).unwrap_or(FileRole::Log);
    let readable = run.log.is_some() || run.json.is_some();
    if !readable || role == FileRole::Stamps || another_session(run, view.round).is_some() {
        let (_, line) = claimed.filter(|(count, _)| *count == expected)?;
        return Some(view.at(FileRole::Results, line));
    }
    if shown != expected {
        let plural = if shown == 1 { "" } else { "s" };
        let message = format!("the evidence shows {shown} window{plural}; {expected} required");
        let (role, line) = whole_list.map_or((role, 0), |at| (FileRole::Log, at.line));
        let finding = found.at(run.path_of(role), line, message);
        finding.measured(shown as f64, expected as f64, "");
        if whole_list.is_some() {
            finding.help(format!(
                "write `loop {expected}:` instead of `loop:` in the runner's test script (the configuration shipped \
                 for ic2 lacks the count), and measure again"
            ));
        }
    } else if let Some(window) =
        run.windows.iter().find(|window| window.seconds.is_none() && view.is(Mode::Performance))
    {
        found.at(run.path_of(role), window.line, "the window does not have a pair of time stamps");
    }
    run.windows.first().map(|window| view.at(role, window.line))
}

/// The number of windows in results.txt, and the line of the first.
fn claimed(view: &RunView<'_>) -> Option<(usize, u32)> {
    let claims = view.claims()?;
    let windows: Vec<u32> = if view.is(Mode::Energy) {
        claims.energies.iter().map(|energy| energy.number.line).collect()
    } else {
        claims.windows.iter().map(|window| window.number.line).collect()
    };
    // An older MLCommons runner prints only the median.
    let prints = view.is(Mode::Energy) || view.run.runner != Some(Runner::Mlcommons) || !windows.is_empty();
    prints.then(|| (windows.len(), windows.first().copied().unwrap_or(0)))
}

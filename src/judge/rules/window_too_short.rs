use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::round::{FileRole, Mode, Round, Task};

rule! {
    /// A timed window is shorter than it must be.
    ///
    /// Every window lasts at least ten seconds, so that the device reaches its steady state and the clocks' resolution
    /// does not matter. The time is taken from the finest evidence there is, not from what is printed.
    ///
    /// Help: raise the number of inferences of a window and measure again.
    ///
    /// Source: MLPerf Tiny Benchmark, 5.3 ("a minimum of 10 seconds and 10 iterations"); both runners print it.
    "window-too-short", Performance, Error, check, keeps figure,
    explains window_declared_invalid
}

fn check(submission: &Submission, round: &Round, findings: &mut Findings) {
    for place in submission.runs().filter(|place| place.run.mode != Mode::Accuracy) {
        let run = place.run;
        let streaming = place.spec(round).is_some_and(|spec| spec.task == Task::Wakeword);
        let minimum = match (streaming, round.wakeword) {
            (true, Some(wakeword)) => wakeword.min_seconds,
            _ => round.windows.min_seconds,
        };
        let measured: Vec<(FileRole, u32, f64)> =
            if run.windows.is_empty() || run.windows.iter().all(|w| w.seconds.is_none()) {
                claimed(run)
            } else {
                run.windows.iter().filter_map(|window| Some((window.role?, window.line, window.seconds?))).collect()
            };
        let short: Vec<_> =
            measured.iter().enumerate().filter(|(_, (.., seconds))| *seconds < minimum - 1e-9).collect();
        let Some((index, (role, line, seconds))) = short.iter().min_by(|(_, a), (_, b)| a.2.total_cmp(&b.2)).copied()
        else {
            continue;
        };
        let finding = findings.at(
            run.path_of(*role),
            *line,
            format!("window {} lasts {seconds:.6} s, expected at least {minimum:.0} s", index + 1),
        );
        if short.len() > 1 {
            finding.note(format!("{} of {} windows are too short, this is the shortest", short.len(), measured.len()));
        }
    }
}

/// What results.txt says of its windows, where there is no evidence.
fn claimed(run: &crate::read::submission::Run) -> Vec<(FileRole, u32, f64)> {
    let Some(claims) = &run.claims else { return Vec::new() };
    let windows = claims.windows.iter().filter_map(|window| window.runtime.as_ref());
    let trials = claims.energies.iter().filter_map(|energy| energy.elapsed.as_ref());
    let printed: Vec<_> = if claims.windows.is_empty() { trials.collect() } else { windows.collect() };
    printed.into_iter().map(|printed| (FileRole::Results, printed.line, printed.value)).collect()
}

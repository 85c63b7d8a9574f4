use super::prelude::*;
use crate::model::{Run, Window};

check! {
    /// A timed window is shorter than required.
    ///
    /// Every window must last at least ten seconds, so that the device reaches its steady state and the resolution of
    /// the clocks does not matter. The length is taken from the most precise evidence available, not from the printed
    /// figure.
    ///
    /// Help: raise the number of inferences per window and measure again.
    ///
    /// Source: MLPerf Tiny Benchmark, 5.3 ("a minimum of 10 seconds and 10 iterations"); both runners print it.
    "window-too-short", Performance, Error, Run(check),
    affects: [Throughput, Energy],
    fails: NotByTheRules,
    needs: [energy_windows_misplaced, mode_disagrees_with_folder],
}

fn check(view: &RunView<'_>, mut found: Findings) -> Outcome {
    if view.is(Mode::Accuracy) {
        return Outcome::NotApplicable;
    }
    let run = view.run;
    let minimum = match view.round.wakeword {
        Some(wakeword) if view.is_streaming() => wakeword.min_seconds,
        _ => view.round.windows.min_seconds,
    };
    let measured: Vec<Length> = if run.windows.iter().all(|window| window.seconds.is_none()) {
        claimed(run)
    } else {
        let length = |window: &Window| Some((window.role?, window.line, window.stamps_us, window.seconds?));
        run.windows.iter().filter_map(length).collect()
    };
    let short: Vec<_> = measured.iter().enumerate().filter(|(_, (.., seconds))| *seconds < minimum - 1e-9).collect();
    if let Some((index, (role, line, stamps, seconds))) = short.iter().min_by(|(_, a), (_, b)| a.3.total_cmp(&b.3)) {
        let message = format!("window {} lasts {seconds:.6} s; at least {minimum:.0} s required", index + 1);
        let finding = found.at(run.path_of(*role), *line, message).measured(*seconds, minimum, "s");
        if let Some((start, stop)) = stamps {
            finding.note(format!("its stamps are {start} and {stop} µs"));
        }
        if short.len() > 1 {
            finding.note(format!("{} of {} windows are too short; this is the shortest", short.len(), measured.len()));
        }
    }
    found.or_pass(measured.first().map(|(role, line, ..)| view.at(*role, *line)))
}

/// Where a window's length is found, its first and last stamp in microseconds, and its length in seconds.
type Length = (FileRole, u32, Option<(u64, u64)>, f64);

/// The window lengths that results.txt claims, for runs without evidence.
fn claimed(run: &Run) -> Vec<Length> {
    let Some(claims) = &run.claims else { return Vec::new() };
    let windows = claims.windows.iter().filter_map(|window| window.runtime.as_ref());
    let trials = claims.energies.iter().filter_map(|energy| energy.elapsed.as_ref());
    let printed: Vec<_> = if claims.windows.is_empty() { trials.collect() } else { windows.collect() };
    printed.into_iter().map(|printed| (FileRole::Results, printed.line, None, printed.value)).collect()
}

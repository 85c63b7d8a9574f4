use super::prelude::*;
use crate::audit::metrics::sameness;
use crate::model::{Run, Window};

check! {
    /// The windows of a run are a copy of another run's windows.
    ///
    /// A board that is measured again gives nearly the same windows again. A copy is closer: on every clock, the
    /// lengths of its windows and the pauses between them agree to a fraction of the spread of windows within one
    /// session. Lengths that the board or the resolution of its clock repeats anyway prove nothing and are not counted.
    /// Results of an earlier round are compared, too, if they are given. Of two sessions of one round, the one with the
    /// later start time is considered the copy.
    ///
    /// Calibrated on the 246 runs of four rounds that have five windows, and on simulated boards of equal latency:
    /// honest pairs have 0 bits of coincidence, whole sessions that were submitted again have 27 or more. A copy with
    /// one edited window is found for 148 of 172 performance runs; the clocks of the others are too coarse or too
    /// steady.
    ///
    /// Help: submit the session that was measured for this result; if both were measured, submit both logs unedited.
    ///
    /// Source: MLPerf Tiny rules, 2.3 (one session per result).
    "windows-shared", Evidence, Error, Across(check),
    affects: every,
}

fn check(view: &SubmissionView<'_>, across: &mut Across) {
    // Runs of the earlier round come first, so that they are the originals.
    let earlier = view.submission.earlier.iter().flat_map(|earlier| earlier.runs()).map(|place| place.run);
    let mut runs: Vec<&Run> = earlier.collect();
    let first = runs.len();
    runs.extend(view.submission.runs().map(|place| place.run));
    let windows: Vec<&[Window]> = runs.iter().map(|run| run.windows.as_slice()).collect();
    // Of two sessions of this round, the one with the later start time is the copy.
    let time = |index: usize| {
        let name = runs[index].log.as_ref().and_then(|log| log.session.as_ref()).map_or("", |at| at.value.as_str());
        let digits: String = name.chars().filter(char::is_ascii_digit).collect();
        (index >= first, digits, index)
    };
    let in_order = |(one, other): (usize, usize)| if time(one) < time(other) { (other, one) } else { (one, other) };
    let mut pairs: Vec<(usize, usize)> = sameness::candidates(&windows).into_iter().map(in_order).collect();
    pairs.sort_by_key(|(later, original)| (*later, *original));
    let mut pairs = pairs.into_iter().peekable();
    for (later, run) in runs.iter().enumerate() {
        let mut copy = None;
        while let Some((_, original)) = pairs.next_if(|(own, _)| *own == later) {
            let known = run.identity.is_some() && run.identity == runs[original].identity;
            // A copy of several runs is reported once. `session-shared` reports a whole session that appears twice.
            if later >= first && !known && copy.is_none() {
                let same = sameness::compare(windows[later], windows[original]);
                let same = same.filter(|same| same.is_whole && same.bits >= view.round.tolerances.copy_bits);
                copy = same.map(|same| (runs[original], same));
            }
        }
        let Some(window) = run.windows.first().filter(|_| later >= first) else { continue };
        across.judge(run, |mut found| {
            let path = run.path_of(FileRole::Log);
            if let Some((other, same)) = copy {
                let (count, all, other) = (same.windows, run.windows.len(), &other.path);
                let message = if count > 0 {
                    let within = same.within_us;
                    format!(
                        "{count} of {all} windows have the same length as those of `{other}`, to within {within:.0} µs"
                    )
                } else {
                    format!("the pauses between the windows are as long as those of `{other}`")
                };
                let spread = format!("the windows of this session differ by {:.0} µs from each other", same.spread_us);
                found.at(path, window.line, message).note(spread);
            }
            found.or_pass(Place::new(path, window.line))
        });
    }
}

use super::prelude::*;
use crate::audit::metrics::sameness;
use crate::model::{Run, Window};

check! {
    /// The windows of a result are a copy of another result's.
    ///
    /// A board that is measured again gives nearly the same windows again. A copy is nearer: its lengths and the pauses
    /// between them agree on every clock to a fraction of what the windows of one session differ by. Lengths that the
    /// board or the steps of its clock repeat anyway prove nothing and are not counted. Results of an earlier round are
    /// compared where they are given; of two sessions of one round the one that names the later time is taken for the copy.
    ///
    /// Calibrated on the 246 runs of four rounds that have five windows, and on simulated boards of equal latency: honest
    /// pairs share no bit, sessions that were submitted again whole share 27 and more; of 172 performance runs a copy with one
    /// window edited is found for 148, the others have too coarse or too steady clocks.
    ///
    /// Help: submit the session that was measured for this result; if both were measured, submit both logs unedited.
    ///
    /// Source: MLPerf Tiny rules, 2.3 (one session a result).
    "windows-shared", Evidence, Error, Across(check),
    affects: every,
}

fn check(view: &SubmissionView<'_>, across: &mut Across) {
    // Of the earlier round first, so that its runs are the originals.
    let earlier = view.submission.earlier.iter().flat_map(|earlier| earlier.runs()).map(|place| place.run);
    let mut runs: Vec<&Run> = earlier.collect();
    let first = runs.len();
    runs.extend(view.submission.runs().map(|place| place.run));
    let windows: Vec<&[Window]> = runs.iter().map(|run| run.windows.as_slice()).collect();
    // Of two sessions of this round the one that names the later time is the copy.
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
            // A copy of several is a copy of the first; a whole session that stands twice is another check's finding.
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
                let message = format!(
                    "{} of {} windows last as long as those of `{}`, to {:.0} µs",
                    same.windows,
                    run.windows.len(),
                    other.path,
                    same.within_us
                );
                let spread = format!("windows of one session differ by {:.0} µs here", same.spread_us);
                found.at(path, window.line, message).note(spread);
            }
            found.or_pass(Place::new(path, window.line))
        });
    }
}

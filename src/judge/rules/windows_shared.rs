use crate::judge::metrics::sameness;
use crate::judge::rule::{Findings, rule};
use crate::read::submission::{Run, Submission, Window};
use crate::round::{FileRole, Round};

rule! {
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
    "windows-shared", Evidence, Error, check
}

fn check(submission: &Submission, round: &Round, findings: &mut Findings) {
    // Of the earlier round first, so that its runs are the originals.
    let earlier = submission.earlier.iter().flat_map(|earlier| earlier.runs()).map(|place| place.run);
    let mut runs: Vec<&Run> = earlier.collect();
    let first = runs.len();
    runs.extend(submission.runs().map(|place| place.run));
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
    let mut copies = pairs.into_iter().filter_map(|(later, original)| {
        let known = runs[later].identity.is_some() && runs[later].identity == runs[original].identity;
        // A whole session that stands twice is another rule's finding.
        let same = sameness::compare(windows[later], windows[original]).filter(|_| later >= first && !known)?;
        (same.is_whole && same.bits >= round.tolerances.copy_bits).then_some((later, original, same))
    });
    let mut told = None;
    for (later, original, same) in copies.by_ref() {
        // A copy of several is a copy of the first.
        if told.replace(later) == Some(later) {
            continue;
        }
        let (run, other) = (runs[later], runs[original]);
        let message = format!(
            "{} of {} windows last as long as those of `{}`, to {:.0} µs",
            same.windows,
            run.windows.len(),
            other.path,
            same.within_us
        );
        findings
            .at(run.path_of(FileRole::Log), run.windows[0].line, message)
            .note(format!("windows of one session differ by {:.0} µs here", same.spread_us));
    }
}

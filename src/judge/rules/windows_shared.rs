use std::collections::BTreeMap;

use crate::judge::rule::{Findings, rule};
use crate::read::submission::{Run, Submission, Window};
use crate::round::{FileRole, Round};

rule! {
    /// Windows of two results last equally long, to the microsecond.
    ///
    /// No two results share the length of a single window; a copied session whose times were changed in places shares the
    /// others. Results of an earlier round are compared where they are given.
    ///
    /// Calibrated on 328 runs of six rounds: no two share a window, but for sessions that were submitted again whole.
    ///
    /// Help: submit the session that was measured for this result.
    ///
    /// Source: MLPerf Tiny rules, 2.3 (one session a result).
    "windows-shared", Evidence, Error, check
}

/// Equal windows of two runs from which it is no chance.
const ENOUGH: usize = 2;
/// Inferences a window from which its length says something to the microsecond.
const MICROSECOND: f64 = 1e-6;

fn check(submission: &Submission, round: &Round, findings: &mut Findings) {
    // Windows of all runs by their inferences and length; of the earlier round first, so that its runs are the originals.
    let mut by_length: BTreeMap<(u64, u64), Vec<usize>> = BTreeMap::new();
    let earlier = submission.earlier.iter().flat_map(|earlier| earlier.runs()).map(|place| (place.run, true));
    let runs: Vec<(&Run, bool)> = earlier.chain(submission.runs().map(|place| (place.run, false))).collect();
    for (index, (run, is_earlier)) in runs.iter().enumerate() {
        let mut shared: BTreeMap<usize, usize> = BTreeMap::new();
        for key in
            run.windows.iter().filter(|window| window.seconds >= Some(round.windows.min_seconds / 2.0)).filter_map(key)
        {
            let known = by_length.entry(key).or_default();
            // The first few are enough to find a copy, however many there are.
            known.iter().take(ENOUGH).for_each(|other| *shared.entry(*other).or_default() += 1);
            known.push(index);
        }
        let most = shared.into_iter().max_by_key(|(other, count)| (*count, std::cmp::Reverse(*other)));
        let Some((other, count)) = most.filter(|(_, count)| *count >= ENOUGH && !is_earlier) else { continue };
        let other = runs[other].0;
        // A whole session that stands twice is another rule's finding.
        if run.identity.is_some() && run.identity == other.identity {
            continue;
        }
        let message = format!("{count} of {} windows last as long as those of `{}`", run.windows.len(), other.path);
        findings.at(run.path_of(FileRole::Log), run.windows[0].line, message);
    }
}

/// What two windows share if one is a copy.
fn key(window: &Window) -> Option<(u64, u64)> {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // a positive time
    let us = (window.seconds.filter(|_| window.rounding < MICROSECOND)? / MICROSECOND).round() as u64;
    Some((window.inferences, us))
}

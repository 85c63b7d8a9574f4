use super::prelude::*;
use crate::audit::metrics::correlation::correlation;
use crate::model::Run;

check! {
    /// The loads of a session take longer and shorter at the same inputs as those of another session.
    ///
    /// How long a load takes depends on the host and the serial line, and varies by chance. Two sessions whose loads
    /// vary alike are one session with changed times. Results of an earlier round are compared, too, if they are given.
    ///
    /// Calibrated on 93 accuracy runs of 12 toolchains in four rounds: the durations of two sessions correlate by at
    /// most 0.57 in 2,220 pairs, those of six sessions that were submitted again by 1.00.
    ///
    /// Help: submit the session that was measured for this result, unedited.
    ///
    /// Source: MLPerf Tiny rules, 2.3 (one session per result).
    "loads-shared", Evidence, Warning, Across(check)
}

/// Minimum number of loads of a session that is compared.
const FEWEST: usize = 50;
/// Maximum number of sessions that each is compared with.
const MOST: usize = 256;

fn check(view: &SubmissionView<'_>, across: &mut Across) {
    let earlier = view.submission.earlier.iter().flat_map(|earlier| earlier.runs()).map(|place| place.run);
    let earlier: Vec<&Run> = earlier.filter(|run| run.loads_ms.len() >= FEWEST).collect();
    let own = view.submission.runs().map(|place| place.run).filter(|run| run.loads_ms.len() >= FEWEST);
    let all: Vec<&Run> = earlier.iter().copied().chain(own).collect();
    for (index, run) in all.iter().enumerate().skip(earlier.len()) {
        // Runs of one benchmark have the same number of loads, to within 1 %.
        let count = run.loads_ms.len();
        let alike = |other: &&&Run| other.loads_ms.len().abs_diff(count) * 100 <= count;
        let known = |other: &&&Run| run.identity.is_some() && run.identity == other.identity;
        let others = all[..index].iter().rev().filter(alike).filter(|other| !known(other)).take(MOST);
        let correlated = others.filter_map(|other| Some((*other, correlation(&run.loads_ms, &other.loads_ms)?)));
        let nearest = correlated.max_by(|a, b| a.1.total_cmp(&b.1));
        across.judge(run, |mut found| {
            let path = run.path_of(FileRole::Log);
            let limit = view.round.tolerances.load_correlation;
            if let Some((other, alike)) = nearest.filter(|(_, alike)| *alike > limit) {
                let message = format!(
                    "the durations of {count} loads correlate by {alike:.2} with those of `{}`, expected at most {limit}",
                    other.path
                );
                found.at(path, 0, message).measured(alike, limit, "");
            }
            found.or_pass(Place::whole(path))
        });
    }
}

use super::prelude::*;

check! {
    /// results.txt lists fewer windows or energy trials than the log repeats.
    ///
    /// The MLCommons runner writes every window's figures into results.txt and repeats them at the end of its log. If
    /// results.txt has fewer, somebody removed lines, and the printed median cannot be verified with the rest.
    ///
    /// Calibrated on 33 runs of a published round: in 24 the log repeats five windows and results.txt lists them, in
    /// the other 9 neither does.
    ///
    /// Help: submit results.txt as the runner wrote it.
    ///
    /// Source: the MLCommons runner's output, in 24 of 24 published runs; older versions print only the median in both.
    "results-shortened", Evidence, Warning, Run(check),
    needs: [log_incomplete],
}

fn check(view: &RunView<'_>, mut found: Findings) -> Outcome {
    let (Some(claims), Some(log)) = (view.claims(), view.log()) else { return Outcome::NotApplicable };
    let (windows, energies) = (&claims.windows, &claims.energies);
    let parts = [
        ("windows", windows.len(), log.summary.windows.len(), windows.first().map(|window| window.number.line)),
        ("energy trials", energies.len(), log.summary.energies.len(), energies.first().map(|one| one.number.line)),
    ];
    for (what, claimed, repeated, _) in parts {
        if claimed < repeated {
            let message = format!("results.txt lists {claimed} {what}, the log repeats {repeated}");
            let path = view.run.path_of(FileRole::Results);
            found.at(path, 0, message).measured(claimed as f64, repeated as f64, "");
        }
    }
    let first = parts.iter().filter(|(_, _, repeated, _)| *repeated > 0).find_map(|(.., first)| *first);
    found.or_pass(first.map(|line| view.at(FileRole::Results, line)))
}

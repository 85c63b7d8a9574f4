use super::prelude::*;

check! {
    /// The energy monitor lost samples.
    ///
    /// Lost samples are missing from the energy of a window.
    ///
    /// Help: reduce the load on the host and measure again.
    ///
    /// Source: EEMBC runner user guide (`emon-drop-thresh-pct`).
    "energy-samples-dropped", Energy, Warning, Run(check),
    affects: [Energy],
    fails: NotByTheRules,
}

fn check(view: &RunView<'_>, mut found: Findings) -> Outcome {
    let Some(counts) = view.log().and_then(|log| log.dropped) else { return Outcome::NotApplicable };
    let (dropped, all) = counts.value;
    let most = view.round.energy.dropped_fraction;
    if dropped as f64 > most * all as f64 {
        let message = format!("{dropped} of {all} packets were dropped, expected at most {} %", 100.0 * most);
        let percent = 100.0 * dropped as f64 / all.max(1) as f64;
        found.at(view.run.path_of(FileRole::Log), counts.line, message).measured(percent, 100.0 * most, "%");
    }
    found.or_pass(view.at(FileRole::Log, counts.line))
}

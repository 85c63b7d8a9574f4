//! What must hold of an energy run.

use super::{Case, Ruling, open};
use crate::read::submission::Run;
use crate::round::{FileRole, Mode, Round, Runner};

/// The samples of every window, in any unit of energy; why not where they are not to be had.
fn windows(run: &Run, round: &Round) -> Result<Vec<Vec<f64>>, (FileRole, String)> {
    let (before, wanted, rate_hz) =
        (round.energy.stamps_before_windows, round.windows.count, round.energy.trace_rate_hz);
    let cut = |samples: &[f64], start: f64, stop: f64| {
        let index = |seconds: f64| (seconds * rate_hz).round();
        let (from, to) = (index(start), index(stop));
        let inside = from >= 0.0 && from < to && to <= samples.len() as f64;
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // they lie inside the samples
        inside.then(|| samples[from as usize..to as usize].to_vec())
    };
    if run.runner == Some(Runner::Mlcommons) {
        let entries = run.json.as_deref().ok_or((FileRole::Json, "there is no results.json".to_owned()))?;
        return entries
            .iter()
            .map(|entry| {
                let power = entry.power.as_ref()?;
                let [.., (_, start), (_, stop)] = &power.timestamps[..] else { return None };
                power.samples.get(*start..*stop).map(<[f64]>::to_vec)
            })
            .collect::<Option<_>>()
            .ok_or((FileRole::Json, "a trial has no samples between two stamps".to_owned()));
    }
    let trace = run.trace.as_ref().ok_or((FileRole::Trace, "there is no energy trace that reads".to_owned()))?;
    let stamps = run.stamps.as_ref().ok_or((FileRole::Stamps, "there is no list of time stamps".to_owned()))?;
    if (trace.rate_hz - rate_hz).abs() > 1e-6 {
        return Err((FileRole::Trace, format!("the trace has {} samples a second", trace.rate_hz)));
    }
    if stamps.len() != before + 2 * wanted {
        return Err((FileRole::Stamps, format!("there are {} stamps, expected {}", stamps.len(), before + 2 * wanted)));
    }
    if !stamps.windows(2).all(|pair| pair[0] < pair[1]) {
        return Err((FileRole::Stamps, "the stamps do not ascend".to_owned()));
    }
    let samples: Vec<f64> = trace.samples().map(f64::from).collect();
    stamps[before..]
        .chunks_exact(2)
        .map(|pair| cut(&samples, pair[0], pair[1]))
        .collect::<Option<_>>()
        .ok_or((FileRole::Trace, "the trace does not cover every window".to_owned()))
}

pub(super) fn whole(case: &Case<'_>) -> Ruling {
    let round = case.round;
    match windows(case.run, round) {
        Err((role, why)) => open(role, 0, why),
        Ok(windows) if windows.iter().flatten().any(|sample| !sample.is_finite() || *sample < 0.0) => {
            open(case.evidence(), 0, "a sample is negative")
        }
        Ok(windows) if windows.len() == round.windows.count => Ruling::Proven(case.evidence(), 0),
        Ok(windows) => open(case.evidence(), 0, format!("the trace shows {} windows", windows.len())),
    }
}

pub(super) fn in_place(case: &Case<'_>) -> Ruling {
    let round = case.round;
    let windows = match windows(case.run, round) {
        Ok(windows) => windows,
        Err((role, why)) => return open(role, 0, why),
    };
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // a few hundred
    let edge = (round.energy.edge_seconds * round.energy.trace_rate_hz) as usize;
    for (index, samples) in windows.iter().enumerate() {
        if samples.len() < 3 * edge {
            return open(case.evidence(), 0, format!("window {} is too short to be judged", index + 1));
        }
        let mean = |part: &[f64]| part.iter().sum::<f64>() / part.len() as f64;
        let middle = mean(&samples[edge..samples.len() - edge]);
        for (name, part) in [("first", &samples[..edge]), ("last", &samples[samples.len() - edge..])] {
            let ratio = mean(part) / middle;
            if !(1.0 - round.energy.edge_fraction..=1.0 + round.energy.edge_fraction).contains(&ratio) {
                let seconds = round.energy.edge_seconds;
                let percent = 100.0 * ratio;
                let why = format!("the {name} {seconds} s of window {} have {percent:.0} % of its power", index + 1);
                return open(case.evidence(), 0, why);
            }
        }
    }
    Ruling::Proven(case.evidence(), 0)
}

pub(super) fn speed(case: &Case<'_>) -> Ruling {
    let rate = |run: &Run| {
        let rates: Option<Vec<f64>> = run
            .windows
            .iter()
            .map(|window| window.seconds.filter(|seconds| *seconds > 0.0).map(|s| window.inferences as f64 / s))
            .collect();
        rates.and_then(crate::judge::metrics::median::median)
    };
    let performance = case.benchmark.runs.get(&Mode::Performance).and_then(rate);
    match (rate(case.run), performance) {
        (Some(here), Some(there)) if (here / there - 1.0).abs() <= case.round.tolerances.speed_limit_fraction => {
            Ruling::Proven(case.evidence(), 0)
        }
        (Some(here), Some(there)) => {
            open(case.evidence(), 0, format!("{here:.3} inf/s here, {there:.3} inf/s in the performance run"))
        }
        _ => open(case.evidence(), 0, "one of energy and performance run shows no speed"),
    }
}

impl Case<'_> {
    /// The file that holds the samples.
    pub(super) fn evidence(&self) -> FileRole {
        if self.run.has(FileRole::Json) { FileRole::Json } else { FileRole::Trace }
    }
}

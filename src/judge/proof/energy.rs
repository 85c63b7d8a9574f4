//! What must hold of an energy run.

use super::{Case, Ruling, open};
use crate::read::log::energy_trace::microjoules;
use crate::read::submission::Run;
use crate::round::{FileRole, Mode, Round, Runner};

/// What the samples of a window show.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shape {
    /// How many there are.
    samples: usize,
    /// Whether one is negative, or no number.
    impossible: bool,
    /// Means of the first part, the middle and the last part; the parts are as long as the round says.
    means: [f64; 3],
}

/// Shapes of all windows, or which file lacks what.
pub(super) type Shapes = Result<Vec<Shape>, (FileRole, String)>;

impl Shape {
    fn of<T>(samples: &[T], energy: impl Fn(&T) -> f64, edge: usize) -> Self {
        let count = samples.len();
        let (first, rest) = samples.split_at(edge.min(count));
        let (middle, last) = rest.split_at(rest.len().saturating_sub(edge));
        let impossible = samples.iter().map(&energy).any(|sample| !(0.0..f64::INFINITY).contains(&sample));
        let sum = |part: &[T]| part.iter().map(&energy).fold(0.0, |sum, sample| sum + sample);
        let means = [(first, edge), (middle, count.saturating_sub(2 * edge)), (last, edge)];
        let means = means.map(|(part, usual)| sum(part) / usual as f64);
        Self { samples: count, impossible, means }
    }
}

fn shapes(run: &Run, round: &Round) -> Shapes {
    let (before, wanted, rate_hz) =
        (round.energy.stamps_before_windows, round.windows.count, round.energy.trace_rate_hz);
    let edge = edge(round);
    if run.runner == Some(Runner::Mlcommons) {
        let entries = run.json.as_deref().ok_or((FileRole::Json, "there is no results.json".to_owned()))?;
        return entries
            .iter()
            .map(|entry| {
                let power = entry.power.as_ref()?;
                let [.., (_, start), (_, stop)] = &power.timestamps[..] else { return None };
                let samples = power.samples.get(*start..*stop)?;
                Some(Shape::of(samples, |sample| *sample, edge))
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
    let samples = trace.samples();
    stamps[before..]
        .chunks_exact(2)
        .map(|pair| {
            let (from, to) = ((pair[0] * rate_hz).round(), (pair[1] * rate_hz).round());
            let inside = from >= 0.0 && from < to && to <= samples.len() as f64;
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // they lie inside the samples
            inside.then(|| {
                let (from, to) = (from as usize, to as usize);
                Shape::of(&samples[from..to], microjoules, edge)
            })
        })
        .collect::<Option<_>>()
        .ok_or((FileRole::Trace, "the trace does not cover every window".to_owned()))
}

/// Samples of either end of a window.
fn edge(round: &Round) -> usize {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // a few hundred
    let edge = (round.energy.edge_seconds * round.energy.trace_rate_hz) as usize;
    edge.max(1)
}

pub(super) fn whole(case: &Case<'_>) -> Ruling {
    match case.shapes() {
        Err((role, why)) => open(*role, 0, why.clone()),
        Ok(shapes) if shapes.iter().any(|shape| shape.impossible) => open(case.evidence(), 0, "a sample is negative"),
        Ok(shapes) if shapes.len() == case.round.windows.count => Ruling::Proven(case.evidence(), 0),
        Ok(shapes) => open(case.evidence(), 0, format!("the trace shows {} windows", shapes.len())),
    }
}

pub(super) fn in_place(case: &Case<'_>) -> Ruling {
    let round = case.round;
    let shapes = match case.shapes() {
        Ok(shapes) => shapes,
        Err((role, why)) => return open(*role, 0, why.clone()),
    };
    for (index, shape) in shapes.iter().enumerate() {
        if shape.samples < 3 * edge(round) {
            return open(case.evidence(), 0, format!("window {} is too short to be judged", index + 1));
        }
        let [first, middle, last] = shape.means;
        let near = 1.0 - round.energy.edge_fraction..=1.0 + round.energy.edge_fraction;
        for (name, mean) in [("first", first), ("last", last)] {
            let ratio = mean / middle;
            if !near.contains(&ratio) {
                let (seconds, percent) = (round.energy.edge_seconds, 100.0 * ratio);
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
    /// What the samples show, looked at once.
    fn shapes(&self) -> &Shapes {
        self.shapes.get_or_init(|| shapes(self.run, self.round))
    }

    /// The file that holds the samples.
    pub(super) fn evidence(&self) -> FileRole {
        if self.run.has(FileRole::Json) { FileRole::Json } else { FileRole::Trace }
    }
}

//! Statistics of the samples of an energy run, per window.

use crate::model::Run;
use crate::parse::energy_trace::microjoules;
use crate::round::{FileRole, Round, Runner};

/// Number of samples in a part of a window whose mean is compared with that of the window: 100 ms.
const PART: usize = 100;

/// Statistics of the samples of one window.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Shape {
    /// Number of samples.
    pub samples: usize,
    /// Whether a sample is negative or not finite.
    pub impossible: bool,
    /// Mean energy per sample.
    pub mean: f64,
    /// Smallest sample.
    pub least: f64,
    /// 1st percentile of the samples.
    pub low: f64,
    /// Smallest and largest mean of 100 samples in sequence.
    pub parts: (f64, f64),
    /// Mean energy per sample of the first part, the middle and the last part of the window; the first and last part
    /// are as long as the round's `edge_seconds`.
    pub means: [f64; 3],
}

/// Shapes of all windows, or the file that prevents it and the reason.
pub(crate) type Shapes = Result<Vec<Shape>, (FileRole, String)>;

impl Shape {
    fn of<T>(samples: &[T], energy: impl Fn(&T) -> f64, edge: usize) -> Self {
        let count = samples.len();
        let (first, rest) = samples.split_at(edge.min(count));
        let (middle, last) = rest.split_at(rest.len().saturating_sub(edge));
        let impossible = samples.iter().map(&energy).any(|sample| !(0.0..f64::INFINITY).contains(&sample));
        let sum = |part: &[T]| part.iter().map(&energy).fold(0.0, |sum, sample| sum + sample);
        let means = [(first, edge), (middle, count.saturating_sub(2 * edge)), (last, edge)];
        let means = means.map(|(part, usual)| sum(part) / usual as f64);
        let mean = sum(samples) / count.max(1) as f64;
        let mut sorted: Vec<f64> = samples.iter().map(&energy).collect();
        let percentile = count / 100;
        let low = if count == 0 { 0.0 } else { *sorted.select_nth_unstable_by(percentile, f64::total_cmp).1 };
        let smallest = sorted[..percentile.min(count)].iter().copied().fold(low, f64::min);
        let parts = samples.chunks_exact(PART).map(|part| sum(part) / PART as f64);
        let parts = parts.fold((mean, mean), |(least, most), part| (least.min(part), most.max(part)));
        Self { samples: count, impossible, means, mean, least: smallest, low, parts }
    }
}

/// Returns the shapes of the windows of an energy run.
///
/// # Errors
/// The file that is missing or unusable, and the reason.
pub(crate) fn shapes(run: &Run, round: &Round) -> Shapes {
    let (before, wanted, rate_hz) =
        (round.energy.stamps_before_windows, round.windows.count, round.energy.trace_rate_hz);
    let edge = edge(round);
    if run.runner == Some(Runner::Mlcommons) {
        let entries = run.json.as_deref().ok_or((FileRole::Json, "there is no readable results.json".to_owned()))?;
        return entries
            .iter()
            .map(|entry| {
                let power = entry.power.as_ref()?;
                let [.., (_, start), (_, stop)] = &power.timestamps[..] else { return None };
                let samples = power.samples.get(*start..*stop)?;
                Some(Shape::of(samples, |sample| *sample, edge))
            })
            .collect::<Option<_>>()
            .ok_or((FileRole::Json, "a trial does not have samples between its last two time stamps".to_owned()));
    }
    let trace = run.trace.as_ref().ok_or((FileRole::Trace, "there is no readable energy trace".to_owned()))?;
    let stamps =
        run.stamps.as_ref().ok_or((FileRole::Stamps, "there is no readable list of time stamps".to_owned()))?;
    if (trace.rate_hz - rate_hz).abs() > 1e-6 {
        return Err((FileRole::Trace, format!("the trace has {} samples per second", trace.rate_hz)));
    }
    if stamps.len() != before + 2 * wanted {
        return Err((
            FileRole::Stamps,
            format!("there are {} time stamps, expected {}", stamps.len(), before + 2 * wanted),
        ));
    }
    if !stamps.windows(2).all(|pair| pair[0] < pair[1]) {
        return Err((FileRole::Stamps, "the time stamps are not in ascending order".to_owned()));
    }
    let samples = trace.samples();
    stamps[before..]
        .chunks_exact(2)
        .map(|pair| {
            let (from, to) = ((pair[0] * rate_hz).round(), (pair[1] * rate_hz).round());
            let inside = from >= 0.0 && from < to && to <= samples.len() as f64;
            #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // within the range of samples
            inside.then(|| {
                let (from, to) = (from as usize, to as usize);
                Shape::of(&samples[from..to], microjoules, edge)
            })
        })
        .collect::<Option<_>>()
        .ok_or((FileRole::Trace, "the trace does not cover every window".to_owned()))
}

/// Returns the number of samples that make up each end of a window, at least 1.
#[must_use]
pub(crate) fn edge(round: &Round) -> usize {
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // a few hundred
    let edge = (round.energy.edge_seconds * round.energy.trace_rate_hz) as usize;
    edge.max(1)
}

//! Plots of energy: power over time, and energy per inference in each window.

use super::Figure;
use super::windows::DRAWN;
use crate::audit::metrics::median::median;
use crate::audit::metrics::spread::Spread;
use crate::model::{DownsampledTrace, Run};
use crate::render::html::plot::{Axis, Plot};

/// The plot draws this many parts of a trace as one; the viewer zooms into the parts.
const TOGETHER: usize = 5;

/// Digits of the bounds in [`encoded`].
const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/// Returns a trace as JSON for the viewer. `bounds` has four digits per part: lower and upper bound as two digits each, from 0
/// to 4095 for the power `most`.
fn encoded(trace: &DownsampledTrace, most: f64) -> String {
    let digits = |power: f32| {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // 0 to 4095
        let level = (4095.0 * (f64::from(power) / most.max(f64::MIN_POSITIVE)).clamp(0.0, 1.0)).round() as usize;
        [DIGITS[level / 64], DIGITS[level % 64]].map(char::from)
    };
    let bounds: String =
        trace.bounds.iter().flat_map(|(lower, upper)| [digits(*lower), digits(*upper)]).flatten().collect();
    let rounded = |spans: &[(f64, f64)]| -> Vec<[f64; 2]> {
        let millis = |seconds: f64| (seconds * 1e3).round() / 1e3;
        spans.iter().map(|(start, stop)| [millis(*start), millis(*stop)]).collect()
    };
    serde_json::json!({
        "seconds": trace.seconds,
        "most": most,
        "bounds": bounds,
        "windows": rounded(&trace.windows),
        "inferences": rounded(&trace.inferences),
    })
    .to_string()
}

/// Plots power over time, with the windows whose energy counts and the inferences according to the log.
pub fn trace(run: &Run) -> Option<Figure> {
    let outline = run.outline.as_ref()?;
    let most = outline.bounds.iter().map(|(_, upper)| f64::from(*upper)).fold(0.0, f64::max);
    let part = outline.seconds / outline.bounds.len() as f64;
    let bounds: Vec<(f64, f64, f64)> = outline
        .bounds
        .chunks(TOGETHER)
        .enumerate()
        .map(|(index, bounds)| {
            let time = (index * TOGETHER) as f64 + 0.5 * bounds.len() as f64;
            let (lower, upper) = bounds
                .iter()
                .fold((f32::INFINITY, 0.0_f32), |(low, high), (lower, upper)| (low.min(*lower), high.max(*upper)));
            (time * part, f64::from(lower), f64::from(upper))
        })
        .collect();
    let title = format!("Power over {:.0} s, at most {most:.3} mW", outline.seconds);
    let mut plot =
        Plot::new(&title, Axis::new("time in s", 0.0, outline.seconds), Axis::new("power in mW", 0.0, most * 1.12));
    for (index, (start, stop)) in outline.windows.iter().enumerate() {
        let hint = format!("window {}: {start:.3} to {stop:.3} s", index + 1);
        plot.bar("window", (*start, 0.0), (*stop, most * 1.05), &hint);
    }
    plot.band("band", &bounds);
    for (start, stop) in &outline.inferences {
        let hint = format!("inferences according to the log: {start:.3} to {stop:.3} s");
        plot.bar("inference", (*start, most * 1.06), (*stop, most * 1.11), &hint);
    }
    let shown = if outline.inferences.is_empty() { "" } else { "; bars at the top: inferences according to the log" };
    let caption = format!("{title}, {} run; framed: the windows that count{shown}.", run.mode);
    Some(Figure { caption, svg: plot.svg(), trace: Some(encoded(outline, most)) })
}

/// Plots the energy per inference of each window against the median of all windows.
pub fn windows(run: &Run) -> Option<Figure> {
    let cost = |energy: f64, inferences: u64| (inferences > 0).then(|| energy / inferences as f64);
    let costs: Vec<f64> = run.windows.iter().filter_map(|one| cost(one.energy_uj?, one.inferences)).collect();
    let middle = median(costs.clone()).filter(|middle| *middle > 0.0)?;
    let most = costs.iter().copied().fold(middle, f64::max);
    let farthest = costs.iter().map(|cost| (cost / middle - 1.0).abs()).fold(0.0, f64::max);
    let spread = Spread::new(&costs).map_or_else(String::new, |spread| format!(" ({})", spread.words()));
    let title = format!(
        "The median energy is {middle:.3} µJ per inference; all windows are within {:.1} % of it{spread}",
        100.0 * farthest
    );
    let x = Axis::named(
        "window (its deviation from the median above)",
        (1..=costs.len().min(DRAWN)).map(|one| one.to_string()),
    );
    let mut plot = Plot::new(&title, x, Axis::new("µJ per inference", 0.0, most * 1.25));
    for (index, cost) in costs.iter().take(DRAWN).enumerate() {
        let (left, right) = (index as f64 + 0.2, index as f64 + 0.8);
        plot.bar("bar", (left, 0.0), (right, *cost), &format!("window {}: {cost:.3} µJ per inference", index + 1));
        let share = 100.0 * (cost / middle - 1.0);
        let share = if share.abs() < 0.05 { "0.0 %".to_owned() } else { format!("{share:+.1} %") };
        plot.text("mid", (index as f64 + 0.5, most * 1.18), (0.0, 4.0), &share);
    }
    plot.level(middle, "");
    Some(Figure { caption: format!("{title} (dashed)."), svg: plot.svg(), trace: None })
}

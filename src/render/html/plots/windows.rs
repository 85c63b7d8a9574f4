//! Plots of timed windows: duration, throughput, and device clock against host clock.

use super::Figure;
use crate::audit::metrics::spread::Spread;
use crate::model::Run;
use crate::render::html::plot::{Axis, Plot, Shape};
use crate::round::Round;

/// At most this many windows are drawn; a run has five.
pub const DRAWN: usize = 40;

/// Plots the duration of each window against the minimum, with its throughput in a row above the bars.
pub fn windows(run: &Run, round: &Round) -> Option<Figure> {
    let timed: Vec<(f64, f64)> =
        run.windows.iter().filter_map(|window| Some((window.seconds?, window.inferences as f64))).collect();
    let least = round.windows.min_seconds;
    let longest = timed.iter().map(|(seconds, _)| *seconds).fold(least, f64::max);
    let short = timed.iter().filter(|(seconds, _)| *seconds < least).count();
    let title = match short {
        0 => format!("{} timed windows, all of at least {least:.0} s", timed.len()),
        _ => format!("{short} of {} timed windows last less than {least:.0} s", timed.len()),
    };
    let drawn = timed.len().min(DRAWN);
    let names = (1..=drawn).map(|number| number.to_string());
    let x = Axis::named("window (its throughput in inf/s above)", names);
    let mut plot = Plot::new(&title, x, Axis::new("duration in s", 0.0, longest * 1.3));
    for (index, (seconds, count)) in timed.iter().take(drawn).enumerate() {
        let class = if *seconds < least { "bad" } else { "bar" };
        let (left, right) = (index as f64 + 0.15, index as f64 + 0.85);
        let hint = format!("window {}: {count} inferences in {seconds:.6} s", index + 1);
        plot.bar(class, (left, 0.0), (right, *seconds), &hint);
        let middle = index as f64 + 0.5;
        plot.text("mid", (middle, longest * 1.22), (0.0, 4.0), &rate(count / seconds));
        let what = if *seconds < least { "short" } else { "" };
        plot.text("mid", (middle, 0.0), (0.0, -18.0), &format!("{seconds:.1} s"));
        plot.text("mid", (middle, 0.0), (0.0, -5.0), what);
    }
    plot.level(least, "");
    let spread = Spread::new(&timed.iter().map(|(seconds, count)| count / seconds).collect::<Vec<_>>());
    let spread = spread.map_or_else(String::new, |spread| format!("; throughput: {}", spread.words()));
    let caption = format!("{title} (dashed){spread}.");
    (!timed.is_empty()).then(|| Figure { caption, svg: plot.svg(), trace: None })
}

/// Formats a throughput in about five digits, which fit above a bar.
fn rate(value: f64) -> String {
    let decimals = [1e4, 1e3, 1e2, 1e1].iter().position(|most| value >= *most).unwrap_or(3);
    format!("{value:.decimals$}")
}

/// Plots how much longer the host measures each window than the device, against the tolerance. `None` if a window lacks one of
/// the clocks.
pub fn clocks(run: &Run, round: &Round) -> Option<Figure> {
    let mut errors = Vec::new();
    let (mut device, mut host) = (0.0, 0.0);
    for window in &run.windows {
        let (own, other) = (window.seconds?, window.host_seconds?);
        device += own;
        host += other;
        errors.push(100.0 * (other / own - 1.0));
    }
    if errors.is_empty() || errors.iter().any(|error| !error.is_finite()) {
        return None;
    }
    let more = 100.0 * (host / device - 1.0);
    let most = 100.0 * round.tolerances.clock_fraction;
    let title =
        format!("The windows last {device:.1} s on the device clock and {host:.1} s on the host clock ({more:+.1} %)");
    let reach = errors.iter().fold(2.0 * most, |reach, error| reach.max(1.25 * error.abs()));
    let drawn = errors.len().min(DRAWN);
    let x = Axis::named("window", (1..=drawn).map(|number| number.to_string()));
    let mut plot = Plot::new(&title, x, Axis::new("host longer by, in %", -reach, reach));
    plot.bar("window", (0.0, -most), (drawn as f64, most), &format!("tolerance ±{most} %"));
    plot.line("level", [(0.0, 0.0), (drawn as f64, 0.0)]);
    for (index, error) in errors.iter().take(drawn).enumerate() {
        let (class, shape) = if error.abs() > most { ("alarm", Shape::Cross) } else { ("mark", Shape::Dot) };
        let at = (index as f64 + 0.5, *error);
        plot.mark(class, shape, at, &format!("window {}: {error:+.3} %", index + 1));
        plot.text("mid", at, (0.0, -9.0), &format!("{error:+.2}"));
    }
    let caption =
        format!("{title}; band: the tolerance of ±{most} %, a single window may exceed it by the serial line's delay.");
    Some(Figure { caption, svg: plot.svg(), trace: None })
}

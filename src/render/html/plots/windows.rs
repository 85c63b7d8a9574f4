//! Plots of timed windows: duration, throughput, and device clock against host clock.

use super::Figure;
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
    let caption = format!("{title} (dashed).");
    (!timed.is_empty()).then(|| Figure { caption, svg: plot.svg() })
}

/// Formats a throughput in about five digits, which fit above a bar.
fn rate(value: f64) -> String {
    let decimals = [1e4, 1e3, 1e2, 1e1].iter().position(|most| value >= *most).unwrap_or(3);
    format!("{value:.decimals$}")
}

/// Plots the host clock against the device clock over all windows. `None` if a window lacks one of them.
pub fn clocks(run: &Run) -> Option<Figure> {
    let mut points = vec![(0.0, 0.0)];
    let (mut device, mut host) = (0.0, 0.0);
    for window in &run.windows {
        device += window.seconds?;
        host += window.host_seconds?;
        points.push((device, host));
    }
    let end = device.max(host);
    let more = 100.0 * (host / device - 1.0);
    let title =
        format!("The windows last {device:.1} s on the device clock and {host:.1} s on the host clock ({more:+.1} %)");
    let axis = |label: &str| Axis::new(label, 0.0, end * 1.05);
    let mut plot = Plot::new(&title, axis("device clock in s"), axis("host clock in s"));
    plot.line("level", [(0.0, 0.0), (end, end)]);
    plot.line("line", points.iter().copied());
    for at in &points[1..] {
        let hint = format!("{:.3} s on the device clock, {:.3} s on the host clock", at.0, at.1);
        plot.mark("mark", Shape::Dot, *at, &hint);
    }
    plot.legend(&["dashed: both clocks agree".to_owned()]);
    (points.len() > 1).then(|| Figure { caption: format!("{title}."), svg: plot.svg() })
}

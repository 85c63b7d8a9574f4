//! The plots of a result: what its runs show.

use super::plot::{Axis, Plot};
use crate::judge::metrics::{self, Answer};
use crate::read::submission::{Benchmark, Closest, Run, closest_list};
use crate::round::{Mode, Round, Task, wakeword_truth};

/// A plot with its caption.
pub struct Figure {
    /// What is seen, in a sentence.
    pub caption: String,
    /// The drawing.
    pub svg: String,
}

/// All plots that the evidence of a result allows.
pub fn figures(benchmark: &Benchmark, round: &Round) -> Vec<Figure> {
    let mut figures = Vec::new();
    let task = benchmark.spec(round).map(|spec| spec.task);
    for (mode, run) in &benchmark.runs {
        match (task, mode) {
            (Some(Task::Wakeword), _) => figures.extend(timeline(run, benchmark, round)),
            (_, Mode::Accuracy) => figures.extend(accuracy(run, benchmark, round)),
            (_, Mode::Performance) => {
                figures.extend(windows(run, round));
                figures.extend(clocks(run));
            }
            (_, Mode::Energy) => {}
        }
        figures.extend(energy(run));
    }
    figures
}

/// The windows: how long they are and how fast.
fn windows(run: &Run, round: &Round) -> Option<Figure> {
    let timed: Vec<(f64, f64)> =
        run.windows.iter().filter_map(|window| Some((window.seconds?, window.inferences as f64))).collect();
    let longest = timed.iter().map(|(seconds, _)| *seconds).fold(round.windows.min_seconds, f64::max);
    let least = round.windows.min_seconds;
    let rates: Vec<String> = timed.iter().map(|(seconds, count)| format!("{:.3}", count / seconds)).collect();
    let title = format!("Windows of {} inf/s", rates.join(", "));
    let x = Axis::new("window", 0.0, timed.len().max(1) as f64);
    let mut plot = Plot::new(&title, x, Axis::new("duration in s", 0.0, longest * 1.15));
    for (index, (seconds, count)) in timed.iter().enumerate() {
        let class = if *seconds < least { "bad" } else { "bar" };
        let (left, right) = (index as f64 + 0.15, index as f64 + 0.85);
        let hint = format!("window {}: {count} inferences in {seconds:.6} s", index + 1);
        plot.bar(class, (left, 0.0), (right, *seconds), &hint);
        plot.text(left + 0.02, seconds + longest * 0.02, &format!("{:.3} inf/s", count / seconds));
    }
    plot.level(least, &format!("{least:.0} s at least"));
    let caption = "Timed windows: duration, and throughput above each.".to_owned();
    (!timed.is_empty()).then(|| Figure { caption, svg: plot.svg() })
}

/// The host's clock against the device's, over the windows.
fn clocks(run: &Run) -> Option<Figure> {
    let mut points = vec![(0.0, 0.0)];
    let (mut device, mut host) = (0.0, 0.0);
    for window in &run.windows {
        device += window.seconds?;
        host += window.host_seconds?;
        points.push((device, host));
    }
    let end = device.max(host);
    let title = format!("The windows last {device:.1} s by the device's clock and {host:.1} s by the host's");
    let axis = |label: &str| Axis::new(label, 0.0, end * 1.05);
    let mut plot = Plot::new(&title, axis("device clock in s"), axis("host clock in s"));
    plot.line("level", [(0.0, 0.0), (end, end)]);
    plot.line("line", points.iter().copied());
    for (device, host) in &points[1..] {
        plot.mark("mark", *device, *host, &format!("{device:.3} s on the device, {host:.3} s on the host"));
    }
    (points.len() > 1)
        .then(|| Figure { caption: format!("{title}; the thin line is where they agree."), svg: plot.svg() })
}

/// The power over time with the windows that were billed and the inferences that were made.
fn energy(run: &Run) -> Option<Figure> {
    let outline = run.outline.as_ref()?;
    let most = outline.bounds.iter().map(|(_, upper)| f64::from(*upper)).fold(0.0, f64::max);
    let bounds: Vec<(f64, f64, f64)> = outline
        .bounds
        .iter()
        .enumerate()
        .map(|(index, (lower, upper))| {
            let time = (index as f64 + 0.5) * outline.seconds / outline.bounds.len() as f64;
            (time, f64::from(*lower), f64::from(*upper))
        })
        .collect();
    let title = format!("Power over {:.0} s, at most {most:.3} mW", outline.seconds);
    let mut plot =
        Plot::new(&title, Axis::new("time in s", 0.0, outline.seconds), Axis::new("power in mW", 0.0, most * 1.12));
    for (index, (start, stop)) in outline.windows.iter().enumerate() {
        plot.bar(
            "window",
            (*start, 0.0),
            (*stop, most * 1.05),
            &format!("window {}: {start:.3} to {stop:.3} s", index + 1),
        );
    }
    plot.band("band", &bounds);
    for (start, stop) in &outline.inferences {
        let hint = format!("inferences by the log: {start:.3} to {stop:.3} s");
        plot.bar("inference", (*start, most * 1.06), (*stop, most * 1.11), &hint);
    }
    let shown = if outline.inferences.is_empty() { "" } else { "; bars on top: the inferences the log shows" };
    let caption = format!("Power of the {} run; shaded: the windows that count{shown}.", run.mode);
    Some(Figure { caption, svg: plot.svg() })
}

/// The words of the recording with what was detected, missed and alarmed.
fn timeline(run: &Run, benchmark: &Benchmark, round: &Round) -> Option<Figure> {
    let constants = round.wakeword.as_ref()?;
    let truth = wakeword_truth(benchmark.spec(round)?.lists.first()?)?;
    let listed = run.json.iter().flatten().find_map(|entry| entry.infer.as_ref()?.detections.as_deref());
    let detections =
        run.log.as_ref().and_then(|log| log.detections.as_ref()).map(|at| at.value.as_slice()).or(listed)?;
    let start = *detections.first()?;
    let times: Vec<f64> = detections.iter().map(|ms| (ms - start) / 1000.0).skip(1).collect();
    let hit = |(from, to): &(f64, f64)| times.iter().any(|time| *time >= *from && *time <= to + constants.hit_seconds);
    let missed = truth.words.iter().filter(|word| !hit(word)).count();
    let title = format!("{} words in {:.0} s, {missed} missed", truth.words.len(), constants.min_seconds);
    let end = truth.words.iter().map(|(_, to)| *to).fold(constants.min_seconds, f64::max);
    let mut plot = Plot::new(&title, Axis::new("time in s", 0.0, end), Axis::new("", 0.0, 3.0));
    for word in &truth.words {
        let (class, what) = if hit(word) { ("bar", "detected") } else { ("bad", "missed") };
        plot.bar(
            class,
            (word.0, 1.1),
            (word.1 + constants.hit_seconds, 1.9),
            &format!("word at {:.1} s: {what}", word.0),
        );
    }
    for time in &times {
        let belongs = truth.words.iter().any(|(from, to)| *time >= *from && *time <= to + constants.hit_seconds);
        let (class, y) = if belongs { ("mark", 0.6) } else { ("alarm", 2.4) };
        let what = if belongs { "detection" } else { "false alarm" };
        plot.mark(class, *time, y, &format!("{what} at {time:.1} s"));
    }
    let caption =
        "Words of the recording (middle: detected or missed), detections below, false alarms above.".to_owned();
    Some(Figure { caption, svg: plot.svg() })
}

/// The confusion matrix and the ROC curves of an accuracy run.
fn accuracy(run: &Run, benchmark: &Benchmark, round: &Round) -> Vec<Figure> {
    let Some(spec) = benchmark.spec(round) else { return Vec::new() };
    let answers = metrics::answers(run);
    let Some(Closest { list, .. }) = closest_list(&answers.iter().map(|answer| answer.input), spec) else {
        return Vec::new();
    };
    let class = |answer: &Answer<'_>| list.class_of(answer.input).map(|class| class as usize);
    let classes = spec.outputs.unwrap_or(0);
    let mut figures = Vec::new();
    let mut curves: Vec<Vec<(f64, bool)>> = Vec::new();
    if spec.task == Task::Anomaly {
        let mut files: std::collections::BTreeMap<&str, (f64, f64)> = std::collections::BTreeMap::new();
        for answer in &answers {
            let file = files.entry(answer.input).or_default();
            file.0 += answer.outputs.first().copied().unwrap_or_default();
            file.1 += 1.0;
        }
        let scored = files.iter().filter_map(|(name, (sum, count))| Some((sum / count, list.class_of(name)? == 1)));
        curves.push(scored.collect());
    } else {
        let pairs: Vec<(usize, &[f64])> = answers
            .iter()
            .filter(|answer| answer.outputs.len() >= classes)
            .filter_map(|answer| Some((class(answer)?, &answer.outputs[..classes])))
            .collect();
        figures.extend(confusion(&pairs, classes));
        let positives = if classes == 2 { 1..2 } else { 0..classes };
        curves = positives
            .map(|class| pairs.iter().map(|(truth, outputs)| (outputs[class], *truth == class)).collect())
            .collect();
    }
    figures.extend(roc(curves));
    figures
}

fn confusion(pairs: &[(usize, &[f64])], classes: usize) -> Option<Figure> {
    let mut counts = vec![vec![0_u32; classes]; classes];
    for (truth, outputs) in pairs {
        let best = (0..outputs.len()).rev().max_by(|a, b| outputs[*a].total_cmp(&outputs[*b]))?;
        *counts.get_mut(*truth)?.get_mut(best)? += 1;
    }
    let right: u32 = (0..classes).map(|class| counts[class][class]).sum();
    let title = format!("{right} of {} inputs are classified rightly", pairs.len());
    let axis = |label: &str| Axis::new(label, 0.0, classes as f64);
    let mut plot = Plot::new(&title, axis("class answered"), axis("class of the input")).square();
    for (truth, row) in counts.iter().enumerate() {
        let all: u32 = row.iter().sum();
        for (answer, count) in row.iter().enumerate().filter(|(_, count)| **count > 0) {
            let (x, y) = (answer as f64, truth as f64);
            let tenth = (10.0 * f64::from(*count) / f64::from(all.max(1))).ceil();
            let class = format!("{} s{tenth:.0}", if truth == answer { "right" } else { "wrong" });
            plot.bar(&class, (x, y), (x + 1.0, y + 1.0), &format!("class {truth} answered as {answer}: {count}"));
            plot.text(x + 0.3, y + 0.35, &count.to_string());
        }
    }
    (!pairs.is_empty()).then(|| Figure { caption: format!("Confusion matrix: {title}."), svg: plot.svg() })
}

/// Receiver operating characteristics, a line each.
fn roc(curves: Vec<Vec<(f64, bool)>>) -> Option<Figure> {
    let axis = |label: &str| Axis::new(label, 0.0, 1.0);
    let title = if curves.len() == 1 { "ROC curve" } else { "ROC curves, one class against the rest each" };
    let mut plot = Plot::new(title, axis("false positive rate"), axis("true positive rate")).square();
    plot.line("level", [(0.0, 0.0), (1.0, 1.0)]);
    let mut drawn = false;
    for mut scored in curves {
        scored.sort_by(|a, b| b.0.total_cmp(&a.0));
        let positives = scored.iter().filter(|(_, positive)| *positive).count();
        let negatives = scored.len() - positives;
        if positives == 0 || negatives == 0 {
            continue;
        }
        let mut corners: Vec<(usize, usize)> = vec![(0, 0)];
        let (mut hits, mut alarms) = (0, 0);
        for (index, (score, positive)) in scored.iter().enumerate() {
            hits += usize::from(*positive);
            alarms += usize::from(!positive);
            if scored.get(index + 1).is_some_and(|(next, _)| next.total_cmp(score).is_eq()) {
                continue;
            }
            // A point on one straight line with the two before says nothing.
            if let [.., before, last] = corners[..]
                && (before.0 == last.0 && last.0 == alarms || before.1 == last.1 && last.1 == hits)
            {
                corners.pop();
            }
            corners.push((alarms, hits));
        }
        let points = corners.iter().map(|(x, y)| (*x as f64 / negatives as f64, *y as f64 / positives as f64));
        plot.line("line", points);
        drawn = true;
    }
    drawn.then(|| Figure { caption: format!("{title}; the thin line is chance."), svg: plot.svg() })
}

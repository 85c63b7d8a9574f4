//! Plots of all results together: latency against energy, and quality against the targets.

use serde::Serialize;

use super::Figure;
use crate::model::Figure as Score;
use crate::render::html::index::{Index, ResultEntry};
use crate::render::html::plot::{Axis, Plot, Shape};
use crate::round::{Round, Target, Task};

/// A plot with the list of results that its numbers refer to.
#[derive(Debug, Serialize)]
pub(crate) struct Overview {
    /// The plot and its caption.
    figure: Figure,
    /// The results in the order of their numbers.
    points: Vec<Point>,
}

#[derive(Debug, Serialize)]
struct Point {
    anchor: String,
    name: String,
}

/// Returns the plots of all results of a page.
pub(crate) fn figures(index: &Index<'_>, round: &Round) -> Vec<Overview> {
    let names = &round.publication.benchmarks;
    let mut figures: Vec<Overview> = names.iter().filter_map(|name| costs(index, round, name)).collect();
    figures.extend(quality(index, round));
    figures
}

fn value(score: Option<&Score>) -> Option<f64> {
    score?.value()
}

/// Plots latency against energy for one benchmark, with the Pareto front dashed. `None` if fewer than two results have
/// both.
fn costs(index: &Index<'_>, round: &Round, name: &str) -> Option<Overview> {
    let streams = round.benchmarks.get(name)?.task == Task::Wakeword;
    let of = |entry: &ResultEntry<'_>| {
        let scores = entry.benchmark.scores();
        let (rate, energy) = match &scores.wakeword {
            Some(words) => (Some(&words.throughput), words.power.as_ref()),
            None => (scores.throughput.as_ref(), scores.energy.as_ref()),
        };
        let rate = value(rate).filter(|rate| *rate > 0.0)?;
        Some((1000.0 / rate, value(energy).filter(|energy| *energy > 0.0)?))
    };
    let (cost, unit) = if streams { ("mean power in mW", "mW") } else { ("energy in µJ per inference", "µJ") };
    let points: Vec<(&ResultEntry<'_>, (f64, f64))> = index
        .results
        .iter()
        .filter(|entry| entry.benchmark.name.as_deref() == Some(name))
        .filter_map(|entry| Some((entry, of(entry)?)))
        .collect();
    if points.len() < 2 {
        return None;
    }
    let title = format!("{name}: latency against energy of {} results", points.len());
    let x = Axis::log("latency in ms", points.iter().map(|(_, at)| at.0));
    let y = Axis::log(cost, points.iter().map(|(_, at)| at.1));
    let mut plot = Plot::new(&title, x, y).high(260.0);
    let mut listed = Vec::new();
    let valid: Vec<(f64, f64)> = points.iter().filter(|(entry, _)| entry.valid).map(|(_, at)| *at).collect();
    plot.line("level", front(&valid));
    for (number, (entry, at)) in points.iter().enumerate() {
        let (class, shape) = look(entry);
        let hint = format!("{}: {:.3} ms, {:.3} {unit}", entry.name(), at.0, at.1);
        plot.of_result(entry.number, &entry.anchor, |plot| {
            plot.mark(class, shape, *at, &hint);
            plot.text("", *at, (6.0, -4.0), &(number + 1).to_string());
        });
        listed.push(Point { anchor: entry.anchor.clone(), name: entry.name() });
    }
    let caption = format!("{title}. Dashed: valid results that no other valid result beats in both. Cross: not valid.");
    Some(Overview { figure: Figure { caption, svg: plot.svg(), trace: None }, points: listed })
}

/// Returns the steps of the results that no other beats in both.
fn front(points: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let mut front: Vec<(f64, f64)> = (points.iter().copied())
        .filter(|at| !points.iter().any(|other| other != at && other.0 <= at.0 && other.1 <= at.1))
        .collect();
    front.sort_by(|a, b| a.0.total_cmp(&b.0));
    let corners = front.windows(2).flat_map(|two| [(two[0].0, two[0].1), (two[1].0, two[0].1)]);
    corners.chain(front.last().copied()).collect()
}

fn look(entry: &ResultEntry<'_>) -> (&'static str, Shape) {
    if entry.valid { ("mark", Shape::Dot) } else { ("alarm", Shape::Cross) }
}

/// Results, each with its quality.
type Qualities<'a> = Vec<(&'a ResultEntry<'a>, f64)>;

/// Plots the quality of all results against the targets.
fn quality(index: &Index<'_>, round: &Round) -> Option<Overview> {
    let of = |entry: &ResultEntry<'_>, target: Target| {
        let scores = entry.benchmark.scores();
        match target {
            Target::Top1Percent(_) => value(scores.top1.as_ref()),
            Target::Auc(_) => value(scores.auc.as_ref()).map(|area| 100.0 * area),
            Target::Wakeword { .. } => None,
        }
    };
    let mut rows: Vec<(&str, f64, Qualities<'_>)> = Vec::new();
    for name in round.publication.benchmarks.iter().rev() {
        let Some(spec) = round.benchmarks.get(name) else { continue };
        let least = match spec.target {
            Target::Top1Percent(percent) => percent,
            Target::Auc(area) => 100.0 * area,
            Target::Wakeword { .. } => continue,
        };
        let own = index.results.iter().filter(|entry| entry.benchmark.name.as_ref() == Some(name));
        let own: Vec<_> = own.filter_map(|entry| Some((entry, of(entry, spec.target)?))).collect();
        if !own.is_empty() {
            rows.push((name, least, own));
        }
    }
    let values = || rows.iter().flat_map(|(_, least, own)| own.iter().map(|(_, value)| *value).chain([*least]));
    let (least, most) = (values().fold(f64::INFINITY, f64::min), values().fold(f64::NEG_INFINITY, f64::max));
    let count: usize = rows.iter().map(|(.., own)| own.len()).sum();
    let below: usize = rows.iter().flat_map(|(_, least, own)| own.iter().filter(|(_, value)| *value < *least)).count();
    let title = format!("Quality of {count} results against the target, {below} below it");
    let x = Axis::new("Top-1 in %, AUC times 100", (least - 2.0).floor(), (most + 1.0).ceil().min(100.0));
    let names = rows.iter().map(|(name, ..)| (*name).to_owned());
    let mut plot = Plot::new(&title, x, Axis::named("", names)).high(260.0);
    for (row, (_, target, own)) in rows.iter().enumerate() {
        let row = row as f64;
        plot.line("level", [(*target, row + 0.05), (*target, row + 0.95)]);
        for (place, (entry, value)) in own.iter().enumerate() {
            let y = row + 0.15 + 0.7 * (place as f64 + 0.5) / own.len() as f64;
            let (class, shape) = look(entry);
            let hint = format!("{}: {value:.2}", entry.name());
            plot.of_result(entry.number, &entry.anchor, |plot| plot.mark(class, shape, (*value, y), &hint));
        }
    }
    let caption = format!("{title}. Dashed: the target. Cross: not valid.");
    (count > 1).then(|| Overview { figure: Figure { caption, svg: plot.svg(), trace: None }, points: Vec::new() })
}

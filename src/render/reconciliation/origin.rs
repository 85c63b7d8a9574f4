//! Where a published figure that is not that of its result comes from.

use super::Verdict;
use crate::audit::report::Report;
use crate::model::published::headings::Metric;
use crate::model::published::{TableFigure, converted};
use crate::model::{Benchmark, Figure, Run, System};
use crate::round::{BenchmarkSpec, Mode};

/// A figure somewhere in the tree or in an earlier round.
pub(super) struct Origin {
    /// What it is, in words.
    what: String,
    metric: Metric,
    benchmark: String,
    /// Path of the system; empty for earlier rounds.
    system: String,
    value: f64,
}

/// Maximum number of places that are named.
const MOST: usize = 3;
/// Minimum number of digits; figures of fewer occur by chance.
const DIGITS: usize = 3;

/// Collects all figures of a tree and of earlier rounds.
pub(super) fn origins(report: &Report, earlier: &[&Report]) -> Vec<Origin> {
    let mut all = Vec::new();
    for (index, report) in std::iter::once(&report).chain(earlier).enumerate() {
        let round = if index == 0 { String::new() } else { format!(", round {}", report.round.name) };
        for (system, benchmark) in report.results() {
            let path = if index == 0 { system.path.as_str() } else { "" };
            let name = format!("{}/{}{round}", system.full_name(), benchmark.label());
            for run in benchmark.runs.values() {
                of_run(run, benchmark, (&name, path), &mut all);
            }
        }
    }
    all
}

fn of_run(run: &Run, benchmark: &Benchmark, (name, system): (&str, &str), all: &mut Vec<Origin>) {
    let mode = run.mode;
    let mut add = |what: String, metric: Metric, value: Option<f64>| {
        all.extend(value.map(|value| Origin {
            what,
            metric,
            benchmark: benchmark.short_name().to_owned(),
            system: system.to_owned(),
            value,
        }));
    };
    let mut figure = |word: &str, metric: Metric, figure: Option<&Figure>| {
        let claimed = figure.and_then(|figure| figure.claimed.as_ref()).map(|claimed| claimed.value);
        add(format!("{word} of {name}, {mode} run"), metric, claimed);
        let recomputed = figure.and_then(|figure| figure.recomputed);
        add(format!("{word} recomputed of {name}, {mode} run"), metric, recomputed.filter(|_| recomputed != claimed));
    };
    let scores = &run.scores;
    figure("throughput", Metric::Speed, scores.throughput.as_ref());
    figure("accuracy", Metric::Quality, scores.top1.as_ref());
    figure("AUC", Metric::Quality, scores.auc.as_ref());
    figure("energy", Metric::Energy, scores.energy.as_ref());
    if let Some(wakeword) = &scores.wakeword {
        figure("throughput", Metric::Speed, Some(&wakeword.throughput));
        figure("power", Metric::Energy, wakeword.power.as_ref());
    }
    let rates =
        run.windows.iter().filter_map(|window| Some(window.inferences as f64 / window.seconds.filter(|s| *s > 0.0)?));
    let rates: Vec<f64> = rates.collect();
    if mode != Mode::Accuracy && rates.len() > 1 {
        let mean = rates.iter().sum::<f64>() / rates.len() as f64;
        add(format!("mean, not median, throughput of {name}, {mode} run"), Metric::Speed, Some(mean));
        for (index, rate) in rates.iter().enumerate() {
            add(format!("throughput of window {} of {name}, {mode} run", index + 1), Metric::Speed, Some(*rate));
        }
    }
}

/// Returns where a figure is found, nearest first: the same result, system, benchmark, then others.
pub(super) fn search(
    origins: &[Origin],
    figure: &TableFigure,
    system: Option<&System>,
    spec: Option<&BenchmarkSpec>,
) -> Vec<String> {
    let printed = &figure.number.printed;
    let digits = printed.text.trim_start_matches(['-', '0', '.']).bytes().filter(u8::is_ascii_digit).count();
    if digits < DIGITS {
        return Vec::new();
    }
    let target = spec.map(|spec| spec.target);
    let own = system.map_or("", |system| system.path.as_str());
    let mut found: Vec<(usize, Verdict, &str)> = origins
        .iter()
        .filter(|origin| origin.metric == figure.metric)
        .filter_map(|origin| {
            let verdict = Verdict::new(printed, converted(origin.value, figure, target));
            let far = 2 * usize::from(origin.system != own) + usize::from(origin.benchmark != figure.benchmark);
            (verdict <= Verdict::Truncated).then_some((far, verdict, origin.what.as_str()))
        })
        .collect();
    found.sort_unstable();
    found.dedup_by_key(|(.., what)| *what);
    found.into_iter().take(MOST).map(|(.., what)| what.to_owned()).collect()
}

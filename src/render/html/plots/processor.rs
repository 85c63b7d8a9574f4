//! Plot of a result's latency among the results on the same processor.

use std::collections::BTreeMap;

use super::Figure;
use crate::model::{Benchmark, System};
use crate::render::html::index::{Index, ResultEntry};
use crate::render::html::plot::{Axis, Plot, Shape};
use crate::render::untrusted::Untrusted;
use crate::schema::spelling::plain;

/// At most this many results are drawn, those nearest in speed.
const DRAWN: usize = 12;

/// The results of a page by benchmark and processor, fastest first.
pub(crate) struct Processors<'a>(BTreeMap<(&'a str, String), Vec<(&'a ResultEntry<'a>, f64)>>);

fn key<'a>(system: &System, benchmark: &'a Benchmark) -> Option<(&'a str, String)> {
    let processor = system.description.as_ref()?.text("Processor(s) Name").trim_start_matches("32-bit").trim();
    (!processor.is_empty()).then(|| (benchmark.short_name(), plain(processor)))
}

/// Returns the latency of a result in ms.
pub(super) fn latency_ms(benchmark: &Benchmark) -> Option<f64> {
    let scores = benchmark.scores();
    let of_frames = || scores.wakeword.as_ref().map(|words| &words.throughput);
    let rate = scores.throughput.as_ref().or_else(of_frames)?.value()?;
    (rate > 0.0).then(|| 1000.0 / rate)
}

impl<'a> Processors<'a> {
    /// Groups all results of a page.
    pub(crate) fn of(index: &'a Index<'a>) -> Self {
        let mut by: BTreeMap<_, Vec<(&'a ResultEntry<'a>, f64)>> = BTreeMap::new();
        for entry in &index.results {
            if let Some((key, ms)) = key(entry.system, entry.benchmark).zip(latency_ms(entry.benchmark)) {
                by.entry(key).or_default().push((entry, ms));
            }
        }
        for results in by.values_mut() {
            results.sort_by(|a, b| a.1.total_cmp(&b.1));
        }
        Self(by)
    }

    /// Plots the latency of a result among those with the same benchmark and processor; `None` if there is no other.
    pub(crate) fn beside(&self, entry: &ResultEntry<'_>) -> Option<Figure> {
        let results = self.0.get(&key(entry.system, entry.benchmark)?)?;
        let own = results.iter().position(|(other, _)| other.anchor == entry.anchor)?;
        let from = own.saturating_sub(DRAWN / 2).min(results.len().saturating_sub(DRAWN));
        let shown = &results[from..results.len().min(from + DRAWN)];
        if shown.len() < 2 {
            return None;
        }
        let processor = entry.system.description.as_ref().map_or("", |it| it.text("Processor(s) Name"));
        let place = format!("{} of {}", own + 1, results.len());
        let title = format!("{} on {}: {place} by latency", entry.label(), Untrusted(processor).for_html());
        let x = Axis::log("latency in ms", shown.iter().map(|(_, ms)| *ms));
        // The fastest is on top.
        let names = shown.iter().rev().map(|(other, _)| Untrusted(&other.system.name).for_html());
        let height = 70.0 + 18.0 * shown.len() as f64;
        let mut plot = Plot::new(&title, x, Axis::named("", names)).high(height);
        for (row, (other, ms)) in shown.iter().rev().enumerate() {
            let at = (*ms, row as f64 + 0.5);
            let is_own = other.anchor == entry.anchor;
            let (class, shape) = if other.valid { ("mark", Shape::Dot) } else { ("alarm", Shape::Cross) };
            plot.mark(class, shape, at, &format!("{}: {ms:.3} ms", other.name()));
            if is_own {
                plot.line("level", [(at.0, 0.0), (at.0, shown.len() as f64)]);
            }
        }
        Some(Figure {
            caption: format!("{title}. Dashed: this result. Cross: not valid."),
            svg: plot.svg(),
            trace: None,
        })
    }
}

//! The latency of every result in one drawing: a row per benchmark, a lane per submitter.

use std::collections::BTreeSet;

use serde::Serialize;

use super::processor::latency_ms;
use crate::audit::proof::Status;
use crate::render::html::index::{Index, ResultEntry};
use crate::render::html::plot::{Axis, Plot, Shape};
use crate::render::untrusted::Untrusted;
use crate::round::Round;

/// The drawing and what its colours and shapes mean.
#[derive(Debug, Serialize)]
pub(crate) struct Strip {
    /// The drawing as SVG.
    svg: String,
    submitters: Vec<Key>,
}

/// A submitter with its mark.
#[derive(Debug, Serialize)]
struct Key {
    name: String,
    svg: String,
}

/// Colours that every kind of colour vision distinguishes; a submitter beyond these repeats the first ones, with
/// another shape.
const COLOURS: usize = 8;
const SHAPES: [Shape; 4] = [Shape::Dot, Shape::Square, Shape::Diamond, Shape::Triangle];
/// Width of the drawing, and height of a benchmark's row.
const WIDTH: f64 = 1100.0;
const ROW: f64 = 36.0;

/// Draws the latency of every result that has a throughput; `None` if fewer than two have.
pub(crate) fn strip(index: &Index<'_>, round: &Round) -> Option<Strip> {
    let known: Vec<(&ResultEntry<'_>, f64)> =
        index.results.iter().filter_map(|entry| Some((entry, latency_ms(entry.benchmark)?))).collect();
    if known.len() < 2 {
        return None;
    }
    // The first benchmark at the top.
    let names: Vec<&String> = round.publication.benchmarks.iter().rev().collect();
    let names: Vec<&String> = (names.into_iter())
        .filter(|name| known.iter().any(|(entry, _)| entry.benchmark.name.as_ref() == Some(*name)))
        .collect();
    let submitters: Vec<&str> =
        known.iter().map(|(entry, _)| entry.system.submitter.as_str()).collect::<BTreeSet<_>>().into_iter().collect();
    let x = Axis::log("latency in ms", known.iter().map(|(_, ms)| *ms));
    let y = Axis::named("", names.iter().map(|name| (*name).clone()));
    let title = format!("Latency of {} results", known.len());
    let mut plot = Plot::new(&title, x, y).wide(WIDTH).high(ROW * names.len() as f64 + 52.0);
    for row in 0..names.len() {
        plot.level_between(row as f64 + 0.5);
    }
    for (entry, ms) in &known {
        let Some(row) = names.iter().position(|name| entry.benchmark.name.as_ref() == Some(*name)) else { continue };
        let Ok(submitter) = submitters.binary_search(&entry.system.submitter.as_str()) else { continue };
        let lane = 0.15 + 0.7 * (submitter as f64 + 0.5) / submitters.len() as f64;
        let at = (*ms, row as f64 + 1.0 - lane);
        let (word, state) = state(entry);
        let hint = format!("{}: {ms:.3} ms, {word}", entry.name());
        plot.of_result(entry.number, &entry.anchor, |plot| {
            plot.mark(&format!("{} {state}", colour(submitter)), shape(submitter), at, &hint);
            if state == "crossed" {
                plot.mark("alarm", Shape::Cross, at, &hint);
            }
        });
    }
    let key = |(number, name): (usize, &&str)| Key {
        name: Untrusted(name).for_html(),
        svg: Plot::symbol(&colour(number), shape(number)),
    };
    Some(Strip { svg: plot.svg(), submitters: submitters.iter().enumerate().map(key).collect() })
}

fn colour(submitter: usize) -> String {
    format!("c{}", submitter % COLOURS)
}

const fn shape(submitter: usize) -> Shape {
    // Submitters with the same colour differ in shape.
    SHAPES[(submitter + submitter / COLOURS) % SHAPES.len()]
}

/// Returns the state of a result in words and as a class.
fn state(entry: &ResultEntry<'_>) -> (&'static str, &'static str) {
    match entry.status {
        _ if entry.valid => ("valid", "filled"),
        Status::Contradicted => ("contradicted", "crossed"),
        Status::NotByTheRules => ("not by the rules", "crossed"),
        Status::Unproven | Status::Confirmed => ("unproven", "hollow"),
    }
}

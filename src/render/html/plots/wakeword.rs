//! Plot of a wake word run: detected words, missed words and false alarms over the recording.

use super::Figure;
use crate::audit::metrics::wakeword::judge;
use crate::model::{Benchmark, Run};
use crate::render::html::plot::{Axis, Plot, Shape};
use crate::round::{Round, wakeword_truth};

/// Plots detected words, missed words and false alarms over time.
pub fn timeline(run: &Run, benchmark: &Benchmark, round: &Round) -> Option<Figure> {
    let constants = round.wakeword.as_ref()?;
    let truth = wakeword_truth(benchmark.spec(round)?.lists.first()?)?;
    let listed = run.json.iter().flatten().find_map(|entry| entry.infer.as_ref()?.detections.as_deref());
    let detections =
        run.log.as_ref().and_then(|log| log.detections.as_ref()).map(|at| at.value.as_slice()).or(listed)?;
    let verdict = judge(detections, &truth.words, constants.hit_seconds, constants.debounce_seconds)?;
    let (hits, misses, alarms) = (verdict.counts.true_positives, verdict.missed.len(), verdict.counts.false_positives);
    let title = format!(
        "{} words in {:.0} s: {hits} detected, {misses} missed, {alarms} false alarms",
        truth.words.len(),
        truth.length_s
    );
    let end = truth.words.iter().map(|(_, to)| *to).fold(truth.length_s.max(1.0), f64::max);
    let lanes = [format!("{alarms} alarms"), format!("{misses} missed"), format!("{hits} detected")];
    let mut plot = Plot::new(&title, Axis::new("time in s", 0.0, end), Axis::named("", lanes)).high(170.0);
    for (from, to) in &truth.words {
        let is_missed = verdict.missed.iter().any(|start| start.total_cmp(from).is_eq());
        if is_missed {
            plot.mark("alarm", Shape::Cross, (*from, 1.5), &format!("word at {from:.1} s: missed"));
        } else {
            let until = to + constants.hit_seconds;
            plot.bar("bar", (*from, 2.15), (until, 2.85), &format!("word at {from:.1} s: detected"));
        }
    }
    for time in &verdict.alarms {
        plot.mark("alarm", Shape::Triangle, (*time, 0.5), &format!("false alarm at {time:.1} s"));
    }
    Some(Figure { caption: format!("{title}, {} run.", run.mode), svg: plot.svg(), trace: None })
}

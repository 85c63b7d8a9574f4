//! Plots of an accuracy run: confusion matrix, anomaly scores, ROC curves.

use std::collections::BTreeMap;

use super::Figure;
use super::roc::{Curve, roc};
use crate::audit::metrics::accuracy::first_maximum;
use crate::audit::metrics::{self, Answer};
use crate::model::{Benchmark, Closest, Run, closest_list};
use crate::render::html::plot::{Axis, Plot};
use crate::round::{Dataset, Round, Target, Task};

/// Returns the plots of an accuracy run; none if its inputs are on no known list.
pub fn figures(run: &Run, benchmark: &Benchmark, round: &Round) -> Vec<Figure> {
    let Some(spec) = benchmark.spec(round) else { return Vec::new() };
    let answers = metrics::answers(run);
    let Some(Closest { list, .. }) = closest_list(&answers.iter().map(|answer| answer.input), spec) else {
        return Vec::new();
    };
    let class = |answer: &Answer<'_>| list.class_of(answer.input).map(|class| class as usize);
    let classes = spec.outputs.unwrap_or(0);
    let mut figures = Vec::new();
    let curves: Vec<Curve> = if spec.task == Task::Anomaly {
        let scores = anomaly_scores(&answers, list);
        figures.extend(histogram(&scores, list));
        vec![scores]
    } else {
        let pairs: Vec<(usize, &[f64])> = answers
            .iter()
            .filter(|answer| answer.outputs.len() >= classes)
            .filter_map(|answer| Some((class(answer)?, &answer.outputs[..classes])))
            .collect();
        figures.extend(confusion(&pairs, classes, list));
        let positives = if classes == 2 { 1..2 } else { 0..classes };
        let curve = |class: usize| pairs.iter().map(|(truth, outputs)| (outputs[class], *truth == class)).collect();
        positives.map(curve).collect()
    };
    let area = run.scores.auc.as_ref().and_then(|auc| auc.recomputed);
    let mut notes: Vec<String> = area.map(|area| format!("AUC {area:.4}")).into_iter().collect();
    if let Target::Auc(target) = spec.target {
        notes.push(format!("target {target}"));
    }
    figures.extend(roc(curves, &notes));
    figures
}

/// Returns the mean score of every file, and whether the file is anomalous.
fn anomaly_scores(answers: &[Answer<'_>], list: &Dataset) -> Curve {
    let mut files: BTreeMap<&str, (f64, f64)> = BTreeMap::new();
    for answer in answers {
        let file = files.entry(answer.input).or_default();
        file.0 += answer.outputs.first().copied().unwrap_or_default();
        file.1 += 1.0;
    }
    files.iter().filter_map(|(name, (sum, count))| Some((sum / count, list.class_of(name)? == 1))).collect()
}

/// Number of bins of a histogram.
const BINS: usize = 24;

/// Plots a histogram of the files' anomaly scores: normal files upwards, anomalous ones downwards.
fn histogram(scores: &[(f64, bool)], list: &Dataset) -> Option<Figure> {
    let finite = || scores.iter().filter(|(score, _)| score.is_finite());
    let least = finite().map(|(score, _)| *score).fold(f64::INFINITY, f64::min);
    let most = finite().map(|(score, _)| *score).fold(f64::NEG_INFINITY, f64::max);
    if finite().count() < 2 || least >= most {
        return None;
    }
    let mut bins = [(0_u32, 0_u32); BINS];
    for (score, anomalous) in finite() {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // 0 to BINS
        let bin = (((score - least) / (most - least)) * BINS as f64) as usize;
        let bin = &mut bins[bin.min(BINS - 1)];
        *(if *anomalous { &mut bin.1 } else { &mut bin.0 }) += 1;
    }
    let names = |class: usize| list.class_names.get(class).copied().unwrap_or("?");
    let count = |anomalous: bool| finite().filter(|(_, own)| *own == anomalous).count();
    let title = format!(
        "Anomaly scores of {} {} files (up) and {} {} ones (down)",
        count(false),
        names(0),
        count(true),
        names(1)
    );
    let high = f64::from(bins.iter().map(|bin| bin.0.max(bin.1)).max().unwrap_or(1)) * 1.15;
    let mut plot =
        Plot::new(&title, Axis::new("mean score of a file", least, most), Axis::new("files", -high, high).absolute());
    for (index, (normal, anomalous)) in bins.iter().enumerate() {
        let at = |edge: usize| least + (most - least) * edge as f64 / BINS as f64;
        let (left, right) = (at(index), at(index + 1));
        if *normal > 0 {
            plot.bar("bar", (left, 0.0), (right, f64::from(*normal)), &format!("{normal} {}", names(0)));
        }
        if *anomalous > 0 {
            plot.bar("other", (left, -f64::from(*anomalous)), (right, 0.0), &format!("{anomalous} {}", names(1)));
        }
    }
    plot.line("axis", [(least, 0.0), (most, 0.0)]);
    plot.text("end", (most, high), (-4.0, 12.0), names(0));
    plot.text("", (least, -high), (6.0, -6.0), names(1));
    Some(Figure { caption: format!("{title}."), svg: plot.svg(), trace: None })
}

fn confusion(pairs: &[(usize, &[f64])], classes: usize, list: &Dataset) -> Option<Figure> {
    let mut counts = vec![vec![0_u32; classes]; classes];
    for (truth, outputs) in pairs {
        *counts.get_mut(*truth)?.get_mut(first_maximum(outputs)?)? += 1;
    }
    let right: u32 = (0..classes).map(|class| counts[class][class]).sum();
    let title = format!("{right} of {} inputs are classified correctly", pairs.len());
    let name = |class: usize| list.class_names.get(class).map_or_else(|| class.to_string(), |name| (*name).to_owned());
    // The first class is on top, so that the diagonal of correct answers starts at the upper left.
    let x = Axis::named("predicted class", (0..classes).map(name));
    let y = Axis::named("true class", (0..classes).rev().map(name));
    let mut plot = Plot::new(&title, x, y).square();
    for (truth, row) in counts.iter().enumerate() {
        let all: u32 = row.iter().sum();
        for (answer, count) in row.iter().enumerate().filter(|(_, count)| **count > 0) {
            let (x, y) = (answer as f64, (classes - 1 - truth) as f64);
            let tenth = (10.0 * f64::from(*count) / f64::from(all.max(1))).ceil();
            let class = format!("{} s{tenth:.0}", if truth == answer { "right" } else { "wrong" });
            let hint = format!("{} classified as {}: {count}", name(truth), name(answer));
            plot.bar(&class, (x, y), (x + 1.0, y + 1.0), &hint);
            plot.text("mid", (x + 0.5, y + 0.5), (0.0, 4.0), &count.to_string());
        }
    }
    (!pairs.is_empty()).then(|| Figure { caption: format!("Confusion matrix: {title}."), svg: plot.svg(), trace: None })
}

//! Recomputes every figure from raw evidence. The documentation of each module gives its definition; the metrics are
//! pure functions.

pub mod accuracy;
pub mod anomaly;
pub mod auc;
pub(crate) mod clocks;
pub(crate) mod correlation;
pub mod energy;
pub mod median;
pub(crate) mod replay;
pub(crate) mod sameness;
pub(crate) mod spectrum;
pub(crate) mod spread;
pub mod wakeword;
pub mod weights;

use crate::model::{Benchmark, Figure, Inputs, Run, Single, WakewordScores, closest_list};
use crate::parse::claims::Printed;
use crate::parse::energy_trace::microjoules;
use crate::parse::log::Inference;
use crate::round::fingerprint::fingerprint;
use crate::round::{BenchmarkSpec, FileRole, Mode, Round, Runner, Task, wakeword_truth};

/// Recomputes the scores of all runs of a benchmark and stores them with the claims.
pub(crate) fn recompute(benchmark: &mut Benchmark, round: &Round) {
    let spec = benchmark.name.as_deref().and_then(|name| round.benchmarks.get(name));
    for run in benchmark.runs.values_mut() {
        window_energies(run);
        match (spec.map(|spec| spec.task), run.mode) {
            (Some(Task::Wakeword), Mode::Performance | Mode::Energy) => {
                wakeword_scores(run, round, spec);
                let heard = run.log.as_ref().and_then(|log| log.detections.as_ref());
                run.output_digest = heard.and_then(|heard| digest_of(heard.value.iter().map(|ms| ms.to_bits())));
            }
            (_, Mode::Performance) => throughput(run),
            (_, Mode::Energy) => {
                throughput(run);
                energy_score(run);
            }
            (_, Mode::Accuracy) => {
                accuracy_scores(run, spec);
                run.single = single(run);
                run.output_digest = output_digest(run);
                run.agreement = spec.and_then(|spec| weights::of(run, spec, round));
                run.replay = spec.and_then(|spec| replay::of(run, spec, round));
            }
        }
    }
}

fn figure(claimed: Option<&Printed>, recomputed: Result<f64, String>) -> Figure {
    let claimed = claimed.cloned();
    match recomputed {
        Ok(value) if value.is_finite() => Figure { claimed, recomputed: Some(value), slack: 0.0, reason: None },
        Ok(_) => Figure {
            claimed,
            recomputed: None,
            slack: 0.0,
            reason: Some("the evidence does not give a finite number".to_owned()),
        },
        Err(reason) => Figure { claimed, recomputed: None, slack: 0.0, reason: Some(reason) },
    }
}

/// Whether a figure, rounded to the given decimals, reaches a minimum.
#[must_use]
pub(crate) fn reaches(value: f64, decimals: usize, least: f64) -> bool {
    format!("{value:.decimals$}").parse().unwrap_or(value) >= least - 1e-9
}

/// Returns a digest of the outputs of an accuracy run that does not depend on the order of the inputs.
fn output_digest(run: &Run) -> Option<u64> {
    let one = |answer: &Answer<'_>| {
        let name = fingerprint(answer.input.as_bytes());
        answer.outputs.iter().fold(name, |digest, output| mixed(digest, output.to_bits()))
    };
    let mut all: Vec<u64> = answers(run).iter().map(one).collect();
    all.sort_unstable();
    digest_of(all.into_iter())
}

/// Minimum count of numbers in a digest; with fewer, equal digests do not prove anything.
const ENOUGH: usize = 20;

fn digest_of(numbers: impl Iterator<Item = u64>) -> Option<u64> {
    let (count, digest) = numbers.fold((0, 0), |(count, digest), number| (count + 1, mixed(digest, number)));
    (count >= ENOUGH).then_some(digest)
}

/// Adds a number to a digest. The digest is not cryptographic: collisions are rare by chance but can be constructed.
fn mixed(digest: u64, number: u64) -> u64 {
    (digest.rotate_left(23) ^ number).wrapping_mul(0x9E37_79B9_7F4A_7C15)
}

/// Returns the median duration of a single inference in an accuracy run.
fn single(run: &Run) -> Option<Single> {
    let singles = || run.inferences().iter().filter(|one| one.iterations == 1);
    let device_s = median::median(singles().filter_map(Inference::seconds).collect())?;
    let host = singles().map(|one| Some(one.host_ms()? as f64 / 1000.0)).collect::<Option<Vec<f64>>>();
    let eembc = run.runner == Some(Runner::Eembc);
    Some(Single { device_s, host_s: host.filter(|_| eembc).and_then(median::median) })
}

/// Returns the message for a file that is missing or cannot be read.
fn missing(run: &Run, role: FileRole, name: &str) -> String {
    let verb = if run.has(role) { "cannot be read" } else { "is missing" };
    format!("{name} of the {} run {verb}", run.mode)
}

fn no_evidence(run: &Run) -> String {
    match run.runner {
        Some(Runner::Mlcommons) if run.log.is_some() => "log.txt does not contain timed inferences".to_owned(),
        Some(Runner::Mlcommons) => missing(run, FileRole::Json, "results.json"),
        _ if run.log.is_some() => "log.txt does not contain timed inferences".to_owned(),
        _ => missing(run, FileRole::Log, "log.txt"),
    }
}

fn throughput(run: &mut Run) {
    let claimed = run.claims.as_ref().and_then(|claims| claims.throughput.as_ref());
    let rates: Option<Vec<f64>> = run
        .windows
        .iter()
        .map(|window| {
            window
                .seconds
                .filter(|seconds| *seconds > 0.0 && window.inferences > 0)
                .map(|seconds| window.inferences as f64 / seconds)
        })
        .collect();
    let recomputed = match rates {
        _ if run.windows.is_empty() => Err(no_evidence(run)),
        None => Err("a window does not have a pair of time stamps".to_owned()),
        Some(rates) => median::median(rates).ok_or_else(|| no_evidence(run)),
    };
    // The MLCommons runner does not print a throughput in energy runs.
    if run.mode == Mode::Performance || claimed.is_some() {
        let mut throughput = figure(claimed, recomputed);
        let open = run.windows.iter().filter_map(|window| Some(window.rounding / window.seconds?)).fold(0.0, f64::max);
        throughput.slack = throughput.recomputed.unwrap_or(0.0) * open;
        run.scores.throughput = Some(throughput);
    }
}

fn window_energies(run: &mut Run) {
    if let Some(trace) = &run.trace {
        let spans: Vec<_> = run.windows.iter().filter_map(|window| window.span).collect();
        let energies = energy::trace_energies(trace.samples(), microjoules, trace.rate_hz, &spans);
        for (window, energy) in run.windows.iter_mut().zip(energies) {
            window.energy_uj = energy;
        }
    } else if let Some(entries) = &run.json {
        let powers = entries.iter().filter(|entry| entry.file.is_some()).map(|entry| entry.power.as_ref());
        for (window, power) in run.windows.iter_mut().zip(powers) {
            window.energy_uj = power.and_then(energy::trial_energy);
        }
    }
}

fn energy_score(run: &mut Run) {
    let claimed = run.claims.as_ref().and_then(|claims| claims.energy.as_ref());
    let costs: Option<Vec<f64>> = run
        .windows
        .iter()
        .map(|window| {
            window.energy_uj.filter(|_| window.inferences > 0).map(|energy| energy / window.inferences as f64)
        })
        .collect();
    let recomputed = match costs {
        _ if run.runner == Some(Runner::Mlcommons) && run.json.is_none() => {
            Err(missing(run, FileRole::Json, "results.json"))
        }
        _ if run.runner != Some(Runner::Mlcommons) && run.trace.is_none() => {
            Err(missing(run, FileRole::Trace, "the energy trace"))
        }
        _ if run.runner != Some(Runner::Mlcommons) && run.stamps.is_none() => {
            Err(missing(run, FileRole::Stamps, "the list of time stamps"))
        }
        None => Err("a window is outside the energy trace or has no inferences".to_owned()),
        Some(costs) => median::median(costs).ok_or_else(|| "the trace does not contain windows".to_owned()),
    };
    run.scores.energy = Some(figure(claimed, recomputed));
}

/// An output vector of an accuracy run with its input.
pub(crate) struct Answer<'a> {
    /// The input's file name.
    pub input: &'a str,
    /// The output vector.
    pub outputs: &'a [f64],
}

/// Returns the answers of an accuracy run: from results.json for the MLCommons runner if there is one, otherwise from
/// the log.
#[must_use]
pub(crate) fn answers(run: &Run) -> Vec<Answer<'_>> {
    if let Some(entries) = run.json.as_ref().filter(|_| run.runner != Some(Runner::Eembc)) {
        return entries
            .iter()
            .filter_map(|entry| {
                let outputs = entry.infer.as_ref()?.results.as_deref()?;
                Some(Answer { input: entry.file.as_deref()?, outputs })
            })
            .collect();
    }
    let Some(log) = &run.log else { return Vec::new() };
    log.inferences
        .iter()
        .filter_map(|inference| Some(Answer { input: log.input_of(inference)?, outputs: log.outputs_of(inference)? }))
        .collect()
}

fn accuracy_scores(run: &mut Run, spec: Option<&BenchmarkSpec>) {
    run.inputs = spec.filter(|spec| spec.task != Task::Wakeword).map(|spec| Inputs::new(run, spec));
    let claims = run.claims.as_ref();
    let (top1, auc) = match spec {
        Some(spec) => accuracy_figures(run, spec),
        None => (Err("not a benchmark of the round".to_owned()), Err("not a benchmark of the round".to_owned())),
    };
    let top1 = figure(claims.and_then(|claims| claims.top1.as_ref()), top1);
    let auc = figure(claims.and_then(|claims| claims.auc.as_ref()), auc);
    run.scores.top1 = Some(top1);
    run.scores.auc = Some(auc);
}

type Recomputed = Result<f64, String>;

fn accuracy_figures(run: &Run, spec: &BenchmarkSpec) -> (Recomputed, Recomputed) {
    let failed = |reason: String| (Err(reason.clone()), Err(reason));
    let answers = answers(run);
    if answers.is_empty() {
        return failed(match run.runner {
            Some(Runner::Mlcommons) if run.log.is_none() => missing(run, FileRole::Json, "results.json"),
            _ if run.log.is_some() => "log.txt does not contain outputs".to_owned(),
            _ => missing(run, FileRole::Log, "log.txt"),
        });
    }
    let Some(closest) = closest_list(&answers.iter().map(|answer| answer.input), spec) else {
        return failed("none of the inputs is in an official list".to_owned());
    };
    let (list, unknown) = (closest.list, closest.foreign);
    if unknown > 0 {
        let all = unknown + closest.known;
        return failed(format!("{unknown} of {all} inputs are not in the official list {}", list.name));
    }
    let places = || closest.places.iter().flatten().map(|place| *place as usize);
    let runner = run.runner.unwrap_or(Runner::Eembc);
    if spec.task == Task::Anomaly {
        let mut files = vec![(0.0, 0); list.inputs.len()];
        for (answer, place) in answers.iter().zip(places()) {
            let Some(score) = answer.outputs.first() else { continue };
            files[place].0 += score;
            files[place].1 += 1;
        }
        let files = files.into_iter().zip(&list.inputs).filter(|((_, count), _)| *count > 0);
        let scores: Vec<_> = files.map(|((sum, count), (_, class))| (sum / f64::from(count), *class == 1)).collect();
        return match runner {
            Runner::Eembc => (anomaly::best_accuracy(&scores), anomaly::thresholded_auc(&scores)),
            Runner::Mlcommons => (anomaly::best_precision_recall(&scores), auc::exact(&scores)),
        };
    }
    let classes = spec.outputs.unwrap_or(0);
    let rows: Vec<accuracy::Row<'_>> = answers
        .iter()
        .zip(places())
        .map(|(answer, place)| accuracy::Row {
            outputs: &answer.outputs[..classes.min(answer.outputs.len())],
            class: list.inputs[place].1 as usize,
        })
        .collect();
    if let Some(short) = rows.iter().find(|row| row.outputs.len() < classes) {
        return failed(format!("an output vector has {} numbers, expected {classes}", short.outputs.len()));
    }
    match runner {
        Runner::Eembc => (accuracy::top1(&rows), auc::thresholded_mean(&rows, classes)),
        Runner::Mlcommons => {
            let names: Vec<&str> = answers.iter().map(|answer| answer.input).collect();
            match accuracy::normalised_per_input(&rows, &names) {
                Ok(owned) => {
                    let rows: Vec<_> =
                        owned.iter().map(|(outputs, class)| accuracy::Row { outputs, class: *class }).collect();
                    (accuracy::top1(&rows), auc::one_versus_rest(&rows, classes))
                }
                Err(reason) => failed(reason),
            }
        }
    }
}

fn wakeword_scores(run: &mut Run, round: &Round, spec: Option<&BenchmarkSpec>) {
    let claims = run.claims.clone().unwrap_or_default();
    let entry = run.json.iter().flatten().next();
    let constants = round.wakeword.as_ref();
    let truth = spec.and_then(|spec| spec.lists.first()).and_then(|name| wakeword_truth(name));
    let from_json = entry.and_then(|entry| entry.infer.as_ref()?.detections.as_deref());
    let from_log = run.log.as_ref().and_then(|log| log.detections.as_ref()).map(|at| at.value.as_slice());
    let counts = match (from_log.or(from_json), constants, truth) {
        (Some(detections), Some(constants), Some(truth)) => {
            wakeword::score(detections, &truth.words, constants.hit_seconds, constants.debounce_seconds)
                .ok_or_else(|| "there are no detections".to_owned())
        }
        (None, ..) => Err("neither log.txt nor results.json lists the detections".to_owned()),
        _ => Err("the round does not have a wake word test".to_owned()),
    };
    let documented = from_log.or(from_json).zip(constants).zip(truth).and_then(|((detections, constants), truth)| {
        wakeword::score(detections, &truth.words, constants.documented_hit_seconds, constants.debounce_seconds)
    });
    let count = |pick: fn(&wakeword::Counts) -> u64, claimed: Option<u64>| {
        let line = claims.wakeword.map_or(0, |at| at.line);
        let claimed = claimed.and_then(|value| Printed::parse(value.to_string().as_bytes(), line));
        figure(claimed.as_ref(), counts.as_ref().map(|counts| pick(counts) as f64).map_err(Clone::clone))
    };
    let duty = match entry.and_then(|entry| entry.dutycycle.as_ref()) {
        Some(edges) => wakeword::duty(&edges.start_times_s, &edges.stop_times_s)
            .ok_or_else(|| "results.json has fewer than two processing pulses".to_owned()),
        None => Err(missing(run, FileRole::Json, "results.json")),
    };
    let power = (run.mode == Mode::Energy).then(|| {
        let claimed = claims.energies.last().and_then(|energy| energy.power.as_ref());
        let recomputed = entry
            .and_then(|entry| entry.power.as_ref())
            .ok_or_else(|| missing(run, FileRole::Json, "results.json"))
            .and_then(|power| {
                energy::trial_power_mw(power).ok_or_else(|| "the trace does not contain a window".to_owned())
            });
        figure(claimed, recomputed)
    });
    let claimed = claims.wakeword.map(|at| at.value);
    run.scores.wakeword = Some(Box::new(WakewordScores {
        true_positives: count(|counts| counts.true_positives, claimed.map(|counts| counts.true_positives)),
        false_negatives: count(|counts| counts.false_negatives, claimed.map(|counts| counts.false_negatives)),
        false_positives: count(|counts| counts.false_positives, claimed.map(|counts| counts.false_positives)),
        documented: documented.map(|counts| (counts.false_negatives, counts.false_positives)),
        duty_cycle: figure(claims.duty_cycle.as_ref(), duty.as_ref().map(|duty| duty.cycle).map_err(Clone::clone)),
        throughput: figure(claims.estimated_throughput.as_ref(), duty.map(|duty| duty.throughput)),
        power,
    }));
    if run.mode == Mode::Energy {
        energy_score(run);
    }
}

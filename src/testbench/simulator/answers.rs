//! Outputs of a simulated device, with the quality that its profile asks for.
//!
//! The first eight bytes of a synthetic input are a hash of its file name, by which the device recognises it. The
//! outputs for an unknown input, such as a real one, are random, with its bytes as the seed.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::Arc;

use super::profile::{Profile, Quality};
use super::random::{Random, seed_of};
use crate::audit::metrics::auc;
use crate::infer::{Arithmetic, Model, Network};
use crate::round::answers::{Answer, Family, answers};
use crate::round::{Dataset, dataset};

/// Answers to the inputs of one benchmark.
#[derive(Debug)]
pub(crate) struct Answers {
    outputs: usize,
    confidence: f64,
    /// The answered class or anomaly score, by hash of the file name.
    known: HashMap<u64, Known>,
    /// A model that is run instead, with its model string.
    network: Option<(Arc<Model>, String)>,
}

#[derive(Debug, Clone, Copy)]
enum Known {
    Class(usize),
    Score(f64),
}

/// Returns the input list on which a profile's benchmark is measured.
#[must_use]
pub fn list_of(profile: &Profile, benchmark: &str) -> Option<&'static Dataset> {
    match (benchmark, profile.quality.get(benchmark)) {
        (_, Some(Quality::Anomaly { list, .. })) => dataset(list),
        ("ic" | "ic2", _) => dataset("ic01"),
        (other, _) => dataset(&format!("{other}01")),
    }
}

impl Answers {
    /// Returns the answers of a profile for a benchmark.
    #[must_use]
    pub(crate) fn for_benchmark(profile: &Arc<Profile>, benchmark: &str) -> Self {
        let outputs = match benchmark {
            "kws" => 12,
            "ic" | "ic2" => 10,
            "vww" => 2,
            _ => 1,
        };
        let mut random = Random::new(profile.seed ^ seed_of(benchmark.as_bytes()));
        let (known, confidence) = match (list_of(profile, benchmark), profile.quality.get(benchmark)) {
            (Some(list), Some(Quality::Classes { right, confidence })) => {
                let known = answers(list.name, &format!("{benchmark}01"));
                let misses = |family: &&Family| right_of(family, list).abs_diff(*right);
                let classes = match known.and_then(|known| known.families.iter().min_by_key(misses)) {
                    Some(family) => answers_of_weights(family, list, *right, outputs, &mut random),
                    None => classes(list, *right, outputs, &mut random),
                };
                (classes, *confidence)
            }
            (Some(list), Some(Quality::Anomaly { auc, .. })) => (scores(list, *auc), 0.5),
            _ => (HashMap::new(), 0.5),
        };
        // Virtual time is the profile's, however long the model takes here.
        let network = profile.network.as_ref().map(|model| (Arc::clone(model), model_string(benchmark)));
        Self { outputs, confidence, known, network }
    }

    /// Returns the number of outputs of the model.
    #[must_use]
    pub(crate) const fn outputs(&self) -> usize {
        self.outputs
    }

    /// Returns the output vector for the bytes of an input.
    #[must_use]
    pub(crate) fn answer(&self, input: &[u8]) -> Vec<f64> {
        if let Some((model, name)) = &self.network {
            // An input of the wrong size has no answer; the firmware has said so before.
            let answer =
                Network::new(model, Arithmetic::DoubleRounding, name).and_then(|network| network.answer(input));
            return answer.unwrap_or_else(|_| vec![0.0; self.outputs]);
        }
        let mark = input.first_chunk::<8>().map_or(0, |bytes| u64::from_le_bytes(*bytes));
        let mut random = Random::new(seed_of(input));
        match self.known.get(&mark) {
            Some(Known::Score(score)) => {
                // The outputs of the slices are evenly above and below the file's score.
                let slice = input.get(8).copied().unwrap_or(0);
                vec![score + if slice % 2 == 0 { 0.004 } else { -0.004 }]
            }
            Some(Known::Class(class)) => self.vector(*class, &mut random),
            None if self.outputs == 1 => vec![10.0 + random.unit()],
            None => {
                let class = random.below(self.outputs);
                self.vector(class, &mut random)
            }
        }
    }

    /// Returns outputs in which the class gets at least the confidence, and the others share the rest unevenly.
    fn vector(&self, class: usize, random: &mut Random) -> Vec<f64> {
        let top = self.confidence + (0.996 - self.confidence) * random.unit().sqrt();
        let rival = random.below(self.outputs);
        let mut rest = 1.0 - top;
        (0..self.outputs)
            .map(|index| {
                if index == class {
                    return top;
                }
                let part = if index == rival { rest * 0.7 } else { rest * 0.2 * random.unit() };
                rest -= part;
                part.min(top * 0.9)
            })
            .collect()
    }
}

/// Returns the model string of a benchmark's reference firmware.
#[must_use]
pub fn model_string(benchmark: &str) -> String {
    if benchmark == "ic2" { "ic02".to_owned() } else { format!("{benchmark}01") }
}

/// Returns how many inputs the known weights classify correctly.
fn right_of(family: &Family, list: &Dataset) -> usize {
    let pairs = family.answers.iter().zip(&list.inputs);
    pairs.filter(|(known, (_, class))| known.answer == Answer::Class(*class)).count()
}

/// Returns the answers of known weights, so that the device behaves like one with the reference model. To reach the
/// wanted number of correct answers, answers are changed, those with little agreement and small margins first.
fn answers_of_weights(
    family: &Family,
    list: &Dataset,
    right: usize,
    outputs: usize,
    random: &mut Random,
) -> HashMap<u64, Known> {
    let doubt = |index: &usize| {
        let known = &family.answers[*index];
        (known.agreeing == family.submitters, known.margin)
    };
    let mut order: Vec<usize> = (0..list.inputs.len()).collect();
    order.sort_by(|a, b| doubt(a).partial_cmp(&doubt(b)).unwrap_or(Ordering::Equal));
    let mut now = right_of(family, list);
    let mut answers = HashMap::new();
    for index in order {
        let (name, class) = list.inputs[index];
        let class = class as usize;
        let mut said = match family.answers[index].answer {
            Answer::Class(said) => said as usize,
            Answer::Score(_) => class,
        };
        if now < right && said != class {
            said = class;
            now += 1;
        } else if now > right && said == class {
            said = (class + 1 + random.below(outputs - 1)) % outputs;
            now -= 1;
        }
        answers.insert(seed_of(name.as_bytes()), Known::Class(said));
    }
    answers
}

fn classes(list: &Dataset, right: usize, outputs: usize, random: &mut Random) -> HashMap<u64, Known> {
    let mut order: Vec<usize> = (0..list.inputs.len()).collect();
    random.shuffle(&mut order);
    let mut answers = HashMap::new();
    for (rank, index) in order.into_iter().enumerate() {
        let (name, class) = list.inputs[index];
        let class = class as usize;
        let said = if rank < right { class } else { (class + 1 + random.below(outputs - 1)) % outputs };
        answers.insert(seed_of(name.as_bytes()), Known::Class(said));
    }
    answers
}

/// Returns the scores of the reference model, those of all anomalies moved by one amount to get the wanted area under
/// the curve.
fn scores(list: &Dataset, auc: f64) -> HashMap<u64, Known> {
    /// Anomalies are moved by at most this amount, more than the range of the scores.
    const MOST: f64 = 100.0;
    /// Halvings of the range, to below the resolution of a score.
    const STEPS: u32 = 40;
    let known = answers(list.name, "ad01").and_then(|known| known.families.first());
    let score = |index: usize| match known.and_then(|family| family.answers.get(index)) {
        Some(one) => match one.answer {
            Answer::Score(score) => score,
            Answer::Class(class) => f64::from(class),
        },
        None => index as f64,
    };
    let moved = |by: f64| -> Vec<(f64, bool)> {
        let anomalies = list.inputs.iter().map(|(_, class)| *class > 0).enumerate();
        anomalies.map(|(index, anomaly)| (score(index) + if anomaly { by } else { 0.0 }, anomaly)).collect()
    };
    let (mut low, mut high) = (-MOST, MOST);
    for _ in 0..STEPS {
        let middle = f64::midpoint(low, high);
        let below = auc::exact(&moved(middle)).is_ok_and(|reached| reached < auc);
        if below { low = middle } else { high = middle }
    }
    let by_name = list.inputs.iter().zip(moved(high));
    by_name.map(|((name, _), (score, _))| (seed_of(name.as_bytes()), Known::Score(score))).collect()
}

/// Returns the bytes of a synthetic input file of the given size.
#[must_use]
pub fn synthetic_input(name: &str, bytes: usize, stride: usize) -> Vec<u8> {
    let mark = seed_of(name.as_bytes()).to_le_bytes();
    let mut random = Random::new(seed_of(name.as_bytes()));
    let mut content: Vec<u8> = (0..bytes.div_ceil(8)).flat_map(|_| random.bits().to_le_bytes()).take(bytes).collect();
    let step = if stride == 0 { bytes.max(1) } else { stride };
    for (slice, start) in (0..bytes).step_by(step).enumerate() {
        if let Some(head) = content.get_mut(start..start + 9) {
            head[..8].copy_from_slice(&mark);
            head[8] = u8::try_from(slice % 256).unwrap_or(0);
        }
    }
    content
}

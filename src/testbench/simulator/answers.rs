//! What a simulated device answers to an input: outputs of the wanted quality.
//!
//! Synthetic inputs carry the fingerprint of their file name in their first eight bytes, so that the device knows what
//! it looks at. An input it does not know, a real one, is answered by its own bytes' whim.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::Arc;

use super::profile::{Profile, Quality};
use super::random::{Random, seed_of};
use crate::round::answers::{Answer, Family, answers};
use crate::round::{Dataset, dataset};

/// Answers of one benchmark.
#[derive(Debug)]
pub struct Answers {
    outputs: usize,
    confidence: f64,
    /// By fingerprint of the name: the class it answers, or its anomaly score in thousandths.
    known: HashMap<u64, Known>,
}

#[derive(Debug, Clone, Copy)]
enum Known {
    Class(usize),
    Score(f64),
}

/// The input list a benchmark is measured on with a profile.
#[must_use]
pub fn list_of(profile: &Profile, benchmark: &str) -> Option<&'static Dataset> {
    match (benchmark, profile.quality.get(benchmark)) {
        (_, Some(Quality::Anomaly { list, .. })) => dataset(list),
        ("ic" | "ic2", _) => dataset("ic01"),
        (other, _) => dataset(&format!("{other}01")),
    }
}

impl Answers {
    /// The answers a profile gives for a benchmark.
    #[must_use]
    pub fn of(profile: &Arc<Profile>, benchmark: &str) -> Self {
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
                    Some(family) => like(family, list, *right, outputs, &mut random),
                    None => classes(list, *right, outputs, &mut random),
                };
                (classes, *confidence)
            }
            (Some(list), Some(Quality::Anomaly { auc, .. })) => (scores(list, *auc, &mut random), 0.5),
            _ => (HashMap::new(), 0.5),
        };
        Self { outputs, confidence, known }
    }

    /// How many outputs the model has.
    #[must_use]
    pub const fn outputs(&self) -> usize {
        self.outputs
    }

    /// The output vector for an input's bytes.
    #[must_use]
    pub fn answer(&self, input: &[u8]) -> Vec<f64> {
        let mark = input.first_chunk::<8>().map_or(0, |bytes| u64::from_le_bytes(*bytes));
        let mut random = Random::new(seed_of(input));
        match self.known.get(&mark) {
            Some(Known::Score(score)) => {
                // Slices of a file lie evenly around its score.
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

    /// The winner gets at least the confidence, the others share the rest unevenly.
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

/// How many inputs known weights answer right.
fn right_of(family: &Family, list: &Dataset) -> usize {
    let pairs = family.answers.iter().zip(&list.inputs);
    pairs.filter(|(known, (_, class))| known.answer == Answer::Class(*class)).count()
}

/// The answers of known weights, as a device with the reference model gives them; where more or fewer are to be right, those
/// are changed of which the weights are the least sure.
fn like(family: &Family, list: &Dataset, right: usize, outputs: usize, random: &mut Random) -> HashMap<u64, Known> {
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

/// Scores that give the wanted area: normal files stand on evenly spaced steps, and every anomaly is put above as many
/// of them as the area asks for.
fn scores(list: &Dataset, auc: f64, random: &mut Random) -> HashMap<u64, Known> {
    const LOWEST: f64 = 8.0;
    const STEP: f64 = 0.05;
    let (normal, anomalies): (Vec<_>, Vec<_>) = list.inputs.iter().partition(|(_, class)| *class == 0);
    let mut steps: Vec<usize> = (0..normal.len()).collect();
    random.shuffle(&mut steps);
    let mut answers = HashMap::new();
    for ((name, _), step) in normal.iter().zip(steps) {
        answers.insert(seed_of(name.as_bytes()), Known::Score(LOWEST + step as f64 * STEP));
    }
    // Most anomalies lie above all normal files, the others anywhere.
    let clear = 2.0 * auc - 1.0;
    let mut wanted = auc * (normal.len() * anomalies.len()) as f64;
    for (index, (name, _)) in anomalies.iter().enumerate() {
        let left = (anomalies.len() - index) as f64;
        let above = if (index as f64 + 0.5) / (anomalies.len() as f64) < clear {
            normal.len() as f64
        } else {
            let spread = (wanted / left * 2.0 * random.unit()).min(normal.len() as f64);
            if left <= 1.0 { wanted } else { spread }
        };
        let above = above.round().clamp(0.0, normal.len() as f64);
        wanted -= above;
        answers.insert(seed_of(name.as_bytes()), Known::Score(LOWEST + (above - 0.5) * STEP));
    }
    answers
}

/// Bytes of a synthetic input file of the right size.
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

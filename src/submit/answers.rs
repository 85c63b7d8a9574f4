//! Collects the answers of known weights from published rounds, for `rules/answers`.

use std::collections::BTreeMap;

use crate::audit::metrics::weights::{Given, given, nearest};
use crate::audit::report::Report;
use crate::round::answers::{Answer, Answers, Family, Known, of_list};
use crate::round::{Dataset, Mode, Task, dataset};

/// The collected answers to the inputs of one list, by family and submitter.
#[derive(Debug)]
pub struct Collected {
    known: &'static Answers,
    list: &'static Dataset,
    /// The accuracy runs by family and submitter.
    runs: BTreeMap<(String, String), Vec<Given>>,
    left_out: Vec<String>,
}

impl Collected {
    /// Starts an empty collection for a list. `None` if no family is known for the list.
    #[must_use]
    pub fn new(list: &str) -> Option<Self> {
        let (known, list) = (of_list(list)?, dataset(list)?);
        Some(Self { known, list, runs: BTreeMap::new(), left_out: Vec::new() })
    }

    /// Adds the accuracy runs of a round.
    pub fn add(&mut self, report: &Report) {
        for place in report.submission.runs().filter(|place| place.run.mode == Mode::Accuracy) {
            let Some(spec) = place.spec(&report.round).filter(|spec| spec.model == self.known.model) else { continue };
            let Some((list, answers)) = given(place.run, spec) else { continue };
            if list.name != self.list.name || answers.iter().any(Option::is_none) {
                continue;
            }
            let plain: Vec<Option<Answer>> = answers.iter().map(|one| one.map(|(answer, _)| answer)).collect();
            let agreement = nearest(&plain, &list.inputs, self.known, &report.round.weights);
            let own = agreement.filter(|one| !one.is_other_weights(&report.round.weights));
            let closed = place.system.is_closed() && spec.task != Task::Wakeword;
            match own.filter(|_| closed) {
                Some(own) => {
                    let key = (own.family.name.clone(), place.system.submitter.to_lowercase());
                    self.runs.entry(key).or_default().push(answers);
                }
                None => self.left_out.push(place.run.path.clone()),
            }
        }
    }

    /// Returns the paths of the runs that match no family.
    #[must_use]
    pub(crate) fn left_out(&self) -> &[String] {
        &self.left_out
    }

    /// Returns the answers of every known family, with `source` as their origin.
    #[must_use]
    pub fn answers(&self, source: &str) -> Answers {
        let families = self.known.families.iter().map(|family| self.family(family));
        Answers { source: source.to_owned(), families: families.collect(), ..self.known.clone() }
    }

    fn family(&self, known: &Family) -> Family {
        let submitters: Vec<&Vec<Given>> =
            self.runs.iter().filter(|((family, _), _)| *family == known.name).map(|(_, runs)| runs).collect();
        let answers = (0..self.list.inputs.len()).map(|place| {
            let own: Vec<(Answer, f64)> = submitters.iter().filter_map(|runs| for_submitter(runs, place)).collect();
            combine(&own, known.answers[place].answer)
        });
        let count = u32::try_from(submitters.len()).unwrap_or(u32::MAX);
        Family { submitters: count, answers: answers.collect(), ..known.clone() }
    }
}

/// Returns a submitter's answer to one input: the answer of most runs, with their mean margin.
fn for_submitter(runs: &[Given], place: usize) -> Option<(Answer, f64)> {
    let own: Vec<(Answer, f64)> = runs.iter().filter_map(|run| run[place]).collect();
    let known = combine(&own, own.first()?.0);
    Some((known.answer, known.margin))
}

/// Combines answers: the most frequent class (the smallest one on a tie), or the mean of scores. Without any answer,
/// the result is `unasked`.
fn combine(own: &[(Answer, f64)], unasked: Answer) -> Known {
    let count = own.len().max(1) as f64;
    if let Some((Answer::Score(_), _)) = own.first() {
        let scores =
            || own.iter().filter_map(|(answer, _)| if let Answer::Score(score) = answer { Some(*score) } else { None });
        let mean = scores().sum::<f64>() / count;
        let furthest =
            scores().map(|score| (score - mean).abs() / mean.abs().max(f64::MIN_POSITIVE)).fold(0.0, f64::max);
        let agreeing = u32::try_from(own.len()).unwrap_or(u32::MAX);
        return Known { answer: Answer::Score(mean), agreeing, margin: furthest };
    }
    let mut votes: BTreeMap<u32, u32> = BTreeMap::new();
    for (answer, _) in own {
        if let Answer::Class(class) = answer {
            *votes.entry(*class).or_default() += 1;
        }
    }
    let best = votes.iter().max_by_key(|(class, votes)| (**votes, std::cmp::Reverse(**class)));
    let (answer, agreeing) = best.map_or((unasked, 0), |(class, votes)| (Answer::Class(*class), *votes));
    Known { answer, agreeing, margin: own.iter().map(|(_, margin)| margin).sum::<f64>() / count }
}

//! What known weights answer, collected from published rounds (`rules/answers`).

use std::collections::BTreeMap;

use crate::audit::metrics::weights::{Given, given, nearest};
use crate::audit::report::Report;
use crate::round::answers::{Answer, Answers, Family, Known, of_list};
use crate::round::{Dataset, Mode, Task, dataset};

/// The answers of one list, by family and submitter.
#[derive(Debug)]
pub struct Collected {
    known: &'static Answers,
    list: &'static Dataset,
    /// The runs of every submitter, by the family they belong to.
    runs: BTreeMap<(String, String), Vec<Given>>,
    left_out: Vec<String>,
}

impl Collected {
    /// Nothing yet of a list; `None` where no family of it is known.
    #[must_use]
    pub fn of(list: &str) -> Option<Self> {
        let (known, list) = (of_list(list)?, dataset(list)?);
        Some(Self { known, list, runs: BTreeMap::new(), left_out: Vec::new() })
    }

    /// Adds the accuracy runs of a round, judged with its evidence.
    pub fn add(&mut self, report: &Report) {
        for place in report.submission.runs().filter(|place| place.run.mode == Mode::Accuracy) {
            let Some(spec) = place.spec(&report.round).filter(|spec| spec.model == self.known.model) else { continue };
            let Some((list, answers)) = given(place.run, spec) else { continue };
            if list.name != self.list.name || answers.iter().any(Option::is_none) {
                continue;
            }
            let plain: Vec<Option<Answer>> = answers.iter().map(|one| one.map(|(answer, _)| answer)).collect();
            let agreement = nearest(&plain, &list.inputs, self.known, &report.round.weights);
            let own = agreement.filter(|one| !one.are_others(&report.round.weights));
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

    /// Runs that belong to no family.
    #[must_use]
    pub fn left_out(&self) -> &[String] {
        &self.left_out
    }

    /// The answers of every family that somebody measured.
    #[must_use]
    pub fn answers(&self, source: &str) -> Answers {
        let families = self.known.families.iter().map(|family| self.family(family));
        Answers { source: source.to_owned(), families: families.collect(), ..self.known.clone() }
    }

    fn family(&self, known: &Family) -> Family {
        let submitters: Vec<&Vec<Given>> =
            self.runs.iter().filter(|((family, _), _)| *family == known.name).map(|(_, runs)| runs).collect();
        let answers = (0..self.list.inputs.len()).map(|place| {
            let own: Vec<(Answer, f64)> = submitters.iter().filter_map(|runs| of_submitter(runs, place)).collect();
            together(&own, known.answers[place].answer)
        });
        let count = u32::try_from(submitters.len()).unwrap_or(u32::MAX);
        Family { submitters: count, answers: answers.collect(), ..known.clone() }
    }
}

/// A submitter's answer to an input: that of most runs, with their mean margin.
fn of_submitter(runs: &[Given], place: usize) -> Option<(Answer, f64)> {
    let own: Vec<(Answer, f64)> = runs.iter().filter_map(|run| run[place]).collect();
    let known = together(&own, own.first()?.0);
    Some((known.answer, known.margin))
}

/// Several answers as one: of classes the most frequent, of equally frequent ones the smallest, of scores the mean.
fn together(own: &[(Answer, f64)], unasked: Answer) -> Known {
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

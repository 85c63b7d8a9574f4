//! Compares the answers of an accuracy run with those of published submissions, to find which known weights were used
//! and whether answers were improved by other means.
//!
//! A *family* is a set of weights that answer alike. Runs of the same weights, int8 or float, on any runtime, give the
//! same answers on *sure* inputs, on which all submitters agree and the best score leads clearly. Retrained weights do
//! not. Where answers differ from the family's, honest runs are correct about as often as wrong. On *hard* inputs,
//! which nearly every submitter gets wrong, honest runs are wrong, too.
//!
//! Source: 234 accuracy runs of six published rounds.

use super::accuracy::first_maximum;
use super::answers;
use crate::model::{Agreement, Example, Run, Signs};
use crate::round::answers::{Answer, Answers, Family, Known};
use crate::round::{BenchmarkSpec, Dataset, Round, Task, Weights};

/// Answers with their margins, in the order of a list; `None` for inputs without an answer.
pub(crate) type Given = Vec<Option<(Answer, f64)>>;

/// Maximum number of examples that are kept.
const EXAMPLES: usize = 3;

/// Returns the probability, 0 to 1, that at least as many of the differing answers are correct by chance: the tail of
/// the binomial distribution.
#[must_use]
pub(crate) fn probability(signs: Signs) -> f64 {
    binomial_tail(signs.right + signs.wrong, signs.right)
}

/// Returns the answers of an accuracy run in the order of its list, each with the margin of the best score over the
/// second, 0 to 1. If an input was answered twice, the first answer counts. `None` if the inputs do not match an
/// official list.
#[must_use]
pub fn given(run: &Run, spec: &BenchmarkSpec) -> Option<(&'static Dataset, Given)> {
    let list = run.inputs.as_ref()?.list?;
    let mut given = vec![None; list.inputs.len()];
    if spec.task == Task::Anomaly {
        let mut sums = vec![(0.0, 0_u32); list.inputs.len()];
        for answer in answers(run) {
            let (Some(place), Some(score)) = (list.place_of(answer.input), answer.outputs.first()) else { continue };
            let sum = &mut sums[place as usize];
            *sum = (sum.0 + score, sum.1 + 1);
        }
        for (given, (sum, count)) in given.iter_mut().zip(sums) {
            *given = (count > 0).then(|| (Answer::Score(sum / f64::from(count)), 1.0));
        }
        return Some((list, given));
    }
    let classes = spec.outputs?;
    for answer in answers(run) {
        let (Some(place), Some(outputs)) = (list.place_of(answer.input), answer.outputs.get(..classes)) else {
            continue;
        };
        given[place as usize] = given[place as usize].or_else(|| class(outputs));
    }
    Some((list, given))
}

/// Returns the class with the largest score, and its margin over the second as a fraction of the sum of all scores.
fn class(outputs: &[f64]) -> Option<(Answer, f64)> {
    let best = first_maximum(outputs)?;
    let second = outputs.iter().enumerate().filter(|(index, _)| *index != best).map(|(_, score)| *score);
    let second = second.fold(f64::NEG_INFINITY, f64::max);
    let sum: f64 = outputs.iter().sum();
    let margin = if sum > 0.0 { ((outputs[best] - second) / sum).clamp(0.0, 1.0) } else { 0.0 };
    Some((Answer::Class(u32::try_from(best).ok()?), margin))
}

/// Returns the known weights whose answers are most similar to those of a run.
#[must_use]
pub(crate) fn of(run: &Run, spec: &BenchmarkSpec, round: &Round) -> Option<Agreement> {
    let list = run.inputs.as_ref()?.list?;
    let known = crate::round::answers::answers(list.name, &spec.model)?;
    let (list, given) = given(run, spec)?;
    let given: Vec<Option<Answer>> = given.into_iter().map(|given| given.map(|(answer, _)| answer)).collect();
    nearest(&given, &list.inputs, known, &round.weights)
}

/// Returns the probability of `at_least` or more heads in `tosses` of a fair coin.
fn binomial_tail(tosses: usize, at_least: usize) -> f64 {
    // In logarithms, as the powers of one half underflow for large counts.
    let mut log_choose = 0.0;
    let mut tail = 0.0;
    for heads in 0..=tosses {
        if heads > 0 {
            log_choose += ((tosses - heads + 1) as f64).ln() - (heads as f64).ln();
        }
        if heads >= at_least {
            tail += (log_choose - tosses as f64 * std::f64::consts::LN_2).exp();
        }
    }
    tail.min(1.0)
}

/// Compares answers, in the order of the list, with every known family and returns the most similar one. `None` if the
/// run did not answer any sure input.
#[must_use]
pub fn nearest(
    given: &[Option<Answer>],
    inputs: &'static [(&'static str, u32)],
    known: &'static Answers,
    limits: &Weights,
) -> Option<Agreement> {
    let of = |family: &'static Family| agreement(given, inputs, family, known, limits);
    let agreements = known.families.iter().filter_map(of);
    agreements.min_by_key(|agreement| agreement.differing)
}

fn agreement(
    given: &[Option<Answer>],
    inputs: &'static [(&'static str, u32)],
    family: &'static Family,
    known: &'static Answers,
    limits: &Weights,
) -> Option<Agreement> {
    let mut found = Agreement {
        family,
        sure: 0,
        otherwise: 0,
        examples: Vec::new(),
        differing: 0,
        signs: Signs::default(),
        agreed: Signs::default(),
        hard: (0, 0),
    };
    for (place, (given, (input, class))) in given.iter().zip(inputs).enumerate() {
        let (Some(given), Some(own)) = (*given, family.answers.get(place)) else { continue };
        let differs = differs(given, own.answer, limits);
        if is_sure(own, family, limits) {
            found.sure += 1;
            if differs {
                found.otherwise += 1;
                if found.examples.len() < EXAMPLES {
                    found.examples.push(Example { input, given, known: own.answer, class: *class });
                }
            }
        }
        found.differing += usize::from(differs);
        let Answer::Class(answer) = given else { continue };
        let right = answer == *class;
        if differs {
            let wrong = own.answer == Answer::Class(*class);
            let all_alike = own.agreeing == family.submitters;
            for signs in [Some(&mut found.signs), all_alike.then_some(&mut found.agreed)].into_iter().flatten() {
                signs.right += usize::from(right);
                signs.wrong += usize::from(wrong);
            }
        }
        if is_hard(place, *class, known, limits) {
            found.hard.0 += 1;
            found.hard.1 += usize::from(right);
        }
    }
    (found.sure > 0).then_some(found)
}

fn differs(given: Answer, known: Answer, limits: &Weights) -> bool {
    match (given, known) {
        (Answer::Score(given), Answer::Score(known)) => (given - known).abs() > limits.score_fraction * known.abs(),
        _ => given != known,
    }
}

/// Whether all submitters of a family agree clearly on an input.
pub(crate) fn is_sure(known: &Known, family: &Family, limits: &Weights) -> bool {
    let clear = match known.answer {
        Answer::Class(_) => known.margin >= limits.sure_margin,
        Answer::Score(_) => known.margin <= limits.score_fraction / 2.0,
    };
    known.agreeing == family.submitters && clear
}

/// Whether at most `hard_fraction` of all submitters can have answered an input correctly.
fn is_hard(place: usize, class: u32, known: &Answers, limits: &Weights) -> bool {
    let (mut all, mut wrong) = (0, 0);
    for family in &known.families {
        all += family.submitters;
        if let Some(own) = family.answers.get(place).filter(|own| own.answer != Answer::Class(class)) {
            wrong += own.agreeing;
        }
    }
    f64::from(all - wrong) <= limits.hard_fraction * f64::from(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn limits() -> Weights {
        Round::named("v1.3").unwrap().weights
    }

    #[test]
    fn binomial_tail_of_known_values() {
        assert!((binomial_tail(4, 4) - 1.0 / 16.0).abs() < 1e-12);
        assert!((binomial_tail(3, 0) - 1.0).abs() < 1e-12);
        assert!(binomial_tail(2000, 1100) < 1e-5);
    }

    fn known(scores: bool, answers: [Answer; 4]) -> &'static Answers {
        let known = |answer| Known { answer, agreeing: 5, margin: if scores { 0.001 } else { 0.9 } };
        let family =
            Family { name: "a".into(), submitters: 5, title: String::new(), answers: answers.map(known).into() };
        Box::leak(Box::new(Answers {
            list: String::new(),
            model: String::new(),
            scores,
            source: String::new(),
            families: vec![family],
        }))
    }

    #[test]
    fn differing_and_hard_answers_are_counted() {
        use Answer::Class;
        let known = known(false, [Class(0), Class(1), Class(1), Class(0)]);
        let given = [Some(Class(0)), Some(Class(0)), Some(Class(0)), None];
        // The family, and so every submitter, gets the third of four inputs wrong.
        let found = nearest(&given, &[("0", 0), ("1", 1), ("2", 0), ("3", 0)], known, &limits()).unwrap();
        assert_eq!((found.sure, found.otherwise, found.hard), (3, 2, (1, 1)));
        let one_each = Signs { right: 1, wrong: 1 };
        assert_eq!((found.signs, found.agreed), (one_each, one_each));
        assert_eq!(found.examples[0], Example { input: "1", given: Class(0), known: Class(1), class: 1 });
        assert!(!found.is_other_weights(&limits()));
    }

    #[test]
    fn small_differences_of_scores_are_tolerated() {
        use Answer::Score;
        let known = known(true, [Score(10.0), Score(20.0), Score(30.0), Score(40.0)]);
        let given = [Some(Score(10.1)), Some(Score(20.0)), Some(Score(60.0)), Some(Score(40.0))];
        let found = nearest(&given, &[("0", 0), ("1", 0), ("2", 1), ("3", 1)], known, &limits()).unwrap();
        assert_eq!((found.sure, found.otherwise), (4, 1));
    }
}

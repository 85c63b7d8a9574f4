//! Detection of weights from the answers of published runs, and of forged answers.

use std::path::Path;

use tinyaudit::audit::metrics::weights::{given, nearest};
use tinyaudit::audit::report::{Loading, Report};
use tinyaudit::model::Agreement;
use tinyaudit::round::answers::{Answer, Answers, answers, of_list};
use tinyaudit::round::{Dataset, Mode, Round, Weights};
use tinyaudit::source::Tree;
use tinyaudit::submit::answers::Collected;

use crate::corpus::rounds;

const NAMES: [&str; 4] = ["v0.5", "v0.7", "v1.2", "v1.3"];

fn report(root: &Path, round: &str) -> Report {
    let how = Loading { evidence: true, ..Loading::default() };
    Report::load(&Tree::open(&root.join(round)).unwrap(), Round::named(round).unwrap(), how).unwrap()
}

/// The shipped answers equal those of the available rounds, for all inputs on which all submitters agree.
#[test]
fn the_shipped_answers_are_those_of_published_rounds() {
    let Some(root) = rounds() else { return };
    let reports: Vec<Report> = NAMES.iter().map(|name| report(&root, name)).collect();
    let limits = reports[0].round.weights;
    for list in ["ic01", "ic01-v05", "kws01", "vww01"] {
        let mut collected = Collected::new(list).unwrap();
        for report in &reports {
            collected.add(report);
        }
        let made = collected.answers("here");
        for (shipped, made) in of_list(list).unwrap().families.iter().zip(&made.families) {
            assert!(made.submitters >= 2, "{list} {}", made.name);
            let pairs: Vec<_> = shipped.answers.iter().zip(&made.answers).collect();
            let sure = pairs
                .iter()
                .filter(|(known, _)| known.agreeing == shipped.submitters && known.margin >= limits.sure_margin);
            for (known, made) in sure {
                assert_eq!(known.answer, made.answer, "{list} {}", shipped.name);
                assert!((known.margin - made.margin).abs() < 0.5);
            }
            let same = pairs.iter().filter(|(known, made)| known.answer == made.answer).count();
            assert!(same * 100 >= 97 * pairs.len(), "{list} {}: {same} of {}", shipped.name, pairs.len());
        }
    }
}

/// A published accuracy run.
struct Published {
    path: String,
    closed: bool,
    list: &'static Dataset,
    known: &'static Answers,
    answers: Vec<Option<Answer>>,
}

fn published(root: &Path) -> (Vec<Published>, Weights) {
    let mut found = Vec::new();
    let mut limits = None;
    for name in NAMES {
        let report = report(root, name);
        limits = Some(report.round.weights);
        for place in report.submission.runs().filter(|place| place.run.mode == Mode::Accuracy) {
            let Some(spec) = place.spec(&report.round) else { continue };
            let Some((list, answered)) = given(place.run, spec) else { continue };
            let Some(known) = answers(list.name, &spec.model) else { continue };
            if answered.iter().all(Option::is_some) {
                let answers = answered.into_iter().map(|one| one.map(|(answer, _)| answer)).collect();
                let path = format!("{name}/{}", place.run.path);
                found.push(Published { path, closed: place.system.is_closed(), list, known, answers });
            }
        }
    }
    (found, limits.unwrap())
}

fn is_noticed(found: &Agreement, limits: &Weights) -> bool {
    let (asked, right) = found.hard;
    found.is_other_weights(limits)
        || found.signs.deviations() > limits.sign_deviations
        || found.agreed.deviations() > limits.agreed_deviations
        || asked >= limits.hard_inputs && right as f64 > limits.hard_right_fraction * asked as f64
}

fn next(seed: &mut u64) -> usize {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    usize::try_from(*seed >> 33).unwrap()
}

/// The answers of a run with `count` randomly chosen wrong ones corrected.
fn corrected(run: &Published, count: usize, seed: &mut u64) -> Vec<Option<Answer>> {
    let mut answers = run.answers.clone();
    let is_wrong = |place: &usize| answers[*place] != Some(Answer::Class(run.list.inputs[*place].1));
    let mut wrong: Vec<usize> = (0..answers.len()).filter(is_wrong).collect();
    for _ in 0..count.min(wrong.len()) {
        let place = wrong.swap_remove(next(seed) % wrong.len());
        answers[place] = Some(Answer::Class(run.list.inputs[place].1));
    }
    answers
}

/// Minimum share of forgeries that are detected: honest runs in which wrong answers are corrected for 1, 2 or 5 % of
/// the inputs, and answers of retrained models submitted as those of the reference. No honest run is reported.
#[test]
fn forged_answers_are_detected() {
    let Some(root) = rounds() else { return };
    let (runs, limits) = published(&root);
    let nearest = |run: &Published, answers: &[Option<Answer>]| nearest(answers, &run.list.inputs, run.known, &limits);
    let honest: Vec<&Published> = runs
        .iter()
        .filter(|run| run.closed && nearest(run, &run.answers).is_some_and(|found| !found.is_other_weights(&limits)))
        .collect();
    assert!(honest.len() > 100, "{}", honest.len());
    let mut most = (0.0_f64, 0.0_f64);
    for run in &honest {
        let found = nearest(run, &run.answers).unwrap();
        assert!(!is_noticed(&found, &limits), "{}: {found:?}", run.path);
        most.0 = most.0.max(found.signs.deviations());
        if found.hard.0 >= limits.hard_inputs {
            most.1 = most.1.max(found.hard.1 as f64 / found.hard.0 as f64);
        }
    }
    println!("{} honest runs: at most {:.2} deviations, {:.2} of the hard inputs right", honest.len(), most.0, most.1);
    let mut seed = 17;
    for (list, percent, at_least) in [
        ("kws01", 1, 77),
        ("kws01", 2, 99),
        ("kws01", 5, 100),
        ("vww01", 1, 75),
        ("vww01", 2, 99),
        ("vww01", 5, 100),
        ("ic01", 5, 60),
    ] {
        let own: Vec<&&Published> = honest.iter().filter(|run| run.list.name == list).collect();
        let tries = 20;
        let mut noticed = 0;
        for run in &own {
            for _ in 0..tries {
                let forged = corrected(run, run.list.inputs.len() * percent / 100, &mut seed);
                noticed += usize::from(nearest(run, &forged).is_some_and(|found| is_noticed(&found, &limits)));
            }
        }
        let rate = 100 * noticed / (own.len() * tries);
        println!("{list} +{percent} %: {noticed} of {} ({rate} %)", own.len() * tries);
        assert!(rate >= at_least, "{list} +{percent} %: {rate} %, expected {at_least} %");
    }
    // Retrained models of the open division, submitted as if in the closed division.
    let open: Vec<&Published> = runs.iter().filter(|run| !run.closed).collect();
    assert!(open.len() >= 8);
    for run in open {
        let found = nearest(run, &run.answers).unwrap();
        assert!(is_noticed(&found, &limits), "{}: {found:?}", run.path);
    }
}

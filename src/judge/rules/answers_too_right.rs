use crate::judge::metrics::weights::probability;
use crate::judge::rule::{Findings, rule};
use crate::read::submission::{Agreement, Signs, Submission};
use crate::round::{FileRole, Mode, Round};

rule! {
    /// The answers are right where those of the same weights are wrong, more often than chance explains.
    ///
    /// Another rounding or runtime changes answers as well to the better as to the worse. Where the answers that differ
    /// from the family's are nearly all right, or those that nearly every submitter gets wrong are right here, somebody
    /// may have written them.
    ///
    /// Calibrated on 234 runs of six rounds: the answers that differ are at most 2.67 standard deviations more often right;
    /// of the inputs that all other submitters answer alike, 117 runs have at most three right ones more than wrong (1.7
    /// deviations); 117 honest runs get at most 14 % of the hard inputs right. Of logs in which the right answer was written to
    /// so many inputs that were answered wrong, 8 in 10 are found for 1 % of the inputs of kws and vww, all for 2 %; of the
    /// 200 inputs of ic two thirds for 5 %.
    ///
    /// Help: say how the answers came about, and repeat the accuracy run before a witness.
    ///
    /// Source: MLPerf Tiny rules, 6.1 and 8.2; answers of published submissions (`rules/answers`).
    "answers-too-right", Accuracy, Warning, check
}

fn check(submission: &Submission, round: &Round, findings: &mut Findings) {
    for place in submission.runs().filter(|place| place.run.mode == Mode::Accuracy) {
        // Another model of the open division is right in other places by itself.
        let comparable = |one: &&Agreement| place.system.is_closed() || !one.are_others(&round.weights);
        let Some(agreement) = place.run.agreement.as_ref().filter(comparable) else { continue };
        let limits = &round.weights;
        let all = signs(agreement.signs, limits.sign_deviations, "the answers", agreement);
        let agreed = || {
            let which = "the answers to inputs that all submitters answer alike,";
            signs(agreement.agreed, limits.agreed_deviations, which, agreement)
        };
        for message in all.or_else(agreed).into_iter().chain(hard(agreement, round)) {
            findings.at(place.run.path_of(FileRole::Log), 0, message);
        }
    }
}

fn signs(signs: Signs, most: f64, which: &str, agreement: &Agreement) -> Option<String> {
    let deviations = signs.deviations();
    (deviations > most).then(|| {
        let Signs { right, wrong } = signs;
        format!(
            "of {which} that differ from family {}'s, {right} are right and {wrong} wrong: {deviations:.2} standard \
             deviations, expected at most {most}; by chance this happens once in {:.0} runs",
            agreement.family.name,
            1.0 / probability(signs).max(1e-12)
        )
    })
}

fn hard(agreement: &Agreement, round: &Round) -> Option<String> {
    let (asked, right) = agreement.hard;
    let most = round.weights.hard_right_fraction;
    (asked >= round.weights.hard_inputs && right as f64 > most * asked as f64).then(|| {
        format!(
            "{right} of the {asked} inputs that at most {:.0} % of all submitters get right are right here, expected at \
             most {:.0} %",
            100.0 * round.weights.hard_fraction,
            100.0 * most
        )
    })
}

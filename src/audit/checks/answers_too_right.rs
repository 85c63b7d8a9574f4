use super::prelude::*;
use crate::audit::metrics::weights::probability;
use crate::model::{Agreement, Signs};
use crate::round::Weights;

check! {
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
    "answers-too-right", Accuracy, Warning, Run(check)
}

/// A message, what was measured, the limit and the unit of both.
type Excess = (String, f64, f64, &'static str);

fn check(view: &RunView<'_>, mut found: Findings) -> Outcome {
    let limits = &view.round.weights;
    // Another model of the open division is right in other places by itself.
    let comparable = |one: &&Agreement| view.is(Mode::Accuracy) && (view.is_closed() || !one.are_others(limits));
    let Some(agreement) = view.run.agreement.as_ref().filter(comparable) else { return Outcome::NotApplicable };
    let all = signs(agreement.signs, limits.sign_deviations, "the answers", agreement);
    let agreed = || {
        let which = "the answers to inputs that all submitters answer alike,";
        signs(agreement.agreed, limits.agreed_deviations, which, agreement)
    };
    for (message, measured, most, unit) in all.or_else(agreed).into_iter().chain(hard(agreement, limits)) {
        found.at(view.run.path_of(FileRole::Log), 0, message).measured(measured, most, unit);
    }
    found.or_pass(view.at(FileRole::Log, 0))
}

fn signs(signs: Signs, most: f64, which: &str, agreement: &Agreement) -> Option<Excess> {
    let deviations = signs.deviations();
    (deviations > most).then(|| {
        let Signs { right, wrong } = signs;
        let message = format!(
            "of {which} that differ from family {}'s, {right} are right and {wrong} wrong: {deviations:.2} standard \
             deviations, expected at most {most}; by chance this happens once in {:.0} runs",
            agreement.family.name,
            1.0 / probability(signs).max(1e-12)
        );
        (message, deviations, most, "")
    })
}

fn hard(agreement: &Agreement, limits: &Weights) -> Option<Excess> {
    let (asked, right) = agreement.hard;
    let most = limits.hard_right_fraction;
    (asked >= limits.hard_inputs && right as f64 > most * asked as f64).then(|| {
        let message = format!(
            "{right} of the {asked} inputs that at most {:.0} % of all submitters get right are right here, expected at \
             most {:.0} %",
            100.0 * limits.hard_fraction,
            100.0 * most
        );
        (message, 100.0 * right as f64 / asked as f64, 100.0 * most, "%")
    })
}

use super::prelude::*;
use crate::audit::metrics::weights::probability;
use crate::model::{Agreement, Signs};
use crate::round::Weights;

check! {
    /// Answers that differ from reference runs of the same weights are right more often than chance explains.
    ///
    /// Another rounding or runtime changes answers for the better as often as for the worse. If nearly all answers that
    /// differ from the reference runs are right, or if the run is right on hard inputs, which nearly every submitter
    /// gets wrong, the answers may have been edited.
    ///
    /// Calibrated on 234 runs of six rounds: answers that differ are right more often than chance explains by at most
    /// 2.67 standard deviations; on inputs that all other submitters answer alike, 117 runs have at most three more
    /// right answers than wrong ones (1.7 deviations); 117 honest runs get at most 14 % of the hard inputs right. In
    /// test logs, wrong answers were replaced by right ones. If this was done for 1 % of the inputs of kws and vww, 8
    /// in 10 such logs are found, for 2 % all of them; for 5 % of the 200 inputs of ic, two thirds are found.
    ///
    /// Help: explain how the answers were produced, and repeat the accuracy run in front of a witness.
    ///
    /// Source: MLPerf Tiny rules, 6.1 and 8.2; answers of published submissions (`rules/answers`).
    "answers-too-right", Accuracy, Warning, Run(check)
}

/// A message, the measured value, its limit, and the unit of both.
type Excess = (String, f64, f64, &'static str);

fn check(view: &RunView<'_>, mut found: Findings) -> Outcome {
    let limits = &view.round.weights;
    // In the open division, another model is right on other inputs anyway.
    let comparable = |one: &&Agreement| view.is(Mode::Accuracy) && (view.is_closed() || !one.is_other_weights(limits));
    let Some(agreement) = view.run.agreement.as_ref().filter(comparable) else { return Outcome::NotApplicable };
    let all = signs(agreement.signs, limits.sign_deviations, "the answers", agreement);
    let agreed = || {
        let which = "the answers to inputs that all submitters answer alike";
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
            "where {which} differ from the reference runs (weights {}), {right} are right and {wrong} wrong: \
             {deviations:.2} standard deviations, expected at most {most}; by chance this happens once in {:.0} runs",
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
            "{right} of the {asked} inputs that at most {:.0} % of all submitters get right are right in this run, \
             expected at most {:.0} %",
            100.0 * limits.hard_fraction,
            100.0 * most
        );
        (message, 100.0 * right as f64 / asked as f64, 100.0 * most, "%")
    })
}

use super::prelude::*;
use crate::round::answers::Answer;

check! {
    /// The answers are not those of the reference weights.
    ///
    /// The closed division runs the reference model with its weights; runs of the same weights, int8 or float, on any
    /// runtime, answer alike wherever the weights are sure of the answer. Other weights, retrained or converted with a
    /// loss, do not. In the open division this says no more than that the model is another one.
    ///
    /// Calibrated on 200 closed results of kws, ic and vww in six rounds: the same weights answer at most 1.75 % of the sure
    /// inputs otherwise, most of them none; the least of another model is 2.7 %.
    ///
    /// Help: say which model file was converted, by which tools, and what was done to its weights; if they were retrained,
    /// move the result to the open division.
    ///
    /// Source: MLPerf Tiny rules, 8.1 and 8.2; answers of published submissions (`rules/answers`).
    "weights-not-reference", Accuracy, Warning, Run(check),
    needs: [quality_target_missed],
}

fn check(view: &RunView<'_>, mut found: Findings) -> Outcome {
    let limits = &view.round.weights;
    let Some(agreement) = view.run.agreement.as_ref().filter(|_| view.is(Mode::Accuracy)) else {
        return Outcome::NotApplicable;
    };
    if agreement.are_others(limits) {
        let (percent, limit) = (100.0 * agreement.otherwise_fraction(), 100.0 * limits.otherwise_fraction);
        let message = format!(
            "{} of the {} inputs of which family {} is sure are answered otherwise ({percent:.1} %), expected at most {limit:.0} %",
            agreement.otherwise, agreement.sure, agreement.family.name
        );
        let finding = found.at(view.run.path_of(FileRole::Log), 0, message).measured(percent, limit, "%");
        if !view.is_closed() {
            finding.help("nothing, if the model is one of your own; say in the description where it comes from.");
        }
        finding.note(format!(
            "family {} is {}, measured by {} submitters; no other known weights answer more inputs alike",
            agreement.family.name, agreement.family.title, agreement.family.submitters
        ));
        for example in &agreement.examples {
            let shown = |answer: Answer| match answer {
                Answer::Class(class) => class.to_string(),
                Answer::Score(score) => format!("{score:.3}"),
            };
            finding.note(format!(
                "`{}` (class {}): answered {}, by the family {}",
                example.input,
                example.class,
                shown(example.given),
                shown(example.known)
            ));
        }
    }
    let first = view.run.inferences().first().map_or(0, |one| one.line);
    found.or_pass((agreement.sure > 0).then(|| view.at(FileRole::Log, first)))
}

use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::round::answers::Answer;
use crate::round::{FileRole, Mode, Round};

rule! {
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
    "weights-not-reference", Accuracy, Warning, check
}

fn check(submission: &Submission, round: &Round, findings: &mut Findings) {
    for place in submission.runs().filter(|place| place.run.mode == Mode::Accuracy) {
        let Some(agreement) = place.run.agreement.as_ref().filter(|one| one.are_others(&round.weights)) else {
            continue;
        };
        let message = format!(
            "{} of the {} inputs of which family {} is sure are answered otherwise ({:.1} %), expected at most {:.0} %",
            agreement.otherwise,
            agreement.sure,
            agreement.family.name,
            100.0 * agreement.otherwise_fraction(),
            100.0 * round.weights.otherwise_fraction
        );
        let finding = findings.at(place.run.path_of(FileRole::Log), 0, message);
        if !place.system.is_closed() {
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
}

use super::prelude::*;
use crate::round::answers::Answer;

check! {
    /// The answers are not those of the reference weights.
    ///
    /// The closed division runs the reference model with the reference weights. Runs of the same weights, int8 or
    /// float, on any runtime, give the same answer to every input where all published runs of these weights agree
    /// clearly. Weights that were retrained, or converted with a loss, do not. In the open division this finding only
    /// says that the model is a different one.
    ///
    /// Calibrated on 200 closed results of kws, ic and vww in six rounds: runs of the same weights answer at most
    /// 1.75 % of these inputs differently, most of them none; other models answer at least 2.7 % differently.
    ///
    /// Anomaly scores are not judged: only one computation of the reference is at hand. The proof says how many files
    /// have its score.
    ///
    /// With `--weights`, and in `results`, the finding says which reference weights are in the code: if they were
    /// quantised anew, other answers follow.
    ///
    /// Help: say in the README which model file was converted, with which tools, and how its weights were changed; if
    /// they were retrained, move the result to the open division.
    ///
    /// Source: MLPerf Tiny rules, 8.1 and 8.2; answers of published submissions (`rules/answers`).
    "weights-not-reference", Accuracy, Warning, Run(check),
    needs: [quality_target_missed],
}

fn check(view: &RunView<'_>, mut found: Findings) -> Outcome {
    let limits = &view.round.weights;
    let known = view.run.agreement.as_ref().filter(|agreement| !agreement.family.has_scores());
    let Some(agreement) = known.filter(|_| view.is(Mode::Accuracy)) else {
        return Outcome::NotApplicable;
    };
    if agreement.is_other_weights(limits) {
        let (percent, limit) = (100.0 * agreement.otherwise_fraction(), 100.0 * limits.otherwise_fraction);
        let message = format!(
            "on {} of the {} inputs where all runs of known weights {} agree clearly, this run answers differently \
             ({percent:.1} %), expected at most {limit:.0} %",
            agreement.otherwise, agreement.sure, agreement.family.name
        );
        let finding = found.at(view.run.path_of(FileRole::Log), 0, message).measured(percent, limit, "%");
        if !view.is_closed() {
            finding.help("nothing to do if the model is your own; say in the description where it comes from.");
        }
        finding.note(format!(
            "known weights {}: {}, measured by {} submitters; no other weights agree with this run on more inputs",
            agreement.family.name, agreement.family.title, agreement.family.submitters
        ));
        // Reference weights that were quantised anew give other answers, so the code may explain the difference.
        if let Some(weights) = view.weights_in_code() {
            finding.note(format!("the code: {weights}"));
        }
        for example in &agreement.examples {
            let text = |answer: Answer| match answer {
                Answer::Class(class) => class.to_string(),
                Answer::Score(score) => format!("{score:.3}"),
            };
            finding.note(format!(
                "`{}` (class {}): this run answers {}, the known weights answer {}",
                example.input,
                example.class,
                text(example.given),
                text(example.known)
            ));
        }
    }
    let first = view.run.inferences().first().map_or(0, |one| one.line);
    found.or_pass((agreement.sure > 0).then(|| view.at(FileRole::Log, first)))
}

use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::round::Round;

rule! {
    /// A closed submission ships a model that is none of the reference files.
    ///
    /// The reference weights may be converted and quantised; then the file differs, and its description must say how it
    /// was made.
    ///
    /// Help: say in the description how the model is derived from the reference model.
    ///
    /// Source: MLPerf Tiny rules, 8.1; digests of the reference models in `rules/models.txt`.
    "model-not-reference", Evidence, Note, check
}

fn check(submission: &Submission, _: &Round, findings: &mut Findings) {
    for models in submission.submitters.iter().filter_map(|submitter| submitter.documents.models.as_ref()) {
        let which = match models.count {
            1 => "this model file has".to_owned(),
            count => format!("of {count} model files this is the smallest that has"),
        };
        let message = format!("{which} not the checksum of a reference model, as is normal for converted ones");
        findings.at(&models.own, 0, message);
    }
}

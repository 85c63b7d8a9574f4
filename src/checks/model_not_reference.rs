use crate::round::Round;
use crate::round::reference_model;
use crate::rule::{Findings, rule};
use crate::submission::Submission;

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
    for submitter in submission.submitters.iter().filter(|submitter| submitter.is_closed()) {
        let models: Vec<_> =
            submitter.documents.code.iter().filter_map(|file| Some((&file.path, file.model_md5.as_deref()?))).collect();
        let mut unknown = models.iter().filter(|(_, md5)| reference_model(md5).is_none());
        if let Some((first, _)) = unknown.next() {
            let others = unknown.count();
            let message = format!(
                "{} of {} model files have not the checksum of a reference model, as is normal for converted ones",
                others + 1,
                models.len()
            );
            findings.at(first, 0, message);
        }
    }
}

use super::prelude::*;

check! {
    /// A system description begins with a byte-order mark.
    ///
    /// The official checker cannot read such a file.
    ///
    /// Help: save the file as UTF-8 without a byte-order mark.
    ///
    /// Official checker: stops its whole run; no submitter gets a result.
    ///
    /// Source: `submission_checker.py` (json.load).
    "byte-order-mark", SystemDescription, Warning, Submitter(check)
}

fn check(view: &SubmitterView<'_>, mut found: Findings) -> Outcome {
    for path in &view.submitter.documents.byte_order_marks {
        found.at(path, 1, "the file begins with a byte-order mark");
    }
    let described = view.systems().iter().find(|system| system.description.is_some());
    found.or_pass(described.map(|system| Place::new(&system.description_path, 1)))
}

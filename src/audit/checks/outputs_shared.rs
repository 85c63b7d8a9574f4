use std::collections::BTreeMap;

use super::prelude::*;
use crate::model::System;
use crate::schema::spelling::plain;

check! {
    /// The outputs of a result are identical, to the last digit, to those of another submitter's result.
    ///
    /// Submitters that run the same kernels get the same outputs. If their descriptions name different frameworks, or
    /// if two wake word runs have detections at the same milliseconds, one result may be copied from the other. Results
    /// of an earlier round are compared too, if they are given.
    ///
    /// Calibrated on 136 accuracy runs of four rounds and 8 wake word runs: submitters with the same outputs name the
    /// same framework, or none; no two wake word runs have the same detections.
    ///
    /// Help: say in the README which kernels were run; if they are the same, name the framework in both descriptions.
    ///
    /// Source: MLPerf Tiny rules, 2.3.
    "outputs-shared", Evidence, Note, Across(check)
}

fn check(view: &SubmissionView<'_>, across: &mut Across) {
    let mut first_with = BTreeMap::new();
    for place in view.submission.earlier.iter().flat_map(|earlier| earlier.runs()) {
        place.run.output_digest.map(|digest| first_with.entry(digest).or_insert(place));
    }
    for place in view.submission.runs() {
        let Some(digest) = place.run.output_digest else { continue };
        let first = *first_with.entry(digest).or_insert(place);
        let (here, there) = (framework(place.system), framework(first.system));
        let known = !plain(here).is_empty() && !plain(there).is_empty();
        let alike = first_word(here) == first_word(there);
        let streams = place.run.log.as_ref().is_some_and(|log| log.detections.is_some());
        let others = plain(&place.system.submitter) != plain(&first.system.submitter);
        let heard_alike = streams && place.run.path != first.run.path && place.run.identity != first.run.identity;
        let path = place.run.path_of(FileRole::Log);
        across.judge(place.run, |mut found| {
            if heard_alike || others && known && !alike {
                let message = format!(
                    "every output equals that of `{}`, measured with `{there}`; the framework here is `{here}`",
                    first.run.path
                );
                found.at(path, 0, message);
            }
            found.or_pass(Place::whole(path))
        });
    }
}

/// Returns the first word of a framework's name, which is the same for all of its versions and variants.
fn first_word(framework: &str) -> String {
    plain(framework.split(|c: char| !c.is_alphanumeric()).find(|word| !word.is_empty()).unwrap_or_default())
}

fn framework(system: &System) -> &str {
    system.description.as_ref().map_or("", |description| description.text("Inference Framework"))
}

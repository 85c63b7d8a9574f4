use std::collections::BTreeMap;

use crate::judge::rule::{Findings, rule};
use crate::read::submission::{Place, Submission, System};
use crate::round::spelling::plain;
use crate::round::{FileRole, Round};

rule! {
    /// The outputs of a result are, to the last digit, those of another submitter's.
    ///
    /// Two submitters that run the same kernels give the same outputs. Where their descriptions name different frameworks, or
    /// where a stream was heard at the same milliseconds, one may have taken the other's. Results of an earlier round are
    /// compared where they are given.
    ///
    /// Calibrated on 136 accuracy runs of four rounds and 8 wake word runs: submitters with the same outputs name the same
    /// framework, or none; no two wake word runs hear the same.
    ///
    /// Help: say which kernels were run; if they are the same, name the framework in both descriptions.
    ///
    /// Source: MLPerf Tiny rules, 2.3.
    "outputs-shared", Evidence, Note, check
}

fn check(submission: &Submission, _: &Round, findings: &mut Findings) {
    let earlier = submission.earlier.iter().flat_map(|earlier| earlier.runs());
    let mut first_with: BTreeMap<u64, Place<'_>> = BTreeMap::new();
    for place in earlier {
        place.run.output_digest.map(|digest| first_with.entry(digest).or_insert(place));
    }
    for place in submission.runs() {
        let Some(digest) = place.run.output_digest else { continue };
        let first = *first_with.entry(digest).or_insert(place);
        let (here, there) = (framework(place.system), framework(first.system));
        let known = !plain(here).is_empty() && !plain(there).is_empty();
        let alike = first_word(here) == first_word(there);
        let streams = place.run.log.as_ref().is_some_and(|log| log.detections.is_some());
        let others = plain(&place.system.submitter) != plain(&first.system.submitter);
        let heard_alike = streams && place.run.path != first.run.path && place.run.identity != first.run.identity;
        if heard_alike || others && known && !alike {
            let message = format!(
                "every output is that of `{}`, measured with `{there}`; here the framework is `{here}`",
                first.run.path
            );
            findings.at(place.run.path_of(FileRole::Log), 0, message);
        }
    }
}

/// Names of one framework begin alike, whatever they say of its version and flavour.
fn first_word(framework: &str) -> String {
    plain(framework.split(|c: char| !c.is_alphanumeric()).find(|word| !word.is_empty()).unwrap_or_default())
}

fn framework(system: &System) -> &str {
    system.description.as_ref().map_or("", |description| description.text("Inference Framework"))
}

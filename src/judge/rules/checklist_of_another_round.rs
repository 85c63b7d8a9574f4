use std::collections::BTreeSet;

use crate::judge::rule::{Findings, rule};
use crate::read::log::checklist::Checklist;
use crate::read::submission::{Submission, Submitter};
use crate::round::Round;

rule! {
    /// A checklist is that of another round.
    ///
    /// The form of a round asks for that round's benchmarks. What it asks counts, not the version in its name: the official
    /// files were misnamed in several rounds.
    ///
    /// Help: fill in the form of this round.
    ///
    /// Source: submission checklist; directory structure of the results repositories (one checklist a round).
    "checklist-of-another-round", Structure, Note, check
}

fn check(submission: &Submission, round: &Round, findings: &mut Findings) {
    for submitter in &submission.submitters {
        let said = submitter.documents.said_of_checklists(|_, checklist| {
            // A draft of a round may have any name.
            let is_known = |name: &str| Round::names().iter().any(|known| known.eq_ignore_ascii_case(name));
            let named = checklist.round().filter(|named| !named.eq_ignore_ascii_case(&round.name));
            let named = named.filter(|named| is_known(named) && is_known(&round.name));
            let named = named.map(|named| format!("the checklist calls itself that of {named}, not of {}", round.name));
            named.or_else(|| unknown_benchmarks(checklist, submission, submitter, round)).into_iter().collect()
        });
        for (path, message) in said {
            findings.at(path, 0, message);
        }
    }
}

/// Benchmarks with results that the form does not know.
fn unknown_benchmarks(
    checklist: &Checklist,
    submission: &Submission,
    submitter: &Submitter,
    round: &Round,
) -> Option<String> {
    checklist.answers("benchmark(s)").filter(|answers| !answers.is_empty())?;
    let measured = submission.systems_of(submitter).iter().flat_map(|system| &system.benchmarks);
    let measured = measured.filter(|benchmark| !benchmark.runs.is_empty());
    let titles: BTreeSet<&str> = measured.filter_map(|benchmark| Some(benchmark.spec(round)?.title.as_str())).collect();
    // With one checklist a category, each may ask for its own systems' benchmarks only.
    let forms = submitter.documents.checklists.iter().flat_map(|file| &file.content);
    let is_known = |title: &str| forms.clone().any(|form| form.benchmark(title).is_some());
    let unknown: Vec<&str> = titles.into_iter().filter(|title| !is_known(title)).collect();
    (!unknown.is_empty()).then(|| {
        format!(
            "the checklist does not ask for {}, of which there are results: it is another round's",
            unknown.join(", ")
        )
    })
}

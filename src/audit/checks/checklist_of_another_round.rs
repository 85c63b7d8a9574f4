use std::collections::BTreeSet;

use super::prelude::*;
use crate::parse::document::checklist::{Checklist, Item};
use crate::round::Round;

check! {
    /// A checklist is that of another round.
    ///
    /// The form of a round asks for that round's benchmarks. What it asks counts, not the version in its name: the official
    /// files were misnamed in several rounds.
    ///
    /// Help: fill in the form of this round.
    ///
    /// Source: submission checklist; directory structure of the results repositories (one checklist a round).
    "checklist-of-another-round", Structure, Note, Submitter(check)
}

fn check(view: &SubmitterView<'_>, mut found: Findings) -> Outcome {
    let (documents, this) = (&view.submitter.documents, view.round.name.as_str());
    let said = documents.said_of_checklists(|_, checklist| {
        // A draft of a round may have any name.
        let is_known = |name: &str| Round::names().iter().any(|known| known.eq_ignore_ascii_case(name));
        let named = checklist.round().filter(|named| !named.eq_ignore_ascii_case(this));
        let named = named.filter(|named| is_known(named) && is_known(this));
        let named = named.map(|named| format!("the checklist calls itself that of {named}, not of {this}"));
        named.or_else(|| unknown_benchmarks(checklist, view)).into_iter().collect()
    });
    for (path, message) in said {
        found.at(path, 0, message);
    }
    let tells = |form: &Checklist| {
        form.round().is_some_and(|named| named.eq_ignore_ascii_case(this)) || benchmarks_asked(form).is_some()
    };
    let file = documents.checklists.iter().find(|file| file.content.as_ref().is_ok_and(tells));
    found.or_pass(file.map(|file| Place::whole(&file.path)))
}

/// The answers to the question for the benchmarks, where there are any.
fn benchmarks_asked(checklist: &Checklist) -> Option<&[Item]> {
    checklist.answers("benchmark(s)").filter(|answers| !answers.is_empty())
}

/// Benchmarks with results that the form does not know.
fn unknown_benchmarks(checklist: &Checklist, view: &SubmitterView<'_>) -> Option<String> {
    benchmarks_asked(checklist)?;
    let measured = view.results().filter(|benchmark| !benchmark.runs.is_empty());
    let titles: BTreeSet<&str> =
        measured.filter_map(|benchmark| Some(benchmark.spec(view.round)?.title.as_str())).collect();
    // With one checklist a category, each may ask for its own systems' benchmarks only.
    let forms = view.submitter.documents.checklists.iter().flat_map(|file| &file.content);
    let is_known = |title: &str| forms.clone().any(|form| form.benchmark(title).is_some());
    let unknown: Vec<&str> = titles.into_iter().filter(|title| !is_known(title)).collect();
    (!unknown.is_empty()).then(|| {
        format!(
            "the checklist does not ask for {}, of which there are results: it is another round's",
            unknown.join(", ")
        )
    })
}

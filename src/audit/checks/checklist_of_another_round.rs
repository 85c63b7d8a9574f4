use std::collections::BTreeSet;

use super::prelude::*;
use crate::parse::document::checklist::{Checklist, Item};
use crate::round::Round;

check! {
    /// A checklist is from another round.
    ///
    /// A round's form asks about that round's benchmarks. The form's title and questions count, not the version in
    /// the file name: the official files were misnamed in several rounds.
    ///
    /// Help: fill in the checklist form of this round.
    ///
    /// Source: submission checklist; directory structure of the results repositories (one checklist per round).
    "checklist-of-another-round", Structure, Note, Submitter(check)
}

fn check(view: &SubmitterView<'_>, mut found: Findings) -> Outcome {
    let (documents, this) = (&view.submitter.documents, view.round.name.as_str());
    let said = documents.checklist_messages(|_, checklist| {
        // A draft of a round may have any name.
        let is_known = |name: &str| Round::names().iter().any(|known| known.eq_ignore_ascii_case(name));
        let named = checklist.round().filter(|named| !named.eq_ignore_ascii_case(this));
        let named = named.filter(|named| is_known(named) && is_known(this));
        let named = named.map(|named| format!("the checklist says that it is for {named}, not for {this}"));
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

/// Returns the answers to the question about benchmarks, if there are any.
fn benchmarks_asked(checklist: &Checklist) -> Option<&[Item]> {
    checklist.answers("benchmark(s)").filter(|answers| !answers.is_empty())
}

/// Reports benchmarks with results that the form does not list.
fn unknown_benchmarks(checklist: &Checklist, view: &SubmitterView<'_>) -> Option<String> {
    benchmarks_asked(checklist)?;
    let measured = view.results().filter(|benchmark| !benchmark.runs.is_empty());
    let titles: BTreeSet<&str> =
        measured.filter_map(|benchmark| Some(benchmark.spec(view.round)?.title.as_str())).collect();
    // With one checklist per category, each may list only the benchmarks of its own systems.
    let forms = view.submitter.documents.checklists.iter().flat_map(|file| &file.content);
    let is_known = |title: &str| forms.clone().any(|form| form.benchmark(title).is_some());
    let unknown: Vec<&str> = titles.into_iter().filter(|title| !is_known(title)).collect();
    (!unknown.is_empty()).then(|| {
        format!(
            "the checklist does not list {}, although there are results: it is from another round",
            unknown.join(", ")
        )
    })
}

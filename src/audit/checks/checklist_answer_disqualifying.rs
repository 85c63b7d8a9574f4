use super::prelude::*;
use crate::parse::document::checklist::{Checklist, Technique};
use crate::round::Task;

check! {
    /// A checklist answer contradicts the rules of the closed division.
    ///
    /// The certifying engineer's answers are the submission's only statement on what no file can prove. Only an answer
    /// that the form offers counts; unclear answers are reported by `checklist-unanswered`.
    ///
    /// Help: correct the answer if it is wrong; otherwise withdraw the result or move it to the open division.
    ///
    /// Source: submission checklist; MLPerf Tiny rules, 5.1, 8.1 and 8.2.
    "checklist-answer-disqualifying", Structure, Error, Submitter(check)
}

/// Questions with the answer that the closed division requires.
pub(super) const QUESTIONS: [(&str, bool); 5] = [
    ("target met", true),
    ("whole validation set", true),
    ("same code", true),
    ("outside of the official calibration set", false),
    ("congruent with all relevant", true),
];

fn check(view: &SubmitterView<'_>, mut found: Findings) -> Outcome {
    if !view.submitter.is_closed() {
        return Outcome::NotApplicable;
    }
    let documents = &view.submitter.documents;
    let mut specs = view.results().filter_map(|benchmark| benchmark.spec(view.round));
    let streams = specs.any(|spec| spec.task == Task::Wakeword);
    for (path, message) in documents.checklist_messages(|_, checklist| disqualifying(checklist, streams)) {
        found.at(path, 0, message);
    }
    let answers = |checklist: &Checklist| QUESTIONS.iter().any(|(words, _)| checklist.says_yes(words).is_some());
    let answered = documents.checklists.iter().find(|file| file.content.as_ref().is_ok_and(answers));
    found.or_pass(answered.map(|file| Place::whole(&file.path)))
}

fn disqualifying(checklist: &Checklist, streams: bool) -> Vec<String> {
    let mut found = Vec::new();
    for (words, must) in QUESTIONS {
        if checklist.says_yes(words).is_some_and(|answer| answer != must) {
            let answer = if must { "no" } else { "yes" };
            found.push(format!("the checklist question about `{words}` is answered with {answer}"));
        }
    }
    for (question, known) in TECHNIQUES.iter().filter(|(question, _)| !(streams && *question == CACHING)) {
        let used = checklist.techniques(question, known).into_iter().filter(|(_, says)| *says == Technique::Used);
        found.extend(used.map(|(item, _)| format!("`{}` is ticked; the closed division does not allow it", item.text)));
    }
    found
}

const CACHING: &str = "caching techniques";

/// Questions that list techniques, with a word that identifies each technique of the form.
pub(super) const TECHNIQUES: [(&str, &[&str]); 2] = [
    (
        "following techniques",
        &["aware training", "replace", "supplement", "discard", "pruning", "modif", "number of queries"],
    ),
    (CACHING, &["input", "response", "intermediate"]),
];

use crate::judge::rule::{Findings, rule};
use crate::read::log::checklist::Checklist;
use crate::read::submission::Submission;
use crate::round::Round;

rule! {
    /// A checklist is not filled in.
    ///
    /// Every question needs its answer, and the engineer who certifies it a name and an address.
    ///
    /// Help: answer every question of the checklist.
    ///
    /// Source: submission checklist.
    "checklist-unanswered", Structure, Warning, check
}

const QUESTIONS: [(&str, &str); 9] = [
    ("division", "the division"),
    ("category", "the category"),
    ("benchmark(s)", "the benchmarks"),
    ("whole validation set", "whether the whole validation set was run"),
    ("same code", "whether both modes run the same code"),
    ("outside of the official calibration set", "what the weights are calibrated with"),
    ("numerics", "the numerics"),
    ("backend", "the backend"),
    ("congruent with all relevant", "whether it is congruent with the rules"),
];
const FIELDS: [(&str, &str); 2] = [
    ("name of certifying", "the name of the certifying engineer"),
    ("email of certifying", "the engineer's e-mail address"),
];

fn check(submission: &Submission, _: &Round, findings: &mut Findings) {
    for file in submission.submitters.iter().flat_map(|submitter| &submitter.documents.checklists) {
        let Some(Ok(checklist)) = &file.content else { continue };
        if checklist.has_marks() {
            let missing = unanswered(checklist);
            if !missing.is_empty() {
                findings.at(&file.path, 0, format!("the checklist does not say {}", missing.join(", ")));
            }
        }
    }
}

fn unanswered(checklist: &Checklist) -> Vec<&'static str> {
    let fields = FIELDS.iter().filter(|(label, _)| checklist.field(label).is_some_and(str::is_empty));
    let questions = QUESTIONS
        .iter()
        .filter(|(words, _)| checklist.answers(words).is_some_and(|answers| answers.iter().all(|item| !item.ticked)));
    fields.chain(questions).map(|(_, what)| *what).collect()
}

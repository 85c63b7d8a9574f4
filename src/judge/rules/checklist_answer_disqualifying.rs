use crate::judge::rule::{Findings, rule};
use crate::read::log::checklist::Checklist;
use crate::read::submission::Submission;
use crate::round::{Round, Task};

rule! {
    /// A checklist certifies what the closed division forbids.
    ///
    /// The answers of the certifying engineer are the submission's own word on what no file can prove.
    ///
    /// Help: correct the answer if it is wrong; otherwise withdraw the result or move it to the open division.
    ///
    /// Source: submission checklist; MLPerf Tiny rules, 5.1, 8.1 and 8.2.
    "checklist-answer-disqualifying", Structure, Error, check
}

/// Questions that must be answered so.
const QUESTIONS: [(&str, bool); 5] = [
    ("target met", true),
    ("whole validation set", true),
    ("same code", true),
    ("outside of the official calibration set", false),
    ("congruent with all relevant", true),
];

fn check(submission: &Submission, round: &Round, findings: &mut Findings) {
    for submitter in submission.submitters.iter().filter(|submitter| submitter.is_closed()) {
        let streams = submission
            .systems_of(submitter)
            .iter()
            .flat_map(|system| &system.benchmarks)
            .filter_map(|benchmark| benchmark.spec(round))
            .any(|spec| spec.task == Task::Wakeword);
        for (path, message) in submitter.documents.said_of_checklists(|_, checklist| disqualifying(checklist, streams))
        {
            findings.at(path, 0, message);
        }
    }
}

fn disqualifying(checklist: &Checklist, streams: bool) -> Vec<String> {
    let mut found = Vec::new();
    for (words, must) in QUESTIONS {
        if checklist.says_yes(words).is_some_and(|answer| answer != must) {
            let answer = if must { "no" } else { "yes" };
            found.push(format!("the question of `{words}` is answered with {answer}"));
        }
    }
    let techniques = [("following techniques", false), ("caching techniques", streams)];
    for (question, allowed) in techniques {
        let ticked = checklist.answers(question).unwrap_or_default().iter().filter(|item| item.ticked);
        for item in ticked.filter(|item| !item.text.to_lowercase().starts_with("none") && !allowed) {
            found.push(format!("`{}` is ticked", item.text));
        }
    }
    found
}

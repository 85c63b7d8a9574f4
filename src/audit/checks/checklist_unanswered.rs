use std::collections::BTreeSet;

use super::checklist_answer_disqualifying::{QUESTIONS as REQUIRED, TECHNIQUES};
use super::prelude::*;
use crate::model::System;
use crate::parse::document::checklist::{Checklist, ENGINEER, Item, Technique};

check! {
    /// A checklist is not filled in, or an answer is unclear.
    ///
    /// Every question needs an answer, and the certifying engineer a name and an e-mail address. A form on which
    /// nothing is ticked and nobody is named certifies nothing. A ticked answer that the form does not offer is
    /// unclear, and so are two answers to one question.
    ///
    /// Help: answer every question of the checklist once, with one of the answers that the form offers.
    ///
    /// Source: submission checklist.
    "checklist-unanswered", Structure, Warning, Submitter(check)
}

const QUESTIONS: [(&str, &str); 13] = [
    ("division", "the division"),
    ("category", "the category"),
    ("benchmark(s)", "the benchmarks"),
    ("target met", "whether the targets are met"),
    ("whole validation set", "whether the whole validation set was run"),
    ("same code", "whether both modes run the same code"),
    ("outside of the official calibration set", "what the weights are calibrated with"),
    ("numerics", "the numerics"),
    ("backend", "the backend"),
    ("congruent with all relevant", "whether the submission complies with the rules"),
    ("json system description", "whether the JSON system description is filled in"),
    ("real-world performance", "whether the submission reflects real-world performance"),
    ("include the following", "what the submission includes"),
];
const FIELDS: [&str; 2] = ["the name of the certifying engineer", "the engineer's e-mail address"];

fn check(view: &SubmitterView<'_>, mut found: Findings) -> Outcome {
    let documents = &view.submitter.documents;
    let answered = documents.checklists.iter().find(|file| file.content.as_ref().is_ok_and(Checklist::has_marks));
    let said = documents.checklist_messages(|_, checklist| {
        if checklist.is_blank() && answered.is_none() {
            return vec!["the checklist is blank: nothing is ticked and nobody is named".to_owned()];
        }
        let missing =
            if checklist.has_marks() { unanswered(checklist, view.submitter.is_closed()) } else { Vec::new() };
        let twice = answered_twice(checklist, view);
        let missing = (!missing.is_empty()).then(|| format!("the checklist does not give {}", missing.join(", ")));
        let twice = (!twice.is_empty()).then(|| format!("more than one answer is ticked for {}", twice.join(", ")));
        let unclear =
            unclear(checklist).into_iter().map(|item| format!("`{}` is ticked, but is not a clear answer", item.text));
        missing.into_iter().chain(twice).chain(unclear).collect()
    });
    for (path, message) in said {
        found.at(path, 0, message);
    }
    found.or_pass(answered.map(|file| Place::whole(&file.path)))
}

fn unanswered(checklist: &Checklist, is_closed: bool) -> Vec<&'static str> {
    // A name after `Other:` or `Vendor:` is an answer, and open submissions need not meet a target.
    let is_named = |item: &Item| {
        let named = item.text.split_once(':').is_some_and(|(_, name)| !name.trim().is_empty());
        named && ["other", "vendor"].iter().any(|start| item.text.to_lowercase().starts_with(start))
    };
    let is_open = |answers: &[Item]| answers.iter().all(|item| !item.ticked && !is_named(item));
    let fields =
        ENGINEER.iter().zip(FIELDS).filter(|(label, _)| checklist.field(label).is_some_and(|value| value.is_empty()));
    let questions = QUESTIONS
        .iter()
        .filter(|(words, _)| is_closed || *words != "target met")
        .filter(|(words, _)| checklist.answers(words).is_some_and(is_open));
    fields.map(|(_, what)| what).chain(questions.map(|(_, what)| *what)).collect()
}

/// Returns ticked answers that the form does not offer, or that another tick contradicts.
fn unclear(checklist: &Checklist) -> Vec<&Item> {
    let yes_or_no = REQUIRED.iter().filter(|(words, _)| *words != "target met");
    let mut unclear: Vec<&Item> = yes_or_no.flat_map(|(words, _)| checklist.neither_yes_nor_no(words)).collect();
    for (question, known) in TECHNIQUES {
        let techniques = checklist.techniques(question, known).into_iter();
        unclear.extend(techniques.filter(|(_, says)| *says == Technique::Unclear).map(|(item, _)| item));
    }
    unclear
}

/// Returns the questions with two ticked answers that exclude each other.
fn answered_twice(checklist: &Checklist, view: &SubmitterView<'_>) -> Vec<&'static str> {
    let ticked = |words: &str, start: &str| {
        let starts = |item: &Item| item.ticked && item.text.to_lowercase().starts_with(start);
        checklist.answers(words).is_some_and(|answers| answers.iter().any(starts))
    };
    let both = |words: &str, answers: &[&str], allowed: usize| {
        answers.iter().filter(|answer| ticked(words, answer)).count() > allowed.max(1)
    };
    let divisions = view.all_submitters().iter().filter(|other| other.name == view.submitter.name).count();
    let statuses: BTreeSet<String> = view.systems().iter().filter_map(System::availability).collect();
    QUESTIONS
        .iter()
        .filter(|(words, _)| match *words {
            "division" => both(words, &["open", "closed"], divisions),
            "category" => both(words, &["available", "preview", "research"], statuses.len()),
            // One benchmark may meet its target, another not.
            "target met" => false,
            _ => both(words, &["yes", "no"], 1),
        })
        .map(|(_, what)| *what)
        .collect()
}

use super::prelude::*;
use crate::model::{Submission, Submitter, System};
use crate::parse::document::checklist::Checklist;
use crate::schema::spelling::plain;

check! {
    /// A checklist names a system or a company that is not the submission's.
    ///
    /// The checklist certifies the submitter's own systems. A system in its table that no description knows, or the e-mail
    /// address of another submitter, may come from a form that was copied. Names are compared by their part numbers and
    /// frequencies, because checklists spell systems freely.
    ///
    /// Help: correct the names in the checklist; nothing to do if they are right.
    ///
    /// Source: submission checklist.
    "checklist-names-others", Structure, Note, Submitter(check)
}

fn check(view: &SubmitterView<'_>, mut found: Findings) -> Outcome {
    let documents = &view.submitter.documents;
    let known: Vec<String> = view.systems().iter().map(words).collect();
    let read = documents.checklists.iter().find(|file| file.content.is_ok());
    let said = documents.checklist_messages(|_, checklist| {
        let mut said = systems(checklist, &known);
        said.extend(company(checklist, view.submission(), view.submitter));
        said
    });
    for (path, message) in said {
        found.at(path, 0, message);
    }
    found.or_pass(read.map(|file| Place::whole(&file.path)))
}

/// Returns what a system is called in its description, in plain letters.
fn words(system: &System) -> String {
    const FIELDS: [&str; 6] =
        ["Board Name", "SoC Name", "Processor(s) Name", "Accelerator", "Hardware Notes", "Processor(s) Frequencies"];
    let fields = FIELDS.iter().filter_map(|key| Some(system.description.as_ref()?.get(key)?.as_str().to_owned()));
    fields.chain([system.name.clone()]).map(|text| plain(&text)).collect::<Vec<_>>().join(" ")
}

/// Reports systems of the table whose part numbers no system has. `known` has the words of every system.
fn systems(checklist: &Checklist, known: &[String]) -> Vec<String> {
    /// Shortest part number or frequency.
    const SHORTEST: usize = 5;
    let mut found = Vec::new();
    for name in checklist.rows.iter().skip(1).filter_map(|row| row.first()) {
        let parts = name.split(|c: char| !c.is_alphanumeric()).map(plain);
        let parts: Vec<String> =
            parts.filter(|part| part.len() >= SHORTEST && part.contains(|c: char| c.is_ascii_digit())).collect();
        // One part that is right, such as the frequency, identifies the system.
        if parts.iter().any(|part| known.iter().any(|words| words.contains(part.as_str()))) {
            continue;
        }
        let Some(strange) = parts.iter().find(|part| !is_quantity(part)) else { continue };
        let message =
            format!("the checklist's table names the system `{name}`; no system description contains `{strange}`");
        if !known.is_empty() && !found.contains(&message) {
            found.push(message);
        }
    }
    found
}

/// Whether a word is a number with a unit, such as `98mhz`.
fn is_quantity(word: &str) -> bool {
    ["mhz", "ghz", "khz", "kb", "mb", "gb", "bit", "mv"].iter().any(|unit| word.ends_with(unit))
}

/// Reports an e-mail address of another submitter of this or the earlier round.
fn company(checklist: &Checklist, submission: &Submission, submitter: &Submitter) -> Option<String> {
    let address = checklist.field("email").or_else(|| checklist.field("e-mail"))?.to_lowercase();
    let domain =
        address.split_once('@')?.1.split(|c: char| c.is_whitespace() || c == ',').find(|word| !word.is_empty())?;
    let labels: Vec<String> = domain.split('.').map(plain).collect();
    let names = |one: &Submitter| labels.contains(&plain(&one.name));
    let all = submission.earlier.iter().flat_map(|earlier| &earlier.submitters).chain(&submission.submitters);
    let other = all.filter(|one| one.name != submitter.name).find(|one| names(one))?;
    (!names(submitter)).then(|| {
        format!(
            "the certifying engineer's address is at `{domain}`, which is the name of the submitter `{}`",
            other.name
        )
    })
}

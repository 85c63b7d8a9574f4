use std::collections::BTreeSet;

use super::prelude::*;
use crate::model::{Benchmark, Figure, Submission, Submitter, System};
use crate::parse::document::checklist::{Checklist, Item};
use crate::round::{Round, Target};
use crate::schema::spelling::plain;

check! {
    /// A checklist disagrees with the submission.
    ///
    /// Division, availability, benchmarks, accuracies and number formats in the checklist must match the submitted results
    /// and descriptions.
    ///
    /// Help: correct the checklist, or the submission.
    ///
    /// Source: submission checklist.
    "checklist-disagrees", Structure, Warning, Submitter(check)
}

/// Maximum number of table rows that are read; the longest published table has 28.
const MOST_ROWS: usize = 1000;

fn check(view: &SubmitterView<'_>, mut found: Findings) -> Outcome {
    let (submission, submitter, round) = (view.submission(), view.submitter, view.round);
    let named = Named::new(submission, submitter);
    let read = submitter.documents.checklists.iter().find(|file| file.content.is_ok());
    let said = submitter.documents.checklist_messages(|_, checklist| {
        if !checklist.has_marks() {
            return Vec::new();
        }
        let systems = named.systems_of(checklist, submission, submitter);
        let mut said = Vec::new();
        said.extend(division(checklist, submitter, round));
        said.extend(category(checklist, &systems, round));
        said.extend(benchmarks(checklist, &systems, submission.systems_of(submitter), round));
        said.extend(formats(checklist, &systems));
        said.extend(accuracies(checklist, submission, submitter, round));
        said
    });
    for (path, message) in said {
        found.at(path, 0, message);
    }
    found.or_pass(read.map(|file| Place::whole(&file.path)))
}

/// How well the checklists of a submitter name each of its systems.
struct Named {
    /// Whether all checklists are one document in several formats.
    is_one: bool,
    /// For each system, the length of the longest name in any checklist that matches it, in letters.
    best: Vec<usize>,
}

impl Named {
    fn new(submission: &Submission, submitter: &Submitter) -> Self {
        let files = &submitter.documents.checklists;
        let is_one = files.iter().all(|file| stem(&file.path) == stem(&files[0].path));
        let mut best = vec![0; submission.systems_of(submitter).len()];
        for names in files.iter().filter(|_| !is_one).flat_map(|file| &file.content).map(names) {
            for (best, system) in best.iter_mut().zip(submission.systems_of(submitter)) {
                *best = (*best).max(fit(&names, &plain(&system.name)));
            }
        }
        Self { is_one, best }
    }

    /// Returns the systems that a checklist covers: all of the submitter's; with one checklist per category or system,
    /// those that no other checklist names more fully.
    fn systems_of<'a>(
        &self,
        checklist: &Checklist,
        submission: &'a Submission,
        submitter: &'a Submitter,
    ) -> Vec<&'a System> {
        let systems = submission.systems_of(submitter).iter();
        if self.is_one {
            return systems.collect();
        }
        let own = names(checklist);
        let is_named = |(system, best): &(&System, &usize)| **best > 0 && fit(&own, &plain(&system.name)) == **best;
        systems.zip(&self.best).filter(is_named).map(|(system, _)| system).collect()
    }
}

/// Returns the length of the longest name that begins with a system's name, or that the system's name begins with.
fn fit(names: &[String], system: &str) -> usize {
    let fits = |name: &&String| system.starts_with(name.as_str()) || name.starts_with(system);
    names.iter().filter(fits).map(String::len).max().unwrap_or_default()
}

/// Returns the system names in a checklist, without differences in spelling such as case and punctuation.
fn names(checklist: &Checklist) -> Vec<String> {
    const SHORTEST: usize = 6;
    /// Most names that are read; a submission has a few dozen systems.
    const MOST: usize = 200;
    let field = checklist.field("name(s) of system under test").unwrap_or_default();
    field.split([',', ';', ' ']).map(plain).filter(|name| name.len() >= SHORTEST).take(MOST).collect()
}

fn stem(path: &str) -> &str {
    path.rsplit_once('.').map_or(path, |(stem, _)| stem)
}

fn ticked(checklist: &Checklist, words: &str) -> Vec<String> {
    let answers = checklist.answers(words).unwrap_or_default().iter().filter(|item| item.ticked);
    answers.map(|item: &Item| item.text.to_lowercase()).collect()
}

/// Reports a division other than the folder's. Other checks report a folder that is not a division, and an unknown
/// availability.
fn division(checklist: &Checklist, submitter: &Submitter, round: &Round) -> Option<String> {
    let said = ticked(checklist, "division");
    let [only] = &said[..] else { return None };
    let known = ["open", "closed"].into_iter().find(|name| only.starts_with(name))?;
    (known != submitter.division && round.divisions.contains(&submitter.division)).then(|| {
        format!("the checklist is for the {known} division, but the results are under `{}`", submitter.division)
    })
}

fn category(checklist: &Checklist, systems: &[&System], round: &Round) -> Option<String> {
    let known = [("available", "available"), ("preview", "preview"), ("research", "rdi")];
    let said: BTreeSet<&str> = ticked(checklist, "category")
        .iter()
        .filter_map(|text| known.iter().find(|(start, _)| text.starts_with(start)).map(|(_, status)| *status))
        .collect();
    let found: BTreeSet<String> = systems.iter().filter_map(|system| system.availability()).collect();
    let are_known = found.iter().all(|status| round.statuses.contains_key(status));
    let differ = are_known
        && !said.is_empty()
        && !found.is_empty()
        && !found.iter().all(|status| said.contains(status.as_str()));
    differ.then(|| {
        let join = |names: Vec<String>| names.join(", ");
        format!(
            "the checklist's category is {}, but the availability of the systems is {}",
            join(said.iter().map(ToString::to_string).collect()),
            join(found.into_iter().collect())
        )
    })
}

/// Reports benchmarks with results that are not ticked, and ticked ones without results. Another check reports benchmarks that the form does not list.
fn benchmarks(checklist: &Checklist, systems: &[&System], all: &[System], round: &Round) -> Vec<String> {
    let measured = measured_benchmarks(systems.iter().copied());
    // The systems that one of several checklists covers are only guessed.
    let measured_by_any = measured_benchmarks(all.iter());
    let asked = |name: &str| round.benchmarks.get(name).and_then(|spec| checklist.benchmark(&spec.title));
    if ticked(checklist, "benchmark(s)").is_empty() || measured.is_empty() {
        return Vec::new();
    }
    let is_ticked = |name: &str, wanted: bool| asked(name).is_some_and(|item| item.ticked == wanted);
    let unsaid: Vec<&str> = measured.iter().copied().filter(|name| is_ticked(name, false)).collect();
    let names = round.benchmarks.keys().map(String::as_str);
    let unmeasured: Vec<&str> = names.filter(|name| !measured_by_any.contains(name) && is_ticked(name, true)).collect();
    let mut said = Vec::new();
    if !unsaid.is_empty() {
        said.push(format!("the checklist does not tick {}, although there are results", unsaid.join(", ")));
    }
    if !unmeasured.is_empty() {
        said.push(format!("the checklist ticks {}, but there are no results", unmeasured.join(", ")));
    }
    said
}

/// Returns the benchmarks with results.
fn measured_benchmarks<'a>(systems: impl Iterator<Item = &'a System>) -> BTreeSet<&'a str> {
    let benchmarks = systems.flat_map(|system| &system.benchmarks).filter(|benchmark| !benchmark.runs.is_empty());
    benchmarks.filter_map(|benchmark| benchmark.name.as_deref()).collect()
}

/// Reports number formats of the checklist if the descriptions name formats, but none of these.
fn formats(checklist: &Checklist, systems: &[&System]) -> Option<String> {
    const FIELDS: [&str; 3] = ["Quantization Method", "Training and Quantization Notes", "Software Notes"];
    let answers = checklist.answers("numerics").unwrap_or_default();
    let stated = answers.iter().filter(|item| item.ticked || item.text.to_lowercase().starts_with("other"));
    let stated: BTreeSet<String> = stated.flat_map(|item| formats_in(&item.text)).collect();
    let descriptions = systems.iter().filter_map(|system| system.description.as_ref());
    let described: BTreeSet<String> = descriptions
        .flat_map(|description| FIELDS.iter().filter_map(|key| description.get(key)))
        .flat_map(|field| formats_in(field.as_str()))
        .collect();
    let differ = !stated.is_empty() && !described.is_empty() && stated.is_disjoint(&described);
    let join = |formats: BTreeSet<String>| formats.into_iter().collect::<Vec<_>>().join(", ");
    differ.then(|| {
        format!("the checklist's number formats are {}, but the descriptions name {}", join(stated), join(described))
    })
}

/// Returns the number formats in a text in capitals, such as `INT8`; `int-8` and `float32` count, too.
fn formats_in(text: &str) -> Vec<String> {
    /// Beginnings of formats, and how they are called.
    const KINDS: [(&str, &str); 5] = [("UINT", "UINT"), ("INT", "INT"), ("FLOAT", "FP"), ("BF", "BF"), ("FP", "FP")];
    let text = text.to_uppercase();
    let words = text.split(|c: char| !(c.is_ascii_alphanumeric() || c == '-'));
    let format = |word: &str| {
        let word = word.replace('-', "");
        KINDS.iter().find_map(|(start, name)| {
            let digits = word.strip_prefix(start)?;
            let is_width = (1..=2).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit());
            is_width.then(|| format!("{name}{digits}"))
        })
    };
    words.filter_map(format).collect()
}

/// Reports figures in the checklist's table that no result of the benchmark claims.
fn accuracies(checklist: &Checklist, submission: &Submission, submitter: &Submitter, round: &Round) -> Vec<String> {
    let mut found = Vec::new();
    for row in checklist.rows.iter().take(MOST_ROWS) {
        let [_, benchmark, figure, ..] = &row[..] else { continue };
        let plain = benchmark.to_lowercase().replace(' ', "");
        let named =
            |name: &str, title: &str| plain == name || plain.contains(&title.trim_end_matches('s').replace(' ', ""));
        let Some((name, spec)) = round.benchmarks.iter().find(|(name, spec)| named(name, &spec.title)) else {
            continue;
        };
        let (first, unit) = match spec.target {
            Target::Top1Percent(_) => (true, 0.1),
            Target::Auc(_) => (false, 0.01),
            Target::Wakeword { .. } => {
                found.extend(wakeword(figure, name, submission, submitter));
                continue;
            }
        };
        let Some(value) = number(figure, first) else { continue };
        // A result without a claim may be the one that the table means.
        let claims: Option<Vec<f64>> = results_of(name, submission, submitter)
            .map(|benchmark| {
                let scores = benchmark.scores();
                let figure = if first { scores.top1 } else { scores.auc };
                Some(figure?.claimed?.value)
            })
            .collect();
        let claims = claims.unwrap_or_default();
        if !claims.is_empty() && claims.iter().all(|claim| (claim - value).abs() > unit * 1.01) {
            found.push(format!("the checklist's table gives {figure} for {name}, but no result claims that"));
        }
    }
    found
}

fn results_of<'a>(
    name: &'a str,
    submission: &'a Submission,
    submitter: &'a Submitter,
) -> impl Iterator<Item = &'a Benchmark> {
    let all = submission.systems_of(submitter).iter().flat_map(|system| &system.benchmarks);
    all.filter(move |benchmark| benchmark.name.as_deref() == Some(name))
}

/// Reports false positives and negatives that no result claims; forms differ in which of the two comes first.
fn wakeword(figure: &str, name: &str, submission: &Submission, submitter: &Submitter) -> Option<String> {
    let numbers = figure.split(|letter: char| !letter.is_ascii_digit()).filter_map(|word| word.parse::<u64>().ok());
    let mut numbers: [u64; 2] = numbers.collect::<Vec<_>>().try_into().ok()?;
    numbers.sort_unstable();
    let claims: Vec<[f64; 2]> = results_of(name, submission, submitter)
        .map(|benchmark| {
            let scores = benchmark.scores();
            let scores = scores.wakeword.as_ref()?;
            let claimed = |figure: &Figure| Some(figure.claimed.as_ref()?.value);
            let (one, other) = (claimed(&scores.false_positives)?, claimed(&scores.false_negatives)?);
            Some([one.min(other), one.max(other)])
        })
        .collect::<Option<_>>()?;
    let agrees =
        |claim: &[f64; 2]| claim.iter().zip(numbers).all(|(claim, number)| (claim - number as f64).abs() < 0.5);
    (!claims.is_empty() && !claims.iter().any(agrees))
        .then(|| format!("the checklist's table gives {figure} for {name}, but no result claims that"))
}

/// Returns the first number above 1 in a cell for a percentage, or the first up to 1 for an AUC.
fn number(cell: &str, percent: bool) -> Option<f64> {
    let numbers = cell.split(|c: char| !(c.is_ascii_digit() || c == '.')).filter_map(|word| word.parse::<f64>().ok());
    let mut fitting = numbers.filter(|value| (*value > 1.0) == percent);
    fitting.next()
}

use std::collections::{BTreeMap, BTreeSet};

use crate::judge::rule::{Findings, rule};
use crate::read::log::checklist::{Checklist, Item};
use crate::read::submission::{Submission, Submitter};
use crate::round::{Mode, Round, Target};

rule! {
    /// A checklist says otherwise than the submission.
    ///
    /// Division, availability, benchmarks and accuracies of the checklist are those of the submitted results.
    ///
    /// Help: correct the checklist, or the submission.
    ///
    /// Source: submission checklist.
    "checklist-disagrees", Structure, Warning, check
}

fn check(submission: &Submission, round: &Round, findings: &mut Findings) {
    for submitter in &submission.submitters {
        let read = submitter
            .documents
            .checklists
            .iter()
            .filter_map(|file| Some((file, file.content.as_ref()?.as_ref().ok()?)));
        let read: Vec<_> = read.filter(|(_, checklist)| checklist.has_marks()).collect();
        // With one checklist a category or system, none speaks of everything.
        let mut stems = submitter.documents.checklists.iter().map(|file| stem(&file.path));
        let first = stems.next();
        let is_one = stems.all(|stem| Some(stem) == first);
        let claims = claims(submission, submitter);
        for (file, checklist) in &read {
            let mut said = Vec::new();
            said.extend(division(checklist, submitter));
            if is_one {
                said.extend(category(checklist, submission, submitter));
                said.extend(benchmarks(checklist, submission, submitter, round));
            }
            said.extend(accuracies(checklist, &claims, round));
            for message in said {
                findings.at(&file.path, 0, message);
            }
        }
    }
}

fn stem(path: &str) -> &str {
    path.rsplit_once('.').map_or(path, |(stem, _)| stem)
}

fn ticked(checklist: &Checklist, words: &str) -> Vec<String> {
    let answers = checklist.answers(words).unwrap_or_default().iter().filter(|item| item.ticked);
    answers.map(|item: &Item| item.text.to_lowercase()).collect()
}

fn division(checklist: &Checklist, submitter: &Submitter) -> Option<String> {
    let said = ticked(checklist, "division");
    let [only] = &said[..] else { return None };
    let known = ["open", "closed"].into_iter().find(|name| only.starts_with(name))?;
    (known != submitter.division && !submitter.division.is_empty())
        .then(|| format!("the checklist is for the {known} division, the results lie under `{}`", submitter.division))
}

fn category(checklist: &Checklist, submission: &Submission, submitter: &Submitter) -> Option<String> {
    let known = [("available", "available"), ("preview", "preview"), ("research", "rdi")];
    let said: BTreeSet<&str> = ticked(checklist, "category")
        .iter()
        .filter_map(|text| known.iter().find(|(start, _)| text.starts_with(start)).map(|(_, status)| *status))
        .collect();
    let found: BTreeSet<String> =
        submission.systems_of(submitter).iter().filter_map(crate::read::submission::System::availability).collect();
    let differ = !said.is_empty() && !found.is_empty() && !found.iter().all(|status| said.contains(status.as_str()));
    differ.then(|| {
        let join = |names: Vec<String>| names.join(", ");
        format!(
            "the checklist's category is {}, the systems' is {}",
            join(said.iter().map(ToString::to_string).collect()),
            join(found.into_iter().collect())
        )
    })
}

fn benchmarks(checklist: &Checklist, submission: &Submission, submitter: &Submitter, round: &Round) -> Option<String> {
    let said = ticked(checklist, "benchmark(s)");
    let measured: BTreeSet<&str> = submission
        .systems_of(submitter)
        .iter()
        .flat_map(|system| &system.benchmarks)
        .filter(|benchmark| !benchmark.runs.is_empty())
        .filter_map(|benchmark| benchmark.name.as_deref())
        .collect();
    let is_said = |name: &str| {
        let title = round.benchmarks.get(name).map(|spec| spec.title.trim_end_matches('s').replace(' ', ""));
        said.iter().any(|text| title.as_ref().is_some_and(|title| text.replace(' ', "").contains(title.as_str())))
    };
    let unsaid: Vec<&str> = measured.into_iter().filter(|name| !is_said(name)).collect();
    (!said.is_empty() && !unsaid.is_empty())
        .then(|| format!("there are results of {}, not ticked in the checklist", unsaid.join(", ")))
}

/// Claims of Top-1, or else AUC, by benchmark, in ascending order.
type Claims<'a> = BTreeMap<(&'a str, bool), Vec<f64>>;

fn claims<'a>(submission: &'a Submission, submitter: &Submitter) -> Claims<'a> {
    let mut claims = Claims::new();
    for benchmark in submission.systems_of(submitter).iter().flat_map(|system| &system.benchmarks) {
        let Some(name) = benchmark.name.as_deref() else { continue };
        let scores = benchmark.runs.get(&Mode::Accuracy).map(|run| &run.scores);
        for (first, figure) in
            [(true, scores.and_then(|of| of.top1.as_ref())), (false, scores.and_then(|of| of.auc.as_ref()))]
        {
            let claimed = figure.and_then(|figure| figure.claimed.as_ref());
            claims.entry((name, first)).or_default().extend(claimed.map(|claimed| claimed.value));
        }
    }
    claims.retain(|_, values| !values.is_empty());
    for values in claims.values_mut() {
        values.sort_by(f64::total_cmp);
    }
    claims
}

/// Figures of the checklist's table that no result of the benchmark claims.
fn accuracies(checklist: &Checklist, claims: &Claims<'_>, round: &Round) -> Vec<String> {
    let mut found = Vec::new();
    for row in &checklist.rows {
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
            Target::Wakeword { .. } => continue,
        };
        let Some(value) = number(figure, first) else { continue };
        let Some(claims) = claims.get(&(name.as_str(), first)) else { continue };
        let next = claims.partition_point(|claim| *claim < value);
        let nearest = claims[next.saturating_sub(1)..].iter().take(2);
        if nearest.into_iter().all(|claim| (claim - value).abs() > unit * 1.01) {
            found.push(format!("the checklist's table says {figure} of {name}, no result claims that"));
        }
    }
    found
}

/// The first figure of a cell if it is a per cent, or the AUC, which lies between 0 and 1.
fn number(cell: &str, percent: bool) -> Option<f64> {
    let numbers = cell.split(|c: char| !(c.is_ascii_digit() || c == '.')).filter_map(|word| word.parse::<f64>().ok());
    let mut fitting = numbers.filter(|value| (*value > 1.0) == percent);
    fitting.next()
}

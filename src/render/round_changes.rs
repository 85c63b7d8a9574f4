//! What changed between two rounds, in words, and whether their figures can be compared.

use std::fmt::Debug;
use std::io::{self, Write};

use crate::round::{BenchmarkSpec, FileRole, Mode, Round, Runner, Severity, Task};

/// Writes what changed from one round to another, then for every benchmark whether its figures can be compared.
///
/// # Errors
/// When the writer fails.
pub fn write(old: &Round, new: &Round, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "from {} to {}", old.name, new.name)?;
    let parts = [
        ("Benchmarks", benchmarks(old, new)),
        ("Runners and files", runners(old, new)),
        ("Measurement", measurement(old, new)),
        ("Severities", severities(old, new)),
    ];
    for (title, lines) in &parts {
        section(title, lines, out)?;
    }
    if parts.iter().all(|(_, lines)| lines.is_empty()) {
        writeln!(out, "\nNothing changed.")?;
    }
    section("Can figures be compared?", &comparable(old, new), out)
}

fn section(title: &str, lines: &[String], out: &mut dyn Write) -> io::Result<()> {
    if lines.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{title}")?;
    lines.iter().try_for_each(|line| writeln!(out, "  {line}"))
}

/// Adds a line for a value that changed.
fn changed<T: PartialEq>(lines: &mut Vec<String>, what: &str, (old, new): (&T, &T), words: impl Fn(&T) -> String) {
    if old != new {
        lines.push(format!("{what}: {}, before {}", words(new), words(old)));
    }
}

fn list<T>(items: &[T], word: impl Fn(&T) -> String) -> String {
    if items.is_empty() { "none".to_owned() } else { items.iter().map(word).collect::<Vec<_>>().join(", ") }
}

fn names(items: &[String]) -> String {
    list(items, Clone::clone)
}

fn modes(items: &[Mode]) -> String {
    list(items, |mode| mode.name().to_owned())
}

fn benchmarks(old: &Round, new: &Round) -> Vec<String> {
    let mut lines = Vec::new();
    for (name, spec) in &new.benchmarks {
        let Some(before) = old.benchmarks.get(name) else {
            lines.push(format!("{name} is new: {}, {}", spec.title, spec.target));
            continue;
        };
        let mut own =
            |what: &str, pair: (&String, &String)| changed(&mut lines, &format!("{name}, {what}"), pair, Clone::clone);
        own("title", (&before.title, &spec.title));
        own("model string", (&before.model, &spec.model));
        own("target in the closed division", (&before.target.to_string(), &spec.target.to_string()));
        for (what, of) in [
            ("accepted input lists", (|spec| &spec.lists) as fn(&BenchmarkSpec) -> &Vec<String>),
            ("input lists that no longer count", |spec| &spec.superseded_lists),
            ("other names of its folder", |spec| &spec.aliases),
            ("also to be submitted", |spec| &spec.requires),
        ] {
            changed(&mut lines, &format!("{name}, {what}"), (of(before), of(spec)), |list| names(list));
        }
        for (what, of) in [
            ("required runs", (|spec| &spec.required) as fn(&BenchmarkSpec) -> &Vec<Mode>),
            ("runs, at least one of them required", |spec| &spec.required_one_of),
            ("optional runs", |spec| &spec.optional),
        ] {
            changed(&mut lines, &format!("{name}, {what}"), (of(before), of(spec)), |list| modes(list));
        }
    }
    let gone = old.benchmarks.keys().filter(|name| !new.benchmarks.contains_key(*name));
    lines.extend(gone.map(|name| format!("{name} was removed")));
    lines
}

fn runners(old: &Round, new: &Round) -> Vec<String> {
    let mut lines = Vec::new();
    for runner in [Runner::Eembc, Runner::Mlcommons] {
        let (before, now) = (old.runners.get(runner), new.runners.get(runner));
        let title = runner.title();
        changed(&mut lines, &format!("{title}, benchmarks"), (&before.benchmarks, &now.benchmarks), |list| names(list));
        if before.benchmarks.is_empty() || now.benchmarks.is_empty() {
            continue;
        }
        let stated = |text: &Option<String>| text.clone().unwrap_or_else(|| "none".to_owned());
        changed(&mut lines, &format!("{title}, oldest version"), (&before.oldest_version, &now.oldest_version), stated);
        changed(&mut lines, &format!("{title}, marker file"), (&before.marker, &now.marker), stated);
        let files = |round: &Round, roles: &[FileRole]| {
            let mut files: Vec<String> =
                roles.iter().map(|role| round.files.of(*role, Mode::Performance)[0].clone()).collect();
            files.sort();
            names(&files)
        };
        for (what, roles, roles_before) in [
            ("required files of a performance run", &now.required, &before.required),
            ("files that a run should have", &now.expected, &before.expected),
            ("more files of an energy run", &now.energy, &before.energy),
        ] {
            let pair = (files(old, roles_before), files(new, roles));
            changed(&mut lines, &format!("{title}, {what}"), (&pair.0, &pair.1), Clone::clone);
        }
    }
    changed(&mut lines, "divisions", (&old.divisions, &new.divisions), |list| names(list));
    let statuses = |round: &Round| round.statuses.keys().cloned().collect::<Vec<_>>();
    changed(&mut lines, "availability categories", (&statuses(old), &statuses(new)), |list| names(list));
    let fields = (&old.system_description.fields, &new.system_description.fields);
    let added: Vec<String> = fields.1.iter().filter(|field| !fields.0.contains(field)).cloned().collect();
    let removed: Vec<String> = fields.0.iter().filter(|field| !fields.1.contains(field)).cloned().collect();
    if !added.is_empty() {
        lines.push(format!("system description, new fields: {}", names(&added)));
    }
    if !removed.is_empty() {
        lines.push(format!("system description, fields removed: {}", names(&removed)));
    }
    lines
}

fn measurement(old: &Round, new: &Round) -> Vec<String> {
    let mut lines = Vec::new();
    let windows = |round: &Round| {
        let spec = round.windows;
        format!("{} of at least {} s and {} inferences", spec.count, spec.min_seconds, spec.min_inferences)
    };
    changed(&mut lines, "windows", (&windows(old), &windows(new)), Clone::clone);
    sections(&mut lines, "limits of energy measurements", (&old.energy, &new.energy));
    sections(&mut lines, "tolerances", (&old.tolerances, &new.tolerances));
    sections(&mut lines, "limits of the intervals of a session", (&old.timeline, &new.timeline));
    sections(&mut lines, "limits on files", (&old.hygiene, &new.hygiene));
    match (&old.wakeword, &new.wakeword) {
        (None, Some(spec)) => lines.push(format!(
            "the streaming wake word test is new: a recording of at least {} s with {} words",
            spec.min_seconds, spec.occurrences
        )),
        (Some(_), None) => lines.push("the streaming wake word test was removed".to_owned()),
        (Some(before), Some(now)) => sections(&mut lines, "limits of the wake word test", (before, now)),
        (None, None) => {}
    }
    lines
}

/// Says that a section of the round file differs, whose fields have no words of their own here.
fn sections<T: Debug>(lines: &mut Vec<String>, what: &str, (old, new): (&T, &T)) {
    let (old, new) = (format!("{old:#?}"), format!("{new:#?}"));
    let fields = |text: &str| text.lines().map(|line| line.trim().trim_end_matches(',').to_owned()).collect::<Vec<_>>();
    let (before, now) = (fields(&old), fields(&new));
    let differing =
        now.iter().filter(|line| line.contains(':') && !before.contains(line)).map(|line| line.replace('_', " "));
    let differing: Vec<String> = differing.collect();
    if !differing.is_empty() {
        lines.push(format!("{what}: now {}", differing.join(", ")));
    }
}

fn severities(old: &Round, new: &Round) -> Vec<String> {
    let of = |round: &Round, rule: &str| {
        let own = round.severities.get(rule);
        let words = |(division, severity): (&String, &Severity)| {
            let division = if division == "*" { String::new() } else { format!(" in {division}") };
            format!("{}{division}", severity.name())
        };
        own.map_or_else(|| "as usual".to_owned(), |own| own.iter().map(words).collect::<Vec<_>>().join(", "))
    };
    let rules: std::collections::BTreeSet<&String> = old.severities.keys().chain(new.severities.keys()).collect();
    let mut lines = Vec::new();
    for rule in rules {
        changed(&mut lines, rule, (&of(old, rule), &of(new, rule)), Clone::clone);
    }
    lines
}

/// Says of every benchmark of both rounds whether its figures can be compared.
fn comparable(old: &Round, new: &Round) -> Vec<String> {
    let line = |(name, spec): (&String, &BenchmarkSpec)| {
        let before = old.benchmarks.get(name)?;
        let shared: Vec<String> = spec.lists.iter().filter(|list| before.lists.contains(list)).cloned().collect();
        let quality = if spec.task == Task::Wakeword { "the counts" } else { "the accuracy" };
        Some(if before.model != spec.model || before.macs != spec.macs {
            format!("{name}: no, the model differs")
        } else if shared.is_empty() {
            format!(
                "{name}: throughput and energy yes, {quality} no: it is measured on {}, before on {}",
                names(&spec.lists),
                names(&before.lists)
            )
        } else if before.lists != spec.lists {
            format!("{name}: yes, {quality} only if both were measured on {}", shared.join(" or "))
        } else {
            format!("{name}: yes")
        })
    };
    new.benchmarks.iter().filter_map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(old: &str, new: &str) -> String {
        let mut out = Vec::new();
        write(&Round::named(old).unwrap(), &Round::named(new).unwrap(), &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn changes_are_said_in_words() {
        let changes = text("v1.2", "v1.3");
        assert!(
            changes.contains("sww is new: streaming wake word, at most 8 false alarms and 8 words missed"),
            "{changes}"
        );
        assert!(changes.contains("MLCommons runner, benchmarks: ad, ic, kws, sww, vww, before none"), "{changes}");
        assert!(changes.contains("kws: yes"), "{changes}");
        let changes = text("v0.5", "v0.7");
        assert!(
            changes
                .contains("ic: throughput and energy yes, the accuracy no: it is measured on ic01, before on ic01-v05"),
            "{changes}"
        );
        assert!(text("v1.2", "v1.2").contains("Nothing changed."));
    }
}

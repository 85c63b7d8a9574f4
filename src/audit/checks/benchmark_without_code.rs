use std::collections::BTreeSet;

use super::code_missing::is_only_document;
use super::prelude::*;
use crate::round::BenchmarkSpec;
use crate::source::join;

check! {
    /// A benchmark has no code, although other benchmarks have.
    ///
    /// Code is found by the names of files and folders: the benchmark's short name, its model, or the first word of its
    /// title. If no name mentions any benchmark, the code is taken to serve all of them. A folder that contains only a
    /// README does not count as code.
    ///
    /// Help: put the implementation of the benchmark into `code/<benchmark>`, or say in the README where it is.
    ///
    /// Source: directory structure of the results repositories; MLPerf Tiny rules, 9.1; in all 22 available published
    /// submissions, the code names every benchmark or none.
    "benchmark-without-code", Structure, Warning, Submitter(check)
}

fn check(view: &SubmitterView<'_>, mut found: Findings) -> Outcome {
    if !view.submitter.has_results {
        return Outcome::NotApplicable;
    }
    let benchmarks = &view.round.benchmarks;
    let measured: BTreeSet<&str> = view
        .results()
        .filter(|benchmark| !benchmark.runs.is_empty())
        .filter_map(|benchmark| benchmark.name.as_deref())
        .collect();
    // Two sizes of a benchmark share their code.
    let smaller = |name: &str| benchmarks.get(name).map_or(&[][..], |spec| &spec.requires);
    let shared = measured.iter().flat_map(|name| smaller(name)).map(String::as_str);
    let mut sought: Vec<(&str, &BenchmarkSpec)> =
        measured.iter().copied().chain(shared).filter_map(|name| Some((name, benchmarks.get(name)?))).collect();
    let code = join(&view.submitter.path, "code");
    let prefix = format!("{code}/");
    let files = view.entries().iter().filter(|entry| entry.is_file());
    let mut named: BTreeSet<&str> = BTreeSet::new();
    for below in files.filter_map(|entry| entry.path.strip_prefix(&prefix)).filter(|below| !is_only_document(below)) {
        if sought.is_empty() {
            break;
        }
        let path = below.to_lowercase();
        named.extend(sought.extract_if(.., |(name, spec)| is_named(&path, name, spec)).map(|(name, _)| name));
    }
    let has_code =
        |name: &&str| named.contains(name) || smaller(name).iter().any(|smaller| named.contains(smaller.as_str()));
    let (with, without): (Vec<&str>, Vec<&str>) = measured.into_iter().partition(has_code);
    if with.is_empty() {
        return Outcome::NotApplicable;
    }
    if !without.is_empty() {
        let (with, without) = (with.join(", "), without.join(", "));
        found.at(&code, 0, format!("`code` has no files for {without}, but has files for {with}"));
    }
    found.or_pass(Place::whole(&code))
}

/// Whether a lower-case path names a benchmark.
fn is_named(path: &str, name: &str, spec: &BenchmarkSpec) -> bool {
    let title = spec.title.split(' ').next().unwrap_or_default();
    let mut words = path.split(|c: char| !c.is_ascii_alphanumeric());
    path.contains(title) || path.contains(&spec.model) || words.any(|word| word == name)
}

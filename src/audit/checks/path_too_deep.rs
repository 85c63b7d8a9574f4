use std::collections::{BTreeMap, BTreeSet};

use super::prelude::*;
use crate::source::{is_inside, join};

check! {
    /// Results are not at the depth of `results/<system>/<benchmark>/<run>`.
    ///
    /// The official checker does not find them. Some early rounds were published with an extra folder for a model or a
    /// software stack.
    ///
    /// Help: give every variant its own system folder and description.
    ///
    /// Source: directory structure of the results repositories.
    "path-too-deep", Structure, Error, Submitter(check),
    affects: result,
    fails: NotByTheRules,
}

fn check(view: &SubmitterView<'_>, mut found: Findings) -> Outcome {
    // Keyed by the folder that contains the extra level; results beside it at the right depth are not reported.
    let mut too_deep: BTreeMap<String, (&str, Vec<&str>)> = BTreeMap::new();
    for (system, benchmark) in view.systems().iter().flat_map(|one| one.benchmarks.iter().map(move |own| (one, own))) {
        if let Some(variant) = &benchmark.variant {
            let below = benchmark.path.strip_suffix(variant.as_str()).unwrap_or(&benchmark.path);
            let (_, variants) =
                too_deep.entry(below.trim_end_matches('/').to_owned()).or_insert((&system.name, Vec::new()));
            variants.push(variant);
        } else if let Some((stack, _)) = system.name.rsplit_once('/') {
            too_deep.entry(system.path.clone()).or_insert((&system.name, vec![stack]));
        }
    }
    let mut inner_results: BTreeSet<String> = BTreeSet::new();
    for (path, (system, levels)) in too_deep {
        if let Some(inner) = results_in_results(&view.submitter.path, &path) {
            if inner_results.insert(inner.clone()) {
                let message = "`results` is inside another `results`, expected `results/<system>/<benchmark>/<run>`";
                found.at(&inner, 0, message).help(format!("move the content of `{inner}` one folder up"));
            }
            continue;
        }
        let plural = if levels.len() == 1 { " is an extra level" } else { " are extra levels" };
        let listed = levels.iter().map(|level| format!("`{level}`")).collect::<Vec<_>>().join(", ");
        let message = format!("{listed}{plural}, expected `results/<system>/<benchmark>/<run>`");
        let own = match system.rsplit_once('/') {
            Some((outer, stack)) => format!("{outer}_{stack}"),
            None => format!("{system}_{}", levels[0]),
        };
        let own = own.replace('/', "_");
        found.at(&path, 0, message).help(format!(
            "make each its own system, such as `results/{own}` with the description `systems/{own}.json`; the official \
             checker does not find results at another depth"
        ));
    }
    found.or_pass(view.folder())
}

/// Returns a submitter's folder `results/results` if `path` is that folder or is inside it.
fn results_in_results(submitter: &str, path: &str) -> Option<String> {
    let inner = join(&join(submitter, "results"), "results");
    is_inside(path, &inner).then_some(inner)
}

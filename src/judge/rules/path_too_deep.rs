use std::collections::BTreeMap;

use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::round::Round;

rule! {
    /// Results lie at another depth than `results/<system>/<benchmark>/<run>`.
    ///
    /// The official checker does not see them. Some early rounds were published with a folder more, for a model or a
    /// software stack.
    ///
    /// Help: give every variant a system folder and a description of its own.
    ///
    /// Source: directory structure of the results repositories.
    "path-too-deep", Structure, Error, check
}

fn check(submission: &Submission, _: &Round, findings: &mut Findings) {
    // By the folder that holds the level too many: what lies beside it at its right depth is not concerned.
    let mut too_deep: BTreeMap<String, (&str, Vec<&str>)> = BTreeMap::new();
    for (system, benchmark) in submission.benchmarks() {
        if let Some(variant) = &benchmark.variant {
            let below = benchmark.path.strip_suffix(variant.as_str()).unwrap_or(&benchmark.path);
            let (_, variants) =
                too_deep.entry(below.trim_end_matches('/').to_owned()).or_insert((&system.name, Vec::new()));
            variants.push(variant);
        } else if let Some((stack, _)) = system.name.rsplit_once('/') {
            too_deep.entry(system.path.clone()).or_insert((&system.name, vec![stack]));
        }
    }
    for (path, (system, levels)) in too_deep {
        let plural = if levels.len() == 1 { " is a level" } else { " are levels" };
        let listed = levels.iter().map(|level| format!("`{level}`")).collect::<Vec<_>>().join(", ");
        let message = format!("{listed}{plural} too many, expected `results/<system>/<benchmark>/<run>`");
        let finding = findings.at(&path, 0, message);
        let own = format!("{system}_{}", levels[0]).replace('/', "_");
        finding.help(format!(
            "make each a system of its own, as `results/{own}`, described by `systems/{own}.json`; the official checker \
             does not see results at another depth"
        ));
    }
}

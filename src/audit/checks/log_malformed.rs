use super::prelude::*;
use crate::model::Run;
use crate::parse::location::Damage;

check! {
    /// A file of a run is empty or damaged.
    ///
    /// Part of it is not in the format that the runner writes. The readable part is still checked.
    ///
    /// Help: replace it with the original file from the session folder.
    ///
    /// Source: the formats both runners write.
    "log-malformed", Evidence, Error, Run(check),
    affects: every,
}

fn check(view: &RunView<'_>, mut found: Findings) -> Outcome {
    let run = view.run;
    for role in FileRole::ALL {
        let damage = damage_of(run, role);
        if let Some((first, more)) = damage.split_first() {
            let finding = found.at(run.path_of(role), first.line, first.message.clone());
            if !more.is_empty() {
                finding.note(format!("{} more places in this file are damaged", more.len()));
            }
        }
    }
    let parsed = [
        (FileRole::Log, run.log.is_some()),
        (FileRole::Json, run.json.is_some()),
        (FileRole::Results, run.claims.is_some()),
    ];
    let parsed = parsed.into_iter().find(|(_, parsed)| *parsed);
    found.or_pass(parsed.map(|(role, _)| view.at(role, 0)))
}

fn damage_of(run: &Run, role: FileRole) -> Vec<&Damage> {
    let mut damage: Vec<&Damage> = run.damage.iter().filter(|(of, _)| *of == role).map(|(_, damage)| damage).collect();
    match role {
        FileRole::Log => damage.extend(run.log.iter().flat_map(|log| log.damage.iter().chain(&log.summary.damage))),
        FileRole::Results => damage.extend(run.claims.iter().flat_map(|claims| &claims.damage)),
        _ => {}
    }
    damage.sort_by_key(|damage| damage.line);
    damage
}

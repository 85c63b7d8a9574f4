use crate::judge::rule::{Findings, rule};
use crate::read::location::Damage;
use crate::read::submission::{Run, Submission};
use crate::round::{FileRole, Round};

rule! {
    /// A file of a run is empty or damaged.
    ///
    /// Part of it does not read as what the runner writes. What can be read is still judged.
    ///
    /// Help: put the original file from the session's folder in its place.
    ///
    /// Source: the formats both runners write.
    "log-malformed", Evidence, Error, check,
    explains claim_missing, output_length
}

fn check(submission: &Submission, _: &Round, findings: &mut Findings) {
    for place in submission.runs() {
        for role in FileRole::ALL {
            let damage = damage_of(place.run, role);
            if let Some((first, more)) = damage.split_first() {
                let finding = findings.at(place.run.path_of(role), first.line, first.message.clone());
                if !more.is_empty() {
                    finding.note(format!("{} more places of this file are damaged", more.len()));
                }
            }
        }
    }
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

use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::read::tree::join;
use crate::round::{Mode, Round};

rule! {
    /// Energy was measured, but nothing says how the device was wired.
    ///
    /// Others can repeat an energy measurement only if they know what fed the device and what was measured.
    ///
    /// A README that names the hook-up, or the instrument and the supply, is enough.
    ///
    /// Help: describe the wiring in `systems` or `code`, as a text or a picture named for it: `Energy-Hookup.pdf`, or in a
    /// README.
    ///
    /// Source: directory structure of the results repositories.
    "energy-hookup-missing", Energy, Warning, check
}

fn check(submission: &Submission, _: &Round, findings: &mut Findings) {
    for submitter in &submission.submitters {
        let results = format!("{}/", join(&submitter.path, "results"));
        let benchmarks = submission.systems_of(submitter).iter().flat_map(|system| &system.benchmarks);
        let has_energy = benchmarks
            .filter_map(|benchmark| benchmark.runs.get(&Mode::Energy))
            .any(|run| run.path.starts_with(&results));
        let own = join(&submitter.path, "");
        let has_text = || {
            submission.entries_of(submitter).iter().any(|entry| {
                let below = entry.path.strip_prefix(&own).unwrap_or_default();
                // In `systems` or `code`, or beside them.
                let place = below.split_once('/').map(|(folder, _)| folder);
                entry.is_file() && matches!(place, None | Some("systems" | "code")) && names_wiring(below)
            })
        };
        if has_energy && submitter.documents.hookup.is_none() && !has_text() {
            findings.at(&join(&submitter.path, "systems"), 0, "energy was measured, but no hook-up is described");
        }
    }
}

/// Whether a path below `systems` or `code` is named for the wiring, or for the set-up of the energy measurement. A word
/// in a folder's name counts, as the files of such a folder say the rest.
fn names_wiring(path: &str) -> bool {
    const SET_UP: [&str; 6] = ["setup", "connection", "connect", "schematic", "measure", "mode"];
    let plain: String = path.to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
    let of_energy = ["energy", "power"].iter().any(|word| plain.contains(word));
    ["hookup", "wiring", "schematic"].iter().any(|word| plain.contains(word))
        || of_energy && SET_UP.iter().any(|word| plain.contains(word))
}

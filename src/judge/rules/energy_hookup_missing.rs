use crate::judge::rule::{Findings, rule};
use crate::read::submission::Submission;
use crate::read::tree::join;
use crate::round::{Mode, Round};

rule! {
    /// Energy was measured, but nothing says how the device was wired.
    ///
    /// Others can repeat an energy measurement only if they know what fed the device and what was measured.
    ///
    /// Help: describe the wiring in `systems`, as a text or a picture with `hookup` in its name.
    ///
    /// Source: directory structure of the results repositories.
    "energy-hookup-missing", Energy, Warning, check
}

fn check(submission: &Submission, _: &Round, findings: &mut Findings) {
    for submitter in &submission.submitters {
        let results = format!("{}/", join(&submitter.path, "results"));
        let has_energy =
            submission.runs().any(|place| place.run.mode == Mode::Energy && place.run.path.starts_with(&results));
        let describes = |path: &str| {
            let below = path[submitter.path.len()..].to_lowercase();
            let plain: String = below.chars().filter(char::is_ascii_alphanumeric).collect();
            let of_energy = ["energy", "power"].iter().any(|word| plain.contains(word));
            plain.contains("hookup")
                || of_energy
                    && ["setup", "connection", "mode", "doc", "measure"].iter().any(|word| plain.contains(word))
        };
        let has_text = submission
            .entries_of(submitter)
            .iter()
            .any(|entry| entry.is_file() && !entry.path.starts_with(&results) && describes(&entry.path));
        if has_energy && !has_text {
            findings.at(&join(&submitter.path, "systems"), 0, "energy was measured, but no hook-up is described");
        }
    }
}

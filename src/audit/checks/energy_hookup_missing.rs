use super::prelude::*;
use crate::source::join;

check! {
    /// Energy was measured, but the wiring of the device is not described.
    ///
    /// Others can repeat an energy measurement only if they know what powered the device and what was measured.
    ///
    /// A README that names the hook-up, or the instrument and the supply, is enough.
    ///
    /// Help: describe the wiring in `systems` or `code`, in a README or in a text or picture with a name such as
    /// `Energy-Hookup.pdf`.
    ///
    /// Source: directory structure of the results repositories.
    "energy-hookup-missing", Energy, Warning, Submitter(check)
}

fn check(view: &SubmitterView<'_>, mut found: Findings) -> Outcome {
    let submitter = view.submitter;
    let results = format!("{}/", join(&submitter.path, "results"));
    let mut energy_runs = view.results().filter_map(|benchmark| benchmark.run(Mode::Energy));
    if !energy_runs.any(|run| run.path.starts_with(&results)) {
        return Outcome::NotApplicable;
    }
    let own = join(&submitter.path, "");
    let mut named = view.entries().iter().filter(|entry| {
        let below = entry.path.strip_prefix(&own).unwrap_or_default();
        // In `systems` or `code`, or beside them.
        let place = below.split_once('/').map(|(folder, _)| folder);
        entry.is_file() && matches!(place, None | Some("systems" | "code")) && names_wiring(below)
    });
    let hookup = submitter.documents.hookup.as_deref().or_else(|| named.next().map(|entry| &*entry.path));
    if hookup.is_none() {
        found.at(&join(&submitter.path, "systems"), 0, "energy was measured, but the hook-up is not described");
    }
    found.or_pass(hookup.map(Place::whole))
}

/// Whether a path names the wiring, or the set-up of the energy measurement. The words may be in the names of folders,
/// too: `energy/setup.pdf`.
fn names_wiring(path: &str) -> bool {
    const SET_UP: [&str; 6] = ["setup", "connection", "connect", "schematic", "measure", "mode"];
    let plain: String = path.to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
    let of_energy = ["energy", "power"].iter().any(|word| plain.contains(word));
    ["hookup", "wiring", "schematic"].iter().any(|word| plain.contains(word))
        || of_energy && SET_UP.iter().any(|word| plain.contains(word))
}

use super::prelude::*;
use crate::model::Run;
use crate::parse::location::At;

check! {
    /// The runs of a system name different devices.
    ///
    /// Every firmware reports a name when a session starts. A system is one device with one build; another name may
    /// mean that the session was measured on another board.
    ///
    /// Help: check that all sessions were measured on this system; repeat those that were not.
    ///
    /// Source: the device API (`m-name-dut-[…]`); MLPerf Tiny rules, 2.3.
    "device-name-differs", Evidence, Note, System(check)
}

fn check(view: &SystemView<'_>, mut found: Findings) -> Outcome {
    let runs = view.system.benchmarks.iter().flat_map(|benchmark| benchmark.runs.values());
    let named: Vec<_> = runs.filter_map(|run| Some((run.path_of(FileRole::Log), name_of(run)?))).collect();
    let Some(((first_path, first), others)) = named.split_first() else { return Outcome::NotApplicable };
    if let Some((path, other)) = others.iter().find(|(_, name)| name.value != first.value) {
        let message =
            format!("the device reports the name `{}`, in another run of the system `{}`", other.value, first.value);
        let finding = found.at(path, other.line, message);
        finding.label("here").also(first_path, first.line, "another name in this run");
    }
    found.or_pass(others.first().map(|(path, name)| Place::new(path, name.line)))
}

/// Returns the device's name, unless it is a placeholder.
fn name_of(run: &Run) -> Option<&At<String>> {
    let name = run.log.as_ref()?.device_name.as_ref()?;
    (!["", "unspecified", "dut"].contains(&name.value.as_str())).then_some(name)
}

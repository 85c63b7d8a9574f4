use crate::judge::rule::{Findings, rule};
use crate::read::log::SessionLog;
use crate::read::submission::{Run, Submission};
use crate::round::{FileRole, Round};

rule! {
    /// The runs of a system name different devices.
    ///
    /// Every firmware says a name when a session starts. One system is one device with one build; another name may mean
    /// that a session of another board was put in its place.
    ///
    /// Help: check that all sessions are of this system.
    ///
    /// Source: the device API (`m-name-dut-[…]`); MLPerf Tiny rules, 2.3.
    "device-name-differs", Evidence, Note, check
}

fn check(submission: &Submission, _: &Round, findings: &mut Findings) {
    for system in &submission.systems {
        let runs = system.benchmarks.iter().flat_map(|benchmark| benchmark.runs.values());
        let mut named = runs.filter_map(|run| Some((run, name_of(run.log.as_ref()?)?)));
        let Some((first_run, first)) = named.next() else { continue };
        if let Some((run, other)) = named.find(|(_, name)| *name != first) {
            let message = format!("the device calls itself `{other}`, in another run of the system `{first}`");
            findings.at(run.path_of(FileRole::Log), line_of(run), message).label("here").also(
                first_run.path_of(FileRole::Log),
                line_of(first_run),
                "another name in this run",
            );
        }
    }
}

/// Where the device names itself.
fn line_of(run: &Run) -> u32 {
    run.log.as_ref().and_then(|log| log.device_name.as_ref()).map_or(0, |name| name.line)
}

/// The device's name, unless it is a placeholder.
fn name_of(log: &SessionLog) -> Option<&str> {
    let name = log.device_name.as_ref()?.value.as_str();
    (!["", "unspecified", "dut"].contains(&name)).then_some(name)
}

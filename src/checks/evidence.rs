//! What several rules ask of a run's evidence.

use std::collections::{BTreeMap, BTreeSet};

use crate::location::Line;
use crate::log::SessionLog;
use crate::metrics::closest_list;
use crate::round::{Dataset, FileRole, Round, Runner, Task};
use crate::rule::Findings;
use crate::submission::{Figure, Place, Run};

/// Why results.txt cannot be of the log beside it, if so: the line of the claim and the reason.
pub fn another_session(run: &Run, round: &Round) -> Option<(Line, String)> {
    let (claims, log) = (run.claims.as_ref()?, run.log.as_ref()?);
    let stamp = claims.first_stamp?;
    if claims.runner != Some(log.runner) {
        let message =
            format!("results.txt is of the {}, the log of the {}", claims.runner?.title(), log.runner.title());
        return Some((stamp.line, message));
    }
    match log.runner {
        Runner::Eembc => {
            let end = log.end_ms?;
            let gap = (stamp.value as f64 - end as f64) / 1000.0;
            let longest = round.tolerances.session_gap_seconds;
            (!(0.0..=longest).contains(&gap)).then(|| {
                let claimed = stamp.value as f64 / 1000.0;
                let ended = end as f64 / 1000.0;
                let message = format!(
                    "the results were written at {claimed:.3} s, the log ends at {ended:.3} s, expected at most {longest} s between"
                );
                (stamp.line, message)
            })
        }
        Runner::Mlcommons => {
            let logged = log.summary.first_stamp?;
            (logged.value != stamp.value).then(|| {
                (
                    stamp.line,
                    format!("the results bear another time than the same line of the log (line {})", logged.line),
                )
            })
        }
    }
}

/// Bytes of an MB, as the official checker counts.
pub const MB: u64 = 1 << 20;

/// What tells a session from others: the first times it shows. Where they are few, the session's name, which is a time
/// of day and may coincide, belongs to it.
pub fn session_identity(log: &SessionLog) -> Option<(String, Vec<u64>)> {
    let stamps = log.inferences.iter().filter_map(|one| Some(one.start?.us));
    let printed = log.inferences.iter().filter_map(|one| Some(one.elapsed_s?.to_bits()));
    let heard = log.detections.iter().flat_map(|heard| heard.iter().map(|ms| ms.to_bits()));
    let host = log.inferences.iter().filter_map(|one| one.done_host_ms);
    let times: Vec<u64> = stamps.chain(printed).chain(heard).chain(host).take(10).collect();
    let different: BTreeSet<u64> = times.iter().copied().collect();
    let name = log.session.as_ref()?.value.clone();
    // Two devices that hear the same recording may well detect the same words at the same times.
    let tells = different.len() >= 8 && log.detections.is_none();
    Some((if tells { String::new() } else { name }, times))
}

/// Reports a claim that our own figure contradicts, `claims a median throughput of 6.465 inf/s, recomputed …`.
pub fn compare(run: &Run, figure: &Figure, (name, unit): (&str, &str), round: &Round, findings: &mut Findings) {
    let units = round.tolerances.printed_units;
    let (Some(claimed), Some(recomputed), Some(false)) = (&figure.claimed, figure.recomputed, figure.agrees(units))
    else {
        return;
    };
    let decimals = claimed.decimals();
    let space = if unit.is_empty() { "" } else { " " };
    let message = format!(
        "claims {name} of {}{space}{unit}, recomputed {recomputed:.decimals$}{space}{unit}, tolerance {:.*}",
        claimed.text,
        decimals + 2,
        units * claimed.unit + figure.slack
    );
    let path = run.path_of(FileRole::Results);
    findings.at(path, claimed.line, message).note(format!("unrounded, the evidence gives {recomputed}"));
}

/// The inputs of an accuracy run beside the official list they come closest to.
pub struct Inputs<'a> {
    /// The list.
    pub list: &'static Dataset,
    /// Loads by input name.
    pub loads: BTreeMap<&'a str, Loads>,
}

/// How often an input was loaded, and where in the file.
#[derive(Default)]
pub struct Loads {
    /// Offset and line of every load.
    places: Vec<(u32, Line)>,
}

impl Loads {
    /// Number of different slices.
    pub fn distinct(&self) -> usize {
        let mut offsets: Vec<u32> = self.places.iter().map(|(offset, _)| *offset).collect();
        offsets.sort_unstable();
        offsets.dedup();
        offsets.len()
    }

    /// Whether a slice was loaded twice, or there are more slices than the file has.
    pub fn repeated(&self, slices: u32) -> bool {
        let distinct = self.distinct();
        self.places.len() > distinct || distinct > slices as usize
    }

    /// Line of the last load.
    pub fn line(&self) -> Line {
        self.places.last().map_or(0, |(_, line)| *line)
    }
}

impl<'a> Inputs<'a> {
    /// Reads them from the log, or from results.json where there is no log. `None` if no input is on any list.
    pub fn of(place: &Place<'a>, round: &'a Round) -> Option<Self> {
        let spec = place.spec(round).filter(|spec| spec.task != Task::Wakeword)?;
        let mut loads: BTreeMap<&str, Loads> = BTreeMap::new();
        if let Some(log) = place.run.log.as_ref().filter(|log| !log.inferences.is_empty()) {
            for inference in &log.inferences {
                if let Some(name) = log.input_of(inference) {
                    loads.entry(name).or_default().places.push((inference.offset, inference.line));
                }
            }
        } else {
            // results.json does not tell the slices apart; they come in order.
            for name in place.run.json.iter().flatten().filter_map(|entry| entry.file.as_deref()) {
                let loads = loads.entry(name).or_default();
                let next = u32::try_from(loads.places.len()).unwrap_or(u32::MAX);
                loads.places.push((next, 1));
            }
        }
        let list = closest_list(&loads.keys().copied(), spec)?;
        Some(Self { list, loads })
    }
}

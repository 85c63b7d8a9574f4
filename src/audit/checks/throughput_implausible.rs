use super::prelude::*;
use crate::audit::device_class::has_accelerator;
use crate::model::System;

check! {
    /// A processor without an accelerator does more work per cycle than any published one.
    ///
    /// The work per cycle is the number of multiplications of the reference model, without channels whose weights are all
    /// zero, times the throughput, divided by the clock frequency in the description. If it is too high, the true
    /// frequency is higher than stated, the description does not name an accelerator, or the model does less work than
    /// the reference.
    ///
    /// Calibrated on the results of six rounds on processors without an accelerator: the median is 0.5 per cycle, nine
    /// of ten have less than 0.93, and the maximum is 8.9, on a processor with vector instructions.
    ///
    /// Help: state the accelerator and the clock frequency of the measurement in the system description.
    ///
    /// Source: the layers of the reference models; system description template.
    "throughput-implausible", Performance, Note, System(check)
}

fn check(view: &SystemView<'_>, mut found: Findings) -> Outcome {
    let (system, limit) = (view.system, view.round.macs_per_cycle);
    // In the open division, the submitter's own model may do less work than the reference.
    if !system.is_closed() || has_accelerator(system) {
        return Outcome::NotApplicable;
    }
    let Some(hertz) = frequency(system) else { return Outcome::NotApplicable };
    let mut place = None;
    for benchmark in &system.benchmarks {
        let Some(macs) = benchmark.spec(view.round).and_then(|spec| spec.macs_alive.or(spec.macs)) else { continue };
        let Some(run) = benchmark.run(Mode::Performance) else { continue };
        let Some(rate) = run.scores.throughput.as_ref().and_then(|figure| figure.recomputed) else { continue };
        let (path, per_cycle) = (run.path_of(FileRole::Log), macs as f64 * rate / hertz);
        if per_cycle > limit {
            let message = format!(
                "{rate:.3} inf/s at {:.1} MHz are {per_cycle:.1} multiplications per cycle, expected at most {limit} \
                 without an accelerator",
                hertz / 1e6
            );
            found.at(path, 0, message).measured(per_cycle, limit, "");
        }
        place.get_or_insert_with(|| Place::whole(path));
    }
    found.or_pass(place)
}

/// The highest processor frequency in the description, in Hz.
fn frequency(system: &System) -> Option<f64> {
    let text = system.description.as_ref()?.text("Processor(s) Frequencies").to_lowercase();
    let units = [("ghz", 1e9), ("mhz", 1e6), ("khz", 1e3)];
    let before = |at: usize| {
        let before = text[..at].trim_end();
        let start = before.rfind(|c: char| !(c.is_ascii_digit() || ['.', ','].contains(&c))).map_or(0, |at| at + 1);
        before.get(start..)?.replace(',', "").parse::<f64>().ok()
    };
    let of_unit = |(unit, factor): (&str, f64)| -> Vec<f64> {
        text.match_indices(unit).filter_map(|(at, _)| before(at)).map(|number| number * factor).collect()
    };
    let named = units.into_iter().flat_map(of_unit);
    named.filter(|hertz| *hertz > 0.0).max_by(f64::total_cmp)
}

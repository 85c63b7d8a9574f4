use super::prelude::*;
use crate::audit::device_class::has_accelerator;
use crate::model::System;

check! {
    /// A processor without accelerator does more in a cycle than any other that was published.
    ///
    /// The multiplications of the reference model times the throughput, over the frequency of the description: a frequency
    /// that is lower than the true one, an accelerator that the description does not name, or a model that does less.
    ///
    /// Calibrated on the results of six rounds without an accelerator: the median is 0.5 a cycle, nine of ten have less than
    /// 0.93, the most is 8.9, of a processor with vector instructions.
    ///
    /// Help: name the accelerator and the frequency at which it was measured.
    ///
    /// Source: the layers of the reference models; system description template.
    "throughput-implausible", Performance, Note, System(check)
}

fn check(view: &SystemView<'_>, mut found: Findings) -> Outcome {
    let (system, limit) = (view.system, view.round.macs_per_cycle);
    // A model of one's own may do less than the reference.
    if !system.is_closed() || has_accelerator(system) {
        return Outcome::NotApplicable;
    }
    let Some(hertz) = frequency(system) else { return Outcome::NotApplicable };
    let mut place = None;
    for benchmark in &system.benchmarks {
        let Some(macs) = benchmark.spec(view.round).and_then(|spec| spec.macs) else { continue };
        let Some(run) = benchmark.runs.get(&Mode::Performance) else { continue };
        let Some(rate) = run.scores.throughput.as_ref().and_then(|figure| figure.recomputed) else { continue };
        let (path, a_cycle) = (run.path_of(FileRole::Log), macs as f64 * rate / hertz);
        if a_cycle > limit {
            let message = format!(
                "{rate:.3} inf/s at {:.1} MHz are {a_cycle:.1} multiplications a cycle, expected at most {limit} without \
                 an accelerator",
                hertz / 1e6
            );
            found.at(path, 0, message).measured(a_cycle, limit, "");
        }
        place.get_or_insert_with(|| Place::whole(path));
    }
    found.or_pass(place)
}

/// The highest frequency that the description names, in Hz.
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

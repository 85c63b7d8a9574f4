//! Every dialect of a session's files.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tinyaudit::log::{claims, eembc, energy_trace, mlcommons, results_json, script};

fuzz_target!(|bytes: &[u8]| {
    let _ = eembc::parse(bytes);
    let _ = mlcommons::parse(bytes);
    let _ = claims::parse(bytes);
    let _ = results_json::parse(bytes);
    let _ = script::parse(bytes);
    let _ = energy_trace::EnergyTrace::parse(bytes.to_vec());
    let _ = energy_trace::parse_stamps(bytes);
});

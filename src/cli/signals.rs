//! Signals: a command that is ended by one removes what it has not finished. Only Unix has signals; elsewhere the next
//! command removes it.

use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

/// Removes temporary files if a signal ends the program, and turns the limit of a file's size into an error.
pub(super) fn clean_up_when_ended() {
    #[cfg(unix)]
    {
        // A write beyond the limit (`ulimit -f`) then fails like one to a full disk.
        let _ = signal_hook::flag::register(signal_hook::consts::SIGXFSZ, Arc::default());
        let Ok(mut signals) = signal_hook::iterator::Signals::new(ending()) else { return };
        // Without the thread, signals end the program as they always do.
        let _ = std::thread::Builder::new().name("signals".to_owned()).spawn(move || {
            for signal in signals.forever() {
                let _nothing_new = crate::submit::leftovers::remove_unfinished();
                let _ = signal_hook::low_level::emulate_default_handler(signal);
            }
        });
    }
}

/// Returns a flag that is set by a signal that ends the program.
pub(super) fn ended() -> io::Result<Arc<AtomicBool>> {
    let ended = Arc::new(AtomicBool::new(false));
    #[cfg(unix)]
    for signal in ending() {
        signal_hook::flag::register(signal, ended.clone())?;
    }
    Ok(ended)
}

/// Returns the signals that end the program. The end of its terminal is one of them unless the caller ignores it, as
/// `nohup` does.
#[cfg(unix)]
fn ending() -> Vec<std::ffi::c_int> {
    use signal_hook::consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM};
    // Only Linux says what is ignored. Elsewhere the end of a terminal keeps its effect.
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(u64::MAX);
    let hangup = (ignored >> (SIGHUP - 1) & 1 == 0).then_some(SIGHUP);
    [SIGINT, SIGTERM, SIGQUIT].into_iter().chain(hangup).collect()
}

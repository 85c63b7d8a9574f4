//! Tests that cannot run here say so, by name, and are counted at the end of `.ci/run`.

use std::fs::OpenOptions;
use std::io::Write;

/// Reports that the test of this thread, or a part of it, is skipped. The line also goes to the file that `TINYAUDIT_SKIPPED`
/// names.
pub fn skipped(why: &str) {
    let thread = std::thread::current();
    let line = format!("skipped: {}: {why}\n", thread.name().unwrap_or("a test"));
    // Written directly to stderr: the test harness would capture it otherwise.
    let _ = std::io::stderr().write_all(line.as_bytes());
    if let Some(file) = std::env::var_os("TINYAUDIT_SKIPPED") {
        let mut file = OpenOptions::new().create(true).append(true).open(file).unwrap();
        file.write_all(line.as_bytes()).unwrap();
    }
}

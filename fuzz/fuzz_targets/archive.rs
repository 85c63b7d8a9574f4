//! A package made of anything: opened, checked and verified.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tinyaudit::report::Report;
use tinyaudit::round::Round;
use tinyaudit::tree::Tree;

fuzz_target!(|bytes: &[u8]| {
    let Ok(file) = tempfile::NamedTempFile::new() else { return };
    if std::fs::write(file.path(), bytes).is_err() {
        return;
    }
    let Ok(tree) = Tree::open(file.path()) else { return };
    let _ = tinyaudit::package::differences(&tree);
    if let Ok(round) = Round::named("v1.3") {
        let _ = Report::of(&tree, round, None);
    }
});

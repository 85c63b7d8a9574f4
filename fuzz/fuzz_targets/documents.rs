//! System descriptions, checklists, rounds, waivers and manifests.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tinyaudit::log::{checklist, description};
use tinyaudit::package::Manifest;
use tinyaudit::round::Round;

fuzz_target!(|bytes: &[u8]| {
    let _ = description::parse(bytes);
    let _ = checklist::parse(bytes);
    if let Ok(text) = std::str::from_utf8(bytes) {
        let _ = Round::parse("draft", text);
        let _ = tinyaudit::waiver::parse(text, "waivers.yaml");
        let _ = Manifest::parse(text);
    }
});

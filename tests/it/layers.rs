//! The layers of the house: upper may use lower, never the reverse.

use std::fs;
use std::path::Path;

/// From the top down; modules of one row are on one level and may not use each other.
const LAYERS: &[&[&str]] = &[
    &["cli"],
    &["render"],
    &["publication", "package", "comparison", "mending"],
    &["report", "runner"],
    &["checks"],
    &["waiver"],
    &["rule"],
    &["metrics", "follow_up", "form", "coverage"],
    &["submission"],
    &["simulator"],
    &["log", "tree"],
    &["round"],
    &["device"],
    &["spelling", "python", "output"],
    &["location", "fingerprint"],
];

/// The one exception: the engine runs the registry of rules.
const EXCEPTIONS: &[(&str, &str)] = &[("rule", "checks")];

fn level(module: &str) -> usize {
    LAYERS.iter().position(|row| row.contains(&module)).unwrap_or_else(|| panic!("module {module} has no layer"))
}

fn rust_files(folder: &Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn no_module_uses_one_above_it() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    rust_files(&src, &mut files);
    let mut counted = 0;
    for file in files {
        let below = file.strip_prefix(&src).unwrap();
        let first = below.iter().next().unwrap().to_str().unwrap();
        let module = first.trim_end_matches(".rs");
        if ["main", "lib"].contains(&module) {
            continue;
        }
        let text = fs::read_to_string(&file).unwrap();
        for part in text.split("crate::").skip(1) {
            let used: String = part.chars().take_while(|c| c.is_ascii_lowercase() || *c == '_').collect();
            if used.is_empty() || used == module || EXCEPTIONS.contains(&(module, used.as_str())) {
                continue;
            }
            counted += 1;
            assert!(
                level(module) < level(&used),
                "{} uses crate::{used}, which is not below {module}",
                below.display()
            );
        }
    }
    assert!(counted > 50, "the scan found only {counted} uses");
}

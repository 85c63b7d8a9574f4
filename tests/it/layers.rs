//! Dependencies between wings, the top-level modules: upper wings may use lower ones, never the reverse, and there are
//! no cycles.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Wings from top to bottom; wings in one row may not use each other.
const WINGS: &[&[&str]] = &[
    &["cli"],
    &["render", "submit"],
    &["testbench"],
    &["audit"],
    &["model"],
    &["source"],
    &["parse"],
    &["infer"],
    &["round"],
    &["schema"],
];

/// Whether the test bench may use this module: it does not depend on submissions.
fn is_of_testbench(used: &str) -> bool {
    used == "audit::metrics"
        || ["infer", "parse", "round", "schema", "testbench"].contains(&used.split("::").next().unwrap())
}

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
}

/// Every use of one module by another, for example of `model::load` by `audit::report`, with a file that contains it.
fn uses() -> BTreeMap<(String, String), PathBuf> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    rust_files(&src, &mut files);
    let modules: BTreeSet<String> =
        files.iter().filter_map(|file| module_of(file.strip_prefix(&src).unwrap())).collect();
    let mut found = BTreeMap::new();
    for file in files {
        let below = file.strip_prefix(&src).unwrap();
        let Some(user) = module_of(below) else { continue };
        let text = fs::read_to_string(&file).unwrap();
        let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        let code = code.collect::<Vec<_>>().join("\n");
        // In a file directly below a wing, `super::` is the wing.
        let wing = user.split("::").next().unwrap();
        let code = if below.components().count() == 2 {
            code.replace("use super::", &format!("use crate::{wing}::"))
        } else {
            code
        };
        for part in code.split("crate::").skip(1) {
            let path: String = part.chars().take_while(|c| c.is_ascii_alphanumeric() || "_:".contains(*c)).collect();
            let names: Vec<&str> = path.split("::").filter(|name| !name.is_empty()).collect();
            let module = names.get(..2).map(|names| names.join("::")).filter(|module| modules.contains(module));
            let Some(other) = module.or(names.first().map(|wing| (*wing).to_owned())) else { continue };
            if other != user && other != wing {
                found.insert((user.clone(), other), below.to_owned());
            }
        }
    }
    found
}

/// The module a file belongs to: wing and module below it, or the wing for the wing's own file.
fn module_of(below: &Path) -> Option<String> {
    let names: Vec<&str> = below.iter().map(|name| name.to_str().unwrap().trim_end_matches(".rs")).collect();
    (!["main", "lib"].contains(&names[0])).then(|| names[..names.len().min(2)].join("::"))
}

fn level(module: &str) -> usize {
    let wing = module.split("::").next().unwrap();
    WINGS.iter().position(|row| row.contains(&wing)).unwrap_or_else(|| panic!("{wing} is not a wing"))
}

#[test]
fn no_wing_uses_one_above_it() {
    let found = uses();
    for ((user, used), file) in &found {
        let (own, other) = (user.split("::").next().unwrap(), used.split("::").next().unwrap());
        assert!(own == other || level(user) < level(used), "{} uses {used}, which is not below {user}", file.display());
        assert!(own != "testbench" || is_of_testbench(used), "{} uses {used}", file.display());
    }
    assert!(found.len() > 50, "the scan found only {} uses", found.len());
}

/// There are no import cycles of any length, not even inside a wing.
#[test]
fn wings_have_no_import_cycle() {
    let found = uses();
    let mut below: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (user, used) in found.keys() {
        below.entry(user).or_default().insert(used);
    }
    // Remove modules that use no remaining module or are used by none, until only cycles are left.
    loop {
        let used: BTreeSet<&str> = below.values().flatten().copied().collect();
        let ends = |(module, uses): &(&&str, &BTreeSet<&str>)| {
            !used.contains(**module) || uses.iter().all(|other| !below.contains_key(other))
        };
        let Some(done) = below.iter().find(ends).map(|(module, _)| *module) else { break };
        below.remove(done);
    }
    let left: Vec<String> = below
        .iter()
        .flat_map(|(user, used)| used.iter().map(move |used| (*user, *used)))
        .filter(|(_, used)| below.contains_key(used))
        .map(|(user, used)| {
            let file = &found[&(user.to_owned(), used.to_owned())];
            format!("{user} uses {used} in {}", file.display())
        })
        .collect();
    assert!(left.is_empty(), "these contain a cycle:\n{}", left.join("\n"));
}

//! The wings of the house: upper may use lower, never the reverse, and nothing is imported in a circle.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// From the top down; wings of one row may not use each other.
const WINGS: &[&[&str]] =
    &[&["cli"], &["render", "submit"], &["testbench"], &["audit"], &["model"], &["source"], &["parse"], &["round"]];

/// What the test bench may use of the wings below it: it knows nothing of submissions.
fn is_of_testbench(used: &str) -> bool {
    used == "audit::metrics" || ["parse", "round", "testbench"].contains(&used.split("::").next().unwrap())
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

/// Every use of a room by another, `audit::report` of `model::load`, with a file that shows it.
fn uses() -> BTreeMap<(String, String), PathBuf> {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    rust_files(&src, &mut files);
    let rooms: BTreeSet<String> = files.iter().filter_map(|file| room_of(file.strip_prefix(&src).unwrap())).collect();
    let mut found = BTreeMap::new();
    for file in files {
        let below = file.strip_prefix(&src).unwrap();
        let Some(user) = room_of(below) else { continue };
        let text = fs::read_to_string(&file).unwrap();
        let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        let code = code.collect::<Vec<_>>().join("\n");
        // `super::` of a room's own file names its wing.
        let wing = user.split("::").next().unwrap();
        let code = if below.components().count() == 2 {
            code.replace("use super::", &format!("use crate::{wing}::"))
        } else {
            code
        };
        for part in code.split("crate::").skip(1) {
            let path: String = part.chars().take_while(|c| c.is_ascii_alphanumeric() || "_:".contains(*c)).collect();
            let names: Vec<&str> = path.split("::").filter(|name| !name.is_empty()).collect();
            let room = names.get(..2).map(|names| names.join("::")).filter(|room| rooms.contains(room));
            let Some(other) = room.or(names.first().map(|wing| (*wing).to_owned())) else { continue };
            if other != user && other != wing {
                found.insert((user.clone(), other), below.to_owned());
            }
        }
    }
    found
}

/// The room a file belongs to: wing and module below it; of a wing's own file the wing.
fn room_of(below: &Path) -> Option<String> {
    let names: Vec<&str> = below.iter().map(|name| name.to_str().unwrap().trim_end_matches(".rs")).collect();
    (!["main", "lib"].contains(&names[0])).then(|| names[..names.len().min(2)].join("::"))
}

fn level(room: &str) -> usize {
    let wing = room.split("::").next().unwrap();
    WINGS.iter().position(|row| row.contains(&wing)).unwrap_or_else(|| panic!("{wing} is no wing"))
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

/// Nothing is imported in a circle, however long, inside a wing either.
#[test]
fn no_circle_of_rooms() {
    let found = uses();
    let mut below: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (user, used) in found.keys() {
        below.entry(user).or_default().insert(used);
    }
    // What uses nothing that is left, or is used by nothing, is taken away, until all is gone or a circle is left.
    loop {
        let used: BTreeSet<&str> = below.values().flatten().copied().collect();
        let ends = |(room, uses): &(&&str, &BTreeSet<&str>)| {
            !used.contains(**room) || uses.iter().all(|other| !below.contains_key(other))
        };
        let Some(done) = below.iter().find(ends).map(|(room, _)| *room) else { break };
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
    assert!(left.is_empty(), "a circle is among these:\n{}", left.join("\n"));
}

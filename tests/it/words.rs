//! Words that readers had to read twice must not come back in what people see.

use std::path::{Path, PathBuf};

/// Patterns of messages, help and reports that are refused, with what to write instead.
const REFUSED: &[(&str, &str)] = &[
    ("is no ", "is not a"),
    ("are no ", "are not"),
    (" has not a", "does not have a"),
    (" has not the", "does not have the"),
    ("grave", "severe"),
    ("mend", "fix, correct"),
    ("heeded", "used, skipped"),
    ("told", "printed, reported"),
    ("befall", "happen to"),
    ("of one's own", "own"),
    ("held against", "compared with"),
    ("stands in ", "is in"),
    ("as nothing shows", "because no evidence shows"),
    ("is there already", "already exists"),
    ("row a submitter", "row per submitter"),
    ("line a finding", "line per finding"),
    ("one a benchmark", "one per benchmark"),
    ("sure inputs", "inputs on which all reference runs agree"),
];

/// Phrases that contain a refused pattern and are plain.
const ALLOWED: &[&str] = &["there is no ", "there are no ", "recommend", "amend", "is no longer", "commend"];

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|ending| ["rs", "html", "js"].contains(&ending.to_str().unwrap())) {
            found.push(path);
        }
    }
}

/// Returns what people may see of a line: string literals and doc comments of Rust, everything of a page.
fn seen(line: &str, is_rust: bool) -> String {
    if !is_rust || line.trim_start().starts_with("///") {
        return line.to_lowercase();
    }
    let parts: Vec<&str> = line.split('"').collect();
    parts.iter().skip(1).step_by(2).copied().collect::<Vec<_>>().join(" \u{1F} ").to_lowercase()
}

#[test]
fn nothing_that_people_see_must_be_read_twice() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    sources(&root.join("src"), &mut files);
    sources(&root.join("web/page"), &mut files);
    let mut wrong = Vec::new();
    for file in &files {
        let text = std::fs::read_to_string(file).unwrap();
        let is_rust = file.extension().is_some_and(|ending| ending == "rs");
        // Unit tests follow the code.
        let code = text.split("#[cfg(test)]\nmod tests").next().unwrap();
        for (number, line) in code.lines().enumerate() {
            let mut seen = seen(line, is_rust);
            for allowed in ALLOWED {
                seen = seen.replace(allowed, "");
            }
            for (pattern, instead) in REFUSED.iter().filter(|(pattern, _)| seen.contains(pattern)) {
                wrong.push(format!("{}:{}: `{pattern}`; write {instead}", file.display(), number + 1));
            }
        }
    }
    assert!(files.len() > 300, "only {} files were read", files.len());
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

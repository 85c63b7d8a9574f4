//! Deletes, cuts, doubles, swaps and edits every file that a rule needs, number by number. The findings must change, or
//! the mutation is listed in `fixtures/mutations.yaml` with the reason why it is harmless.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use tempfile::TempDir;
use tinyaudit::audit::report::Report;
use tinyaudit::round::Round;
use tinyaudit::source::Tree;

use crate::golden;

/// Most numbers to edit per file, evenly spread over it.
const NUMBERS: usize = 60;

/// A mutation of one file: its name, and the new content; `None` deletes the file.
type Mutation = (String, Option<Vec<u8>>);

fn findings(root: &Path) -> Vec<String> {
    let report = Report::check(&Tree::open(root).unwrap(), Round::named("v1.3").unwrap(), None).unwrap();
    report.findings().map(|one| format!("{} {} {} {}", one.rule.id, one.path, one.line, one.message)).collect()
}

fn mutations(path: &str, bytes: &[u8], files: &BTreeMap<String, Vec<u8>>) -> Vec<Mutation> {
    let mut all = vec![
        ("delete".to_owned(), None),
        ("truncate".to_owned(), Some(bytes[..bytes.len() / 2].to_vec())),
        ("double".to_owned(), Some([bytes, bytes].concat())),
    ];
    let name = path.rsplit('/').next().unwrap();
    for (other, content) in files {
        if other != path && other.rsplit('/').next() == Some(name) && content != bytes {
            all.push((format!("swap with {other}"), Some(content.clone())));
        }
    }
    if std::str::from_utf8(bytes).is_ok() && ![".md", ".pdf"].iter().any(|ending| path.ends_with(ending)) {
        let digits: Vec<usize> = (0..bytes.len())
            .filter(|at| bytes[*at].is_ascii_digit() && (*at == 0 || !bytes[*at - 1].is_ascii_digit()))
            .collect();
        for at in digits.iter().step_by(digits.len().div_ceil(NUMBERS).max(1)) {
            let mut edited = bytes.to_vec();
            edited[*at] = b'0' + (edited[*at] - b'0' + 1) % 10;
            all.push((format!("number in `{}`", shape(bytes, *at)), Some(edited)));
        }
    }
    all
}

/// The text before a number, without digits, so that similar places have the same name.
fn shape(bytes: &[u8], at: usize) -> String {
    let start = bytes[..at].iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end + 1);
    let text: String = String::from_utf8_lossy(&bytes[start..at]).chars().filter(|c| !c.is_ascii_digit()).collect();
    let end: Vec<char> = text.chars().rev().take(28).collect();
    end.into_iter().rev().collect::<String>().trim().to_owned()
}

#[test]
fn every_mutation_is_detected_or_harmless() {
    let folder = TempDir::new().unwrap();
    golden::copy(&golden::bundled(), folder.path());
    let files: BTreeMap<String, Vec<u8>> = golden::files(folder.path())
        .into_iter()
        .map(|(path, bytes)| (path.to_str().unwrap().to_owned(), bytes))
        .filter(|(path, _)| !path.contains("/code/"))
        .collect();
    let clean = findings(folder.path());
    let (mut count, mut survivors) = (0, BTreeMap::<String, u32>::new());
    for (path, bytes) in &files {
        let place = folder.path().join(path);
        for (what, content) in mutations(path, bytes, &files) {
            match &content {
                Some(content) => fs::write(&place, content).unwrap(),
                None => fs::remove_file(&place).unwrap(),
            }
            count += 1;
            if findings(folder.path()) == clean {
                let short = path.strip_prefix("closed/ExampleCo/").unwrap();
                *survivors.entry(format!("{short}: {what}")).or_default() += 1;
            }
        }
        fs::write(&place, bytes).unwrap();
    }
    let listed = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/mutations.yaml");
    let reasons: BTreeMap<String, String> = serde_yaml::from_str(&fs::read_to_string(listed).unwrap()).unwrap();
    let unlisted: Vec<_> = survivors.keys().filter(|key| !reasons.keys().any(|pattern| fits(pattern, key))).collect();
    assert!(unlisted.is_empty(), "{count} mutations; these are not detected:\n{unlisted:#?}");
    let idle: Vec<_> = reasons.keys().filter(|pattern| !survivors.keys().any(|key| fits(pattern, key))).collect();
    assert!(idle.is_empty(), "these are listed but detected now: {idle:#?}");
}

/// Whether a text matches a pattern; `*` matches any text.
fn fits(pattern: &str, text: &str) -> bool {
    let Some((head, rest)) = pattern.split_once('*') else { return pattern == text };
    let Some(text) = text.strip_prefix(head) else { return false };
    (0..=text.len()).filter(|at| text.is_char_boundary(*at)).any(|at| fits(rest, &text[at..]))
}

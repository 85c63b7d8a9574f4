//! Every promise in `docs/guarantees.md` names tests that exist.

use std::path::Path;

#[test]
fn every_promise_names_a_test() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = std::fs::read_to_string(root.join("docs/guarantees.md")).unwrap();
    let mut named = 0;
    for name in page.split('`').skip(1).step_by(2) {
        let Some((file, test)) = name.split_once("::").filter(|(file, _)| !file.contains(' ') && *file != "file")
        else {
            continue;
        };
        let code = std::fs::read_to_string(root.join(format!("tests/it/{file}.rs"))).unwrap_or_default();
        let place = code.find(&format!("\n    fn {test}(")).or_else(|| code.find(&format!("\nfn {test}(")));
        let place = place.unwrap_or_else(|| panic!("there is no test {name}"));
        let attributes = &code[code[..place].rfind("\n\n").unwrap_or(0)..place];
        assert!(attributes.contains("#[test]"), "{name} is not a test");
        named += 1;
    }
    assert!(named > 25, "only {named} tests are named");
}

/// Returns the value of a figure such as `64 MiB` or `1000`, or of a constant such as `64 << 20` or `1_000`.
fn value(text: &str) -> u64 {
    let number = |text: &str| text.replace('_', "").parse::<u64>().unwrap_or_else(|_| panic!("no figure: {text}"));
    let units = [(" KiB", 10), (" MiB", 20), (" GiB", 30)];
    let unit = units.iter().find_map(|(unit, bits)| Some((text.strip_suffix(unit)?, *bits)));
    match (unit, text.split_once(" << ")) {
        (Some((count, bits)), _) => number(count) << bits,
        (None, Some((count, bits))) => number(count) << number(bits),
        (None, None) => number(text),
    }
}

#[test]
fn budgets_are_those_of_the_code() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let page = std::fs::read_to_string(root.join("docs/guarantees.md")).unwrap();
    let section = page.split("\n## ").find(|section| section.starts_with("Budgets\n")).unwrap();
    let rows: Vec<Vec<&str>> = section
        .lines()
        .filter(|line| line.starts_with("| "))
        .skip(1)
        .map(|line| line.trim_matches('|').split(" | ").map(str::trim).collect())
        .collect();
    assert!(rows.len() > 25, "{}", rows.len());
    for row in rows {
        let (file, name) = row[3].strip_prefix('`').and_then(|rest| rest.split_once("` ")).unwrap();
        let code = std::fs::read_to_string(root.join("src").join(file)).unwrap_or_else(|_| panic!("no file {file}"));
        let start = code.find(&format!("const {name}: ")).unwrap_or_else(|| panic!("no constant {name} in {file}"));
        let constant = code[start..].split_once("= ").unwrap().1.split_once(';').unwrap().0;
        assert_eq!(value(row[1]), value(constant), "{row:?}");
    }
}

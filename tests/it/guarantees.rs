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

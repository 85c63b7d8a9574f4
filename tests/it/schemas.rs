//! The schemas of what is read and written are generated from the types and checked in.

use std::fs;
use std::path::Path;

use schemars::{Schema, schema_for};
use tinyaudit::round::Round;

fn schemas() -> Vec<(&'static str, Schema)> {
    let newest = Round::named(Round::newest()).unwrap();
    vec![
        ("system-description", newest.description_schema().try_into().unwrap()),
        ("check", schema_for!(tinyaudit::render::json::Check)),
        ("compare", schema_for!(tinyaudit::render::changes::Changes)),
        ("history", schema_for!(tinyaudit::render::history::History)),
        ("finding", schema_for!(tinyaudit::render::json::Finding)),
        ("results", schema_for!(tinyaudit::render::json::Results)),
        ("rules", schema_for!(tinyaudit::render::catalogue::Catalogue)),
        ("round", schema_for!(tinyaudit::round::Round)),
        ("waivers", schema_for!(Vec<tinyaudit::audit::waiver::Waiver>)),
        ("profile", schema_for!(tinyaudit::testbench::simulator::Profile)),
    ]
}

/// Run with `TINYAUDIT_BLESS=1` to write them anew.
#[test]
fn the_checked_in_schemas_are_those_of_the_types() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas");
    for (name, schema) in schemas() {
        let path = folder.join(format!("{name}.schema.json"));
        let text = format!("{}\n", serde_json::to_string_pretty(&schema).unwrap());
        if std::env::var_os("TINYAUDIT_BLESS").is_some() {
            fs::create_dir_all(&folder).unwrap();
            fs::write(&path, &text).unwrap();
        }
        let found = fs::read_to_string(&path).unwrap_or_default();
        assert!(
            found == text,
            "{} is not the schema of the type; write it anew with TINYAUDIT_BLESS=1",
            path.display()
        );
    }
}

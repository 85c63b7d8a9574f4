//! The schemas of input and output formats are generated from the types and checked in.

use std::fs;
use std::path::Path;

use schemars::{Schema, schema_for};
use serde_json::Value;
use tinyaudit::round::Round;
use tinyaudit::testbench::simulator::Profile;

fn schemas() -> Vec<(&'static str, Schema)> {
    let newest = Round::named(Round::newest()).unwrap();
    vec![
        ("system-description", newest.description_schema().try_into().unwrap()),
        ("check", schema_for!(tinyaudit::render::json::Check)),
        ("compare", schema_for!(tinyaudit::render::changes::Changes)),
        ("reconcile", schema_for!(tinyaudit::render::reconciliation::Reconciliation)),
        ("history", schema_for!(tinyaudit::render::history::History)),
        ("finding", schema_for!(tinyaudit::render::json::Finding)),
        ("results", schema_for!(tinyaudit::render::json::Results)),
        ("page", schema_for!(tinyaudit::render::page::ResultsPage)),
        ("rules", schema_for!(tinyaudit::render::catalogue::Catalogue)),
        ("round", schema_for!(tinyaudit::round::Round)),
        ("waivers", schema_for!(Vec<tinyaudit::audit::waiver::Waiver>)),
        ("profile", schema_for!(Profile)),
    ]
}

/// Run with `TINYAUDIT_BLESS=1` to rewrite them.
#[test]
fn the_checked_in_schemas_are_up_to_date() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("schemas");
    for (name, schema) in schemas() {
        let path = folder.join(format!("{name}.schema.json"));
        let text = format!("{}\n", serde_json::to_string_pretty(&schema).unwrap());
        if std::env::var_os("TINYAUDIT_BLESS").is_some() {
            fs::create_dir_all(&folder).unwrap();
            fs::write(&path, &text).unwrap();
        }
        let found = fs::read_to_string(&path).unwrap_or_default();
        assert!(found == text, "{} is not the schema of the type; rewrite it with TINYAUDIT_BLESS=1", path.display());
    }
}

/// Places of a schema that are numbers without a lower and an upper bound.
fn unbounded(place: &str, schema: &Value, found: &mut Vec<String>) {
    let is_number = |kind: &Value| kind == "number" || kind == "integer";
    let kind = schema.get("type");
    if kind.is_some_and(|kind| is_number(kind) || kind.as_array().is_some_and(|all| all.iter().any(is_number)))
        && (schema.get("minimum").is_none() || schema.get("maximum").is_none())
    {
        found.push(place.to_owned());
    }
    match schema {
        Value::Object(fields) => {
            fields.iter().for_each(|(key, inner)| unbounded(&format!("{place}/{key}"), inner, found));
        }
        Value::Array(all) => all.iter().for_each(|inner| unbounded(place, inner, found)),
        _ => {}
    }
}

#[test]
fn every_number_of_a_round_or_profile_has_a_range() {
    let mut found = Vec::new();
    unbounded("round", &schema_for!(Round).into(), &mut found);
    unbounded("profile", &schema_for!(Profile).into(), &mut found);
    // The start of a random sequence may be any number.
    found.retain(|place| place != "profile/properties/seed");
    assert!(found.is_empty(), "{found:?}");
}

#[test]
fn what_is_built_in_is_what_its_schema_describes() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    for name in Round::names() {
        let text = fs::read_to_string(root.join(format!("rules/{name}/round.yaml"))).unwrap();
        Round::parse(name, name, &text, tinyaudit::audit::checks::expect_rule).unwrap();
    }
    for name in Profile::names() {
        let text = fs::read_to_string(root.join(format!("profiles/{name}.yaml"))).unwrap();
        Profile::parse(name, name, &text).unwrap();
    }
}

//! The public documents that rules cite.

use crate::render::document::{Rich, Span};

/// Beginning of a citation, and the document's address.
const DOCUMENTS: [(&str, &str); 7] = [
    ("MLPerf Tiny rules", "https://github.com/mlcommons/tiny/blob/master/benchmark/MLPerfTiny_Rules.adoc"),
    ("MLPerf Tiny Benchmark", "https://arxiv.org/abs/2106.07597"),
    ("MLPerf submission rules", "https://github.com/mlcommons/policies"),
    ("`submission_checker.py`", "https://github.com/mlcommons/tiny/blob/master/tools/submission/submission_checker.py"),
    ("mlcommons/tiny benchmark/runner", "https://github.com/mlcommons/tiny/tree/master/benchmark/runner"),
    (
        "mlcommons/tiny benchmark/evaluation/datasets",
        "https://github.com/mlcommons/tiny/tree/master/benchmark/evaluation/datasets",
    ),
    ("EEMBC runner user guide", "https://github.com/eembc/energyrunner"),
];

/// Returns a rule's source; names of public documents are links.
pub(super) fn linked(source: &str) -> Rich {
    let mut spans = Rich::default();
    for (index, part) in source.split("; ").enumerate() {
        if index > 0 {
            spans = spans.and(Rich::plain("; "));
        }
        spans = spans.and(match DOCUMENTS.iter().find(|(name, _)| part.starts_with(name)) {
            Some((name, address)) => {
                Rich(vec![Span::Link(name.replace('`', ""), address)]).and(Rich::new(&part[name.len()..]))
            }
            None => Rich::new(part),
        });
    }
    spans
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_the_document_is_the_link() {
        let linked = linked("MLPerf Tiny rules, 2.4 (a); the layers");
        assert_eq!(linked.0[0], Span::Link("MLPerf Tiny rules".to_owned(), DOCUMENTS[0].1));
        assert_eq!(linked.0[1..], Rich::new(", 2.4 (a)").and(Rich::plain("; ")).and(Rich::new("the layers")).0);
    }

    #[test]
    fn addresses_are_those_of_the_readme() {
        for (name, address) in DOCUMENTS {
            assert!(
                name == "MLPerf Tiny Benchmark" || include_str!("../../../README.md").contains(address),
                "{address}"
            );
        }
    }
}

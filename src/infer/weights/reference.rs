//! The reference models whose weights are recognised (`rules/weights/*.txt`).
//!
//! A file consists of a header, an empty line, and one line per tensor and form, as [`Print`] writes them. The
//! header has `key: value` lines: the benchmark, the source, and the digest of every model file.

use std::sync::LazyLock;

use super::fingerprint::{Form, Print};

/// Weights of a reference model.
#[derive(Debug)]
pub struct Reference {
    /// Name, `kws-a`.
    pub name: &'static str,
    /// Short name of the benchmark.
    pub benchmark: &'static str,
    /// The tensors in every form, sorted by form.
    pub prints: Vec<Print>,
}

impl Reference {
    /// The tensors in a form.
    pub fn of_form(&self, form: Form) -> impl Iterator<Item = &Print> {
        self.prints.iter().filter(move |print| print.form == form)
    }
}

macro_rules! files {
    ($($name:literal),* $(,)?) => {
        &[$(($name, include_str!(concat!("../../../rules/weights/", $name, ".txt")))),*]
    };
}

const FILES: &[(&str, &str)] = files!["ad", "ic", "ic2", "kws-a", "kws-b", "sww", "vww"];

/// Returns all references, parsed on first use.
#[must_use]
pub fn references() -> &'static [Reference] {
    static READ: LazyLock<Vec<Reference>> =
        LazyLock::new(|| FILES.iter().filter_map(|(name, text)| parse(name, text)).collect());
    &READ
}

fn parse(name: &'static str, text: &'static str) -> Option<Reference> {
    let (head, body) = text.split_once("\n\n")?;
    let value = |key: &str| {
        head.lines().filter_map(|line| line.split_once(": ")).find(|(known, _)| *known == key).map(|(_, value)| value)
    };
    value("source")?;
    let prints = body.lines().map(Print::parse).collect::<Option<_>>()?;
    Some(Reference { name, benchmark: value("benchmark")?, prints })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_is_valid_and_no_tensor_is_that_of_another_reference() {
        assert_eq!(references().len(), FILES.len());
        let mut seen = std::collections::BTreeMap::new();
        for reference in references() {
            assert!(!reference.prints.is_empty(), "{}", reference.name);
            for print in &reference.prints {
                let before = seen.insert((print.elements(), print.sum), reference.name);
                assert!(before.is_none_or(|name| name == reference.name), "{print} of {}", reference.name);
            }
        }
    }
}

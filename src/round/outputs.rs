//! Output vectors of the reference models for the official inputs, in known arithmetics (`rules/outputs/*.txt`).
//!
//! A file consists of a header, an empty line, and one line per input, in the order of the list. The header has `key:
//! value` lines: list, model string, source, and one line per arithmetic, `int8-single: units of 1/256`. An input line
//! has the outputs of the arithmetics, separated by `|`: `7:255 9:1` are the values that are not zero, by class; `=` is
//! the same as before; `-` has no values.

use std::sync::LazyLock;

/// Outputs of the reference models of one benchmark.
#[derive(Debug)]
pub struct Outputs {
    /// Model string that devices report.
    pub model: String,
    /// The arithmetics.
    pub arithmetics: Vec<Reference>,
}

/// Outputs in one arithmetic.
#[derive(Debug)]
pub struct Reference {
    /// Name, `int8-single`.
    pub name: String,
    /// The unit of an output is 1 / this: 256 for int8, 10,000 for printed real numbers.
    pub units: u32,
    /// Number of outputs of a vector.
    pub width: usize,
    /// The outputs in units, one vector after the other, in the order of the list.
    values: Vec<u16>,
}

impl Reference {
    /// Whether the outputs are those of int8 arithmetic.
    #[must_use]
    pub const fn is_int8(&self) -> bool {
        self.units == 256
    }

    /// Returns the output vector for the input at a place of the list, in units.
    #[must_use]
    pub fn vector(&self, place: usize) -> Option<&[u16]> {
        self.values.get(place * self.width..(place + 1) * self.width)
    }
}

const KWS: &str = include_str!("../../rules/outputs/kws01.txt");
/// Number of outputs of a vector.
const WIDTH: usize = 12;

/// Returns the outputs for a list and a model string, parsed on first use.
#[must_use]
pub fn outputs(list: &str, model: &str) -> Option<&'static Outputs> {
    static READ: LazyLock<Option<Outputs>> = LazyLock::new(|| Outputs::parse(KWS));
    READ.as_ref().filter(|outputs| list == "kws01" && outputs.model == model)
}

impl Outputs {
    /// Parses a file; `None` if it is not valid. A test checks that the built-in file is.
    fn parse(text: &str) -> Option<Self> {
        let (head, body) = text.split_once("\n\n")?;
        let mut model = None;
        let mut arithmetics = Vec::new();
        for (key, value) in head.lines().filter_map(|line| line.split_once(": ")) {
            if key == "model" {
                model = Some(value.to_owned());
            } else if let Some(units) = value.strip_prefix("units of 1/") {
                let (name, units) = (key.to_owned(), units.parse().ok()?);
                arithmetics.push(Reference { name, units, width: WIDTH, values: Vec::new() });
            }
        }
        for line in body.lines() {
            let mut before = [0; WIDTH];
            let mut parts = line.split('|');
            for reference in &mut arithmetics {
                before = match parts.next()? {
                    "=" => before,
                    part => vector(part)?,
                };
                reference.values.extend(before);
            }
        }
        Some(Self { model: model?, arithmetics })
    }
}

fn vector(text: &str) -> Option<[u16; WIDTH]> {
    let mut values = [0; WIDTH];
    for pair in text.split(' ').filter(|pair| *pair != "-") {
        let (class, value) = pair.split_once(':')?;
        *values.get_mut(class.parse::<usize>().ok()?)? = value.parse().ok()?;
    }
    Some(values)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::round::dataset;

    #[test]
    fn the_built_in_outputs_cover_their_list() {
        let read = outputs("kws01", "kws01").unwrap();
        let names: Vec<&str> = read.arithmetics.iter().map(|one| one.name.as_str()).collect();
        assert_eq!(names, ["int8-double", "int8-single", "float-a", "float-b"]);
        let list = dataset("kws01").unwrap();
        for one in &read.arithmetics {
            assert!(one.vector(list.inputs.len() - 1).is_some() && one.vector(list.inputs.len()).is_none());
            // Softmax outputs sum to one, to within rounding.
            let sum = |place: usize| one.vector(place).unwrap().iter().map(|value| u32::from(*value)).sum::<u32>();
            assert!((0..list.inputs.len()).all(|place| sum(place).abs_diff(one.units) <= 12), "{}", one.name);
        }
        assert_eq!(outputs("kws01", "vww01").map(|_| ()), None);
    }
}

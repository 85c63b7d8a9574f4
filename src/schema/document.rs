//! YAML and TOML documents as JSON values, with the line of each value.

use std::collections::HashMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};
use serde_yaml::Spanned;

use super::pointer_part;

/// A document without its comments: its value, and the line of every value and key.
#[derive(Debug)]
pub(super) struct Document {
    /// The whole value.
    #[cfg_attr(not(feature = "schema"), allow(dead_code))]
    pub value: Value,
    /// Lines, from 1, by JSON pointer. A value in a mapping has the line of its key.
    lines: HashMap<String, u64>,
}

impl Document {
    /// Reads YAML.
    ///
    /// # Errors
    /// When it is not YAML, or contains a number that JSON does not have.
    pub fn from_yaml(text: &str) -> Result<Self, serde_yaml::Error> {
        let root: Spanned<Node> = super::yaml(text)?;
        let mut document = Self { value: Value::Null, lines: HashMap::new() };
        document.lines.insert(String::new(), root.referenced.line());
        document.value = document.add("", root.value);
        Ok(document)
    }

    /// Returns the line of the value at a pointer, or else of the innermost value that contains it; 0 if there is none.
    pub fn line(&self, mut pointer: &str) -> u64 {
        loop {
            if let Some(line) = self.lines.get(pointer) {
                return *line;
            }
            let Some((around, _)) = pointer.rsplit_once('/') else { return 0 };
            pointer = around;
        }
    }

    /// Returns the JSON value of a node, and records the lines of the values in it.
    fn add(&mut self, pointer: &str, node: Node) -> Value {
        match node {
            Node::Scalar(value) => value,
            Node::List(nodes) => {
                let values = nodes.into_iter().enumerate().map(|(index, node)| {
                    let pointer = format!("{pointer}/{index}");
                    self.lines.insert(pointer.clone(), node.referenced.line());
                    self.add(&pointer, node.value)
                });
                Value::Array(values.collect())
            }
            Node::Mapping(pairs) => {
                let mut map = Map::new();
                for (key, node) in pairs {
                    let pointer = format!("{pointer}/{}", pointer_part(&key.value));
                    self.lines.insert(pointer.clone(), key.referenced.line());
                    let value = self.add(&pointer, node.value);
                    map.insert(key.value, value);
                }
                Value::Object(map)
            }
        }
    }
}

/// A value of any type, as the deserialiser reads it.
enum Node {
    Scalar(Value),
    List(Vec<Spanned<Node>>),
    Mapping(Vec<(Spanned<String>, Spanned<Node>)>),
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

struct NodeVisitor;

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("any value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Node, E> {
        Ok(Node::Scalar(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Node, E> {
        Ok(Node::Scalar(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Node, E> {
        Ok(Node::Scalar(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Node, E> {
        // JSON does not have infinite numbers. They become text, which is reported where a number is expected.
        Ok(Node::Scalar(Number::from_f64(value).map_or_else(|| value.to_string().into(), Value::Number)))
    }

    fn visit_str<E>(self, value: &str) -> Result<Node, E> {
        Ok(Node::Scalar(value.into()))
    }

    fn visit_unit<E>(self) -> Result<Node, E> {
        Ok(Node::Scalar(Value::Null))
    }

    fn visit_none<E>(self) -> Result<Node, E> {
        Ok(Node::Scalar(Value::Null))
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Node, D::Error> {
        Node::deserialize(deserializer)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut nodes: A) -> Result<Node, A::Error> {
        let mut list = Vec::new();
        while let Some(node) = nodes.next_element()? {
            list.push(node);
        }
        Ok(Node::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut pairs: A) -> Result<Node, A::Error> {
        let mut mapping = Vec::new();
        while let Some(pair) = pairs.next_entry()? {
            mapping.push(pair);
        }
        Ok(Node::Mapping(mapping))
    }
}

#[cfg(feature = "cli")]
mod from_toml {
    use std::collections::HashMap;

    use serde_json::Value;
    use toml::de::{DeTable, DeValue, Error};

    use super::{Document, line_at, pointer_part};

    impl Document {
        /// Reads TOML.
        ///
        /// # Errors
        /// When it is not TOML: all syntax errors.
        pub(crate) fn from_toml(text: &str) -> Result<Self, Vec<Error>> {
            let (table, errors) = DeTable::parse_recoverable(text);
            if !errors.is_empty() {
                return Err(errors);
            }
            let mut lines = HashMap::from([(String::new(), 1)]);
            let value = add(text, "", &DeValue::Table(table.into_inner()), &mut lines);
            Ok(Self { value, lines })
        }
    }

    fn add(text: &str, pointer: &str, value: &DeValue<'_>, lines: &mut HashMap<String, u64>) -> Value {
        match value {
            DeValue::String(value) => value.to_string().into(),
            DeValue::Boolean(value) => (*value).into(),
            DeValue::Datetime(value) => value.to_string().into(),
            DeValue::Integer(value) => {
                i64::from_str_radix(value.as_str(), value.radix()).map_or(Value::Null, Value::from)
            }
            DeValue::Float(value) => value.as_str().parse::<f64>().map_or(Value::Null, Value::from),
            DeValue::Array(values) => {
                let values = values.iter().enumerate().map(|(index, value)| {
                    let pointer = format!("{pointer}/{index}");
                    lines.insert(pointer.clone(), line_at(text, value.span().start));
                    add(text, &pointer, value.get_ref(), lines)
                });
                Value::Array(values.collect())
            }
            DeValue::Table(table) => {
                let pairs = table.iter().map(|(key, value)| {
                    let pointer = format!("{pointer}/{}", pointer_part(key.get_ref()));
                    lines.insert(pointer.clone(), line_at(text, key.span().start));
                    (key.get_ref().to_string(), add(text, &pointer, value.get_ref(), lines))
                });
                Value::Object(pairs.collect())
            }
        }
    }
}

/// Returns the line, from 1, of the byte at an offset in a text.
#[cfg(feature = "cli")]
pub(super) fn line_at(text: &str, byte: usize) -> u64 {
    let before = text.as_bytes().get(..byte).unwrap_or(text.as_bytes());
    memchr::memchr_iter(b'\n', before).count() as u64 + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_have_the_lines_of_their_keys() {
        let document = Document::from_yaml("# comment\na:\n  - b: 1\n    c/d:\n      2.5\n  - x\n").unwrap();
        assert_eq!(document.value, serde_json::json!({"a": [{"b": 1, "c/d": 2.5}, "x"]}));
        let lines = ["", "/a", "/a/0", "/a/0/b", "/a/0/c~1d", "/a/1", "/a/0/missing"];
        assert_eq!(lines.map(|pointer| document.line(pointer)), [2, 2, 3, 3, 4, 6, 3]);
        assert!(Document::from_yaml("a: [").is_err());
    }

    #[cfg(feature = "cli")]
    #[test]
    fn toml_has_lines_too() {
        let document = Document::from_toml("a = 1\n\n[b]\nc = \"x\"\nd = [\n  1.5,\n  true]\n").unwrap();
        assert_eq!(document.value, serde_json::json!({"a": 1, "b": {"c": "x", "d": [1.5, true]}}));
        assert_eq!(["/a", "/b/c", "/b/d/1"].map(|pointer| document.line(pointer)), [1, 4, 7]);
        assert!(Document::from_toml("a = \nb = [\n").unwrap_err().len() > 1);
    }
}

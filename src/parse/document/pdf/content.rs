//! What a page does, operation by operation, as programs write it. The library reads ten times as slowly: it is left what
//! is unusual, and all that follows it.

use lopdf::content::{Content, Operation};
use lopdf::{Dictionary, Object, StringFormat};

/// Most lists and dictionaries within each other.
const MAX_NESTING: usize = 4;

/// The operations that the library gives, in their order, until one cannot be read.
pub fn operations(content: &[u8]) -> impl Iterator<Item = Operation> {
    let mut rest = Rest(content);
    rest.blank();
    let mut library = None;
    std::iter::from_fn(move || {
        if library.is_none() {
            let mut after = Rest(rest.0);
            if let Some(operation) = after.operation() {
                rest = after;
                return Some(operation);
            }
        }
        library.get_or_insert_with(|| Content::decode_iter(rest.0)).next()?.ok()
    })
}

/// What is still to be read. Everything ends with `None` where something is unusual.
struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    fn blank(&mut self) {
        while let [b' ' | b'\n' | b'\r' | b'\t' | b'\0' | b'\x0C', rest @ ..] = self.0 {
            self.0 = rest;
        }
    }

    /// Takes bytes as long as they are such.
    fn run(&mut self, is_such: impl Fn(u8) -> bool) -> &'a [u8] {
        let end = self.0.iter().position(|byte| !is_such(*byte)).unwrap_or(self.0.len());
        let (run, rest) = self.0.split_at(end);
        self.0 = rest;
        run
    }

    fn operation(&mut self) -> Option<Operation> {
        let mut operands = Vec::new();
        while !matches!(self.0.first()?, b'a'..=b'z' | b'A'..=b'Z' | b'*' | b'\'' | b'"') {
            operands.push(self.object(MAX_NESTING)?);
        }
        let word = self.run(|byte| byte.is_ascii_alphanumeric() || b"*'\"".contains(&byte));
        // Values of three kinds are words, and a picture may follow the fourth.
        let unusual: [&[u8]; 4] = [b"null", b"true", b"false", b"BI"];
        if unusual.iter().any(|start| word.starts_with(start)) {
            return None;
        }
        self.blank();
        Some(Operation { operator: std::str::from_utf8(word).ok()?.to_owned(), operands })
    }

    /// A value and the blanks after it.
    fn object(&mut self, nesting: usize) -> Option<Object> {
        let object = match self.0 {
            [b'/', ..] => Object::Name(self.name()?),
            [b'<', b'<', rest @ ..] => {
                self.0 = rest;
                self.dictionary(nesting.checked_sub(1)?)?
            }
            [b'<', rest @ ..] => {
                self.0 = rest;
                self.hexadecimal()?
            }
            [b'(', rest @ ..] => {
                self.0 = rest;
                Object::string_literal(self.literal()?)
            }
            [b'[', rest @ ..] => {
                self.0 = rest;
                self.list(nesting.checked_sub(1)?)?
            }
            _ => self.number()?,
        };
        self.blank();
        Some(object)
    }

    fn name(&mut self) -> Option<Vec<u8>> {
        self.0 = self.0.strip_prefix(b"/")?;
        let name = self.run(|byte| !b" \t\n\r\0\x0C()<>[]{}/%#".contains(&byte));
        (self.0.first() != Some(&b'#')).then(|| name.to_owned())
    }

    fn number(&mut self) -> Option<Object> {
        let text = self.run(|byte| byte.is_ascii_digit() || b"+-.".contains(&byte));
        if !matches!(self.0.first()?, b' ' | b'\n' | b'\r' | b'\t' | b']' | b'(' | b'<' | b'[' | b'/' | b'>') {
            return None;
        }
        let unsigned = text.strip_prefix(b"-").or_else(|| text.strip_prefix(b"+")).unwrap_or(text);
        let is_plain = unsigned.iter().all(|byte| byte.is_ascii_digit() || *byte == b'.');
        let text = std::str::from_utf8(text).ok().filter(|_| is_plain)?;
        if unsigned.contains(&b'.') {
            text.parse().ok().map(Object::Real)
        } else {
            text.parse().ok().map(Object::Integer)
        }
    }

    /// Text as far as `)`, with escapes of one sign.
    fn literal(&mut self) -> Option<Vec<u8>> {
        let mut text = Vec::new();
        loop {
            text.extend_from_slice(self.run(|byte| !b"()\\\r\n".contains(&byte)));
            let (sign, rest) = match self.0 {
                [b')', rest @ ..] => {
                    self.0 = rest;
                    return Some(text);
                }
                [b'\\', sign @ (b'(' | b')' | b'\\'), rest @ ..] => (*sign, rest),
                [b'\\', a @ b'0'..=b'3', b @ b'0'..=b'7', c @ b'0'..=b'7', rest @ ..] => {
                    let [a, b, c] = [a, b, c].map(|digit| digit - b'0');
                    (a << 6 | b << 3 | c, rest)
                }
                _ => return None,
            };
            text.push(sign);
            self.0 = rest;
        }
    }

    /// Pairs of digits, as far as `>`.
    fn hexadecimal(&mut self) -> Option<Object> {
        let (pairs, []) = self.run(|byte| byte.is_ascii_hexdigit()).as_chunks::<2>() else { return None };
        self.0 = self.0.strip_prefix(b">")?;
        let value = |digit: u8| char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok());
        let bytes = pairs.iter().map(|[high, low]| Some(value(*high)? << 4 | value(*low)?)).collect::<Option<_>>()?;
        Some(Object::String(bytes, StringFormat::Hexadecimal))
    }

    fn list(&mut self, nesting: usize) -> Option<Object> {
        let mut items = Vec::new();
        self.blank();
        loop {
            if let [b']', rest @ ..] = self.0 {
                self.0 = rest;
                return Some(Object::Array(items));
            }
            items.push(self.object(nesting)?);
        }
    }

    fn dictionary(&mut self, nesting: usize) -> Option<Object> {
        let mut entries = Dictionary::new();
        self.blank();
        loop {
            if let [b'>', b'>', rest @ ..] = self.0 {
                self.0 = rest;
                return Some(Object::Dictionary(entries));
            }
            let key = self.name()?;
            self.blank();
            entries.set(key, self.object(nesting)?);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(content: &[u8]) -> Vec<String> {
        operations(content).map(|operation| format!("{operation:?}")).collect()
    }

    fn of_library(content: &[u8]) -> Vec<String> {
        Content::decode_iter(content).map_while(Result::ok).map(|operation| format!("{operation:?}")).collect()
    }

    /// How many operations are read without the library.
    fn usual(content: &[u8]) -> usize {
        let mut rest = Rest(content);
        rest.blank();
        std::iter::from_fn(|| rest.operation()).count()
    }

    #[test]
    fn what_programs_write_needs_no_library() {
        let content = b"/P <</MCID 0/Lang (en-US)>> BDC q 0.000008871 0 595.32 841.92 re W* n BT /F1 9.96 Tf \
            1 0 0 1 72.024 760.66 Tm 0 g [(T)-5(est) .5 <00Af>] TJ (x)Tj (y)' ET Q EMC";
        assert_eq!(read(content), of_library(content));
        assert_eq!(usual(content), of_library(content).len());
    }

    proptest! {
        #[test]
        fn operations_are_those_of_the_library(words in proptest::collection::vec(prop_oneof![
            Just("q "), Just("BT\n"), Just("Tj"), Just("T* "), Just("' "), Just("\""), Just("1 "), Just("-0.5 "), Just("+7 "),
            Just("1.\n"), Just(".25 "), Just("."), Just("-"), Just("1.2.3 "), Just("0.0-1 "), Just("99999999999999999999 "),
            Just("/Name "), Just("/A#41 "), Just("/"), Just("(text) "), Just("(a(b)c)"), Just("(\\)) "), Just("(\\341\\000\\\\) "), Just("(\\400)"), Just("(\\0)"), Just("(\\n\\\n)"), Just("("), Just(")"),
            Just("<00FF>"), Just("<0>"), Just("<0 0>"), Just("<<"), Just(">> "), Just("["), Just("] "), Just("1 0 R "),
            Just("null "), Just("nullify "), Just("true"), Just("% remark\n"), Just("%"), Just("BI "), Just("ID x EI "),
            Just("d0 "), Just("{"), Just("\0"), Just("\x0C"), Just("5"), Just("é"),
        ], 0..24)) {
            let content = words.concat();
            prop_assert_eq!(read(content.as_bytes()), of_library(content.as_bytes()));
        }
    }
}

//! Escapes characters that do not show in JSON: control and format characters beyond ASCII.

use std::io::{self, Write};

use crate::parse::text::is_hidden;

/// Passes JSON on and writes hidden characters as `\u` escapes. They occur only in strings, where an escape means the same.
pub(super) struct Escaping<'a> {
    out: &'a mut dyn Write,
    /// The beginning of a character whose other bytes are still to come.
    begun: Vec<u8>,
}

impl<'a> Escaping<'a> {
    pub(super) const fn new(out: &'a mut dyn Write) -> Self {
        Self { out, begun: Vec::new() }
    }

    fn escape(&mut self, text: &str) -> io::Result<()> {
        let mut rest = text;
        while let Some((at, hidden)) = rest.char_indices().find(|(_, c)| !c.is_ascii() && is_hidden(*c)) {
            self.out.write_all(&rest.as_bytes()[..at])?;
            for unit in hidden.encode_utf16(&mut [0; 2]) {
                write!(self.out, "\\u{unit:04x}")?;
            }
            rest = &rest[at + hidden.len_utf8()..];
        }
        self.out.write_all(rest.as_bytes())
    }
}

impl Write for Escaping<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.begun.is_empty() && bytes.is_ascii() {
            self.out.write_all(bytes)?;
            return Ok(bytes.len());
        }
        let mut all = std::mem::take(&mut self.begun);
        all.extend_from_slice(bytes);
        let whole = match std::str::from_utf8(&all) {
            Ok(text) => text,
            Err(error) => {
                self.begun = all[error.valid_up_to()..].to_vec();
                std::str::from_utf8(&all[..error.valid_up_to()]).unwrap_or_default()
            }
        };
        self.escape(whole)?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

/// Returns a text as a JSON string without hidden characters.
#[must_use]
pub(in crate::render) fn quoted(text: &str) -> String {
    let mut out = Vec::new();
    // Writing to memory does not fail.
    let _ = write!(Escaping::new(&mut out), "{}", serde_json::Value::from(text));
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_characters_are_escaped_wherever_the_text_is_split() {
        let text = "\"a\u{85}é\u{202E}b\u{FEFF}\u{E0041}\u{FFFF}\"";
        for split in 0..=text.len() {
            let mut out = Vec::new();
            let mut escaping = Escaping::new(&mut out);
            escaping.write_all(&text.as_bytes()[..split]).unwrap();
            escaping.write_all(&text.as_bytes()[split..]).unwrap();
            let written = String::from_utf8(out).unwrap();
            assert_eq!(written, "\"a\\u0085é\\u202eb\\ufeff\\udb40\\udc41\\uffff\"");
            assert_eq!(serde_json::from_str::<String>(&written).unwrap(), text.trim_matches('"'));
        }
    }
}

//! `script.async`: the commands the EEMBC runner was told to send.
//!
//! A list of `{cmd: '…', ms: …, ack: /…/}` in the manner of JavaScript, with doubled backslashes. The commands of the
//! run follow some commands of set-up that the log does not show.

use memchr::memmem::Finder;

use super::text;
use crate::location::{At, Line};

const KEY: &[u8] = b"cmd:";

/// Fingerprints of the commands, in order, with their lines.
#[must_use]
pub fn parse(bytes: &[u8]) -> Vec<At<u64>> {
    let mut parser = Parser::default();
    parser.block(bytes);
    parser.commands
}

/// Reads a list of commands in blocks of whole lines.
#[derive(Default)]
pub struct Parser {
    /// Fingerprints of the commands so far, with their lines.
    pub commands: Vec<At<u64>>,
    /// Line feeds in the blocks before.
    feeds: Line,
    unescaped: Vec<u8>,
}

impl Parser {
    /// Reads some more lines.
    pub fn block(&mut self, bytes: &[u8]) {
        // Lists of commands are the largest files of a submission: they are searched for their keys, not split into
        // lines.
        let key = Finder::new(KEY);
        let mut counted = 0;
        while let Some(at) = key.find(&bytes[counted..]) {
            let after = counted + at + KEY.len();
            self.feeds = self.feeds.saturating_add(text::line_feeds(&bytes[counted..after]));
            counted = after;
            if let Some(command) = command(&bytes[after..], &mut self.unescaped) {
                self.commands.push(At::new(text::fingerprint(command), self.feeds.saturating_add(1)));
            }
            // A line has one command, which may itself hold the key.
            counted += memchr::memchr(b'\n', &bytes[after..]).unwrap_or(bytes.len() - after);
        }
        self.feeds = self.feeds.saturating_add(text::line_feeds(&bytes[counted..]));
    }
}

/// The text in quotes that begins here and ends in this line, without the backslashes that stand before characters.
fn command<'a>(text: &'a [u8], unescaped: &'a mut Vec<u8>) -> Option<&'a [u8]> {
    let blanks = text.iter().position(|byte| !matches!(byte, b' ' | b'\t'))?;
    let (&quote, mut rest) = text[blanks..].split_first()?;
    if quote != b'\'' && quote != b'"' {
        return None;
    }
    unescaped.clear();
    loop {
        let end = memchr::memchr3(quote, b'\\', b'\n', rest)?;
        match rest[end] {
            b'\\' => {
                unescaped.extend_from_slice(&rest[..end]);
                unescaped.push(*rest.get(end + 1).filter(|byte| **byte != b'\n')?);
                rest = &rest[end + 2..];
            }
            byte if byte != quote => return None,
            _ if unescaped.is_empty() => return Some(&rest[..end]),
            _ => {
                unescaped.extend_from_slice(&rest[..end]);
                return Some(unescaped);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backslashes_are_doubled() {
        let found = parse(b"[\n    {\n        cmd: 'bload dut \"C:\\\\data\\\\a.bin\"',\n        ms: 7840\n    }\n]");
        assert_eq!(found, [At::new(text::fingerprint(b"bload dut \"C:\\data\\a.bin\""), 3)]);
        let twice = parse(b"cmd: 'print cmd: \"x\"', cmd: 'y'\ncmd: 'z'");
        assert_eq!(twice.iter().map(|command| command.line).collect::<Vec<_>>(), [1, 2]);
        for open in [&b"cmd: 'open"[..], b"cmd: 'open\n'", b"cmd: 'open\\\n'", b"cmd:", b"cmd: x"] {
            assert_eq!(parse(open), []);
        }
    }
}

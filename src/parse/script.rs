//! Parser of `script.async`, the commands that the EEMBC runner sends.
//!
//! The file is a list of `{cmd: '…', ms: …, ack: /…/}` in JavaScript syntax, with doubled backslashes. It begins with
//! some set-up commands that are not in the log.

use super::text;
use crate::parse::location::{At, Line};
use crate::round::fingerprint::fingerprint;

/// Returns fingerprints of the commands, in order, with their lines.
#[cfg(feature = "internals")]
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
    /// Line feeds so far.
    feeds: Line,
    escaped: Escaped,
}

/// The last command that had backslashes, as a cache: consecutive commands mostly name files of the same folder.
#[derive(Default)]
struct Escaped {
    /// The opening quote and the command as written, up to its last escape.
    written: Vec<u8>,
    /// Length of that part without quote and backslashes.
    length: usize,
    /// The command without the backslashes.
    command: Vec<u8>,
}

impl Parser {
    /// Reads the next block of lines.
    pub fn block(&mut self, bytes: &[u8]) {
        // Scripts are the largest files of a submission, so they are searched for quotes, not split into lines.
        let (mut counted, mut from) = (0, 0);
        while let Some(found) = memchr::memchr2(b'\'', b'"', &bytes[from..]) {
            let quote = from + found;
            from = quote + 1;
            let blanks = bytes[..quote].iter().rev().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
            if !bytes[..quote - blanks].ends_with(b"cmd:") {
                continue;
            }
            self.feeds = self.feeds.saturating_add(text::line_feeds(&bytes[counted..quote]));
            counted = quote;
            if let Some((command, length)) = self.escaped.command(&bytes[quote..]) {
                self.commands.push(At::new(fingerprint(command), self.feeds.saturating_add(1)));
                from = quote + length;
            }
        }
        self.feeds = self.feeds.saturating_add(text::line_feeds(&bytes[counted..]));
    }
}

impl Escaped {
    /// Returns the unescaped text of the quotes that open here, if they close in the same line, and its length as
    /// written, including the quotes.
    fn command<'a>(&'a mut self, quoted: &'a [u8]) -> Option<(&'a [u8], usize)> {
        let quote = *quoted.first()?;
        let close = |from: usize| Some(from + memchr::memchr3(quote, b'\\', b'\n', &quoted[from..])?);
        if self.written.is_empty() || !quoted.starts_with(&self.written) {
            let end = close(1)?;
            if quoted[end] != b'\\' {
                return (quoted[end] == quote).then_some((&quoted[1..end], end + 1));
            }
            self.written.clear();
            self.written.push(quote);
            self.length = 0;
        }
        self.command.truncate(self.length);
        let mut at = self.written.len();
        loop {
            let end = close(at)?;
            self.command.extend_from_slice(&quoted[at..end]);
            match quoted[end] {
                b'\\' => {
                    self.command.push(*quoted.get(end + 1).filter(|byte| **byte != b'\n')?);
                    at = end + 2;
                    self.length = self.command.len();
                }
                byte => return (byte == quote).then_some((&self.command, end + 1)),
            }
            self.written.extend_from_slice(&quoted[self.written.len()..at]);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Reads each command by itself, without the cache.
    fn plain(commands: &[String]) -> Vec<u64> {
        let plain = |command: &String| command.replace("\\\\", "\\").replace("\\'", "'");
        commands.iter().map(|command| fingerprint(plain(command).as_bytes())).collect()
    }

    proptest! {
        #[test]
        fn a_command_is_read_the_same_after_any_other(
            commands in proptest::collection::vec("(a|b|ab)?((\\\\\\\\|\\\\')(a|b)){0,3}[ab]{0,9}", 0..12),
        ) {
            let script: Vec<_> = commands.iter().map(|command| format!("cmd: '{command}',\nms: 1\n")).collect();
            let found: Vec<_> = parse(script.concat().as_bytes()).iter().map(|command| command.value).collect();
            prop_assert_eq!(found, plain(&commands));
        }
    }

    #[test]
    fn doubled_backslashes_are_unescaped() {
        let found = parse(b"[\n    {\n        cmd: 'bload dut \"C:\\\\data\\\\a.bin\"',\n        ms: 7840\n    }\n]");
        assert_eq!(found, [At::new(fingerprint(b"bload dut \"C:\\data\\a.bin\""), 3)]);
        let twice = parse(b"cmd: 'print cmd: \"x\"', cmd: 'y'\ncmd: 'z'");
        assert_eq!(twice.iter().map(|command| command.line).collect::<Vec<_>>(), [1, 1, 2]);
        for open in [&b"cmd: 'open"[..], b"cmd: 'open\n'", b"cmd: 'open\\\n'", b"cmd:", b"cmd: x", b"cmd:\n'x'"] {
            assert_eq!(parse(open), []);
        }
    }
}

//! `script.async`: the commands the EEMBC runner was told to send.
//!
//! A list of `{cmd: '…', ms: …, ack: /…/}` in the manner of JavaScript, with doubled backslashes. The commands of the
//! run follow some commands of set-up that the log does not show.

use memchr::memmem;

use super::text;
use crate::location::At;

/// Fingerprints of the commands, in order, with their lines.
#[must_use]
pub fn parse(bytes: &[u8]) -> Vec<At<u64>> {
    text::lines(bytes)
        .filter_map(|(line, content)| Some(At::new(text::fingerprint(&command(content)?), line)))
        .collect()
}

fn command(line: &[u8]) -> Option<Vec<u8>> {
    let at = memmem::find(line, b"cmd:")?;
    let rest = line[at + b"cmd:".len()..].trim_ascii_start();
    let (&quote, rest) = rest.split_first()?;
    if quote != b'\'' && quote != b'"' {
        return None;
    }
    let mut command = Vec::with_capacity(rest.len());
    let mut bytes = rest.iter();
    while let Some(&byte) = bytes.next() {
        match byte {
            b'\\' => command.push(*bytes.next()?),
            _ if byte == quote => return Some(command),
            _ => command.push(byte),
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backslashes_are_doubled() {
        let found = parse(b"[\n    {\n        cmd: 'bload dut \"C:\\\\data\\\\a.bin\"',\n        ms: 7840\n    }\n]");
        assert_eq!(found, [At::new(text::fingerprint(b"bload dut \"C:\\data\\a.bin\""), 3)]);
        assert_eq!(parse(b"cmd: 'open"), []);
    }
}

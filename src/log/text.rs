//! Lines, numbers and time stamps: what all dialects share.

use std::borrow::Cow;

use crate::location::Line;

/// What editors of Windows put in front of a text.
pub const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// The lines of a file with their numbers, without line ends. Splits at line feeds and strips every carriage return
/// before them, as the files of both operating systems need; a byte-order mark in front belongs to no line.
pub fn lines(bytes: &[u8]) -> impl Iterator<Item = (Line, &[u8])> {
    lines_after(0, bytes)
}

/// The same, for a part of a file that begins after the line of that number.
pub fn lines_after(mut number: Line, bytes: &[u8]) -> impl Iterator<Item = (Line, &[u8])> {
    let marked = number == 0 && bytes.starts_with(BYTE_ORDER_MARK);
    let mut start = if marked { BYTE_ORDER_MARK.len() } else { 0 };
    std::iter::from_fn(move || {
        if start >= bytes.len() {
            return None;
        }
        let end = memchr::memchr(b'\n', &bytes[start..]).map_or(bytes.len(), |offset| start + offset);
        let mut line = &bytes[start..end];
        while let [head @ .., b'\r'] = line {
            line = head;
        }
        start = end + 1;
        number = number.saturating_add(1);
        Some((number, line))
    })
}

/// A number in decimal notation, the nearest to what is written. Infinities and NaN are not numbers.
#[must_use]
pub fn number(text: &[u8]) -> Option<f64> {
    if let Some(value) = short_number(text) {
        return Some(value);
    }
    if !text.first().is_some_and(|first| first.is_ascii_digit() || b"-+.".contains(first)) {
        return None;
    }
    std::str::from_utf8(text).ok()?.parse::<f64>().ok().filter(|value| value.is_finite())
}

/// Powers of ten that have no rounding error.
const TENS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20,
    1e21, 1e22,
];

/// A number of at most 15 digits and a small exponent, as the runners print them. Its digits and its power of ten are
/// exact, so that one operation rounds only once; `None` leaves a text to the standard library.
fn short_number(text: &[u8]) -> Option<f64> {
    let (negative, text) = match text {
        [b'-', rest @ ..] => (true, rest),
        _ => (false, text),
    };
    let (mut digits, mut count, mut exponent, mut point) = (0u64, 0usize, 0i32, false);
    let mut bytes = text.iter();
    for byte in bytes.by_ref() {
        match byte {
            b'0'..=b'9' => {
                digits = digits * 10 + u64::from(byte - b'0');
                count += 1;
                exponent -= i32::from(point);
                if count > 15 {
                    return None;
                }
            }
            b'.' if !point && count > 0 => point = true,
            b'e' if count > 0 => {
                let rest = bytes.as_slice();
                let (down, rest) = match rest {
                    [b'-', rest @ ..] => (true, rest),
                    [b'+', rest @ ..] => (false, rest),
                    _ => (false, rest),
                };
                let power = i32::try_from(integer(rest).filter(|power| *power < 100)?).ok()?;
                exponent += if down { -power } else { power };
                break;
            }
            _ => return None,
        }
    }
    let power = *TENS.get(usize::try_from(exponent.unsigned_abs()).ok()?).filter(|_| count > 0)?;
    let magnitude = if exponent < 0 { digits as f64 / power } else { digits as f64 * power };
    Some(if negative { -magnitude } else { magnitude })
}

/// A whole number without sign, and what follows it.
#[must_use]
pub fn leading_integer(text: &[u8]) -> Option<(u64, &[u8])> {
    let length = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    if length == 0 {
        return None;
    }
    let mut value = 0u64;
    for digit in &text[..length] {
        value = value.checked_mul(10)?.checked_add(u64::from(digit - b'0'))?;
    }
    Some((value, &text[length..]))
}

/// A whole number and nothing else.
#[must_use]
pub fn integer(text: &[u8]) -> Option<u64> {
    leading_integer(text).and_then(|(value, rest)| rest.is_empty().then_some(value))
}

/// A number that stands for a text, to compare long lists of commands without keeping them. Takes eight bytes at a time:
/// the commands of a round are tens of megabytes.
#[must_use]
pub fn fingerprint(text: &[u8]) -> u64 {
    let mix = |hash: u64, word: u64| (hash ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(29);
    let (words, rest) = text.as_chunks::<8>();
    let hash = words.iter().fold(text.len() as u64, |hash, word| mix(hash, u64::from_le_bytes(*word)));
    rest.iter().fold(hash, |hash, byte| mix(hash, u64::from(*byte)))
}

/// Bytes in hexadecimal digits.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// How many line feeds there are, which is how many lines later the text ends.
#[must_use]
pub fn line_feeds(text: &[u8]) -> Line {
    Line::try_from(memchr::memchr_iter(b'\n', text).count()).unwrap_or(Line::MAX)
}

/// Text of a submission made fit to be shown: decoded loosely, control characters left out, cut to a readable length.
#[must_use]
pub fn shown(text: &[u8]) -> String {
    cut(text, 80)
}

/// A line of a submission made fit to be shown.
#[must_use]
pub fn excerpt(line: &[u8]) -> String {
    cut(line, 160)
}

fn cut(text: &[u8], longest: usize) -> String {
    // Four bytes are the longest character.
    let decoded: Cow<'_, str> = String::from_utf8_lossy(&text[..text.len().min(4 * longest + 4)]);
    let mut characters = decoded.chars().filter(|c| !c.is_control());
    let mut clean: String = characters.by_ref().take(longest).collect();
    if characters.next().is_some() {
        clean.push('…');
    }
    clean
}

/// A line of the EEMBC runner, `00102.158 dut: m-ready`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamped<'a> {
    /// Host time since the runner started, in milliseconds.
    pub ms: u64,
    /// Who speaks: `session`, `parser`, `sequencer`, `dut`, `io`, `emon`, `ulp-mlperf`, `ulp-ml`.
    pub source: &'a [u8],
    /// What is said, without surrounding blanks or carriage returns.
    pub message: &'a [u8],
}

/// Splits a line of the EEMBC runner; `None` where the line has no such prefix and so belongs to the message before.
#[must_use]
pub fn stamped(line: &[u8]) -> Option<Stamped<'_>> {
    let (seconds, rest) = leading_integer(line)?;
    let [b'.', a, b, c, b' ', rest @ ..] = rest else { return None };
    if line.len() - rest.len() < 10 || ![a, b, c].into_iter().all(u8::is_ascii_digit) {
        return None;
    }
    let is_name = |byte: &u8| byte.is_ascii_lowercase() || *byte == b'-';
    let colon = rest[..rest.len().min(16)].iter().position(|byte| !is_name(byte))?;
    if colon == 0 || rest[colon] != b':' {
        return None;
    }
    let source = &rest[..colon];
    let thousandths = u64::from(a - b'0') * 100 + u64::from(b - b'0') * 10 + u64::from(c - b'0');
    let ms = seconds.checked_mul(1000)?.checked_add(thousandths)?;
    Some(Stamped { ms, source, message: rest[colon + 1..].trim_ascii() })
}

/// A stamp of the MLCommons runner, `0726.010150 ulp-mlperf: `, and the message after it.
/// The stamp is month, day, hour, minute and second, returned as seconds since the start of the year, of 31 days a month.
#[must_use]
pub fn calendar_stamped(line: &[u8]) -> Option<(u64, &[u8])> {
    let (head, message) = line.split_at_checked(12)?;
    let message = message.strip_prefix(b"ulp-mlperf:")?;
    if head[4] != b'.' || head[11] != b' ' {
        return None;
    }
    let day = integer(&head[..4])?;
    let time = integer(&head[5..11])?;
    let (hours, minutes, seconds) = (time / 10_000, time / 100 % 100, time % 100);
    Some(((day / 100 * 31 + day % 100) * 86_400 + hours * 3600 + minutes * 60 + seconds, message.trim_ascii()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn lines_lose_their_ends_and_keep_their_numbers() {
        let found: Vec<_> = lines(b"a\r\n\r\r\nb").collect();
        assert_eq!(found, [(1, &b"a"[..]), (2, b""), (3, b"b")]);
    }

    #[test]
    fn host_stamps_have_five_or_more_digits() {
        let line = stamped(b"357226.503 dut: \rm-ready").unwrap();
        assert_eq!((line.ms, line.source, line.message), (357_226_503, &b"dut"[..], &b"m-ready"[..]));
        assert_eq!(stamped(b"00853.995 session:").unwrap().message, b"");
        for other in
            [&b"m-lap-us-676537201"[..], b"123.456 dut: x", b"00001.00a dut: x", b"00001.000 got feature interrupt"]
        {
            assert_eq!(stamped(other), None);
        }
    }

    #[test]
    fn calendar_stamps_give_seconds() {
        let (seconds, message) = calendar_stamped(b"0726.010150 ulp-mlperf: Load complete.").unwrap();
        assert_eq!((seconds, message), ((7 * 31 + 26) * 86_400 + 3600 + 60 + 50, &b"Load complete."[..]));
        assert_eq!(calendar_stamped(b"0726.010150 other: x"), None);
    }

    proptest! {
        #[test]
        fn numbers_read_as_the_standard_library_reads_them(value in -20.0f64..20.0, decimals in 0usize..7) {
            let printed = format!("{value:.decimals$}");
            prop_assert_eq!(number(printed.as_bytes()), printed.parse::<f64>().ok());
        }

        #[test]
        fn short_numbers_are_the_nearest(text in "-?[0-9]{1,17}([.][0-9]{0,17})?(e[-+]?[0-9]{1,3})?") {
            let expected = text.parse::<f64>().ok().filter(|value| value.is_finite());
            prop_assert_eq!(number(text.as_bytes()).map(f64::to_bits), expected.map(f64::to_bits));
        }

        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            let _ = (number(&bytes), stamped(&bytes), calendar_stamped(&bytes), shown(&bytes), lines(&bytes).count());
        }
    }

    #[test]
    fn words_and_infinities_are_no_numbers() {
        for text in ["", "inf", "nan", "-inf", "1e999", "x", "1,5", "-"] {
            assert_eq!(number(text.as_bytes()), None, "{text}");
        }
    }
}

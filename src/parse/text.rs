//! Lines, numbers and time stamps: what all dialects share.

use std::borrow::Cow;

use crate::parse::location::Line;

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
    if let Some((value, [])) = leading_short_number(text) {
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

/// A number of at most 15 digits and a small exponent, as the runners print them and as JSON has them, and what follows
/// it. Its digits and its power of ten are exact, so that one operation rounds only once; `None` leaves a text to the
/// standard library.
#[must_use]
pub fn leading_short_number(text: &[u8]) -> Option<(f64, &[u8])> {
    let (negative, rest) = match text {
        [b'-', rest @ ..] => (true, rest),
        _ => (false, text),
    };
    let first = rest.first();
    let (whole, places, rest) = more_digits(0, rest);
    let (digits, decimals, mut rest) = match rest {
        [b'.', b'0'..=b'9', ..] => more_digits(whole, &rest[1..]),
        [b'.', ..] => return None,
        _ => (whole, 0, rest),
    };
    let leading_zero = places > 1 && first == Some(&b'0');
    if places == 0 || places + decimals > 15 || leading_zero {
        return None;
    }
    let mut exponent = -i64::try_from(decimals).ok()?;
    if let [b'e', power @ ..] = rest {
        let (down, power) = match power {
            [b'-', power @ ..] => (true, power),
            [b'+', power @ ..] => (false, power),
            _ => (false, power),
        };
        let (power, places, after) = more_digits(0, power);
        if !(1..=2).contains(&places) {
            return None;
        }
        exponent += if down { -1 } else { 1 } * i64::try_from(power).ok()?;
        rest = after;
    }
    let power = *TENS.get(usize::try_from(exponent.unsigned_abs()).ok()?)?;
    let magnitude = if exponent < 0 { digits as f64 / power } else { digits as f64 * power };
    Some((if negative { -magnitude } else { magnitude }, rest))
}

/// A number of one digit and three decimals and a small negative power, `1.579e-05`, as samples of energy are printed, and
/// what follows it; `None` leaves a text to [`leading_short_number`].
#[must_use]
pub fn leading_sample(text: &[u8]) -> Option<(f64, &[u8])> {
    const MARKS: u64 = u64::from_le_bytes([0, 0xFF, 0, 0, 0, 0xFF, 0xFF, 0xFF]);
    const ZEROS: u64 = u64::from_le_bytes([b'0', 0, 0, 0, 0, b'0', b'0', b'0']);
    let (head, [power, rest @ ..]) = text.split_first_chunk()? else { return None };
    let word = u64::from_le_bytes(*head);
    if (word ^ u64::from_le_bytes(*b"0.000e-0")) & MARKS != 0 || rest.first().is_some_and(u8::is_ascii_digit) {
        return None;
    }
    // The digit before the point goes to the other three, and what is no digit becomes 0.
    let digits = (word & 0xFF) << 8 | word & 0x00FF_FFFF_0000 | ZEROS;
    let millionths = eight_digits(digits.to_le_bytes())?;
    let power = power.checked_sub(b'0').filter(|power| *power < 10)?;
    Some((millionths as f64 / TENS[6 + usize::from(power)], rest))
}

/// A number that these digits go on, right for up to 19 digits, how many there are, and what follows them.
fn more_digits(mut number: u64, mut text: &[u8]) -> (u64, usize, &[u8]) {
    let before = text.len();
    while let [digit @ b'0'..=b'9', rest @ ..] = text {
        number = number.wrapping_mul(10).wrapping_add(u64::from(digit - b'0'));
        text = rest;
    }
    (number, before - text.len(), text)
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

/// Bytes in hexadecimal digits.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// How many line feeds there are, which is how many lines later the text ends. Counts eight bytes at a time, as most texts
/// that are asked for are a few words long.
#[must_use]
pub fn line_feeds(text: &[u8]) -> Line {
    const ONES: u64 = u64::MAX / 255;
    const LOW_BITS: u64 = 0x7F * ONES;
    let (words, rest) = text.as_chunks::<8>();
    // A byte counts up to 255.
    let in_words = words.chunks(255).map(|words| {
        let by_place = words.iter().fold(0u64, |by_place, word| {
            let others = u64::from_le_bytes(*word) ^ (u64::from(b'\n') * ONES);
            // The high bit of every byte that is not zero.
            let others = ((others & LOW_BITS) + LOW_BITS) | others;
            by_place + (!(others | LOW_BITS) >> 7)
        });
        by_place.to_le_bytes().map(Line::from).into_iter().sum::<Line>()
    });
    in_words.sum::<Line>() + rest.iter().map(|byte| Line::from(*byte == b'\n')).sum::<Line>()
}

/// Whether a character does something to what is shown, instead of being shown: those of terminals, and those that turn the
/// direction of a line or end it.
#[must_use]
pub fn is_hidden(c: char) -> bool {
    c.is_control() || matches!(c, '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}')
}

/// What is wrong with a file of 16-bit characters, and what to do.
pub const UTF16: &str = "the file is UTF-16, as PowerShell's `>` writes it; save it as UTF-8";

/// Whether a file begins as text of 16-bit characters.
#[must_use]
pub fn is_utf16(bytes: &[u8]) -> bool {
    let marked = bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF");
    marked && !bytes.starts_with(b"\xFF\xFE\0\0")
        || matches!(bytes, [1..=127, 0, 1..=127, 0, ..] | [0, 1..=127, 0, 1..=127, ..])
}

/// Text of a submission with `\u{FFFD}` for every character that is hidden.
#[must_use]
pub fn printable(text: &str) -> String {
    without_commands(text.chars().map(|c| if is_hidden(c) { '\u{FFFD}' } else { c }).collect())
}

/// The same, but for the ends of lines and tabs.
#[must_use]
pub fn printable_lines(text: &str) -> String {
    let kept = |c: char| if is_hidden(c) && !matches!(c, '\n' | '\t') { '\u{FFFD}' } else { c };
    without_commands(text.chars().map(kept).collect())
}

/// Text in which nothing is a command to the service that runs a workflow and reads what its programs print: `::` at the
/// start of a line, `##[` anywhere.
fn without_commands(text: String) -> String {
    let begins = |line: &str| line.trim_start().starts_with("::");
    if !text.contains("##[") && !text.split('\n').any(begins) {
        return text;
    }
    let lines = text
        .split('\n')
        .map(|line| if begins(line) { format!("\u{FFFD}{}", line.trim_start()) } else { line.to_owned() });
    lines.collect::<Vec<_>>().join("\n").replace("##[", "##\u{FFFD}[")
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
    let mut characters = decoded.chars().filter(|c| !is_hidden(*c));
    let mut clean: String = characters.by_ref().take(longest).collect();
    if characters.next().is_some() {
        clean.push('…');
    }
    without_commands(clean)
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
    let (ms, rest) = host_ms(line)?;
    let is_name = |byte: &u8| byte.is_ascii_lowercase() || *byte == b'-';
    let colon = rest[..rest.len().min(16)].iter().position(|byte| !is_name(byte))?;
    if colon == 0 || rest[colon] != b':' {
        return None;
    }
    Some(Stamped { ms, source: &rest[..colon], message: rest[colon + 1..].trim_ascii() })
}

/// Seconds of at least five digits with three decimals and a blank, `00102.158 `, as milliseconds, and what follows.
fn host_ms(line: &[u8]) -> Option<(u64, &[u8])> {
    // Nearly all lines are of the first day.
    if let Some(([a, b, c, d, e, b'.', f, g, h, b' '], rest)) = line.split_first_chunk()
        && let Some(ms) = eight_digits([*a, *b, *c, *d, *e, *f, *g, *h])
    {
        return Some((ms, rest));
    }
    let (seconds, rest) = leading_integer(line)?;
    let [b'.', a, b, c, b' ', rest @ ..] = rest else { return None };
    if line.len() - rest.len() < 10 {
        return None;
    }
    let ms = seconds.checked_mul(1000)?.checked_add(integer(&[*a, *b, *c])?)?;
    Some((ms, rest))
}

/// Eight digits as a number, all at once: digits, pairs and fours are summed side by side in one word.
fn eight_digits(text: [u8; 8]) -> Option<u64> {
    const HIGH_HALVES: u64 = 0xF0F0_F0F0_F0F0_F0F0;
    const ZEROS: u64 = 0x3030_3030_3030_3030;
    let word = u64::from_le_bytes(text);
    // Nine and six more have the high half of a digit; a character behind nine has not.
    if word & HIGH_HALVES != ZEROS || word.wrapping_add(0x0606_0606_0606_0606) & HIGH_HALVES != ZEROS {
        return None;
    }
    // The first digit stands in the lowest byte: it goes up by one place and is multiplied on its way.
    let pairs = ((word - ZEROS).wrapping_mul((10 << 8) + 1) >> 8) & 0x00FF_00FF_00FF_00FF;
    let fours = (pairs.wrapping_mul((100 << 16) + 1) >> 16) & 0x0000_FFFF_0000_FFFF;
    Some(fours.wrapping_mul((10_000 << 32) + 1) >> 32)
}

/// Days of a year before each month, which count from 1. Stamps have no year: February has 29 days, so that no month's end
/// runs back.
const DAYS_BEFORE: [u64; 13] = [0, 0, 31, 60, 91, 121, 152, 182, 213, 244, 274, 305, 335];

/// Seconds since the start of the year; `date` is month and day, `time` hour, minute and second, two digits each.
#[must_use]
pub fn calendar_seconds(date: &[u8], time: &[u8]) -> Option<u64> {
    calendar(integer(date)?, integer(time)?)
}

/// The same of numbers.
fn calendar(day: u64, time: u64) -> Option<u64> {
    let (hours, minutes, seconds) = (time / 10_000, time / 100 % 100, time % 100);
    let days = *DAYS_BEFORE.get(usize::try_from(day / 100).ok()?)? + day % 100;
    Some(days * 86_400 + hours * 3600 + minutes * 60 + seconds)
}

/// A stamp of the MLCommons runner, `0726.010150 ulp-mlperf: `, in seconds, and the message after it.
#[must_use]
pub fn calendar_stamped(line: &[u8]) -> Option<(u64, &[u8])> {
    let (head, message) = line.split_at_checked(12)?;
    let message = message.strip_prefix(b"ulp-mlperf:")?;
    if head[4] != b'.' || head[11] != b' ' {
        return None;
    }
    let mut digits = [0; 8];
    digits[..4].copy_from_slice(&head[..4]);
    digits[4..].copy_from_slice(&head[5..9]);
    let (minutes, seconds) = (eight_digits(digits)?, integer(&head[9..11])?);
    Some((calendar(minutes / 10_000, minutes % 10_000 * 100 + seconds)?, message.trim_ascii()))
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
    fn the_first_of_eight_digits_counts_most() {
        assert_eq!(eight_digits(*b"00000010"), Some(10));
    }

    proptest! {
        #[test]
        fn line_feeds_are_counted(bytes in proptest::collection::vec(prop_oneof![Just(b'\n'), any::<u8>()], 0..5000)) {
            prop_assert_eq!(line_feeds(&bytes) as usize, memchr::memchr_iter(b'\n', &bytes).count());
        }

        #[test]
        fn eight_digits_are_read_at_once(text in "[0-9:/ ]?[0-9]{7}[0-9:/]?") {
            if let Ok(text) = <[u8; 8]>::try_from(text.as_bytes()) {
                prop_assert_eq!(eight_digits(text), integer(&text));
            }
        }
    }

    #[test]
    fn calendar_stamps_give_seconds() {
        let (seconds, message) = calendar_stamped(b"0726.010150 ulp-mlperf: Load complete.").unwrap();
        assert_eq!((seconds, message), ((182 + 26) * 86_400 + 3600 + 60 + 50, &b"Load complete."[..]));
        assert_eq!(calendar_stamped(b"0726.010150 other: x"), None);
        assert_eq!(calendar_stamped(b"0726.0101:0 ulp-mlperf: x"), None);
        assert_eq!(calendar_stamped(b"07x6.010150 ulp-mlperf: x"), None);
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
        fn samples_are_read_at_once(text in "[0-9][.][0-9]{3}e-0[0-9][,0-9]?") {
            if let Some((value, rest)) = leading_sample(text.as_bytes()) {
                prop_assert_eq!(Some((value.to_bits(), rest)), leading_short_number(text.as_bytes()).map(|(value, rest)| (value.to_bits(), rest)));
            } else {
                prop_assert!(text.len() == 10 && text.ends_with(|c: char| c.is_ascii_digit()));
            }
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

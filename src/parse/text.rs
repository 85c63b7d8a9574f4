//! Lines, numbers and time stamps, for the parsers of both runners' formats.

use std::borrow::Cow;

use crate::parse::location::Line;

/// The UTF-8 byte-order mark, which Windows editors put at the start of a file.
pub(crate) const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// Returns the lines of a file with their numbers. Lines end at line feeds; carriage returns before a line feed and a
/// byte-order mark at the start are dropped.
pub(crate) fn lines(bytes: &[u8]) -> impl Iterator<Item = (Line, &[u8])> {
    lines_after(0, bytes)
}

/// Like [`lines`], for a part of a file that begins after line `number`.
pub(crate) fn lines_after(mut number: Line, bytes: &[u8]) -> impl Iterator<Item = (Line, &[u8])> {
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

/// Parses a decimal number, correctly rounded. Infinities and NaN are not numbers.
#[must_use]
pub(crate) fn number(text: &[u8]) -> Option<f64> {
    leading_number(text).and_then(|(value, rest)| rest.is_empty().then_some(value))
}

/// Parses a leading decimal number, correctly rounded, and returns the rest of the text, too. Infinities and NaN are not
/// numbers.
#[must_use]
pub(crate) fn leading_number(text: &[u8]) -> Option<(f64, &[u8])> {
    let text = match text {
        [b'+', b'0'..=b'9' | b'.', ..] => &text[1..],
        _ => text,
    };
    let (value, length) = fast_float2::parse_partial::<f64, _>(text).ok()?;
    value.is_finite().then(|| (value, &text[length..]))
}

/// Parses a leading whole number without sign, and returns the rest of the text, too.
#[must_use]
pub(crate) fn leading_integer(text: &[u8]) -> Option<(u64, &[u8])> {
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

/// Parses a whole number without sign.
#[must_use]
pub(crate) fn integer(text: &[u8]) -> Option<u64> {
    leading_integer(text).and_then(|(value, rest)| rest.is_empty().then_some(value))
}

/// Returns bytes as hexadecimal digits.
#[must_use]
pub(crate) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// Counts line feeds, eight bytes at a time, as most texts have only a few words.
#[must_use]
pub(crate) fn line_feeds(text: &[u8]) -> Line {
    const ONES: u64 = u64::MAX / 255;
    const LOW_BITS: u64 = 0x7F * ONES;
    let (words, rest) = text.as_chunks::<8>();
    // A counter of one byte reaches 255.
    let in_words = words.chunks(255).map(|words| {
        let by_place = words.iter().fold(0u64, |by_place, word| {
            let others = u64::from_le_bytes(*word) ^ (u64::from(b'\n') * ONES);
            // Sets the high bit of every byte that is not a line feed.
            let others = ((others & LOW_BITS) + LOW_BITS) | others;
            by_place + (!(others | LOW_BITS) >> 7)
        });
        by_place.to_le_bytes().map(Line::from).into_iter().sum::<Line>()
    });
    in_words.sum::<Line>() + rest.iter().map(|byte| Line::from(*byte == b'\n')).sum::<Line>()
}

/// Whether a character controls the output or does not show: control characters, characters that change the direction of
/// text or end a line, characters without width, tags, and what Unicode reserves. Joiners are kept, because some scripts
/// are written with them.
#[must_use]
pub(crate) fn is_hidden(c: char) -> bool {
    let is_reserved = u32::from(c) & 0xFFFE == 0xFFFE;
    c.is_control()
        || is_reserved
        || matches!(c, '\u{061C}' | '\u{180E}' | '\u{200B}' | '\u{200E}' | '\u{200F}' | '\u{FEFF}')
        || matches!(c, '\u{2028}'..='\u{202E}' | '\u{2060}'..='\u{206F}' | '\u{FDD0}'..='\u{FDEF}')
        || matches!(c, '\u{FFF9}'..='\u{FFFB}' | '\u{E0000}'..='\u{E007F}')
        // Soft hyphen, fillers of Hangul, and an empty Braille cell: letters and signs that show nothing.
        || matches!(c, '\u{00AD}' | '\u{115F}' | '\u{1160}' | '\u{2800}' | '\u{3164}' | '\u{FFA0}')
}

/// The message about a UTF-16 file, with what to do.
pub(crate) const UTF16: &str = "the file is UTF-16, as PowerShell's `>` writes it; save it as UTF-8";

/// Whether a file begins like UTF-16 text.
#[must_use]
pub(crate) fn is_utf16(bytes: &[u8]) -> bool {
    let marked = bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF");
    marked && !bytes.starts_with(b"\xFF\xFE\0\0")
        || matches!(bytes, [1..=127, 0, 1..=127, 0, ..] | [0, 1..=127, 0, 1..=127, ..])
}

/// Makes text of a submission safe to print: hidden characters become `\u{FFFD}`, and workflow commands are broken.
#[must_use]
pub(crate) fn printable(text: &str) -> String {
    without_commands(text.chars().map(|c| if is_hidden(c) { '\u{FFFD}' } else { c }).collect())
}

/// Like [`printable`], but keeps line feeds and tabs.
#[must_use]
pub(crate) fn printable_lines(text: &str) -> String {
    let kept = |c: char| if is_hidden(c) && !matches!(c, '\n' | '\t') { '\u{FFFD}' } else { c };
    without_commands(text.chars().map(kept).collect())
}

/// Breaks workflow commands, which services such as GitHub Actions read from the output of programs: `::` at the start
/// of a line, `##[` anywhere.
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

/// Makes text of a submission safe to print in a message: invalid UTF-8 is replaced, hidden characters are dropped, and
/// the text is cut to 80 characters.
#[must_use]
pub(crate) fn shown(text: &[u8]) -> String {
    cut(text, 80)
}

/// Like [`shown`], for a line of a file, cut to 160 characters.
#[must_use]
pub(crate) fn excerpt(line: &[u8]) -> String {
    cut(line, 160)
}

fn cut(text: &[u8], longest: usize) -> String {
    // A character has at most four bytes.
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
pub(crate) struct Stamped<'a> {
    /// Host time since the runner started, in milliseconds.
    pub ms: u64,
    /// The source: `session`, `parser`, `sequencer`, `dut`, `io`, `emon`, `ulp-mlperf`, `ulp-ml`.
    pub source: &'a [u8],
    /// The message, without surrounding spaces or carriage returns.
    pub message: &'a [u8],
}

/// Splits a line of the EEMBC runner. `None` if the line has no such prefix and so continues the message before.
#[must_use]
pub(crate) fn stamped(line: &[u8]) -> Option<Stamped<'_>> {
    let (ms, rest) = host_ms(line)?;
    let is_name = |byte: &u8| byte.is_ascii_lowercase() || *byte == b'-';
    let colon = rest[..rest.len().min(16)].iter().position(|byte| !is_name(byte))?;
    if colon == 0 || rest[colon] != b':' {
        return None;
    }
    Some(Stamped { ms, source: &rest[..colon], message: rest[colon + 1..].trim_ascii() })
}

/// Parses leading seconds of at least five digits with three decimals and a space, `00102.158 `. Returns milliseconds
/// and the rest of the line.
fn host_ms(line: &[u8]) -> Option<(u64, &[u8])> {
    // Fast path for five digits: nearly all lines are within 100 000 seconds.
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

/// Parses eight digits at once, by adding digits, then pairs, then fours in parallel in one word.
fn eight_digits(text: [u8; 8]) -> Option<u64> {
    const HIGH_HALVES: u64 = 0xF0F0_F0F0_F0F0_F0F0;
    const ZEROS: u64 = 0x3030_3030_3030_3030;
    let word = u64::from_le_bytes(text);
    // Adding 6 keeps the high half-byte of the digits 0 to 9, but not of the characters after 9.
    if word & HIGH_HALVES != ZEROS || word.wrapping_add(0x0606_0606_0606_0606) & HIGH_HALVES != ZEROS {
        return None;
    }
    // The first digit is in the lowest byte: it is multiplied by 10 while it moves up by one byte.
    let pairs = ((word - ZEROS).wrapping_mul((10 << 8) + 1) >> 8) & 0x00FF_00FF_00FF_00FF;
    let fours = (pairs.wrapping_mul((100 << 16) + 1) >> 16) & 0x0000_FFFF_0000_FFFF;
    Some(fours.wrapping_mul((10_000 << 32) + 1) >> 32)
}

/// Days of the year before each month, whose numbers start at 1. Calendar stamps have no year, so February has 29 days:
/// time never goes backwards at the end of a month.
const DAYS_BEFORE: [u64; 13] = [0, 0, 31, 60, 91, 121, 152, 182, 213, 244, 274, 305, 335];

/// Returns the seconds since the start of the year. `date` is month and day, `time` is hour, minute and second, two
/// digits each.
#[must_use]
pub(crate) fn calendar_seconds(date: &[u8], time: &[u8]) -> Option<u64> {
    calendar(integer(date)?, integer(time)?)
}

/// Like [`calendar_seconds`], from numbers.
fn calendar(day: u64, time: u64) -> Option<u64> {
    let (hours, minutes, seconds) = (time / 10_000, time / 100 % 100, time % 100);
    let days = *DAYS_BEFORE.get(usize::try_from(day / 100).ok()?)? + day % 100;
    Some(days * 86_400 + hours * 3600 + minutes * 60 + seconds)
}

/// Parses a leading stamp of the MLCommons runner, `0726.010150 ulp-mlperf: `. Returns seconds since the start of the
/// year and the message.
#[must_use]
pub(crate) fn calendar_stamped(line: &[u8]) -> Option<(u64, &[u8])> {
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
    fn lines_have_numbers_and_no_line_ends() {
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
    fn the_first_of_eight_digits_is_the_most_significant() {
        assert_eq!(eight_digits(*b"00000010"), Some(10));
    }

    proptest! {
        #[test]
        fn line_feeds_are_counted(bytes in proptest::collection::vec(prop_oneof![Just(b'\n'), any::<u8>()], 0..5000)) {
            prop_assert_eq!(line_feeds(&bytes) as usize, memchr::memchr_iter(b'\n', &bytes).count());
        }

        #[test]
        fn eight_digits_read_as_an_integer(text in "[0-9:/ ]?[0-9]{7}[0-9:/]?") {
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
        fn numbers_are_rounded_correctly(text in "[-+]?[0-9]{1,17}([.][0-9]{0,17})?(e[-+]?[0-9]{1,3})?") {
            let expected = text.parse::<f64>().ok().filter(|value| value.is_finite());
            prop_assert_eq!(number(text.as_bytes()).map(f64::to_bits), expected.map(f64::to_bits));
        }

        #[test]
        fn no_bytes_panic(bytes in proptest::collection::vec(any::<u8>(), 0..40)) {
            let _ = (number(&bytes), stamped(&bytes), calendar_stamped(&bytes), shown(&bytes), lines(&bytes).count());
        }
    }

    #[test]
    fn words_and_infinities_are_not_numbers() {
        for text in ["", "inf", "nan", "-inf", "1e999", "x", "1,5", "-"] {
            assert_eq!(number(text.as_bytes()), None, "{text}");
        }
    }
}

//! Tables of numbers in C and C++ text, as streams of their values.
//!
//! A table is a run of numbers with only commas, braces, white space, casts and comments between them. Whole numbers of
//! 8 bits are bytes, even if they are stored in a wider type; wider ones are also read as little-endian bytes of their
//! type. Real numbers are 32-bit words. Strings of `\x41` escapes are bytes, too.

/// A number in a table.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Number {
    /// A whole number, and the number of bytes that its spelling has: hexadecimal digits / 2, or 0.
    Whole(i64, u8),
    /// A real number.
    Real(f32),
}

/// What the scanner of text reports.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Token {
    /// A number, with its offset in the file.
    Number(u64, Number),
    /// A byte of a string with escapes.
    Byte(u64, u8),
    /// Something that ends a table; the width of the type that it names, in bytes, or 0.
    Break(u8),
}

/// Reads text in parts and reports its numbers.
#[derive(Debug, Default)]
pub(super) struct Tables {
    state: State,
    /// The word that is being read.
    word: Vec<u8>,
    /// Whether the last byte but white space was an opening parenthesis, so that a type is a cast.
    opened: bool,
    /// Offset of the next byte of the file.
    at: u64,
}

#[derive(Debug, Default, Clone, Copy, PartialEq)]
enum State {
    #[default]
    Code,
    /// After a slash.
    Slash,
    LineComment,
    BlockComment,
    /// After an asterisk in a comment.
    Star,
    Text,
    /// After a backslash in a string.
    Escape,
    /// In a `\x` or octal escape: its value and the digits so far.
    Digits(u16, u8, bool),
    Character,
    CharacterEscape,
}

/// Longest word that can be a number or a type.
const LONGEST: usize = 40;

/// Widths of the integer types of C, in bytes.
const TYPES: [(&[u8], u8); 30] = [
    (b"int8_t", 1),
    (b"uint8_t", 1),
    (b"q7_t", 1),
    (b"char", 1),
    (b"u8", 1),
    (b"s8", 1),
    (b"i8", 1),
    (b"byte", 1),
    (b"int16_t", 2),
    (b"uint16_t", 2),
    (b"q15_t", 2),
    (b"short", 2),
    (b"u16", 2),
    (b"s16", 2),
    (b"i16", 2),
    (b"int32_t", 4),
    (b"uint32_t", 4),
    (b"q31_t", 4),
    (b"int", 4),
    (b"unsigned", 4),
    (b"u32", 4),
    (b"s32", 4),
    (b"i32", 4),
    (b"float", 4),
    (b"ai_u32", 4),
    (b"int64_t", 8),
    (b"uint64_t", 8),
    (b"u64", 8),
    (b"ai_u64", 8),
    (b"q63_t", 8),
];

impl Tables {
    /// Reads the next part of the text.
    pub(super) fn read(&mut self, bytes: &[u8], mut report: impl FnMut(Token)) {
        for byte in bytes {
            self.byte(*byte, &mut report);
            self.at += 1;
        }
    }

    /// Reports the last word.
    pub(super) fn finish(&mut self, mut report: impl FnMut(Token)) {
        self.word(&mut report);
        report(Token::Break(0));
    }

    fn byte(&mut self, byte: u8, report: &mut impl FnMut(Token)) {
        match self.state {
            State::Code => self.code(byte, report),
            State::Slash => match byte {
                b'/' => self.state = State::LineComment,
                b'*' => self.state = State::BlockComment,
                _ => {
                    self.state = State::Code;
                    report(Token::Break(0));
                    self.code(byte, report);
                }
            },
            State::LineComment if byte == b'\n' => self.state = State::Code,
            State::BlockComment if byte == b'*' => self.state = State::Star,
            State::Star if byte == b'/' => self.state = State::Code,
            State::Star if byte != b'*' => self.state = State::BlockComment,
            State::Text => self.text(byte, report),
            State::Escape => self.escape(byte, report),
            State::Digits(value, digits, octal) => self.digits(byte, (value, digits, octal), report),
            State::Character if byte == b'\'' || byte == b'\n' => self.state = State::Code,
            State::Character if byte == b'\\' => self.state = State::CharacterEscape,
            State::CharacterEscape => self.state = State::Character,
            State::LineComment | State::BlockComment | State::Star | State::Character => {}
        }
    }

    fn code(&mut self, byte: u8, report: &mut impl FnMut(Token)) {
        match byte {
            b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'_' | b'.' => self.word.push(byte),
            b'+' | b'-' if self.is_exponent() => self.word.push(byte),
            _ => {
                self.word(report);
                if !byte.is_ascii_whitespace() {
                    self.opened = byte == b'(';
                }
                match byte {
                    b'-' => self.word.push(byte),
                    b',' | b'{' | b'}' | b'(' | b')' | b'[' | b']' | b'+' | b' ' | b'\t' | b'\r' | b'\n' => {}
                    b'/' => self.state = State::Slash,
                    b'"' => self.state = State::Text,
                    b'\'' => {
                        self.state = State::Character;
                        report(Token::Break(0));
                    }
                    _ => report(Token::Break(0)),
                }
            }
        }
        if self.word.len() > LONGEST {
            self.word.truncate(LONGEST);
        }
    }

    /// Whether a sign continues the exponent of a real number.
    fn is_exponent(&self) -> bool {
        let ends = matches!(self.word.last(), Some(b'e' | b'E'));
        ends && self.word.iter().any(u8::is_ascii_digit) && !self.word.starts_with(b"0x")
    }

    /// Reports the word before the current byte.
    fn word(&mut self, report: &mut impl FnMut(Token)) {
        if self.word.is_empty() || self.word == b"-" {
            self.word.clear();
            return;
        }
        let place = self.at.saturating_sub(self.word.len() as u64);
        if let Some(number) = number(&self.word) {
            report(Token::Number(place, number));
        } else {
            // A cast does not end a table, a declaration does.
            let width = TYPES.iter().find(|(name, _)| *name == self.word).map(|(_, width)| *width);
            if !(self.opened && width.is_some()) {
                report(Token::Break(width.unwrap_or(0)));
            }
        }
        self.word.clear();
    }

    fn text(&mut self, byte: u8, report: &mut impl FnMut(Token)) {
        match byte {
            b'"' | b'\n' => self.state = State::Code,
            b'\\' => self.state = State::Escape,
            _ => report(Token::Byte(self.at, byte)),
        }
    }

    fn escape(&mut self, byte: u8, report: &mut impl FnMut(Token)) {
        let plain = match byte {
            b'x' => {
                self.state = State::Digits(0, 0, false);
                return;
            }
            b'0'..=b'7' => {
                self.state = State::Digits(u16::from(byte - b'0'), 1, true);
                return;
            }
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'a' => 7,
            b'b' => 8,
            b'f' => 12,
            b'v' => 11,
            other => other,
        };
        self.state = State::Text;
        if plain != b'\n' || byte == b'n' {
            report(Token::Byte(self.at, plain));
        }
    }

    fn digits(&mut self, byte: u8, (value, digits, octal): (u16, u8, bool), report: &mut impl FnMut(Token)) {
        let (base, most) = if octal { (8, 3) } else { (16, 2) };
        let digit = char::from(byte).to_digit(base).and_then(|digit| u16::try_from(digit).ok());
        if let Some(digit) = digit.filter(|_| digits < most) {
            #[allow(clippy::cast_possible_truncation)] // 8 or 16
            let base = base as u16;
            self.state = State::Digits(value.wrapping_mul(base).wrapping_add(digit), digits + 1, octal);
            return;
        }
        report(Token::Byte(self.at, value.to_le_bytes()[0]));
        self.state = State::Text;
        self.text(byte, report);
    }
}

/// Reads a number as C spells it.
fn number(word: &[u8]) -> Option<Number> {
    let (negative, digits) = word.strip_prefix(b"-").map_or((false, word), |rest| (true, rest));
    if !digits.first().is_some_and(|first| first.is_ascii_digit() || *first == b'.') {
        return None;
    }
    let signed = |value: u64| if negative { value.cast_signed().wrapping_neg() } else { value.cast_signed() };
    let bare = |digits: &[u8]| {
        let end = digits.iter().rposition(|byte| !matches!(byte, b'u' | b'U' | b'l' | b'L'))? + 1;
        std::str::from_utf8(&digits[..end]).ok().map(str::to_owned)
    };
    if let Some(hex) = digits.strip_prefix(b"0x").or_else(|| digits.strip_prefix(b"0X")) {
        let hex = bare(hex)?;
        let value = u64::from_str_radix(&hex, 16).ok()?;
        return Some(Number::Whole(signed(value), u8::try_from(hex.len().div_ceil(2)).ok()?));
    }
    if digits.iter().any(|byte| matches!(byte, b'.' | b'e' | b'E')) {
        let digits = digits.strip_suffix(b"f").or_else(|| digits.strip_suffix(b"F")).unwrap_or(digits);
        let value: f32 = std::str::from_utf8(digits).ok()?.parse().ok()?;
        return Some(Number::Real(if negative { -value } else { value }));
    }
    Some(Number::Whole(signed(bare(digits)?.parse().ok()?), 0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn numbers(text: &str) -> Vec<Number> {
        let mut tables = Tables::default();
        let mut found = Vec::new();
        let mut keep = |token| {
            if let Token::Number(_, number) = token {
                found.push(number);
            }
        };
        tables.read(text.as_bytes(), &mut keep);
        tables.finish(&mut keep);
        found
    }

    fn bytes(text: &str) -> Vec<u8> {
        let mut tables = Tables::default();
        let mut found = Vec::new();
        tables.read(text.as_bytes(), |token| {
            if let Token::Byte(_, byte) = token {
                found.push(byte);
            }
        });
        found
    }

    #[test]
    fn numbers_are_read_as_c_spells_them() {
        let text = "{ 0x1c, -0X2F, 12u, -5, /* 7 */ 1.5f, -2e-3, .25, 0xFFFFFFFFUL, // 9\n (char) 3 }";
        let whole = Number::Whole;
        assert_eq!(
            numbers(text),
            [
                whole(0x1c, 1),
                whole(-0x2f, 1),
                whole(12, 0),
                whole(-5, 0),
                Number::Real(1.5),
                Number::Real(-0.002),
                Number::Real(0.25),
                whole(0xffff_ffff, 4),
                whole(3, 0)
            ]
        );
    }

    #[test]
    fn strings_are_bytes() {
        assert_eq!(bytes(r#"x = "\x01\xffA\0\177\n" "\x1" "#), [1, 0xff, b'A', 0, 0o177, b'\n', 1]);
        assert!(bytes("// \"no\"\n").is_empty());
    }

    proptest! {
        #[test]
        fn no_text_panics(text in proptest::collection::vec(any::<u8>(), 0..300)) {
            let mut tables = Tables::default();
            tables.read(&text, |_| {});
            tables.finish(|_| {});
        }
    }
}

//! Text in URLs.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// All but the unreserved characters of RFC 3986.
const PART: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Percent-encodes a part of a path, or a value.
pub fn part(text: &str) -> String {
    utf8_percent_encode(text, PART).to_string()
}

/// Percent-encodes a path as a relative URI reference; the empty path is `.`.
pub fn path(path: &str) -> String {
    utf8_percent_encode(if path.is_empty() { "." } else { path }, const { &PART.remove(b'/') }).to_string()
}

//! Text of a submission that goes into tables of other programs.

use crate::read::log::text::{is_hidden, printable};

/// Text in one line that no spreadsheet takes for a formula: one that begins like a formula gets an apostrophe in front.
#[must_use]
pub fn formula(text: &str) -> String {
    // Programs look past what is not seen, and take the wide signs of East Asian keyboards for the narrow ones.
    let seen =
        text.trim_start_matches(|c: char| c.is_whitespace() || is_hidden(c) || c == '\u{200B}' || c == '\u{FEFF}');
    let mut characters = seen.chars();
    let harmless = match characters.next() {
        // A lone hyphen, a dash in front of words and a negative number are no formulas.
        Some('-' | '+') => {
            let rest = characters.as_str();
            rest.is_empty() || rest.starts_with(' ') || seen.parse::<f64>().is_ok()
        }
        Some('=' | '@' | '\u{FF1D}' | '\u{FF20}' | '\u{FF0B}' | '\u{FF0D}') => false,
        Some(_) | None => !text.starts_with(['\t', '\r']),
    };
    let text = printable(&text.replace(['\n', '\r', '\t'], " "));
    if harmless { text } else { format!("'{text}") }
}

/// Text in a cell of a Markdown table: no column, line or markup of its own.
#[must_use]
pub fn markdown(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '\\' | '|' | '<' | '>' | '[' | ']' | '`' | '*' | '_' | '!' | '&' | '~' | '#' => out.extend(['\\', c]),
            c if is_hidden(c) => out.push(' '),
            c => out.push(c),
        }
    }
    // A bare address would become a link.
    out.replace("://", ":\u{200B}//").replace("www.", "www\u{200B}.")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_become_text() {
        for text in
            [" =1+1", "\u{FF1D}1+1", "\u{200B}=1", "\n=1", "=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "-2+3", "\t=1"]
        {
            assert!(formula(text).starts_with('\''), "{text}");
        }
        assert_eq!(formula("two\nlines"), "two lines");
        assert!(!formula("::error::x").starts_with("::"));
        for text in ["-", "- none", "-3.5", "Cortex-M4", "", "1=1"] {
            assert_eq!(formula(text), text);
        }
    }

    #[test]
    fn markup_becomes_text() {
        assert_eq!(markdown("a|b\n<i>[x](y)"), "a\\|b \\<i\\>\\[x\\](y)");
        assert!(!markdown("see http://example.org").contains("://"));
    }
}

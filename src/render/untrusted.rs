//! Text of strangers: whatever a submission, a log or a name holds. Each kind of output has one exit for it.

use crate::parse::text::{is_hidden, printable};

/// Text of a submission that is about to be shown.
#[derive(Debug, Clone, Copy)]
pub struct Untrusted<'a>(pub &'a str);

impl Untrusted<'_> {
    /// On a terminal or in plain text: nothing moves the cursor, turns the direction or speaks to the service that runs a
    /// workflow.
    #[must_use]
    pub fn for_terminal(self) -> String {
        printable(self.0)
    }

    /// In the page, whose templates escape what is markup.
    #[must_use]
    pub fn for_html(self) -> String {
        printable(self.0)
    }

    /// In a table of another program: one line that no spreadsheet takes for a formula; text that begins like one gets an
    /// apostrophe in front.
    #[must_use]
    pub fn for_csv(self) -> String {
        let text = self.0;
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

    /// In Markdown: no column, line or markup of its own.
    #[must_use]
    pub fn for_markdown(self) -> String {
        let mut out = String::new();
        for c in self.0.chars() {
            match c {
                '\\' | '|' | '<' | '>' | '[' | ']' | '`' | '*' | '_' | '!' | '&' | '~' | '#' => out.extend(['\\', c]),
                c if is_hidden(c) => out.push(' '),
                c => out.push(c),
            }
        }
        // A bare address would become a link.
        out.replace("://", ":\u{200B}//").replace("www.", "www\u{200B}.")
    }

    /// In Markdown between backticks.
    #[must_use]
    pub fn for_markdown_code(self) -> String {
        printable(self.0).replace('`', "\u{FFFD}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_become_text() {
        for text in
            [" =1+1", "\u{FF1D}1+1", "\u{200B}=1", "\n=1", "=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "-2+3", "\t=1"]
        {
            assert!(Untrusted(text).for_csv().starts_with('\''), "{text}");
        }
        assert_eq!(Untrusted("two\nlines").for_csv(), "two lines");
        assert!(!Untrusted("::error::x").for_csv().starts_with("::"));
        for text in ["-", "- none", "-3.5", "Cortex-M4", "", "1=1"] {
            assert_eq!(Untrusted(text).for_csv(), text);
        }
    }

    #[test]
    fn markup_becomes_text() {
        assert_eq!(Untrusted("a|b\n<i>[x](y)").for_markdown(), "a\\|b \\<i\\>\\[x\\](y)");
        assert!(!Untrusted("see http://example.org").for_markdown().contains("://"));
    }
}

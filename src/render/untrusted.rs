//! Escapes text that comes from a submission (logs, documents, names), once per kind of output.

use crate::parse::text::{is_hidden, printable};

/// Untrusted text of a submission, to be escaped for output.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Untrusted<'a>(pub &'a str);

impl Untrusted<'_> {
    /// Escapes for a terminal or plain text: removes control characters, so that the text cannot move the cursor,
    /// change the writing direction or issue commands to the service that runs a workflow.
    #[must_use]
    pub(crate) fn for_terminal(self) -> String {
        printable(self.0)
    }

    /// Escapes for HTML: removes control characters; the page's templates escape markup themselves.
    #[must_use]
    pub(crate) fn for_html(self) -> String {
        printable(self.0)
    }

    /// Escapes for CSV: one line that no spreadsheet evaluates as a formula; text that begins like one gets an
    /// apostrophe in front.
    #[must_use]
    pub(crate) fn for_csv(self) -> String {
        let text = self.0;
        // Spreadsheets skip invisible characters, and treat full-width signs of East Asian keyboards like ASCII ones.
        let visible = text.trim_start_matches(|c: char| c.is_whitespace() || is_hidden(c));
        let mut characters = visible.chars();
        let harmless = match characters.next() {
            // A lone hyphen, a dash in front of words and a negative number are not formulas.
            Some('-' | '+') => {
                let rest = characters.as_str();
                let is_words = rest.starts_with(' ') && !rest.contains(|c: char| !c.is_alphabetic() && c != ' ');
                rest.is_empty() || is_words || visible.parse::<f64>().is_ok()
            }
            Some('=' | '@' | '\u{FF1D}' | '\u{FF20}' | '\u{FF0B}' | '\u{FF0D}') => false,
            Some(_) | None => !text.starts_with(['\t', '\r']),
        };
        let text = printable(&text.replace(['\n', '\r', '\t'], " "));
        if harmless { text } else { format!("'{text}") }
    }

    /// Escapes for Markdown, so that the text adds no table column, line or markup.
    #[must_use]
    pub(crate) fn for_markdown(self) -> String {
        let mut out = String::new();
        for c in self.0.chars() {
            match c {
                '\\' | '|' | '<' | '>' | '[' | ']' | '`' | '*' | '_' | '!' | '&' | '~' | '#' => out.extend(['\\', c]),
                c if is_hidden(c) => out.push(' '),
                c => out.push(c),
            }
        }
        // A bare URL or mail address would become a link; `@name`, `#12` and `GH-12` notify people on some servers.
        let out = out.replace("://", ":\u{200B}//").replace("www.", "www\u{200B}.");
        out.replace('@', "@\u{200B}")
            .replace("\\#", "\\#\u{200B}")
            .replace("GH-", "GH-\u{200B}")
            .replace("gh-", "gh-\u{200B}")
    }

    /// Escapes for Markdown between backticks.
    #[must_use]
    pub(crate) fn for_markdown_code(self) -> String {
        printable(self.0).replace('`', "\u{FFFD}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_escaped_in_csv() {
        for text in [
            " =1+1",
            "\u{FF1D}1+1",
            "\u{200B}=1",
            "\n=1",
            "=1+1",
            "- 1+1",
            "- SUM(A1)",
            "- A1",
            "@SUM(A1)",
            "+cmd|' /C calc'!A0",
            "-2+3",
            "\t=1",
        ] {
            assert!(Untrusted(text).for_csv().starts_with('\''), "{text}");
        }
        assert_eq!(Untrusted("two\nlines").for_csv(), "two lines");
        assert!(!Untrusted("::error::x").for_csv().starts_with("::"));
        for text in ["-", "- none", "- not used", "-3.5", "Cortex-M4", "", "1=1"] {
            assert_eq!(Untrusted(text).for_csv(), text);
        }
    }

    #[test]
    fn markup_is_escaped_in_markdown() {
        assert_eq!(Untrusted("a|b\n<i>[x](y)").for_markdown(), "a\\|b \\<i\\>\\[x\\](y)");
        assert!(!Untrusted("see http://example.org").for_markdown().contains("://"));
        for text in ["@name", "a@b.co", "#12", "GH-12"] {
            assert!(Untrusted(text).for_markdown().contains('\u{200B}'), "{text}");
        }
    }
}

//! A short document of headings, paragraphs and lists, written as Markdown, plain text or HTML.
//!
//! Its texts are not escaped: every format escapes them for itself, so that text of a submission adds no markup, link,
//! image or mention.

use std::io::{self, Write};

use serde::Serialize;

use super::untrusted::Untrusted;

/// A part of a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub(crate) enum Block {
    /// A heading with its level: 1 is the title.
    Heading { level: usize, text: Rich },
    /// A paragraph.
    Paragraph { text: Rich },
    /// Lines to copy, such as a command.
    Code { text: String },
    /// A list.
    List { items: Vec<Item> },
}

/// An entry of a list, with the entries below it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Item {
    pub text: Rich,
    pub below: Vec<Rich>,
}

/// Text of one or more spans.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize)]
pub(crate) struct Rich(pub Vec<Span>);

/// Text of one kind.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize)]
#[serde(tag = "kind", content = "text", rename_all = "lowercase")]
pub(crate) enum Span {
    Text(String),
    Code(String),
    /// Text and address. Addresses are tinyaudit's own; an address in a submission is never a link.
    Link(String, &'static str),
}

impl Block {
    pub(crate) fn heading(level: usize, text: Rich) -> Self {
        Self::Heading { level, text }
    }

    pub(crate) fn paragraph(text: &str) -> Self {
        Self::Paragraph { text: Rich::new(text) }
    }
}

impl Rich {
    /// Reads a text whose code is in backticks. The last of an odd number of backticks does not open code.
    pub(crate) fn new(text: &str) -> Self {
        let parts: Vec<&str> = text.split('`').collect();
        let span = |(index, part): (usize, &&str)| match index % 2 {
            1 if index + 1 == parts.len() => Span::Text(format!("`{part}")),
            1 => Span::Code((*part).to_owned()),
            _ => Span::Text((*part).to_owned()),
        };
        Self(parts.iter().enumerate().map(span).filter(|span| !span.is_empty()).collect())
    }

    /// Returns a text as it is, backticks included.
    pub(crate) fn plain(text: &str) -> Self {
        Self(vec![Span::Text(text.to_owned())])
    }

    pub(crate) fn code(text: &str) -> Self {
        Self(vec![Span::Code(text.to_owned())])
    }

    /// Returns the text followed by another one.
    pub(crate) fn and(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }

    fn join(&self, span: impl Fn(&Span) -> String) -> String {
        self.0.iter().map(span).collect()
    }

    fn markdown(&self) -> String {
        self.join(|span| match span {
            Span::Text(text) => Untrusted(text).for_markdown(),
            Span::Code(text) => format!("`{}`", Untrusted(text).for_markdown_code()),
            Span::Link(text, address) => format!("[{}]({address})", Untrusted(text).for_markdown()),
        })
    }

    fn plain_text(&self) -> String {
        self.join(|span| match span {
            Span::Code(text) if text.contains(' ') => format!("\"{}\"", Untrusted(text).for_terminal()),
            Span::Text(text) | Span::Code(text) => Untrusted(text).for_terminal(),
            Span::Link(text, address) => format!("{} <{address}>", Untrusted(text).for_terminal()),
        })
    }
}

impl Span {
    fn is_empty(&self) -> bool {
        matches!(self, Self::Text(text) if text.is_empty())
    }

    fn for_html(&self) -> Self {
        match self {
            Self::Text(text) => Self::Text(Untrusted(text).for_html()),
            Self::Code(text) => Self::Code(Untrusted(text).for_html()),
            Self::Link(text, address) => Self::Link(Untrusted(text).for_html(), address),
        }
    }
}

/// Returns a copy that a page's template can print.
pub(crate) fn for_html(blocks: &[Block]) -> Vec<Block> {
    let safe = |rich: &Rich| Rich(rich.0.iter().map(Span::for_html).collect());
    let block = |block: &Block| match block {
        Block::Heading { level, text } => Block::Heading { level: *level, text: safe(text) },
        Block::Paragraph { text } => Block::Paragraph { text: safe(text) },
        Block::Code { text } => Block::Code { text: Untrusted(text).for_html() },
        Block::List { items } => {
            let item = |one: &Item| Item { text: safe(&one.text), below: one.below.iter().map(safe).collect() };
            Block::List { items: items.iter().map(item).collect() }
        }
    };
    blocks.iter().map(block).collect()
}

/// Writes a document as Markdown.
///
/// # Errors
/// When the writer fails.
pub(crate) fn write_markdown(blocks: &[Block], out: &mut dyn Write) -> io::Result<()> {
    for (index, block) in blocks.iter().enumerate() {
        if index > 0 {
            writeln!(out)?;
        }
        match block {
            Block::Heading { level, text } => writeln!(out, "{} {}", "#".repeat(*level), text.markdown())?,
            Block::Paragraph { text } => writeln!(out, "{}", text.markdown())?,
            Block::Code { text } => writeln!(out, "    {}", Untrusted(text).for_terminal())?,
            Block::List { items } => {
                for Item { text, below } in items {
                    writeln!(out, "- {}", text.markdown())?;
                    for text in below {
                        writeln!(out, "  - {}", text.markdown())?;
                    }
                }
            }
        }
    }
    Ok(())
}

/// Width of plain text, for mails.
const WIDTH: usize = 76;

/// Writes a document as plain text.
///
/// # Errors
/// When the writer fails.
pub(crate) fn write_text(blocks: &[Block], out: &mut dyn Write) -> io::Result<()> {
    // Words are not broken, so that paths and addresses can be copied.
    fn lines(start: &str, text: &str, out: &mut dyn Write) -> io::Result<()> {
        let indent = " ".repeat(start.len());
        let (mut line, mut length) = (start.to_owned(), start.len());
        for (index, word) in text.split(' ').enumerate() {
            let more = word.chars().count();
            if index > 0 && length + 1 + more > WIDTH {
                writeln!(out, "{line}")?;
                (line, length) = (indent.clone(), indent.len());
            } else if index > 0 {
                (line, length) = (line + " ", length + 1);
            }
            (line, length) = (line + word, length + more);
        }
        writeln!(out, "{line}")
    }
    for (index, block) in blocks.iter().enumerate() {
        if index > 0 {
            writeln!(out)?;
        }
        match block {
            Block::Heading { level, text } => {
                let text = text.plain_text();
                lines("", &text, out)?;
                if let Some(rule) = ["=", "-"].get(level.saturating_sub(1)) {
                    writeln!(out, "{}", rule.repeat(text.chars().count().min(WIDTH)))?;
                }
            }
            Block::Paragraph { text } => lines("", &text.plain_text(), out)?,
            Block::Code { text } => writeln!(out, "    {}", Untrusted(text).for_terminal())?,
            Block::List { items } => {
                for Item { text, below } in items {
                    lines("- ", &text.plain_text(), out)?;
                    for text in below {
                        lines("  - ", &text.plain_text(), out)?;
                    }
                }
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document() -> Vec<Block> {
        let link = Rich(vec![Span::Link("rules".to_owned(), "https://example.org/rules")]);
        vec![
            Block::heading(1, Rich::new("About @somebody")),
            Block::Paragraph { text: Rich::new("see `a*b` and ").and(link) },
            Block::List {
                items: vec![Item { text: Rich::new("![x](y) #12"), below: vec![Rich::new("a lone ` is text")] }],
            },
        ]
    }

    #[test]
    fn markdown_escapes_all_but_its_own_markup() {
        let mut out = Vec::new();
        write_markdown(&document(), &mut out).unwrap();
        let expected = "# About @\u{200B}somebody\n\nsee `a*b` and [rules](https://example.org/rules)\n\n\
                        - \\!\\[x\\](y) \\#\u{200B}12\n  - a lone \\` is text\n";
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }

    #[test]
    fn plain_text_has_underlines_and_addresses() {
        let mut out = Vec::new();
        write_text(&document(), &mut out).unwrap();
        let expected = "About @somebody\n===============\n\nsee a*b and rules <https://example.org/rules>\n\n\
                        - ![x](y) #12\n  - a lone ` is text\n";
        assert_eq!(String::from_utf8(out).unwrap(), expected);
    }
}

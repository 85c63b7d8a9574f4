//! A letter to a submitter, as a page.

use std::io::{self, Write};

use serde::Serialize;

use crate::render::document::{Block, for_html};
use crate::render::untrusted::Untrusted;

#[derive(Serialize)]
struct Document {
    title: String,
    style: &'static str,
    policy: String,
    blocks: Vec<Block>,
}

/// Writes the page.
///
/// # Errors
/// When the writer fails.
pub fn write(title: &str, letter: &[Block], out: &mut dyn Write) -> io::Result<()> {
    let document = Document {
        title: Untrusted(title).for_html(),
        style: super::STYLE,
        policy: super::policy::policy(super::STYLE, ""),
        blocks: for_html(letter),
    };
    super::render("letter", &document, out)
}

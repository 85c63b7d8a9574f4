//! The round a tree is for, as far as it says so itself.

use std::collections::BTreeSet;

use super::package::stored_round;
use crate::read::submission::documents::is_checklist;
use crate::read::tree::Tree;
use crate::round::{Round, RoundError, Runner};

/// The round that a tree seems to be for, and what tells so: its package's, that of its checklist's name, or the last that
/// permits its runner; else the newest.
///
/// # Errors
/// When a package is of a round that is not built in.
pub fn round_of(tree: &Tree) -> Result<(Round, &'static str), RoundError> {
    if let Ok(name) = stored_round(tree) {
        return Ok((Round::named(&name)?, "the package's"));
    }
    let files = || tree.entries().iter().filter(|entry| entry.is_file());
    let named: BTreeSet<&str> = files()
        .filter(|entry| is_checklist(entry.name()))
        .filter_map(|entry| Round::names().into_iter().find(|round| entry.name().to_lowercase().contains(round)))
        .collect();
    if let [name] = named.into_iter().collect::<Vec<_>>()[..] {
        return Ok((Round::named(name)?, "guessed from the checklist's name"));
    }
    if files().any(|entry| entry.name() == "script.async") {
        for name in Round::names().into_iter().rev() {
            let round = Round::named(name)?;
            if !round.runners.get(Runner::Eembc).benchmarks.is_empty() {
                return Ok((round, "guessed: the last that permits the EEMBC runner"));
            }
        }
    }
    Ok((Round::named(Round::newest())?, "the newest"))
}

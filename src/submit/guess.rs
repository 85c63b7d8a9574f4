//! The round a tree is for, as far as it says so itself.

use std::collections::BTreeSet;

use super::package::stored_round;
use crate::model::documents::is_checklist;
use crate::round::{Round, RoundError, Runner};
use crate::source::Tree;

/// The round that a tree seems to be for.
#[derive(Debug)]
pub struct Guess {
    /// The round.
    pub round: Round,
    /// What tells so.
    pub why: &'static str,
    /// Whether nothing in the tree names it.
    pub is_guess: bool,
}

/// The round that a tree seems to be for: its package's, that of its checklist's name, or the last that
/// permits its runner; else the newest.
///
/// # Errors
/// When a package is of a round that is not built in.
pub fn round_of(tree: &Tree) -> Result<Guess, RoundError> {
    let guess = |round: Round, why: &'static str| Ok(Guess { round, why, is_guess: true });
    if let Ok(name) = stored_round(tree) {
        return Ok(Guess { round: Round::named(&name)?, why: "the package's", is_guess: false });
    }
    let files = || tree.entries().iter().filter(|entry| entry.is_file());
    let named: BTreeSet<&str> = files()
        .filter(|entry| is_checklist(entry.name()))
        .filter_map(|entry| Round::names().into_iter().find(|round| entry.name().to_lowercase().contains(round)))
        .collect();
    if let [name] = named.into_iter().collect::<Vec<_>>()[..] {
        return guess(Round::named(name)?, "guessed from the checklist's name");
    }
    if files().any(|entry| entry.name() == "script.async") {
        for name in Round::names().into_iter().rev() {
            let round = Round::named(name)?;
            if !round.runners.get(Runner::Eembc).benchmarks.is_empty() {
                return guess(round, "guessed: the last that permits the EEMBC runner");
            }
        }
    }
    guess(Round::named(Round::newest())?, "guessed: the newest")
}

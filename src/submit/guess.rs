//! Determines the round of a submission from its own files.

use std::collections::BTreeSet;

use super::package::{Stored, stored};
use crate::model::documents::is_checklist;
use crate::round::{Round, RoundError, Runner};
use crate::source::Tree;

/// The round of a tree, and how it was determined.
#[derive(Debug)]
pub struct Guess {
    /// The round.
    pub round: Round,
    /// How the round was determined.
    pub why: &'static str,
    /// Whether the round is a guess. Only a package names its round.
    pub is_guess: bool,
}

/// Determines the round of a tree.
///
/// In this order: the round of the package, the round in the name of the checklist, the last round that permits the
/// EEMBC runner if there are files of that runner, the newest round.
///
/// # Errors
/// When the round of a package is not built in.
pub fn round_of(tree: &Tree) -> Result<Guess, RoundError> {
    let guess = |round: Round, why: &'static str| Ok(Guess { round, why, is_guess: true });
    if let Ok(Stored { round: name, .. }) = stored(tree) {
        return Ok(Guess { round: Round::named(&name)?, why: "from the package", is_guess: false });
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
                return guess(round, "guessed: the last round that permits the EEMBC runner");
            }
        }
    }
    guess(Round::named(Round::newest())?, "guessed: the newest round")
}

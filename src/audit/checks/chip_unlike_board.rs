use std::collections::BTreeMap;

use super::prelude::*;
use crate::model::System;
use crate::parse::document::description::FieldValue;
use crate::parse::location::At;
use crate::schema::spelling::plain;

check! {
    /// A system description names another chip than all other descriptions of its board.
    ///
    /// A board has one chip. Descriptions of the same board by other systems and submitters, and in the earlier round, name
    /// it, too. A part number that continues another one is the same chip (`STM32L4R5` and `STM32L4R5ZIT6U`).
    ///
    /// Help: correct `SoC Name` or `Board Name`; if the board was changed, say so in `Hardware Notes`.
    ///
    /// Source: system description template; MLPerf Tiny rules, 2.4.
    "chip-unlike-board", SystemDescription, Warning, Submission(check)
}

/// A system, the field that names its chip, the chip in plain letters, and whether it is of this round.
type Named<'a> = (&'a System, &'a At<FieldValue>, String, bool);

/// Fewest other descriptions that must agree with each other.
const FEWEST: usize = 2;

fn check(view: &SubmissionView<'_>, mut found: Findings) -> Outcome {
    let systems = view.submission.systems.iter();
    let earlier = view.submission.earlier.iter().flat_map(|earlier| &earlier.systems);
    let mut boards: BTreeMap<String, Vec<Named<'_>>> = BTreeMap::new();
    for (system, is_own) in systems.map(|one| (one, true)).chain(earlier.map(|one| (one, false))) {
        let Some((board, field, chip)) = board_and_chip(system) else { continue };
        boards.entry(board).or_default().push((system, field, chip, is_own));
    }
    for named in boards.values() {
        for (index, (system, field, chip, is_own)) in named.iter().enumerate() {
            let others: Vec<_> =
                named.iter().enumerate().filter(|(other, _)| *other != index).map(|(_, one)| one).collect();
            if others.len() < FEWEST {
                continue;
            }
            let agree = others.iter().all(|(_, _, one, _)| same(one, &others[0].2));
            if !is_own || !agree || others.iter().any(|(_, _, one, _)| same(one, chip)) {
                continue;
            }
            let (other, other_field, ..) = others[0];
            let message = format!(
                "`SoC Name` is `{}`; {} other descriptions of this board name `{}`",
                field.shown(),
                others.len(),
                other_field.shown()
            );
            let finding = found.at(&system.description_path, field.line, message);
            finding.note(format!("one of them is `{}`", other.full_name()));
        }
    }
    let first = view.submission.systems.iter().find_map(|system| Some((system, board_and_chip(system)?.1)));
    found.or_pass(first.map(|(system, field)| Place::new(&system.description_path, field.line)))
}

/// Returns the board and the chip that a description names, in plain letters, and the field of the chip. `None` if the chip
/// is not a part number, which contains a digit.
fn board_and_chip(system: &System) -> Option<(String, &At<FieldValue>, String)> {
    let description = system.description.as_ref()?;
    let (board, field) = (description.get("Board Name")?, description.get("SoC Name")?);
    let (board, chip) = (plain(board.as_str()), plain(field.as_str()));
    (!board.is_empty() && chip.contains(|c: char| c.is_ascii_digit())).then_some((board, field, chip))
}

/// Whether two part numbers are of one chip: one contains the other.
fn same(one: &str, other: &str) -> bool {
    one.contains(other) || other.contains(one)
}

//! Finds the system that a row of a table describes.

use std::collections::BTreeSet;

use super::Verdict;
use super::known::Known;
use crate::model::System;
use crate::model::published::headings::Field;
use crate::model::published::{Table, TableFigure, TableRow};
use crate::schema::spelling::plain;

/// A row, or the part of a row that describes one system.
pub(super) struct Match<'t, 'a> {
    pub row: &'t TableRow,
    pub figures: Vec<&'t TableFigure>,
    /// The system; `None` if none matches.
    pub system: Option<&'a System>,
    /// How it was matched.
    pub by: Option<&'static str>,
}

/// Minimum number of letters and digits of a name that is recognised inside of a longer text.
const SHORTEST: usize = 4;

/// Matches every row of a table. In a table without a column that names the system, the headings may name one each.
pub(super) fn match_rows<'t, 'a>(table: &'t Table, known: &Known<'a>) -> Vec<Match<'t, 'a>> {
    let systems = known.systems();
    let mut matches = Vec::new();
    let mut taken: BTreeSet<(String, String)> = BTreeSet::new();
    for row in &table.rows {
        let names_system =
            [Field::System, Field::Board, Field::Submitter].iter().any(|field| row.field(*field).is_some());
        // In the order of the columns.
        let mut parts: Vec<(Option<&System>, Vec<&TableFigure>)> = Vec::new();
        for figure in &row.figures {
            let of_column = if names_system { Vec::new() } else { named_in(&figure.column, &systems) };
            let named = if let [one] = of_column[..] { Some(one) } else { None };
            let path = |system: Option<&System>| system.map(|system| system.path.clone());
            match parts.iter_mut().find(|(known, _)| path(*known) == path(named)) {
                Some((_, figures)) => figures.push(figure),
                None => parts.push((named, vec![figure])),
            }
        }
        for (named, figures) in parts {
            let (system, by) = match named {
                Some(_) => (named, Some("the heading of the column")),
                None => find(row, &figures, known, &systems, &taken),
            };
            if let Some(system) = system {
                taken.extend(figures.iter().map(|figure| (system.path.clone(), figure.benchmark.clone())));
            }
            matches.push(Match { row, figures, system, by });
        }
    }
    matches
}

/// Returns the systems whose name or board a text contains, those with the longest name only.
fn named_in<'a>(text: &str, systems: &[&'a System]) -> Vec<&'a System> {
    let text = plain(text);
    let length = |system: &System| {
        let names = [plain(&system.name), board(system)];
        names.iter().filter(|name| name.len() >= SHORTEST && text.contains(name.as_str())).map(String::len).max()
    };
    let longest = systems.iter().filter_map(|system| length(system)).max();
    systems.iter().copied().filter(|system| longest.is_some() && length(system) == longest).collect()
}

fn board(system: &System) -> String {
    system.description.as_ref().map_or_else(String::new, |description| plain(description.text("Board Name")))
}

fn find<'a>(
    row: &TableRow,
    figures: &[&TableFigure],
    known: &Known<'a>,
    systems: &[&'a System],
    taken: &BTreeSet<(String, String)>,
) -> (Option<&'a System>, Option<&'static str>) {
    let field = |field: Field| row.field(field).map(plain).filter(|text| !text.is_empty());
    let mut candidates: Vec<&System> = systems.to_vec();
    if let Some(submitter) = field(Field::Submitter) {
        // `Renesas` is published as `Renesas Electronics`.
        let alike = |system: &&System| {
            let name = plain(&system.submitter);
            name == submitter
                || (name.len().min(submitter.len()) >= SHORTEST
                    && (name.contains(&submitter) || submitter.contains(&name)))
        };
        candidates.retain(alike);
    }
    let narrowed = |candidates: &[&'a System], keep: &dyn Fn(&System) -> bool| -> Vec<&'a System> {
        candidates.iter().copied().filter(|system| keep(system)).collect()
    };
    let of_division = |candidates: Vec<&'a System>| {
        let Some(division) = field(Field::Division) else { return candidates };
        let own = narrowed(&candidates, &|system| plain(&system.division) == division);
        if own.is_empty() { candidates } else { own }
    };
    let free = |candidates: Vec<&'a System>| {
        let is_free = |system: &System| {
            !figures.iter().any(|figure| taken.contains(&(system.path.clone(), figure.benchmark.clone())))
        };
        let own = narrowed(&candidates, &is_free);
        if own.is_empty() { candidates } else { own }
    };
    if let Some(name) = field(Field::System) {
        let named = of_division(narrowed(&candidates, &|system| plain(&system.name) == name));
        if let [one] = named[..] {
            return (Some(one), Some("its name"));
        }
    }
    let boards: Vec<String> = [Field::Board, Field::System].into_iter().filter_map(field).collect();
    let of_board = narrowed(&candidates, &|system| {
        boards.iter().any(|wanted| board(system) == *wanted || plain(&system.name) == *wanted)
    });
    let of_board = free(of_division(of_board));
    if let [one] = of_board[..] {
        return (Some(one), Some("its board"));
    }
    if !of_board.is_empty() {
        return nearest(&of_board, figures, known)
            .map_or((None, None), |one| (Some(one), Some("its board and the nearest figures")));
    }
    let texts = [Field::System, Field::Board].into_iter().filter_map(|field| row.field(field));
    for text in texts.chain([row.label.as_str(), row.sheet.as_str()]) {
        let named = of_division(named_in(text, &candidates));
        if let [one] = named[..] {
            return (Some(one), Some("a name in its text"));
        }
        if !named.is_empty() {
            candidates = named;
            break;
        }
    }
    if let [one] = candidates[..] {
        return (Some(one), Some("the only system"));
    }
    // Without a name, at least one figure must be the system's own.
    let alike = free(of_division(narrowed(&candidates, &|system| equal(figures, system, known) > 0)));
    nearest(&alike, figures, known).map_or((None, None), |one| (Some(one), Some("the nearest figures")))
}

/// Number of figures that are those of a system.
fn equal(figures: &[&TableFigure], system: &System, known: &Known<'_>) -> usize {
    figures.iter().filter(|figure| known.verdict(figure, system) <= Verdict::Truncated).count()
}

/// Returns the system with the most equal figures; the first of several.
fn nearest<'a>(candidates: &[&'a System], figures: &[&TableFigure], known: &Known<'_>) -> Option<&'a System> {
    candidates.iter().copied().rev().max_by_key(|system| equal(figures, system, known))
}

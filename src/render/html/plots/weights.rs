//! Plot of how the outputs of an accuracy run agree with those of known weights.

use super::Figure;
use crate::model::{Agreement, Run};
use crate::render::html::plot::{Axis, Plot};
use crate::round::Round;

/// Plots three shares with their limits: clear inputs answered differently, differing answers that are correct, and
/// hard inputs answered correctly. Inputs are clear if all reference runs with these weights agree clearly, and hard if
/// nearly all submitters get them wrong.
pub fn agreement(run: &Run, round: &Round) -> Option<Figure> {
    let Agreement { family, sure, otherwise, signs, hard, .. } = run.agreement.as_ref()?;
    let limits = &round.weights;
    let differing = signs.right + signs.wrong;
    let rows = [
        ("hard", "hard inputs answered correctly", hard.1, hard.0, limits.hard_right_fraction),
        ("differing", "differing answers that are correct", signs.right, differing, 0.5),
        ("clear", "clear inputs answered differently", *otherwise, *sure, limits.otherwise_fraction),
    ];
    let title = format!(
        "on {otherwise} of {sure} inputs where all runs of known weights {} agree clearly, \
         this run answers differently",
        family.name
    );
    let names = rows.iter().map(|(name, ..)| (*name).to_owned());
    let mut plot = Plot::new(&title, Axis::new("share in %", 0.0, 100.0), Axis::named("", names)).high(190.0);
    for (index, (_, what, part, all, limit)) in rows.into_iter().enumerate() {
        let y = index as f64;
        let share = 100.0 * part as f64 / all.max(1) as f64;
        let class = if all > 0 && share > 100.0 * limit && index != 1 { "bad" } else { "bar" };
        plot.bar(class, (0.0, y + 0.2), (share, y + 0.5), &format!("{what}: {part} of {all}"));
        plot.line("level", [(100.0 * limit, y + 0.1), (100.0 * limit, y + 0.58)]);
        plot.text("", (0.0, y + 0.66), (3.0, 2.0), &format!("{what}: {part} of {all}"));
    }
    let caption = format!(
        "Compared with known weights {} ({}): {title}. Dashed: the limits, and 50 % for differing answers.",
        family.name, family.title
    );
    Some(Figure { caption, svg: plot.svg(), trace: None })
}

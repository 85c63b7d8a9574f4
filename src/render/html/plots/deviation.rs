//! Plot of a figure that differs from its claim.

use super::Figure;
use crate::render::html::figures::FigureRow;
use crate::render::html::plot::{Axis, Plot, Shape};

/// Plots how far the claim is from the recomputed figure, with the tolerance. `None` if they agree.
pub fn deviation(row: &FigureRow) -> Option<Figure> {
    let [claimed, recomputed, tolerance] = row.compared.filter(|_| row.agrees == Some(false))?;
    if recomputed == 0.0 {
        return None;
    }
    let per_cent = |value: f64| 100.0 * value / recomputed.abs();
    let (off, most) = (per_cent(claimed - recomputed), per_cent(tolerance));
    let title = format!(
        "{}: claimed {claimed}, recomputed {recomputed:.4} ({off:+.2} %), tolerance ±{}",
        row.name,
        if most >= 0.01 { format!("{most:.2} %") } else { format!("{tolerance} ({most:.4} %)") }
    );
    let reach = 1.25 * off.abs().max(2.0 * most);
    let x = Axis::new(
        "deviation of the claim in %",
        reach.min(-off * 0.2).min(-reach * 0.3).min(1.25 * off),
        reach.max(off),
    );
    let mut plot = Plot::new(&title, x, Axis::named("", [String::new()])).high(96.0);
    plot.bar("window", (-most, 0.0), (most, 1.0), &format!("tolerance ±{tolerance}"));
    plot.line("level", [(0.0, 0.0), (0.0, 1.0)]);
    plot.line("wrong-line", [(0.0, 0.5), (off, 0.5)]);
    plot.mark("alarm", Shape::Cross, (off, 0.5), &format!("claimed {claimed}"));
    plot.mark("mark", Shape::Dot, (0.0, 0.5), &format!("recomputed {recomputed}"));
    let above = (0.0, -9.0);
    plot.text(if off > 0.0 { "end" } else { "" }, (off, 0.5), above, &format!("claimed {off:+.2} %"));
    Some(Figure {
        caption: format!("{title}. Dashed: the recomputed figure; band: the tolerance."),
        svg: plot.svg(),
        trace: None,
    })
}

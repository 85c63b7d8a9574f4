//! Plot of receiver operating characteristic (ROC) curves.

use super::Figure;
use crate::render::html::plot::{Axis, Plot};

/// Scores of the inputs, each with whether the input is positive.
pub type Curve = Vec<(f64, bool)>;

/// Plots one line per curve; `notes` are added to title and legend. `None` if no curve can be drawn.
pub fn roc(curves: Vec<Curve>, notes: &[String]) -> Option<Figure> {
    let title = if curves.len() == 1 { "ROC curve" } else { "ROC curves, each class against the rest" };
    let title = std::iter::once(title.to_owned()).chain(notes.iter().cloned()).collect::<Vec<_>>().join("; ");
    let mut plot =
        Plot::new(&title, Axis::decades("false positive rate", LEAST, 1.0), Axis::new("true positive rate", 0.0, 1.0))
            .square();
    plot.line("level", (0..=40).map(|step| LEAST.powf(1.0 - f64::from(step) / 40.0)).map(|rate| (rate, rate)));
    let mut drawn = false;
    for scored in curves {
        let corners = corners(scored);
        drawn |= !corners.is_empty();
        if !corners.is_empty() {
            plot.line("line", from_least(&corners));
        }
    }
    plot.legend(notes);
    drawn.then(|| Figure { caption: format!("{title}. Dashed: chance. The false positive rate is logarithmic, because good curves only differ where it is small."), svg: plot.svg(), trace: None })
}

/// The smallest false positive rate of the plot.
const LEAST: f64 = 0.001;

/// Moves the part of a curve below [`LEAST`] onto the axis.
fn from_least(corners: &[(f64, f64)]) -> Vec<(f64, f64)> {
    // The rate of hits that the curve has reached where the plot begins.
    let reached = corners.iter().filter(|(alarms, _)| *alarms <= LEAST).map(|(_, hits)| *hits).fold(0.0, f64::max);
    std::iter::once((LEAST, reached)).chain(corners.iter().copied().filter(|(alarms, _)| *alarms > LEAST)).collect()
}

/// Returns the corner points of a curve; none if there are no positive or no negative inputs.
fn corners(mut scored: Curve) -> Vec<(f64, f64)> {
    scored.sort_by(|a, b| b.0.total_cmp(&a.0));
    let positives = scored.iter().filter(|(_, positive)| *positive).count();
    let negatives = scored.len() - positives;
    if positives == 0 || negatives == 0 {
        return Vec::new();
    }
    let mut corners: Vec<(usize, usize)> = vec![(0, 0)];
    let (mut hits, mut alarms) = (0, 0);
    for (index, (score, positive)) in scored.iter().enumerate() {
        hits += usize::from(*positive);
        alarms += usize::from(!positive);
        if scored.get(index + 1).is_some_and(|(next, _)| next.total_cmp(score).is_eq()) {
            continue;
        }
        // Drop a point that lies on a straight line between its neighbours.
        if let [.., before, last] = corners[..]
            && (before.0 == last.0 && last.0 == alarms || before.1 == last.1 && last.1 == hits)
        {
            corners.pop();
        }
        corners.push((alarms, hits));
    }
    corners.into_iter().map(|(x, y)| (x as f64 / negatives as f64, y as f64 / positives as f64)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_curve_has_only_its_corner_points() {
        let scored = vec![(0.9, true), (0.8, true), (0.7, false), (0.1, false)];
        assert_eq!(corners(scored), [(0.0, 0.0), (0.0, 1.0), (1.0, 1.0)]);
        assert!(corners(vec![(0.5, true)]).is_empty());
    }
}

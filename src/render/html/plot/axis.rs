//! Axes of plots: linear, logarithmic, or with a name at each position.

use crate::render::wrap::shortened;

/// One axis.
#[derive(Debug, Clone)]
pub(crate) struct Axis {
    /// Label with unit.
    pub label: String,
    /// The value at its start.
    pub from: f64,
    /// The value at its end.
    pub to: f64,
    /// Names of the positions 0 to 1, 1 to 2 and so on; empty on an axis of numbers.
    pub names: Vec<String>,
    log: bool,
    absolute: bool,
}

/// Longer names are cut in the middle, because names often differ at their ends.
const LONGEST: usize = 20;

impl Axis {
    /// Creates a linear axis; 0 to 1 if the range is empty or not finite.
    pub(crate) fn new(label: &str, from: f64, to: f64) -> Self {
        let sound = from.is_finite() && to.is_finite() && to > from;
        let (from, to) = if sound { (from, to) } else { (0.0, 1.0) };
        Self { label: label.to_owned(), from, to, names: Vec::new(), log: false, absolute: false }
    }

    /// Creates an axis with one named position per name.
    pub(crate) fn named(label: &str, names: impl IntoIterator<Item = String>) -> Self {
        let names: Vec<String> = names.into_iter().map(|name| shortened(&name, Some(LONGEST))).collect();
        Self { names: names.clone(), ..Self::new(label, 0.0, names.len().max(1) as f64) }
    }

    /// Creates a logarithmic axis that covers the positive values, with a little room at both ends.
    pub(crate) fn log(label: &str, values: impl Iterator<Item = f64> + Clone) -> Self {
        let positive = values.filter(|value| value.is_finite() && *value > 0.0);
        let least = positive.clone().fold(f64::INFINITY, f64::min);
        let most = positive.fold(0.0, f64::max);
        let sound = least.is_finite() && most > 0.0;
        let (least, most) = if sound { (least, most) } else { (0.1, 1.0) };
        let room = (most / least).powf(0.08).max(1.2);
        Self { log: true, ..Self::new(label, least / room, most * room) }
    }

    /// Creates a logarithmic axis between two positive values.
    pub(crate) fn decades(label: &str, from: f64, to: f64) -> Self {
        Self { log: true, ..Self::new(label, from, to) }
    }

    /// Prints tick labels without signs, for an axis that counts in both directions.
    pub(crate) fn absolute(mut self) -> Self {
        self.absolute = true;
        self
    }

    /// Returns the position of a value on the axis, 0 to 1.
    pub(crate) fn part(&self, value: f64) -> f64 {
        if self.log {
            return ((value / self.from).ln() / (self.to / self.from).ln()).clamp(0.0, 1.0);
        }
        ((value - self.from) / (self.to - self.from)).clamp(0.0, 1.0)
    }

    /// Returns the positions and texts of the tick labels.
    pub(crate) fn ticks(&self) -> Vec<(f64, String)> {
        if !self.names.is_empty() {
            return self.names.iter().enumerate().map(|(at, name)| (at as f64 + 0.5, name.clone())).collect();
        }
        let numbers = if self.log { self.log_ticks() } else { self.linear_ticks() };
        let shown = |tick: f64| number(if self.absolute { tick.abs() } else { tick });
        numbers.into_iter().map(|tick| (tick, shown(tick))).collect()
    }

    /// Returns about five round values.
    fn linear_ticks(&self) -> Vec<f64> {
        let raw = (self.to - self.from) / 5.0;
        let power = 10f64.powf(raw.log10().floor());
        let step = [1.0, 2.0, 5.0, 10.0].into_iter().map(|factor| factor * power).find(|step| *step >= raw);
        let step = step.unwrap_or(raw);
        let first = (self.from / step).ceil();
        (0..12)
            .map(|index| (first + f64::from(index)) * step)
            .take_while(|tick| *tick <= self.to + step * 1e-6)
            .collect()
    }

    /// Returns powers of ten; if the axis spans less than 2.5 decades, also 2 and 5 times these.
    fn log_ticks(&self) -> Vec<f64> {
        let factors: &[f64] = if (self.to / self.from).log10() < 2.5 { &[1.0, 2.0, 5.0] } else { &[1.0] };
        let first = self.from.log10().floor();
        let powers = (0..40).map(|index| 10f64.powf(first + f64::from(index))).take_while(|power| *power <= self.to);
        let all = powers.flat_map(|power| factors.iter().map(move |factor| factor * power));
        let ticks: Vec<f64> = all.filter(|tick| (self.from..=self.to).contains(tick)).collect();
        // A narrow axis has no two of them.
        if ticks.len() < 2 { self.linear_ticks() } else { ticks }
    }
}

/// Formats the value of a tick without trailing zeros.
fn number(value: f64) -> String {
    if value == 0.0 {
        return "0".to_owned();
    }
    let digits = if value.abs() >= 100.0 {
        0
    } else if value.abs() >= 1.0 {
        2
    } else {
        4
    };
    let text = format!("{value:.digits$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').to_owned() } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbers(axis: &Axis) -> Vec<f64> {
        axis.ticks().into_iter().map(|(tick, _)| tick).collect()
    }

    #[test]
    fn ticks_are_round_and_inside() {
        assert_eq!(numbers(&Axis::new("s", 0.0, 11.2)), [0.0, 5.0, 10.0]);
        assert_eq!(numbers(&Axis::new("s", 0.0, 1.0)).len(), 6);
        assert_eq!(numbers(&Axis::new("s", f64::NAN, 1.0)).len(), 6);
    }

    #[test]
    fn logarithmic_ticks_are_inside() {
        let axis = Axis::log("ms", [0.3, 40.0].into_iter());
        let ticks = axis.ticks();
        assert!(ticks.iter().any(|(_, text)| text == "0.5") && ticks.iter().any(|(_, text)| text == "20"), "{ticks:?}");
        assert!((axis.part(0.3) - 0.07).abs() < 0.03 && axis.part(40.0) > 0.9);
        assert!(!Axis::log("ms", [f64::NAN, 0.0].into_iter()).ticks().is_empty());
    }

    #[test]
    fn names_are_centred_in_their_position() {
        let axis = Axis::named("class", ["cat".to_owned(), "a name that is too long".to_owned()]);
        assert_eq!(axis.ticks(), [(0.5, "cat".to_owned()), (1.5, "a name tha… too long".to_owned())]);
    }
}

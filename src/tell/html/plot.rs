//! Plots as inline SVG: axes with units, a text alternative, colours by class so that a dark page has its own.

use std::fmt::Write;

/// A drawing area with two linear axes.
pub struct Plot {
    body: String,
    x: Axis,
    y: Axis,
    title: String,
    height: f64,
}

/// One axis.
#[derive(Debug, Clone)]
pub struct Axis {
    /// What is on it, with its unit.
    pub label: String,
    /// The value at its start.
    pub from: f64,
    /// The value at its end.
    pub to: f64,
}

impl Axis {
    /// An axis that is never empty.
    pub fn new(label: &str, from: f64, to: f64) -> Self {
        let sound = from.is_finite() && to.is_finite() && to > from;
        let (from, to) = if sound { (from, to) } else { (0.0, 1.0) };
        Self { label: label.to_owned(), from, to }
    }

    fn part(&self, value: f64) -> f64 {
        ((value - self.from) / (self.to - self.from)).clamp(0.0, 1.0)
    }

    /// Round values on the axis, about five.
    fn ticks(&self) -> Vec<f64> {
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
}

const WIDTH: f64 = 560.0;
const LEFT: f64 = 64.0;
const RIGHT: f64 = 12.0;
const TOP: f64 = 10.0;
const BOTTOM: f64 = 40.0;

impl Plot {
    /// An empty plot; the title is its text alternative.
    pub fn new(title: &str, x: Axis, y: Axis) -> Self {
        Self { body: String::new(), x, y, title: title.to_owned(), height: 240.0 }
    }

    /// As high as it is wide, for plots whose axes are alike.
    pub fn square(mut self) -> Self {
        self.height = 360.0;
        self
    }

    fn at(&self, x: f64, y: f64) -> (f64, f64) {
        let width = WIDTH - LEFT - RIGHT;
        let height = self.height - TOP - BOTTOM;
        (LEFT + width * self.x.part(x), TOP + height * (1.0 - self.y.part(y)))
    }

    /// A rectangle between two corners, with a text that a pointer shows.
    pub fn bar(&mut self, class: &str, (x0, y0): (f64, f64), (x1, y1): (f64, f64), hint: &str) {
        let ((left, bottom), (right, top)) = (self.at(x0, y0), self.at(x1, y1));
        let (width, height) = ((right - left).max(0.5), (bottom - top).max(0.5));
        let _ = write!(
            self.body,
            "<rect class=\"{class}\" x=\"{left:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" height=\"{height:.1}\"><title>{}</title></rect>",
            escaped(hint)
        );
    }

    /// A line through points.
    pub fn line(&mut self, class: &str, points: impl IntoIterator<Item = (f64, f64)>) {
        let mut path = String::new();
        for (x, y) in points {
            let (x, y) = self.at(x, y);
            let _ = write!(path, "{}{x:.1} {y:.1}", if path.is_empty() { "M" } else { "L" });
        }
        let _ = write!(self.body, "<path class=\"{class}\" d=\"{path}\"/>");
    }

    /// A filled band between a lower and an upper bound at each place.
    pub fn band(&mut self, class: &str, bounds: &[(f64, f64, f64)]) {
        let forth = bounds.iter().map(|(x, _, upper)| (*x, *upper));
        let back = bounds.iter().rev().map(|(x, lower, _)| (*x, *lower));
        self.line(class, forth.chain(back));
    }

    /// A small mark at a place.
    pub fn mark(&mut self, class: &str, x: f64, y: f64, hint: &str) {
        let (x, y) = self.at(x, y);
        let _ = write!(
            self.body,
            "<circle class=\"{class}\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3.5\"><title>{}</title></circle>",
            escaped(hint)
        );
    }

    /// Text at a place.
    pub fn text(&mut self, x: f64, y: f64, text: &str) {
        let (x, y) = self.at(x, y);
        let _ = write!(self.body, "<text class=\"in\" x=\"{x:.1}\" y=\"{y:.1}\">{}</text>", escaped(text));
    }

    /// A level across the whole plot.
    pub fn level(&mut self, y: f64, name: &str) {
        let (from, to) = (self.x.from, self.x.to);
        self.line("level", [(from, y), (to, y)]);
        let (x, y) = self.at(to, y);
        let _ = write!(
            self.body,
            "<text class=\"in end\" x=\"{:.1}\" y=\"{:.1}\">{}</text>",
            x - 4.0,
            y - 4.0,
            escaped(name)
        );
    }

    /// The finished drawing.
    pub fn svg(&self) -> String {
        let mut axes = String::new();
        let (left, bottom) = (LEFT, self.height - BOTTOM);
        let _ = write!(axes, "<path class=\"axis\" d=\"M{left} {TOP}L{left} {bottom}L{} {bottom}\"/>", WIDTH - RIGHT);
        for tick in self.x.ticks() {
            let (x, _) = self.at(tick, self.y.from);
            let _ = write!(axes, "<text class=\"mid\" x=\"{x:.1}\" y=\"{:.1}\">{}</text>", bottom + 15.0, number(tick));
        }
        for tick in self.y.ticks() {
            let (_, y) = self.at(self.x.from, tick);
            let _ = write!(
                axes,
                "<text class=\"end\" x=\"{:.1}\" y=\"{:.1}\">{}</text>",
                left - 5.0,
                y + 4.0,
                number(tick)
            );
        }
        let middle = f64::midpoint(LEFT, WIDTH - RIGHT);
        let _ = write!(
            axes,
            "<text class=\"mid\" x=\"{middle:.1}\" y=\"{:.1}\">{}</text><text class=\"mid\" transform=\"translate(13 {:.1}) rotate(-90)\">{}</text>",
            self.height - 6.0,
            escaped(&self.x.label),
            f64::midpoint(TOP, bottom),
            escaped(&self.y.label)
        );
        let title = escaped(&self.title);
        format!(
            "<svg viewBox=\"0 0 {WIDTH} {}\" role=\"img\" aria-label=\"{title}\"><title>{title}</title>{}{axes}</svg>",
            self.height, self.body
        )
    }
}

/// A figure at a tick, without trailing zeros.
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

/// Text without markup of its own.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c if c.is_control() => out.push('\u{FFFD}'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_inside() {
        assert_eq!(Axis::new("s", 0.0, 11.2).ticks(), [0.0, 5.0, 10.0]);
        assert_eq!(Axis::new("s", 0.0, 1.0).ticks().len(), 6);
        assert_eq!(Axis::new("s", f64::NAN, 1.0).ticks().len(), 6);
    }

    #[test]
    fn names_are_no_markup() {
        let mut plot = Plot::new("<script>", Axis::new("\"x\"", 0.0, 1.0), Axis::new("y", 0.0, 1.0));
        plot.bar("bar", (0.0, 0.0), (1.0, 1.0), "</title><script>");
        let svg = plot.svg();
        assert!(!svg.contains("<script") && !svg.contains("\"x\""), "{svg}");
    }
}

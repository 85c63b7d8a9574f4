//! Plots as inline SVG: axes with units, a text alternative, colours by CSS class so that dark mode can change them.
//! Distinctions use shape or dashes as well as colour, so that they survive printing in grey.

mod axis;

use std::fmt::Write;

use crate::parse::text::is_hidden;

pub(crate) use axis::Axis;

/// A drawing area with two axes.
pub struct Plot {
    body: String,
    x: Axis,
    y: Axis,
    title: String,
    width: f64,
    height: f64,
    left: f64,
    bottom: f64,
    /// Whether it contains links, which a picture must not.
    linked: bool,
}

/// Shape of a mark.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// A filled circle: all right.
    Dot,
    /// A cross: something is wrong.
    Cross,
    /// A triangle: something that should not be there, such as a false alarm.
    Triangle,
    /// A square.
    Square,
    /// A square on its corner.
    Diamond,
}

/// The width of a small screen, so that text is not shrunk there.
const WIDTH: f64 = 400.0;
const RIGHT: f64 = 12.0;
const TOP: f64 = 14.0;
/// Width of a letter beside an axis.
const LETTER: f64 = 6.0;
/// If an axis has more names than this, they are slanted.
const UPRIGHT: usize = 5;

impl Plot {
    /// Creates an empty plot; the title is its text alternative.
    pub fn new(title: &str, x: Axis, y: Axis) -> Self {
        let longest = |axis: &Axis| axis.names.iter().map(|name| name.chars().count()).max().unwrap_or(0) as f64;
        let left = if y.names.is_empty() { 54.0 } else { 30.0 + LETTER * longest(&y) };
        let bottom = if x.names.len() > UPRIGHT { 34.0 + 0.7 * LETTER * longest(&x) } else { 38.0 };
        Self {
            body: String::new(),
            x,
            y,
            title: title.to_owned(),
            width: WIDTH,
            height: 210.0,
            left,
            bottom,
            linked: false,
        }
    }

    /// Sets the height.
    pub fn high(mut self, height: f64) -> Self {
        self.height = height;
        self
    }

    /// Makes the plot wider than a small screen.
    pub fn wide(mut self, width: f64) -> Self {
        self.width = width;
        self
    }

    /// Adds what belongs to one result, so that filters reach it; a click leads to its evidence.
    pub fn of_result(&mut self, number: usize, anchor: &str, draw: impl FnOnce(&mut Self)) {
        let anchor = escaped(anchor);
        let _ = write!(self.body, "<a href=\"#{anchor}\" tabindex=\"-1\" data-n=\"{number}\">");
        self.linked = true;
        draw(self);
        self.body.push_str("</a>");
    }

    /// Makes the drawing area square, for plots whose axes have the same scale.
    pub fn square(mut self) -> Self {
        self.height = self.width - self.left - RIGHT + TOP + self.bottom;
        self
    }

    fn at(&self, x: f64, y: f64) -> (f64, f64) {
        let width = self.width - self.left - RIGHT;
        let height = self.height - TOP - self.bottom;
        (self.left + width * self.x.part(x), TOP + height * (1.0 - self.y.part(y)))
    }

    /// Adds a rectangle between two corners, with a tooltip.
    pub fn bar(&mut self, class: &str, (x0, y0): (f64, f64), (x1, y1): (f64, f64), hint: &str) {
        let ((left, bottom), (right, top)) = (self.at(x0, y0), self.at(x1, y1));
        let (width, height) = ((right - left).max(0.5), (bottom - top).max(0.5));
        let _ = write!(
            self.body,
            "<rect class=\"{class}\" x=\"{left:.1}\" y=\"{top:.1}\" width=\"{width:.1}\" height=\"{height:.1}\"><title>{}</title></rect>",
            escaped(hint)
        );
    }

    /// Adds a line through points.
    pub fn line(&mut self, class: &str, points: impl IntoIterator<Item = (f64, f64)>) {
        let mut path = String::new();
        for (x, y) in points {
            let (x, y) = self.at(x, y);
            let _ = write!(path, "{}{x:.1} {y:.1}", if path.is_empty() { "M" } else { "L" });
        }
        let _ = write!(self.body, "<path class=\"{class}\" d=\"{path}\"/>");
    }

    /// Adds a filled band between a lower and an upper bound at each x.
    pub fn band(&mut self, class: &str, bounds: &[(f64, f64, f64)]) {
        let forth = bounds.iter().map(|(x, _, upper)| (*x, *upper));
        let back = bounds.iter().rev().map(|(x, lower, _)| (*x, *lower));
        self.line(class, forth.chain(back));
    }

    /// Adds a small mark with a tooltip.
    pub fn mark(&mut self, class: &str, shape: Shape, (x, y): (f64, f64), hint: &str) {
        let (x, y) = self.at(x, y);
        let hint = format!("<title>{}</title>", escaped(hint));
        let _ = match shape {
            Shape::Dot => {
                write!(self.body, "<circle class=\"{class}\" cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3.5\">{hint}</circle>")
            }
            Shape::Cross => write!(
                self.body,
                "<path class=\"{class} cross\" d=\"M{:.1} {:.1}l8 8m0 -8l-8 8\">{hint}</path>",
                x - 4.0,
                y - 4.0
            ),
            Shape::Triangle => write!(
                self.body,
                "<path class=\"{class} triangle\" d=\"M{x:.1} {:.1}l4.5 8h-9z\">{hint}</path>",
                y - 4.0
            ),
            Shape::Square => write!(
                self.body,
                "<path class=\"{class} square\" d=\"M{:.1} {:.1}h7v7h-7z\">{hint}</path>",
                x - 3.5,
                y - 3.5
            ),
            Shape::Diamond => {
                write!(
                    self.body,
                    "<path class=\"{class} square\" d=\"M{x:.1} {:.1}l4.5 4.5l-4.5 4.5l-4.5 -4.5z\">{hint}</path>",
                    y - 4.5
                )
            }
        };
    }

    /// Adds text at a point, moved by `dx` and `dy`. The class sets its alignment: `mid`, `end`, or the start if
    /// neither.
    pub fn text(&mut self, class: &str, (x, y): (f64, f64), (dx, dy): (f64, f64), text: &str) {
        let (x, y) = self.at(x, y);
        let _ = write!(
            self.body,
            "<text class=\"in {class}\" x=\"{:.1}\" y=\"{:.1}\">{}</text>",
            x + dx,
            y + dy,
            escaped(text)
        );
    }

    /// Adds a horizontal line across the whole plot with its name above the right end.
    pub fn level(&mut self, y: f64, name: &str) {
        let (from, to) = (self.x.from, self.x.to);
        self.line("level", [(from, y), (to, y)]);
        self.text("end", (to, y), (-3.0, -4.0), name);
    }

    /// Adds a thin horizontal line without a name.
    pub fn level_between(&mut self, y: f64) {
        let (from, to) = (self.x.from, self.x.to);
        self.line("axis", [(from, y), (to, y)]);
    }

    /// Returns a drawing of one mark, for a legend.
    pub fn symbol(class: &str, shape: Shape) -> String {
        let mut plot = Self::new("", Axis::new("", 0.0, 1.0), Axis::new("", 0.0, 1.0));
        (plot.left, plot.bottom, plot.width, plot.height) = (6.0, 6.0, 6.0 + RIGHT, TOP + 6.0);
        plot.mark(class, shape, (0.0, 0.0), "");
        let body = plot.body.replace("<title></title>", "");
        format!("<svg class=\"symbol\" viewBox=\"0 {} 12 12\" aria-hidden=\"true\">{body}</svg>", TOP - 6.0)
    }

    /// Adds lines of text in the lower right corner.
    pub fn legend(&mut self, lines: &[String]) {
        let (x, y) = (self.x.to, self.y.from);
        for (index, line) in lines.iter().rev().enumerate() {
            self.text("end", (x, y), (-6.0, -8.0 - 15.0 * index as f64), line);
        }
    }

    /// Returns the finished drawing.
    pub fn svg(&self) -> String {
        let mut axes = String::new();
        let (left, bottom) = (self.left, self.height - self.bottom);
        let _ =
            write!(axes, "<path class=\"axis\" d=\"M{left} {TOP}L{left} {bottom}L{} {bottom}\"/>", self.width - RIGHT);
        let slanted = self.x.names.len() > UPRIGHT;
        for (tick, text) in self.x.ticks() {
            let (x, _) = self.at(tick, self.y.from);
            let text = escaped(&text);
            let _ = if slanted {
                write!(
                    axes,
                    "<text class=\"end\" transform=\"translate({:.1} {:.1}) rotate(-45)\">{text}</text>",
                    x + 4.0,
                    bottom + 12.0
                )
            } else {
                write!(axes, "<text class=\"mid\" x=\"{x:.1}\" y=\"{:.1}\">{text}</text>", bottom + 14.0)
            };
        }
        for (tick, text) in self.y.ticks() {
            let (_, y) = self.at(self.x.from, tick);
            let (x, y) = (left - 5.0, y + 4.0);
            let _ = write!(axes, "<text class=\"end\" x=\"{x:.1}\" y=\"{y:.1}\">{}</text>", escaped(&text));
        }
        let middle = f64::midpoint(left, self.width - RIGHT);
        let _ = write!(
            axes,
            "<text class=\"mid\" x=\"{middle:.1}\" y=\"{:.1}\">{}</text><text class=\"mid\" transform=\"translate(12 {:.1}) rotate(-90)\">{}</text>",
            self.height - 6.0,
            escaped(&self.x.label),
            f64::midpoint(TOP, bottom),
            escaped(&self.y.label)
        );
        let title = escaped(&self.title);
        format!(
            "<svg viewBox=\"0 0 {} {:.0}\" role=\"{}\" aria-label=\"{title}\"><title>{title}</title>{}{axes}</svg>",
            self.width,
            self.height,
            if self.linked { "group" } else { "img" },
            self.body
        )
    }
}

/// Escapes text for HTML and SVG.
pub fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c if is_hidden(c) => out.push('\u{FFFD}'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_escaped() {
        let mut plot = Plot::new("<script>", Axis::new("\"x\"", 0.0, 1.0), Axis::named("y", ["<b>".to_owned()]));
        plot.bar("bar", (0.0, 0.0), (1.0, 1.0), "</title><script>");
        let svg = plot.svg();
        assert!(!svg.contains("<script") && !svg.contains("\"x\"") && !svg.contains("<b>"), "{svg}");
    }
}

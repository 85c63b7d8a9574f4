//! The submission checklist as a form: what every submitter certifies, with the answers a program can derive.
//!
//! The questions are those of the official checklist in short; `tinyaudit init` leaves open what only an engineer can
//! certify, the simulator answers everything.

use crate::read::log::checklist::{Checklist, Item};
use crate::round::Round;

/// What is known of a submission when its form is written.
#[derive(Debug, Clone, Default)]
pub struct Known<'a> {
    /// Name and address of the certifying engineer; both empty where they are not known.
    pub engineer: (&'a str, &'a str),
    /// The systems under test.
    pub systems: Vec<&'a str>,
    /// `closed` or `open`.
    pub division: &'a str,
    /// The availability in the round's words.
    pub category: &'a str,
    /// The benchmarks, by short name.
    pub benchmarks: Vec<&'a str>,
    /// Whether an engineer, or the simulator in one's place, certifies the answers that keep the rules.
    pub certified: bool,
}

/// The form with all that is known ticked.
#[must_use]
pub fn checklist(known: &Known<'_>, round: &Round) -> Checklist {
    let mut form = Form::default();
    form.line(&format!("MLPerf Tiny {} submission checklist", round.name));
    form.line(&format!("Name of Certifying Engineer(s): {}", known.engineer.0));
    form.line(&format!("Email of Certifying Engineer(s): {}", known.engineer.1));
    form.line(&format!("Name(s) of System Under Test: {}", known.systems.join(", ")));
    form.question("Division (check one):");
    form.options(&[("Open", known.division == "open"), ("Closed", known.division == "closed")]);
    form.question("Category (check one):");
    form.options(&[
        ("Available", known.category == "available"),
        ("Preview", known.category == "preview"),
        ("Research, Development, and Internal (RDI)", known.category == "rdi"),
    ]);
    form.question("Benchmark(s) (check all that apply):");
    for (name, spec) in &round.benchmarks {
        form.options(&[(&spec.title, known.benchmarks.contains(&name.as_str()))]);
    }
    let sure = known.certified;
    form.yes_or_no("Accuracy: was the whole validation set run? (check one)", sure, true);
    form.yes_or_no("Is the same code run in accuracy and performance modes? (check one)", sure, true);
    form.yes_or_no(
        "Are weights calibrated with data outside of the official calibration set? (check one)",
        sure,
        false,
    );
    form.question("Numerics (check all that apply)");
    form.options(&[("INT8", sure), ("INT16", false), ("FP16", false), ("FP32", false)]);
    form.line("Other numerics");
    form.question("Backend (check all that apply)");
    form.options(&[("Vendor backend", sure), ("TF-Lite Micro", false), ("Micro TVM", false), ("Other backend", false)]);
    form.question("Caching techniques used (check all that apply):");
    form.options(&[("Inputs", false), ("Responses", false), ("Intermediate computations", false), ("None", sure)]);
    form.question("Which of the following techniques are used? (check all that apply)");
    form.options(&[
        ("Quantization aware training", false),
        ("Weight replacement, supplements or pruning", false),
        ("Weights modified while timed, or a fixed number of queries", false),
        ("None", sure),
    ]);
    form.yes_or_no("Is the submission congruent with all relevant MLPerf rules?", sure, true);
    form.0
}

#[derive(Default)]
struct Form(Checklist);

impl Form {
    fn line(&mut self, text: &str) {
        self.0.lines.push(Item { text: text.trim_end().to_owned(), ticked: false });
    }

    fn question(&mut self, text: &str) {
        self.line(text);
    }

    fn options(&mut self, options: &[(&str, bool)]) {
        self.0.lines.extend(options.iter().map(|(text, ticked)| Item { text: (*text).to_owned(), ticked: *ticked }));
    }

    fn yes_or_no(&mut self, question: &str, sure: bool, yes: bool) {
        self.question(question);
        self.options(&[("Yes", sure && yes), ("No", sure && !yes)]);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::log::checklist;

    #[test]
    fn the_form_is_read_back_as_it_was_filled_in() {
        let round = Round::named("v1.3").unwrap();
        let known = Known { division: "closed", benchmarks: vec!["ic", "sww"], certified: true, ..Known::default() };
        let form = checklist(&known, &round);
        let read = checklist::parse(&checklist::write(&form).unwrap()).unwrap();
        assert_eq!(read, form);
        assert_eq!(read.says_yes("whole validation set"), Some(true));
        assert_eq!(read.says_yes("outside of the official calibration set"), Some(false));
    }
}

use unicode_security::skeleton;

use super::prelude::*;
use crate::parse::text::is_hidden;

check! {
    /// The name of a submitter's folder looks like another name than it is.
    ///
    /// The folder's name is published. Letters of another script that look like Latin ones, invisible characters, and blanks
    /// at the ends make two different names look the same (Unicode Technical Standard 39).
    ///
    /// Calibrated on 42 submitters of six rounds: all names are printable ASCII without blanks at the ends.
    ///
    /// Help: write the name with the letters of one script, without invisible characters.
    ///
    /// Source: MLPerf Tiny rules, 5.1 (the submitter's name); UTS 39.
    "submitter-name-confusable", Structure, Warning, Submitter(check)
}

/// Maximum number of submitters to compare with; a round has a few dozen.
const MOST: usize = 100;

fn check(view: &SubmitterView<'_>, mut found: Findings) -> Outcome {
    let (name, path) = (&view.submitter.name, &view.submitter.path);
    let looks_like: String = skeleton(name).collect();
    // Only names with letters of other scripts are compared with the others, of which a tree may have thousands.
    let others = view.all_submitters().iter().take(if name.is_ascii() { 0 } else { MOST });
    let other = others.filter(|other| other.name != *name).find(|other| skeleton(&other.name).eq(looks_like.chars()));
    let hidden = name.trim() != name || name.chars().any(is_hidden);
    if let Some(other) = other {
        found.at(path, 0, format!("the name looks like that of the submitter `{}`", other.name));
    } else if hidden {
        found.at(path, 0, "the name has blanks at its ends or invisible characters");
    } else if !name.is_ascii() && looks_like.is_ascii() {
        found.at(path, 0, format!("the name looks like `{looks_like}`, but has letters of another script"));
    }
    found.or_pass(Some(Place::whole(path)))
}

use super::prelude::*;
use crate::source::is_system_file;

check! {
    /// A name begins with a dot.
    ///
    /// Such files are easily overlooked; the official checker warns about them. Project files of version control and of
    /// development environments are allowed.
    ///
    /// Help: rename the file or folder, or remove it.
    ///
    /// Official checker: warns.
    ///
    /// Source: `submission_checker.py` ("git unfriendly names").
    "name-hidden", Structure, Warning, Submitter(check)
}

/// Names that are allowed because projects need them.
const NEEDED: [&str; 12] = [
    ".gitignore",
    ".gitkeep",
    ".gitmodules",
    ".gitattributes",
    ".project",
    ".cproject",
    ".settings",
    ".clang-format",
    ".vscode",
    ".mbed",
    ".mbedignore",
    ".github",
];

fn check(view: &SubmitterView<'_>, mut found: Findings) -> Outcome {
    let is_hidden = |name: &str| name.starts_with('.') && !NEEDED.contains(&name) && !is_system_file(name);
    let hidden: Vec<_> = view.entries().iter().filter(|entry| is_hidden(entry.name())).collect();
    if let Some(first) = hidden.first() {
        let finding = found.at(&first.path, 0, format!("the name `{}` begins with a dot", first.name()));
        if hidden.len() > 1 {
            finding.note(format!("the submission contains {} such names; this is the first", hidden.len()));
        }
    }
    found.or_pass(view.folder())
}

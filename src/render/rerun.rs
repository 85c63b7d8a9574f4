//! How logs compare with a model that was run on the official inputs, as text.

use std::io::{self, Write};

use super::untrusted::Untrusted;
use crate::audit::rerun::Outcome;

/// Writes one paragraph per log.
///
/// # Errors
/// If the output cannot be written.
pub fn write(outcome: &Outcome, out: &mut dyn Write) -> io::Result<()> {
    for one in &outcome.replayed {
        writeln!(out, "{}", Untrusted(&one.path).for_terminal())?;
        writeln!(out, "  model: {}", Untrusted(&one.model).for_terminal())?;
        if let Some(path) = &one.weights_in {
            writeln!(
                out,
                "  its weights are in {}; scales and operators are the reference's",
                Untrusted(path).for_terminal()
            )?;
        }
        let missing = if one.missing > 0 { format!("; {} inputs were not found", one.missing) } else { String::new() };
        for comparison in &one.comparisons {
            let (name, exact, near) = (comparison.arithmetic, comparison.exact, comparison.near);
            writeln!(out, "  {name}: {exact} of {} rows are equal, {near} nearly{missing}", one.rows)?;
        }
        let verdict = if one.reproduced {
            "reproduced: the log has the outputs of this model"
        } else {
            "not reproduced: another model, or another arithmetic, which is not an error"
        };
        writeln!(out, "  {verdict}")?;
    }
    for (path, reason) in &outcome.not_compared {
        writeln!(out, "{}: not compared: {}", Untrusted(path).for_terminal(), Untrusted(reason).for_terminal())?;
    }
    Ok(())
}

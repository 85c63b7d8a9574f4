use super::prelude::*;

check! {
    /// A waiver covers no finding.
    ///
    /// The finding it was made for is gone, or the waiver is misspelled.
    ///
    /// Help: remove the waiver, or correct its rule and path.
    ///
    /// Source: waivers are decisions on findings (MLPerf submission rules, 3 and 6).
    "waiver-unused", Structure, Warning, Engine
}

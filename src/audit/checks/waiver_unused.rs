use super::prelude::*;

check! {
    /// A waiver does not match any finding.
    ///
    /// The finding it was written for is gone, or its rule or path is misspelled.
    ///
    /// Help: remove the waiver, or correct its rule and path.
    ///
    /// Source: waivers are decisions on findings (MLPerf submission rules, 3 and 6).
    "waiver-unused", Structure, Warning, Engine
}

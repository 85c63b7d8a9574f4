use super::prelude::*;

check! {
    /// The evidence exists, but does not prove the claimed figure.
    ///
    /// A figure is published only if every check that affects it passes at a line of the raw evidence (`check --proof`
    /// lists them). If a file lacks what decides one of these checks, the figure may be right, but nobody can know. If
    /// the whole file is missing, another rule reports it. A waiver may name this rule or the undecided one.
    ///
    /// Help: submit all files of one session, unedited; or measure again.
    ///
    /// Source: MLPerf Tiny rules, 2.3 and 5.1 (results must be reproducible from the logs); of 785 claims in v1.1 to
    /// v1.3, every one that cannot be proven lacks a file.
    "evidence-undecided", Evidence, Error, Engine
}

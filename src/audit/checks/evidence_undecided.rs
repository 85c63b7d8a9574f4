use super::prelude::*;

check! {
    /// The evidence is there, but does not prove the claimed figure.
    ///
    /// A figure is published only when every check that affects it passes at a line of the raw evidence (`check --proof` lists
    /// them). Where a file lacks what would decide one, the figure may be right, but nobody can know. A figure whose file is
    /// missing altogether is another rule's finding. A waiver may name this rule or the one that is undecided.
    ///
    /// Help: submit the files of one whole session, unedited; or measure again.
    ///
    /// Source: MLPerf Tiny rules, 2.3 and 5.1 (results must be reproducible from the logs); of 785 claims in v1.1 to v1.3
    /// every one that cannot be proven lacks a file.
    "evidence-undecided", Evidence, Error, Engine
}

//! Documents of a submission: system descriptions, checklists, PDF.

pub mod checklist;
pub mod description;
pub mod pdf;

//! Parsers of a submission's documents: system descriptions and checklists, the latter in Word files or PDFs.

pub mod checklist;
pub mod description;
pub mod pdf;

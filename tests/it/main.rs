//! Integration tests, one module per subject.
#![allow(clippy::unwrap_used)]

mod adversary;
mod archives;
mod bench;
mod bounds;
mod browser;
// The cases contain names and links that Windows does not allow.
#[cfg(unix)]
mod cases;
mod catalogue;
mod cli;
mod console;
mod corpus;
mod damage;
#[cfg(unix)]
mod foreign;
mod forensics;
mod forgery;

mod formats;
mod fuzzing;
mod golden;
mod guarantees;
#[cfg(unix)]
mod honest;
mod hostile;
mod infer;
mod inputs;
mod layers;
mod letters;
mod mutation;
#[cfg(unix)]
mod official;
mod package;
#[cfg(unix)]
mod ports;
mod properties;
mod reconcile;
mod schemas;
mod score;
mod sessions;
#[cfg(unix)]
mod signals;
mod skipping;
#[cfg(unix)]
mod strangers;
mod structure;
mod tables;
mod tcp;
mod triage;
#[cfg(unix)]
mod waivers;
mod web;
mod words;

//! The integration tests, one module a subject.
#![allow(clippy::unwrap_used)]

mod corpus;
mod layers;
mod schemas;

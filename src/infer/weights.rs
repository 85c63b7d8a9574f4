//! Recognises the weights of the reference models by content, in any layout.
//!
//! A tensor is known by two numbers: the sum of pseudo-random numbers, one per value, which does not depend on the order
//! of the values, and a hash of the values in order. The sum of every window of a file is compared with those of the
//! tensors of that length; a window with the right sum is brought into the order of every usual layout, and the hash
//! decides which one it is. Neither contains the weights. Tensors of models and tables are also compared with a sample of
//! the reference's, times a factor per channel.

mod equalised;
mod fingerprint;
mod images;
mod layout;
mod reference;
mod scanner;
mod search;
mod tables;

pub use fingerprint::Form;
#[cfg(any(feature = "cli", feature = "internals"))]
pub use fingerprint::{Print, alive_multiply_adds, forms_of, lines_of};
pub use reference::{Reference, references};
pub use search::{Found, begins_like_model, search, search_model};

//! Fast hashes of texts that are not cryptographic.

use std::hash::Hasher;

/// Returns a 64-bit hash of a text, to compare long lists of commands without keeping them. Processes eight bytes at a
/// time, as the commands of a round are tens of megabytes.
#[must_use]
pub(crate) fn fingerprint(text: &[u8]) -> u64 {
    let mix = |hash: u64, word: u64| (hash ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15).rotate_left(29);
    let (words, rest) = text.as_chunks::<8>();
    let hash = words.iter().fold(text.len() as u64, |hash, word| mix(hash, u64::from_le_bytes(*word)));
    match text.last_chunk::<8>() {
        _ if rest.is_empty() => hash,
        // The last word overlaps the previous one.
        Some(last) => mix(hash, u64::from_le_bytes(*last)),
        None => rest.iter().fold(hash, |hash, byte| mix(hash, u64::from(*byte))),
    }
}

/// Hasher based on [`fingerprint`]: fast, but collisions can be constructed by whoever chooses the keys.
#[derive(Default)]
pub(crate) struct FingerprintHasher(u64);

impl Hasher for FingerprintHasher {
    fn write(&mut self, bytes: &[u8]) {
        self.0 = self.0.rotate_left(8) ^ fingerprint(bytes);
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_changes_the_fingerprint() {
        for length in 0..20 {
            let text = vec![b'x'; length];
            assert_ne!(fingerprint(&text), fingerprint(&[&text[..], b"x"].concat()));
            for at in 0..length {
                let mut other = text.clone();
                other[at] = b'y';
                assert_ne!(fingerprint(&text), fingerprint(&other), "{length} {at}");
            }
        }
    }
}

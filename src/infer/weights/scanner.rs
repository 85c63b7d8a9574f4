//! Finds windows of a stream whose values have the sum of a known tensor.
//!
//! The sum of a window is the difference of two sums from the beginning. All lengths are compared at once in blocks, so
//! that the sums stay in the processor's cache and the compiler can compare several at a time.

use super::fingerprint::{Value, sum_of};

/// Values that are added before windows are compared.
const BLOCK: usize = 16 << 10;
/// Positions compared at a time.
const STRIP: usize = 1 << 10;
/// A run of one value of this length belongs to no tensor.
const RUN: usize = 4 << 10;

/// A tensor that is searched for: its sum and its index in a list of the caller.
#[derive(Debug, Clone, Copy)]
pub(super) struct Target {
    pub sum: u64,
    pub index: usize,
}

/// Tensors by number of values.
#[derive(Debug, Default)]
pub(super) struct Targets {
    by_length: Vec<(usize, Vec<Target>)>,
}

impl Targets {
    pub(super) fn new(tensors: impl Iterator<Item = (usize, Target)>) -> Self {
        let mut by_length: std::collections::BTreeMap<usize, Vec<Target>> = std::collections::BTreeMap::new();
        for (length, target) in tensors {
            by_length.entry(length).or_default().push(target);
        }
        Self { by_length: by_length.into_iter().collect() }
    }

    fn longest(&self) -> usize {
        self.by_length.last().map_or(0, |(length, _)| *length)
    }
}

/// A window with the sum of a tensor.
pub(super) struct Hit<'a, T> {
    /// Index of the tensor.
    pub index: usize,
    /// Place of its first value in the stream, in values.
    pub place: u64,
    /// The values.
    pub window: &'a [T],
}

/// Scans a stream of values.
pub(super) struct Scanner<'a, T> {
    targets: &'a Targets,
    values: Vec<T>,
    /// `sums[i]` is the sum of the first `i` values, modulo 2^32.
    sums: Vec<u32>,
    /// Place of the first value in the stream.
    base: u64,
    /// Number of values that were compared as ends of windows.
    done: usize,
}

impl<'a, T: Value> Scanner<'a, T> {
    pub(super) fn new(targets: &'a Targets) -> Self {
        Self { targets, values: Vec::new(), sums: vec![0], base: 0, done: 0 }
    }

    /// Forgets all values: what follows does not continue them. The next value has this place.
    pub(super) fn restart(&mut self, place: u64) {
        self.values.clear();
        self.sums.clear();
        self.sums.push(0);
        (self.base, self.done) = (place, 0);
    }

    /// Adds values and reports windows with the sum of a tensor.
    pub(super) fn push(&mut self, values: &[T], mut report: impl FnMut(Hit<'_, T>)) {
        for part in values.chunks(BLOCK) {
            let run = part.len() >= RUN && part.iter().all(|value| *value == part[0]);
            if run {
                self.compare(&mut report);
                self.restart(self.base + self.values.len() as u64 + part.len() as u64);
                continue;
            }
            for value in part {
                let before = self.sums.last().copied().unwrap_or(0);
                #[allow(clippy::cast_possible_truncation)] // modulo 2^32
                self.sums.push(before.wrapping_add(value.number() as u32));
                self.values.push(*value);
            }
            if self.values.len() - self.done >= BLOCK {
                self.compare(&mut report);
            }
        }
    }

    /// Reports what is left at the end of the stream.
    pub(super) fn finish(&mut self, mut report: impl FnMut(Hit<'_, T>)) {
        self.compare(&mut report);
    }

    /// Returns the last `count` values, if they are still there: as many as the longest tensor has.
    pub(super) fn last(&self, count: usize) -> Option<&[T]> {
        self.values.len().checked_sub(count).map(|start| &self.values[start..])
    }

    /// Compares the windows that end in the values added since the last time, and drops what is no longer needed.
    fn compare(&mut self, report: &mut impl FnMut(Hit<'_, T>)) {
        let end = self.values.len();
        let mut differences = [0_u32; STRIP];
        for (length, targets) in &self.targets.by_length {
            let first = (self.done + 1).saturating_sub(*length);
            let last = (end + 1).saturating_sub(*length);
            let mut start = first;
            while start < last {
                let count = (last - start).min(STRIP);
                let after = start + length;
                // Sums of windows that begin at `start`, `start` + 1, …
                let (before, behind) = (&self.sums[start..start + count], &self.sums[after..]);
                for ((difference, before), behind) in differences.iter_mut().zip(before).zip(behind) {
                    *difference = behind.wrapping_sub(*before);
                }
                for target in targets {
                    #[allow(clippy::cast_possible_truncation)] // modulo 2^32
                    let sum = target.sum as u32;
                    // Without an early end, several positions are compared at once.
                    let hits = differences[..count].iter().map(|difference| u32::from(*difference == sum)).sum::<u32>();
                    if hits > 0 {
                        let places = differences[..count].iter().enumerate().filter(|(_, one)| **one == sum);
                        places.for_each(|(place, _)| self.verify(start + place, *length, *target, report));
                    }
                }
                start += count;
            }
        }
        let keep = self.targets.longest().min(end);
        self.values.drain(..end - keep);
        self.sums.drain(..end - keep);
        self.base += (end - keep) as u64;
        self.done = keep;
    }

    /// Reports a window if its whole sum is that of the tensor.
    fn verify(&self, start: usize, length: usize, target: Target, report: &mut impl FnMut(Hit<'_, T>)) {
        let window = &self.values[start..start + length];
        if sum_of(window) == target.sum {
            report(Hit { index: target.index, place: self.base + start as u64, window });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn targets(tensors: &[Vec<u8>]) -> Targets {
        let target = |(index, tensor): (usize, &Vec<u8>)| (tensor.len(), Target { sum: sum_of(tensor), index });
        Targets::new(tensors.iter().enumerate().map(target))
    }

    fn found(stream: &[u8], targets: &Targets, part: usize) -> Vec<(usize, u64)> {
        let mut scanner = Scanner::new(targets);
        let mut hits = Vec::new();
        for part in stream.chunks(part) {
            scanner.push(part, |hit| hits.push((hit.index, hit.place)));
        }
        scanner.finish(|hit| hits.push((hit.index, hit.place)));
        hits.sort_unstable();
        hits
    }

    proptest! {
        /// A tensor is found wherever it lies, in any order of its values, however the stream is cut.
        #[test]
        fn a_tensor_is_found_anywhere(
            tensor in proptest::collection::vec(any::<u8>(), 64..300),
            before in 0..70_000_usize,
            after in 0..300_usize,
            part in 1..40_000_usize,
        ) {
            let noise = |count: usize| (0..count).map(|index| u8::try_from(index * index % 249).unwrap());
            let mut shuffled = tensor.clone();
            shuffled.reverse();
            let stream: Vec<u8> = noise(before).chain(shuffled).chain(noise(after)).collect();
            let hits = found(&stream, &targets(std::slice::from_ref(&tensor)), part);
            prop_assert!(hits.contains(&(0, before as u64)), "{hits:?}");
        }
    }

    #[test]
    fn a_changed_value_and_runs_of_one_value_are_not_found() {
        let tensor: Vec<u8> = (0..=255).collect();
        let targets = targets(std::slice::from_ref(&tensor));
        let mut changed = tensor.clone();
        changed[7] ^= 1;
        assert_eq!(found(&changed, &targets, 100), []);
        let stream: Vec<u8> = vec![0; 200_000].into_iter().chain(tensor).chain(vec![9; 100_000]).collect();
        assert_eq!(found(&stream, &targets, 16 << 10), [(0, 200_000)]);
    }
}

//! Orders in which the values of a tensor are stored.
//!
//! A layout is an order of the dimensions, of which one or two may be split into blocks whose values are innermost, as
//! kernels with vector instructions need them.

use std::fmt;

use super::fingerprint::{HEAD, Print, Value, hash_of};

/// Sizes of blocks.
const BLOCKS: [usize; 4] = [4, 2, 16, 8];

/// An order of the values of a tensor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Layout {
    /// Dimensions, outermost first.
    order: Vec<usize>,
    /// Dimensions that are split, with the sizes of their blocks. The blocks take the dimension's place in the order,
    /// and their values are innermost, in the order of this list.
    blocks: Vec<(usize, usize)>,
}

impl Layout {
    /// Returns per dimension the size of its blocks, and the distances of blocks and of the values of a block.
    fn strides(&self, shape: &[usize]) -> Vec<(usize, usize, usize)> {
        let mut strides = vec![(1, 0, 0); shape.len()];
        let mut stride = 1;
        for (index, size) in self.blocks.iter().rev() {
            strides[*index] = (*size, 0, stride);
            stride *= size;
        }
        for index in self.order.iter().rev() {
            let size = strides[*index].0;
            strides[*index].1 = stride;
            stride *= shape[*index] / size;
        }
        strides
    }

    /// Returns the hash of the first `count` values of a window, in the order of the reference, if it has this layout.
    fn hash<T: Value>(&self, window: &[T], shape: &[usize], count: usize) -> u64 {
        let strides = self.strides(shape);
        let mut index = vec![0_usize; shape.len()];
        let place = |index: &[usize]| -> usize {
            let parts = index.iter().zip(&strides);
            parts.map(|(at, (size, outer, inner))| at / size * outer + at % size * inner).sum()
        };
        hash_of((0..count.min(window.len())).map(|_| {
            let value = window.get(place(&index)).copied().unwrap_or_default();
            for (at, size) in index.iter_mut().zip(shape).rev() {
                *at += 1;
                if *at < *size {
                    break;
                }
                *at = 0;
            }
            value
        }))
    }

    /// Returns where the value at a place of the reference, in order, is stored.
    #[must_use]
    pub(super) fn place_of(&self, shape: &[usize], place: usize) -> usize {
        let (mut rest, mut stored) = (place, 0);
        for (size, (block, outer, inner)) in shape.iter().zip(self.strides(shape)).rev() {
            let at = rest % size;
            rest /= size;
            stored += at / block * outer + at % block * inner;
        }
        stored
    }

    pub(super) fn name(&self, shape: &[usize]) -> Name<'_> {
        let letters = match shape {
            [1, _, _, _] => "1HWC",
            [_, _, _, _] => "OHWI",
            [_, _] => "OI",
            _ => "ABCDEF",
        };
        Name { layout: self, letters }
    }
}

/// Name of a layout: `OHWI` for output channels, height, width, input channels; `HWIO`; `OHWI-O2I4` if blocks of two
/// output channels by four input channels are innermost.
pub(super) struct Name<'a> {
    layout: &'a Layout,
    letters: &'static str,
}

impl fmt::Display for Name<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let letter = |index: usize| self.letters.chars().nth(index).unwrap_or('?');
        let Layout { order, blocks } = self.layout;
        order.iter().try_for_each(|index| write!(f, "{}", letter(*index)))?;
        if !blocks.is_empty() {
            f.write_str("-")?;
        }
        blocks.iter().try_for_each(|(index, size)| write!(f, "{}{size}", letter(*index)))
    }
}

/// Returns the name of the layout in which a window has the values of a tensor; `None` if it is not a usual one.
#[must_use]
pub(super) fn layout_of<T: Value>(window: &[T], print: &Print) -> Option<String> {
    let shape = &print.shape;
    let is_it = |layout: &Layout| {
        layout.hash(window, shape, HEAD) == print.head && layout.hash(window, shape, usize::MAX) == print.hash
    };
    layouts(shape).find(is_it).map(|layout| layout.name(shape).to_string())
}

/// Returns the dimensions of a tensor that are larger than 1; the others do not matter.
fn wide(shape: &[usize]) -> Vec<usize> {
    (0..shape.len()).filter(|index| shape[*index] > 1).collect()
}

/// Returns the orders of the dimensions of a tensor, its own first.
fn orders(shape: &[usize]) -> Vec<Vec<usize>> {
    let mut orders = Vec::new();
    permutations(&mut wide(shape), 0, &mut orders);
    orders.sort();
    orders
}

/// Returns the layouts of a tensor without blocks.
pub(super) fn permuted(shape: &[usize]) -> impl Iterator<Item = Layout> {
    orders(shape).into_iter().map(|order| Layout { order, blocks: Vec::new() })
}

/// Returns the layouts of a tensor, the most usual first.
fn layouts(shape: &[usize]) -> impl Iterator<Item = Layout> {
    let (wide, orders) = (wide(shape), orders(shape));
    let fits = |index: usize, size: usize| shape[index].is_multiple_of(size) && shape[index] > size;
    let single: Vec<(usize, usize)> =
        BLOCKS.iter().flat_map(|size| wide.iter().map(move |index| (*index, *size))).collect();
    let single: Vec<(usize, usize)> = single.into_iter().filter(|(index, size)| fits(*index, *size)).collect();
    let pairs = single.iter().flat_map(|a| single.iter().filter(|b| b.0 != a.0).map(|b| vec![*a, *b]));
    let blocks: Vec<Vec<(usize, usize)>> =
        std::iter::once(Vec::new()).chain(single.iter().map(|one| vec![*one])).chain(pairs).collect();
    blocks.into_iter().flat_map(move |blocks| {
        let orders = orders.clone();
        orders.into_iter().map(move |order| Layout { order, blocks: blocks.clone() })
    })
}

fn permutations(items: &mut Vec<usize>, start: usize, found: &mut Vec<Vec<usize>>) {
    if start >= items.len() {
        found.push(items.clone());
        return;
    }
    for index in start..items.len() {
        items.swap(start, index);
        permutations(items, start + 1, found);
        items.swap(start, index);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::infer::weights::fingerprint::{Form, sum_of};

    fn print_of(values: &[u8], shape: &[usize]) -> Print {
        Print {
            form: Form::Int8,
            shape: shape.to_vec(),
            alive: values.len(),
            sum: sum_of(values),
            head: hash_of(values.iter().copied().take(HEAD)),
            hash: hash_of(values.iter().copied()),
            sample: None,
        }
    }

    /// Stores a tensor in a layout.
    fn stored(values: &[u8], shape: &[usize], layout: &Layout) -> Vec<u8> {
        let mut out = vec![0; values.len()];
        for (place, value) in values.iter().enumerate() {
            out[layout.place_of(shape, place)] = *value;
        }
        out
    }

    #[allow(clippy::cast_possible_truncation)] // wraps
    fn values(count: u32) -> Vec<u8> {
        (0..count).map(|index| (index * index % 251) as u8).collect()
    }

    #[test]
    fn every_layout_is_recognised() {
        let shape = [4, 3, 3, 8];
        let values = values(288);
        let print = print_of(&values, &shape);
        let mut names = std::collections::BTreeSet::new();
        for layout in layouts(&shape) {
            let stored = stored(&values, &shape, &layout);
            assert_eq!(layout.hash(&stored, &shape, usize::MAX), print.hash, "{}", layout.name(&shape));
            assert!(layout_of(&stored, &print).is_some());
            assert!(names.insert(layout.name(&shape).to_string()), "{}", layout.name(&shape));
        }
        for name in ["OHWI", "HWIO", "OHWI-I4", "OHWI-O2I4"] {
            assert!(names.contains(name), "{name}");
        }
        assert_eq!(layout_of(&values, &print).as_deref(), Some("OHWI"));
    }

    #[test]
    fn a_shuffled_tensor_has_no_layout() {
        let shape = [8, 16];
        let mut values: Vec<u8> = (0..128).collect();
        let print = print_of(&values, &shape);
        values.swap(3, 90);
        assert_eq!(layout_of(&values, &print), None);
    }
}

//! Orders in which the values of a tensor are stored.
//!
//! A layout is an order of the dimensions, of which one or two may be split into blocks whose values are innermost, as
//! kernels with vector instructions need them. Bytes may be exchanged within words, as instructions that widen two bytes of
//! a word at a time need them. Matrices may be stored in groups of six rows.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

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
    /// Whether the even columns of a window are stored before the odd ones, as convolutions with a stride of 2 read them.
    even_first: bool,
}

/// The dimension of a filter's columns.
const WIDTH: usize = 2;

impl Layout {
    /// Returns where a value is along a dimension of a size.
    const fn along(&self, dimension: usize, at: usize, size: usize) -> usize {
        match (self.even_first && dimension == WIDTH, at % 2) {
            (false, _) => at,
            (true, 0) => at / 2,
            (true, _) => size.div_ceil(2) + at / 2,
        }
    }

    /// Returns where the values of a tensor of a shape are stored.
    #[must_use]
    pub(super) fn places(&self, shape: &[usize]) -> Places {
        // Per dimension: the size of its blocks, the distance of blocks, and that of the values of a block.
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
        let along = |(dimension, (size, (block, outer, inner))): (usize, (&usize, (usize, usize, usize)))| {
            let place = |at| {
                let at = self.along(dimension, at, *size);
                at / block * outer + at % block * inner
            };
            (0..*size).map(place).collect()
        };
        Places { offsets: shape.iter().zip(strides).enumerate().map(along).collect() }
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
        let Layout { order, blocks, even_first } = self.layout;
        order.iter().try_for_each(|index| write!(f, "{}", letter(*index)))?;
        if !blocks.is_empty() {
            f.write_str("-")?;
        }
        blocks.iter().try_for_each(|(index, size)| write!(f, "{}{size}", letter(*index)))?;
        if *even_first { f.write_str(", even columns first") } else { Ok(()) }
    }
}

/// Where the values of a tensor are stored, per dimension and index.
pub(super) struct Places {
    offsets: Vec<Vec<usize>>,
}

impl Places {
    /// Returns where the value at a place of the reference, in order, is stored.
    #[must_use]
    pub(super) fn of(&self, place: usize) -> usize {
        let mut rest = place;
        let mut along = |offsets: &Vec<usize>| {
            let offset = offsets[rest % offsets.len()];
            rest /= offsets.len();
            offset
        };
        self.offsets.iter().rev().map(&mut along).sum()
    }

    /// Returns where all values are stored, in the order of the reference: as [`Places::of`], without divisions.
    fn all(&self) -> Vec<usize> {
        let inside = |places: Vec<usize>, along: &Vec<usize>| {
            places.iter().flat_map(|place| along.iter().map(move |offset| place + offset)).collect()
        };
        self.offsets.iter().fold(vec![0], inside)
    }
}

/// Orders of the values within groups of so many: the place of each value in its group.
const EXCHANGED: [&[usize]; 4] = [&[0], &[1, 0], &[2, 0, 3, 1], &[0, 2, 1, 3]];

/// Rows that are stored together, a few values of each at a time.
const GROUP: (usize, usize) = (6, 4);

/// Places of the first values of a tensor in every layout.
type Heads = Arc<Vec<[u32; HEAD]>>;

/// Returns the places of the first values of a tensor in every layout, computed once per shape: most windows have none of
/// the layouts, and are ruled out by these values.
fn heads_of(shape: &[usize]) -> Heads {
    static KNOWN: LazyLock<Mutex<BTreeMap<Vec<usize>, Heads>>> = LazyLock::new(Mutex::default);
    let mut known = KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let head = |layout: Layout| {
        let places = layout.places(shape);
        std::array::from_fn(|place| u32::try_from(places.of(place)).unwrap_or(u32::MAX))
    };
    let heads = known.entry(shape.to_vec()).or_insert_with(|| Arc::new(layouts(shape).map(head).collect()));
    Arc::clone(heads)
}

/// Names of layouts by the hashes of tensor and window.
type Known = BTreeMap<(u64, u64), Option<String>>;

/// Most layouts that are remembered.
const MOST_KNOWN: usize = 4096;

/// Returns the name of the layout in which a window has the values of a tensor; `None` if it is not a usual one. Files of
/// a submitter often hold the same window, so the answer is remembered.
#[must_use]
pub(super) fn layout_of<T: Value>(window: &[T], print: &Print) -> Option<String> {
    static KNOWN: LazyLock<Mutex<Known>> = LazyLock::new(Mutex::default);
    let known = || KNOWN.lock().unwrap_or_else(PoisonError::into_inner);
    let key = (print.hash, hash_of(window.iter().copied()));
    let before = known().get(&key).cloned();
    before.unwrap_or_else(|| {
        let found = searched(window, print);
        let mut known = known();
        if known.len() < MOST_KNOWN {
            known.insert(key, found.clone());
        }
        found
    })
}

fn searched<T: Value>(window: &[T], print: &Print) -> Option<String> {
    let shape = &print.shape;
    let heads = heads_of(shape);
    let exchanged = EXCHANGED.iter().find_map(|order| {
        // Groups at the end that are not full are stored as they are.
        let whole = window.len() - window.len() % order.len();
        let within: Vec<usize> =
            (0..order.len()).filter_map(|value| order.iter().position(|at| *at == value)).collect();
        let value = |place: usize| {
            let place = if within.len() > 1 && place < whole {
                let rest = place % within.len();
                place - rest + within[rest]
            } else {
                place
            };
            window.get(place).copied().unwrap_or_default()
        };
        let fits =
            |(_, head): &(usize, &[u32; HEAD])| hash_of(head.iter().map(|place| value(*place as usize))) == print.head;
        let is_it = |layout: &Layout| hash_of(layout.places(shape).all().into_iter().map(value)) == print.hash;
        let mut fitting = heads.iter().enumerate().filter(fits).filter_map(|(index, _)| layouts(shape).nth(index));
        let name = fitting.find(is_it)?.name(shape).to_string();
        let places: String = order.iter().map(ToString::to_string).collect();
        Some(if order.len() > 1 { format!("{name}, exchanged {places}") } else { name })
    });
    let in_groups = || {
        let rows = ungrouped(window, shape)?;
        (hash_of(rows.into_iter()) == print.hash).then(|| format!("OI-O{}I{}", GROUP.0, GROUP.1))
    };
    exchanged.or_else(in_groups)
}

/// Returns the values of a matrix, row by row, that is stored in groups of rows. Rows that do not fill a group
/// are stored as they are.
fn ungrouped<T: Value>(window: &[T], shape: &[usize]) -> Option<Vec<T>> {
    let (rows, columns) = (*shape.first()?, *shape.last()?);
    if rows * columns != window.len() || rows < 2 || !columns.is_multiple_of(GROUP.1) {
        return None;
    }
    let mut values = vec![T::default(); window.len()];
    for (row, values) in values.chunks_mut(columns).enumerate() {
        let first = row - row % GROUP.0;
        let (first, height) = if first + GROUP.0 <= rows { (first, GROUP.0) } else { (row, 1) };
        for (part, values) in values.chunks_mut(GROUP.1).enumerate() {
            let start = first * columns + (part * height + row - first) * GROUP.1;
            values.copy_from_slice(window.get(start..start + GROUP.1)?);
        }
    }
    Some(values)
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
    orders(shape).into_iter().map(|order| Layout { order, blocks: Vec::new(), even_first: false })
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
    let has_columns = shape.len() == 4 && shape[WIDTH] > 2;
    let even_first = if has_columns { &[false, true][..] } else { &[false] };
    even_first.iter().flat_map(move |even_first| {
        let (blocks, orders) = (blocks.clone(), orders.clone());
        blocks.into_iter().flat_map(move |blocks| {
            let orders = orders.clone();
            orders.into_iter().map(move |order| Layout { order, blocks: blocks.clone(), even_first: *even_first })
        })
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

    /// Stores a tensor in a layout, by sorting its values: first by blocks, outermost dimension first, then inside of them.
    fn stored(values: &[u8], shape: &[usize], layout: &Layout) -> Vec<u8> {
        let key = |place: usize| {
            let (mut rest, mut at) = (place, vec![0; shape.len()]);
            for (at, size) in at.iter_mut().zip(shape).rev() {
                *at = rest % size;
                rest /= size;
            }
            if layout.even_first {
                at[WIDTH] = at[WIDTH] / 2 + if at[WIDTH] % 2 == 1 { shape[WIDTH].div_ceil(2) } else { 0 };
            }
            let size = |index: &usize| layout.blocks.iter().find(|(one, _)| one == index).map_or(1, |(_, size)| *size);
            let outer: Vec<usize> = layout.order.iter().map(|index| at[*index] / size(index)).collect();
            let inner: Vec<usize> = layout.blocks.iter().map(|(index, size)| at[*index] % size).collect();
            (outer, inner)
        };
        let mut places: Vec<usize> = (0..values.len()).collect();
        places.sort_by_key(|place| key(*place));
        places.into_iter().map(|place| values[place]).collect()
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
            let (stored, places) = (stored(&values, &shape, &layout), layout.places(&shape));
            let in_order = (0..values.len()).map(|place| stored[places.of(place)]);
            assert_eq!(hash_of(in_order), print.hash, "{}", layout.name(&shape));
            assert!(layout_of(&stored, &print).is_some());
            assert!(names.insert(layout.name(&shape).to_string()), "{}", layout.name(&shape));
        }
        for name in ["OHWI", "HWIO", "OHWI-I4", "OHWI-O2I4"] {
            assert!(names.contains(name), "{name}");
        }
        assert_eq!(layout_of(&values, &print).as_deref(), Some("OHWI"));
    }

    #[test]
    fn exchanged_bytes_and_groups_of_rows_are_recognised() {
        let shape = [16, 3, 3, 16];
        let values = values(2304);
        let print = print_of(&values, &shape);
        for order in &EXCHANGED[1..] {
            let exchanged: Vec<u8> =
                values.chunks(order.len()).flat_map(|group| order.iter().map(|place| group[*place])).collect();
            let name = layout_of(&exchanged, &print).unwrap();
            let places: String = order.iter().map(ToString::to_string).collect();
            assert_eq!(name, format!("OHWI, exchanged {places}"));
        }
        let layout = Layout { order: vec![0, 1, 3, 2], blocks: vec![(3, 2), (0, 2)], even_first: true };
        let stored = stored(&values, &shape, &layout);
        assert_eq!(layout_of(&stored, &print).as_deref(), Some("OHIW-I2O2, even columns first"));
        // The columns of the first filter: 0, 2, 1.
        let column = |column: usize| values[column * 16];
        assert_eq!([0, 4, 8].map(|place| stored[place]), [column(0), column(2), column(1)]);
        // 8 rows of 16: a group of six, and two rows.
        let print = print_of(&values[..128], &[8, 16]);
        let value = |row: usize, column: usize| values[row * 16 + column];
        let group = |rows: std::ops::Range<usize>| {
            (0..16).step_by(4).flat_map(move |first| {
                rows.clone().flat_map(move |row| (first..first + 4).map(move |column| (row, column)))
            })
        };
        let grouped: Vec<u8> =
            group(0..6).chain(group(6..7)).chain(group(7..8)).map(|(row, column)| value(row, column)).collect();
        assert_eq!(layout_of(&grouped, &print).as_deref(), Some("OI-O6I4"));
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

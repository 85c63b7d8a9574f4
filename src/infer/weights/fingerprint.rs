//! Fingerprints of weight tensors.

use std::fmt;
use std::sync::LazyLock;

use super::equalised::Sample;
use crate::infer::ModelError;
use crate::infer::model::{Element, Kind, Model, Operator, Tensor};

/// Minimum number of values of a tensor; smaller ones occur by chance.
pub(crate) const FEWEST: usize = 64;

/// Minimum number of different values of a tensor.
const DIFFERENT: usize = 12;

/// Form in which the weights of a reference model occur.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Form {
    /// The int8 values of the reference model.
    Int8,
    /// The real values of the reference model.
    Float,
    /// The real values, quantised anew with one scale per tensor: the largest magnitude is 127.
    PerTensor,
    /// The real values, quantised anew with one scale per output channel.
    PerChannel,
    /// The int8 values without the channels whose weights are all zero, and without what multiplies these channels.
    Alive,
    /// Each output channel and each input channel times a factor, as equalisation of layers does it.
    Equalised,
}

impl Form {
    const ALL: [(Self, &'static str); 6] = [
        (Self::Int8, "int8"),
        (Self::Float, "float"),
        (Self::PerTensor, "per-tensor"),
        (Self::PerChannel, "per-channel"),
        (Self::Alive, "alive"),
        (Self::Equalised, "equalised"),
    ];

    /// All forms, those that say most first.
    pub const EACH: [Self; 6] =
        [Self::Int8, Self::Float, Self::PerChannel, Self::PerTensor, Self::Alive, Self::Equalised];

    /// Returns the form with this name in `rules/weights`.
    #[must_use]
    pub(crate) fn named(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, known)| *known == name).map(|(form, _)| *form)
    }

    /// Whether the values are 32-bit words rather than bytes.
    #[must_use]
    pub const fn is_float(self) -> bool {
        matches!(self, Self::Float)
    }
}

impl fmt::Display for Form {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(Self::ALL.iter().find(|(form, _)| form == self).map_or("", |(_, name)| name))
    }
}

/// Fingerprint of a tensor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Print {
    /// The form.
    pub form: Form,
    /// Number of values per dimension: output channels, height, width, input channels for a convolution.
    pub shape: Vec<usize>,
    /// Number of values that are not in or behind a channel whose weights are all zero.
    pub alive: usize,
    /// Sum over the values, whatever their order.
    pub sum: u64,
    /// Hash of the first values in order, to rule out a layout quickly.
    pub head: u64,
    /// Hash of the values in order.
    pub hash: u64,
    /// Some of the values, in the form [`Form::Equalised`] only. Its sum and its hashes are a number of the sample.
    pub(super) sample: Option<Sample>,
}

/// Number of values that [`Print::head`] covers.
pub(super) const HEAD: usize = 8;

/// Returns a pseudo-random number for a value (splitmix64).
pub(super) const fn mixed(value: u64) -> u64 {
    let mut z = value.wrapping_add(0x9e37_79b9_7f4a_7c15).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// The numbers of all byte values.
pub(super) static OF_BYTES: LazyLock<[u64; 256]> = LazyLock::new(|| {
    let mut table = [0; 256];
    (0..).zip(&mut table).for_each(|(value, number)| *number = mixed(value));
    table
});

/// A value of a tensor: a byte, or a 32-bit word.
pub(crate) trait Value: Copy + Default + PartialEq {
    /// Its pseudo-random number.
    fn number(self) -> u64;
}

impl Value for u8 {
    fn number(self) -> u64 {
        OF_BYTES[usize::from(self)]
    }
}

impl Value for u32 {
    fn number(self) -> u64 {
        // Never the number of a byte.
        mixed(u64::from(self) | 1 << 40)
    }
}

/// Returns the sum over values, whatever their order.
pub(super) fn sum_of<T: Value>(values: &[T]) -> u64 {
    values.iter().fold(0, |sum, value| sum.wrapping_add(value.number()))
}

/// Returns a hash of values in order.
pub(super) fn hash_of<T: Value>(values: impl Iterator<Item = T>) -> u64 {
    values.fold(0xcbf2_9ce4_8422_2325, |hash: u64, value| {
        (hash ^ value.number()).rotate_left(23).wrapping_mul(0x9e37_79b9_7f4a_7c15)
    })
}

impl Print {
    fn new<T: Value>(form: Form, shape: &[usize], alive: usize, values: &[T]) -> Option<Self> {
        let numbers: std::collections::BTreeSet<u64> = values.iter().map(|value| value.number()).collect();
        let tells = values.len() >= FEWEST && numbers.len() >= DIFFERENT;
        tells.then(|| Self {
            form,
            shape: shape.to_vec(),
            alive,
            sum: sum_of(values),
            head: hash_of(values.iter().copied().take(HEAD)),
            hash: hash_of(values.iter().copied()),
            sample: None,
        })
    }

    fn of_sample(shape: Vec<usize>, alive: usize, sample: Sample) -> Self {
        let number = sample.number();
        Self { form: Form::Equalised, shape, alive, sum: number, head: number, hash: number, sample: Some(sample) }
    }

    /// Number of values.
    #[must_use]
    pub fn elements(&self) -> usize {
        self.shape.iter().product()
    }

    /// Parses a line of `rules/weights`: form, shape, values that are alive, sum, and the hashes of the first values and of
    /// all; for a sample its rows, columns and values instead.
    #[must_use]
    pub(super) fn parse(line: &str) -> Option<Self> {
        let words: Vec<&str> = line.split(' ').collect();
        let [form, shape, alive, a, b, c] = words[..] else { return None };
        let form = Form::named(form)?;
        let shape = shape.split('x').map(|size| size.parse().ok()).collect::<Option<_>>()?;
        let alive = alive.parse().ok()?;
        if form == Form::Equalised {
            return Some(Self::of_sample(shape, alive, Sample::parse(a, b, c)?));
        }
        let number = |text: &str| u64::from_str_radix(text, 16).ok();
        Some(Self { form, shape, alive, sum: number(a)?, head: number(b)?, hash: number(c)?, sample: None })
    }
}

impl fmt::Display for Print {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let shape: Vec<String> = self.shape.iter().map(ToString::to_string).collect();
        write!(f, "{} {} {} ", self.form, shape.join("x"), self.alive)?;
        match &self.sample {
            Some(sample) => sample.fmt(f),
            None => write!(f, "{:016x} {:016x} {:016x}", self.sum, self.head, self.hash),
        }
    }
}

/// Returns the fingerprints of the weights of a TFLite model: of int8 weights as they are and without dead channels, of
/// real weights as they are and quantised anew, and a sample of both. Only tensors with two or more dimensions are weights.
///
/// # Errors
/// If the file is not a valid model.
pub fn forms_of(bytes: &[u8]) -> Result<Vec<Print>, ModelError> {
    // Dead channels follow from the operators; other tensors are still read if an operator is not supported.
    let model = Model::parse(bytes).ok();
    let alive = model.as_ref().map(Alive::new);
    let tensors = match &model {
        Some(model) => model.tensors.clone(),
        None => Model::constants(bytes)?,
    };
    let mut prints = Vec::new();
    for (index, tensor) in tensors.iter().enumerate() {
        let Some((_, data)) = tensor.data.as_ref().filter(|_| tensor.shape.len() >= 2) else { continue };
        match tensor.element {
            Element::I8 => {
                let kept = alive.as_ref().and_then(|alive| alive.kept(index));
                let count = kept.as_ref().map_or(data.len(), |kept| kept.iter().filter(|kept| **kept).count());
                prints.extend(Print::new(Form::Int8, &tensor.shape, count, data));
                prints.extend(sampled(&tensor.shape, count, data));
                if let Some(kept) = kept.filter(|_| count < data.len()) {
                    let without: Vec<u8> =
                        data.iter().zip(&kept).filter(|(_, kept)| **kept).map(|(byte, _)| *byte).collect();
                    prints.extend(Print::new(Form::Alive, &alive_shape(&tensor.shape, &kept), count, &without));
                }
            }
            Element::F32 => prints.extend(of_reals(tensor, data)),
            Element::I32 | Element::Other(_) => {}
        }
    }
    prints.sort_by(|a, b| (a.form, &a.shape, a.sum).cmp(&(b.form, &b.shape, b.sum)));
    prints.dedup();
    Ok(prints)
}

/// Returns the shape of a filter without the outputs and inputs of which nothing is kept.
fn alive_shape(shape: &[usize], kept: &[bool]) -> Vec<usize> {
    let (outer, inner) = (shape[0], shape[shape.len() - 1]);
    let per_output = kept.len() / outer.max(1);
    let outputs = kept.chunks(per_output.max(1)).filter(|row| row.contains(&true)).count();
    let inputs = (0..inner).filter(|input| kept.iter().skip(*input).step_by(inner).any(|kept| *kept)).count();
    let mut alive = shape.to_vec();
    if let Some(first) = alive.first_mut() {
        *first = outputs;
    }
    if let Some(last) = alive.last_mut() {
        *last = inputs;
    }
    alive
}

/// Number of multiply-adds of one inference, without weights in or behind channels whose weights are all zero.
#[must_use]
pub fn alive_multiply_adds(model: &Model) -> u64 {
    let alive = Alive::new(model);
    let of = |operator: &Operator| {
        let all = model.multiply_adds_of(operator);
        let filter = operator.inputs.get(1).copied().flatten();
        let int8 = filter.filter(|index| model.tensors.get(*index).is_some_and(|one| one.element == Element::I8));
        let Some(kept) = int8.and_then(|filter| alive.kept(filter)).filter(|kept| !kept.is_empty()) else { return all };
        let count = kept.iter().filter(|kept| **kept).count() as u64;
        all / kept.len() as u64 * count
    };
    model.operators.iter().map(of).fold(0, u64::saturating_add)
}

/// Formats fingerprints, one per line.
#[must_use]
pub fn lines_of(prints: &[Print]) -> String {
    prints.iter().fold(String::new(), |all, print| all + &print.to_string() + "\n")
}

/// Returns the print of a sample of int8 values.
fn sampled(shape: &[usize], alive: usize, data: &[u8]) -> Option<Print> {
    let values: Vec<i8> = data.iter().map(|byte| byte.cast_signed()).collect();
    Some(Print::of_sample(shape.to_vec(), alive, Sample::of(shape, &values)?))
}

fn of_reals(tensor: &Tensor, data: &[u8]) -> Vec<Print> {
    let words: Vec<u32> = data.as_chunks::<4>().0.iter().map(|word| u32::from_le_bytes(*word)).collect();
    let reals: Vec<f32> = words.iter().map(|word| f32::from_bits(*word)).collect();
    let count = words.len();
    let mut prints: Vec<Print> = Print::new(Form::Float, &tensor.shape, count, &words).into_iter().collect();
    let whole: Vec<u8> = quantised(&reals, largest(reals.iter()));
    prints.extend(Print::new(Form::PerTensor, &tensor.shape, count, &whole));
    // Depthwise filters have one image of channels; others are stored by output channel.
    let channels = if tensor.shape[0] == 1 { tensor.shape[tensor.shape.len() - 1] } else { tensor.shape[0] };
    let stride = if tensor.shape[0] == 1 { 1 } else { count / channels.max(1) };
    let channel = |index: usize| (index / stride) % channels;
    let mut scales = vec![0.0_f32; channels];
    reals.iter().enumerate().for_each(|(index, real)| {
        let scale = &mut scales[channel(index)];
        *scale = scale.max(real.abs());
    });
    let by_channel: Vec<u8> =
        reals.iter().enumerate().flat_map(|(index, real)| quantised(&[*real], scales[channel(index)])).collect();
    prints.extend(Print::new(Form::PerChannel, &tensor.shape, count, &by_channel));
    prints.extend(sampled(&tensor.shape, count, &by_channel));
    prints
}

fn largest<'a>(reals: impl Iterator<Item = &'a f32>) -> f32 {
    reals.fold(0.0, |most, real| most.max(real.abs()))
}

/// Quantises so that the largest magnitude becomes 127.
#[allow(clippy::cast_possible_truncation)] // limited to 8 bits
fn quantised(reals: &[f32], largest: f32) -> Vec<u8> {
    let scale = largest / 127.0;
    let value = |real: &f32| if scale > 0.0 { (real / scale).round().clamp(-127.0, 127.0) as i8 } else { 0 };
    reals.iter().map(|real| value(real).cast_unsigned()).collect()
}

/// Which channels of every tensor of a chain of convolutions are not constant.
struct Alive<'a> {
    model: &'a Model,
    /// Per tensor, which of its last dimension's channels are not constant; `None` if all are not.
    channels: Vec<Option<Vec<bool>>>,
}

impl<'a> Alive<'a> {
    /// Follows channels whose weights are all zero through the operators.
    fn new(model: &'a Model) -> Self {
        let mut channels: Vec<Option<Vec<bool>>> = vec![None; model.tensors.len()];
        for operator in &model.operators {
            let of = |index: usize| operator.inputs.get(index).copied().flatten();
            let from = of(0).and_then(|input| channels.get(input)?.clone());
            let outputs = match operator.kind {
                Kind::Conv(..) | Kind::FullyConnected(_) => of(1).map(|filter| {
                    let dead = dead_rows(model, filter, false);
                    dead.into_iter().map(|dead| !dead).collect::<Vec<bool>>()
                }),
                Kind::DepthwiseConv(..) => of(1).map(|filter| {
                    let dead = dead_rows(model, filter, true);
                    let from = |index: usize| from.as_ref().is_none_or(|from| from.get(index).copied().unwrap_or(true));
                    dead.into_iter().enumerate().map(|(index, dead)| !dead && from(index)).collect()
                }),
                _ => from,
            };
            if let Some(slot) = channels.get_mut(operator.output) {
                *slot = outputs.filter(|alive| alive.contains(&false));
            }
        }
        Self { model, channels }
    }

    /// Returns which values of a filter are alive; `None` if it is not the filter of an operator.
    fn kept(&self, filter: usize) -> Option<Vec<bool>> {
        let operator = self.model.operators.iter().find(|one| one.inputs.get(1) == Some(&Some(filter)))?;
        let tensor = self.model.tensors.get(filter)?;
        let channels = |index: Option<usize>| index.and_then(|index| self.channels.get(index)?.as_ref());
        let (from, to) = (channels(operator.inputs.first().copied().flatten()), channels(Some(operator.output)));
        let inner = *tensor.shape.last()?;
        let per_output = tensor.elements() / tensor.shape[0].max(1);
        let is_alive = |known: Option<&Vec<bool>>, index: usize| {
            known.is_none_or(|known| known.get(index).copied().unwrap_or(true))
        };
        let depthwise = matches!(operator.kind, Kind::DepthwiseConv(..));
        let kept = (0..tensor.elements()).map(|index| {
            let channel = index % inner;
            if depthwise {
                is_alive(to, channel)
            } else {
                is_alive(from, channel) && is_alive(to, index / per_output.max(1))
            }
        });
        Some(kept.collect())
    }
}

/// Returns which output channels of a filter have only weights of zero: their output is constant.
fn dead_rows(model: &Model, filter: usize, depthwise: bool) -> Vec<bool> {
    let Some(tensor) = model.tensors.get(filter) else { return Vec::new() };
    let Some((_, data)) = &tensor.data else { return Vec::new() };
    // A filter without dimensions is in no valid model.
    let outputs = if depthwise { tensor.shape.last() } else { tensor.shape.first() };
    let outputs = outputs.copied().unwrap_or(1);
    let per_output = tensor.elements() / outputs.max(1);
    let value = |output: usize, index: usize| {
        data.get(if depthwise { index * outputs + output } else { output * per_output + index }).copied().unwrap_or(0)
    };
    (0..outputs).map(|output| (0..per_output).all(|index| value(output, index) == 0)).collect()
}

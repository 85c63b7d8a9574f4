//! What the operators compute, on slices whose lengths the interpreter has checked.
//!
//! Images are stored row by row, with the channels of a pixel next to each other. Filters of convolutions are stored
//! by output channel, then like an image.

use super::arithmetic::{Arithmetic, Factor, exp_of_negative, halved, reciprocal};
use super::model::{Activation, Padding, Window};

/// A value that is multiplied with weights.
pub(super) trait Cell: Copy + Default {
    /// Type of sums of products.
    type Sum: Copy + Default + std::ops::AddAssign;

    /// Returns the product of the value, less its zero point, with a weight.
    fn times(self, weight: Self, zero: i32) -> Self::Sum;
}

impl Cell for i8 {
    type Sum = i32;

    fn times(self, weight: Self, zero: i32) -> i32 {
        (i32::from(self) - zero) * i32::from(weight)
    }
}

impl Cell for f32 {
    type Sum = Self;

    fn times(self, weight: Self, _: i32) -> Self {
        self * weight
    }
}

/// Height, width and channels of an image.
pub(super) type Image = [usize; 3];

/// Windows over an image.
#[derive(Debug, Clone, Copy)]
pub(super) struct Geometry {
    pub input: Image,
    pub output: Image,
    pub window: Window,
    /// Rows and columns of padding before the image.
    before: (usize, usize),
}

impl Geometry {
    /// Places windows on an image; `None` if the output does not have the expected size.
    pub(super) fn new(input: Image, output: Image, window: Window) -> Option<Self> {
        let place = |input: usize, output: usize, stride: usize, dilation: usize, size: usize| {
            let reach = (size - 1) * dilation + 1;
            let (expected, padding) = match window.padding {
                Padding::Same => {
                    let count = input.div_ceil(stride);
                    (count, ((count.max(1) - 1) * stride + reach).saturating_sub(input))
                }
                Padding::Valid => ((input + stride).saturating_sub(reach) / stride, 0),
            };
            (expected == output).then_some(padding / 2)
        };
        let Window { stride, dilation, size, .. } = window;
        let rows = place(input[0], output[0], stride.0, dilation.0, size.0)?;
        let columns = place(input[1], output[1], stride.1, dilation.1, size.1)?;
        Some(Self { input, output, window, before: (rows, columns) })
    }

    /// Calls `take` for every entry of the window at an output pixel that lies on the image, with the offset of the
    /// image's pixel and the index of the entry.
    fn entries(&self, row: usize, column: usize, mut take: impl FnMut(usize, usize)) {
        let Window { stride, dilation, size, .. } = self.window;
        let inside = |at: usize, stride: usize, entry: usize, dilation: usize, before: usize, most: usize| {
            (at * stride + entry * dilation).checked_sub(before).filter(|place| *place < most)
        };
        for y in 0..size.0 {
            let Some(from_row) = inside(row, stride.0, y, dilation.0, self.before.0, self.input[0]) else { continue };
            for x in 0..size.1 {
                let from_column = inside(column, stride.1, x, dilation.1, self.before.1, self.input[1]);
                if let Some(from_column) = from_column {
                    take((from_row * self.input[1] + from_column) * self.input[2], y * size.1 + x);
                }
            }
        }
    }

    fn pixels(&self) -> impl Iterator<Item = (usize, usize)> + use<> {
        let [rows, columns, _] = self.output;
        (0..rows).flat_map(move |row| (0..columns).map(move |column| (row, column)))
    }
}

/// Convolution, without bias.
pub(super) fn convolve<T: Cell>(place: &Geometry, input: &[T], filter: &[T], zero: i32) -> Vec<T::Sum> {
    let depth = place.input[2];
    let per_output = filter.len() / place.output[2].max(1);
    let mut sums = Vec::with_capacity(place.output.iter().product());
    let mut entries = Vec::new();
    for (row, column) in place.pixels() {
        entries.clear();
        place.entries(row, column, |pixel, entry| entries.push((pixel, entry * depth)));
        for weights in filter.chunks_exact(per_output.max(1)) {
            let mut sum = T::Sum::default();
            for (pixel, entry) in &entries {
                let cells = input[*pixel..*pixel + depth].iter().zip(&weights[*entry..*entry + depth]);
                cells.for_each(|(cell, weight)| sum += cell.times(*weight, zero));
            }
            sums.push(sum);
        }
    }
    sums
}

/// Convolution of each channel by itself, without bias; `multiplier` outputs per channel.
pub(super) fn convolve_channels<T: Cell>(
    place: &Geometry,
    input: &[T],
    filter: &[T],
    multiplier: usize,
    zero: i32,
) -> Vec<T::Sum> {
    let channels = place.output[2];
    let mut sums = vec![T::Sum::default(); place.output.iter().product()];
    for ((row, column), sums) in place.pixels().zip(sums.chunks_exact_mut(channels.max(1))) {
        place.entries(row, column, |pixel, entry| {
            let weights = &filter[entry * channels..(entry + 1) * channels];
            for (channel, (sum, weight)) in sums.iter_mut().zip(weights).enumerate() {
                *sum += input[pixel + channel / multiplier].times(*weight, zero);
            }
        });
    }
    sums
}

/// Product of rows with a matrix that is stored by output, without bias.
pub(super) fn multiply<T: Cell>(input: &[T], filter: &[T], depth: usize, zero: i32) -> Vec<T::Sum> {
    let mut sums = Vec::new();
    for row in input.chunks_exact(depth) {
        for weights in filter.chunks_exact(depth) {
            let mut sum = T::Sum::default();
            row.iter().zip(weights).for_each(|(cell, weight)| sum += cell.times(*weight, zero));
            sums.push(sum);
        }
    }
    sums
}

/// Mean or maximum over windows. `finish` receives the values of a window and their number.
pub(super) fn pool<T: Cell, R>(
    place: &Geometry,
    input: &[T],
    start: R,
    add: impl Fn(R, T) -> R,
    finish: impl Fn(R, usize) -> T,
) -> Vec<T>
where
    R: Copy,
{
    let channels = place.input[2];
    let mut out = Vec::with_capacity(place.output.iter().product());
    for (row, column) in place.pixels() {
        let (mut sums, mut count) = (vec![start; channels], 0);
        place.entries(row, column, |pixel, _| {
            count += 1;
            let cells = input[pixel..pixel + channels].iter();
            sums.iter_mut().zip(cells).for_each(|(sum, cell)| *sum = add(*sum, *cell));
        });
        out.extend(sums.into_iter().map(|sum| finish(sum, count)));
    }
    out
}

/// Returns a sum divided by a count, rounded to the nearest, ties away from zero.
pub(super) fn rounded_mean(sum: i32, count: usize) -> i32 {
    let count = i32::try_from(count).unwrap_or(i32::MAX).max(1);
    if sum > 0 { (sum + count / 2) / count } else { (sum - count / 2) / count }
}

/// How sums become int8 values.
#[derive(Debug, Clone)]
pub(super) struct Requantize {
    /// One factor, or one per channel.
    pub factors: Vec<Factor>,
    pub zero: i32,
    pub limits: (i32, i32),
    pub arithmetic: Arithmetic,
}

impl Requantize {
    pub(super) fn apply(&self, sum: i32, channel: usize) -> i8 {
        let factor = self.factors[if self.factors.len() == 1 { 0 } else { channel }];
        self.limited(factor.times(sum, self.arithmetic).saturating_add(self.zero))
    }

    #[allow(clippy::cast_possible_truncation)] // limited to 8 bits
    pub(super) fn limited(&self, value: i32) -> i8 {
        value.clamp(self.limits.0, self.limits.1) as i8
    }
}

/// Returns the limits of an int8 output with an activation.
#[allow(clippy::cast_possible_truncation)] // limited to 8 bits
pub(super) fn limits(activation: Activation, scale: f32, zero: i32) -> (i32, i32) {
    let quantized = |real: f32| zero.saturating_add((real / scale).round() as i32);
    let (low, high) = (i32::from(i8::MIN), i32::from(i8::MAX));
    match activation {
        Activation::None => (low, high),
        Activation::Relu => (low.max(quantized(0.0)), high),
        Activation::Relu6 => (low.max(quantized(0.0)), high.min(quantized(6.0))),
    }
}

/// Applies an activation to a real number.
pub(super) fn activated(value: f32, activation: Activation) -> f32 {
    match activation {
        Activation::None => value,
        Activation::Relu => value.max(0.0),
        Activation::Relu6 => value.clamp(0.0, 6.0),
    }
}

/// How two int8 tensors are added: each is shifted by 20 bits and brought to a common scale.
#[derive(Debug, Clone)]
pub(super) struct Addition {
    pub zeros: (i32, i32),
    pub factors: (Factor, Factor),
    pub out: Requantize,
}

impl Addition {
    /// Bits by which values are shifted before they are scaled.
    pub(super) const SHIFT: u32 = 20;

    pub(super) fn apply(&self, a: i8, b: i8) -> i8 {
        let scaled = |value: i8, zero: i32, factor: Factor| {
            factor.times((i32::from(value) - zero) << Self::SHIFT, self.out.arithmetic)
        };
        let sum = scaled(a, self.zeros.0, self.factors.0).saturating_add(scaled(b, self.zeros.1, self.factors.1));
        self.out.apply(sum, 0)
    }
}

/// Softmax of int8 rows, in fixed point, to outputs of 1/256.
#[derive(Debug, Clone)]
pub(super) struct Softmax {
    factor: Factor,
    /// Smallest difference from the maximum that is not zero.
    least: i32,
    arithmetic: Arithmetic,
}

impl Softmax {
    /// Bits of the integer part of a scaled difference.
    const INTEGER_BITS: i32 = 5;

    /// Makes the softmax of inputs with a scale and the factor β.
    #[allow(clippy::cast_possible_truncation)] // below 2^31
    pub(super) fn new(beta: f32, scale: f32, arithmetic: Arithmetic) -> Self {
        let most = match arithmetic {
            Arithmetic::SingleRounding => 2.0_f64.powi(30) - 1.0,
            Arithmetic::DoubleRounding => 2.0_f64.powi(31) - 1.0,
        };
        let real = f64::from(beta) * f64::from(scale) * 2.0_f64.powi(31 - Self::INTEGER_BITS);
        let factor = Factor::new(real.min(most), arithmetic);
        let radius = f64::from((1 << Self::INTEGER_BITS) - 1) * 2.0_f64.powi(31 - Self::INTEGER_BITS)
            / 2.0_f64.powi(factor.left_shift());
        Self { factor, least: -(radius.floor() as i32), arithmetic }
    }

    #[allow(clippy::cast_possible_truncation)] // limited to 8 bits
    pub(super) fn row(&self, row: &[i8], out: &mut Vec<i8>) {
        const ACCUMULATOR_BITS: i32 = 12;
        let largest = row.iter().copied().max().map_or(0, i32::from);
        let exponential = |value: i8| {
            let difference = i32::from(value) - largest;
            (difference >= self.least).then(|| exp_of_negative(self.factor.times(difference, self.arithmetic)))
        };
        let powers: Vec<Option<i32>> = row.iter().map(|value| exponential(*value)).collect();
        let sum =
            powers.iter().flatten().fold(0_i32, |sum, power| sum.saturating_add(halved(*power, ACCUMULATOR_BITS)));
        let (scale, bits) = reciprocal(sum);
        out.extend(powers.into_iter().map(|power| {
            let Some(power) = power else { return i8::MIN };
            let value = halved(super::arithmetic::high_product(scale, power), bits + 31 - 8);
            (value + i32::from(i8::MIN)).clamp(i32::from(i8::MIN), i32::from(i8::MAX)) as i8
        }));
    }
}

/// Softmax of a row of real numbers.
pub(super) fn softmax(row: &[f32], beta: f32, out: &mut Vec<f32>) {
    let largest = row.iter().copied().fold(f32::NEG_INFINITY, f32::max);
    let powers: Vec<f32> = row.iter().map(|value| ((value - largest) * beta).exp()).collect();
    let sum: f32 = powers.iter().sum();
    out.extend(powers.into_iter().map(|power| power / sum));
}

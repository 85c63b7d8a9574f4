//! Runs a model in one arithmetic.
//!
//! A model is checked and prepared once: shapes, quantisation and the number of multiply-adds. Running it then cannot
//! fail on any input of the right length.

use super::arithmetic::{Arithmetic, Factor};
use super::error::ModelError;
use super::kernels::{self, Addition, Geometry, Image, Requantize, Softmax};
use super::model::{Activation, Element, Kind, Model, Operator, Tensor, Window};

/// Maximum number of multiply-adds of an inference; the largest reference model has 32 million.
pub const MAX_MULTIPLY_ADDS: u64 = 1_000_000_000;
/// Maximum number of elements of all tensors together.
const MAX_ELEMENTS: usize = 64 << 20;
/// Maximum number of int8 values that are added up, each less its zero point and times a weight: their sum fits 32 bits.
const MAX_ADDED: usize = 1 << 16;

/// Values of a tensor.
#[derive(Debug, Clone, PartialEq)]
pub enum Values {
    /// 8-bit integers.
    I8(Vec<i8>),
    /// Real numbers.
    F32(Vec<f32>),
    /// 32-bit integers.
    I32(Vec<i32>),
}

impl Values {
    fn len(&self) -> usize {
        match self {
            Self::I8(values) => values.len(),
            Self::F32(values) => values.len(),
            Self::I32(values) => values.len(),
        }
    }

    fn i8(&self) -> &[i8] {
        if let Self::I8(values) = self { values } else { &[] }
    }

    fn f32(&self) -> &[f32] {
        if let Self::F32(values) = self { values } else { &[] }
    }
}

/// A model that is ready to run.
#[derive(Debug)]
pub struct Interpreter<'a> {
    model: &'a Model,
    steps: Vec<Step>,
    /// Constant tensors, by index.
    constants: Vec<Option<Values>>,
}

/// An operator with everything that does not depend on the input.
#[derive(Debug)]
struct Step {
    inputs: Vec<usize>,
    output: usize,
    work: Work,
}

#[derive(Debug)]
enum Work {
    Conv(Geometry, Weighted),
    Depthwise(Geometry, usize, Weighted),
    FullyConnected(usize, Weighted),
    AveragePool(Geometry, (i32, i32), Activation),
    MaxPool(Geometry, (i32, i32), Activation),
    AddI8(Addition),
    AddF32(Activation),
    Copy,
    SoftmaxI8(usize, Softmax),
    SoftmaxF32(usize, f32),
    /// Mean over the pixels of an image.
    Mean(Image, Option<(i32, Requantize)>),
    Pad(Vec<Dimension>, i8),
    Quantize(f32, i32),
    Rescale(i32, Requantize),
    Dequantize(f32, i32),
    LimitI8((i32, i32)),
    LimitF32(Activation),
}

/// A dimension of a tensor with the entries that are added to it.
#[derive(Debug)]
struct Dimension {
    before: usize,
    size: usize,
    after: usize,
}

/// What follows the products of an operator with weights.
#[derive(Debug)]
struct Weighted {
    /// Zero point of the input; zero for real numbers.
    zero: i32,
    bias: Option<Values>,
    finish: Finish,
}

#[derive(Debug)]
enum Finish {
    I8(Requantize),
    F32(Activation),
}

fn wrong(what: impl Into<String>) -> ModelError {
    ModelError::new(what)
}

impl<'a> Interpreter<'a> {
    /// Prepares a model.
    ///
    /// # Errors
    /// If the shapes, types or quantisation of an operator do not fit, or the model is too large.
    pub fn new(model: &'a Model, arithmetic: Arithmetic) -> Result<Self, ModelError> {
        let work = model.multiply_adds();
        if work > MAX_MULTIPLY_ADDS {
            return Err(wrong(format!("an inference has {work} multiply-adds, expected at most {MAX_MULTIPLY_ADDS}")));
        }
        let elements = model.tensors.iter().try_fold(0_usize, |sum, tensor| sum.checked_add(tensor.elements()));
        if elements.is_none_or(|elements| elements > MAX_ELEMENTS) {
            return Err(wrong("the tensors of the model are too large"));
        }
        let constants: Vec<Option<Values>> = model.tensors.iter().map(constant).collect();
        let mut known: Vec<bool> = constants.iter().map(Option::is_some).collect();
        if let Some(input) = known.get_mut(model.input) {
            *input = true;
        }
        let mut steps = Vec::with_capacity(model.operators.len());
        for operator in &model.operators {
            let inputs: Vec<usize> = operator.inputs.iter().flatten().copied().collect();
            if inputs.iter().any(|input| !known.get(*input).is_some_and(|known| *known)) {
                return Err(wrong("an operator needs a tensor that no operator before it computes"));
            }
            let step = Preparation { model, constants: &constants, arithmetic, operator };
            let work = step.work()?;
            steps.push(Step { inputs, output: operator.output, work });
            if let Some(output) = known.get_mut(operator.output) {
                *output = true;
            }
        }
        if !known.get(model.output).is_some_and(|known| *known) {
            return Err(wrong("no operator computes the model's output"));
        }
        Ok(Self { model, steps, constants })
    }

    /// Runs the model on an input.
    ///
    /// # Errors
    /// If the input does not have the type and number of elements of the model's input.
    pub fn run(&self, input: Values) -> Result<Values, ModelError> {
        let wanted = &self.model.tensors[self.model.input];
        let fits = match (&input, wanted.element) {
            (Values::I8(_), Element::I8) | (Values::F32(_), Element::F32) => input.len() == wanted.elements(),
            _ => false,
        };
        if !fits {
            let (found, expected) = (input.len(), wanted.elements());
            return Err(wrong(format!("the input has {found} elements, the model expects {expected} of its own type")));
        }
        let mut values: Vec<Option<Values>> = vec![None; self.model.tensors.len()];
        values[self.model.input] = Some(input);
        let missing = || wrong("an operator lacks an input");
        for step in &self.steps {
            let of = |index: usize| values[index].as_ref().or(self.constants[index].as_ref());
            let inputs: Option<Vec<&Values>> = step.inputs.iter().map(|index| of(*index)).collect();
            let output = step.work.run(&inputs.ok_or_else(missing)?);
            values[step.output] = Some(output);
        }
        let output = values[self.model.output].take().or_else(|| self.constants[self.model.output].clone());
        output.ok_or_else(missing)
    }
}

fn constant(tensor: &Tensor) -> Option<Values> {
    let (_, data) = tensor.data.as_ref()?;
    let words = || data.as_chunks::<4>().0.iter();
    Some(match tensor.element {
        Element::I8 => Values::I8(data.iter().map(|byte| byte.cast_signed()).collect()),
        Element::F32 => Values::F32(words().map(|word| f32::from_le_bytes(*word)).collect()),
        Element::I32 => Values::I32(words().map(|word| i32::from_le_bytes(*word)).collect()),
        Element::Other(_) => return None,
    })
}

/// An operator that is being prepared.
struct Preparation<'a> {
    model: &'a Model,
    constants: &'a [Option<Values>],
    arithmetic: Arithmetic,
    operator: &'a Operator,
}

/// Refuses sums of more int8 values than 32 bits can hold.
fn summable(count: usize) -> Result<(), ModelError> {
    if count > MAX_ADDED {
        return Err(wrong(format!("an operator adds {count} values up, expected at most {MAX_ADDED}")));
    }
    Ok(())
}

/// Returns height, width and channels of an image tensor.
fn image(tensor: &Tensor) -> Result<Image, ModelError> {
    match tensor.shape[..] {
        [1, height, width, channels] if height * width * channels > 0 => Ok([height, width, channels]),
        _ => Err(wrong(format!("the tensor `{}` is not one image", tensor.name))),
    }
}

impl<'a> Preparation<'a> {
    fn input(&self, index: usize) -> Result<&'a Tensor, ModelError> {
        self.model.tensor(self.operator.inputs.get(index).copied().flatten())
    }

    fn output(&self) -> Result<&'a Tensor, ModelError> {
        self.model.tensor(Some(self.operator.output))
    }

    fn constant(&self, index: usize) -> Result<&'a Values, ModelError> {
        let index = self.operator.inputs.get(index).copied().flatten();
        let found = index.and_then(|index| self.constants.get(index)?.as_ref());
        found.ok_or_else(|| wrong("an operator has weights that are not constant"))
    }

    fn is_int8(&self) -> Result<bool, ModelError> {
        match (self.input(0)?.element, self.output()?.element) {
            (Element::I8, Element::I8) => Ok(true),
            (Element::F32, Element::F32) => Ok(false),
            _ => Err(wrong("an operator has inputs and outputs of different types, which is not supported")),
        }
    }

    fn requantize(&self, factors: Vec<Factor>, activation: Activation) -> Result<Requantize, ModelError> {
        let (scale, zero) = self.output()?.quantization()?;
        let limits = kernels::limits(activation, scale, zero);
        Ok(Requantize { factors, zero, limits, arithmetic: self.arithmetic })
    }

    fn work(&self) -> Result<Work, ModelError> {
        let (input, output) = (self.input(0)?, self.output()?);
        let same = input.elements() == output.elements();
        let unlike = || wrong(format!("the tensor `{}` does not have the shape of its operator", output.name));
        match self.operator.kind {
            Kind::Conv(window, activation) => self.conv(window, activation),
            Kind::DepthwiseConv(window, activation, multiplier) => self.depthwise(window, activation, multiplier),
            Kind::FullyConnected(activation) => self.fully_connected(activation),
            Kind::AveragePool(window, activation) | Kind::MaxPool(window, activation) => {
                let (from, to) = (image(input)?, image(output)?);
                let place = Geometry::new(from, to, window).filter(|_| from[2] == to[2]).ok_or_else(unlike)?;
                let int8 = self.is_int8()?;
                if int8 {
                    summable(from[0] * from[1])?;
                }
                let limits = if int8 { self.requantize(Vec::new(), activation)?.limits } else { (0, 0) };
                Ok(match self.operator.kind {
                    Kind::MaxPool(..) => Work::MaxPool(place, limits, activation),
                    _ => Work::AveragePool(place, limits, activation),
                })
            }
            Kind::Add(activation) => self.add(activation),
            Kind::Reshape if same && input.element == output.element => Ok(Work::Copy),
            Kind::Softmax(beta) => {
                let row = input.shape.last().copied().filter(|row| *row > 0 && same).ok_or_else(unlike)?;
                if !self.is_int8()? {
                    return Ok(Work::SoftmaxF32(row, beta));
                }
                let (scale, zero) = output.quantization()?;
                if (scale - 1.0 / 256.0).abs() > 1e-9 || zero != -128 {
                    return Err(wrong("the outputs of a softmax are not in 256ths from -128"));
                }
                Ok(Work::SoftmaxI8(row, Softmax::new(beta, input.quantization()?.0, self.arithmetic)))
            }
            Kind::Mean => self.mean(),
            Kind::Pad => self.pad(),
            Kind::Quantize if same => self.quantize(),
            Kind::Dequantize if same => {
                if (input.element, output.element) != (Element::I8, Element::F32) {
                    return Err(wrong("DEQUANTIZE of another type than int8 is not supported"));
                }
                let (scale, zero) = input.quantization()?;
                Ok(Work::Dequantize(scale, zero))
            }
            Kind::Limit(activation) if same => Ok(if self.is_int8()? {
                Work::LimitI8(self.requantize(Vec::new(), activation)?.limits)
            } else {
                Work::LimitF32(activation)
            }),
            Kind::Reshape | Kind::Quantize | Kind::Dequantize | Kind::Limit(_) => Err(unlike()),
        }
    }

    /// Prepares what follows the products with weights: bias, scale, activation.
    fn weighted(&self, activation: Activation, channels: usize, per_tensor: bool) -> Result<Weighted, ModelError> {
        let (input, filter, output) = (self.input(0)?, self.input(1)?, self.output()?);
        let int8 = self.is_int8()?;
        let wanted = if int8 { Element::I8 } else { Element::F32 };
        if filter.element != wanted {
            return Err(wrong("an operator has weights of another type than its input, which is not supported"));
        }
        let bias = match self.operator.inputs.get(2).copied().flatten() {
            Some(_) => Some(self.constant(2)?.clone()),
            None => None,
        };
        let fits = match &bias {
            None => true,
            Some(Values::I32(bias)) => int8 && bias.len() == channels,
            Some(Values::F32(bias)) => !int8 && bias.len() == channels,
            Some(Values::I8(_)) => false,
        };
        if !fits {
            return Err(wrong("the bias of an operator does not fit its output"));
        }
        if !int8 {
            return Ok(Weighted { zero: 0, bias, finish: Finish::F32(activation) });
        }
        let ((scale, zero), (out, _)) = (input.quantization()?, output.quantization()?);
        summable(filter.elements() / channels)?;
        if ![1, channels].contains(&filter.scales.len()) || filter.zero_points.iter().any(|zero| *zero != 0) {
            return Err(wrong(format!("the weights `{}` are not quantised per tensor or per channel", filter.name)));
        }
        let of_channels = if per_tensor || filter.shape.first() != Some(&1) { 0 } else { filter.shape.len() - 1 };
        let channels_first = filter.shape.get(filter.quantized_dimension) == Some(&channels);
        if filter.scales.len() > 1 && filter.quantized_dimension != of_channels && !channels_first {
            return Err(wrong(format!("the weights `{}` are quantised along another dimension", filter.name)));
        }
        let factor = |weight: &f32| {
            // With one scale, the runtimes multiply the two scales in single precision.
            let product = if per_tensor && filter.scales.len() == 1 {
                f64::from(scale * weight)
            } else {
                f64::from(scale) * f64::from(*weight)
            };
            Factor::new(product / f64::from(out), self.arithmetic)
        };
        let factors = filter.scales.iter().map(factor).collect();
        Ok(Weighted { zero, bias, finish: Finish::I8(self.requantize(factors, activation)?) })
    }

    fn conv(&self, window: Window, activation: Activation) -> Result<Work, ModelError> {
        let (from, to, filter) = (image(self.input(0)?)?, image(self.output()?)?, self.input(1)?);
        self.constant(1)?;
        let [outputs, height, width, depth] = filter.shape[..] else {
            return Err(wrong("the filter of a convolution does not have four dimensions"));
        };
        let place = Geometry::new(from, to, Window { size: (height.max(1), width.max(1)), ..window });
        let place = place.filter(|_| depth == from[2] && outputs == to[2] && filter.elements() > 0);
        let place = place.ok_or_else(|| wrong("a convolution does not fit its input or output"))?;
        Ok(Work::Conv(place, self.weighted(activation, outputs, false)?))
    }

    fn depthwise(&self, window: Window, activation: Activation, multiplier: usize) -> Result<Work, ModelError> {
        let (from, to, filter) = (image(self.input(0)?)?, image(self.output()?)?, self.input(1)?);
        self.constant(1)?;
        let [1, height, width, channels] = filter.shape[..] else {
            return Err(wrong("the filter of a depthwise convolution does not have the shape of one image"));
        };
        let place = Geometry::new(from, to, Window { size: (height.max(1), width.max(1)), ..window });
        let fits = channels == to[2] && from[2].checked_mul(multiplier) == Some(channels) && filter.elements() > 0;
        let place = place.filter(|_| fits);
        let place = place.ok_or_else(|| wrong("a depthwise convolution does not fit its input or output"))?;
        Ok(Work::Depthwise(place, multiplier, self.weighted(activation, channels, false)?))
    }

    fn fully_connected(&self, activation: Activation) -> Result<Work, ModelError> {
        let (input, output, filter) = (self.input(0)?, self.output()?, self.input(1)?);
        self.constant(1)?;
        let [units, depth] = filter.shape[..] else {
            return Err(wrong("the weights of a fully connected operator are not a matrix"));
        };
        let rows = input.elements().checked_div(depth).filter(|rows| rows * depth == input.elements());
        if units == 0 || rows.and_then(|rows| rows.checked_mul(units)) != Some(output.elements()) {
            return Err(wrong("a fully connected operator does not fit its input or output"));
        }
        Ok(Work::FullyConnected(depth, self.weighted(activation, units, true)?))
    }

    fn add(&self, activation: Activation) -> Result<Work, ModelError> {
        let (a, b, output) = (self.input(0)?, self.input(1)?, self.output()?);
        if a.shape != b.shape || a.shape != output.shape || a.element != b.element {
            return Err(wrong("ADD of tensors of different shapes is not supported"));
        }
        if !self.is_int8()? {
            return Ok(Work::AddF32(activation));
        }
        let ((first, zero_a), (second, zero_b)) = (a.quantization()?, b.quantization()?);
        let common = 2.0 * f64::from(first.max(second));
        let factor = |real: f64| Factor::new(real, self.arithmetic);
        let out = common / (2.0_f64.powi(Addition::SHIFT.cast_signed()) * f64::from(output.quantization()?.0));
        Ok(Work::AddI8(Addition {
            zeros: (zero_a, zero_b),
            factors: (factor(f64::from(first) / common), factor(f64::from(second) / common)),
            out: self.requantize(vec![factor(out)], activation)?,
        }))
    }

    fn mean(&self) -> Result<Work, ModelError> {
        let (input, output) = (self.input(0)?, self.output()?);
        let from = image(input)?;
        let Values::I32(axes) = self.constant(1)? else { return Err(wrong("MEAN has no dimensions")) };
        let over_pixels =
            axes.len() == 2 && [1, 2].iter().all(|axis| axes.contains(axis) || axes.contains(&(axis - 4)));
        if !over_pixels || output.elements() != from[2] {
            return Err(wrong("MEAN over other dimensions than height and width is not supported"));
        }
        if !self.is_int8()? {
            return Ok(Work::Mean(from, None));
        }
        summable(from[0] * from[1])?;
        let ((scale, zero), (out, _)) = (input.quantization()?, output.quantization()?);
        let count = (from[0] * from[1]) as f64;
        let factor = Factor::new(f64::from(scale) / f64::from(out) / count, self.arithmetic);
        Ok(Work::Mean(from, Some((zero, self.requantize(vec![factor], Activation::None)?))))
    }

    fn pad(&self) -> Result<Work, ModelError> {
        let (input, output) = (self.input(0)?, self.output()?);
        let Values::I32(sizes) = self.constant(1)? else { return Err(wrong("PAD has no sizes")) };
        let pairs: Option<Vec<(usize, usize)>> = sizes
            .chunks_exact(2)
            .map(|pair| Some((usize::try_from(pair[0]).ok()?, usize::try_from(pair[1]).ok()?)))
            .collect();
        let fits = |pairs: &Vec<(usize, usize)>| {
            pairs.len() == input.shape.len()
                && pairs.len() == output.shape.len()
                && pairs.iter().zip(&input.shape).zip(&output.shape).all(|(((before, after), from), to)| {
                    before.checked_add(*after).and_then(|sum| sum.checked_add(*from)) == Some(*to)
                })
        };
        let pairs = pairs.filter(fits).ok_or_else(|| wrong("PAD does not fit its input or output"))?;
        let value = if self.is_int8()? { i8::try_from(output.quantization()?.1).unwrap_or(0) } else { 0 };
        let dimensions = pairs.into_iter().zip(&input.shape);
        let dimensions = dimensions.map(|((before, after), size)| Dimension { before, size: *size, after }).collect();
        Ok(Work::Pad(dimensions, value))
    }

    fn quantize(&self) -> Result<Work, ModelError> {
        let (input, output) = (self.input(0)?, self.output()?);
        let (scale, zero) = output.quantization()?;
        match (input.element, output.element) {
            (Element::F32, Element::I8) => Ok(Work::Quantize(scale, zero)),
            (Element::I8, Element::I8) => {
                let (from, from_zero) = input.quantization()?;
                let factor = Factor::new(f64::from(from) / f64::from(scale), self.arithmetic);
                Ok(Work::Rescale(from_zero, self.requantize(vec![factor], Activation::None)?))
            }
            _ => Err(wrong("QUANTIZE of this type is not supported")),
        }
    }
}

impl Weighted {
    /// Applies bias, scale and activation to sums of `channels` channels.
    fn finish<T: kernels::Cell>(&self, sums: Vec<T::Sum>, channels: usize) -> Values
    where
        T::Sum: Sum,
    {
        match (&self.finish, &self.bias) {
            (Finish::I8(requantize), bias) => {
                let bias = |channel: usize| if let Some(Values::I32(bias)) = bias { bias[channel] } else { 0 };
                let sums = sums.into_iter().enumerate().map(|(index, sum)| (index % channels, sum.integer()));
                let value = |(channel, sum): (usize, i32)| requantize.apply(sum.wrapping_add(bias(channel)), channel);
                Values::I8(sums.map(value).collect())
            }
            (Finish::F32(activation), bias) => {
                let bias = |channel: usize| if let Some(Values::F32(bias)) = bias { bias[channel] } else { 0.0 };
                let sums = sums.into_iter().enumerate();
                let value = |(index, sum): (usize, T::Sum)| {
                    kernels::activated(sum.real() + bias(index % channels), *activation)
                };
                Values::F32(sums.map(value).collect())
            }
        }
    }
}

/// A sum of products, of either type.
trait Sum: Copy {
    fn integer(self) -> i32;
    fn real(self) -> f32;
}

impl Sum for i32 {
    fn integer(self) -> i32 {
        self
    }

    fn real(self) -> f32 {
        0.0
    }
}

impl Sum for f32 {
    fn integer(self) -> i32 {
        0
    }

    fn real(self) -> f32 {
        self
    }
}

impl Work {
    fn run(&self, inputs: &[&Values]) -> Values {
        let first = inputs[0];
        match self {
            Self::Conv(place, after) => match (first, inputs[1]) {
                (Values::I8(input), filter) => {
                    let sums = kernels::convolve(place, input, filter.i8(), after.zero);
                    after.finish::<i8>(sums, place.output[2])
                }
                (input, filter) => {
                    after.finish::<f32>(kernels::convolve(place, input.f32(), filter.f32(), 0), place.output[2])
                }
            },
            Self::Depthwise(place, multiplier, after) => match (first, inputs[1]) {
                (Values::I8(input), filter) => {
                    let sums = kernels::convolve_channels(place, input, filter.i8(), *multiplier, after.zero);
                    after.finish::<i8>(sums, place.output[2])
                }
                (input, filter) => {
                    let sums = kernels::convolve_channels(place, input.f32(), filter.f32(), *multiplier, 0);
                    after.finish::<f32>(sums, place.output[2])
                }
            },
            Self::FullyConnected(depth, after) => match (first, inputs[1]) {
                (Values::I8(input), filter) => {
                    let sums = kernels::multiply(input, filter.i8(), *depth, after.zero);
                    after.finish::<i8>(sums, filter.len() / depth)
                }
                (input, filter) => {
                    let sums = kernels::multiply(input.f32(), filter.f32(), *depth, 0);
                    after.finish::<f32>(sums, filter.len() / depth)
                }
            },
            Self::AveragePool(place, limits, activation) => match first {
                Values::I8(input) => {
                    let add = |sum: i32, cell: i8| sum + i32::from(cell);
                    let finish = |sum, count| narrowed(kernels::rounded_mean(sum, count), *limits);
                    Values::I8(kernels::pool(place, input, 0, add, finish))
                }
                input => {
                    let add = |sum: f32, cell: f32| sum + cell;
                    let finish = |sum: f32, count: usize| kernels::activated(sum / count as f32, *activation);
                    Values::F32(kernels::pool(place, input.f32(), 0.0, add, finish))
                }
            },
            Self::MaxPool(place, limits, activation) => match first {
                Values::I8(input) => {
                    let finish = |most: i8, _| narrowed(i32::from(most), *limits);
                    Values::I8(kernels::pool(place, input, i8::MIN, i8::max, finish))
                }
                input => {
                    let finish = |most: f32, _| kernels::activated(most, *activation);
                    Values::F32(kernels::pool(place, input.f32(), f32::NEG_INFINITY, f32::max, finish))
                }
            },
            Self::AddI8(addition) => {
                let pairs = first.i8().iter().zip(inputs[1].i8());
                Values::I8(pairs.map(|(a, b)| addition.apply(*a, *b)).collect())
            }
            Self::AddF32(activation) => {
                let pairs = first.f32().iter().zip(inputs[1].f32());
                Values::F32(pairs.map(|(a, b)| kernels::activated(a + b, *activation)).collect())
            }
            Self::Copy => first.clone(),
            Self::SoftmaxI8(row, softmax) => {
                let mut out = Vec::with_capacity(first.len());
                first.i8().chunks_exact(*row).for_each(|row| softmax.row(row, &mut out));
                Values::I8(out)
            }
            Self::SoftmaxF32(row, beta) => {
                let mut out = Vec::with_capacity(first.len());
                first.f32().chunks_exact(*row).for_each(|row| kernels::softmax(row, *beta, &mut out));
                Values::F32(out)
            }
            Self::Mean(from, quantized) => mean(first, *from, quantized.as_ref()),
            Self::Pad(dimensions, value) => match first {
                Values::I8(input) => Values::I8(pad(input, dimensions, *value)),
                input => Values::F32(pad(input.f32(), dimensions, 0.0)),
            },
            Self::Quantize(scale, zero) => {
                Values::I8(first.f32().iter().map(|real| quantized(*real, *scale, *zero)).collect())
            }
            Self::Rescale(zero, requantize) => {
                let values = first.i8().iter().map(|value| requantize.apply(i32::from(*value) - zero, 0));
                Values::I8(values.collect())
            }
            Self::Dequantize(scale, zero) => {
                let real = |value: &i8| (i32::from(*value) - zero) as f32 * scale;
                Values::F32(first.i8().iter().map(real).collect())
            }
            Self::LimitI8(limits) => {
                Values::I8(first.i8().iter().map(|value| narrowed(i32::from(*value), *limits)).collect())
            }
            Self::LimitF32(activation) => {
                Values::F32(first.f32().iter().map(|value| kernels::activated(*value, *activation)).collect())
            }
        }
    }
}

#[allow(clippy::cast_possible_truncation)] // limited to 8 bits
fn narrowed(value: i32, (low, high): (i32, i32)) -> i8 {
    value.clamp(low, high) as i8
}

/// Converts a real number to int8: rounded to the nearest, ties away from zero, and limited.
#[must_use]
#[allow(clippy::cast_possible_truncation)] // limited to 8 bits
pub fn quantized(real: f32, scale: f32, zero: i32) -> i8 {
    ((real / scale).round() as i32).saturating_add(zero).clamp(i32::from(i8::MIN), i32::from(i8::MAX)) as i8
}

fn mean(input: &Values, [height, width, channels]: Image, quantized: Option<&(i32, Requantize)>) -> Values {
    let pixels = height * width;
    match (input, quantized) {
        (Values::I8(input), Some((zero, requantize))) => {
            let sum = |channel: usize| -> i32 {
                input.iter().skip(channel).step_by(channels).map(|cell| i32::from(*cell) - zero).sum()
            };
            Values::I8((0..channels).map(|channel| requantize.apply(sum(channel), 0)).collect())
        }
        (input, _) => {
            let sum = |channel: usize| input.f32().iter().skip(channel).step_by(channels).sum::<f32>();
            Values::F32((0..channels).map(|channel| sum(channel) / pixels as f32).collect())
        }
    }
}

/// Pads the outermost dimension and, recursively, the others.
fn pad<T: Copy>(input: &[T], dimensions: &[Dimension], value: T) -> Vec<T> {
    let Some((Dimension { before, size, after }, inner)) = dimensions.split_first() else { return input.to_vec() };
    let length: usize = inner.iter().map(|one| one.before + one.size + one.after).product();
    let mut out = vec![value; before * length];
    for part in input.chunks_exact((input.len() / size.max(&1)).max(1)) {
        out.extend(pad(part, inner, value));
    }
    out.resize(out.len() + after * length, value);
    out
}

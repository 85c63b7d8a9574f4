//! Fixed-point arithmetic of int8 runtimes.
//!
//! A real factor is a 32-bit multiplier and a shift. The runtimes round its product with a sum in one step or in two;
//! outputs differ in the last bit on about a tenth of the inputs.
//!
//! Source: TensorFlow Lite, `kernels/internal/common.h` and gemmlowp's `fixedpoint.h` (behaviour).

/// How products are rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Arithmetic {
    /// In one step: x·m / 2^n, rounded up at one half.
    SingleRounding,
    /// In two steps: the high half of the doubled product, then the shift. The reference kernels and CMSIS-NN do this.
    DoubleRounding,
}

impl Arithmetic {
    /// Both.
    pub const ALL: [Self; 2] = [Self::SingleRounding, Self::DoubleRounding];

    /// Name in reports, for int8 models.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::SingleRounding => "int8-single",
            Self::DoubleRounding => "int8-double",
        }
    }
}

/// A real factor: multiplier / 2^31 · 2^shift.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Factor {
    multiplier: i32,
    shift: i32,
}

impl Factor {
    /// Converts a positive real number.
    #[allow(clippy::cast_possible_truncation)] // within the range of 32 bits after the limits
    pub(crate) fn new(real: f64, arithmetic: Arithmetic) -> Self {
        if real <= 0.0 || !real.is_finite() {
            return Self { multiplier: 0, shift: 0 };
        }
        // real = fraction · 2^shift, with 0.5 <= fraction < 1.
        let mut shift = real.log2().floor() as i32 + 1;
        let mut fraction = real / 2.0_f64.powi(shift);
        if fraction < 0.5 {
            (fraction, shift) = (fraction * 2.0, shift - 1);
        } else if fraction >= 1.0 {
            (fraction, shift) = (fraction / 2.0, shift + 1);
        }
        let mut multiplier = (fraction * 2.0_f64.powi(31)).round() as i64;
        if multiplier == 1 << 31 {
            (multiplier, shift) = (multiplier / 2, shift + 1);
        }
        if shift < -31 {
            return Self { multiplier: 0, shift: 0 };
        }
        if arithmetic == Arithmetic::SingleRounding && shift > 30 {
            return Self { multiplier: i32::MAX, shift: 30 };
        }
        Self { multiplier: multiplier as i32, shift: shift.min(31) }
    }

    /// Shift to the left that is part of the factor.
    pub(crate) const fn left_shift(self) -> i32 {
        if self.shift > 0 { self.shift } else { 0 }
    }

    /// Multiplies.
    #[allow(clippy::cast_possible_truncation)] // limited to 32 bits before
    pub(crate) fn times(self, value: i32, arithmetic: Arithmetic) -> i32 {
        match arithmetic {
            Arithmetic::SingleRounding => {
                let total = 31 - self.shift;
                let product = i64::from(value) * i64::from(self.multiplier);
                let rounded = product.saturating_add(1_i64 << (total - 1)) >> total;
                rounded.clamp(i64::from(i32::MIN), i64::from(i32::MAX)) as i32
            }
            Arithmetic::DoubleRounding => {
                let shifted = i64::from(value) << self.left_shift();
                let shifted = shifted.clamp(i64::from(i32::MIN), i64::from(i32::MAX)) as i32;
                halved(high_product(shifted, self.multiplier), (-self.shift).max(0))
            }
        }
    }
}

/// Returns the high half of twice a product, rounded to the nearest, ties away from zero.
#[allow(clippy::cast_possible_truncation)] // the high half has 32 bits
pub(super) fn high_product(a: i32, b: i32) -> i32 {
    if a == i32::MIN && b == i32::MIN {
        return i32::MAX;
    }
    let product = i64::from(a) * i64::from(b);
    let nudge = if product >= 0 { 1 << 30 } else { 1 - (1 << 30) };
    ((product + nudge) / (1 << 31)) as i32
}

/// Divides by 2^exponent, rounded to the nearest, ties away from zero.
#[allow(clippy::cast_possible_truncation)] // at most 31 bits
pub(super) const fn halved(value: i32, exponent: i32) -> i32 {
    if exponent == 0 {
        return value;
    }
    if exponent > 31 {
        return 0;
    }
    let mask = ((1_i64 << exponent) - 1) as i32;
    let remainder = value & mask;
    let threshold = (mask >> 1) + (value < 0) as i32;
    (if exponent > 30 { value >> 31 } else { value >> exponent }) + (remainder > threshold) as i32
}

/// Multiplies by 2^exponent, limited to 32 bits.
#[allow(clippy::cast_possible_truncation)] // limited before
fn doubled(value: i32, exponent: u32) -> i32 {
    (i64::from(value) << exponent).clamp(i64::from(i32::MIN), i64::from(i32::MAX)) as i32
}

/// Returns e^x for x ≤ 0 with 26 fractional bits, as a number from 0 to 1 with 31 fractional bits.
pub(super) fn exp_of_negative(x: i32) -> i32 {
    const FRACTION: u32 = 26;
    /// e^−2^k for k = −2 … 4, with 31 fractional bits.
    const FACTORS: [i32; 7] = [1_672_461_947, 1_302_514_674, 790_015_084, 290_630_308, 39_332_535, 720_401, 242];
    let quarter = 1_i32 << (FRACTION - 2);
    let below = (x & (quarter - 1)) - quarter;
    let mut result = exp_near_zero(doubled(below, 5));
    let rest = below.wrapping_sub(x);
    for (power, factor) in FACTORS.iter().enumerate() {
        if rest & (quarter << power) != 0 {
            result = high_product(result, *factor);
        }
    }
    if x == 0 { i32::MAX } else { result }
}

/// Returns e^x for −1/4 ≤ x < 0, both with 31 fractional bits, by the first terms of the series around −1/8.
fn exp_near_zero(x: i32) -> i32 {
    const AT_MINUS_EIGHTH: i32 = 1_895_147_668;
    const THIRD: i32 = 715_827_883;
    let x = x.wrapping_add(1 << 28);
    let squared = high_product(x, x);
    let cubed = high_product(squared, x);
    let fourth = high_product(squared, squared);
    let terms = high_product(halved(fourth, 2).wrapping_add(cubed), THIRD).wrapping_add(squared);
    AT_MINUS_EIGHTH.wrapping_add(high_product(AT_MINUS_EIGHTH, x.wrapping_add(halved(terms, 1))))
}

/// Returns the reciprocal of a positive number with 19 fractional bits: a mantissa with 31 fractional bits, and how
/// many bits of it are to be shifted out.
#[allow(clippy::cast_possible_truncation, clippy::cast_possible_wrap, clippy::cast_sign_loss)] // reinterpreted
pub(super) fn reciprocal(x: i32) -> (i32, i32) {
    const INTEGER_BITS: i32 = 12;
    const TWO_INTEGER_BITS_ONE: i32 = 1 << 29;
    let headroom = (x as u32).leading_zeros() as i32;
    let minus_one = ((u64::from(x as u32) << headroom) as u32).wrapping_sub(1 << 31) as i32;
    // Newton's method for 1 / (1 + a), from a linear estimate.
    let half_denominator = ((i64::from(minus_one) + i64::from(i32::MAX) + 1) / 2) as i32;
    let mut estimate = 1_515_870_810_i32.wrapping_add(high_product(half_denominator, -1_010_580_540));
    for _ in 0..3 {
        let error = TWO_INTEGER_BITS_ONE.wrapping_sub(high_product(half_denominator, estimate));
        estimate = estimate.wrapping_add(doubled(high_product(estimate, error), 2));
    }
    (doubled(estimate, 1), INTEGER_BITS - headroom)
}

package org.sekkei.inr.field;

/// What coefficients cost, for an encoder's choices. Immutable.
public final class FieldCosts {
    /// Scale indices: 0 is not coded, `s` stands for a Laplace distribution of scale `2^(s/4 - 4)`.
    public static final int SCALES = 64;

    private static final int REGULAR = 15;
    private static final int TABULATED = 64;

    private final float[] symbols = new float[FieldBasis.TABLES * FieldBasis.SYMBOLS];
    private final float[] values = new float[SCALES * (2 * TABULATED + 1)];

    public FieldCosts(FieldBasis basis) {
        int[] frequencies = basis.frequencies();
        for (int i = 0; i < symbols.length; i++) {
            symbols[i] = (float) (FieldBasis.FREQUENCY_BITS - Math.log(frequencies[i]) / Math.log(2));
        }
        for (int scale = 0; scale < SCALES; scale++) {
            for (int value = -TABULATED; value <= TABULATED; value++) {
                values[scale * (2 * TABULATED + 1) + value + TABULATED] = compute(scale, value);
            }
        }
    }

    /// Bits that the value of a coefficient costs at a scale index; infinite where it cannot be coded.
    public float bits(int scale, int value) {
        return Math.abs(value) <= TABULATED
                ? values[scale * (2 * TABULATED + 1) + value + TABULATED]
                : compute(scale, value);
    }

    private float compute(int scale, int value) {
        if (scale == 0) {
            return value == 0 ? 0 : Float.POSITIVE_INFINITY;
        }
        int shift = shift(scale);
        int row = table(scale) * FieldBasis.SYMBOLS;
        int coded = value + (1 << shift >> 1) >> shift;
        int magnitude = Math.abs(coded);
        if (magnitude > REGULAR) {
            // The number of digits, the digits but for the first, and the sign.
            return symbols[row] + shift + 5 + digits(magnitude) - 1 + 1;
        }
        return symbols[row + symbol(coded)] + shift;
    }

    /// Raw bits below the symbol at a scale index from 1 on.
    public static int shift(int scale) {
        return scale < FieldBasis.TABLES ? 0 : (scale - 20) / 4;
    }

    /// The table of a scale index from 1 on.
    public static int table(int scale) {
        return scale < FieldBasis.TABLES ? scale : 20 + scale % 4;
    }

    /// The symbol of a value of at most 15.
    public static int symbol(int value) {
        return value == 0 ? 1 : 2 * Math.abs(value) + (value < 0 ? 1 : 0);
    }

    /// Digits of what an escape codes of a magnitude of 16 or more.
    static int digits(int magnitude) {
        return 32 - Integer.numberOfLeadingZeros(magnitude - REGULAR);
    }
}

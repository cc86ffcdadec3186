package org.sekkei.inr.field;

import org.sekkei.inr.PictureSize;

/// A picture as its quantised coefficients.
///
/// @param size of the picture in pixels
/// @param level of the quantiser's step, 0..127, see [FieldBasis#step]
/// @param rows of cells
/// @param columns of cells
/// @param channels of a cell
/// @param values `[rows * columns, channels]`, at least; longer arrays are legal so that they can be used again
public record FieldCoefficients(PictureSize size, int level, int rows, int columns, int channels, short[] values) {
    /// Levels of the quantiser's step.
    public static final int LEVELS = 128;

    public FieldCoefficients {
        if (level < 0 || level >= LEVELS) {
            throw new IllegalArgumentException("the quantiser's level " + level);
        }
        if (rows < 1 || columns < 1 || values.length < (long) rows * columns * channels) {
            throw new IllegalArgumentException(
                    values.length + " coefficients for " + rows + " x " + columns + " cells of " + channels);
        }
    }

    /// Zeros for a picture of this size.
    public static FieldCoefficients zeros(FieldBasis basis, PictureSize size, int level) {
        int rows = basis.cells(size.height());
        int columns = basis.cells(size.width());
        int length = Math.toIntExact((long) rows * columns * basis.channels());
        return new FieldCoefficients(size, level, rows, columns, basis.channels(), new short[length]);
    }

    public int cells() {
        return rows * columns;
    }
}

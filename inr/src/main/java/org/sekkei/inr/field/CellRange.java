package org.sekkei.inr.field;

/// A rectangle of cells: its first row and column, and how many of each.
public record CellRange(int row, int column, int rows, int columns) {
    public CellRange {
        if (row < 0 || column < 0 || rows < 1 || columns < 1) {
            throw new IllegalArgumentException("cells " + row + ", " + column + ", " + rows + " x " + columns);
        }
    }

    /// All cells of a picture.
    public static CellRange all(FieldCoefficients coefficients) {
        return new CellRange(0, 0, coefficients.rows(), coefficients.columns());
    }

    /// All cells of a picture.
    public static CellRange all(SparseCoefficients coefficients) {
        return new CellRange(0, 0, coefficients.rows(), coefficients.columns());
    }
}

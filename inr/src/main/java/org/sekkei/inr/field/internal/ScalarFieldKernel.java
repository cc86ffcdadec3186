package org.sekkei.inr.field.internal;

import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.sekkei.inr.field.CellRange;
import org.sekkei.inr.field.FieldAnalysis;
import org.sekkei.inr.field.FieldBasis;
import org.sekkei.inr.field.FieldKernel;
import org.sekkei.inr.field.FieldNetwork;
import org.sekkei.inr.field.FieldTables;
import org.sekkei.inr.field.SparseCoefficients;

/// The reference: as the specification says it, one number after the other.
final class ScalarFieldKernel implements FieldKernel {
    private static final int[] X_SIGNS = {1, -1, 1, -1};
    private static final int[] Y_SIGNS = {1, 1, -1, -1};

    @Override
    public String description() {
        return "scalar";
    }

    @Override
    public void scales(FieldNetwork network, int level, float[] features, int pitch, int cells, byte[] scales) {
        int inputs = network.inputs();
        int[] hidden = new int[FieldNetwork.HIDDEN];
        for (int cell = 0; cell < cells; cell++) {
            for (int unit = 0; unit < hidden.length; unit++) {
                int row = unit * inputs;
                int sum = network.hiddenBias()[unit] + network.hiddenWeight()[row + inputs - 1] * level;
                for (int i = 0; i < inputs - 1; i++) {
                    sum += network.hiddenWeight()[row + i] * (int) features[i * pitch + cell];
                }
                hidden[unit] = Math.clamp(sum >> 6, 0, FieldNetwork.MAX_HIDDEN);
            }
            for (int channel = 0; channel < network.channels(); channel++) {
                int sum = network.scaleBias()[channel];
                for (int unit = 0; unit < hidden.length; unit++) {
                    sum += network.scaleWeight()[channel * FieldNetwork.HIDDEN + unit] * hidden[unit];
                }
                int sixteenths = (sum >> 6) - level;
                scales[cell * network.channels() + channel] = (byte) Math.clamp(sixteenths + 66 >> 2, 0, 63);
            }
        }
    }

    @Override
    public int list(byte[] scales, int from, int count, int position, int[] entries, int size) {
        int end = size;
        for (int i = 0; i < count; i++) {
            int scale = scales[from + i];
            if (scale != 0) {
                entries[end++] = position + i << 6 | scale;
            }
        }
        return end;
    }

    @Override
    public void energies(FieldBasis basis, int group, short[] values, int cells, int[] energies) {
        for (int cell = 0; cell < cells; cell++) {
            int sum = 0;
            for (int k = basis.start(group); k < basis.start(group + 1); k++) {
                sum += basis.energy()[k] * Math.min(Math.abs(values[cell * basis.channels() + k]), 1023);
            }
            energies[cell] = sum;
        }
    }

    @Override
    public void analyse(FieldAnalysis analysis, float[] picture, int width, int height, float[] coefficients) {
        int s = analysis.stride();
        int rows = (height + s - 1) / s;
        int columns = (width + s - 1) / s;
        int[] ys = Mirror.positions(rows, s, height);
        int[] xs = Mirror.positions(columns, s, width);
        float[] folded = new float[3 * s * s];
        for (int cell = 0; cell < rows * columns; cell++) {
            int top = cell / columns * s;
            int left = cell % columns * s;
            for (int parity = 0; parity < 4; parity++) {
                for (int i = 0; i < folded.length; i++) {
                    int plane = i / (s * s) * width * height;
                    int y = i / s % s;
                    int x = i % s;
                    int above = plane + ys[top + y] * width;
                    int below = plane + ys[top + 2 * s - 1 - y] * width;
                    int near = xs[left + x];
                    int far = xs[left + 2 * s - 1 - x];
                    float upper = picture[above + near] - 0.5f + X_SIGNS[parity] * (picture[above + far] - 0.5f);
                    float lower = picture[below + near] - 0.5f + X_SIGNS[parity] * (picture[below + far] - 0.5f);
                    folded[i] = upper + Y_SIGNS[parity] * lower;
                }
                int[] members = analysis.members(parity);
                float[] functions = analysis.functions(parity);
                int pitch = functions.length / folded.length;
                for (int m = 0; m < members.length; m++) {
                    float sum = 0;
                    for (int i = 0; i < folded.length; i++) {
                        sum += folded[i] * functions[i * pitch + m];
                    }
                    coefficients[cell * analysis.channels() + members[m]] = sum;
                }
            }
        }
    }

    @Override
    public void synthesise(FieldTables tables, SparseCoefficients coefficients, CellRange cells, float[] planes) {
        int s = tables.stride();
        int pitch = (cells.columns() + 1) * s;
        int plane = (cells.rows() + 1) * s * pitch;
        Arrays.fill(planes, 0, 3 * plane, 0);
        float step = FieldBasis.step(coefficients.level());
        float[] quarter = new float[tables.length()];
        for (int row = 0; row < cells.rows(); row++) {
            for (int column = 0; column < cells.columns(); column++) {
                int cell = (cells.row() + row) * coefficients.columns() + cells.column() + column;
                int corner = row * s * pitch + column * s;
                for (int parity = 0; parity < 4; parity++) {
                    if (accumulate(tables, coefficients, cell, parity, step, quarter)) {
                        unfold(quarter, parity, s, planes, corner, pitch, plane);
                    }
                }
            }
        }
    }

    /// The sum of a cell's quarters of one parity.
    ///
    /// @return false if there are none
    private static boolean accumulate(
            FieldTables tables, SparseCoefficients coefficients, int cell, int parity, float step, float[] quarter) {
        Arrays.fill(quarter, 0);
        int begin = coefficients.starts()[4 * cell + parity];
        int end = coefficients.starts()[4 * cell + parity + 1];
        for (int n = begin; n < end; n++) {
            int term = coefficients.terms()[n];
            int k = SparseCoefficients.channel(term);
            if (k >= tables.visible()) {
                break;
            }
            float amplitude = SparseCoefficients.value(term) * step;
            for (int first = 0; first < quarter.length; first += tables.tile()) {
                int at = first * tables.channels() + k * tables.tile();
                for (int i = 0; i < tables.tile(); i++) {
                    quarter[first + i] += amplitude * tables.values().getAtIndex(ValueLayout.JAVA_FLOAT, at + i);
                }
            }
        }
        return begin < end;
    }

    private static void unfold(float[] quarter, int parity, int s, float[] planes, int corner, int pitch, int plane) {
        int xSign = X_SIGNS[parity];
        int ySign = Y_SIGNS[parity];
        for (int i = 0; i < quarter.length; i++) {
            int y = i / s % s;
            int x = i % s;
            int above = i / (s * s) * plane + corner + y * pitch;
            int below = i / (s * s) * plane + corner + (2 * s - 1 - y) * pitch;
            planes[above + x] += quarter[i];
            planes[above + 2 * s - 1 - x] += xSign * quarter[i];
            planes[below + x] += ySign * quarter[i];
            planes[below + 2 * s - 1 - x] += xSign * ySign * quarter[i];
        }
    }

    @Override
    public void colours(float[] sums, int from, float[] colours, int to, int count) {
        for (int i = 0; i < count; i++) {
            colours[to + i] = Math.clamp(sums[from + i] + 0.5f, 0f, 1f);
        }
    }

    @Override
    public void blend(
            float[] values,
            int from,
            int pitch,
            float[] weights,
            int weight,
            int stride,
            int taps,
            float[] line,
            int count) {
        for (int i = 0; i < count; i++) {
            float sum = 0;
            for (int tap = 0; tap < taps; tap++) {
                float colour = Math.min(1, Math.max(0, values[from + tap * pitch + i] + 0.5f));
                sum += weights[weight + tap * stride] * colour;
            }
            line[i] = sum;
        }
    }

    @Override
    public void interpolate(
            float[] line, int shift, int[] first, float[] weights, int taps, float[] output, int to, int count) {
        for (int i = 0; i < count; i++) {
            float sum = 0;
            for (int tap = 0; tap < taps; tap++) {
                sum += weights[tap * count + i] * line[first[i] + shift + tap];
            }
            output[to + i] = sum;
        }
    }
}

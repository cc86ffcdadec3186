package org.sekkei.inr.field;

import java.util.Arrays;

/// Weights of averages over blocks of pixels that come as near as possible to given weights of the pixels
/// themselves, in
/// the least-squares sense for a signal whose neighbouring pixels are correlated as those of photos are.
public final class BlockFit {
    private static final double CORRELATION = 0.95;

    /// Kernels that are much wider than the blocks need no fit.
    public static final int WIDEST = 9;

    private final int octave;
    private final int blocks;
    private final double[] weights;
    private final double[][] factor;

    /// The covariance of a block's average with the pixel that lies this far from its first one.
    private final double[] covariance;

    /// @param octave blocks have `2^octave` pixels
    /// @param blocks how many, one after the other
    public BlockFit(int octave, int blocks) {
        this.octave = octave;
        this.blocks = blocks;
        this.weights = new double[blocks];
        boolean fitted = octave > 0 && blocks <= WIDEST;
        this.covariance = new double[fitted ? blocks + 1 << octave : 0];
        this.factor = new double[fitted ? blocks : 0][blocks];
        int size = 1 << octave;
        for (int distance = 0; distance < covariance.length; distance++) {
            for (int i = 0; i < size; i++) {
                covariance[distance] += Math.pow(CORRELATION, Math.abs(distance - i)) / size;
            }
        }
        for (int row = 0; row < factor.length; row++) {
            for (int column = 0; column <= row; column++) {
                double sum = 0;
                for (int i = 0; i < size; i++) {
                    sum += covariance((row - column << octave) + i) / size;
                }
                for (int i = 0; i < column; i++) {
                    sum -= factor[row][i] * factor[column][i];
                }
                factor[row][column] = row == column ? Math.sqrt(sum) : sum / factor[column][column];
            }
        }
    }

    /// The covariance of a block's average with each pixel from its first one on, of these blocks and one more.
    public double[] covariances() {
        return covariance.clone();
    }

    /// The Cholesky factor of the blocks' covariances: `[blocks, blocks]`, lower. That of fewer blocks is its upper
    /// left part.
    public double[][] factor() {
        double[][] copy = factor.clone();
        for (int row = 0; row < copy.length; row++) {
            copy[row] = factor[row].clone();
        }
        return copy;
    }

    private double covariance(int distance) {
        // Seen from the other end a block looks the same.
        return covariance[distance >= 0 ? distance : (1 << octave) - 1 - distance];
    }

    /// @param pixels the weights of the pixels `from` to `to - 1`, which add up to one
    /// @param first the first block
    /// @return the weights of the blocks, which add up to one; the next call uses the array again
    double[] fit(double[] pixels, int from, int to, int first) {
        Arrays.fill(weights, 0);
        if (factor.length == 0) {
            for (int p = from; p < to; p++) {
                weights[(p >> octave) - first] += pixels[p - from];
            }
            return weights;
        }
        for (int block = 0; block < blocks; block++) {
            int begin = first + block << octave;
            for (int p = from; p < to; p++) {
                weights[block] += pixels[p - from] * covariance(p - begin);
            }
        }
        for (int row = 0; row < blocks; row++) {
            for (int i = 0; i < row; i++) {
                weights[row] -= factor[row][i] * weights[i];
            }
            weights[row] /= factor[row][row];
        }
        double sum = 0;
        for (int row = blocks - 1; row >= 0; row--) {
            for (int i = row + 1; i < blocks; i++) {
                weights[row] -= factor[i][row] * weights[i];
            }
            weights[row] /= factor[row][row];
            sum += weights[row];
        }
        for (int row = 0; row < blocks; row++) {
            weights[row] /= sum;
        }
        return weights;
    }
}

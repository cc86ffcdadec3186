package org.sekkei.fit.field;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.sekkei.inr.PictureSize;
import org.sekkei.inr.field.FieldAnalysis;
import org.sekkei.inr.field.FieldBasis;
import org.sekkei.inr.field.FieldCoefficients;
import org.sekkei.inr.field.FieldContexts;
import org.sekkei.inr.field.FieldCosts;
import org.sekkei.inr.field.FieldKernel;
import org.sekkei.inr.field.FieldMeans;
import org.sekkei.inr.field.FieldNetwork;

/// The last part of training, in the integers that records are made of: crops are analysed and quantised as the encoder
/// does it, and what the contexts say is compared with what came. From that come the frequencies of symbols and the
/// scales of the means' residuals.
final class BasisCalibration {
    /// What the ideal distribution counts for, in symbols.
    private static final double PRIOR = 400;

    /// What the training's own estimate of a residual's magnitude counts for, in residuals.
    private static final float RESIDUAL_PRIOR = 4;

    private static final int ROUNDS = 2;
    private static final int PIXELS = 6 << 20;
    /// How often a pixel may be looked at, at different levels.
    private static final int REPEATS = 8;

    private static final long STREAM = 0x63616C6962L;

    private final BasisTraining training;
    private final TrainingCrops crops;
    private final Workers workers;

    /// @param symbols `[24, 32]`: how often each came
    /// @param bits that all coefficients cost
    /// @param contexts of the residuals of the means, see [MeansStatistics#context]
    /// @param residuals of the means
    private record Count(long[] symbols, double bits, int[] contexts, int[] residuals) {}

    BasisCalibration(BasisTraining training, TrainingCrops crops, Workers workers) {
        this.training = training;
        this.crops = crops;
        this.workers = workers;
    }

    /// @param bits a pixel that the calibrated basis takes for the crops it was calibrated on
    record Calibrated(FieldBasis basis, double bits) {}

    /// @param start a basis with ideal frequencies, and the prediction that training found
    Calibrated calibrate(FieldBasis start) {
        FieldBasis basis = start;
        double bits = 0;
        for (int round = 0; round < ROUNDS; round++) {
            Tally tally = tally(basis);
            basis = with(start, prediction(start, tally), frequencies(start, tally));
        }
        bits = tally(basis).bits;
        return new Calibrated(basis, bits);
    }

    /// The crops that are counted: the same at every call.
    ///
    /// @param random at its beginning
    TrainingBatch batch(SplittableRandom random) {
        return TrainingBatch.draw(training, crops, random);
    }

    SplittableRandom random() {
        return new SplittableRandom(training.seed() ^ STREAM);
    }

    /// How many pixels are counted.
    long pixels() {
        return Math.min(PIXELS, REPEATS * crops.pixels());
    }

    /// @param symbols `[24, 32]`
    /// @param costs `[contexts, 64]`: bits that residuals would cost at each scale index
    /// @param bits a pixel
    private record Tally(long[] symbols, float[] costs, double bits) {}

    private Tally tally(FieldBasis basis) {
        FieldAnalysis analysis = new FieldAnalysis(basis);
        FieldCosts costs = new FieldCosts(basis);
        long[] symbols = new long[FieldBasis.TABLES * FieldBasis.SYMBOLS];
        float[] residualCosts =
                new float[FieldBasis.GRID_LEVELS * 2 * basis.channels(0) * FieldBasis.SPREADS * FieldCosts.SCALES];
        double bits = 0;
        long pixels = 0;
        SplittableRandom random = random();
        while (pixels < pixels()) {
            TrainingBatch batch = batch(random);
            Count[] counts = new Count[batch.entries().size()];
            bits += workers.sum(counts.length, i -> {
                counts[i] = count(basis, analysis, costs, batch.entries().get(i));
                return counts[i].bits;
            });
            for (Count count : counts) {
                for (int i = 0; i < symbols.length; i++) {
                    symbols[i] += count.symbols[i];
                }
                for (int i = 0; i < count.contexts.length; i++) {
                    for (int scale = 1; scale < FieldCosts.SCALES; scale++) {
                        residualCosts[count.contexts[i] * FieldCosts.SCALES + scale] +=
                                costs.bits(scale, count.residuals[i]);
                    }
                }
            }
            pixels += batch.pixels();
        }
        return new Tally(symbols, residualCosts, bits / pixels);
    }

    private Count count(FieldBasis basis, FieldAnalysis analysis, FieldCosts costs, TrainingBatch.Entry entry) {
        int width = entry.crop().width();
        int height = entry.crop().height();
        FieldKernel kernel = FieldKernel.best();
        float[] picture = entry.crop().values().clone();
        for (int i = 0; i < picture.length; i++) {
            picture[i] += 0.5f;
        }
        int cells = entry.cells();
        int channels = basis.channels();
        float[] targets = new float[cells * channels];
        kernel.analyse(analysis, picture, width, height, targets);
        FieldCoefficients coefficients = FieldCoefficients.zeros(basis, new PictureSize(width, height), entry.level());
        float[] weights = new float[cells];
        Arrays.fill(weights, 1);
        new FieldQuantiser(basis, kernel).quantise(targets, coefficients, training.multiplier(), weights);
        short[] values = coefficients.values();
        long[] symbols = new long[FieldBasis.TABLES * FieldBasis.SYMBOLS];
        double bits = 0;
        int means = basis.channels(0);
        int[] contexts = new int[cells * means];
        int[] residuals = new int[cells * means];
        FieldMeans order = new FieldMeans(basis, entry.rows(), entry.columns());
        int[] predictions = new int[means];
        byte[] scales = new byte[means];
        int met = 0;
        for (int pass = 0; pass < order.passes(); pass++) {
            int[] own = order.cells(pass);
            for (int index = 0; index < own.length; index++) {
                order.predict(pass, index, values, channels, predictions, scales, 0);
                for (int channel = 0; channel < means; channel++) {
                    int residual = values[own[index] * channels + channel] - predictions[channel];
                    contexts[met] = MeansStatistics.context(
                            order.level(pass),
                            order.kind(pass),
                            means,
                            channel,
                            MeansStatistics.spread(order.neighbours(pass), 4 * index, values, channels, channel));
                    residuals[met++] = residual;
                    bits += costs.bits(scales[channel], residual);
                    note(symbols, scales[channel], residual);
                }
            }
        }
        FieldContexts predictor = new FieldContexts(basis, kernel);
        predictor.begin(entry.rows(), entry.columns(), entry.level());
        for (int group = 1; group < basis.groups(); group++) {
            predictor.add(values);
            int count = basis.channels(group);
            byte[] own = new byte[cells * count];
            predictor.scales(own);
            for (int i = 0; i < own.length; i++) {
                if (own[i] != 0) {
                    int value = values[i / count * channels + basis.start(group) + i % count];
                    bits += costs.bits(own[i], value);
                    note(symbols, own[i], value);
                }
            }
        }
        return new Count(symbols, bits, contexts, residuals);
    }

    private static void note(long[] symbols, int scale, int value) {
        int shift = FieldCosts.shift(scale);
        int coded = value + (1 << shift >> 1) >> shift;
        int symbol = Math.abs(coded) > 15 ? 0 : FieldCosts.symbol(coded);
        symbols[FieldCosts.table(scale) * FieldBasis.SYMBOLS + symbol]++;
    }

    private static byte[] prediction(FieldBasis start, Tally tally) {
        FieldCosts ideal = new FieldCosts(start);
        int contexts = tally.costs.length / FieldCosts.SCALES;
        byte[] prediction = new byte[contexts];
        for (int context = 0; context < contexts; context++) {
            int spread = context % FieldBasis.SPREADS;
            int channel = context / FieldBasis.SPREADS % start.channels(0);
            int pass = context / FieldBasis.SPREADS / start.channels(0);
            int known = start.prediction(pass / 2, pass % 2, channel, spread);
            int magnitude = (int) Math.round(Math.pow(2, known / 4.0 - 4));
            float least = Float.POSITIVE_INFINITY;
            for (int scale = 1; scale < FieldCosts.SCALES; scale++) {
                float cost = tally.costs[context * FieldCosts.SCALES + scale]
                        + RESIDUAL_PRIOR * ideal.bits(scale, magnitude);
                if (cost < least) {
                    least = cost;
                    prediction[context] = (byte) scale;
                }
            }
        }
        return prediction;
    }

    /// Counts with those of the ideal distributions added; signs are alike.
    private static int[] frequencies(FieldBasis start, Tally tally) {
        int[] frequencies = new int[FieldBasis.TABLES * FieldBasis.SYMBOLS];
        int total = 1 << FieldBasis.FREQUENCY_BITS;
        for (int table = 0; table < FieldBasis.TABLES; table++) {
            int row = table * FieldBasis.SYMBOLS;
            double[] weights = new double[FieldBasis.SYMBOLS];
            double sum = 0;
            for (int symbol = 0; symbol < FieldBasis.SYMBOLS; symbol++) {
                double counted = symbol < 2
                        ? tally.symbols[row + symbol]
                        : (tally.symbols[row + symbol] + tally.symbols[row + (symbol ^ 1)]) / 2.0;
                weights[symbol] = counted + PRIOR * start.frequencies()[row + symbol] / total;
                sum += weights[symbol];
            }
            int rest = total;
            for (int symbol = 0; symbol < FieldBasis.SYMBOLS; symbol++) {
                frequencies[row + symbol] = (int) Math.max(1, Math.floor(weights[symbol] / sum * total));
                rest -= frequencies[row + symbol];
            }
            // What rounding left over, or took too much, is least to the most frequent.
            int most = row;
            for (int symbol = 1; symbol < FieldBasis.SYMBOLS; symbol++) {
                most = frequencies[row + symbol] > frequencies[most] ? row + symbol : most;
            }
            frequencies[most] += rest;
        }
        return frequencies;
    }

    private static FieldBasis with(FieldBasis basis, byte[] prediction, int[] frequencies) {
        int[] groups = new int[basis.groups()];
        Arrays.setAll(groups, basis::channels);
        FieldNetwork[] networks = new FieldNetwork[basis.groups() - 1];
        Arrays.setAll(networks, g -> basis.network(g + 1));
        return new FieldBasis(
                basis.name(),
                basis.stride(),
                groups,
                basis.parity(),
                basis.synthesis(),
                basis.analysis(),
                basis.energy(),
                Arrays.asList(networks),
                prediction,
                frequencies);
    }
}

package org.sekkei.cli;

import java.util.Locale;

/// A linear axis from `min` to `max` with a tick at every multiple of `step`.
record Scale(double min, double max, double step) {
    /// The axis that holds all of `low..high` and begins and ends at round values, with about `ticks` ticks.
    static Scale around(double low, double high, int ticks) {
        double step = roundStep((high - low) / ticks, Math.max(Math.abs(low), Math.abs(high)));
        double min = Math.floor(low / step + 1e-9) * step;
        double max = Math.ceil(high / step - 1e-9) * step;
        return new Scale(min, max > min ? max : min + step, step);
    }

    /// [#around] with ticks at whole numbers only.
    static Scale aroundWhole(double low, double high, int ticks) {
        Scale scale = around(low, high, ticks);
        return scale.step() < 1 ? new Scale(Math.floor(low), Math.max(Math.ceil(high), Math.floor(low) + 1), 1) : scale;
    }

    /// The smallest of 1, 2 and 5 times a power of ten that is not below `raw`; where `raw` is nothing, a step that is
    /// small beside `magnitude`.
    static double roundStep(double raw, double magnitude) {
        double wanted = raw > Math.abs(magnitude) * 1e-9 ? raw : Math.max(Math.abs(magnitude) / 100, 1e-9);
        double power = Math.pow(10, Math.floor(Math.log10(wanted)));
        for (double factor : new double[] {1, 2, 5}) {
            if (factor * power >= wanted * (1 - 1e-9)) {
                return factor * power;
            }
        }
        return 10 * power;
    }

    int ticks() {
        return (int) Math.round((max - min) / step) + 1;
    }

    double tick(int index) {
        return min + index * step;
    }

    String label(int index) {
        int decimals = step >= 1 ? 0 : (int) Math.ceil(-Math.log10(step) - 1e-9);
        return String.format(Locale.ROOT, "%,." + decimals + "f", tick(index));
    }

    /// Where `value` lies between the axis's ends, 0..1.
    double position(double value) {
        return (value - min) / (max - min);
    }
}

package org.sekkei.train;

import java.io.IOException;
import org.sekkei.inr.Sampling;

/// Colours at positions: planar RGB of a sampling into the beginning of `rgb`.
@FunctionalInterface
interface Field {
    void evaluate(Sampling sampling, float[] rgb) throws IOException;
}

package org.sekkei.train;

import java.io.IOException;
import org.sekkei.inr.Sampling;

/// Evaluates the pictures of a data set. Owns scratch memory: one a thread.
interface SampleReader {
    /// Writes planar RGB, \[3, sampling.height(), sampling.width()\] in 0..1, smoothed where the sampling is
    /// coarser than the picture, and the fill colour where it lies outside.
    ///
    /// @param sampling in pixels of the picture as it was packed
    /// @throws IOException if the picture cannot be decoded; the message names it
    void read(int index, Sampling sampling, float[] rgb) throws IOException;
}

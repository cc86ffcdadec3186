package org.sekkei.fit.siren;

/// What a fit aims at.
public sealed interface SirenGoal {
    /// The best that the network can do; quantisation may cost as much as the recipe allows.
    record Best() implements SirenGoal {}

    /// A PSNR in decibels, reached with as few bytes as possible; the fit stops when it is reached.
    record Quality(double psnr) implements SirenGoal {
        public Quality {
            if (!(psnr > 0 && psnr < 100)) {
                throw new IllegalArgumentException("a target of " + psnr + " dB");
            }
        }
    }

    /// At most so many bytes a picture, at the best quality that they buy.
    record Bytes(int bytes) implements SirenGoal {
        public Bytes {
            if (bytes < 16) {
                throw new IllegalArgumentException("a target of " + bytes + " bytes; a record needs at least 16");
            }
        }
    }
}

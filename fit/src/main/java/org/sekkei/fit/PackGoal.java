package org.sekkei.fit;

/// What the encoding of a picture aims at.
public sealed interface PackGoal {
    /// The best that the codec can do within its options.
    record Best() implements PackGoal {}

    /// A PSNR in decibels, reached with as few bytes as possible.
    record Quality(double psnr) implements PackGoal {
        public Quality {
            if (!(psnr > 0 && psnr < 100)) {
                throw new IllegalArgumentException("a target of " + psnr + " dB");
            }
        }
    }

    /// At most so many bytes a picture, at the best quality that they buy.
    record Bytes(int bytes) implements PackGoal {
        public Bytes {
            if (bytes < 16) {
                throw new IllegalArgumentException("a target of " + bytes + " bytes; a record needs at least 16");
            }
        }
    }
}

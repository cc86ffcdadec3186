package org.sekkei.inr.cuda;

/// How the networks of `siren` are evaluated; `field` is always evaluated in float32.
public enum Arithmetic {
    /// As the reference does.
    FLOAT32,
    /// Products of halves on tensor cores, sums in float32. About 40 dB from the reference and more.
    HALF
}

package org.sekkei.inr.siren;

/// How quantised parameters become bytes.
public enum SirenPacking {
    /// As many bits for each parameter as its layer's largest needs, and a bit mask where most of a layer is zero.
    FIXED,
    /// Entropy-coded by rANS, with the tables that fit the layer and row.
    RANS
}

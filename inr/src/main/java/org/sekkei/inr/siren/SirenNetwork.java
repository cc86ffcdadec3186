package org.sekkei.inr.siren;

import org.sekkei.inr.PictureSize;

/// A picture as a SIREN.
///
/// @param size the picture that the network was fitted to
/// @param parameters `[shape.parameterCount()]`, in the layout of [SirenShape]
public record SirenNetwork(SirenShape shape, PictureSize size, float[] parameters) {}

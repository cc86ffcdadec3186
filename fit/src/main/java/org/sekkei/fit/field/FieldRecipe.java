package org.sekkei.fit.field;

/// How the encoder of the codec `field` trades bytes for quality.
///
/// @param lambda what a bit costs, in squared quantiser steps: larger gives fewer bytes and a lower PSNR at the same
///     step. At high rates 0.12 is the slope of the rate-distortion curve; a little more pays at the rates that data
///     sets are packed at
/// @param backgroundWeight how much the squared error of a cell counts that no box touches, in pictures with boxes;
///     1 treats all cells alike, 0.25 spends the bits on the boxes
public record FieldRecipe(double lambda, double backgroundWeight) {
    public FieldRecipe {
        if (!(lambda >= 0 && lambda <= 10) || !(backgroundWeight > 0 && backgroundWeight <= 1)) {
            throw new IllegalArgumentException("lambda " + lambda + ", weight of the background " + backgroundWeight);
        }
    }

    /// What `sekkei pack` uses if nothing is said.
    public static FieldRecipe standard() {
        return new FieldRecipe(0.15, 1);
    }
}

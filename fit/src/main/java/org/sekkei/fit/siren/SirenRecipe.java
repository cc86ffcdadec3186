package org.sekkei.fit.siren;

import org.sekkei.inr.siren.SirenPacking;
import org.sekkei.inr.siren.SirenShape;

/// How SIRENs are fitted and written.
///
/// @param steps optimiser steps before quantisation; half as many follow through the quantiser
/// @param pixelsPerStep pixels that a step looks at in the first third of the fit; twice and four times as many
///     follow
/// @param learningRate the highest learning rate, times `layers * sqrt(width)` of the network
/// @param quantisation whether and how far parameters are quantised
/// @param pruned the share of parameters that are pruned to their start, 0..0.9
/// @param packing how quantised parameters become bytes
public record SirenRecipe(
        int steps,
        int pixelsPerStep,
        double learningRate,
        Quantisation quantisation,
        double pruned,
        SirenPacking packing) {
    public SirenRecipe {
        if (steps < 1 || pixelsPerStep < 1 || !(learningRate > 0) || !(pruned >= 0 && pruned <= 0.9)) {
            throw new IllegalArgumentException("steps " + steps + ", pixels " + pixelsPerStep + ", learning rate "
                    + learningRate + ", pruned share " + pruned);
        }
    }

    /// Whether parameters are quantised.
    public sealed interface Quantisation {
        /// Half precision, as Rapid-INR stores its networks.
        record None() implements Quantisation {}

        /// Integer multiples of a step a row, fitted through the quantiser.
        ///
        /// @param lossDecibels how much PSNR quantisation may cost against the network in float32
        record Fitted(double lossDecibels) implements Quantisation {
            public Fitted {
                if (!(lossDecibels > 0)) {
                    throw new IllegalArgumentException("a loss of " + lossDecibels + " dB");
                }
            }
        }
    }

    /// What `sekkei pack` uses if nothing is said.
    public static SirenRecipe standard() {
        return new SirenRecipe(400, 4096, 0.11, new Quantisation.Fitted(0.7), 0.2, SirenPacking.RANS);
    }

    float learningRate(SirenShape shape) {
        return (float) (learningRate / (shape.layers() * Math.sqrt(shape.width())));
    }

    public SirenRecipe withSteps(int steps) {
        return new SirenRecipe(steps, pixelsPerStep, learningRate, quantisation, pruned, packing);
    }

    public SirenRecipe withPruned(double pruned) {
        return new SirenRecipe(steps, pixelsPerStep, learningRate, quantisation, pruned, packing);
    }

    public SirenRecipe withQuantisation(Quantisation quantisation) {
        return new SirenRecipe(steps, pixelsPerStep, learningRate, quantisation, pruned, packing);
    }

    public SirenRecipe withPacking(SirenPacking packing) {
        return new SirenRecipe(steps, pixelsPerStep, learningRate, quantisation, pruned, packing);
    }
}

package org.sekkei.fit.siren;

import org.sekkei.inr.siren.SirenShape;

/// A picture that has become a record.
///
/// @param record the bytes for the store
/// @param psnr of the decoded record, rounded to 8 bits, against the picture, in decibels
/// @param floatPsnr of the network before quantisation
/// @param steps optimiser steps that all attempts took together
public record FittedPicture(byte[] record, SirenShape shape, double psnr, double floatPsnr, int steps) {
    /// Decibels by which a target may be missed.
    static final double TOLERANCE = 0.02;

    boolean reaches(double target) {
        return psnr >= target - TOLERANCE;
    }

    FittedPicture withSteps(int steps) {
        return new FittedPicture(record, shape, psnr, floatPsnr, steps);
    }
}

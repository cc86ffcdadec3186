package org.sekkei.tasks.track;

/// What a network of the family takes.
///
/// @param template side of the template in pixels
/// @param search side of the search picture in training, in pixels
record Measures(int template, int search) {
    static final Measures AUTHORS = new Measures(127, 255);
    static final Measures LIGHT = new Measures(80, 160);

    static final int STRIDE = org.sekkei.models.TrTr.STRIDE;

    /// Positions across a search picture of so many pixels.
    static int positions(int pixels) {
        return Math.ceilDiv(pixels, STRIDE);
    }

    /// The template of a box: the square with its surroundings.
    Crop template(TargetBox box) {
        return new Crop(box.centreX(), box.centreY(), box.contextSide(), template);
    }

    /// The search picture around a box at the template's scale.
    Crop search(TargetBox box, int pixels) {
        return new Crop(box.centreX(), box.centreY(), box.contextSide() * pixels / template, pixels);
    }
}

package org.sekkei.pictures;

/// An axis-aligned rectangle in pixels: `x`, `y` is the upper left corner, the origin is the picture's upper left
/// corner
/// and the first pixel covers `[0, 1)`.
public record SourceBox(float x, float y, float width, float height) {}

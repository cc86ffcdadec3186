package org.sekkei.inr;

/// An axis-aligned rectangle in pixels of the source picture: `x`, `y` is the upper left corner, the origin is the
/// picture's upper left corner and the first pixel covers `[0, 1)`.
public record Box(float x, float y, float width, float height) {}

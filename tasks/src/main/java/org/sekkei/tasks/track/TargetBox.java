package org.sekkei.tasks.track;

/// Where an object is, in pixels of the frame: the first pixel covers `[0, 1)`.
///
/// @param x left edge
/// @param y upper edge
public record TargetBox(double x, double y, double width, double height) {
    public static TargetBox around(double centreX, double centreY, double width, double height) {
        return new TargetBox(centreX - width / 2, centreY - height / 2, width, height);
    }

    public double centreX() {
        return x + width / 2;
    }

    public double centreY() {
        return y + height / 2;
    }

    /// The shared area as a share of the joint one, 0 to 1.
    public double intersectionOverUnion(TargetBox other) {
        double across = Math.min(x + width, other.x + other.width) - Math.max(x, other.x);
        double down = Math.min(y + height, other.y + other.height) - Math.max(y, other.y);
        double shared = Math.max(0, across) * Math.max(0, down);
        double joint = width * height + other.width * other.height - shared;
        return joint <= 0 ? 0 : shared / joint;
    }

    /// Pixels between the centres.
    public double centreDistance(TargetBox other) {
        return Math.hypot(centreX() - other.centreX(), centreY() - other.centreY());
    }

    /// The part of it inside of a frame; of no size where there is none.
    public TargetBox within(int frameWidth, int frameHeight) {
        double left = Math.clamp(x, 0, frameWidth);
        double top = Math.clamp(y, 0, frameHeight);
        return new TargetBox(
                left,
                top,
                Math.clamp(x + width, left, frameWidth) - left,
                Math.clamp(y + height, top, frameHeight) - top);
    }

    /// The side of the square that holds it with its surroundings (SiamFC's, half of the mean side at each side).
    double contextSide() {
        double surroundings = (width + height) / 2;
        return Math.sqrt((width + surroundings) * (height + surroundings));
    }
}

package org.sekkei.tasks.track;

import org.sekkei.pictures.Picture;

/// A square of a frame at the size at which a network sees it. What lies outside of the frame is the frame's mean
/// colour.
///
/// @param centreX in pixels of the frame
/// @param side in pixels of the frame
/// @param pixels of its side in the network
record Crop(double centreX, double centreY, double side, int pixels) {
    /// ImageNet's statistics in the order R, G, B, which the authors apply to B, G, R.
    private static final float[] MEAN = {0.485f, 0.456f, 0.406f};

    private static final float[] DEVIATION = {0.229f, 0.224f, 0.225f};

    /// A part of a frame.
    ///
    /// @param x where its left edge is in the frame
    /// @param frameWidth of the frame of which it is a part
    record Region(Picture picture, int x, int y, int frameWidth, int frameHeight) {
        static Region whole(Picture frame) {
            return new Region(frame, 0, 0, frame.width(), frame.height());
        }
    }

    /// What a network sees.
    ///
    /// @param values `[3, pixels, pixels]`, BGR, normalised
    /// @param padding `[pixels, pixels]`, 1 outside of the frame
    record Seen(float[] values, float[] padding) {}

    /// Changes of brightness and contrast by channel, R, G, B.
    record Tint(float[] gain, float[] shift) {
        static final Tint NONE = new Tint(new float[] {1, 1, 1}, new float[3]);
    }

    /// Pixels of this crop in one of the frame.
    double scale() {
        return pixels / side;
    }

    /// A box of the frame in pixels of the crop.
    TargetBox toCrop(TargetBox box) {
        double scale = scale();
        return new TargetBox(
                (box.x() - centreX + side / 2) * scale,
                (box.y() - centreY + side / 2) * scale,
                box.width() * scale,
                box.height() * scale);
    }

    /// A box of the crop in pixels of the frame.
    TargetBox toFrame(TargetBox box) {
        double scale = scale();
        return new TargetBox(
                box.x() / scale + centreX - side / 2,
                box.y() / scale + centreY - side / 2,
                box.width() / scale,
                box.height() / scale);
    }

    /// Mean colour, R, G, B.
    static float[] meanColour(Picture picture) {
        var sums = new long[3];
        byte[] rgb = picture.rgb();
        for (int i = 0; i < rgb.length; i += 3) {
            sums[0] += rgb[i] & 0xff;
            sums[1] += rgb[i + 1] & 0xff;
            sums[2] += rgb[i + 2] & 0xff;
        }
        float count = rgb.length / 3f;
        return new float[] {sums[0] / count, sums[1] / count, sums[2] / count};
    }

    Seen cut(Picture frame, float[] mean) {
        return cut(Region.whole(frame), mean, Tint.NONE);
    }

    /// @param region holding at least what of the crop lies in the frame
    /// @param mean of the frame, R, G, B in 0..255
    Seen cut(Region region, float[] mean, Tint tint) {
        int plane = pixels * pixels;
        var values = new float[3 * plane];
        var padding = new float[plane];
        double step = side / pixels;
        // A crop that is much smaller than what it shows averages, so that fine patterns do not flicker.
        int samples = Math.clamp((int) Math.floor(step), 1, 8);
        var colour = new float[3];
        for (int y = 0; y < pixels; y++) {
            for (int x = 0; x < pixels; x++) {
                float red = 0;
                float green = 0;
                float blue = 0;
                int outside = 0;
                for (int sample = 0; sample < samples * samples; sample++) {
                    double frameX = centreX - side / 2 + (x + (sample % samples + 0.5) / samples) * step;
                    double frameY = centreY - side / 2 + (y + (sample / samples + 0.5) / samples) * step;
                    if (frameX < 0 || frameY < 0 || frameX >= region.frameWidth || frameY >= region.frameHeight) {
                        outside++;
                        red += mean[0];
                        green += mean[1];
                        blue += mean[2];
                    } else {
                        sample(region.picture, frameX - region.x - 0.5, frameY - region.y - 0.5, colour);
                        red += colour[0];
                        green += colour[1];
                        blue += colour[2];
                    }
                }
                float scale = 1f / (255 * samples * samples);
                int at = y * pixels + x;
                values[at] = normalised(blue * scale, 2, 0, tint);
                values[plane + at] = normalised(green * scale, 1, 1, tint);
                values[2 * plane + at] = normalised(red * scale, 0, 2, tint);
                padding[at] = 2 * outside > samples * samples ? 1 : 0;
            }
        }
        return new Seen(values, padding);
    }

    /// The picture that values show.
    static Picture picture(float[] values, int pixels) {
        int plane = pixels * pixels;
        var rgb = new byte[3 * plane];
        for (int i = 0; i < plane; i++) {
            for (int channel = 0; channel < 3; channel++) {
                float shade = values[(2 - channel) * plane + i] * DEVIATION[2 - channel] + MEAN[2 - channel];
                rgb[3 * i + channel] = (byte) Math.clamp(Math.round(255 * shade), 0, 255);
            }
        }
        return new Picture(pixels, pixels, rgb);
    }

    /// What a network sees of a picture.
    static float[] values(Picture picture) {
        byte[] rgb = picture.rgb();
        int plane = rgb.length / 3;
        var values = new float[3 * plane];
        for (int i = 0; i < plane; i++) {
            for (int channel = 0; channel < 3; channel++) {
                values[(2 - channel) * plane + i] =
                        normalised((rgb[3 * i + channel] & 0xff) / 255f, channel, 2 - channel, Tint.NONE);
            }
        }
        return values;
    }

    private static float normalised(float value, int channel, int statistics, Tint tint) {
        float tinted = Math.clamp(value * tint.gain[channel] + tint.shift[channel], 0, 1);
        return (tinted - MEAN[statistics]) / DEVIATION[statistics];
    }

    /// Bilinear, the edges continued.
    static void sample(Picture picture, double x, double y, float[] colour) {
        int width = picture.width();
        int height = picture.height();
        double clampedX = Math.clamp(x, 0, width - 1);
        double clampedY = Math.clamp(y, 0, height - 1);
        int left = Math.min((int) clampedX, Math.max(0, width - 2));
        int top = Math.min((int) clampedY, Math.max(0, height - 2));
        float across = (float) (clampedX - left);
        float down = (float) (clampedY - top);
        byte[] rgb = picture.rgb();
        int at = 3 * (top * width + left);
        int right = width > 1 ? 3 : 0;
        int below = height > 1 ? 3 * width : 0;
        for (int channel = 0; channel < 3; channel++) {
            float upper = (rgb[at + channel] & 0xff) * (1 - across) + (rgb[at + right + channel] & 0xff) * across;
            float lower = (rgb[at + below + channel] & 0xff) * (1 - across)
                    + (rgb[at + below + right + channel] & 0xff) * across;
            colour[channel] = upper * (1 - down) + lower * down;
        }
    }
}

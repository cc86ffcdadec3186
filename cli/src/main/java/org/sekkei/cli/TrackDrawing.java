package org.sekkei.cli;

import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.sekkei.pictures.Picture;
import org.sekkei.tasks.track.Sighting;
import org.sekkei.tasks.track.TargetBox;

/// Boxes on frames.
final class TrackDrawing {
    /// Colours of trackers in their order, R G B.
    private static final int[][] COLOURS = {
        {255, 60, 40}, {40, 140, 255}, {40, 220, 90}, {240, 80, 240}, {255, 200, 30},
    };

    private static final List<String> COLOUR_NAMES = List.of("red", "blue", "green", "magenta", "yellow");

    private static final int DASH = 4;

    private TrackDrawing() {}

    /// A copy of the frame with the box in the tracker's colour; dashed where the object is lost.
    static Picture drawn(Picture frame, @Nullable Sighting sighting, int tracker) {
        var copy = new Picture(frame.width(), frame.height(), frame.rgb().clone());
        if (sighting != null) {
            draw(copy, sighting.box(), sighting.lost(), COLOURS[tracker % COLOURS.length]);
        }
        return copy;
    }

    /// Which tracker has which colour.
    static String legend(List<String> trackers) {
        return IntStream.range(0, trackers.size())
                .mapToObj(i -> trackers.get(i) + " " + COLOUR_NAMES.get(i % COLOUR_NAMES.size()))
                .collect(Collectors.joining(", "));
    }

    private static void draw(Picture picture, TargetBox box, boolean dashed, int[] colour) {
        int thick = Math.max(1, Math.min(picture.width(), picture.height()) / 160);
        int left = (int) Math.round(box.x());
        int top = (int) Math.round(box.y());
        int right = (int) Math.round(box.x() + box.width());
        int bottom = (int) Math.round(box.y() + box.height());
        for (int y = top - thick; y < bottom + thick; y++) {
            for (int x = left - thick; x < right + thick; x++) {
                boolean inside = x >= left && x < right && y >= top && y < bottom;
                boolean gap = dashed && Math.floorMod((x + y) / (DASH * thick), 2) == 1;
                if (!inside && !gap && x >= 0 && y >= 0 && x < picture.width() && y < picture.height()) {
                    for (int channel = 0; channel < 3; channel++) {
                        picture.rgb()[3 * (y * picture.width() + x) + channel] = (byte) colour[channel];
                    }
                }
            }
        }
    }
}

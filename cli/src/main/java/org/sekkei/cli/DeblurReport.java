package org.sekkei.cli;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.sekkei.pictures.Picture;

/// Pictures before and after, and of each the part that changed most, pixel by pixel.
final class DeblurReport {
    private static final int MOST = 40;
    private static final int SIDE = 440;
    private static final int PART = 200;

    private record Pair(String name, Raster before, Raster after, Raster partBefore, Raster partAfter) {}

    private final String network;
    private final List<Pair> pairs = new ArrayList<>();
    private int count;

    DeblurReport(String network) {
        this.network = network;
    }

    void add(String name, Picture before, Picture after) {
        count++;
        if (pairs.size() == MOST) {
            return;
        }
        int[] part = mostChanged(before, after);
        pairs.add(new Pair(
                name,
                whole(before),
                whole(after),
                crop(before, part).shownAt(2 * PART),
                crop(after, part).shownAt(2 * PART)));
    }

    private static Raster whole(Picture picture) {
        Picture shown = picture.fitLongest(SIDE);
        return Raster.ofInterleaved(shown.rgb(), shown.width(), shown.height());
    }

    private static Raster crop(Picture picture, int[] part) {
        int width = Math.min(PART, picture.width() - part[0]);
        int height = Math.min(PART, picture.height() - part[1]);
        var rgb = new byte[3 * width * height];
        for (int y = 0; y < height; y++) {
            System.arraycopy(
                    picture.rgb(), 3 * ((part[1] + y) * picture.width() + part[0]), rgb, 3 * y * width, 3 * width);
        }
        return Raster.ofInterleaved(rgb, width, height);
    }

    private static int[] mostChanged(Picture before, Picture after) {
        int[] best = {0, 0};
        long most = -1;
        for (int top = 0; top <= Math.max(0, before.height() - PART); top += PART / 2) {
            for (int left = 0; left <= Math.max(0, before.width() - PART); left += PART / 2) {
                long change = 0;
                for (int y = top; y < Math.min(before.height(), top + PART); y++) {
                    int row = 3 * y * before.width();
                    for (int i = row + 3 * left; i < row + 3 * Math.min(before.width(), left + PART); i++) {
                        change += Math.abs((before.rgb()[i] & 0xff) - (after.rgb()[i] & 0xff));
                    }
                }
                if (change > most) {
                    most = change;
                    best = new int[] {left, top};
                }
            }
        }
        return best;
    }

    void write(Path file) throws IOException {
        var page = new HtmlReport("Before and after");
        page.paragraph("By " + network + ".");
        if (count > pairs.size()) {
            page.note("The first " + pairs.size() + " of " + count + " pictures.");
        }
        for (Pair pair : pairs) {
            page.heading(pair.name);
            page.pictures(List.of(
                    new HtmlReport.Captioned(pair.before, "before"), new HtmlReport.Captioned(pair.after, "after")));
            page.pictures(List.of(
                    new HtmlReport.Captioned(pair.partBefore, "what changed most, before"),
                    new HtmlReport.Captioned(pair.partAfter, "and after")));
        }
        page.write(file);
    }
}

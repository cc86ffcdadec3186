package org.sekkei.cli;

import java.awt.Color;
import java.awt.Graphics2D;
import java.awt.RenderingHints;
import java.awt.image.BufferedImage;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import javax.imageio.ImageIO;

/// Pictures as the reports show and the commands write them: 8-bit RGB.
record Raster(BufferedImage image) {
    private static final int GAP = 4;

    /// @param rgb `[3, height, width]`, 0..1
    static Raster ofPlanar(float[] rgb, int width, int height) {
        var image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        int plane = width * height;
        var row = new int[width];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int at = y * width + x;
                row[x] = level(rgb[at]) << 16 | level(rgb[plane + at]) << 8 | level(rgb[2 * plane + at]);
            }
            image.setRGB(0, y, width, 1, row, 0, width);
        }
        return new Raster(image);
    }

    /// @param rgb `[height, width, 3]`, uint8
    static Raster ofInterleaved(byte[] rgb, int width, int height) {
        var image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        var row = new int[width];
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                int at = 3 * (y * width + x);
                row[x] = (rgb[at] & 255) << 16 | (rgb[at + 1] & 255) << 8 | (rgb[at + 2] & 255);
            }
            image.setRGB(0, y, width, 1, row, 0, width);
        }
        return new Raster(image);
    }

    static Raster white(int width, int height) {
        var image = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        for (int y = 0; y < height; y++) {
            for (int x = 0; x < width; x++) {
                image.setRGB(x, y, 0xffffff);
            }
        }
        return new Raster(image);
    }

    private static int level(float value) {
        return Math.clamp(Math.round(value * 255), 0, 255);
    }

    /// This picture enlarged by a whole factor without smoothing, or reduced with it, so that its longest side is as
    /// near to `side` as that allows.
    Raster shownAt(int side) {
        int longest = Math.max(image.getWidth(), image.getHeight());
        double factor = longest > side ? (double) side / longest : Math.max(1, side / longest);
        int width = Math.max(1, (int) Math.round(image.getWidth() * factor));
        int height = Math.max(1, (int) Math.round(image.getHeight() * factor));
        var shown = new BufferedImage(width, height, BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = shown.createGraphics();
        graphics.setRenderingHint(
                RenderingHints.KEY_INTERPOLATION,
                factor < 1
                        ? RenderingHints.VALUE_INTERPOLATION_BICUBIC
                        : RenderingHints.VALUE_INTERPOLATION_NEAREST_NEIGHBOR);
        graphics.drawImage(image, 0, 0, width, height, null);
        graphics.dispose();
        return new Raster(shown);
    }

    /// Cells of one size in rows of `columns`, each picture in the middle of its cell.
    static Raster grid(List<Raster> pictures, int columns) {
        int cellWidth =
                pictures.stream().mapToInt(p -> p.image.getWidth()).max().orElse(1);
        int cellHeight =
                pictures.stream().mapToInt(p -> p.image.getHeight()).max().orElse(1);
        int rows = (pictures.size() + columns - 1) / columns;
        var sheet = new BufferedImage(
                columns * (cellWidth + GAP) - GAP,
                Math.max(1, rows * (cellHeight + GAP) - GAP),
                BufferedImage.TYPE_INT_RGB);
        Graphics2D graphics = sheet.createGraphics();
        graphics.setColor(Color.WHITE);
        graphics.fillRect(0, 0, sheet.getWidth(), sheet.getHeight());
        for (int i = 0; i < pictures.size(); i++) {
            BufferedImage picture = pictures.get(i).image;
            graphics.drawImage(
                    picture,
                    i % columns * (cellWidth + GAP) + (cellWidth - picture.getWidth()) / 2,
                    i / columns * (cellHeight + GAP) + (cellHeight - picture.getHeight()) / 2,
                    null);
        }
        graphics.dispose();
        return new Raster(sheet);
    }

    byte[] png() throws IOException {
        var bytes = new ByteArrayOutputStream();
        ImageIO.write(image, "png", bytes);
        return bytes.toByteArray();
    }
}

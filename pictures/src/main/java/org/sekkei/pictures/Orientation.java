package org.sekkei.pictures;

import com.drew.imaging.ImageProcessingException;
import com.drew.imaging.jpeg.JpegMetadataReader;
import com.drew.imaging.tiff.TiffMetadataReader;
import com.drew.imaging.webp.WebpMetadataReader;
import com.drew.lang.ByteArrayReader;
import com.drew.metadata.Metadata;
import com.drew.metadata.exif.ExifDirectoryBase;
import com.drew.metadata.exif.ExifIFD0Directory;
import com.drew.metadata.exif.ExifReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;

/// How the stored rows and columns are turned to stand upright; the constants' order is EXIF's, from 1.
enum Orientation {
    UPRIGHT(false, false, false),
    MIRRORED(false, true, false),
    UPSIDE_DOWN(false, true, true),
    FLIPPED(false, false, true),
    TRANSPOSED(true, false, false),
    TURNED_LEFT(true, true, false),
    TRANSVERSED(true, true, true),
    TURNED_RIGHT(true, false, true);

    private final boolean transposed;
    private final boolean fromRight;
    private final boolean fromBottom;

    /// @param transposed whether the upright picture's rows are stored as columns
    /// @param fromRight whether the upright picture's x runs against the stored direction
    /// @param fromBottom whether the upright picture's y runs against the stored direction
    Orientation(boolean transposed, boolean fromRight, boolean fromBottom) {
        this.transposed = transposed;
        this.fromRight = fromRight;
        this.fromBottom = fromBottom;
    }

    /// What the file's EXIF block says; upright where it has none or a broken one.
    static Orientation of(PictureFormat format, byte[] bytes) {
        try {
            return of(metadata(format, bytes));
        } catch (IOException | ImageProcessingException | RuntimeException e) {
            return UPRIGHT;
        }
    }

    private static Orientation of(Metadata metadata) {
        ExifIFD0Directory first = metadata.getFirstDirectoryOfType(ExifIFD0Directory.class);
        Integer tag = first == null ? null : first.getInteger(ExifDirectoryBase.TAG_ORIENTATION);
        return tag == null || tag < 1 || tag > values().length ? UPRIGHT : values()[tag - 1];
    }

    private static Metadata metadata(PictureFormat format, byte[] bytes) throws IOException, ImageProcessingException {
        ByteArrayInputStream stream = new ByteArrayInputStream(bytes);
        return switch (format) {
            case JPEG -> JpegMetadataReader.readMetadata(stream, List.of(new ExifReader()));
            case PNG -> pngMetadata(bytes);
            case WEBP -> WebpMetadataReader.readMetadata(stream);
            case TIFF -> TiffMetadataReader.readMetadata(stream);
            case GIF, BMP -> new Metadata();
        };
    }

    /// Only the EXIF chunk: a general reader would also inflate texts of any length.
    private static Metadata pngMetadata(byte[] bytes) {
        Metadata metadata = new Metadata();
        byte[] exif = PngChunk.find(bytes, "eXIf");
        if (exif != null) {
            new ExifReader().extract(new ByteArrayReader(exif), metadata, 0);
        }
        return metadata;
    }

    Picture apply(Picture stored) {
        if (this == UPRIGHT) {
            return stored;
        }
        int width = transposed ? stored.height() : stored.width();
        int height = transposed ? stored.width() : stored.height();
        byte[] from = stored.rgb();
        byte[] to = new byte[from.length];
        for (int y = 0, at = 0; y < height; y++) {
            int v = fromBottom ? height - 1 - y : y;
            for (int x = 0; x < width; x++, at += 3) {
                int u = fromRight ? width - 1 - x : x;
                int source = 3 * (transposed ? u * stored.width() + v : v * stored.width() + u);
                to[at] = from[source];
                to[at + 1] = from[source + 1];
                to[at + 2] = from[source + 2];
            }
        }
        return new Picture(width, height, to);
    }
}

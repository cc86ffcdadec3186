package org.sekkei.inr.internal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import org.sekkei.inr.Box;
import org.sekkei.inr.CorruptDataException;
import org.sekkei.inr.PictureInfo;
import org.sekkei.inr.PictureSize;
import org.sekkei.inr.SkippedPicture;
import org.sekkei.inr.Split;

/// What is known about the pictures of one shard, column by column. Texts, boxes and metadata stay in the bytes of the
/// file until they are asked for.
public final class Columns {
    private static final Split[] SPLITS = Split.values();

    private final Path file;
    private final SealedFile sealed;
    private final int size;
    private final int[] names;
    private final int[] labels;
    private final byte[] splits;
    private final int[] widths;
    private final int[] heights;
    private final long[] sourceBytes;
    private final float[] psnrs;
    private final int[] boxes;
    private final int[] metadata;
    private final List<SkippedPicture> skipped = new ArrayList<>();

    private Columns(Path file, SealedFile sealed) throws CorruptDataException {
        this.file = file;
        this.sealed = sealed;
        ByteReader in = new ByteReader(file, sealed.body());
        // A picture takes at least two bytes for its name, four for its PSNR and one in each other column.
        size = in.count("pictures", 13);
        names = new int[size];
        labels = new int[size];
        splits = new byte[size];
        widths = new int[size];
        heights = new int[size];
        sourceBytes = new long[size];
        psnrs = new float[size];
        boxes = new int[size];
        metadata = new int[size];
        column(in, (column, i) -> {
            names[i] = column.position();
            if (column.string().isEmpty()) {
                throw column.damaged("picture " + i + " has no name");
            }
        });
        column(in, (column, i) -> labels[i] = column.varint("a label", Integer.MAX_VALUE) - 1);
        column(in, (column, i) -> splits[i] = (byte) column.varint("a split", SPLITS.length - 1));
        column(in, (column, i) -> widths[i] = side(column));
        column(in, (column, i) -> heights[i] = side(column));
        column(in, (column, i) -> sourceBytes[i] = column.varint());
        column(in, (column, i) -> psnrs[i] = column.f32());
        column(in, (column, i) -> {
            boxes[i] = column.position();
            int count = column.count("boxes", 16);
            for (int number = 0; number < 4 * count; number++) {
                if (!Float.isFinite(column.f32())) {
                    throw column.damaged("picture " + i + " has a box without bounds");
                }
            }
        });
        column(in, (column, i) -> {
            metadata[i] = column.position();
            column.strings();
        });
        int skips = in.count("skipped entries", 2);
        for (int i = 0; i < skips; i++) {
            skipped.add(new SkippedPicture(in.string(), in.string()));
        }
        in.expectEnd();
    }

    private static int side(ByteReader in) throws CorruptDataException {
        int side = in.varint("a side", PictureSize.MAX_SIDE);
        if (side == 0) {
            throw in.damaged("a side is 0");
        }
        return side;
    }

    private void column(ByteReader in, Cell cell) throws CorruptDataException {
        ByteReader section = in.section();
        for (int i = 0; i < size; i++) {
            cell.read(section, i);
        }
        section.expectEnd();
    }

    @FunctionalInterface
    private interface Cell {
        void read(ByteReader column, int index) throws CorruptDataException;
    }

    public static Columns read(Path file) throws IOException {
        return new Columns(file, SealedFile.read(file, FileHeader.COLUMNS));
    }

    static SealedFile encode(List<PictureInfo> infos, List<SkippedPicture> skipped) {
        ByteWriter out = new ByteWriter();
        out.varint(infos.size());
        column(out, infos, (column, info) -> column.string(info.name()));
        column(out, infos, (column, info) -> column.varint(info.label() + 1L));
        column(out, infos, (column, info) -> column.varint(info.split().ordinal()));
        column(out, infos, (column, info) -> column.varint(info.size().width()));
        column(out, infos, (column, info) -> column.varint(info.size().height()));
        column(out, infos, (column, info) -> column.varint(info.sourceBytes()));
        column(out, infos, (column, info) -> column.f32(info.psnr()));
        column(out, infos, (column, info) -> {
            column.varint(info.boxes().size());
            for (Box box : info.boxes()) {
                column.f32(box.x());
                column.f32(box.y());
                column.f32(box.width());
                column.f32(box.height());
            }
        });
        column(out, infos, (column, info) -> column.strings(info.metadata()));
        out.varint(skipped.size());
        for (SkippedPicture skip : skipped) {
            out.string(skip.name());
            out.string(skip.reason());
        }
        return SealedFile.of(out.toBytes());
    }

    private static void column(ByteWriter out, List<PictureInfo> infos, BiConsumer<ByteWriter, PictureInfo> cell) {
        ByteWriter section = new ByteWriter();
        infos.forEach(info -> cell.accept(section, info));
        out.section(section);
    }

    public int size() {
        return size;
    }

    /// Of the file, in bytes.
    public long length() {
        return sealed.length();
    }

    /// Of the file's body.
    public int checksum() {
        return sealed.checksum();
    }

    public int label(int index) {
        return labels[index];
    }

    public Split split(int index) {
        return SPLITS[splits[index]];
    }

    public List<SkippedPicture> skipped() {
        return List.copyOf(skipped);
    }

    public PictureInfo info(int index) {
        try {
            ByteReader boxesIn = at(boxes[index]);
            int count = boxesIn.count("boxes", 16);
            List<Box> list = new ArrayList<>(count);
            for (int i = 0; i < count; i++) {
                list.add(new Box(boxesIn.f32(), boxesIn.f32(), boxesIn.f32(), boxesIn.f32()));
            }
            return new PictureInfo(
                    at(names[index]).string(),
                    labels[index],
                    split(index),
                    list,
                    new PictureSize(widths[index], heights[index]),
                    sourceBytes[index],
                    psnrs[index],
                    at(metadata[index]).strings());
        } catch (CorruptDataException impossible) {
            throw new IllegalStateException("the columns were checked when they were read", impossible);
        }
    }

    private ByteReader at(int position) {
        return new ByteReader(file, sealed.body(), position, sealed.body().length);
    }
}

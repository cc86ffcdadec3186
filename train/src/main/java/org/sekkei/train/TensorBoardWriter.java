package org.sekkei.train;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.Map;
import java.util.zip.CRC32C;

/// Writes scalars as TensorBoard reads them: a file of TFRecords, each an `Event` in protocol buffers' encoding (see
/// `tensorflow/core/util/event.proto`). A written event is seen by a running TensorBoard at once.
public final class TensorBoardWriter implements AutoCloseable {
    // Fields of Event, Summary, Summary.Value and SessionLog.
    private static final int WALL_TIME = 1;
    private static final int STEP = 2;
    private static final int FILE_VERSION = 3;
    private static final int SUMMARY = 5;
    private static final int SESSION_LOG = 7;
    private static final int VALUE = 1;
    private static final int TAG = 1;
    private static final int SIMPLE_VALUE = 2;
    private static final int STATUS = 1;
    private static final int START = 1;

    private static final int VARINT = 0;
    private static final int FIXED_64 = 1;
    private static final int BYTES = 2;
    private static final int FIXED_32 = 5;

    private final FileChannel channel;
    private final Clock clock;

    private TensorBoardWriter(FileChannel channel, Clock clock) {
        this.channel = channel;
        this.clock = clock;
    }

    /// Begins a new file in `folder`.
    ///
    /// @param steps how many steps were done before: what earlier files say about later ones no longer counts
    public static TensorBoardWriter open(Path folder, long steps, Clock clock) throws IOException {
        long seconds = clock.instant().getEpochSecond();
        Path file = folder.resolve(name(seconds));
        // TensorBoard reads the files of a folder in the order of their names.
        while (Files.exists(file)) {
            seconds++;
            file = folder.resolve(name(seconds));
        }
        var writer = new TensorBoardWriter(
                FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), clock);
        writer.begin(steps);
        return writer;
    }

    private static String name(long seconds) {
        return "events.out.tfevents." + seconds + ".sekkei";
    }

    private void begin(long steps) throws IOException {
        var version = event(0);
        putBytes(version, FILE_VERSION, "brain.Event:2".getBytes(StandardCharsets.UTF_8));
        writeRecord(version.toByteArray());
        var start = new ByteArrayOutputStream();
        putKey(start, STATUS, VARINT);
        putVarint(start, START);
        var purge = event(steps + 1);
        putBytes(purge, SESSION_LOG, start.toByteArray());
        writeRecord(purge.toByteArray());
    }

    /// Adds the values that `scalars` has under their names at `step`.
    public void write(long step, Map<String, Double> scalars) throws IOException {
        var summary = new ByteArrayOutputStream();
        for (Map.Entry<String, Double> scalar : scalars.entrySet()) {
            var value = new ByteArrayOutputStream();
            putBytes(value, TAG, scalar.getKey().getBytes(StandardCharsets.UTF_8));
            putKey(value, SIMPLE_VALUE, FIXED_32);
            value.writeBytes(littleEndian(Float.BYTES)
                    .putFloat(scalar.getValue().floatValue())
                    .array());
            putBytes(summary, VALUE, value.toByteArray());
        }
        var event = event(step);
        putBytes(event, SUMMARY, summary.toByteArray());
        writeRecord(event.toByteArray());
    }

    private ByteArrayOutputStream event(long step) {
        var event = new ByteArrayOutputStream();
        putKey(event, WALL_TIME, FIXED_64);
        event.writeBytes(
                littleEndian(Double.BYTES).putDouble(clock.millis() * 1e-3).array());
        putKey(event, STEP, VARINT);
        putVarint(event, step);
        return event;
    }

    private static void putBytes(ByteArrayOutputStream message, int field, byte[] bytes) {
        putKey(message, field, BYTES);
        putVarint(message, bytes.length);
        message.writeBytes(bytes);
    }

    private static void putKey(ByteArrayOutputStream message, int field, int type) {
        putVarint(message, (long) field << 3 | type);
    }

    private static void putVarint(ByteArrayOutputStream message, long value) {
        long rest = value;
        while ((rest & ~0x7FL) != 0) {
            message.write((int) (rest & 0x7F | 0x80));
            rest >>>= 7;
        }
        message.write((int) rest);
    }

    private void writeRecord(byte[] data) throws IOException {
        ByteBuffer record = ByteBuffer.wrap(record(data));
        while (record.hasRemaining()) {
            channel.write(record);
        }
    }

    /// The TFRecord of `data`: its length, the length's checksum, itself, its checksum.
    static byte[] record(byte[] data) {
        byte[] length = littleEndian(Long.BYTES).putLong(data.length).array();
        return littleEndian(Long.BYTES + Integer.BYTES + data.length + Integer.BYTES)
                .put(length)
                .putInt(maskedChecksum(length))
                .put(data)
                .putInt(maskedChecksum(data))
                .array();
    }

    /// CRC32C, turned and shifted so that checksums of data that holds checksums stay good.
    static int maskedChecksum(byte[] data) {
        var checksum = new CRC32C();
        checksum.update(data);
        return Integer.rotateRight((int) checksum.getValue(), 15) + 0xA282EAD8;
    }

    private static ByteBuffer littleEndian(int bytes) {
        return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}

package org.sekkei.models.weights;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.sekkei.torch.DType;
import org.sekkei.torch.Device;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Tensor;

/// The checkpoint format safetensors (github.com/huggingface/safetensors): eight bytes of header length,
/// little-endian; a header of JSON; then the raw elements, which the header's entries cover without overlap or hole.
public final class Safetensors {
    // So much is copied at a time, beside the tensor itself.
    private static final long AT_ONCE = 32L << 20;

    private Safetensors() {}

    /// All tensors of a checkpoint, on the CPU and in the order of the file.
    ///
    /// @throws CheckpointException if it is damaged or not a checkpoint
    public static SequencedMap<String, Tensor> read(Path file) throws IOException {
        try (Checkpoint opened = Checkpoint.open(file)) {
            return opened.tensors();
        }
    }

    /// Writes a file, which appears under its name only when it is whole and on the disk.
    ///
    /// @param metadata free text by free names
    /// @throws CheckpointException if the folder is missing or the disk is full; a file that was there stays
    public static void write(Path file, Map<String, Tensor> tensors, Map<String, String> metadata) throws IOException {
        SequencedMap<String, Source> sources = new LinkedHashMap<>();
        tensors.forEach((name, tensor) -> sources.put(
                name,
                new Source(
                        tensor.dtype(),
                        Arrays.stream(tensor.shape()).boxed().toList(),
                        channel -> writeElements(channel, tensor))));
        writeSources(file, sources, metadata);
    }

    /// Writes the weights of another checkpoint, of which no more than one is in memory at a time.
    static void writeWeights(Path file, SequencedMap<String, Weight> weights, Map<String, String> metadata)
            throws IOException {
        SequencedMap<String, Source> sources = new LinkedHashMap<>();
        weights.forEach((name, weight) ->
                sources.put(name, new Source(weight.dtype(), weight.shape(), channel -> writeWeight(channel, weight))));
        writeSources(file, sources, metadata);
    }

    /// What becomes one tensor of a file.
    private record Source(DType dtype, List<Long> shape, ElementWriter elements) {
        long bytes() {
            return shape.stream().reduce((long) dtype.bytes(), Math::multiplyExact);
        }
    }

    @FunctionalInterface
    private interface ElementWriter {
        void writeTo(FileChannel channel) throws IOException;
    }

    private static void writeSources(Path file, SequencedMap<String, Source> sources, Map<String, String> metadata)
            throws IOException {
        Path target = file.toAbsolutePath();
        Path parent = target.getParent();
        if (parent == null || !Files.isDirectory(parent)) {
            throw new CheckpointException(file, "cannot be written, for its folder does not exist");
        }
        // Larger elements first, so that all lie at multiples of their size.
        List<Map.Entry<String, Source>> order = new ArrayList<>(sources.entrySet());
        order.sort(Comparator.comparingInt(entry -> -entry.getValue().dtype.bytes()));
        SequencedMap<String, SafetensorsHeader.Entry> entries = new LinkedHashMap<>();
        long offset = 0;
        for (Map.Entry<String, Source> entry : order) {
            Source source = entry.getValue();
            long end = offset + source.bytes();
            entries.put(entry.getKey(), new SafetensorsHeader.Entry(source.dtype, source.shape, offset, end));
            offset = end;
        }
        byte[] header = SafetensorsHeader.write(sources.keySet(), entries, metadata);
        // Always the same name, so that what a killed process left behind is overwritten and not piled up.
        Path temporary = parent.resolve("." + target.getFileName() + ".tmp");
        try {
            try (FileChannel channel = FileChannel.open(
                    temporary,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.TRUNCATE_EXISTING,
                    StandardOpenOption.WRITE)) {
                writeAll(channel, ByteBuffer.wrap(header));
                for (Map.Entry<String, Source> entry : order) {
                    entry.getValue().elements.writeTo(channel);
                }
                channel.force(true);
            }
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (CheckpointException error) {
            throw error; // of the file that is read
        } catch (IOException error) {
            throw new CheckpointException(file, "cannot be written: " + error.getMessage());
        } finally {
            Files.deleteIfExists(temporary);
        }
        // The new name is on the disk when the folder is.
        try (FileChannel folder = FileChannel.open(parent)) {
            folder.force(true);
        } catch (IOException error) {
            // Some systems do not open folders; the rename is then as durable as they make it.
        }
    }

    private static void writeElements(FileChannel channel, Tensor tensor) throws IOException {
        if (tensor.numel() == 0) {
            return;
        }
        long rows = tensor.dim() == 0 ? 1 : tensor.size(0);
        long rowBytes = tensor.numel() / rows * tensor.dtype().bytes();
        long rowsAtOnce = Math.clamp(AT_ONCE / rowBytes, 1, rows);
        try (Arena memory = Arena.ofConfined()) {
            MemorySegment elements = memory.allocate(rowsAtOnce * rowBytes, Long.BYTES);
            for (long row = 0; row < rows; row += rowsAtOnce) {
                try (var _ = Scope.open()) {
                    long count = Math.min(rowsAtOnce, rows - row);
                    Tensor part = tensor.dim() == 0 ? tensor : tensor.narrow(0, row, count);
                    MemorySegment bytes = elements.asSlice(0, count * rowBytes);
                    part.to(Device.CPU).copyTo(bytes);
                    writeAll(channel, bytes);
                }
            }
        }
    }

    private static void writeWeight(FileChannel channel, Weight weight) throws IOException {
        if (weight instanceof StoredTensor stored && stored.isRaw()) {
            stored.forEachWindow(bytes -> writeAll(channel, bytes));
            return;
        }
        try (var _ = Scope.open()) {
            writeElements(channel, weight.load());
        }
    }

    private static void writeAll(FileChannel channel, MemorySegment bytes) throws IOException {
        for (long begin = 0; begin < bytes.byteSize(); begin += AT_ONCE) {
            writeAll(
                    channel,
                    bytes.asSlice(begin, Math.min(AT_ONCE, bytes.byteSize() - begin))
                            .asByteBuffer());
        }
    }

    private static void writeAll(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }
}

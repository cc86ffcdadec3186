package org.sekkei.models;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import org.sekkei.torch.DType;
import org.sekkei.torch.Device;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Tensor;

/// A checkpoint in the safetensors format (github.com/huggingface/safetensors): eight bytes of header length,
/// little-endian; a header of JSON; then the raw elements, which the header's entries cover without overlap or
/// hole.
///
/// Opening reads and checks the header only; tensors are copied from the mapped file as they are asked for. Files
/// of strangers are safe to open: no length is believed before it is compared with the file's.
public final class Safetensors implements AutoCloseable {
    /// One tensor of the file.
    ///
    /// @param begin the first byte of its elements, counted from the end of the header
    /// @param end the byte after its last
    public record Entry(DType dtype, List<Long> shape, long begin, long end) {
        long[] sizes() {
            return shape.stream().mapToLong(Long::longValue).toArray();
        }
    }

    private final Arena arena;
    private final MemorySegment data;
    private final SafetensorsHeader header;

    private Safetensors(Arena arena, MemorySegment data, SafetensorsHeader header) {
        this.arena = arena;
        this.data = data;
        this.header = header;
    }

    /// Maps a file and checks its header.
    ///
    /// @throws CheckpointException if it is not a whole safetensors file
    @SuppressWarnings("MustBeClosedChecker") // the object that is returned closes the arena
    public static Safetensors open(Path file) throws IOException {
        if (!Files.isRegularFile(file)) {
            throw new CheckpointException(file, "there is no such file");
        }
        Arena arena = Arena.ofShared();
        try (FileChannel channel = FileChannel.open(file)) {
            MemorySegment mapped = channel.map(FileChannel.MapMode.READ_ONLY, 0, channel.size(), arena);
            SafetensorsHeader header = SafetensorsHeader.read(file, mapped);
            return new Safetensors(arena, mapped.asSlice(header.bytes()), header);
        } catch (IOException | RuntimeException error) {
            arena.close();
            throw error;
        }
    }

    /// All tensors of a file, on the CPU and in the order of its header.
    ///
    /// @throws CheckpointException if it is not a whole safetensors file
    public static SequencedMap<String, Tensor> read(Path file) throws IOException {
        try (Safetensors opened = open(file)) {
            SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
            opened.entries().keySet().forEach(name -> tensors.put(name, opened.tensor(name)));
            return tensors;
        }
    }

    /// Writes a file, which appears under its name only when it is whole and on the disk.
    ///
    /// @param metadata free text by free names
    /// @throws CheckpointException if the folder is missing or the disk is full; a file that was there stays
    public static void write(Path file, Map<String, Tensor> tensors, Map<String, String> metadata) throws IOException {
        Path target = file.toAbsolutePath();
        Path parent = target.getParent();
        if (parent == null || !Files.isDirectory(parent)) {
            throw new CheckpointException(file, "cannot be written, for its folder does not exist");
        }
        // Larger elements first, so that all lie at multiples of their size.
        List<Map.Entry<String, Tensor>> order = new ArrayList<>(tensors.entrySet());
        order.sort(Comparator.comparingInt(entry -> -entry.getValue().dtype().bytes()));
        SequencedMap<String, Entry> entries = new LinkedHashMap<>();
        long offset = 0;
        for (Map.Entry<String, Tensor> entry : order) {
            Tensor tensor = entry.getValue();
            List<Long> shape = new ArrayList<>();
            for (long size : tensor.shape()) {
                shape.add(size);
            }
            long end = offset + tensor.numel() * tensor.dtype().bytes();
            entries.put(entry.getKey(), new Entry(tensor.dtype(), shape, offset, end));
            offset = end;
        }
        byte[] header = SafetensorsHeader.write(tensors.keySet(), entries, metadata);
        // Always the same name, so that what a killed process left behind is overwritten and not piled up.
        Path temporary = parent.resolve("." + target.getFileName() + ".tmp");
        try {
            try (FileChannel channel = FileChannel.open(
                    temporary,
                    StandardOpenOption.CREATE,
                    StandardOpenOption.TRUNCATE_EXISTING,
                    StandardOpenOption.WRITE)) {
                writeAll(channel, ByteBuffer.wrap(header));
                for (Map.Entry<String, Tensor> entry : order) {
                    writeElements(channel, entry.getValue());
                }
                channel.force(true);
            }
            Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
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

    /// The tensors by name, in the order of the header.
    public SequencedMap<String, Entry> entries() {
        return Collections.unmodifiableSequencedMap(header.entries());
    }

    public SequencedMap<String, String> metadata() {
        return Collections.unmodifiableSequencedMap(header.metadata());
    }

    /// A copy of one tensor, on the CPU.
    ///
    /// @throws IllegalArgumentException if there is none of this name
    public Tensor tensor(String name) {
        Entry entry = header.entries().get(name);
        if (entry == null) {
            throw new IllegalArgumentException("there is no tensor " + name + " in the file");
        }
        MemorySegment elements = data.asSlice(entry.begin, entry.end - entry.begin);
        if (entry.dtype == DType.BOOL) {
            // A byte other than 0 and 1 would not be a legal truth value in memory.
            try (Scope scope = Scope.open()) {
                return scope.keep(
                        Tensor.of(elements, DType.UINT8, entry.sizes()).ne(0));
            }
        }
        return Tensor.of(elements, entry.dtype, entry.sizes());
    }

    @Override
    public void close() {
        arena.close();
    }

    private static void writeElements(FileChannel channel, Tensor tensor) throws IOException {
        long bytes = tensor.numel() * tensor.dtype().bytes();
        try (var _ = Scope.open();
                Arena memory = Arena.ofConfined()) {
            MemorySegment elements = memory.allocate(bytes, 8);
            tensor.to(Device.CPU).copyTo(elements);
            for (long begin = 0; begin < bytes; begin += 1 << 30) {
                writeAll(
                        channel,
                        elements.asSlice(begin, Math.min(1 << 30, bytes - begin))
                                .asByteBuffer());
            }
        }
    }

    private static void writeAll(FileChannel channel, ByteBuffer bytes) throws IOException {
        while (bytes.hasRemaining()) {
            channel.write(bytes);
        }
    }

    static final ValueLayout.OfLong LENGTH = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
}

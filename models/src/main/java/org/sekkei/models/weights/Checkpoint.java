package org.sekkei.models.weights;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.SequencedMap;
import org.sekkei.torch.DType;
import org.sekkei.torch.Tensor;

/// The tensors of a checkpoint file by name, whatever its format, which its content tells and not its name.
///
/// Opening reads what describes the tensors; their elements are read as they are asked for, straight into the tensor
/// that is to hold them, so that loading takes little more memory than the tensors. Files of strangers are safe to
/// open: nothing in them is run, and no length in them is believed.
public final class Checkpoint implements AutoCloseable {
    /// What is known of a tensor without reading it.
    public record Entry(DType dtype, List<Long> shape) {
        public Entry {
            shape = List.copyOf(shape);
        }

        /// For instance `FLOAT32 [64, 3, 7, 7]`.
        @Override
        public String toString() {
            return dtype + " " + shape;
        }
    }

    private final CheckpointFile file;
    private final CheckpointFormat format;
    private final Contents contents;

    private Checkpoint(CheckpointFile file, CheckpointFormat format, Contents contents) {
        this.file = file;
        this.format = format;
        this.contents = contents;
    }

    /// Opens a file and reads what describes its tensors.
    ///
    /// @param path a file; of a TensorFlow bundle its `.index`, or its name without that
    /// @throws CheckpointException if it is in no known format, damaged or hostile
    @SuppressWarnings("MustBeClosedChecker") // the object that is returned closes the file
    public static Checkpoint open(Path path) throws IOException {
        Path index = path.resolveSibling(path.getFileName() + TensorFlowReader.INDEX);
        CheckpointFile file = CheckpointFile.open(Files.exists(path) || !Files.exists(index) ? path : index);
        try {
            CheckpointFormat format = CheckpointFormat.of(file);
            Contents contents = format.read(file);
            contents.requireReasonable(file);
            return new Checkpoint(file, format, contents);
        } catch (IOException | RuntimeException error) {
            file.close();
            throw error;
        }
    }

    public Path path() {
        return file.path();
    }

    /// The format's name, for instance `safetensors`.
    public String format() {
        return format.toString();
    }

    /// The tensors by name, in the file's order.
    public SequencedMap<String, Entry> entries() {
        SequencedMap<String, Entry> entries = new LinkedHashMap<>();
        contents.tensors().forEach((name, tensor) -> entries.put(name, new Entry(tensor.dtype(), tensor.shape())));
        return Collections.unmodifiableSequencedMap(entries);
    }

    /// Texts that the file holds beside its tensors.
    public SequencedMap<String, String> metadata() {
        return Collections.unmodifiableSequencedMap(contents.metadata());
    }

    /// A copy of one tensor, on the CPU.
    ///
    /// @throws IllegalArgumentException if there is none of this name
    public Tensor tensor(String name) throws IOException {
        return stored(name).load();
    }

    /// Copies of all tensors, on the CPU.
    public SequencedMap<String, Tensor> tensors() throws IOException {
        SequencedMap<String, Tensor> tensors = new LinkedHashMap<>();
        for (String name : contents.tensors().keySet()) {
            tensors.put(name, tensor(name));
        }
        return tensors;
    }

    /// Fills a tensor of the same shape, converting type and device.
    ///
    /// @throws IllegalArgumentException if there is no tensor of this name
    public void copyInto(String name, Tensor target) throws IOException {
        stored(name).copyInto(target);
    }

    SequencedMap<String, StoredTensor> weights() {
        return Collections.unmodifiableSequencedMap(contents.tensors());
    }

    private StoredTensor stored(String name) {
        StoredTensor tensor = contents.tensors().get(name);
        if (tensor == null) {
            throw new IllegalArgumentException("there is no tensor " + name + " in " + path());
        }
        return tensor;
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}

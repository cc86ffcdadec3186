package org.sekkei.train;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.sekkei.models.weights.Safetensors;
import org.sekkei.torch.Tensor;

/// The checkpoints of a training, `checkpoints/step-N`, each a folder that is there whole or not at all.
/// `SHA256SUMS` in it tells what was damaged since, also to `sha256sum --check`.
final class Checkpoints {
    private static final Pattern NAME = Pattern.compile("step-([0-9]{1,18})");
    private static final String MODEL = "model.safetensors";
    private static final String OPTIMIZER = "optimizer.safetensors";
    private static final String STATE = "state.json";
    private static final String SUMS = "SHA256SUMS";
    private static final List<String> FILES = List.of(MODEL, OPTIMIZER, STATE);

    private final Path folder;
    private final int kept;

    Checkpoints(Path folder, int kept) {
        this.folder = folder;
        this.kept = kept;
    }

    /// A checkpoint read back.
    ///
    /// @param model state dict of the network, owned by the scope that was open
    /// @param optimizer likewise
    record Restored(String name, TrainingState state, Map<String, Tensor> model, Map<String, Tensor> optimizer) {}

    boolean isEmpty() throws IOException {
        return newestFirst().isEmpty();
    }

    /// Saves a checkpoint and removes those that are too old.
    ///
    /// @return its name
    String save(TrainingState state, Map<String, Tensor> model, Map<String, Tensor> optimizer) throws IOException {
        Files.createDirectories(folder);
        removeLeftovers();
        String name = "step-" + state.step();
        Path temporary = Files.createDirectory(folder.resolve("." + name + ".tmp"));
        try {
            Safetensors.write(temporary.resolve(MODEL), model, Map.of("format", "pt"));
            Safetensors.write(temporary.resolve(OPTIMIZER), optimizer, Map.of("format", "pt"));
            AtomicFile.writeThrough(temporary.resolve(STATE), Json.bytes(state));
            AtomicFile.writeThrough(temporary.resolve(SUMS), sums(temporary).getBytes(StandardCharsets.UTF_8));
        } catch (IOException failure) {
            // Most likely the disk is full: what is of no use must not stay on it.
            AtomicFile.deleteFolder(temporary);
            throw failure;
        }
        AtomicFile.force(temporary);
        Path target = folder.resolve(name);
        if (Files.exists(target)) {
            // Damaged, or else the training would have gone on from it.
            discard(target);
        }
        Files.move(temporary, target, StandardCopyOption.ATOMIC_MOVE);
        AtomicFile.force(folder);
        for (Path old : newestFirst().stream().skip(kept).toList()) {
            discard(old);
        }
        return name;
    }

    /// The newest checkpoint that is not damaged, or null if there is none.
    @Nullable
    Restored newest(TrainingListener listener) throws IOException {
        for (Path checkpoint : newestFirst()) {
            String problem = problem(checkpoint);
            if (problem == null) {
                return read(checkpoint);
            }
            listener.warned("The checkpoint " + checkpoint + " is damaged (" + problem + "); trying the one before.");
        }
        return null;
    }

    private static Restored read(Path checkpoint) throws IOException {
        Path file = checkpoint.resolve(STATE);
        TrainingState state = Json.read(Files.readString(file), TrainingState.class, file);
        return new Restored(
                checkpoint.getFileName().toString(),
                state,
                Safetensors.read(checkpoint.resolve(MODEL)),
                Safetensors.read(checkpoint.resolve(OPTIMIZER)));
    }

    private static @Nullable String problem(Path checkpoint) throws IOException {
        for (String file : List.of(MODEL, OPTIMIZER, STATE, SUMS)) {
            if (!Files.isRegularFile(checkpoint.resolve(file))) {
                return file + " is missing";
            }
        }
        // Bytes, not text: what is damaged need not be UTF-8.
        byte[] sums = Files.readAllBytes(checkpoint.resolve(SUMS));
        String actual = sums(checkpoint);
        return Arrays.equals(sums, actual.getBytes(StandardCharsets.UTF_8))
                ? null
                : "its files do not have the checksums in " + SUMS;
    }

    private static String sums(Path checkpoint) throws IOException {
        var text = new StringBuilder();
        for (String file : FILES) {
            text.append(sha256(checkpoint.resolve(file)))
                    .append("  ")
                    .append(file)
                    .append('\n');
        }
        return text.toString();
    }

    private static String sha256(Path file) throws IOException {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            try (var in = new DigestInputStream(Files.newInputStream(file), digest)) {
                byte[] buffer = new byte[1 << 16];
                while (in.read(buffer) >= 0) {
                    // The digest sees what is read.
                }
            }
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has SHA-256", impossible);
        }
    }

    private List<Path> newestFirst() throws IOException {
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        List<Path> found = new ArrayList<>();
        try (Stream<Path> entries = Files.list(folder)) {
            entries.filter(entry -> step(entry) >= 0).forEach(found::add);
        }
        found.sort(Comparator.comparingLong(Checkpoints::step).reversed());
        return found;
    }

    private static long step(Path checkpoint) {
        Matcher matcher = NAME.matcher(checkpoint.getFileName().toString());
        return matcher.matches() ? Long.parseLong(matcher.group(1)) : -1;
    }

    /// Takes a checkpoint's name away first: one that is half removed must not look like one.
    private void discard(Path checkpoint) throws IOException {
        Path unnamed = folder.resolve("." + checkpoint.getFileName() + ".old");
        Files.move(checkpoint, unnamed, StandardCopyOption.ATOMIC_MOVE);
        AtomicFile.deleteFolder(unnamed);
    }

    /// What a killed process left half written or half removed.
    private void removeLeftovers() throws IOException {
        List<Path> leftovers;
        try (Stream<Path> entries = Files.list(folder)) {
            leftovers = entries.filter(entry -> entry.getFileName().toString().matches("\\.step-.*\\.(tmp|old)"))
                    .toList();
        }
        for (Path leftover : leftovers) {
            AtomicFile.deleteFolder(leftover);
        }
    }
}

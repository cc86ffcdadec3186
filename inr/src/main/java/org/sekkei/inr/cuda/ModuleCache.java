package org.sekkei.inr.cuda;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Supplier;

/// Compiled kernels on disk, by the hash of their source, options and compiler. A file that is damaged is
/// compiled again,
/// and a folder that cannot be written costs nothing but time.
final class ModuleCache {
    private static final int HASH = 32;

    private final Path folder;

    ModuleCache(Path folder) {
        this.folder = folder;
    }

    byte[] get(String source, List<String> options, String compiler, Supplier<byte[]> compile) {
        Path file = file(source, options, compiler);
        try {
            byte[] known = Files.readAllBytes(file);
            byte[] code = Arrays.copyOfRange(known, Math.min(HASH, known.length), known.length);
            if (known.length > HASH && Arrays.equals(sha256(code), Arrays.copyOf(known, HASH))) {
                return code;
            }
        } catch (NoSuchFileException first) {
            // As it is at the first time.
        } catch (IOException unreadable) {
            return compile.get();
        }
        byte[] code = compile.get();
        keep(file, code);
        return code;
    }

    private Path file(String source, List<String> options, String compiler) {
        String key = compiler + "\n" + String.join("\n", options) + "\n" + source;
        return folder.resolve(HexFormat.of().formatHex(sha256(key.getBytes(StandardCharsets.UTF_8))) + ".cubin");
    }

    private void keep(Path file, byte[] code) {
        try {
            Files.createDirectories(folder);
            Path part = Files.createTempFile(folder, "kernels", ".tmp");
            try {
                byte[] bytes = Arrays.copyOf(sha256(code), HASH + code.length);
                System.arraycopy(code, 0, bytes, HASH, code.length);
                Files.write(part, bytes);
                Files.move(part, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
            } finally {
                Files.deleteIfExists(part);
            }
        } catch (IOException notKept) {
            // They are compiled again the next time.
        }
    }

    private static byte[] sha256(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}

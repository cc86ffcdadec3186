package org.sekkei.models.weights;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.SequencedMap;

/// Reads what `torch.save` writes since 1.6: a zip archive with the pickle `data.pkl` and one member a storage.
final class TorchZipReader {
    private static final String PICKLE = "/data.pkl";
    private static final String SCRIPT = "constants.pkl";
    private static final String BYTE_ORDER = "byteorder";
    private static final String STORAGES = "data/";
    private static final int LONGEST_ORDER = 16;
    private static final int LARGEST_PICKLE = 64 << 20;

    private TorchZipReader() {}

    static boolean recognises(ZipArchive archive) {
        return archive.members().keySet().stream().anyMatch(name -> name.endsWith(PICKLE));
    }

    static Contents read(CheckpointFile file, ZipArchive archive) throws IOException {
        SequencedMap<String, Storage> members = archive.members();
        List<String> pickles = new ArrayList<>();
        for (String name : members.keySet()) {
            if (name.endsWith(PICKLE)) {
                pickles.add(name);
            }
        }
        if (pickles.size() != 1) {
            throw file.problem("has " + pickles.size() + " members data.pkl instead of one");
        }
        String pickle = pickles.getFirst();
        String folder = pickle.substring(0, pickle.length() - PICKLE.length() + 1);
        if (members.containsKey(folder + SCRIPT)) {
            throw file.problem("is a TorchScript program and not a checkpoint; code is never run. Save its state dict"
                    + " alone, with torch.save(torch.jit.load(...).state_dict(), ...)");
        }
        Storage order = members.get(folder + BYTE_ORDER);
        if (order != null && !new String(order.head(LONGEST_ORDER), StandardCharsets.US_ASCII).equals("little")) {
            throw file.problem("was written by a big-endian machine, which is not supported; save it on a usual one");
        }
        Map<String, Storage> storages = new HashMap<>();
        String data = folder + STORAGES;
        members.forEach((name, storage) -> {
            if (name.startsWith(data)) {
                storages.put(name.substring(data.length()), storage);
            }
        });
        Storage description = Objects.requireNonNull(members.get(pickle));
        if (description.bytes() > LARGEST_PICKLE) {
            throw file.problem("describes its tensors in more than " + (LARGEST_PICKLE >> 20)
                    + " MB; no checkpoint needs that much");
        }
        Storage loaded = new Storage.InMemory(MemorySegment.ofArray(description.head(LARGEST_PICKLE)));
        PickleValue values = new Unpickler(file, new ByteCursor(file, loaded)).read();
        return TorchState.of(file, values, storages);
    }
}

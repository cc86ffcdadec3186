package org.sekkei.models.weights;

import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import org.sekkei.models.weights.PickleValue.Dictionary;
import org.sekkei.models.weights.PickleValue.Huge;
import org.sekkei.models.weights.PickleValue.Sequence;
import org.sekkei.models.weights.PickleValue.Text;
import org.sekkei.models.weights.PickleValue.Truth;
import org.sekkei.models.weights.PickleValue.Whole;
import org.sekkei.torch.DType;

/// Reads what `torch.save` wrote before 1.6: five pickles - a magic number, the version 1001, a description of the
/// machine, the values, the keys of the storages - and then the storages, each with its length before it.
final class TorchLegacyReader {
    private static final byte[] MAGIC = HexFormat.of().parseHex("6cfc9c46f9206aa85019");
    private static final long VERSION = 1001;

    private TorchLegacyReader() {}

    static Contents read(CheckpointFile file) throws IOException {
        Storage whole = new Storage.InFile(file, 0, file.size());
        ByteCursor in = new ByteCursor(file, whole);
        if (!(new Unpickler(file, in).read() instanceof Huge(byte[] magic)) || !Arrays.equals(magic, MAGIC)) {
            throw file.problem("is a pickle that torch.save did not write; only those hold weights");
        }
        if (!(new Unpickler(file, in).read() instanceof Whole(long version)) || version != VERSION) {
            throw file.problem("is of a version of PyTorch's legacy format other than " + VERSION
                    + "; save it again with PyTorch 1.6 or later");
        }
        if (new Unpickler(file, in).read() instanceof Dictionary machine
                && machine.entries().get("little_endian") instanceof Truth(boolean little)
                && !little) {
            throw file.problem("was written by a big-endian machine, which is not supported; save it on a usual one");
        }
        Unpickler pickle = new Unpickler(file, in);
        PickleValue values = pickle.read();
        PickleValue keys = new Unpickler(file, in).read();
        if (!(keys instanceof Sequence list)) {
            throw file.problem("has no list of its storages; copy or download it again");
        }
        Map<String, Storage> storages = new HashMap<>();
        for (PickleValue item : list.items()) {
            String key = switch (item) {
                case Text(String text) -> text;
                case Whole(long number) -> Long.toString(number);
                default -> throw file.problem("has a storage without a name; copy or download it again");
            };
            DType dtype = pickle.storageTypes().get(key);
            if (dtype == null) {
                throw file.problem("has a storage '" + key + "' that no tensor uses; copy or download it again");
            }
            long elements = in.nextLong();
            if (elements < 0 || elements > (file.size() - in.position()) / dtype.bytes()) {
                throw file.problem(
                        "ends before the " + elements + " elements of storage " + key + "; copy or download it again");
            }
            long bytes = elements * dtype.bytes();
            storages.put(key, new Storage.InFile(file, in.position(), bytes));
            in.skip(bytes);
        }
        return TorchState.of(file, values, storages);
    }
}

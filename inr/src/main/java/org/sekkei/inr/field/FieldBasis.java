package org.sekkei.inr.field;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.sekkei.inr.CorruptDataException;
import org.sekkei.inr.field.Safetensors.Tensor;

/// The functions that all pictures of a data set share, and what is known about their coefficients. Immutable;
/// known by
/// the SHA-256 of its file. The arrays that the accessors return are the basis's own and must not be changed.
public final class FieldBasis {
    /// Tables of symbol frequencies.
    public static final int TABLES = 24;

    /// Symbols of a table: escape, zero, then +1, -1, .. +15, -15.
    public static final int SYMBOLS = 32;

    /// Bits of a frequency: those of a table add up to `2^FREQUENCY_BITS`.
    public static final int FREQUENCY_BITS = 12;

    /// Levels of the interlaced grid that the prediction of group 0 tells apart.
    public static final int GRID_LEVELS = 6;

    /// Spreads of the neighbours that the prediction of group 0 tells apart.
    public static final int SPREADS = 18;

    /// The most channels that group 0 may have.
    public static final int MAX_MEANS = 64;

    /// The most groups.
    public static final int MAX_GROUPS = 16;

    private static final String FORMAT = "sekkei.field";
    private static final String VERSION = "1";

    private final String name;
    private final int stride;
    private final int[] edges;
    private final byte[] parity;
    private final float[] synthesis;
    private final float[] analysis;
    private final int[] energy;
    private final List<FieldNetwork> networks;
    private final byte[] prediction;
    private final int[] frequencies;
    private final byte[] file;
    private final String sha256;
    private final @Nullable FieldTables[] tables;

    /// A basis of these tensors, see `designs/field.md`; quarter functions are rounded to half precision.
    ///
    /// @param stride pixels between cells: 8, 16 or 32
    /// @param groups channels in each group; they add up to K
    /// @param parity `[K]`, bit 0: odd in x; bit 1: odd in y
    /// @param synthesis `[K, 3, stride, stride]`
    /// @param analysis `[K, 3, stride, stride]`
    /// @param energy `[K]`, 1..255, zero in group 0
    /// @param networks of the groups 1..G-1
    /// @param prediction `[6, 2, groups[0], 18]`, scale indices 1..63
    /// @param frequencies `[24, 32]`, each at least 1; a table's add up to 4096
    /// @throws IllegalArgumentException if they do not fit together
    public FieldBasis(
            String name,
            int stride,
            int[] groups,
            byte[] parity,
            float[] synthesis,
            float[] analysis,
            int[] energy,
            List<FieldNetwork> networks,
            byte[] prediction,
            int[] frequencies) {
        this(
                write(name, stride, groups, parity, synthesis, analysis, energy, networks, prediction, frequencies),
                name,
                stride,
                groups,
                parity,
                halves(synthesis),
                halves(analysis),
                energy,
                networks,
                prediction,
                frequencies);
    }

    private FieldBasis(
            byte[] file,
            String name,
            int stride,
            int[] groups,
            byte[] parity,
            float[] synthesis,
            float[] analysis,
            int[] energy,
            List<FieldNetwork> networks,
            byte[] prediction,
            int[] frequencies) {
        this.file = file;
        this.name = name;
        this.stride = stride;
        this.parity = parity.clone();
        this.synthesis = synthesis;
        this.analysis = analysis;
        this.energy = energy.clone();
        this.networks = List.copyOf(networks);
        this.prediction = prediction.clone();
        this.frequencies = frequencies.clone();
        this.edges = edges(groups);
        this.sha256 = sha256(file);
        check();
        this.tables = new FieldTables[FieldTables.lastOctave(this) + 1];
    }

    private static int[] edges(int[] groups) {
        require(groups.length >= 1 && groups.length <= MAX_GROUPS, groups.length + " groups of channels");
        int[] edges = new int[groups.length + 1];
        for (int g = 0; g < groups.length; g++) {
            require(groups[g] >= 1 && groups[g] <= 1 << 14, "a group of " + groups[g] + " channels");
            edges[g + 1] = edges[g] + groups[g];
        }
        require(groups[0] <= MAX_MEANS, groups[0] + " channels in group 0, which may have " + MAX_MEANS);
        return edges;
    }

    private void check() {
        require(stride == 8 || stride == 16 || stride == 32, "a stride of " + stride + " instead of 8, 16 or 32");
        int channels = channels();
        int quarters = channels * 3 * stride * stride;
        require(parity.length == channels, parity.length + " parities for " + channels + " channels");
        require(
                synthesis.length == quarters && analysis.length == quarters,
                "functions of " + synthesis.length + " and " + analysis.length + " values instead of " + quarters);
        require(energy.length == channels, energy.length + " energies for " + channels + " channels");
        for (int k = 0; k < channels; k++) {
            require((parity[k] & ~3) == 0, "the parity " + parity[k]);
            boolean legal = k < edges[1] ? energy[k] == 0 : energy[k] >= 1 && energy[k] <= 255;
            require(legal, "the energy weight " + energy[k] + " of channel " + k);
        }
        for (int i = 0; i < quarters; i++) {
            require(Float.isFinite(synthesis[i]) && Float.isFinite(analysis[i]), "a function that is not finite");
        }
        require(networks.size() == groups() - 1, networks.size() + " context networks for " + groups() + " groups");
        for (int g = 1; g < groups(); g++) {
            FieldNetwork network = networks.get(g - 1);
            require(
                    network.inputs() == 4 * g + 1 && network.channels() == edges[g + 1] - edges[g],
                    "a context network of group " + g + " with " + network.inputs() + " inputs and "
                            + network.channels() + " outputs");
        }
        require(prediction.length == GRID_LEVELS * 2 * edges[1] * SPREADS, "prediction of " + prediction.length);
        for (byte scale : prediction) {
            require(scale >= 1 && scale < FieldCosts.SCALES, "the scale index " + scale + " in the prediction");
        }
        require(frequencies.length == TABLES * SYMBOLS, frequencies.length + " frequencies");
        for (int table = 0; table < TABLES; table++) {
            int sum = 0;
            for (int symbol = 0; symbol < SYMBOLS; symbol++) {
                int frequency = frequencies[table * SYMBOLS + symbol];
                require(frequency >= 1 && frequency < 1 << FREQUENCY_BITS, "the frequency " + frequency);
                sum += frequency;
            }
            require(sum == 1 << FREQUENCY_BITS, "frequencies of table " + table + " that add up to " + sum);
        }
    }

    private static void require(boolean condition, String problem) {
        if (!condition) {
            throw new IllegalArgumentException("a basis with " + problem);
        }
    }

    /// A basis made by arithmetic alone: the discrete cosine transform of blocks in orthonormal opponent colours,
    /// with
    /// constant contexts. Not lapped, and far from the rate of a trained one; the start of training, and good for
    /// tests.
    ///
    /// @param channels how many of the `3 * stride * stride` functions, the lowest frequencies first
    public static FieldBasis dct(int stride, int channels) {
        return BlockTransform.basis(stride, channels);
    }

    /// @throws CorruptDataException if the bytes are not a basis
    public static FieldBasis parse(byte[] file) throws CorruptDataException {
        Safetensors tensors = Safetensors.parse(file);
        Map<String, String> metadata = tensors.metadata();
        if (!FORMAT.equals(metadata.get("format"))) {
            throw new CorruptDataException(
                    "the file is no basis: its format is " + metadata.get("format") + " instead of " + FORMAT);
        }
        if (!VERSION.equals(metadata.get("version"))) {
            throw new CorruptDataException("the basis is of version " + metadata.get("version")
                    + ", which this program does not know (it knows " + VERSION + ")");
        }
        Map<String, Tensor> left = new LinkedHashMap<>(tensors.tensors());
        try {
            int stride = Integer.parseInt(metadata.getOrDefault("stride", "missing"));
            int[] groups = ints(left, "groups");
            List<FieldNetwork> networks = new ArrayList<>();
            byte[] parity = bytes(left, "parity");
            float[] synthesis = floats(left, "synthesis", parity.length, stride);
            float[] analysis = floats(left, "analysis", parity.length, stride);
            int[] energy = ints(left, "energy");
            edges(groups);
            for (int g = 1; g < groups.length; g++) {
                String prefix = "context." + g;
                networks.add(new FieldNetwork(
                        4 * g + 1,
                        groups[g],
                        ints(left, prefix + ".hidden.weight"),
                        ints(left, prefix + ".hidden.bias"),
                        ints(left, prefix + ".scale.weight"),
                        ints(left, prefix + ".scale.bias")));
            }
            byte[] prediction = bytes(left, "prediction");
            int[] frequencies = shorts(left, "frequencies");
            if (!left.isEmpty()) {
                throw new CorruptDataException(
                        "the basis holds " + left.keySet() + ", which this program does not know");
            }
            return new FieldBasis(
                    file.clone(),
                    metadata.getOrDefault("name", ""),
                    stride,
                    groups,
                    parity,
                    synthesis,
                    analysis,
                    energy,
                    networks,
                    prediction,
                    frequencies);
        } catch (NumberFormatException e) {
            throw new CorruptDataException("the stride of the basis is no number: " + e.getMessage());
        } catch (IllegalArgumentException e) {
            throw new CorruptDataException("the basis is damaged: " + e.getMessage());
        }
    }

    private static Tensor take(Map<String, Tensor> tensors, String name, String type) throws CorruptDataException {
        Tensor tensor = tensors.remove(name);
        if (tensor == null || !tensor.type().equals(type)) {
            throw new CorruptDataException("the basis holds no " + name + " of type " + type);
        }
        return tensor;
    }

    private static byte[] bytes(Map<String, Tensor> tensors, String name) throws CorruptDataException {
        ByteBuffer buffer = take(tensors, name, "U8").bytes();
        byte[] values = new byte[buffer.remaining()];
        buffer.get(values);
        return values;
    }

    private static int[] shorts(Map<String, Tensor> tensors, String name) throws CorruptDataException {
        ByteBuffer buffer = take(tensors, name, "U16").bytes();
        int[] values = new int[buffer.remaining() / 2];
        for (int i = 0; i < values.length; i++) {
            values[i] = buffer.getShort() & 0xFFFF;
        }
        return values;
    }

    private static int[] ints(Map<String, Tensor> tensors, String name) throws CorruptDataException {
        ByteBuffer buffer = take(tensors, name, "I32").bytes();
        int[] values = new int[buffer.remaining() / 4];
        buffer.asIntBuffer().get(values);
        return values;
    }

    private static float[] floats(Map<String, Tensor> tensors, String name, int channels, int stride)
            throws CorruptDataException {
        Tensor tensor = take(tensors, name, "F16");
        if (!tensor.shape().equals(List.of(channels, 3, stride, stride))) {
            throw new CorruptDataException("the basis is damaged: " + name + " has the shape " + tensor.shape()
                    + " instead of " + List.of(channels, 3, stride, stride));
        }
        ByteBuffer buffer = tensor.bytes();
        float[] values = new float[buffer.remaining() / 2];
        for (int i = 0; i < values.length; i++) {
            values[i] = Float.float16ToFloat(buffer.getShort());
        }
        return values;
    }

    private static float[] halves(float[] values) {
        float[] rounded = new float[values.length];
        for (int i = 0; i < values.length; i++) {
            rounded[i] = Float.float16ToFloat(Float.floatToFloat16(values[i]));
        }
        return rounded;
    }

    private static byte[] write(
            String name,
            int stride,
            int[] groups,
            byte[] parity,
            float[] synthesis,
            float[] analysis,
            int[] energy,
            List<FieldNetwork> networks,
            byte[] prediction,
            int[] frequencies) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        int channels = parity.length;
        tensors.put("synthesis", tensor(synthesis, channels, stride));
        tensors.put("analysis", tensor(analysis, channels, stride));
        tensors.put("energy", tensor(energy, energy.length));
        tensors.put("groups", tensor(groups, groups.length));
        for (int g = 1; g <= networks.size(); g++) {
            FieldNetwork network = networks.get(g - 1);
            String prefix = "context." + g;
            tensors.put(
                    prefix + ".hidden.weight", tensor(network.hiddenWeight(), FieldNetwork.HIDDEN, network.inputs()));
            tensors.put(prefix + ".hidden.bias", tensor(network.hiddenBias(), FieldNetwork.HIDDEN));
            tensors.put(
                    prefix + ".scale.weight", tensor(network.scaleWeight(), network.channels(), FieldNetwork.HIDDEN));
            tensors.put(prefix + ".scale.bias", tensor(network.scaleBias(), network.channels()));
        }
        ByteBuffer counts = ByteBuffer.allocate(2 * frequencies.length).order(ByteOrder.LITTLE_ENDIAN);
        for (int frequency : frequencies) {
            counts.putShort((short) frequency);
        }
        tensors.put("frequencies", new Tensor("U16", List.of(TABLES, SYMBOLS), counts.flip()));
        tensors.put("parity", new Tensor("U8", List.of(channels), ByteBuffer.wrap(parity.clone())));
        int means = groups.length == 0 ? 0 : groups[0];
        tensors.put(
                "prediction",
                new Tensor("U8", List.of(GRID_LEVELS, 2, means, SPREADS), ByteBuffer.wrap(prediction.clone())));
        Map<String, String> metadata = new LinkedHashMap<>();
        metadata.put("format", FORMAT);
        metadata.put("version", VERSION);
        metadata.put("stride", Integer.toString(stride));
        metadata.put("name", name);
        return new Safetensors(metadata, tensors).toBytes();
    }

    private static Tensor tensor(float[] values, int channels, int stride) {
        ByteBuffer buffer = ByteBuffer.allocate(2 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        for (float value : values) {
            buffer.putShort(Float.floatToFloat16(value));
        }
        return new Tensor("F16", List.of(channels, 3, stride, stride), buffer.flip());
    }

    private static Tensor tensor(int[] values, Integer... shape) {
        ByteBuffer buffer = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        buffer.asIntBuffer().put(values);
        return new Tensor("I32", List.of(shape), buffer);
    }

    private static String sha256(byte[] file) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(file));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /// The basis as a safetensors file: the bytes it was parsed from, or those that its constructor wrote.
    public byte[] toBytes() {
        return file.clone();
    }

    /// The SHA-256 of its file, 64 lower-case hexadecimal digits.
    public String sha256() {
        return sha256;
    }

    public String name() {
        return name;
    }

    /// Pixels between cells.
    public int stride() {
        return stride;
    }

    /// All channels of a cell.
    public int channels() {
        return edges[edges.length - 1];
    }

    /// The number of groups.
    public int groups() {
        return edges.length - 1;
    }

    /// The first channel of `group`; `start(groups())` is the number of channels.
    public int start(int group) {
        return edges[group];
    }

    /// The number of channels of `group`.
    public int channels(int group) {
        return edges[group + 1] - edges[group];
    }

    /// `[K]`, bit 0: odd in x; bit 1: odd in y.
    public byte[] parity() {
        return parity;
    }

    /// `[K, 3, stride, stride]`: the quarter left above its centre of each function.
    public float[] synthesis() {
        return synthesis;
    }

    /// `[K, 3, stride, stride]`, the same for the encoder.
    public float[] analysis() {
        return analysis;
    }

    /// `[K]`: weight of a channel in its group's energy.
    public int[] energy() {
        return energy;
    }

    /// The network that predicts `group`, 1..G-1.
    public FieldNetwork network(int group) {
        return networks.get(group - 1);
    }

    /// The scale index of a residual of group 0.
    public int prediction(int gridLevel, int kind, int channel, int spread) {
        return prediction[((gridLevel * 2 + kind) * edges[1] + channel) * SPREADS + spread];
    }

    /// `[24, 32]`: the symbols' frequencies.
    public int[] frequencies() {
        return frequencies;
    }

    /// The synthesis functions at an octave; made when they are first asked for and then shared by all threads.
    public FieldTables tables(int octave) {
        synchronized (tables) {
            FieldTables known = tables[octave];
            if (known == null) {
                known = new FieldTables(this, octave);
                tables[octave] = known;
            }
            return known;
        }
    }

    /// The groups, counted from the first, whose functions do not vanish at an octave.
    int groups(int octave) {
        return tables(octave).groups();
    }

    /// The step of a level: coefficients times it are the amplitudes of the functions.
    public static float step(int level) {
        return (float) StrictMath.pow(2, (level - 128) / 16.0);
    }

    /// Rows or columns of cells that cover `pixels`.
    public int cells(int pixels) {
        return (pixels + stride - 1) / stride;
    }

    @Override
    public String toString() {
        return name + " (stride " + stride + ", " + channels() + " channels in groups " + Arrays.toString(groupSizes())
                + ", " + sha256.substring(0, 12) + ")";
    }

    private int[] groupSizes() {
        int[] sizes = new int[groups()];
        Arrays.setAll(sizes, this::channels);
        return sizes;
    }
}

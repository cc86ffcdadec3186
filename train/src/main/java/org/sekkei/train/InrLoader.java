package org.sekkei.train;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.sekkei.inr.Codec;
import org.sekkei.inr.CorruptDataException;
import org.sekkei.inr.Dataset;
import org.sekkei.inr.Decoder;
import org.sekkei.inr.Sampling;
import org.sekkei.inr.field.FieldDecoder;
import org.sekkei.inr.field.SparseCoefficients;
import org.sekkei.torch.Device;

/// Batches from blueprints: the coded pictures are copied once to where they are decoded, and each is evaluated at the
/// positions that its sample asks for. No file is read after opening, unless main memory has no room for all of them:
/// then the others are read each time that they are needed, and the batches are the same. On the processor, pictures of
/// the codec `field`
/// are
/// entropy decoded once, and their coefficients kept, as far as half of the virtual machine's free memory allows.
public final class InrLoader extends SampledLoader {
    private InrLoader(Catalogue catalogue, LoaderConfig config, Decoding decoding) {
        super(catalogue, config, decoding);
    }

    /// Decodes on the processor, as many pictures at a time as the configuration has threads.
    ///
    /// @param dataset may be closed afterwards
    /// @param codec the one whose name is `dataset.codec()`
    /// @throws CorruptDataException if a record is damaged; the message names it
    /// @throws IOException if the data set cannot be read, or what its records share
    public static InrLoader open(Dataset dataset, Codec codec, LoaderConfig config) throws IOException {
        return open(dataset, codec, config, Long.MAX_VALUE);
    }

    private static InrLoader open(Dataset dataset, Codec codec, LoaderConfig config, long room) throws IOException {
        requireCodec(dataset, codec);
        Catalogue catalogue = Catalogue.of(dataset);
        return new InrLoader(catalogue, config, threaded(catalogue, dataset, codec, config, room));
    }

    /// Decodes where the batches are used, if the device is another than the processor and the codec can be decoded
    /// there; else as [#open(Dataset, Codec, LoaderConfig)]. On a device, a sample may differ from that of another
    /// batch size in the last bits.
    ///
    /// @throws IllegalArgumentException if the pictures take more memory of the device than may be used for them
    public static InrLoader open(Dataset dataset, Codec codec, LoaderConfig config, Device device) throws IOException {
        return open(dataset, codec, config, device, Long.MAX_VALUE);
    }

    /// As [#open(Dataset, Codec, LoaderConfig, Device)].
    ///
    /// @param dataset must stay open as long as the loader if its pictures do not all have room
    /// @param room bytes of main memory for coded pictures and for what is kept of those that were decoded
    public static InrLoader open(Dataset dataset, Codec codec, LoaderConfig config, Device device, long room)
            throws IOException {
        return device.equals(Device.CPU)
                ? open(dataset, codec, config, room)
                : open(dataset, codec, config, device, DeviceBudget.of(device));
    }

    static InrLoader open(Dataset dataset, Codec codec, LoaderConfig config, Device device, DeviceBudget budget)
            throws IOException {
        requireCodec(dataset, codec);
        Optional<DevicePictures> pictures = DevicePictures.of(dataset, codec, device, budget, config.threads());
        if (pictures.isEmpty()) {
            return open(dataset, codec, config);
        }
        return of(dataset, config, pictures.get(), budget);
    }

    /// @param pictures those of `dataset`; the loader closes them
    static InrLoader of(Dataset dataset, LoaderConfig config, DevicePictures pictures, DeviceBudget budget) {
        return new InrLoader(Catalogue.of(dataset), config, new DeviceDecoding(pictures, budget.working()));
    }

    private static void requireCodec(Dataset dataset, Codec codec) {
        if (!codec.name().equals(dataset.codec())) {
            throw new IllegalArgumentException(dataset.folder() + " is written with the codec '" + dataset.codec()
                    + "', not '" + codec.name() + "'");
        }
    }

    private static Decoding threaded(Catalogue catalogue, Dataset dataset, Codec codec, LoaderConfig config, long room)
            throws IOException {
        var border = new Border(config.normalization().mean());
        CodedRecords coded = CodedRecords.of(dataset, room);
        try {
            List<SampleReader> readers = new ArrayList<>();
            var expanded = new ExpandedFields(dataset.size(), Math.min(ExpandedFields.room(), room - coded.byteSize()));
            for (int i = 0; i < config.threads(); i++) {
                readers.add(new Reader(catalogue, coded, expanded, newDecoder(dataset, codec), border));
            }
            return new ThreadedDecoding(readers, coded.byteSize(), coded::close);
        } catch (IOException | RuntimeException failure) {
            coded.close();
            throw failure;
        }
    }

    private static Decoder newDecoder(Dataset dataset, Codec codec) throws IOException {
        try {
            return codec.newDecoder(dataset.shared());
        } catch (CorruptDataException damage) {
            throw new IOException(dataset.folder() + ": " + damage.getMessage(), damage);
        }
    }

    private static final class Reader implements SampleReader {
        private final Catalogue catalogue;
        private final CodedRecords coded;
        private final ExpandedFields expanded;
        private final Decoder decoder;
        private final Border border;
        private final Supersampling supersampling;

        Reader(Catalogue catalogue, CodedRecords coded, ExpandedFields expanded, Decoder decoder, Border border) {
            this.catalogue = catalogue;
            this.coded = coded;
            this.expanded = expanded;
            this.decoder = decoder;
            this.border = border;
            supersampling = new Supersampling(decoder.antialiased() ? 1 : Supersampling.MOST_OF_A_FIELD);
        }

        @Override
        public void read(int index, Sampling sampling, float[] rgb) throws IOException {
            try {
                supersampling.evaluate(
                        (finer, target) -> {
                            decode(index, finer, target);
                            border.fill(finer, catalogue.size(index), target);
                        },
                        sampling,
                        rgb);
            } catch (CorruptDataException damage) {
                throw new IOException(
                        catalogue.name() + ": picture " + index + " (" + catalogue.name(index) + ") cannot be decoded: "
                                + damage.getMessage(),
                        damage);
            }
        }

        private void decode(int index, Sampling sampling, float[] rgb) throws IOException {
            if (decoder instanceof FieldDecoder field) {
                SparseCoefficients known = expanded.get(index);
                if (known == null && expanded.hasRoom()) {
                    known = field.expand(coded.record(index));
                    expanded.keep(index, known);
                }
                if (known != null) {
                    field.decode(known, sampling, rgb, 0);
                    return;
                }
            }
            decoder.decode(coded.record(index), sampling, rgb, 0);
        }
    }
}

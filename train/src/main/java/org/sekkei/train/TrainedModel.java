package org.sekkei.train;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SequencedMap;
import java.util.stream.Collectors;
import org.sekkei.inr.PictureSize;
import org.sekkei.inr.Sampling;
import org.sekkei.models.Model;
import org.sekkei.models.weights.Checkpoint;
import org.sekkei.models.weights.Safetensors;
import org.sekkei.models.weights.WeightLoading;
import org.sekkei.pictures.Picture;
import org.sekkei.torch.Device;
import org.sekkei.torch.Generator;
import org.sekkei.torch.Layer;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Tensor;

/// A classifier as a training leaves it in `model.safetensors`: weights under torchvision's names, and in the file's
/// metadata all that is needed to use them.
///
/// @param architecture for instance `resnet18`, or `resnet18_cifar` for its variant for small pictures
/// @param network \[B, 3, S, S\] to \[B, classes\]
/// @param classNames in the order of the outputs
/// @param inputSize S
/// @param evaluation how pictures are cropped
public record TrainedModel(
        String architecture,
        Layer network,
        List<String> classNames,
        int inputSize,
        Augmentation evaluation,
        Normalization normalization) {
    /// The name of the file in a training's folder.
    public static final String FILE = "model.safetensors";

    private static final String ARCHITECTURE = "architecture";
    static final String CLASSES = "classes";
    private static final String INPUT_SIZE = "input_size";
    private static final String CENTRE_CROP = "centre_crop";
    private static final String MEAN = "mean";
    private static final String DEVIATION = "std";

    public TrainedModel {
        classNames = List.copyOf(classNames);
    }

    /// Reads a model, in evaluation mode.
    ///
    /// @param path a model's file, or the folder of a training
    /// @throws IOException if it cannot be read or was not written by a training
    public static TrainedModel load(Path path, Device device) throws IOException {
        Path file = Files.isDirectory(path) ? path.resolve(FILE) : path;
        try (var _ = Scope.open();
                Checkpoint opened = Checkpoint.open(file)) {
            Metadata metadata = new Metadata(file, opened.metadata());
            List<String> classNames = List.of(Json.read(metadata.get(CLASSES), String[].class, file));
            String architecture = metadata.get(ARCHITECTURE);
            Layer network = Model.named(architecture).create(classNames.size(), new Generator(0));
            WeightLoading.load(opened, architecture, network.stateDict());
            network.to(device);
            network.channelsLast();
            network.eval();
            return new TrainedModel(
                    architecture,
                    network,
                    classNames,
                    (int) metadata.number(INPUT_SIZE),
                    new Augmentation(new Crop.Centre(metadata.number(CENTRE_CROP)), 0, 0),
                    new Normalization(metadata.numbers(MEAN), metadata.numbers(DEVIATION)));
        } catch (IllegalArgumentException invalid) {
            throw new IOException(file + ": " + invalid.getMessage(), invalid);
        }
    }

    /// Reads the weights of others, which tell neither the architecture nor the classes; in evaluation mode.
    ///
    /// @param file a checkpoint of any format
    /// @param architecture what [Model#named(String)] knows
    /// @param classNames in the order of the outputs
    /// @throws IOException if it cannot be read or does not fit
    public static TrainedModel loadForeign(
            Path file,
            String architecture,
            List<String> classNames,
            int inputSize,
            Normalization normalization,
            Device device)
            throws IOException {
        try (var _ = Scope.open();
                Checkpoint opened = Checkpoint.open(file)) {
            Layer network = Model.named(architecture).create(classNames.size(), Generator.idle());
            WeightLoading.load(opened, architecture, network.stateDict());
            network.to(device);
            network.channelsLast();
            network.eval();
            return new TrainedModel(
                    architecture, network, classNames, inputSize, Augmentation.evaluation(inputSize), normalization);
        }
    }

    /// The same with other names for its classes.
    ///
    /// @param names as many as there are outputs
    public TrainedModel withClassNames(List<String> names) {
        return new TrainedModel(architecture, network, names, inputSize, evaluation, normalization);
    }

    /// Pictures as the network takes them in: cropped, resized and normalised as for its evaluation.
    ///
    /// @return \[B, 3, S, S\], on the processor
    public Tensor inputs(List<Picture> pictures) throws IOException {
        var resampler = new Resampler();
        int pixels = inputSize * inputSize;
        float[] all = new float[3 * pixels * pictures.size()];
        float[] rgb = new float[3 * pixels];
        for (int i = 0; i < pictures.size(); i++) {
            Picture picture = pictures.get(i);
            Sampling sampling = evaluation.draw(
                    new SampleRandom(0, 0, i), new PictureSize(picture.width(), picture.height()), inputSize);
            resampler.resample(picture.rgb(), picture.width(), picture.height(), sampling, rgb);
            for (int channel = 0; channel < 3; channel++) {
                float mean = normalization.mean().get(channel);
                float factor = 1 / normalization.deviation().get(channel);
                for (int at = channel * pixels; at < (channel + 1) * pixels; at++) {
                    all[3 * pixels * i + at] = (rgb[at] - mean) * factor;
                }
            }
        }
        return Tensor.of(all, pictures.size(), 3, inputSize, inputSize);
    }

    /// Writes the model, whole or not at all.
    ///
    /// @param file in a folder that exists
    public void save(Path file) throws IOException {
        if (!(evaluation.crop() instanceof Crop.Centre centre)) {
            throw new IllegalArgumentException(
                    "a model is evaluated on the centre of pictures, not on " + evaluation.crop());
        }
        SequencedMap<String, String> metadata = new LinkedHashMap<>();
        metadata.put("format", "pt");
        metadata.put(ARCHITECTURE, architecture);
        metadata.put(CLASSES, Json.text(classNames));
        metadata.put(INPUT_SIZE, Integer.toString(inputSize));
        metadata.put(CENTRE_CROP, Double.toString(centre.fraction()));
        metadata.put(MEAN, text(normalization.mean()));
        metadata.put(DEVIATION, text(normalization.deviation()));
        Safetensors.write(file, network.stateDict(), metadata);
    }

    /// How pictures are to be prepared for this network.
    public LoaderConfig loaderConfig(int batchSize, int threads) {
        return new LoaderConfig(
                inputSize, batchSize, 0, threads, Augmentation.training(inputSize), evaluation, normalization, true);
    }

    private static String text(List<Float> numbers) {
        return numbers.stream().map(number -> Float.toString(number)).collect(Collectors.joining(","));
    }

    private record Metadata(Path file, Map<String, String> values) {
        String get(String key) throws IOException {
            String value = values.get(key);
            if (value == null) {
                throw new IOException(file + ": was not written by 'sekkei train': its metadata has no '" + key + "'");
            }
            return value;
        }

        double number(String key) throws IOException {
            return numbers(key).getFirst();
        }

        List<Float> numbers(String key) throws IOException {
            String value = get(key);
            try {
                return Arrays.stream(value.split(",")).map(Float::valueOf).toList();
            } catch (NumberFormatException notNumbers) {
                throw new IOException(file + ": '" + key + "' should be numbers but is '" + value + "'", notNumbers);
            }
        }
    }
}

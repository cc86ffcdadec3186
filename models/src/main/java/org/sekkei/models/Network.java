package org.sekkei.models;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SequencedMap;
import java.util.function.Function;
import java.util.function.IntFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.sekkei.models.weights.NearestNames;
import org.sekkei.torch.DType;
import org.sekkei.torch.Generator;
import org.sekkei.torch.Layer;
import org.sekkei.torch.Module;
import org.sekkei.torch.Tensor;

/// Any network by its name, with what goes in and comes out by names too. The classifiers among them are also
/// [models][Model].
///
/// @param name for instance `deblurgan`
/// @param source where the architecture is published
/// @param inputs what goes in
/// @param outputs the names of what comes out
/// @param factory makes it
public record Network(String name, String source, List<Input> inputs, List<String> outputs, Factory factory) {
    /// A tensor that goes in.
    ///
    /// @param required whether there is no case without it
    /// @param meaning its layout and range
    /// @param shape for pictures of so many pixels a side
    public record Input(String name, boolean required, String meaning, IntFunction<long[]> shape) {}

    /// Makes a network with weights drawn from the generator.
    @FunctionalInterface
    public interface Factory {
        Graph create(Generator generator);
    }

    /// A network that stands.
    ///
    /// @param module what holds its weights
    /// @param forward computes the outputs by name from the inputs by name
    public record Graph(Module module, Forward forward) {
        /// Runs the network in the mode it is in.
        ///
        /// @throws IllegalArgumentException if an input is missing or does not fit
        public SequencedMap<String, Tensor> run(Map<String, Tensor> inputs) {
            return forward.run(inputs);
        }
    }

    /// What a network computes.
    @FunctionalInterface
    public interface Forward {
        SequencedMap<String, Tensor> run(Map<String, Tensor> inputs);
    }

    /// Classes of ImageNet, for which the classifiers are published.
    private static final int CLASSES = 1000;

    private static final String PICTURE = "[B, 3, H, W], RGB, normalised";
    private static final String SIGNED = "[B, 3, H, W], RGB, -1..1";

    /// Names under which authors publish what has another one here.
    private static final Map<String, String> ALIASES = Map.of(
            "fpn_inception", "deblurganv2_inception",
            "fpn_mobilenet", "deblurganv2_mobilenet",
            "vit_tiny", "vit_tiny_patch16_224",
            "vit_small", "vit_small_patch16_224",
            "vit_base", "vit_base_patch16_224",
            "vit_large", "vit_large_patch16_224",
            "trtr", "trtr_resnet50");

    /// All networks there are.
    public static List<Network> all() {
        List<Network> all = new ArrayList<>();
        for (Model model : Model.all()) {
            all.add(classifier(model));
        }
        String deblurGan = "arXiv 1711.07064; KupynOrest/DeblurGAN";
        String deblurGanV2 = "arXiv 1908.03826; VITA-Group/DeblurGANv2";
        all.add(of("deblurgan", deblurGan, SIGNED, "restored", DeblurGan::new));
        all.add(of("deblurgan_critic", deblurGan, SIGNED, "score", critic(PatchCritic.Scale.PATCH)));
        for (DeblurGanV2.Backbone backbone : DeblurGanV2.Backbone.values()) {
            all.add(of(
                    "deblurganv2_" + backbone.name().toLowerCase(Locale.ROOT),
                    deblurGanV2,
                    SIGNED,
                    "restored",
                    generator -> new DeblurGanV2(backbone, generator)));
        }
        for (PatchCritic.Scale scale : PatchCritic.Scale.values()) {
            all.add(of(
                    "deblurganv2_critic_" + scale.name().toLowerCase(Locale.ROOT),
                    deblurGanV2,
                    SIGNED,
                    "score",
                    critic(scale)));
        }
        all.add(trTr());
        all.add(trTrLight());
        all.add(deepLens());
        return List.copyOf(all);
    }

    /// The network of this name; capitals and hyphens do not matter.
    ///
    /// @throws IllegalArgumentException naming those there are
    public static Network named(String name) {
        String plain = name.toLowerCase(Locale.ROOT).replace('-', '_');
        String known = ALIASES.getOrDefault(plain, plain);
        List<Network> all = all();
        return all.stream()
                .filter(network -> network.name.equals(known))
                .findFirst()
                .or(() -> TransformerShape.model(known).map(Network::classifier))
                .orElseThrow(() -> new IllegalArgumentException("unknown network '" + name + "'; "
                        + NearestNames.among(
                                known, all.stream().map(Network::name).toList())));
    }

    /// Inputs of zeros for pictures of so many pixels a side, optional ones left out.
    SequencedMap<String, Tensor> blank(int side) {
        SequencedMap<String, Tensor> blank = new LinkedHashMap<>();
        inputs.stream()
                .filter(Input::required)
                .forEach(input -> blank.put(input.name, Tensor.zeros(input.shape.apply(side))));
        return blank;
    }

    /// @throws IllegalArgumentException if it is not there
    static Tensor required(Map<String, Tensor> inputs, String name) {
        Tensor input = inputs.get(name);
        if (input == null) {
            throw new IllegalArgumentException("has no tensor '" + name + "', which the network takes; it has "
                    + String.join(", ", inputs.keySet()));
        }
        return input;
    }

    private static Network classifier(Model model) {
        return of(model, CLASSES);
    }

    /// A classifier of so many classes.
    public static Network of(Model model, int classes) {
        return of(model.name(), model.source(), PICTURE, "logits", generator -> model.create(classes, generator));
    }

    private static Network of(
            String name, String source, String meaning, String output, Function<Generator, Layer> layer) {
        return new Network(
                name,
                source,
                List.of(new Input("input", true, meaning, side -> new long[] {1, 3, side, side})),
                List.of(output),
                generator -> {
                    Layer network = layer.apply(generator);
                    return new Graph(
                            network,
                            inputs -> new LinkedHashMap<>(Map.of(output, network.apply(picture(inputs, "input")))));
                });
    }

    private static Function<Generator, Layer> critic(PatchCritic.Scale scale) {
        return generator -> new PatchCritic(scale, generator);
    }

    private static Tensor picture(Map<String, Tensor> inputs, String name) {
        Tensor picture = required(inputs, name);
        if (picture.dim() != 4 || picture.size(1) != 3) {
            throw new IllegalArgumentException("'" + name + "' is "
                    + Stream.of(picture.shape())
                            .map(Arrays::toString)
                            .findFirst()
                            .orElse("")
                    + "; the network takes [B, 3, H, W]");
        }
        if (picture.numel() == 0) {
            throw new IllegalArgumentException("'" + name + "' holds no pictures");
        }
        return picture;
    }

    private static Network trTr() {
        return trTr("trtr_resnet50", "arXiv 2105.03817; tongtybj/TrTr", 127, 255, TrTr::new);
    }

    private static Network trTrLight() {
        return trTr("trtr_light", "Sekkei; after arXiv 2105.03817", 80, 160, TrTr::light);
    }

    /// @param templateSide the template's side in pixels
    /// @param searchSide the search picture's
    private static Network trTr(
            String name, String source, int templateSide, int searchSide, Function<Generator, TrTr> made) {
        String picture = "[B, 3, H, W], BGR, normalised by ImageNet's RGB statistics";
        return new Network(
                name,
                source,
                List.of(
                        new Input("template", true, picture, _ -> new long[] {1, 3, templateSide, templateSide}),
                        new Input("search", true, picture, _ -> new long[] {1, 3, searchSide, searchSide}),
                        new Input(
                                "search_mask",
                                false,
                                "[B, H, W], 1 where the search picture is padding; the last "
                                        + REFERENCE_PADDING
                                        + " columns if not given, as in the reference outputs",
                                _ -> new long[] {1, searchSide, searchSide})),
                List.of("pred_heatmap", "pred_bbox_reg", "pred_bbox_wh"),
                generator -> {
                    TrTr network = made.apply(generator);
                    return new Graph(network, inputs -> {
                        Tensor search = picture(inputs, "search");
                        TrTr.Found found = network.apply(
                                picture(inputs, "template"), search, mask(search, inputs.get("search_mask")));
                        SequencedMap<String, Tensor> outputs = new LinkedHashMap<>();
                        outputs.put("pred_heatmap", found.heat());
                        outputs.put("pred_bbox_reg", found.offset());
                        outputs.put("pred_bbox_wh", found.extent());
                        return outputs;
                    });
                });
    }

    private static Network deepLens() {
        String picture = "[B, H, W, 3], BGR, 0..1";
        return new Network(
                "deeplens",
                "arXiv 1810.08100; scott89/deeplens_eval; of it the depth",
                List.of(
                        new Input("image_640", true, picture, side -> new long[] {1, side, side, 3}),
                        new Input("image_320", false, picture + ", smaller, of whose size the depth shall be", side ->
                                new long[] {1, side, side, 3})),
                List.of("depth"),
                generator -> {
                    DeepLens network = new DeepLens(generator);
                    return new Graph(network, inputs -> {
                        Tensor pictures = channelsLast(inputs, "image_640");
                        Tensor smaller = inputs.containsKey("image_320") ? channelsLast(inputs, "image_320") : pictures;
                        return new LinkedHashMap<>(
                                Map.of("depth", network.depth(pictures, smaller.size(1), smaller.size(2))));
                    });
                });
    }

    private static Tensor channelsLast(Map<String, Tensor> inputs, String name) {
        Tensor picture = required(inputs, name);
        if (picture.dim() != 4 || picture.size(3) != 3) {
            throw new IllegalArgumentException(
                    "'" + name + "' is " + Arrays.toString(picture.shape()) + "; the network takes [B, H, W, 3]");
        }
        return picture;
    }

    private static final int REFERENCE_PADDING = 40;

    private static Tensor mask(Tensor search, @Nullable Tensor given) {
        if (given != null) {
            return given;
        }
        Tensor mask = Tensor.zeros(DType.FLOAT32, search.device(), search.size(0), search.size(2), search.size(3));
        long columns = Math.min(REFERENCE_PADDING, search.size(3));
        mask.narrow(2, search.size(3) - columns, columns).fillInPlace(1);
        return mask;
    }
}

package org.sekkei.fit.siren;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.function.Consumer;
import org.sekkei.fit.EncodedPicture;
import org.sekkei.fit.Encoding;
import org.sekkei.fit.PackGoal;
import org.sekkei.fit.PictureEncoder;
import org.sekkei.inr.CorruptDataException;
import org.sekkei.inr.PictureSize;
import org.sekkei.inr.siren.SirenCodec;
import org.sekkei.inr.siren.SirenKernel;
import org.sekkei.inr.siren.SirenShape;
import org.sekkei.inr.siren.SirenShared;
import org.sekkei.inr.siren.SirenStart;
import org.sekkei.pictures.Picture;

/// One sine network a picture.
///
/// @param shapes the networks to choose from, smallest first; empty for a ladder that suits the pictures' size
/// @param recipe how networks are fitted and written
/// @param starts how the start of all fits is learnt
public record SirenEncoding(List<SirenShape> shapes, SirenRecipe recipe, SirenStarts starts) implements Encoding {
    /// Parameters in a shard, about: what a kill can cost.
    private static final int SHARD_PARAMETERS = 1 << 18;

    public SirenEncoding {
        shapes = List.copyOf(shapes);
    }

    /// What `sekkei pack --codec siren` does if nothing else is said.
    public static SirenEncoding standard() {
        return new SirenEncoding(List.of(), SirenRecipe.standard(), SirenStarts.standard());
    }

    @Override
    public String codec() {
        return SirenCodec.NAME;
    }

    @Override
    public Map<String, String> attributes() {
        Map<String, String> attributes = new TreeMap<>();
        attributes.put("recipe", recipe.toString());
        attributes.put("start", starts.toString());
        return attributes;
    }

    @Override
    public byte[] shared(List<Picture> samples, long seed, ExecutorService threads, Consumer<String> preparing)
            throws InterruptedException {
        double pixels = samples.stream()
                .mapToLong(picture -> (long) picture.width() * picture.height())
                .average()
                .orElseThrow();
        List<SirenStart> learnt = new ArrayList<>();
        for (SirenShape shape : shapes.isEmpty() ? SirenLadder.forPixels(pixels) : shapes) {
            preparing.accept("learning the start of " + shape + " networks");
            learnt.add(starts.learn(SirenKernel.best(), shape, samples, recipe, seed, threads, (_, _, _, _) -> {}));
        }
        return new SirenShared(learnt, PictureSize.common(sizes(samples))).toBytes();
    }

    private static List<PictureSize> sizes(List<Picture> pictures) {
        return pictures.stream()
                .map(picture -> new PictureSize(picture.width(), picture.height()))
                .toList();
    }

    @Override
    public PictureEncoder newEncoder(byte[] shared, PackGoal goal, long seed) throws CorruptDataException {
        var encoder = new SirenEncoder(SirenKernel.best(), SirenShared.parse(shared), recipe, goal, seed);
        return (picture, _, index) -> {
            FittedPicture fitted = encoder.encode(picture, index);
            return new EncodedPicture(
                    fitted.record(),
                    fitted.psnr(),
                    Map.of("network", fitted.shape().toString()));
        };
    }

    @Override
    public int picturesPerShard(byte[] shared) throws CorruptDataException {
        SirenShape largest = SirenShared.parse(shared).starts().getLast().shape();
        return Math.clamp(SHARD_PARAMETERS / largest.parameterCount(), 8, 1000);
    }
}

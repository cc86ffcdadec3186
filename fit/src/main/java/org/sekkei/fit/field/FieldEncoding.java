package org.sekkei.fit.field;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.sekkei.fit.Encoding;
import org.sekkei.fit.PackGoal;
import org.sekkei.fit.PictureEncoder;
import org.sekkei.inr.CorruptDataException;
import org.sekkei.inr.PictureSize;
import org.sekkei.inr.field.FieldBases;
import org.sekkei.inr.field.FieldBasis;
import org.sekkei.inr.field.FieldCodec;
import org.sekkei.inr.field.FieldShared;
import org.sekkei.pictures.Picture;

/// Coefficients of a basis that all pictures share.
///
/// @param basis the basis; null for the one that ships for pictures of the source's size
/// @param recipe how bytes are traded for quality
public record FieldEncoding(@Nullable FieldBasis basis, FieldRecipe recipe) implements Encoding {
    /// Pictures whose longer side is at most so many pixels have a basis of their own.
    static final int SMALL = 64;

    private static final int PICTURES_A_SHARD = 1000;

    /// What `sekkei pack` does if nothing else is said.
    public static FieldEncoding standard() {
        return new FieldEncoding(null, FieldRecipe.standard());
    }

    @Override
    public String codec() {
        return FieldCodec.NAME;
    }

    @Override
    public Map<String, String> attributes() {
        return Map.of("recipe", recipe.toString());
    }

    @Override
    public byte[] shared(List<Picture> samples, long seed, ExecutorService threads, Consumer<String> preparing) {
        List<PictureSize> sizes = samples.stream()
                .map(picture -> new PictureSize(picture.width(), picture.height()))
                .toList();
        return new FieldShared(basis == null ? shipped(sizes) : basis, PictureSize.common(sizes)).toBytes();
    }

    private static FieldBasis shipped(List<PictureSize> sizes) {
        boolean small = sizes.stream().allMatch(size -> Math.max(size.width(), size.height()) <= SMALL);
        return FieldBases.named(small ? FieldBases.SMALL : FieldBases.PHOTO);
    }

    @Override
    public PictureEncoder newEncoder(byte[] shared, PackGoal goal, long seed) throws CorruptDataException {
        FieldShared parsed = FieldShared.parse(shared);
        return new FieldEncoder(parsed.basis(), parsed.commonSize(), recipe, goal);
    }

    @Override
    public int picturesPerShard(byte[] shared) {
        return PICTURES_A_SHARD;
    }

    /// A basis shows as its hash, so that equal options have equal text.
    @Override
    public String toString() {
        return "FieldEncoding[basis=" + (basis == null ? "shipped" : basis.sha256()) + ", recipe=" + recipe + "]";
    }
}

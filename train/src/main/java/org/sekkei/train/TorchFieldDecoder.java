package org.sekkei.train;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.sekkei.inr.Sampling;
import org.sekkei.inr.field.FieldBasis;
import org.sekkei.inr.field.FieldEvaluator;
import org.sekkei.inr.field.FieldKernel;
import org.sekkei.inr.field.FieldTables;
import org.sekkei.inr.field.Taps;
import org.sekkei.torch.Autograd;
import org.sekkei.torch.DType;
import org.sekkei.torch.Device;
import org.sekkei.torch.Scope;
import org.sekkei.torch.Tensor;

/// Evaluates the fields of many pictures at once by matrix products, on any device of libtorch. What comes out is what
/// [FieldEvaluator] says, to rounding. For one thread.
///
/// A *tile* is a square of one stride, between the centres of four cells: the sum of a quarter of each of their
/// functions. The tiles under each picture's crop, at the octave that its scale asks for, make its *canvas*, which the
/// output is interpolated from.
final class TorchFieldDecoder implements AutoCloseable {
    private static final int PARITIES = FieldChannels.PARITIES;
    private static final int COLOURS = 3;

    /// Pictures are decoded together as long as what the largest of them makes the others compute in vain is less than
    /// half of what they need.
    private static final double PADDING = 1.5;

    private final FieldChannels channels;
    private final Device device;
    private final long budget;
    private final FieldEvaluator evaluator;
    private final @Nullable Octave[] octaves;

    /// The functions at one octave.
    ///
    /// @param stride pixels between cells
    /// @param others by parity: how many of the channels that [FieldChannels#others] lists are used
    /// @param functions by parity, `[channels, 3 * stride * stride]`: quarters
    private record Octave(int stride, int[] others, List<Tensor> functions) {}

    /// Along one axis: what a crop touches.
    ///
    /// @param first tile; tile `t` lies between the cells `t - 1` and `t`
    /// @param count of tiles
    /// @param taps for crops that are not turned
    private record Span(int first, int count, @Nullable Taps taps) {
        /// @param lowest pixel of the octave
        /// @param end one past the last
        static Span of(int lowest, int end, int stride, @Nullable Taps taps) {
            int first = (lowest + stride / 2) / stride;
            return new Span(first, (end - 1 + stride / 2) / stride - first + 1, taps);
        }

        /// The octave's pixel at which the first tile begins.
        int origin(int stride) {
            return first * stride - stride / 2;
        }
    }

    /// A picture of a batch.
    ///
    /// @param place in the batch
    private record View(
            int place, FieldTensors.Picture picture, Sampling sampling, int octave, Span across, Span down) {
        long tiles() {
            return (long) across.count * down.count;
        }

        boolean straight() {
            return across.taps != null;
        }
    }

    /// @param budget bytes that intermediate results may take; the result comes on top
    TorchFieldDecoder(FieldChannels channels, Device device, long budget) {
        this.channels = channels;
        this.device = device;
        this.budget = budget;
        evaluator = new FieldEvaluator(channels.basis(), FieldKernel.reference());
        octaves = new Octave[FieldTables.lastOctave(channels.basis()) + 1];
    }

    Device device() {
        return device;
    }

    /// The groups whose coefficients `sampling` needs, counted from the first.
    int groups(Sampling sampling) {
        return evaluator.groups(sampling);
    }

    /// Evaluates the pictures `indices[i]` at `samplings[i]`.
    ///
    /// @param indices places in `tensors.pictures()`
    /// @param samplings all of the same output width and height
    /// @return `[B, 3, H, W]`, float32, on the device; the innermost open scope owns it
    Tensor decode(FieldTensors tensors, int[] indices, List<Sampling> samplings) {
        Map<Integer, List<View>> byKind = new TreeMap<>();
        for (int i = 0; i < indices.length; i++) {
            View view = view(i, tensors.pictures().get(indices[i]), samplings.get(i));
            byKind.computeIfAbsent(2 * view.octave + (view.straight() ? 0 : 1), _ -> new ArrayList<>())
                    .add(view);
        }
        try (Scope scope = Scope.open();
                var _ = Autograd.noGrad()) {
            List<Tensor> parts = new ArrayList<>();
            List<Integer> places = new ArrayList<>();
            for (List<View> views : byKind.values()) {
                views.sort(Comparator.comparingLong(View::tiles).reversed());
                int from = 0;
                while (from < views.size()) {
                    List<View> some = together(views.subList(from, views.size()));
                    parts.add(decode(tensors, some));
                    some.forEach(view -> places.add(view.place));
                    from += some.size();
                }
            }
            return scope.keep(BatchOrder.restored(parts.size() == 1 ? parts.getFirst() : Tensor.cat(parts, 0), places));
        }
    }

    private View view(int place, FieldTensors.Picture picture, Sampling sampling) {
        int octave = evaluator.octave(sampling);
        int stride = channels.basis().stride() >> octave;
        int width = picture.size().width();
        int height = picture.size().height();
        if (sampling.xy() == 0 && sampling.yx() == 0) {
            Taps across = Taps.of(sampling.width(), sampling.xx(), sampling.x0(), width, octave);
            Taps down = Taps.of(sampling.height(), sampling.yy(), sampling.y0(), height, octave);
            return new View(
                    place,
                    picture,
                    sampling,
                    octave,
                    Span.of(across.lowest(), across.end(), stride, across),
                    Span.of(down.lowest(), down.end(), stride, down));
        }
        double[] x = new double[4];
        double[] y = new double[4];
        for (int corner = 0; corner < 4; corner++) {
            double column = corner % 2 == 0 ? 0.5 : sampling.width() - 0.5;
            double row = corner / 2 == 0 ? 0.5 : sampling.height() - 0.5;
            x[corner] = Taps.centre(sampling.sourceX(column, row), width);
            y[corner] = Taps.centre(sampling.sourceY(column, row), height);
        }
        return new View(
                place,
                picture,
                sampling,
                octave,
                turned(x, radius(sampling.xx(), sampling.xy(), octave), width, octave, stride),
                turned(y, radius(sampling.yx(), sampling.yy(), octave), height, octave, stride));
    }

    private static Span turned(double[] corners, double radius, int length, int octave, int stride) {
        double shrink = 1.0 / (1 << octave);
        double low = Arrays.stream(corners).min().orElseThrow() * shrink;
        double high = Arrays.stream(corners).max().orElseThrow() * shrink;
        int lowest = (int) Math.max(0, low - radius);
        int end = (int) Math.min(((length - 1) >> octave) + 1, high + radius + 1);
        return Span.of(lowest, end, stride, null);
    }

    /// Of the triangle that a turned output pixel is along an axis of the source, in pixels of the octave.
    private static double radius(double byColumn, double byRow, int octave) {
        return Math.max(1, Math.hypot(byColumn, byRow) / (1 << octave));
    }

    /// As many of the first views as fit the budget and each other.
    private List<View> together(List<View> views) {
        long rows = 0;
        long columns = 0;
        long tiles = 0;
        int count = 0;
        for (View view : views) {
            rows = Math.max(rows, view.down.count);
            columns = Math.max(columns, view.across.count);
            tiles += view.tiles();
            long padded = (count + 1) * rows * columns;
            boolean fits = (count + 1) * bytes(view, rows, columns) <= budget / 2 && padded <= PADDING * tiles;
            if (count > 0 && !fits) {
                break;
            }
            count++;
        }
        return views.subList(0, count);
    }

    /// What a picture takes besides the cells that its canvas is made of.
    private long bytes(View view, long rows, long columns) {
        long stride = channels.basis().stride() >> view.octave;
        long height = view.sampling.height();
        long width = view.sampling.width();
        long canvas = COLOURS * rows * columns * stride * stride;
        if (view.straight()) {
            long weights = 3 * (height * rows + width * columns) * stride;
            return Float.BYTES * (canvas + weights + COLOURS * height * (columns * stride + 2 * width));
        }
        long taps = (long) taps(view, true) + taps(view, false);
        return Float.BYTES * (2 * canvas + height * width * (3 * taps + 5 * COLOURS));
    }

    private static int taps(View view, boolean across) {
        Sampling sampling = view.sampling;
        double radius = across
                ? radius(sampling.xx(), sampling.xy(), view.octave)
                : radius(sampling.yx(), sampling.yy(), view.octave);
        return (int) Math.ceil(2 * radius);
    }

    private Octave octave(int number) {
        Octave known = octaves[number];
        if (known == null) {
            FieldTables tables = channels.basis().tables(number);
            int[] others = new int[PARITIES];
            List<Tensor> functions = new ArrayList<>();
            for (int parity = 0; parity < PARITIES; parity++) {
                others[parity] = channels.others(parity, tables.groups());
                functions.add(functions(tables, parity, others[parity]).keep());
            }
            known = new Octave(tables.stride(), others, functions);
            octaves[number] = known;
        }
        return known;
    }

    private Tensor functions(FieldTables tables, int parity, int others) {
        int[] means = channels.means().get(parity);
        int[] used = Arrays.copyOf(means, means.length + others);
        System.arraycopy(channels.others().get(parity), 0, used, means.length, others);
        float[] rows = new float[used.length * tables.length()];
        for (int row = 0; row < used.length; row++) {
            tables.copy(used[row], rows, row * tables.length());
        }
        return Tensor.of(rows, used.length, tables.length()).to(device);
    }

    /// `[b, 3, H, W]`, of views of one octave, all turned or none.
    private Tensor decode(FieldTensors tensors, List<View> views) {
        try (Scope scope = Scope.open()) {
            Octave octave = octave(views.getFirst().octave);
            Tensor canvas = canvas(tensors, views, octave); // [b, h, 3, w]
            return scope.keep(
                    views.getFirst().straight() ? straight(views, canvas, octave) : turned(views, canvas, octave));
        }
    }

    // ---- cells ----

    /// The cells under some views, by rows and columns: all views have as many, those that need fewer repeat others.
    ///
    /// Beyond the grid a picture goes on mirrored: there the cells at its edge stand again, with the signs of odd
    /// functions changed.
    ///
    /// @param rows `[b, R]`: inside the grid
    /// @param columns `[b, C]`: inside the grid
    /// @param mirroredRows `[b, R]`: -1 where a row is a mirror image, else 1
    /// @param mirroredColumns `[b, C]`
    private record Cells(int[][] rows, int[][] columns, float[][] mirroredRows, float[][] mirroredColumns) {
        static Cells of(List<View> views, int tileRows, int tileColumns) {
            int count = views.size();
            Cells cells = new Cells(
                    new int[count][tileRows + 1],
                    new int[count][tileColumns + 1],
                    new float[count][tileRows + 1],
                    new float[count][tileColumns + 1]);
            for (int i = 0; i < count; i++) {
                View view = views.get(i);
                along(view.down, view.picture.rows(), cells.rows[i], cells.mirroredRows[i]);
                along(view.across, view.picture.columns(), cells.columns[i], cells.mirroredColumns[i]);
            }
            return cells;
        }

        private static void along(Span span, int length, int[] cells, float[] mirrored) {
            for (int i = 0; i < cells.length; i++) {
                int cell = span.first - 1 + i;
                cells[i] = Math.clamp(cell, 0, length - 1);
                mirrored[i] = cell == cells[i] ? 1 : -1;
            }
        }
    }

    /// `[b, h, 3, w]`: colours in 0..1 under each view's output, from its first tile on.
    private Tensor canvas(FieldTensors tensors, List<View> views, Octave octave) {
        int tileRows = views.stream().mapToInt(view -> view.down.count).max().orElseThrow();
        int tileColumns =
                views.stream().mapToInt(view -> view.across.count).max().orElseThrow();
        Cells cells = Cells.of(views, tileRows, tileColumns);
        int stride = octave.stride;
        Tensor canvas = Tensor.empty(
                DType.FLOAT32, device, views.size(), (long) tileRows * stride, COLOURS, (long) tileColumns * stride);
        // Coefficients as they lie there and as float32 twice, sums by parity and by quarter and what they are made of.
        long functions = COLOURS * (long) stride * stride;
        long cellBytes = 9L * channels.basis().channels() + 12 * Float.BYTES * functions;
        long rowBytes = cellBytes * views.size() * (tileColumns + 1);
        int band = Math.clamp(budget / 2 / rowBytes - 1, 1, tileRows);
        for (int from = 0; from < tileRows; from += band) {
            int rows = Math.min(band, tileRows - from);
            try (var _ = Scope.open()) {
                canvas.narrow(1, (long) from * stride, (long) rows * stride)
                        .copyInPlace(tiles(tensors, views, cells, octave, from, rows));
            }
        }
        return canvas;
    }

    /// `[b, rows * stride, 3, w]`
    private Tensor tiles(FieldTensors tensors, List<View> views, Cells cells, Octave octave, int from, int rows) {
        int count = views.size();
        int cellRows = rows + 1;
        int cellColumns = cells.columns[0].length;
        long[] starts = new long[count * cellRows];
        long[] columns = new long[count * cellColumns];
        float[] down = new float[2 * starts.length];
        float[] across = new float[2 * columns.length];
        for (int i = 0; i < count; i++) {
            FieldTensors.Picture picture = views.get(i).picture;
            float step = FieldBasis.step(picture.level());
            for (int row = 0; row < cellRows; row++) {
                int at = i * cellRows + row;
                starts[at] = picture.start() + (long) cells.rows[i][from + row] * picture.columns();
                down[at] = step;
                down[starts.length + at] = step * cells.mirroredRows[i][from + row];
            }
            for (int column = 0; column < cellColumns; column++) {
                int at = i * cellColumns + column;
                columns[at] = cells.columns[i][column];
                across[at] = 1;
                across[columns.length + at] = cells.mirroredColumns[i][column];
            }
        }
        Tensor places = Tensor.of(starts, count, cellRows, 1)
                .to(device)
                .add(Tensor.of(columns, count, 1, cellColumns).to(device))
                .view(-1); // [n]
        Tensor rowFactors = Tensor.of(down, 2, count, cellRows, 1).to(device);
        Tensor columnFactors = Tensor.of(across, 2, count, 1, cellColumns).to(device);
        List<Tensor> sums = new ArrayList<>();
        for (int parity = 0; parity < PARITIES; parity++) {
            Tensor factors = rowFactors
                    .select(0, parity >> 1)
                    .mul(columnFactors.select(0, parity & 1))
                    .view(-1, 1); // [n, 1]
            try (Scope scope = Scope.open()) {
                Tensor values = coefficients(tensors, places, octave, parity); // [n, K]
                placeLarge(values, views, cells, octave, parity, from, cellRows);
                Tensor sum = values.mulInPlace(factors).matmul(octave.functions.get(parity)); // [n, 3 s s]
                sums.add(scope.keep(sum.view(count, cellRows, cellColumns, COLOURS, octave.stride, octave.stride)));
            }
        }
        return colours(sums);
    }

    private static Tensor coefficients(FieldTensors tensors, Tensor places, Octave octave, int parity) {
        Tensor means = tensors.means().get(parity).indexSelect(0, places).to(DType.FLOAT32);
        Tensor others = tensors.others()
                .get(parity)
                .narrow(1, 0, octave.others[parity])
                .indexSelect(0, places)
                .to(DType.FLOAT32);
        return Tensor.cat(List.of(means, others), 1);
    }

    /// Writes the coefficients that are too large for a byte.
    ///
    /// @param values `[b * cellRows * C, K]`
    private void placeLarge(
            Tensor values, List<View> views, Cells cells, Octave octave, int parity, int from, int cellRows) {
        List<Long> places = new ArrayList<>();
        List<Integer> large = new ArrayList<>();
        int means = channels.means().get(parity).length;
        for (int i = 0; i < views.size(); i++) {
            FieldTensors.Picture picture = views.get(i).picture;
            int[] list = picture.large();
            for (int at = 0; at < list.length; at += FieldTensors.Picture.LARGE) {
                if (list[at + 1] != parity || list[at + 2] >= octave.others[parity]) {
                    continue;
                }
                int row = list[at] / picture.columns();
                int column = list[at] % picture.columns();
                for (int r = 0; r < cellRows; r++) {
                    for (int c = 0; c < cells.columns[i].length && cells.rows[i][from + r] == row; c++) {
                        if (cells.columns[i][c] == column) {
                            long cell = ((long) i * cellRows + r) * cells.columns[i].length + c;
                            places.add(cell * values.size(1) + means + list[at + 2]);
                            large.add(list[at + 3]);
                        }
                    }
                }
            }
        }
        if (!places.isEmpty()) {
            int[] numbers = large.stream().mapToInt(Integer::intValue).toArray();
            long[] indices = places.stream().mapToLong(Long::longValue).toArray();
            values.view(-1)
                    .indexCopyInPlace(
                            0,
                            Tensor.of(indices).to(device),
                            Tensor.of(numbers).to(DType.FLOAT32).to(device));
        }
    }

    /// From the quarters of each parity, `[b, R, C, 3, s, s]`, to the tiles between the cells.
    ///
    /// @return `[b, (R - 1) * s, 3, (C - 1) * s]`, in 0..1
    private static Tensor colours(List<Tensor> sums) {
        Tensor even = sums.get(0).add(sums.get(1));
        Tensor evenRight = sums.get(0).sub(sums.get(1));
        Tensor odd = sums.get(2).add(sums.get(3));
        Tensor oddRight = sums.get(2).sub(sums.get(3));
        long rows = even.size(1) - 1;
        long columns = even.size(2) - 1;
        // A tile is left above the centre of the cell right below it, and so on round.
        Tensor tiles = even.narrow(1, 1, rows)
                .narrow(2, 1, columns)
                .add(odd.narrow(1, 1, rows).narrow(2, 1, columns))
                .addInPlace(evenRight
                        .narrow(1, 1, rows)
                        .narrow(2, 0, columns)
                        .add(oddRight.narrow(1, 1, rows).narrow(2, 0, columns))
                        .flip(5))
                .addInPlace(even.narrow(1, 0, rows)
                        .narrow(2, 1, columns)
                        .sub(odd.narrow(1, 0, rows).narrow(2, 1, columns))
                        .flip(4))
                .addInPlace(evenRight
                        .narrow(1, 0, rows)
                        .narrow(2, 0, columns)
                        .sub(oddRight.narrow(1, 0, rows).narrow(2, 0, columns))
                        .flip(4, 5)); // [b, r, c, 3, s, s]
        long stride = tiles.size(4);
        return tiles.addInPlace(0.5)
                .clampInPlace(0, 1)
                .permute(0, 1, 4, 3, 2, 5)
                .reshape(tiles.size(0), rows * stride, COLOURS, columns * stride);
    }

    // ---- pixels ----

    /// Rows and columns stay what they are: two products, down first.
    private Tensor straight(List<View> views, Tensor canvas, Octave octave) {
        long count = views.size();
        long height = views.getFirst().sampling.height();
        long width = views.getFirst().sampling.width();
        Tensor down = weights(views, false, canvas.size(1), octave.stride); // [b, H, h]
        Tensor across = weights(views, true, canvas.size(3), octave.stride); // [b, W, w]
        return down.bmm(canvas.view(count, canvas.size(1), COLOURS * canvas.size(3)))
                .view(count, height * COLOURS, canvas.size(3))
                .bmm(across.transpose(1, 2))
                .view(count, height, COLOURS, width)
                .permute(0, 2, 1, 3)
                .contiguous();
    }

    /// The share of each of the canvas's `length` rows or columns in each of the output's.
    private Tensor weights(List<View> views, boolean across, long length, int stride) {
        int most = 0;
        int positions = 0;
        List<Taps> all = new ArrayList<>();
        for (View view : views) {
            Span span = across ? view.across : view.down;
            Taps taps = Objects.requireNonNull(span.taps);
            all.add(taps);
            most = Math.max(most, taps.count());
            positions = taps.first().length;
        }
        long[] places = new long[views.size() * positions * most];
        float[] weights = new float[places.length];
        for (int i = 0; i < views.size(); i++) {
            Span span = across ? views.get(i).across : views.get(i).down;
            Taps taps = all.get(i);
            for (int position = 0; position < positions; position++) {
                int at = (i * positions + position) * most;
                for (int tap = 0; tap < most; tap++) {
                    places[at + tap] = (long) taps.first()[position] - span.origin(stride) + tap;
                    weights[at + tap] = tap < taps.count() ? taps.weights()[tap * positions + position] : 0;
                }
            }
        }
        // Taps that a view has too many of may lie beyond its canvas.
        return Tensor.zeros(DType.FLOAT32, device, views.size(), positions, length + most)
                .scatterInPlace(
                        2,
                        Tensor.of(places, views.size(), positions, most).to(device),
                        Tensor.of(weights, views.size(), positions, most).to(device))
                .narrow(2, 0, length);
    }

    /// Any affine map: each output pixel is a product of two triangles along the source's axes.
    private Tensor turned(List<View> views, Tensor canvas, Octave octave) {
        int count = views.size();
        int height = views.getFirst().sampling.height();
        int width = views.getFirst().sampling.width();
        int pitch = Math.toIntExact(canvas.size(3));
        Tensor planes = canvas.permute(0, 2, 1, 3).reshape(count, COLOURS, canvas.size(1) * pitch);
        Tensor columns = Tensor.arange(width).to(DType.FLOAT32).to(device).addInPlace(0.5 - width / 2.0);
        Tensor rows = Tensor.arange(height).to(DType.FLOAT32).to(device).addInPlace(0.5 - height / 2.0);
        Triangles across = triangles(views, true, columns, rows.view(height, 1), pitch, octave.stride);
        Triangles down =
                triangles(views, false, columns, rows.view(height, 1), Math.toIntExact(canvas.size(1)), octave.stride);
        Tensor result = Tensor.zeros(DType.FLOAT32, device, count, COLOURS, (long) height * width); // [b, 3, P]
        for (int row = 0; row < down.weights.size(); row++) {
            Tensor begins = down.places.get(row).mul(pitch); // [b, P]
            for (int column = 0; column < across.weights.size(); column++) {
                try (var _ = Scope.open()) {
                    Tensor places = begins.add(across.places.get(column))
                            .unsqueeze(1)
                            .expand(count, COLOURS, (long) height * width);
                    Tensor weight = down.weights.get(row).mul(across.weights.get(column));
                    result.addcmulInPlace(1, planes.gather(2, places), weight.unsqueeze(1));
                }
            }
        }
        return result.divInPlace(down.sum.mul(across.sum).unsqueeze(1)).view(count, COLOURS, height, width);
    }

    /// Along one axis of the source, tap by tap.
    ///
    /// @param places `[b, P]` int64, on the canvas
    /// @param weights `[b, P]`; 0 where a tap lies beyond the picture or the triangle
    /// @param sum `[b, P]`, of the weights
    private record Triangles(List<Tensor> places, List<Tensor> weights, Tensor sum) {}

    /// @param columns `[W]`: offsets from the output's centre
    /// @param rows `[H, 1]`
    /// @param length of the canvas along the axis
    private Triangles triangles(List<View> views, boolean across, Tensor columns, Tensor rows, int length, int stride) {
        int count = views.size();
        int most = 0;
        float[][] maps = new float[8][count];
        for (int i = 0; i < count; i++) {
            View view = views.get(i);
            Sampling sampling = view.sampling;
            double shrink = 1.0 / (1 << view.octave);
            double centreX = sampling.width() / 2.0;
            double centreY = sampling.height() / 2.0;
            double byColumn = across ? sampling.xx() : sampling.yx();
            double byRow = across ? sampling.xy() : sampling.yy();
            double centre = across ? sampling.sourceX(centreX, centreY) : sampling.sourceY(centreX, centreY);
            int size =
                    across ? view.picture.size().width() : view.picture.size().height();
            int origin = (across ? view.across : view.down).origin(stride);
            most = Math.max(most, taps(view, across));
            maps[0][i] = (float) (byColumn * shrink);
            maps[1][i] = (float) (byRow * shrink);
            maps[2][i] = (float) (centre * shrink - origin);
            maps[3][i] = (float) (0.5 * shrink - origin);
            maps[4][i] = (float) ((size - 0.5) * shrink - origin);
            maps[5][i] = (float) radius(byColumn, byRow, view.octave);
            maps[6][i] = -origin;
            maps[7][i] = ((size - 1) >> view.octave) + 1 - origin;
        }
        List<Tensor> map = new ArrayList<>();
        for (float[] numbers : maps) {
            map.add(Tensor.of(numbers, count, 1, 1).to(device));
        }
        Tensor centres = columns.mul(map.get(0))
                .add(rows.mul(map.get(1)))
                .addInPlace(map.get(2))
                .maximum(map.get(3))
                .minimum(map.get(4))
                .view(count, -1); // [b, P]
        Tensor radius = map.get(5).view(count, 1);
        Tensor begin = map.get(6).view(count, 1);
        Tensor end = map.get(7).view(count, 1);
        Tensor first = centres.sub(radius).addInPlace(0.5).floor();
        List<Tensor> places = new ArrayList<>();
        List<Tensor> weights = new ArrayList<>();
        Tensor sum = Tensor.zeros(DType.FLOAT32, device, centres.shape());
        for (int tap = 0; tap < most; tap++) {
            try (Scope scope = Scope.open()) {
                Tensor pixel = first.add(tap);
                Tensor inside = pixel.ge(begin).logicalAnd(pixel.lt(end)).to(DType.FLOAT32);
                Tensor weight = pixel.add(0.5)
                        .subInPlace(centres)
                        .absInPlace()
                        .divInPlace(radius)
                        .negInPlace()
                        .addInPlace(1)
                        .reluInPlace()
                        .mulInPlace(inside);
                sum.addInPlace(weight);
                weights.add(scope.keep(weight));
                places.add(scope.keep(pixel.clampInPlace(0, length - 1).to(DType.INT64)));
            }
        }
        return new Triangles(places, weights, sum);
    }

    @Override
    public void close() {
        for (Octave octave : octaves) {
            if (octave != null) {
                octave.functions.forEach(Tensor::free);
            }
        }
    }
}

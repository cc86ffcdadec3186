// The codec `field`: one kernel undoes the entropy coding of a batch, a block a picture; another makes the pixels of
// output tiles, a block a tile and colour. Coefficients go from one to the other; a picture is nowhere but in shared
// memory and in the output. docs/format.md says what the numbers mean, designs/cuda.md why the work is divided so.

#define PIXEL_THREADS 256
#define DECODING_THREADS 128
#define TABLES 24
#define SYMBOLS 32
// Begins of a table's symbols, the end of the last, and room so that rows lie on 8 bytes.
#define BEGINS 36
#define OCTAVES 5
#define MAX_GROUPS 16
#define SPREADS 18
#define GRID_LEVELS 6
#define HIDDEN 32
#define CELLS_TOGETHER 8
// Kernels of more blocks than this are not fitted.
#define WIDEST 9
#define COVARIANCES 160

// Values whose scale indices are known at a time; at least the channels of the largest group.
#ifndef FIELD_ENTRIES
#define FIELD_ENTRIES 2048
#endif

enum { CORRUPT_STATE = 1, CORRUPT_SHORT = 2, CORRUPT_DIGITS = 3, CORRUPT_END = 4, TILE_TOO_LARGE = 5 };

// A picture of the batch, and how it is sampled. Places are in numbers of the array's type.
struct FieldSample {
    u64 stream;        // in the records: the states, then the words
    u64 coefficients;  // its cells
    u64 features;
    u64 energies;
    int words, lanes, groups, level;
    int width, height, rows, columns;
    int octave, turned, tileWidth, tileHeight;
    int tilesAcross, tiles, place, bordered;
    Map map;
    double radiusX, radiusY;
};

// The tables of a basis. Channels lie sorted by the parity of their functions.
struct FieldTables {
    const u16* begins;          // [TABLES, BEGINS]
    const u8* prediction;       // [GRID_LEVELS, 2, means, SPREADS]
    const u16* order;           // [K]: the place of a channel
    const u8* energy;           // [K], by channel
    const int* networks;        // of each group: [4g + 1, 32], [32], [32, n], [n]
    const double* fits;         // of each octave: [COVARIANCES], [WIDEST, WIDEST]
    const void* functions[OCTAVES];  // [K, 3, orbits, 4]; half in octave 0, else float
    int networkStart[MAX_GROUPS];
    int edges[MAX_GROUPS + 1];
    int groups, channels, stride;
    int parityStart[4];
    int visible[OCTAVES][4];    // channels of a parity that an octave shows
};

struct FieldJob {
    const u8* records;
    const FieldSample* samples;
    short* coefficients;        // [cells, K] of each picture
    short* features;            // [4 (G - 1), cells]
    int* energies;              // [cells]
    int* status;                // [B]
    FieldTables tables;
    Output output;
    int canvas;                 // floats of shared memory for pixels
    int count;                  // pictures
};

// The Java side writes these byte by byte.
static_assert(sizeof(FieldSample) == 160, "FieldSample");
static_assert(sizeof(FieldJob) == 448, "FieldJob");

// ---- Entropy decoding

// 16 e + the four leading bits of the mantissa of x + 1.
__device__ __forceinline__ int pseudo_logarithm(int x) {
    return static_cast<int>(__float_as_uint(static_cast<float>(x + 1)) >> 19) - (127 << 4);
}

__device__ __forceinline__ int raw_bits_of(int scale) {
    return scale < TABLES ? 0 : (scale - 20) >> 2;
}

__device__ __forceinline__ int table_of(int scale) {
    return scale < TABLES ? scale : 20 + (scale & 3);
}

// One stream of words that the lanes of a picture share.
struct Stream {
    const u16* words;
    int end;
    int position;
    int error;

    __device__ __forceinline__ u32 word(int at) const {
        return at < end ? words[at] : 0u;
    }

    __device__ __forceinline__ int bits(u32& state, int width) {
        int value = static_cast<int>(state & ((1u << width) - 1u));
        state >>= width;
        if (state >> 16 == 0) {
            state = state << 16 | word(position++);
        }
        return value;
    }

    // What follows the symbol of a value on its lane.
    __device__ int rest(u32& state, int symbol, int scale) {
        int value = symbol & 1 ? -(symbol >> 1) : symbol >> 1;
        if (symbol == 0) {
            int digits = bits(state, 5);
            if (digits < 1 || digits > 16) {
                error = CORRUPT_DIGITS;
                digits = 1;
            }
            int low = bits(state, min(8, digits - 1));
            low |= bits(state, max(0, digits - 9)) << 8;
            value = (1 << (digits - 1) | low) + 15;
            if (bits(state, 1)) {
                value = -value;
            }
        }
        int shift = raw_bits_of(scale);
        if (shift > 0) {
            // Shifted as a number without sign: left shifts of negative numbers have no meaning in older C++.
            value = static_cast<int>(static_cast<u32>(value) << shift) + bits(state, shift) - (1 << (shift - 1));
        }
        return value;
    }
};

// Reads entries [0, count), whose first is value number `first` of its list. Called by a whole warp; a lane of the coder
// is a group of 32 / LANES threads that hold the same state and look for its symbol together.
template <int LANES>
__device__ void read_values(
        Stream& stream, u32& state, const u16* begins, const u32* entries, int first, int count, short* values) {
    const int width = 32 / LANES;
    int thread = threadIdx.x & 31;
    int lane = thread / width;
    int member = thread % width;
    u32 leaders = LANES == 1 ? 1u : 0x01010101u;
    u32 group = (width == 32 ? ALL_LANES : (1u << width) - 1u) << (lane * width);
    u32 below = (1u << (lane * width)) - 1u;
    for (int base = first & ~(LANES - 1); base < first + count; base += LANES) {
        int at = base + lane - first;
        bool valid = at >= 0 && at < count;
        int scale = valid ? entries[at] & 63 : 1;
        const u16* row = begins + table_of(scale) * BEGINS;
        int slot = state & 4095;
        int symbol = -1;
#pragma unroll
        for (int i = 0; i < LANES; i++) {
            symbol += __popc(__ballot_sync(ALL_LANES, row[member * LANES + i] <= slot) & group);
        }
        bool more = valid && (symbol == 0 || scale >= TABLES);
        u32 next = (row[symbol + 1] - row[symbol]) * (state >> 12) + slot - row[symbol];
        if (__ballot_sync(ALL_LANES, more) == 0) {
            bool needs = valid && next >> 16 == 0;
            u32 wanting = __ballot_sync(ALL_LANES, needs) & leaders;
            if (needs) {
                next = next << 16 | stream.word(stream.position + __popc(wanting & below));
            }
            stream.position += __popc(wanting);
            if (valid) {
                state = next;
                if (member == 0) {
                    values[at] = static_cast<short>(symbol & 1 ? -(symbol >> 1) : symbol >> 1);
                }
            }
            continue;
        }
        // Raw bits come between the words of two lanes, so one lane follows the other.
        for (int turn = 0; turn < LANES; turn++) {
            if (lane == turn && valid) {
                state = next;
                if (state >> 16 == 0) {
                    state = state << 16 | stream.word(stream.position++);
                }
                int value = more ? stream.rest(state, symbol, scale) : symbol & 1 ? -(symbol >> 1) : symbol >> 1;
                if (member == 0) {
                    values[at] = static_cast<short>(value);
                }
            }
            stream.position = __shfl_sync(ALL_LANES, stream.position, turn * width);
            stream.error |= __shfl_sync(ALL_LANES, stream.error, turn * width);
        }
    }
}

struct Decoding {
    u16 begins[TABLES * BEGINS];
    u32 entries[FIELD_ENTRIES];
    short values[FIELD_ENTRIES];
    u8 scales[FIELD_ENTRIES];
    int hidden[CELLS_TOGETHER * HIDDEN];
    int counts[DECODING_THREADS / 32];
};

__device__ __forceinline__ void read_list(
        Stream& stream, u32& state, int lanes, Decoding& shared, int first, int count) {
    if (threadIdx.x < 32) {
        if (lanes == 1) {
            read_values<1>(stream, state, shared.begins, shared.entries, first, count, shared.values);
        } else {
            read_values<4>(stream, state, shared.begins, shared.entries, first, count, shared.values);
        }
    }
    __syncthreads();
}

// Cell number `index` of a pass over the means: the lattice's points at distance `half` that are new, in row-major order.
__device__ __forceinline__ int cell_of_pass(int index, int half, int kind, int rows, int columns) {
    int odd = (columns - 1 + half) / (2 * half);   // odd multiples of half below `columns`
    if (kind == 0) {
        return (2 * (index / odd) + 1) * half * columns + (2 * (index % odd) + 1) * half;
    }
    int even = (columns - 1) / (2 * half) + 1;
    int pair = index / (odd + even);
    int rest = index % (odd + even);
    return rest < odd
            ? 2 * pair * half * columns + (2 * rest + 1) * half
            : (2 * pair + 1) * half * columns + 2 * (rest - odd) * half;
}

__device__ __forceinline__ int cells_of_pass(int half, int kind, int rows, int columns) {
    int oddRows = (rows - 1 + half) / (2 * half);
    int evenRows = (rows - 1) / (2 * half) + 1;
    int odd = (columns - 1 + half) / (2 * half);
    int even = (columns - 1) / (2 * half) + 1;
    return kind == 0 ? oddRows * odd : evenRows * odd + oddRows * even;
}

// The prediction of a mean from its neighbours of earlier passes, and the scale index of what is added to it.
__device__ void predict_mean(
        const FieldTables& tables, const FieldSample& sample, const short* cells, int cell, int channel, int half,
        int kind, int& prediction, int& scale) {
    int row = cell / sample.columns;
    int column = cell % sample.columns;
    int place = tables.order[channel];
    int sum = 0;
    int known = 0;
    int lowest = 1 << 20;
    int highest = -(1 << 20);
    for (int n = 0; n < 4 && half > 0; n++) {
        int dy = kind == 0 ? (n < 2 ? -half : half) : n == 0 ? -half : n == 3 ? half : 0;
        int dx = kind == 0 ? (n & 1 ? half : -half) : n == 1 ? -half : n == 2 ? half : 0;
        int y = row + dy;
        int x = column + dx;
        if (y >= 0 && y < sample.rows && x >= 0 && x < sample.columns) {
            int value = cells[static_cast<long long>(y * sample.columns + x) * tables.channels + place];
            sum += value;
            known++;
            lowest = min(lowest, value);
            highest = max(highest, value);
        }
    }
    prediction = 0;
    if (known > 0) {
        int above = 2 * sum + known;
        int below = 2 * known;
        prediction = above >= 0 ? above / below : -((below - 1 - above) / below);
    }
    int level = half > 0 ? min(31 - __clz(half), GRID_LEVELS - 1) : GRID_LEVELS - 1;
    int spread = known <= 1 ? SPREADS - 1 : min(SPREADS - 2, pseudo_logarithm(highest - lowest) >> 3);
    scale = tables.prediction[((level * 2 + kind) * tables.edges[1] + channel) * SPREADS + spread];
}

__device__ void read_means(
        Stream& stream, u32& state, const FieldTables& tables, const FieldSample& sample, short* cells,
        Decoding& shared) {
    int means = tables.edges[1];
    int longest = max(sample.rows, sample.columns);
    int step = 1;
    while (step < longest) {
        step *= 2;
    }
    // The first pass is cell (0, 0) alone: half = 0.
    for (int half = 0, kind = 0; half != 1 || kind < 2;) {
        int count = (half == 0 ? 1 : cells_of_pass(half, kind, sample.rows, sample.columns)) * means;
        for (int from = 0; from < count; from += FIELD_ENTRIES) {
            int some = min(FIELD_ENTRIES, count - from);
            for (int i = threadIdx.x; i < some; i += DECODING_THREADS) {
                int index = (from + i) / means;
                int cell = half == 0 ? 0 : cell_of_pass(index, half, kind, sample.rows, sample.columns);
                int prediction, scale;
                predict_mean(tables, sample, cells, cell, (from + i) % means, half, kind, prediction, scale);
                shared.entries[i] = static_cast<u32>(prediction) << 6 | scale;
            }
            __syncthreads();
            read_list(stream, state, sample.lanes, shared, from, some);
            for (int i = threadIdx.x; i < some; i += DECODING_THREADS) {
                int index = (from + i) / means;
                int cell = half == 0 ? 0 : cell_of_pass(index, half, kind, sample.rows, sample.columns);
                int prediction = static_cast<int>(shared.entries[i]) >> 6;
                cells[static_cast<long long>(cell) * tables.channels + tables.order[(from + i) % means]] =
                        static_cast<short>(prediction + shared.values[i]);
            }
            __syncthreads();
        }
        if (half == 0) {
            if (step == 1) {
                break;
            }
            half = step / 2;
            kind = 0;
        } else if (kind == 0) {
            kind = 1;
        } else if (half == 1) {
            kind = 2;
        } else {
            half /= 2;
            kind = 0;
        }
    }
}

__device__ void features_of_means(
        const FieldTables& tables, const FieldSample& sample, const short* cells, short* features) {
    int count = sample.rows * sample.columns;
    for (int cell = threadIdx.x; cell < count; cell += DECODING_THREADS) {
        int row = cell / sample.columns;
        int column = cell % sample.columns;
        long long pitch = tables.channels;
        const short* here = cells + cell * pitch;
        const short* left = column > 0 ? here - pitch : here;
        const short* right = column < sample.columns - 1 ? here + pitch : here;
        const short* above = row > 0 ? here - sample.columns * pitch : here;
        const short* below = row < sample.rows - 1 ? here + sample.columns * pitch : here;
        int others = 0;
        for (int channel = 1; channel < tables.edges[1]; channel++) {
            int c = tables.order[channel];
            others += abs(4 * here[c] - left[c] - right[c] - above[c] - below[c]);
        }
        int c = tables.order[0];
        features[cell] = pseudo_logarithm(abs(right[c] - left[c]));
        features[count + cell] = pseudo_logarithm(abs(below[c] - above[c]));
        features[2 * count + cell] = pseudo_logarithm(abs(4 * here[c] - left[c] - right[c] - above[c] - below[c]));
        features[3 * count + cell] = pseudo_logarithm(others);
    }
}

__device__ void features_of_energies(const FieldSample& sample, int* energies, short* features) {
    const int most = (1 << 18) - 1;
    int count = sample.rows * sample.columns;
    for (int cell = threadIdx.x; cell < count; cell += DECODING_THREADS) {
        int row = cell / sample.columns;
        int column = cell % sample.columns;
        int left = column > 0 ? -1 : 0;
        int right = column < sample.columns - 1 ? 1 : 0;
        int above = row > 0 ? -sample.columns : 0;
        int below = row < sample.rows - 1 ? sample.columns : 0;
        const int* here = energies + cell;
        int diagonal = min(here[above + left], most) + min(here[above + right], most) + min(here[below + left], most)
                + min(here[below + right], most);
        features[cell] = pseudo_logarithm(min(here[0], most) >> 2);
        features[count + cell] = pseudo_logarithm((min(here[left], most) + min(here[right], most)) >> 3);
        features[2 * count + cell] = pseudo_logarithm((min(here[above], most) + min(here[below], most)) >> 3);
        features[3 * count + cell] = pseudo_logarithm(diagonal >> 4);
    }
}

// The scale indices of a group at some cells, [some, n], by its integer network. A weight is read once for all of them.
__device__ void predict_scales(
        const FieldTables& tables, const FieldSample& sample, int group, const short* features, int first, int some,
        Decoding& shared) {
    int count = sample.rows * sample.columns;
    int inputs = 4 * group;
    int channels = tables.edges[group + 1] - tables.edges[group];
    const int* hiddenWeight = tables.networks + tables.networkStart[group];
    const int* hiddenBias = hiddenWeight + (inputs + 1) * HIDDEN;
    const int* scaleWeight = hiddenBias + HIDDEN;
    const int* scaleBias = scaleWeight + HIDDEN * channels;
    for (int i = threadIdx.x; i < some * HIDDEN; i += DECODING_THREADS) {
        int unit = i % HIDDEN;
        int cell = first + i / HIDDEN;
        int sum = hiddenBias[unit] + hiddenWeight[inputs * HIDDEN + unit] * sample.level;
        for (int input = 0; input < inputs; input++) {
            sum += hiddenWeight[input * HIDDEN + unit] * features[static_cast<long long>(input) * count + cell];
        }
        shared.hidden[i] = clamp_int(sum >> 6, 0, 2047);
    }
    __syncthreads();
    for (int channel = threadIdx.x; channel < channels; channel += DECODING_THREADS) {
        int sums[CELLS_TOGETHER];
#pragma unroll
        for (int cell = 0; cell < CELLS_TOGETHER; cell++) {
            sums[cell] = scaleBias[channel];
        }
        for (int unit = 0; unit < HIDDEN; unit++) {
            int weight = scaleWeight[unit * channels + channel];
#pragma unroll
            for (int cell = 0; cell < CELLS_TOGETHER; cell++) {
                sums[cell] += weight * shared.hidden[cell * HIDDEN + unit];
            }
        }
#pragma unroll
        for (int cell = 0; cell < CELLS_TOGETHER; cell++) {
            if (cell < some) {
                int index = ((sums[cell] >> 6) - sample.level + 66) >> 2;
                shared.scales[cell * channels + channel] = static_cast<u8>(clamp_int(index, 0, 63));
            }
        }
    }
    __syncthreads();
}

// Entries of those scale indices that are not zero, in order. Returns how many, to all threads.
__device__ int list_entries(Decoding& shared, int count) {
    int warp = threadIdx.x / 32;
    int lane = threadIdx.x & 31;
    int share = ceil_div(ceil_div(count, 32), DECODING_THREADS / 32) * 32;
    int from = min(count, warp * share);
    int to = min(count, from + share);
    int own = 0;
    for (int i = from; i < to; i += 32) {
        own += __popc(__ballot_sync(ALL_LANES, i + lane < to && shared.scales[i + lane] != 0));
    }
    if (lane == 0) {
        shared.counts[warp] = own;
    }
    __syncthreads();
    int begin = 0;
    int all = 0;
    for (int w = 0; w < DECODING_THREADS / 32; w++) {
        begin += w < warp ? shared.counts[w] : 0;
        all += shared.counts[w];
    }
    for (int i = from; i < to; i += 32) {
        int scale = i + lane < to ? shared.scales[i + lane] : 0;
        u32 set = __ballot_sync(ALL_LANES, scale != 0);
        if (scale != 0) {
            shared.entries[begin + __popc(set & ((1u << lane) - 1u))] = static_cast<u32>(i + lane) << 6 | scale;
        }
        begin += __popc(set);
    }
    __syncthreads();
    return all;
}

KERNEL(field_coefficients, FieldJob, DECODING_THREADS, 5) {
    __shared__ Decoding shared;
    const FieldTables& tables = job.tables;
    const FieldSample& sample = job.samples[blockIdx.x];
    int count = sample.rows * sample.columns;
    short* cells = job.coefficients + sample.coefficients;
    short* features = job.features + sample.features;
    int* energies = job.energies + sample.energies;
    // Zeros by words of 16 bytes: memory of a picture begins at such a word and fills its last one.
    long long words = (static_cast<long long>(count) * tables.channels + 7) / 8;
    for (long long i = threadIdx.x; i < words; i += DECODING_THREADS) {
        reinterpret_cast<uint4*>(cells)[i] = make_uint4(0, 0, 0, 0);
    }
    for (int i = threadIdx.x; i < TABLES * BEGINS; i += DECODING_THREADS) {
        shared.begins[i] = tables.begins[i];
    }
    // Nobody reads either before a barrier of read_means.
    const u16* stream16 = reinterpret_cast<const u16*>(job.records + sample.stream);
    Stream stream = {stream16 + 2 * sample.lanes, sample.words, 0, 0};
    int lane = sample.lanes == 1 ? 0 : (threadIdx.x & 31) / 8;
    u32 state = stream16[2 * lane] | static_cast<u32>(stream16[2 * lane + 1]) << 16;
    bool legal = state >> 16 != 0;
    read_means(stream, state, tables, sample, cells, shared);
    bool enough = stream.position <= stream.end;
    if (sample.groups > 1) {
        features_of_means(tables, sample, cells, features);
    }
    for (int group = 1; group < sample.groups; group++) {
        int channels = tables.edges[group + 1] - tables.edges[group];
        int together = clamp_int(FIELD_ENTRIES / channels, 1, CELLS_TOGETHER);
        for (int i = threadIdx.x; i < count; i += DECODING_THREADS) {
            energies[i] = 0;
        }
        __syncthreads();
        int read = 0;
        for (int first = 0; first < count; first += together) {
            int some = min(together, count - first);
            predict_scales(tables, sample, group, features, first, some, shared);
            int listed = list_entries(shared, some * channels);
            read_list(stream, state, sample.lanes, shared, read, listed);
            read += listed;
            for (int i = threadIdx.x; i < listed; i += DECODING_THREADS) {
                int value = shared.values[i];
                if (value != 0) {
                    int position = static_cast<int>(shared.entries[i] >> 6);
                    int cell = first + position / channels;
                    int channel = tables.edges[group] + position % channels;
                    cells[static_cast<long long>(cell) * tables.channels + tables.order[channel]] =
                            static_cast<short>(value);
                    atomicAdd(energies + cell, tables.energy[channel] * min(abs(value), 1023));
                }
            }
            __syncthreads();
        }
        enough = enough && stream.position <= stream.end;
        if (group + 1 < sample.groups) {
            features_of_energies(sample, energies, features + 4ll * group * count);
        }
        __syncthreads();
    }
    if (threadIdx.x < 32) {
        bool whole = stream.position == stream.end && state == 1u << 16;
        bool allLegal = __ballot_sync(ALL_LANES, !legal) == 0;
        bool allWhole = __ballot_sync(ALL_LANES, !whole) == 0;
        if (threadIdx.x == 0) {
            int error = !allLegal ? CORRUPT_STATE : !enough ? CORRUPT_SHORT : stream.error;
            if (error == 0 && sample.groups == tables.groups && !allWhole) {
                error = CORRUPT_END;
            }
            job.status[sample.place] = error;
        }
    }
}

// ---- Pixels

// Along one axis: the pixels of an octave that an output position is made of, and their weights. A triangle as wide as the
// larger of an output and a source pixel; from octave 1 on, weights of averages that come nearest to it.
__device__ int make_taps(
        double slope, double start, int length, int octave, const double* fits, int count, int position,
        float* weights, int stride) {
    double radius = fmax(1.0, fabs(slope));
    int pixels = ((length - 1) >> octave) + 1;
    double centre = __dadd_rn(__dmul_rn(slope, position + 0.5), start);
    centre = fmin(fmax(centre, 0.5), length - 0.5);
    double narrowness = 1 / radius;
    int from = max(0, static_cast<int>(__dadd_rn(__dsub_rn(centre, radius), 0.5)));
    int to = min(length, static_cast<int>(__dadd_rn(__dadd_rn(centre, radius), 0.5)));
    int first = min(from >> octave, pixels - count);
    double sum = 0;
    for (int p = from; p < to; p++) {
        sum += fmax(0.0, 1 - fabs(p + 0.5 - centre) * narrowness);
    }
    double share = 1 / sum;
    if (octave == 0 || count > WIDEST) {
        for (int tap = 0; tap < count; tap++) {
            double weight = 0;
            int begin = max(from, (first + tap) << octave);
            int end = min(to, (first + tap + 1) << octave);
            for (int p = begin; p < end; p++) {
                weight += fmax(0.0, 1 - fabs(p + 0.5 - centre) * narrowness) * share;
            }
            weights[tap * stride] = static_cast<float>(weight);
        }
        return first;
    }
    const double* covariance = fits + octave * (COVARIANCES + WIDEST * WIDEST);
    const double* factor = covariance + COVARIANCES;
    double own[WIDEST];
    for (int block = 0; block < count; block++) {
        own[block] = 0;
        int begin = (first + block) << octave;
        for (int p = from; p < to; p++) {
            double triangle = fmax(0.0, 1 - fabs(p + 0.5 - centre) * narrowness) * share;
            int distance = p - begin;
            own[block] += triangle * covariance[distance >= 0 ? distance : (1 << octave) - 1 - distance];
        }
    }
    for (int row = 0; row < count; row++) {
        for (int i = 0; i < row; i++) {
            own[row] -= factor[row * WIDEST + i] * own[i];
        }
        own[row] /= factor[row * WIDEST + row];
    }
    sum = 0;
    for (int row = count - 1; row >= 0; row--) {
        for (int i = row + 1; i < count; i++) {
            own[row] -= factor[i * WIDEST + row] * own[i];
        }
        own[row] /= factor[row * WIDEST + row];
        sum += own[row];
    }
    for (int row = 0; row < count; row++) {
        weights[row * stride] = static_cast<float>(own[row] / sum);
    }
    return first;
}

__device__ __forceinline__ int taps_along(double slope, int length, int octave) {
    double radius = fmax(1.0, fabs(slope));
    int pixels = ((length - 1) >> octave) + 1;
    return static_cast<int>(fmin(static_cast<double>(pixels), ceil(2 * radius / (1 << octave)) + (octave == 0 ? 0 : 1)));
}

struct Four {
    float at[4];
};

__device__ __forceinline__ Four four_of(const u16* halves, long long at) {
    uint2 pair = reinterpret_cast<const uint2*>(halves)[at];
    Four four = {{from_half(pair.x & 0xFFFF), from_half(pair.x >> 16), from_half(pair.y & 0xFFFF),
                  from_half(pair.y >> 16)}};
    return four;
}

__device__ __forceinline__ Four four_of(const float* floats, long long at) {
    float4 pair = reinterpret_cast<const float4*>(floats)[at];
    Four four = {{pair.x, pair.y, pair.z, pair.w}};
    return four;
}

struct Region {
    int left, top, right, bottom;
};

// Adds the functions of a cell to the pixels of one colour. A warp's threads hold the four mirror images of a place each:
// what they add never meets what another thread adds, whichever of the four tiles around the cell's centre it is.
template <typename Number>
__device__ void add_cell(
        const FieldTables& tables, const FieldSample& sample, const Number* functions, const short* coefficients,
        int colour, int row, int column, int part, int stride, float step, const Region& region, float* canvas) {
    int half = stride / 2;
    int orbits = half * half;
    int lane = threadIdx.x & 31;
    int orbit = part * 32 + lane;
    bool own = orbit < orbits;
    int place = own ? orbit : 0;
    // Beyond the grid the picture goes on mirrored: one more cell, whose odd functions change their sign.
    int y = clamp_int(row, 0, sample.rows - 1);
    int x = clamp_int(column, 0, sample.columns - 1);
    const short* cell = coefficients + static_cast<long long>(y * sample.columns + x) * tables.channels;
    float sums[4][4];
#pragma unroll
    for (int parity = 0; parity < 4; parity++) {
#pragma unroll
        for (int q = 0; q < 4; q++) {
            sums[parity][q] = 0;
        }
        int begin = tables.parityStart[parity];
        int visible = tables.visible[sample.octave][parity];
        for (int base = 0; base < visible; base += 32) {
            int value = base + lane < visible ? cell[begin + base + lane] : 0;
            u32 set = __ballot_sync(ALL_LANES, value != 0);
            while (set != 0) {
                int one = __ffs(set) - 1;
                set &= set - 1;
                int other = set != 0 ? __ffs(set) - 1 : one;
                float oneValue = static_cast<float>(__shfl_sync(ALL_LANES, value, one));
                float otherValue = static_cast<float>(__shfl_sync(ALL_LANES, value, other));
                otherValue = set != 0 ? otherValue : 0.0f;
                set &= set - 1;
                int channel = begin + base;
                Four a = four_of(functions, (3ll * (channel + one) + colour) * orbits + place);
                Four b = four_of(functions, (3ll * (channel + other) + colour) * orbits + place);
#pragma unroll
                for (int q = 0; q < 4; q++) {
                    sums[parity][q] = fmaf(oneValue, a.at[q], sums[parity][q]);
                    sums[parity][q] = fmaf(otherValue, b.at[q], sums[parity][q]);
                }
            }
        }
    }
    if (!own) {
        return;
    }
    float oddX = column == x ? step : -step;
    float oddY = row == y ? 1.0f : -1.0f;
    int r = orbit / half;
    int c = orbit % half;
    int pitch = region.right - region.left;
#pragma unroll
    for (int quarter = 0; quarter < 4; quarter++) {
        float signX = quarter & 1 ? -oddX : oddX;
        float signY = quarter & 2 ? -oddY : oddY;
        int top = (row + (quarter >> 1)) * stride - half;
        int left = (column + (quarter & 1)) * stride - half;
#pragma unroll
        for (int q = 0; q < 4; q++) {
            int py = top + (q & 2 ? stride - 1 - r : r);
            int px = left + (q & 1 ? stride - 1 - c : c);
            int from = q ^ quarter;
            if (py >= region.top && py < region.bottom && px >= region.left && px < region.right) {
                canvas[(py - region.top) * pitch + px - region.left] +=
                        step * sums[0][from] + signX * sums[1][from] + signY * (step * sums[2][from] + signX * sums[3][from]);
            }
        }
    }
}

template <typename Number>
__device__ void synthesise(
        const FieldTables& tables, const FieldSample& sample, const Number* functions, const short* coefficients,
        int colour, const Region& region, float* canvas) {
    int stride = tables.stride >> sample.octave;
    int half = stride / 2;
    int parts = ceil_div(half * half, 32);
    float step = exp2f((sample.level - 128) / 16.0f);
    // Tile t lies between the centres of cells t - 1 and t.
    int firstRow = (region.top + half) / stride - 1;
    int lastRow = (region.bottom - 1 + half) / stride;
    int firstColumn = (region.left + half) / stride - 1;
    int lastColumn = (region.right - 1 + half) / stride;
    int warps = blockDim.x / 32;
    // Cells two apart touch no tile together.
    for (int phase = 0; phase < 4; phase++) {
        int rows = (lastRow - firstRow - (phase >> 1)) / 2 + 1;
        int columns = (lastColumn - firstColumn - (phase & 1)) / 2 + 1;
        for (int item = threadIdx.x / 32; item < rows * columns * parts; item += warps) {
            int cell = item / parts;
            add_cell(tables, sample, functions, coefficients, colour, firstRow + (phase >> 1) + 2 * (cell / columns),
                     firstColumn + (phase & 1) + 2 * (cell % columns), item % parts, stride, step, region, canvas);
        }
        __syncthreads();
    }
}

__device__ __forceinline__ bool on_picture(const FieldSample& sample, double x, double y) {
    double sourceX = source_x(sample.map, x, y);
    double sourceY = source_y(sample.map, x, y);
    return sourceX >= 0 && sourceX < sample.width && sourceY >= 0 && sourceY < sample.height;
}

// A pixel of a turned output: a product of two triangles along the source's axes.
__device__ float turned_colour(const FieldSample& sample, int x, int y, const Region& region, const float* canvas) {
    double shrink = 1.0 / (1 << sample.octave);
    double radiusX = fmax(1.0, sample.radiusX * shrink);
    double radiusY = fmax(1.0, sample.radiusY * shrink);
    double centreX = fmin(fmax(source_x(sample.map, x + 0.5, y + 0.5), 0.5), sample.width - 0.5) * shrink;
    double centreY = fmin(fmax(source_y(sample.map, x + 0.5, y + 0.5), 0.5), sample.height - 0.5) * shrink;
    int pixelsX = ((sample.width - 1) >> sample.octave) + 1;
    int pixelsY = ((sample.height - 1) >> sample.octave) + 1;
    int fromX = max(0, static_cast<int>(centreX - radiusX + 0.5));
    int toX = min(pixelsX, static_cast<int>(centreX + radiusX + 0.5));
    int fromY = max(0, static_cast<int>(centreY - radiusY + 0.5));
    int toY = min(pixelsY, static_cast<int>(centreY + radiusY + 0.5));
    // Distances are small, so that float holds them.
    float offsetX = static_cast<float>(fromX + 0.5 - centreX);
    float offsetY = static_cast<float>(fromY + 0.5 - centreY);
    float narrowX = static_cast<float>(1 / radiusX);
    float narrowY = static_cast<float>(1 / radiusY);
    int pitch = region.right - region.left;
    float sum = 0;
    float sumX = 0;
    float sumY = 0;
    for (int i = fromX; i < toX; i++) {
        sumX += fmaxf(0.0f, 1 - fabsf(offsetX + (i - fromX)) * narrowX);
    }
    for (int j = fromY; j < toY; j++) {
        float weightY = fmaxf(0.0f, 1 - fabsf(offsetY + (j - fromY)) * narrowY);
        sumY += weightY;
        float line = 0;
        for (int i = fromX; i < toX; i++) {
            float weightX = fmaxf(0.0f, 1 - fabsf(offsetX + (i - fromX)) * narrowX);
            line = fmaf(weightX, canvas[(j - region.top) * pitch + i - region.left], line);
        }
        sum = fmaf(weightY, line, sum);
    }
    return sum / (sumX * sumY);
}

// The pixels of the octave that a turned tile is made of.
__device__ Region turned_region(const FieldSample& sample, const Region& tile) {
    double shrink = 1.0 / (1 << sample.octave);
    double radiusX = fmax(1.0, sample.radiusX * shrink);
    double radiusY = fmax(1.0, sample.radiusY * shrink);
    int pixelsX = ((sample.width - 1) >> sample.octave) + 1;
    int pixelsY = ((sample.height - 1) >> sample.octave) + 1;
    double left = 1e300, right = -1e300, top = 1e300, bottom = -1e300;
    for (int corner = 0; corner < 4; corner++) {
        double x = corner & 1 ? tile.right - 0.5 : tile.left + 0.5;
        double y = corner & 2 ? tile.bottom - 0.5 : tile.top + 0.5;
        double sourceX = fmin(fmax(source_x(sample.map, x, y), 0.5), sample.width - 0.5) * shrink;
        double sourceY = fmin(fmax(source_y(sample.map, x, y), 0.5), sample.height - 0.5) * shrink;
        left = fmin(left, sourceX);
        right = fmax(right, sourceX);
        top = fmin(top, sourceY);
        bottom = fmax(bottom, sourceY);
    }
    // A hair wider, because the corners' positions are rounded.
    Region region = {
        static_cast<int>(fmax(0.0, left - radiusX - 1e-6)), static_cast<int>(fmax(0.0, top - radiusY - 1e-6)),
        static_cast<int>(fmin(static_cast<double>(pixelsX), right + radiusX + 1 + 1e-6)),
        static_cast<int>(fmin(static_cast<double>(pixelsY), bottom + radiusY + 1 + 1e-6))};
    return region;
}

KERNEL(field_pixels, FieldJob, PIXEL_THREADS, 2) {
    DYNAMIC_SHARED(pool);
    __shared__ Region region;
    const FieldTables& tables = job.tables;
    const FieldSample& sample = job.samples[blockIdx.y];
    int number = blockIdx.x / 3;
    int colour = blockIdx.x % 3;
    if (number >= sample.tiles) {
        return;
    }
    Region tile;
    tile.left = number % sample.tilesAcross * sample.tileWidth;
    tile.top = number / sample.tilesAcross * sample.tileHeight;
    tile.right = min(tile.left + sample.tileWidth, job.output.width);
    tile.bottom = min(tile.top + sample.tileHeight, job.output.height);
    int width = tile.right - tile.left;
    int height = tile.bottom - tile.top;
    float* canvas = reinterpret_cast<float*>(pool);
    int* firstX = reinterpret_cast<int*>(canvas + job.canvas);
    int* firstY = firstX + width;
    float* weightX = reinterpret_cast<float*>(firstY + height);
    int tapsX = sample.turned ? 0 : taps_along(sample.map.xx, sample.width, sample.octave);
    int tapsY = sample.turned ? 0 : taps_along(sample.map.yy, sample.height, sample.octave);
    float* weightY = weightX + width * tapsX;
    if (sample.turned) {
        if (threadIdx.x == 0) {
            region = turned_region(sample, tile);
        }
    } else {
        if (threadIdx.x == 0) {
            region.left = region.top = 1 << 30;
            region.right = region.bottom = 0;
        }
        __syncthreads();
        for (int i = threadIdx.x; i < width + height; i += blockDim.x) {
            if (i < width) {
                int first = make_taps(sample.map.xx, sample.map.x0, sample.width, sample.octave, tables.fits, tapsX,
                                      tile.left + i, weightX + i, width);
                firstX[i] = first;
                atomicMin(&region.left, first);
                atomicMax(&region.right, first + tapsX);
            } else {
                int first = make_taps(sample.map.yy, sample.map.y0, sample.height, sample.octave, tables.fits, tapsY,
                                      tile.top + i - width, weightY + i - width, height);
                firstY[i - width] = first;
                atomicMin(&region.top, first);
                atomicMax(&region.bottom, first + tapsY);
            }
        }
    }
    __syncthreads();
    int pitch = region.right - region.left;
    int area = pitch * (region.bottom - region.top);
    if (area > job.canvas) {
        // The host chose the tiles so that this does not happen.
        if (threadIdx.x == 0) {
            job.status[sample.place] = TILE_TOO_LARGE;
        }
        return;
    }
    for (int i = threadIdx.x; i < area; i += blockDim.x) {
        canvas[i] = 0.5f;
    }
    __syncthreads();
    const short* coefficients = job.coefficients + sample.coefficients;
    if (sample.octave == 0) {
        synthesise(tables, sample, static_cast<const u16*>(tables.functions[0]), coefficients, colour, region, canvas);
    } else {
        synthesise(tables, sample, static_cast<const float*>(tables.functions[sample.octave]), coefficients, colour,
                   region, canvas);
    }
    for (int i = threadIdx.x; i < area; i += blockDim.x) {
        canvas[i] = fminf(fmaxf(canvas[i], 0.0f), 1.0f);
    }
    __syncthreads();
    for (int i = threadIdx.x; i < width * height; i += blockDim.x) {
        int x = i % width;
        int y = i / width;
        float value;
        if (sample.bordered && !on_picture(sample, tile.left + x + 0.5, tile.top + y + 0.5)) {
            value = job.output.border[colour];
        } else if (sample.turned) {
            value = turned_colour(sample, tile.left + x, tile.top + y, region, canvas);
        } else {
            const float* from = canvas + (firstY[y] - region.top) * pitch + firstX[x] - region.left;
            value = 0;
            for (int j = 0; j < tapsY; j++) {
                float line = 0;
                for (int k = 0; k < tapsX; k++) {
                    line = fmaf(weightX[k * width + x], from[j * pitch + k], line);
                }
                value = fmaf(weightY[j * height + y], line, value);
            }
        }
        write_colour(job.output, sample.place, tile.left + x, tile.top + y, colour, value);
    }
}

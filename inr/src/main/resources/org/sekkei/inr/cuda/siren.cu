// The codec `siren`: a batch of pictures whose networks have one shape, LAYERS sine layers of WIDTH units and a linear
// head. A block makes tiles of one picture's pixels: it turns the quantised values into weights in shared memory, and every
// pixel goes through all layers there, in registers. `siren_float` computes in float32 as the reference does; `siren_half`
// multiplies halves on tensor cores and adds in float32. docs/format.md says what the numbers mean, designs/cuda.md why the
// work is divided so.

#ifndef WIDTH
#define WIDTH 28
#endif
#ifndef LAYERS
#define LAYERS 10
#endif

// Whether the weights of all layers lie in shared memory at once, or each layer's in turn.
#ifndef ALL_LAYERS
#define ALL_LAYERS 1
#endif

#define SIREN_THREADS 128
#define W0 30.0f
// Pixels of a thread of `siren_float`: a weight is read once for all of them.
#define PIXELS (WIDTH <= 32 ? 2 : 1)
// Numbers of a row of weights, a multiple of four, so that four can be read at a time.
#define PITCH ((WIDTH + 3) / 4 * 4)
// Sine layers but for the first, and the head; the former so that every layer begins where four can be read.
#define HIDDEN_PARAMETERS ((WIDTH * (PITCH + 1) + 3) / 4 * 4)
#define HEAD_PARAMETERS (3 * (PITCH + 1))

// Fragments of tensor cores are 16 wide.
#define HALF_WIDTH ((WIDTH + 15) / 16 * 16)
#define HALF_PITCH (HALF_WIDTH + 8)
#define HALF_TILES 2

enum { INT8 = 0, INT16 = 1, INT32 = 2, HALVES = 3 };

struct SirenSample {
    u64 values;     // where the picture's values begin, in bytes
    int kind;
    int step;       // index of the quantiser's step
    int width, height;
    int factor;     // evaluations along a side of an output pixel, of which the mean is taken
    int place, bordered, reserved;
    Map map;        // of the output's pixels, whatever the factor
};

struct SirenJob {
    const u8* values;
    const SirenSample* samples;
    const float* start;        // [P]: a parameter is start + value * step of its row
    const signed char* steps;  // [rows], in quarters of an octave
    Output output;
    float fractions[8];        // 2^(k / 8)
    int count, tiles;
};

static_assert(sizeof(SirenSample) == 88, "SirenSample");
static_assert(sizeof(SirenJob) == 136, "SirenJob");

__device__ __forceinline__ int weights_at(int layer) {
    return layer == 0 ? 0 : WIDTH * 3 + (layer - 1) * WIDTH * (WIDTH + 1);
}

// A parameter of the network, rounded as the reference rounds it.
__device__ float parameter(const SirenJob& job, const SirenSample& sample, int index, int row) {
    const u8* values = job.values + sample.values;
    float start = job.start[index];
    if (sample.kind == HALVES) {
        return __fadd_rn(start, from_half(reinterpret_cast<const u16*>(values)[index]));
    }
    int value = sample.kind == INT8
            ? reinterpret_cast<const signed char*>(values)[index]
            : sample.kind == INT16 ? reinterpret_cast<const short*>(values)[index]
                                   : reinterpret_cast<const int*>(values)[index];
    // In eighths of an octave.
    int exponent = 2 * job.steps[row] - sample.step;
    float step = ldexpf(job.fractions[exponent & 7], exponent >> 3);
    return __fadd_rn(start, __fmul_rn(static_cast<float>(value), step));
}

// Sine by a polynomial of the distance to the nearest multiple of pi; within two places of the last bit.
__device__ __forceinline__ float sine(float angle) {
    float turns = rintf(angle * 0.318309886f);
    float rest = fmaf(turns, -3.140625f, angle);
    rest = fmaf(turns, -0.000967502593994140625f, rest);
    rest = fmaf(turns, -1.509958025280866e-07f, rest);
    float square = rest * rest;
    float series = -2.38889086e-08f;
    series = fmaf(series, square, 2.75253842e-06f);
    series = fmaf(series, square, -0.000198408685f);
    series = fmaf(series, square, 0.00833333097f);
    series = fmaf(series, square, -0.166666672f);
    float value = fmaf(series * square, rest, rest);
    return static_cast<int>(turns) & 1 ? -value : value;
}

struct Place {
    float row, column;
    bool inside;
};

// The coordinates of evaluation (fineX, fineY) of the finer raster.
__device__ __forceinline__ Place place_of(const SirenSample& sample, int fineX, int fineY) {
    double share = 1.0 / sample.factor;
    double x = (fineX + 0.5) * share;
    double y = (fineY + 0.5) * share;
    double sourceX = source_x(sample.map, x, y);
    double sourceY = source_y(sample.map, x, y);
    double scale = 2.0 / max(sample.width, sample.height);
    Place place;
    place.row = static_cast<float>((sourceY - sample.height * 0.5) * scale);
    place.column = static_cast<float>((sourceX - sample.width * 0.5) * scale);
    place.inside = sourceX >= 0 && sourceX < sample.width && sourceY >= 0 && sourceY < sample.height;
    return place;
}

// ---- float32

// Writes a layer's rows with the pitch, then its biases.
__device__ void load_layer(const SirenJob& job, const SirenSample& sample, int layer, float* weights) {
    int inputs = layer == 0 ? 2 : WIDTH;
    int outputs = layer == LAYERS ? 3 : WIDTH;
    int pitch = layer == 0 ? 2 : PITCH;
    int first = weights_at(layer);
    for (int i = threadIdx.x; i < outputs * pitch; i += SIREN_THREADS) {
        int output = i / pitch;
        int input = i % pitch;
        weights[i] = input < inputs
                ? parameter(job, sample, first + output * inputs + input, layer * WIDTH + output)
                : 0.0f;
    }
    for (int i = threadIdx.x; i < outputs; i += SIREN_THREADS) {
        weights[outputs * pitch + i] = parameter(job, sample, first + outputs * inputs + i, layer * WIDTH + i);
    }
}

#define FIRST_PARAMETERS ((WIDTH * 3 + 3) / 4 * 4)

// From architecture 10 on the compiler pairs multiplications, which takes more registers.
#if defined(__CUDA_ARCH__) && __CUDA_ARCH__ >= 1000
#define FLOAT_BLOCKS 2
#else
#define FLOAT_BLOCKS 3
#endif

KERNEL(siren_float, SirenJob, SIREN_THREADS, FLOAT_BLOCKS) {
    DYNAMIC_SHARED(pool);
    float* weights = reinterpret_cast<float*>(pool);
    const SirenSample& sample = job.samples[blockIdx.y];
    const bool all = ALL_LAYERS;
    float* hidden = weights + FIRST_PARAMETERS;
    float* head = hidden + (all ? LAYERS - 1 : 1) * HIDDEN_PARAMETERS;
    load_layer(job, sample, 0, weights);
    for (int layer = 1; all && layer < LAYERS; layer++) {
        load_layer(job, sample, layer, hidden + (layer - 1) * HIDDEN_PARAMETERS);
    }
    load_layer(job, sample, LAYERS, head);
    __syncthreads();
    int pixels = job.output.width * job.output.height;
    int evaluations = sample.factor * sample.factor;
    for (int tile = blockIdx.x; tile < job.tiles; tile += gridDim.x) {
        float colours[PIXELS][3] = {};
        for (int part = 0; part < evaluations; part++) {
            float before[PIXELS][WIDTH];
            bool inside[PIXELS];
#pragma unroll
            for (int p = 0; p < PIXELS; p++) {
                int pixel = min((tile * PIXELS + p) * SIREN_THREADS + static_cast<int>(threadIdx.x), pixels - 1);
                int fineX = pixel % job.output.width * sample.factor + part % sample.factor;
                int fineY = pixel / job.output.width * sample.factor + part / sample.factor;
                Place place = place_of(sample, fineX, fineY);
                inside[p] = place.inside || !sample.bordered;
#pragma unroll
                for (int unit = 0; unit < WIDTH; unit++) {
                    float sum = fmaf(weights[2 * unit], place.row, weights[2 * WIDTH + unit]);
                    before[p][unit] = sine(W0 * fmaf(weights[2 * unit + 1], place.column, sum));
                }
            }
#pragma unroll 1
            for (int layer = 1; layer < LAYERS; layer++) {
                const float* own = hidden + (all ? layer - 1 : 0) * HIDDEN_PARAMETERS;
                if (!all) {
                    __syncthreads();
                    load_layer(job, sample, layer, hidden);
                    __syncthreads();
                }
                float after[PIXELS][WIDTH];
#pragma unroll
                for (int unit = 0; unit < WIDTH; unit++) {
                    float sums[PIXELS];
#pragma unroll
                    for (int p = 0; p < PIXELS; p++) {
                        sums[p] = own[WIDTH * PITCH + unit];
                    }
#pragma unroll
                    for (int i = 0; i < WIDTH; i += 4) {
                        float4 four = *reinterpret_cast<const float4*>(own + unit * PITCH + i);
#pragma unroll
                        for (int p = 0; p < PIXELS; p++) {
                            sums[p] = fmaf(four.x, before[p][i], sums[p]);
                            sums[p] = i + 1 < WIDTH ? fmaf(four.y, before[p][min(i + 1, WIDTH - 1)], sums[p]) : sums[p];
                            sums[p] = i + 2 < WIDTH ? fmaf(four.z, before[p][min(i + 2, WIDTH - 1)], sums[p]) : sums[p];
                            sums[p] = i + 3 < WIDTH ? fmaf(four.w, before[p][min(i + 3, WIDTH - 1)], sums[p]) : sums[p];
                        }
                    }
#pragma unroll
                    for (int p = 0; p < PIXELS; p++) {
                        after[p][unit] = sine(W0 * sums[p]);
                    }
                }
#pragma unroll
                for (int p = 0; p < PIXELS; p++) {
#pragma unroll
                    for (int unit = 0; unit < WIDTH; unit++) {
                        before[p][unit] = after[p][unit];
                    }
                }
            }
#pragma unroll
            for (int p = 0; p < PIXELS; p++) {
#pragma unroll
                for (int colour = 0; colour < 3; colour++) {
                    float sum = head[3 * PITCH + colour];
#pragma unroll
                    for (int i = 0; i < WIDTH; i++) {
                        sum = fmaf(head[colour * PITCH + i], before[p][i], sum);
                    }
                    colours[p][colour] +=
                            inside[p] ? fminf(fmaxf(sum, 0.0f), 1.0f) : job.output.border[colour];
                }
            }
        }
        float share = 1.0f / evaluations;
#pragma unroll
        for (int p = 0; p < PIXELS; p++) {
            int pixel = (tile * PIXELS + p) * SIREN_THREADS + static_cast<int>(threadIdx.x);
            if (pixel < pixels) {
#pragma unroll
                for (int colour = 0; colour < 3; colour++) {
                    write_colour(job.output, sample.place, pixel % job.output.width, pixel / job.output.width, colour,
                                 colours[p][colour] * share);
                }
            }
        }
    }
}

// ---- Halves on tensor cores

#ifndef SEKKEI_HOST
// D = A B + D of the fragments of mma.m16n8k16; two of m16n8k8 where there is no other. Volatile, because all threads of a
// warp have to be there: it must not move to where only those that need the result are.
__device__ __forceinline__ void multiply_fragments(float (&sums)[4], const u32 (&a)[4], const u32 (&b)[2]) {
#if __CUDA_ARCH__ >= 800
    asm volatile(
        "mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0,%1,%2,%3}, {%4,%5,%6,%7}, {%8,%9}, {%0,%1,%2,%3};"
        : "+f"(sums[0]), "+f"(sums[1]), "+f"(sums[2]), "+f"(sums[3])
        : "r"(a[0]), "r"(a[1]), "r"(a[2]), "r"(a[3]), "r"(b[0]), "r"(b[1]));
#else
#pragma unroll
    for (int half = 0; half < 2; half++) {
        asm volatile(
            "mma.sync.aligned.m16n8k8.row.col.f32.f16.f16.f32 {%0,%1,%2,%3}, {%4,%5}, {%6}, {%0,%1,%2,%3};"
            : "+f"(sums[0]), "+f"(sums[1]), "+f"(sums[2]), "+f"(sums[3])
            : "r"(a[2 * half]), "r"(a[2 * half + 1]), "r"(b[half]));
    }
#endif
}

// The special function unit's sine, exact to 2^-20 within half a turn of zero.
__device__ __forceinline__ float fast_sine(float angle) {
    float turns = angle * 0.159154943f;
    return __sinf((turns - rintf(turns)) * 6.28318531f);
}
#else
__device__ __forceinline__ float fast_sine(float angle) {
    return sine(angle);
}
#endif

#define HALF_LAYER (HALF_WIDTH * HALF_PITCH)

__device__ void load_half_layer(
        const SirenJob& job, const SirenSample& sample, int layer, u16* weights, float* biases) {
    int outputs = layer == LAYERS ? 3 : WIDTH;
    int rows = layer == LAYERS ? 8 : HALF_WIDTH;
    int first = weights_at(layer);
    for (int i = threadIdx.x; i < rows * HALF_PITCH; i += SIREN_THREADS) {
        int output = i / HALF_PITCH;
        int input = i % HALF_PITCH;
        weights[i] = output < outputs && input < WIDTH
                ? to_half(parameter(job, sample, first + output * WIDTH + input, layer * WIDTH + output))
                : 0;
    }
    for (int i = threadIdx.x; i < rows; i += SIREN_THREADS) {
        biases[i] = i < outputs ? parameter(job, sample, first + outputs * WIDTH + i, layer * WIDTH + i) : 0.0f;
    }
}

KERNEL(siren_half, SirenJob, SIREN_THREADS, 4) {
    DYNAMIC_SHARED(pool);
    float* firstWeights = reinterpret_cast<float*>(pool);          // [HALF_WIDTH, 3]: row, column, bias
    float* biases = firstWeights + 3 * HALF_WIDTH;                 // [LAYERS, HALF_WIDTH], the head's last
    u16* weights = reinterpret_cast<u16*>(biases + LAYERS * HALF_WIDTH);
    const SirenSample& sample = job.samples[blockIdx.y];
    for (int unit = threadIdx.x; unit < HALF_WIDTH; unit += SIREN_THREADS) {
        bool real = unit < WIDTH;
        firstWeights[3 * unit] = real ? parameter(job, sample, 2 * unit, unit) : 0.0f;
        firstWeights[3 * unit + 1] = real ? parameter(job, sample, 2 * unit + 1, unit) : 0.0f;
        firstWeights[3 * unit + 2] = real ? parameter(job, sample, 2 * WIDTH + unit, unit) : 0.0f;
    }
    for (int layer = 1; layer <= LAYERS; layer++) {
        load_half_layer(job, sample, layer, weights + (layer - 1) * HALF_LAYER, biases + (layer - 1) * HALF_WIDTH);
    }
    __syncthreads();
    const u16* head = weights + (LAYERS - 1) * HALF_LAYER;
    const float* headBias = biases + (LAYERS - 1) * HALF_WIDTH;
    int pixels = job.output.width * job.output.height;
    int evaluations = sample.factor * sample.factor;
    int lane = threadIdx.x & 31;
    int warp = threadIdx.x / 32;
    int group = lane / 4;
    int member = lane % 4;
    // A tile is 16 pixels for each fragment of each warp.
    const int perWarp = 16 * HALF_TILES;
    for (int tile = blockIdx.x; tile < job.tiles; tile += gridDim.x) {
        int firstPixel = (tile * (SIREN_THREADS / 32) + warp) * perWarp;
        float colours[HALF_TILES][4] = {};
        for (int part = 0; part < evaluations; part++) {
            u32 before[HALF_TILES][HALF_WIDTH / 16][4];
            bool inside[HALF_TILES][2];
#pragma unroll
            for (int t = 0; t < HALF_TILES; t++) {
#pragma unroll
                for (int r = 0; r < 2; r++) {
                    int pixel = min(firstPixel + 16 * t + 8 * r + group, pixels - 1);
                    int fineX = pixel % job.output.width * sample.factor + part % sample.factor;
                    int fineY = pixel / job.output.width * sample.factor + part / sample.factor;
                    Place place = place_of(sample, fineX, fineY);
                    inside[t][r] = place.inside || !sample.bordered;
#pragma unroll
                    for (int pair = 0; pair < HALF_WIDTH / 8; pair++) {
                        float values[2];
#pragma unroll
                        for (int i = 0; i < 2; i++) {
                            const float* own = firstWeights + 3 * (8 * pair + 2 * member + i);
                            float sum = fmaf(own[0], place.row, own[2]);
                            values[i] = fast_sine(W0 * fmaf(own[1], place.column, sum));
                        }
                        before[t][pair / 2][r + 2 * (pair & 1)] = half_pair(values[0], values[1]);
                    }
                }
            }
#pragma unroll 1
            for (int layer = 1; layer < LAYERS; layer++) {
                const u16* own = weights + (layer - 1) * HALF_LAYER;
                const float* bias = biases + (layer - 1) * HALF_WIDTH;
                u32 after[HALF_TILES][HALF_WIDTH / 16][4];
#pragma unroll
                for (int n = 0; n < HALF_WIDTH / 8; n++) {
                    float sums[HALF_TILES][4];
#pragma unroll
                    for (int t = 0; t < HALF_TILES; t++) {
                        sums[t][0] = sums[t][2] = bias[8 * n + 2 * member];
                        sums[t][1] = sums[t][3] = bias[8 * n + 2 * member + 1];
                    }
#pragma unroll
                    for (int k = 0; k < HALF_WIDTH / 16; k++) {
                        const u32* row = reinterpret_cast<const u32*>(own + (8 * n + group) * HALF_PITCH + 16 * k);
                        u32 b[2] = {row[member], row[member + 4]};
#pragma unroll
                        for (int t = 0; t < HALF_TILES; t++) {
                            multiply_fragments(sums[t], before[t][k], b);
                        }
                    }
#pragma unroll
                    for (int t = 0; t < HALF_TILES; t++) {
                        // What a thread holds of a product is what it has to hold of the next one's left side.
                        after[t][n / 2][2 * (n & 1)] = half_pair(fast_sine(W0 * sums[t][0]), fast_sine(W0 * sums[t][1]));
                        after[t][n / 2][2 * (n & 1) + 1] =
                                half_pair(fast_sine(W0 * sums[t][2]), fast_sine(W0 * sums[t][3]));
                    }
                }
#pragma unroll
                for (int t = 0; t < HALF_TILES; t++) {
#pragma unroll
                    for (int k = 0; k < HALF_WIDTH / 16; k++) {
#pragma unroll
                        for (int i = 0; i < 4; i++) {
                            before[t][k][i] = after[t][k][i];
                        }
                    }
                }
            }
#pragma unroll
            for (int t = 0; t < HALF_TILES; t++) {
                float sums[4] = {headBias[2 * member], headBias[2 * member + 1], headBias[2 * member],
                                 headBias[2 * member + 1]};
#pragma unroll
                for (int k = 0; k < HALF_WIDTH / 16; k++) {
                    const u32* row = reinterpret_cast<const u32*>(head + group * HALF_PITCH + 16 * k);
                    u32 b[2] = {row[member], row[member + 4]};
                    multiply_fragments(sums, before[t][k], b);
                }
#pragma unroll
                for (int i = 0; i < 4; i++) {
                    int colour = 2 * member + (i & 1);
                    colours[t][i] += inside[t][i >> 1] ? fminf(fmaxf(sums[i], 0.0f), 1.0f)
                                                       : job.output.border[min(colour, 2)];
                }
            }
        }
        float share = 1.0f / evaluations;
#pragma unroll
        for (int t = 0; t < HALF_TILES; t++) {
#pragma unroll
            for (int i = 0; i < 4; i++) {
                int pixel = firstPixel + 16 * t + 8 * (i >> 1) + group;
                int colour = 2 * member + (i & 1);
                if (colour < 3 && pixel < pixels) {
                    write_colour(job.output, sample.place, pixel % job.output.width, pixel / job.output.width, colour,
                                 colours[t][i] * share);
                }
            }
        }
    }
}

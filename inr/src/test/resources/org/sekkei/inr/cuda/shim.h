// Runs kernels on the processor: what CUDA C++ has beyond C++, for the sources of Sekkei. One thread runs all of a launch,
// block after block. The threads of a block are coroutines that change places where they wait for each other: at
// __syncthreads, and at the operations of a warp, in which all 32 must take part. A block whose threads wait for what
// never comes ends the program with a message, as does one that writes beyond its shared memory.
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <setjmp.h>
#include <ucontext.h>
#include <vector>

#define SEKKEI_HOST 1
#define __device__
#define __forceinline__ inline
#define __shared__ static
#define __align__(n) alignas(n)
#define __launch_bounds__(...)

struct alignas(16) uint4 { unsigned x, y, z, w; };
struct alignas(8) uint2 { unsigned x, y; };
struct alignas(16) float4 { float x, y, z, w; };
struct alignas(8) float2 { float x, y; };
struct Dimensions { unsigned x, y, z; };
static inline uint4 make_uint4(unsigned x, unsigned y, unsigned z, unsigned w) { return {x, y, z, w}; }

namespace shim {
const int WARP = 32;
const int STACK = 256 << 10;
const int PAYLOAD = 16;
const unsigned CANARY = 0xC0FFEE42u;

struct Fibre {
    jmp_buf place;
    ucontext_t begin;
    bool started, done;
};

static std::vector<Fibre> fibres;
static std::vector<char> stacks;
static std::vector<int> ready, next_ready;
static size_t ready_at;
static int current, alive, waiting;
static std::vector<int> at_barrier;
static std::vector<int> arrived;  // of each warp
static std::vector<unsigned> given, taken;  // [threads, PAYLOAD]
static unsigned char* pool;
static Dimensions block, grid, size;
static jmp_buf home;
static void (*body)(void*);
static void* argument;

[[noreturn]] static void fail(const char* what) {
    std::fprintf(stderr, "shim: %s (block %u, %u, thread %d)\n", what, block.x, block.y, current);
    std::abort();
}

static void enter() {
    body(argument);
    fibres[current].done = true;
    alive--;
    if (alive > 0 && waiting == alive) {
        fail("a thread ended while the others wait at __syncthreads");
    }
    extern void go();
    go();
}

// Goes on with the next thread that can.
void go() {
    if (ready_at == ready.size()) {
        ready.swap(next_ready);
        next_ready.clear();
        // Every other block lets its threads run backwards: what depends on their order between barriers differs then.
        if ((block.x + block.y) % 2 == 1) {
            std::reverse(ready.begin(), ready.end());
        }
        ready_at = 0;
        if (ready.empty()) {
            if (alive == 0) {
                _longjmp(home, 1);
            }
            fail("the threads wait for each other for ever");
        }
    }
    current = ready[ready_at++];
    Fibre& fibre = fibres[current];
    if (!fibre.started) {
        fibre.started = true;
        setcontext(&fibre.begin);
    }
    _longjmp(fibre.place, 1);
}

static void wait() {
    if (_setjmp(fibres[current].place) == 0) {
        go();
    }
}

static void barrier() {
    if (++waiting == alive) {
        waiting = 0;
        next_ready.insert(next_ready.end(), at_barrier.begin(), at_barrier.end());
        at_barrier.clear();
        return;
    }
    at_barrier.push_back(current);
    wait();
}

// All 32 threads of a warp give `words` numbers and see what the others gave.
static const unsigned* exchange(const unsigned* numbers, int words) {
    int warp = current / WARP;
    std::memcpy(&given[current * PAYLOAD], numbers, words * sizeof(unsigned));
    if (++arrived[warp] == WARP) {
        arrived[warp] = 0;
        std::memcpy(&taken[warp * WARP * PAYLOAD], &given[warp * WARP * PAYLOAD], WARP * PAYLOAD * sizeof(unsigned));
        for (int lane = 0; lane < WARP; lane++) {
            if (warp * WARP + lane != current) {
                next_ready.push_back(warp * WARP + lane);
            }
        }
    } else {
        wait();
    }
    return &taken[warp * WARP * PAYLOAD];
}

static void run(const unsigned* shape, void (*kernel)(void*), void* job) {
    grid = {shape[0], shape[1], shape[2]};
    size = {shape[3], 1, 1};
    int threads = size.x;
    if (threads % WARP != 0 || threads < WARP || threads > 1024) {
        fail("blocks must be of whole warps");
    }
    body = kernel;
    argument = job;
    fibres.resize(threads);
    stacks.resize(static_cast<size_t>(threads) * STACK);
    given.assign(static_cast<size_t>(threads) * PAYLOAD, 0);
    taken.assign(static_cast<size_t>(threads) * PAYLOAD, 0);
    unsigned shared = shape[4];
    std::vector<unsigned char> memory(shared + 64);
    pool = memory.data() + (-reinterpret_cast<size_t>(memory.data()) & 15);
    for (block.z = 0; block.z < grid.z; block.z++)
    for (block.y = 0; block.y < grid.y; block.y++)
    for (block.x = 0; block.x < grid.x; block.x++) {
        // What a block finds in shared memory is nobody's promise: numbers that are none show where it is relied on.
        std::memset(pool, 0xFF, shared);
        std::memcpy(pool + shared, &CANARY, sizeof CANARY);
        alive = threads;
        waiting = 0;
        ready_at = 0;
        ready.clear();
        next_ready.clear();
        at_barrier.clear();
        arrived.assign(threads / WARP, 0);
        for (int i = 0; i < threads; i++) {
            Fibre& fibre = fibres[i];
            fibre.started = fibre.done = false;
            getcontext(&fibre.begin);
            fibre.begin.uc_stack.ss_sp = &stacks[static_cast<size_t>(i) * STACK];
            fibre.begin.uc_stack.ss_size = STACK;
            fibre.begin.uc_link = nullptr;
            makecontext(&fibre.begin, enter, 0);
            next_ready.push_back(i);
        }
        if (_setjmp(home) == 0) {
            go();
        }
        if (std::memcmp(pool + shared, &CANARY, sizeof CANARY) != 0) {
            fail("a block wrote beyond its shared memory");
        }
    }
}
}  // namespace shim

#define threadIdx (Dimensions{static_cast<unsigned>(shim::current), 0, 0})
#define blockIdx shim::block
#define blockDim shim::size
#define gridDim shim::grid
#define DYNAMIC_SHARED(name) unsigned char* name = shim::pool
#define HOST_KERNEL(name, Job)                                                                                     \
    static void name##_body(const Job& job);                                                                       \
    extern "C" void launch_##name(const unsigned* shape, void* parameter) {                                        \
        Job job = *static_cast<const Job*>(parameter);                                                             \
        shim::run(shape, [](void* given) { name##_body(*static_cast<const Job*>(given)); }, &job);                  \
    }                                                                                                              \
    extern "C" const unsigned size_of_##name = sizeof(Job);                                                        \
    static void name##_body(const Job& job)

static inline void __syncthreads() { shim::barrier(); }

static inline unsigned __ballot_sync(unsigned, bool set) {
    unsigned own = set;
    const unsigned* all = shim::exchange(&own, 1);
    unsigned bits = 0;
    for (int lane = 0; lane < shim::WARP; lane++) {
        bits |= all[lane * shim::PAYLOAD] << lane;
    }
    return bits;
}

template <typename T>
static inline T __shfl_sync(unsigned, T value, int lane) {
    static_assert(sizeof(T) == 4, "shuffles are of 32 bits");
    unsigned own;
    std::memcpy(&own, &value, 4);
    const unsigned* all = shim::exchange(&own, 1);
    T result;
    std::memcpy(&result, &all[(lane & 31) * shim::PAYLOAD], 4);
    return result;
}

static inline int __popc(unsigned bits) { return __builtin_popcount(bits); }
static inline int __ffs(unsigned bits) { return __builtin_ffs(static_cast<int>(bits)); }
static inline int __clz(int bits) { return bits == 0 ? 32 : __builtin_clz(static_cast<unsigned>(bits)); }
static inline int min(int a, int b) { return a < b ? a : b; }
static inline int max(int a, int b) { return a > b ? a : b; }
static inline int atomicAdd(int* at, int value) { int old = *at; *at += value; return old; }
static inline int atomicMin(int* at, int value) { int old = *at; *at = min(old, value); return old; }
static inline int atomicMax(int* at, int value) { int old = *at; *at = max(old, value); return old; }
static inline double __dmul_rn(double a, double b) { return a * b; }
static inline double __dadd_rn(double a, double b) { return a + b; }
static inline double __dsub_rn(double a, double b) { return a - b; }
static inline float __fmul_rn(float a, float b) { return a * b; }
static inline float __fadd_rn(float a, float b) { return a + b; }
static inline unsigned __float_as_uint(float value) { unsigned bits; std::memcpy(&bits, &value, 4); return bits; }
static inline float __uint_as_float(unsigned bits) { float value; std::memcpy(&value, &bits, 4); return value; }

// IEEE halves, in integers: rounded to nearest even.
static inline float half_value(unsigned short half) {
    int exponent = half >> 10 & 31;
    float value = exponent == 31 ? (half & 1023 ? NAN : INFINITY)
            : exponent == 0 ? std::ldexp(static_cast<float>(half & 1023), -24)
                            : std::ldexp(static_cast<float>(half & 1023 | 1024), exponent - 25);
    return half >> 15 ? -value : value;
}

static inline float from_half(unsigned short half) {
    static const std::vector<float> values = [] {
        std::vector<float> all(1 << 16);
        for (int bits = 0; bits < 1 << 16; bits++) {
            all[bits] = half_value(static_cast<unsigned short>(bits));
        }
        return all;
    }();
    return values[half];
}

static inline unsigned short to_half(float value) {
    unsigned bits = __float_as_uint(value);
    unsigned sign = bits >> 16 & 0x8000;
    float magnitude = std::fabs(value);
    if (std::isnan(value)) {
        return sign | 0x7E00;
    }
    if (magnitude >= 65520.0f) {
        return sign | 0x7C00;
    }
    int exponent = magnitude == 0 ? -24 : std::max(-14, std::ilogb(magnitude)) - 10;
    // A number of steps of the half's last place; the default rounding is to nearest even.
    unsigned steps = static_cast<unsigned>(std::nearbyint(std::ldexp(magnitude, -exponent)));
    if (exponent == -24) {
        return sign | steps;
    }
    return sign | ((exponent + 24) << 10) + steps;
}

// The product of the fragments that PTX describes for mma.m16n8k16 with halves in and floats out: in a group of four threads
// g = lane / 4, t = lane % 4, A holds rows g and g + 8 and columns 2 t + {0, 1, 8, 9}, B rows 2 t + {0, 1, 8, 9} of column g,
// C and D rows g and g + 8 of columns 2 t and 2 t + 1.
static inline void multiply_fragments(float (&sums)[4], const unsigned (&a)[4], const unsigned (&b)[2]) {
    unsigned numbers[6] = {a[0], a[1], a[2], a[3], b[0], b[1]};
    const unsigned* all = shim::exchange(numbers, 6);
    int lane = shim::current % 32;
    for (int i = 0; i < 4; i++) {
        int row = lane / 4 + (i & 2 ? 8 : 0);
        int column = lane % 4 * 2 + (i & 1);
        double sum = sums[i];
        for (int k = 0; k < 16; k++) {
            int holderA = row % 8 * 4 + k % 8 / 2;
            unsigned pairA = all[holderA * shim::PAYLOAD + (row / 8) + (k / 8) * 2];
            int holderB = column * 4 + k % 8 / 2;
            unsigned pairB = all[holderB * shim::PAYLOAD + 4 + k / 8];
            double left = from_half(static_cast<unsigned short>(k & 1 ? pairA >> 16 : pairA & 0xFFFF));
            double right = from_half(static_cast<unsigned short>(k & 1 ? pairB >> 16 : pairB & 0xFFFF));
            sum += left * right;
        }
        sums[i] = static_cast<float>(sum);
    }
}

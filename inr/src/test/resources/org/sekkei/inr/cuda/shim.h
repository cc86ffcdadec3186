// What CUDA C++ has beyond C++, for the sources of Sekkei: makes a kernel a function that machine.h's machine runs. The
// compiler tells that machine of every access to memory (-fsanitize=thread, whose library is not linked: its functions are
// here) and of what has no meaning in C++ or traps on a card (-fsanitize=undefined, the same).
#pragma once
#include <algorithm>
#include <cmath>
#include <cstring>
#include "machine.h"

#define SEKKEI_HOST 1
#define __device__
#define __forceinline__ inline
#define __shared__ static __attribute__((section("shim_shared")))
#define __align__(n) alignas(n)
#define __launch_bounds__(...)

struct alignas(16) uint4 { unsigned x, y, z, w; };
struct alignas(8) uint2 { unsigned x, y; };
struct alignas(16) float4 { float x, y, z, w; };
struct alignas(8) float2 { float x, y; };
static inline uint4 make_uint4(unsigned x, unsigned y, unsigned z, unsigned w) { return {x, y, z, w}; }

#define HIDDEN_SYMBOL __attribute__((visibility("hidden")))
#define UNWATCHED __attribute__((no_sanitize("thread", "undefined")))

extern "C" {
extern unsigned char __ehdr_start[] HIDDEN_SYMBOL;
extern unsigned char _end[] HIDDEN_SYMBOL;
extern unsigned char __start_shim_shared[] __attribute__((weak, visibility("hidden")));
extern unsigned char __stop_shim_shared[] __attribute__((weak, visibility("hidden")));
}

namespace shim {
static Machine* machine;
}

extern "C" UNWATCHED Image attach(Machine* machine) {
    shim::machine = machine;
    return {__ehdr_start, _end, __start_shim_shared, __stop_shim_shared};
}

// ---- What the compiler calls

extern "C" {
HIDDEN_SYMBOL void __tsan_init() {}
HIDDEN_SYMBOL void __tsan_func_entry(void*) {}
HIDDEN_SYMBOL void __tsan_func_exit() {}
#define WATCH(name, bytes, kind) \
    HIDDEN_SYMBOL UNWATCHED void __tsan_##name(void* at) { shim::machine->access(reinterpret_cast<uintptr_t>(at), bytes, kind); }
#define WATCH_SIZE(bytes)                            \
    WATCH(read##bytes, bytes, READ)                  \
    WATCH(write##bytes, bytes, WRITE)                \
    WATCH(unaligned_read##bytes, bytes, READ)        \
    WATCH(unaligned_write##bytes, bytes, WRITE)      \
    WATCH(volatile_read##bytes, bytes, READ)         \
    WATCH(volatile_write##bytes, bytes, WRITE)
WATCH_SIZE(1)
WATCH_SIZE(2)
WATCH_SIZE(4)
WATCH_SIZE(8)
WATCH_SIZE(16)
HIDDEN_SYMBOL UNWATCHED void __tsan_read_range(void* at, size_t bytes) {
    shim::machine->access(reinterpret_cast<uintptr_t>(at), bytes, READ);
}
HIDDEN_SYMBOL UNWATCHED void __tsan_write_range(void* at, size_t bytes) {
    shim::machine->access(reinterpret_cast<uintptr_t>(at), bytes, WRITE);
}

// What the compiler passes of a place begins with its file and its line.
struct SourcePlace {
    const char* file;
    unsigned line, column;
};
#define REFUSE(name, what, ...) \
    HIDDEN_SYMBOL UNWATCHED void __ubsan_handle_##name##_abort(SourcePlace* place, ##__VA_ARGS__) { shim::machine->fail(what, place->line); }
REFUSE(type_mismatch_v1, "an access that is not aligned, or to nothing", void*)
REFUSE(shift_out_of_bounds, "a shift by more bits than there are", void*, void*)
REFUSE(out_of_bounds, "an index beyond its array", void*)
REFUSE(divrem_overflow, "a division by zero", void*, void*)
REFUSE(add_overflow, "a sum that overflows", void*, void*)
REFUSE(sub_overflow, "a difference that overflows", void*, void*)
REFUSE(mul_overflow, "a product that overflows", void*, void*)
REFUSE(negate_overflow, "a negation that overflows", void*)
REFUSE(float_cast_overflow, "a number that does not fit its integer", void*)
REFUSE(load_invalid_value, "a truth value that is none", void*)
REFUSE(pointer_overflow, "a pointer that overflows", void*, void*)
}

// ---- What kernels call

#define threadIdx (Dimensions{static_cast<unsigned>(shim::machine->thread), 0, 0})
#define blockIdx shim::machine->block
#define blockDim shim::machine->size
#define gridDim shim::machine->grid
#define DYNAMIC_SHARED(name) unsigned char* name = shim::machine->pool
#define HOST_KERNEL(name, Job)                                                                                        \
    static void name##_body(const Job& job);                                                                          \
    extern "C" UNWATCHED void launch_##name(void* parameter) { name##_body(*static_cast<const Job*>(parameter)); }    \
    extern "C" const unsigned size_of_##name = sizeof(Job);                                                           \
    static void name##_body(const Job& job)

#define __syncthreads() shim::machine->barrier(__LINE__)
#define __ballot_sync(mask, set) shim::machine->ballot(__LINE__, mask, set)
#define __shfl_sync(mask, value, lane) shim::shuffled(__LINE__, mask, value, lane)

namespace shim {
template <typename T>
static inline T shuffled(int line, unsigned mask, T value, int lane) {
    static_assert(sizeof(T) == 4, "shuffles are of 32 bits");
    unsigned bits;
    std::memcpy(&bits, &value, 4);
    bits = machine->shuffle(line, mask, bits, lane);
    std::memcpy(&value, &bits, 4);
    return value;
}

template <typename Operation>
static UNWATCHED __attribute__((noinline)) int atomic(int* at, int value, Operation operation) {
    machine->access(reinterpret_cast<uintptr_t>(at), sizeof(int), ATOMIC);
    int old = *at;
    *at = operation(old, value);
    return old;
}
}  // namespace shim

static inline int __popc(unsigned bits) { return __builtin_popcount(bits); }
static inline int __ffs(unsigned bits) { return __builtin_ffs(static_cast<int>(bits)); }
static inline int __clz(int bits) { return bits == 0 ? 32 : __builtin_clz(static_cast<unsigned>(bits)); }
static inline int min(int a, int b) { return a < b ? a : b; }
static inline int max(int a, int b) { return a > b ? a : b; }
static inline int atomicAdd(int* at, int value) { return shim::atomic(at, value, [](int a, int b) { return a + b; }); }
static inline int atomicMin(int* at, int value) { return shim::atomic(at, value, [](int a, int b) { return a < b ? a : b; }); }
static inline int atomicMax(int* at, int value) { return shim::atomic(at, value, [](int a, int b) { return a > b ? a : b; }); }
static inline double __dmul_rn(double a, double b) { return a * b; }
static inline double __dadd_rn(double a, double b) { return a + b; }
static inline double __dsub_rn(double a, double b) { return a - b; }
static inline float __fmul_rn(float a, float b) { return a * b; }
static inline float __fadd_rn(float a, float b) { return a + b; }
static inline unsigned __float_as_uint(float value) { unsigned bits; std::memcpy(&bits, &value, 4); return bits; }
static inline float __uint_as_float(unsigned bits) { float value; std::memcpy(&value, &bits, 4); return value; }

// IEEE halves, in integers: rounded to nearest even.
static inline unsigned short to_half(float value) {
    unsigned bits;
    std::memcpy(&bits, &value, 4);
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

static UNWATCHED __attribute__((noinline)) float from_half(unsigned short half) { return shim::machine->halves[half]; }

static inline void multiply_fragments(float (&sums)[4], const unsigned (&a)[4], const unsigned (&b)[2]) {
    shim::machine->multiply(__LINE__, sums, a, b);
}

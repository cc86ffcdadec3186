// What the kernels need beyond the language. The same sources are compiled by NVRTC for a card and, for tests, by a C++
// compiler for the processor; that build defines SEKKEI_HOST and includes a header which emulates blocks and warps.
// There are no includes, so that NVRTC needs no folder of headers.

#ifdef SEKKEI_HOST
#define KERNEL(name, Job, threads, blocks) HOST_KERNEL(name, Job)
#else
// Of so many threads, and so many blocks at least on a multiprocessor at once: that bounds the registers.
#define KERNEL(name, Job, threads, blocks) \
    extern "C" __global__ void __launch_bounds__(threads, blocks) name(const __grid_constant__ Job job)
#define DYNAMIC_SHARED(name) extern __shared__ __align__(16) unsigned char name[]
#endif

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;

#define ALL_LANES 0xffffffffu

__device__ __forceinline__ int ceil_div(int a, int b) {
    return (a + b - 1) / b;
}

__device__ __forceinline__ int clamp_int(int value, int least, int most) {
    return min(max(value, least), most);
}

#ifndef SEKKEI_HOST
__device__ __forceinline__ u16 to_half(float value) {
    u16 bits;
    asm("cvt.rn.f16.f32 %0, %1;" : "=h"(bits) : "f"(value));
    return bits;
}

__device__ __forceinline__ float from_half(u16 bits) {
    float value;
    asm("cvt.f32.f16 %0, %1;" : "=f"(value) : "h"(bits));
    return value;
}
#endif

__device__ __forceinline__ u32 half_pair(float low, float high) {
    return to_half(low) | static_cast<u32>(to_half(high)) << 16;
}

// The upper half of a float, rounded to nearest even.
__device__ __forceinline__ u16 to_bfloat16(float value) {
    u32 bits = __float_as_uint(value);
    return static_cast<u16>((bits + 0x7FFFu + (bits >> 16 & 1u)) >> 16);
}

// ---- Where an output pixel lies in the source. Never contracted, so that the places are those of the reference.

struct Map {
    double xx, xy, x0, yx, yy, y0;
};

__device__ __forceinline__ double source_x(const Map& map, double x, double y) {
    return __dadd_rn(__dadd_rn(__dmul_rn(map.xx, x), __dmul_rn(map.xy, y)), map.x0);
}

__device__ __forceinline__ double source_y(const Map& map, double x, double y) {
    return __dadd_rn(__dadd_rn(__dmul_rn(map.yx, x), __dmul_rn(map.yy, y)), map.y0);
}

// ---- How pixels are written.

enum { FLOAT32 = 0, BFLOAT16 = 1, FLOAT16 = 2, UINT8 = 3 };

// A batch of pictures of one size: [B, 3, H, W], or [B, H, W, 3] if `interleaved`.
struct Output {
    void* pixels;
    int width, height;
    int type, interleaved;
    float scale[3], shift[3];
    float border[3];
    int reserved;
};

__device__ __forceinline__ void write_colour(
        const Output& output, int picture, int x, int y, int colour, float value) {
    long long pixel = static_cast<long long>(y) * output.width + x;
    long long area = static_cast<long long>(output.width) * output.height;
    long long at = 3 * area * picture + (output.interleaved ? 3 * pixel + colour : colour * area + pixel);
    float normal = fmaf(value, output.scale[colour], output.shift[colour]);
    switch (output.type) {
        case FLOAT32:
            static_cast<float*>(output.pixels)[at] = normal;
            break;
        case BFLOAT16:
            static_cast<u16*>(output.pixels)[at] = to_bfloat16(normal);
            break;
        case FLOAT16:
            static_cast<u16*>(output.pixels)[at] = to_half(normal);
            break;
        default:
            static_cast<u8*>(output.pixels)[at] =
                    static_cast<u8>(fminf(fmaxf(fmaf(value, 255.0f, 0.5f), 0.0f), 255.0f));
            break;
    }
}

// What a kernel that runs on the processor finds around it; driver.cpp is that machine, shim.h the kernel's side of it.
#pragma once
#include <cstddef>
#include <cstdint>

struct Dimensions {
    unsigned x, y, z;
};

enum Access { READ, WRITE, ATOMIC };

struct Machine {
    int thread;
    Dimensions block, grid, size;
    unsigned char* pool;
    const float* halves;  // the values of all of them

    // Operations in which many threads take part; `line` is where in the source.
    void (*barrier)(int line);
    unsigned (*ballot)(int line, unsigned mask, bool set);
    unsigned (*shuffle)(int line, unsigned mask, unsigned bits, int lane);
    // Sums of a fragment, for mma.m16n8k16 as PTX describes it.
    void (*multiply)(int line, float* sums, const unsigned* a, const unsigned* b);

    void (*access)(uintptr_t address, size_t bytes, Access access);
    void (*fail)(const char* what, int line);
};

// Memory of a module that is loaded: all of it, and what its blocks share.
struct Image {
    unsigned char *begin, *end;
    unsigned char *shared, *shared_end;
};

struct Launch {
    Dimensions grid;
    unsigned threads, shared_bytes;
};

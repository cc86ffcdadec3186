// A library that answers as libcuda and libnvrtc would, on a machine without a card: memory is the machine's, a kernel is
// compiled by g++ with shim.h and runs where it is launched. Only for tests. What a real driver would refuse is refused:
// foreign pointers, copies beyond an allocation, launches without a context, images that are none.
//
// Work in a stream waits until something waits for it, so that whoever does not wait where it has to sees old memory.
//
// One thread runs all of a launch, block after block. The threads of a block are coroutines that change places where they
// wait for each other: at __syncthreads, and at the operations of a warp, in which all 32 must take part. Every access to
// memory is watched. A launch fails, and its error tells why, if
// - two threads of a block use the same byte of shared or of a card's memory without a barrier between, and one of them writes;
//   operations of a warp are no barriers, as they are none on a card,
// - two blocks do, whatever barriers there are; atomic operations may meet each other,
// - an access is not aligned, or to memory that is nobody's,
// - the threads of a block wait for what never comes, or meet at different places.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <dlfcn.h>
#include <fstream>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <setjmp.h>
#include <sstream>
#include <string>
#include <sys/stat.h>
#include <ucontext.h>
#include <unistd.h>
#include <unordered_map>
#include <vector>
#include "machine.h"

namespace {
enum { SUCCESS = 0, INVALID = 1, OUT_OF_MEMORY = 2, NO_CONTEXT = 201, INVALID_IMAGE = 200, NOT_FOUND = 500, ILLEGAL_ADDRESS = 700,
       LAUNCH_FAILED = 719 };
const size_t RED_ZONE = 64;
const unsigned char RED = 0xA5;

size_t total = size_t(1) << 30;
size_t used = 0;
int launches = 0, compilations = 0, synchronisations = 0;
bool context = false;
std::map<uintptr_t, size_t> allocations;
std::map<uintptr_t, size_t> host_allocations;
std::string folder = "/tmp";
std::string header;
std::string compiler = "g++";

// Whether all memory is the card's, and work is done at once: for programs that share memory with the card.
bool unified = false;

// Work that was asked for. What fails is said by whoever waits, once.
struct Stream {
    std::deque<std::function<int()>> work;
    size_t asked = 0;
    size_t done = 0;
};

Stream default_stream;
std::set<Stream*> streams{&default_stream};

struct Event {
    Stream* stream = nullptr;
    size_t place = 0;
};

int wait_for(Stream* stream, size_t place) {
    int status = SUCCESS;
    while (stream->done < place) {
        auto work = std::move(stream->work.front());
        stream->work.pop_front();
        stream->done++;
        int outcome = work();
        status = status == SUCCESS ? outcome : status;
    }
    return status;
}

int wait_for_all() {
    int status = SUCCESS;
    for (Stream* stream : streams) {
        int outcome = wait_for(stream, stream->asked);
        status = status == SUCCESS ? outcome : status;
    }
    return status;
}

int ask(void* handle, std::function<int()> work) {
    auto* stream = handle ? static_cast<Stream*>(handle) : &default_stream;
    stream->work.push_back(std::move(work));
    stream->asked++;
    return unified ? wait_for(stream, stream->asked) : SUCCESS;
}

bool pinned(const void* address) {
    auto it = host_allocations.upper_bound(reinterpret_cast<uintptr_t>(address));
    return it != host_allocations.begin() && reinterpret_cast<uintptr_t>(address) < (--it)->first + it->second;
}

struct Program {
    std::string source, log;
    std::vector<char> image;
};

bool untouched() {
    for (auto& [address, size] : allocations) {
        auto* before = reinterpret_cast<unsigned char*>(address) - RED_ZONE;
        auto* after = reinterpret_cast<unsigned char*>(address) + size;
        for (size_t i = 0; i < RED_ZONE; i++) {
            if (before[i] != RED || after[i] != RED) {
                return false;
            }
        }
    }
    return true;
}

// Part of the source that is left out: the barrier of this number, none if it is negative.
int removed_barrier = -1;

struct Module {
    void* library;
    Image image;
};

struct Function {
    Module* module;
    void (*body)(void*);
    size_t job_bytes;
};
std::vector<std::unique_ptr<Function>> functions;

// Who used a byte last, in one number: block + 1, then the barriers that the block had passed, then the thread.
typedef uint64_t Stamp;
const Stamp MANY_THREADS = 0x7FF;
const Stamp ATOMICALLY = 0x800;
const Stamp MANY_BLOCKS = 0xFFFFFFFFull << 32;

struct Byte {
    Stamp written, read;
};

struct Page {
    static const size_t SIZE = 4096;
    long launch;
    Byte bytes[SIZE];
};

// The machine that runs a launch.
const int WARP = 32;
const int STACK = 256 << 10;

struct Fibre {
    jmp_buf place;
    ucontext_t begin;
    bool started;
};

Machine machine;
std::vector<Fibre> fibres;
std::unique_ptr<unsigned char[]> stacks;
size_t stack_bytes;
std::vector<int> ready, next_ready, at_barrier;
size_t ready_at;
int alive, barriers;
int waiting_line, passed_line;
struct Meeting {
    int arrived, line;
    unsigned given[WARP][6], taken[WARP][6];
};
std::vector<Meeting> warps;
jmp_buf home;
void (*body)(void*);
void* argument;
size_t argument_bytes;
unsigned char* pool_end;
Image image;
std::string failure;
std::unordered_map<uintptr_t, std::unique_ptr<Page>> pages;
Page* last_page;
uintptr_t last_page_number;
long launch_number;
uintptr_t device_begin, device_end;  // of the allocation that was used last

bool between(uintptr_t address, const void* begin, const void* end) {
    return address >= reinterpret_cast<uintptr_t>(begin) && address < reinterpret_cast<uintptr_t>(end);
}

[[noreturn]] void fail(const std::string& what) {
    failure = what + " (block " + std::to_string(machine.block.x) + ", " + std::to_string(machine.block.y) + ", thread "
            + std::to_string(machine.thread) + ", after the barrier in line " + std::to_string(passed_line) + ")";
    _longjmp(home, 2);
}

void fail_at(const char* what, int line) {
    fail(what + std::string(" in line ") + std::to_string(line));
}

Byte* bytes_of(uintptr_t address) {
    uintptr_t number = address / Page::SIZE;
    if (!last_page || number != last_page_number) {
        auto& page = pages[number];
        if (!page) {
            page = std::make_unique<Page>();
        }
        if (page->launch != launch_number) {
            std::memset(page->bytes, 0, sizeof page->bytes);
            page->launch = launch_number;
        }
        last_page = page.get();
        last_page_number = number;
    }
    return last_page->bytes + address % Page::SIZE;
}

std::string block_name(Stamp stamp) {
    return "block " + std::to_string((stamp >> 32) - 1);
}

[[noreturn]] void race(bool shared, Stamp other, const char* did, Access access) {
    Stamp thread = other & MANY_THREADS;
    fail(std::string("a race in ") + (shared ? "shared memory" : "the card's memory") + ": "
         + (other >= MANY_BLOCKS ? "many blocks" : block_name(other) + (thread == MANY_THREADS ? ", many threads" : ", thread " + std::to_string(thread)))
         + " " + did + " what another thread " + (access == READ ? "reads" : "writes"));
}

// Shared memory is another one in each block.
void watch(uintptr_t address, size_t size, Access access, bool shared) {
    const Stamp block = (Stamp(machine.block.y) * machine.grid.x + machine.block.x + 1) << 32;
    const Stamp epoch = block | Stamp(barriers) << 12;
    const Stamp own = epoch | Stamp(machine.thread) | (access == ATOMIC ? ATOMICALLY : 0);
    const Stamp block_mask = MANY_BLOCKS;
    const Stamp epoch_mask = ~Stamp(0xFFF);
    for (size_t i = 0; i < size; i++) {
        Byte& byte = *bytes_of(address + i);
        if (access == READ && byte.read == own && byte.written == 0) {
            continue;
        }
        Stamp written = byte.written;
        if (written != 0 && !(access == ATOMIC && (written & ATOMICALLY))) {
            if ((written & block_mask) != block ? !shared
                                                : (written & epoch_mask) == epoch && ((written ^ own) & MANY_THREADS) != 0) {
                race(shared, written, "wrote", access);
            }
        }
        Stamp read = byte.read;
        bool same_block = (read & block_mask) == block;
        if (access == READ) {
            if (read == 0 || (shared && !same_block) || (same_block && (read & epoch_mask) != epoch)) {
                byte.read = own;
            } else if (!same_block) {
                byte.read = MANY_BLOCKS;
            } else if (read != own) {
                byte.read = epoch | MANY_THREADS;
            }
            continue;
        }
        if (read != 0 && (same_block ? (read & epoch_mask) == epoch && (read & MANY_THREADS) != Stamp(machine.thread) : !shared)) {
            race(shared, read, "read", access);
        }
        // Atomic operations that meet count as those of the last; what is not atomic would have failed.
        byte.written = own;
    }
}

void on_access(uintptr_t address, size_t size, Access access) {
    if (between(address, stacks.get(), stacks.get() + stack_bytes)) {
        return;
    }
    if (between(address, machine.pool, pool_end) || between(address, image.shared, image.shared_end)) {
        unsigned char* end = between(address, machine.pool, pool_end) ? pool_end : image.shared_end;
        if (address + size > reinterpret_cast<uintptr_t>(end)) {
            fail("an access beyond shared memory");
        }
        watch(address, size, access, true);
        return;
    }
    if (address < device_begin || address >= device_end) {
        auto it = allocations.upper_bound(address);
        if (it != allocations.begin() && address < (--it)->first + it->second) {
            device_begin = it->first;
            device_end = it->first + it->second;
        }
    }
    if (address >= device_begin && address < device_end) {
        if (address + size > device_end) {
            fail("an access beyond an allocation");
        }
        watch(address, size, access, false);
        return;
    }
    bool mine = access == READ
            && (between(address, argument, static_cast<char*>(argument) + argument_bytes) || between(address, &machine, &machine + 1)
                || between(address, image.begin, image.end));
    if (!mine && unified) {
        watch(address, size, access, false);
    } else if (!mine) {
        fail(access == READ ? "a read of memory that is nobody's" : "a write to memory that is nobody's");
    }
}

void go();

void enter() {
    body(argument);
    alive--;
    if (alive > 0 && static_cast<int>(at_barrier.size()) == alive) {
        fail("a thread ended while the others wait at __syncthreads");
    }
    go();
}

// Goes on with the next thread that can.
void go() {
    if (ready_at == ready.size()) {
        ready.swap(next_ready);
        next_ready.clear();
        // Every other block lets its threads run backwards: what depends on their order between barriers differs then.
        if ((machine.block.x + machine.block.y) % 2 == 1) {
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
    machine.thread = ready[ready_at++];
    Fibre& fibre = fibres[machine.thread];
    if (!fibre.started) {
        fibre.started = true;
        setcontext(&fibre.begin);
    }
    _longjmp(fibre.place, 1);
}

void wait() {
    if (_setjmp(fibres[machine.thread].place) == 0) {
        go();
    }
}

void barrier(int line) {
    if (!at_barrier.empty() && line != waiting_line) {
        fail_at("threads of a block wait at different barriers, one", line);
    }
    waiting_line = line;
    if (static_cast<int>(at_barrier.size()) + 1 == alive) {
        barriers++;
        passed_line = line;
        next_ready.insert(next_ready.end(), at_barrier.begin(), at_barrier.end());
        at_barrier.clear();
        return;
    }
    at_barrier.push_back(machine.thread);
    wait();
}

// All 32 threads of a warp give `words` numbers and see what the others gave.
Meeting& exchange(int line, unsigned mask, const unsigned* numbers, int words) {
    int lane = machine.thread % WARP;
    Meeting& warp = warps[machine.thread / WARP];
    if (mask != 0xFFFFFFFFu) {
        fail_at("an operation of a part of a warp", line);
    }
    if (warp.arrived > 0 && warp.line != line) {
        fail_at("threads of a warp meet at different operations, one", line);
    }
    warp.line = line;
    std::memcpy(warp.given[lane], numbers, words * sizeof(unsigned));
    if (++warp.arrived == WARP) {
        warp.arrived = 0;
        std::memcpy(warp.taken, warp.given, sizeof warp.taken);
        for (int other = 0; other < WARP; other++) {
            if (other != lane) {
                next_ready.push_back(machine.thread - lane + other);
            }
        }
    } else {
        wait();
    }
    return warps[machine.thread / WARP];
}

unsigned ballot(int line, unsigned mask, bool set) {
    unsigned own = set;
    Meeting& warp = exchange(line, mask, &own, 1);
    unsigned bits = 0;
    for (int lane = 0; lane < WARP; lane++) {
        bits |= warp.taken[lane][0] << lane;
    }
    return bits;
}

unsigned shuffle(int line, unsigned mask, unsigned bits, int lane) {
    return exchange(line, mask, &bits, 1).taken[lane & 31][0];
}

// In a group of four threads g = lane / 4, t = lane % 4, A holds rows g and g + 8 and columns 2 t + {0, 1, 8, 9}, B rows
// 2 t + {0, 1, 8, 9} of column g, C and D rows g and g + 8 of columns 2 t and 2 t + 1.
void multiply(int line, float* sums, const unsigned* a, const unsigned* b) {
    unsigned numbers[6] = {a[0], a[1], a[2], a[3], b[0], b[1]};
    Meeting& warp = exchange(line, 0xFFFFFFFFu, numbers, 6);
    int lane = machine.thread % WARP;
    for (int i = 0; i < 4; i++) {
        int row = lane / 4 + (i & 2 ? 8 : 0);
        int column = lane % 4 * 2 + (i & 1);
        double sum = sums[i];
        for (int k = 0; k < 16; k++) {
            unsigned left = warp.taken[row % 8 * 4 + k % 8 / 2][row / 8 + k / 8 * 2];
            unsigned right = warp.taken[column * 4 + k % 8 / 2][4 + k / 8];
            int shift = k & 1 ? 16 : 0;
            sum += static_cast<double>(machine.halves[left >> shift & 0xFFFF]) * machine.halves[right >> shift & 0xFFFF];
        }
        sums[i] = static_cast<float>(sum);
    }
}

float half_value(int half) {
    int exponent = half >> 10 & 31;
    float value = exponent == 31 ? (half & 1023 ? NAN : INFINITY)
            : exponent == 0 ? std::ldexp(static_cast<float>(half & 1023), -24)
                            : std::ldexp(static_cast<float>((half & 1023) | 1024), exponent - 25);
    return half >> 15 ? -value : value;
}

// Whether it ended well; if not, `failure` says why.
bool run(Dimensions grid, unsigned threads, unsigned shared, void (*kernel)(void*), void* job, size_t job_bytes) {
    static const std::vector<float> halves = [] {
        std::vector<float> all(1 << 16);
        for (int bits = 0; bits < 1 << 16; bits++) {
            all[bits] = half_value(bits);
        }
        return all;
    }();
    if (threads % WARP != 0 || threads < WARP || threads > 1024) {
        failure = "blocks must be of whole warps";
        return false;
    }
    body = kernel;
    argument = job;
    argument_bytes = job_bytes;
    fibres.resize(threads);
    if (stack_bytes < size_t(threads) * STACK) {
        stack_bytes = size_t(threads) * STACK;
        stacks.reset(new unsigned char[stack_bytes]);
    }
    std::vector<unsigned char> memory(shared + 16);
    machine.pool = memory.data() + (-reinterpret_cast<size_t>(memory.data()) & 15);
    pool_end = machine.pool + shared;
    machine.grid = grid;
    machine.size = {threads, 1, 1};
    machine.halves = halves.data();
    launch_number++;
    last_page = nullptr;
    device_begin = device_end = 0;
    for (machine.block = {0, 0, 0}; machine.block.y < grid.y; machine.block.y++)
    for (machine.block.x = 0; machine.block.x < grid.x; machine.block.x++) {
        // What a block finds in shared memory is nobody's promise: numbers that are none show where it is relied on.
        std::memset(machine.pool, 0xFF, shared);
        if (image.shared) {
            std::memset(image.shared, 0xFF, image.shared_end - image.shared);
        }
        alive = static_cast<int>(threads);
        barriers = passed_line = 0;
        ready_at = 0;
        ready.clear();
        next_ready.clear();
        at_barrier.clear();
        warps.assign(threads / WARP, Meeting{});
        for (unsigned i = 0; i < threads; i++) {
            Fibre& fibre = fibres[i];
            fibre.started = false;
            getcontext(&fibre.begin);
            fibre.begin.uc_stack.ss_sp = stacks.get() + size_t(i) * STACK;
            fibre.begin.uc_stack.ss_size = STACK;
            fibre.begin.uc_link = nullptr;
            makecontext(&fibre.begin, enter, 0);
            next_ready.push_back(static_cast<int>(i));
        }
        int outcome = _setjmp(home);
        if (outcome == 0) {
            go();
        }
        if (outcome == 2) {
            return false;
        }
    }
    return true;
}

std::string without_barrier(const std::string& source, int number) {
    const std::string barrier = "__syncthreads();";
    size_t at = source.find(barrier);
    for (int i = 0; i < number && at != std::string::npos; i++) {
        at = source.find(barrier, at + 1);
    }
    if (number < 0 || at == std::string::npos) {
        return source;
    }
    return source.substr(0, at) + std::string(barrier.size(), ' ') + source.substr(at + barrier.size());
}

bool holds(uintptr_t address, size_t size) {
    auto it = allocations.upper_bound(address);
    if (it == allocations.begin()) {
        return false;
    }
    --it;
    return address + size <= it->first + it->second;
}
}  // namespace

extern "C" {
// What tests set and read.
void fake_begin(const char* workFolder, const char* shimHeader, size_t memory) {
    folder = workFolder;
    header = shimHeader;
    total = memory;
    launches = compilations = synchronisations = 0;
}
void fake_unified_memory() { unified = true; }
// Leaves barrier number `number` of a source out of what is compiled from now on; none if it is negative.
void fake_without_barrier(int number) { removed_barrier = number; }
size_t fake_used() { return used; }
int fake_launches() { return launches; }
int fake_compilations() { return compilations; }
int fake_synchronisations() { return synchronisations; }

int cuInit(unsigned) { return SUCCESS; }
int cuDriverGetVersion(int* version) { *version = 13000; return SUCCESS; }
int cuDeviceGetCount(int* count) { *count = 1; return SUCCESS; }
int cuDeviceGet(int* device, int ordinal) {
    *device = ordinal;
    return ordinal == 0 ? SUCCESS : 101;
}
int cuDeviceGetName(char* name, int length, int) {
    std::snprintf(name, length, "Processor in a card's clothes");
    return SUCCESS;
}
int cuDeviceTotalMem_v2(size_t* bytes, int) { *bytes = total; return SUCCESS; }
int cuDeviceGetAttribute(int* value, int attribute, int) {
    switch (attribute) {
        case 75: *value = 9; break;             // compute capability, major
        case 76: *value = 0; break;             // minor
        case 16: *value = 4; break;             // multiprocessors
        case 97: *value = 232448; break;        // shared memory a block may opt in to
        case 13: *value = 1755000; break;       // clock, kHz
        case 36: *value = 2619000; break;       // memory clock, kHz
        case 37: *value = 5120; break;          // memory bus, bits
        case 38: *value = 52428800; break;      // second-level cache
        default: return INVALID;
    }
    return SUCCESS;
}
int cuDevicePrimaryCtxRetain(void** handle, int) { *handle = &context; return SUCCESS; }
int cuDevicePrimaryCtxRelease_v2(int) { context = false; return SUCCESS; }
int cuCtxSetCurrent(void* handle) { context = handle == &context; return SUCCESS; }
int cuMemGetInfo_v2(size_t* free, size_t* all) { *free = total - used; *all = total; return context ? SUCCESS : NO_CONTEXT; }
int cuMemAlloc_v2(uintptr_t* address, size_t size) {
    if (!context) return NO_CONTEXT;
    if (size == 0) return INVALID;
    if (size > total - used) return OUT_OF_MEMORY;
    // 256 bytes before, of which the last are watched, so that addresses are aligned as a card's.
    auto* memory = static_cast<unsigned char*>(std::aligned_alloc(256, (size + 256 + RED_ZONE + 255) / 256 * 256));
    std::memset(memory, RED, 256);
    auto* begin = memory + 256;
    std::memset(begin, 0xFF, size);
    std::memset(begin + size, RED, RED_ZONE);
    used += size;
    *address = reinterpret_cast<uintptr_t>(begin);
    allocations[*address] = size;
    return SUCCESS;
}
int cuMemFree_v2(uintptr_t address) {
    int status = wait_for_all();
    auto it = allocations.find(address);
    if (it == allocations.end()) return INVALID;
    bool whole = untouched();
    used -= it->second;
    std::free(reinterpret_cast<unsigned char*>(address) - 256);
    allocations.erase(it);
    return whole ? status : ILLEGAL_ADDRESS;
}
int cuMemHostAlloc(void** address, size_t size, unsigned) {
    *address = std::aligned_alloc(64, (size + 63) / 64 * 64);
    host_allocations[reinterpret_cast<uintptr_t>(*address)] = size;
    return *address ? SUCCESS : OUT_OF_MEMORY;
}
int cuMemFreeHost(void* address) {
    int status = wait_for_all();
    if (host_allocations.erase(reinterpret_cast<uintptr_t>(address)) == 0) return INVALID;
    std::free(address);
    return status;
}
int cuMemcpyHtoDAsync_v2(uintptr_t to, const void* from, size_t size, void* stream) {
    if (!holds(to, size)) return ILLEGAL_ADDRESS;
    if (pinned(from)) {
        return ask(stream, [=] { std::memcpy(reinterpret_cast<void*>(to), from, size); return SUCCESS; });
    }
    std::vector<char> bytes(static_cast<const char*>(from), static_cast<const char*>(from) + size);
    return ask(stream, [to, bytes] { std::memcpy(reinterpret_cast<void*>(to), bytes.data(), bytes.size()); return SUCCESS; });
}
int cuMemcpyDtoHAsync_v2(void* to, uintptr_t from, size_t size, void* handle) {
    if (!holds(from, size)) return ILLEGAL_ADDRESS;
    int status = ask(handle, [=] { std::memcpy(to, reinterpret_cast<const void*>(from), size); return SUCCESS; });
    auto* stream = handle ? static_cast<Stream*>(handle) : &default_stream;
    return pinned(to) ? status : wait_for(stream, stream->asked);
}
int cuStreamCreate(void** stream, unsigned) {
    if (!context) return NO_CONTEXT;
    auto* made = new Stream();
    streams.insert(made);
    *stream = made;
    return SUCCESS;
}
int cuStreamDestroy_v2(void* handle) {
    auto* stream = static_cast<Stream*>(handle);
    int status = wait_for(stream, stream->asked);
    streams.erase(stream);
    delete stream;
    return status;
}
int cuStreamSynchronize(void* handle) {
    synchronisations++;
    auto* stream = handle ? static_cast<Stream*>(handle) : &default_stream;
    int status = wait_for(stream, stream->asked);
    return untouched() ? status : ILLEGAL_ADDRESS;
}
int cuStreamWaitEvent(void* stream, void* handle, unsigned) {
    Event event = *static_cast<Event*>(handle);
    return event.stream ? ask(stream, [event] { return wait_for(event.stream, event.place); }) : SUCCESS;
}
int cuEventCreate(void** event, unsigned) { *event = new Event(); return SUCCESS; }
int cuEventDestroy_v2(void* event) { delete static_cast<Event*>(event); return SUCCESS; }
int cuEventRecord(void* event, void* handle) {
    auto* stream = handle ? static_cast<Stream*>(handle) : &default_stream;
    *static_cast<Event*>(event) = {stream, stream->asked};
    return SUCCESS;
}
int cuEventSynchronize(void* handle) {
    auto* event = static_cast<Event*>(handle);
    return event->stream && streams.count(event->stream) ? wait_for(event->stream, event->place) : SUCCESS;
}
int cuEventElapsedTime(float* milliseconds, void*, void*) { *milliseconds = 1; return SUCCESS; }
int cuEventElapsedTime_v2(float* milliseconds, void*, void*) { *milliseconds = 1; return SUCCESS; }
int cuGetErrorString(int error, const char** text) {
    *text = error == OUT_OF_MEMORY ? "out of memory" : error == ILLEGAL_ADDRESS ? "an illegal memory access was encountered"
            : error == INVALID_IMAGE ? "device kernel image is invalid" : error == LAUNCH_FAILED ? failure.c_str() : "an error";
    return SUCCESS;
}
int cuModuleLoadDataEx(void** module, const void* image, unsigned, void*, void*) {
    if (!context) return NO_CONTEXT;
    // The length is before the library, as a real image says its own.
    uint64_t length;
    if (std::memcmp(image, "SEKKEIFK", 8) != 0) return INVALID_IMAGE;
    std::memcpy(&length, static_cast<const char*>(image) + 8, 8);
    static int number = 0;
    std::string path = folder + "/module" + std::to_string(getpid()) + "-" + std::to_string(number++) + ".so";
    std::ofstream(path, std::ios::binary).write(static_cast<const char*>(image) + 16, length);
    void* library = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    unlink(path.c_str());
    if (!library) {
        std::fprintf(stderr, "%s\n", dlerror());
        return INVALID_IMAGE;
    }
    machine.barrier = barrier;
    machine.ballot = ballot;
    machine.shuffle = shuffle;
    machine.multiply = multiply;
    machine.access = on_access;
    machine.fail = fail_at;
    auto attach = reinterpret_cast<Image (*)(Machine*)>(dlsym(library, "attach"));
    *module = new Module{library, attach(&machine)};
    return SUCCESS;
}
int cuModuleUnload(void* handle) {
    int status = wait_for_all();
    auto* module = static_cast<Module*>(handle);
    bool closed = dlclose(module->library) == 0;
    delete module;
    return closed ? status : INVALID;
}
int cuModuleGetFunction(void** function, void* handle, const char* name) {
    auto* module = static_cast<Module*>(handle);
    void* code = dlsym(module->library, (std::string("launch_") + name).c_str());
    auto* bytes = static_cast<unsigned*>(dlsym(module->library, (std::string("size_of_") + name).c_str()));
    if (!code) return NOT_FOUND;
    functions.push_back(std::make_unique<Function>(Function{module, reinterpret_cast<void (*)(void*)>(code), *bytes}));
    *function = functions.back().get();
    return SUCCESS;
}
int cuFuncSetAttribute(void*, int attribute, int value) { return attribute == 8 && value <= 232448 ? SUCCESS : INVALID; }
int cuFuncGetAttribute(int* value, int, void*) { *value = 0; return SUCCESS; }
int cuLaunchKernel(void* handle, unsigned gridX, unsigned gridY, unsigned gridZ, unsigned blockX, unsigned blockY,
                   unsigned blockZ, unsigned shared, void* stream, void** parameters, void**) {
    if (!context) return NO_CONTEXT;
    if (gridX == 0 || gridY == 0 || gridY > 65535 || gridZ != 1 || blockX == 0 || blockY != 1 || blockZ != 1 || shared > 232448) {
        return INVALID;
    }
    launches++;
    auto* function = static_cast<Function*>(handle);
    // A copy, as a launch makes one.
    std::vector<unsigned char> job(function->job_bytes);
    std::memcpy(job.data(), parameters[0], job.size());
    return ask(stream, [=]() mutable {
        image = function->module->image;
        bool well = run({gridX, gridY, gridZ}, blockX, shared, function->body, job.data(), job.size());
        return well ? SUCCESS : LAUNCH_FAILED;
    });
}

int nvrtcVersion(int* major, int* minor) { *major = 13; *minor = 0; return SUCCESS; }
const char* nvrtcGetErrorString(int) { return "NVRTC_ERROR_COMPILATION"; }
int nvrtcCreateProgram(void** program, const char* source, const char*, int, const char**, const char**) {
    *program = new Program{source, "", {}};
    return SUCCESS;
}
int nvrtcDestroyProgram(void** program) {
    delete static_cast<Program*>(*program);
    *program = nullptr;
    return SUCCESS;
}
int nvrtcCompileProgram(void* handle, int count, const char** options) {
    auto* program = static_cast<Program*>(handle);
    compilations++;
    std::string path = folder + "/program" + std::to_string(getpid());
    std::string command = compiler + " -x c++ -std=c++17 -O1 -ffp-contract=off -fno-strict-aliasing -U_FORTIFY_SOURCE -w -fPIC -c"
            " -fsanitize=thread,undefined,float-cast-overflow -fno-sanitize=vptr,null,object-size,pointer-overflow,signed-integer-overflow"
            " -fno-sanitize-recover=all -I" + header.substr(0, header.rfind('/'));
    bool architecture = false;
    for (int i = 0; i < count; i++) {
        std::string option = options[i];
        if (option.rfind("-D", 0) == 0) {
            command += " " + option;
        }
        architecture |= option == "--gpu-architecture=sm_90";
    }
    if (!architecture) {
        program->log = "no architecture, or another than the card's";
        return 5;
    }
    std::ofstream(path + ".cpp") << "#include \"" << header << "\"\n#line 1 \"kernels\"\n"
                                 << without_barrier(program->source, removed_barrier);
    // Linked without what the compiler would add for its sanitizers.
    command += " -o " + path + ".o " + path + ".cpp >" + path + ".log 2>&1 && " + compiler + " -shared -o " + path + ".so " + path
            + ".o >>" + path + ".log 2>&1";
    int result = std::system(command.c_str());
    std::stringstream log;
    log << std::ifstream(path + ".log").rdbuf();
    program->log = log.str();
    if (result != 0) return 6;
    std::stringstream library;
    library << std::ifstream(path + ".so", std::ios::binary).rdbuf();
    std::string bytes = library.str();
    uint64_t length = bytes.size();
    program->image.assign(16 + length, 0);
    std::memcpy(program->image.data(), "SEKKEIFK", 8);
    std::memcpy(program->image.data() + 8, &length, 8);
    std::memcpy(program->image.data() + 16, bytes.data(), length);
    return SUCCESS;
}
int nvrtcGetProgramLogSize(void* program, size_t* size) { *size = static_cast<Program*>(program)->log.size() + 1; return SUCCESS; }
int nvrtcGetProgramLog(void* program, char* log) {
    auto& text = static_cast<Program*>(program)->log;
    std::memcpy(log, text.c_str(), text.size() + 1);
    return SUCCESS;
}
int nvrtcGetCUBINSize(void* program, size_t* size) { *size = static_cast<Program*>(program)->image.size(); return SUCCESS; }
int nvrtcGetCUBIN(void* program, char* image) {
    auto& bytes = static_cast<Program*>(program)->image;
    std::memcpy(image, bytes.data(), bytes.size());
    return SUCCESS;
}
}

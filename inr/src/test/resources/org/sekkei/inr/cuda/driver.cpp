// A library that answers as libcuda and libnvrtc would, on a machine without a card: memory is the machine's, a kernel is
// compiled by g++ with shim.h and runs where it is launched. Only for tests. What a real driver would refuse is refused:
// foreign pointers, copies beyond an allocation, launches without a context, images that are none.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace {
enum { SUCCESS = 0, INVALID = 1, OUT_OF_MEMORY = 2, NO_CONTEXT = 201, INVALID_IMAGE = 200, NOT_FOUND = 500, ILLEGAL_ADDRESS = 700 };
const size_t RED_ZONE = 64;
const unsigned char RED = 0xA5;

size_t total = size_t(1) << 30;
size_t used = 0;
int launches = 0, compilations = 0, synchronisations = 0;
bool context = false;
std::map<uintptr_t, size_t> allocations;
std::set<void*> host_allocations;
std::string folder = "/tmp";
std::string header;
std::string compiler = "g++";

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
    auto it = allocations.find(address);
    if (it == allocations.end()) return INVALID;
    bool whole = untouched();
    used -= it->second;
    std::free(reinterpret_cast<unsigned char*>(address) - 256);
    allocations.erase(it);
    return whole ? SUCCESS : ILLEGAL_ADDRESS;
}
int cuMemHostAlloc(void** address, size_t size, unsigned) {
    *address = std::aligned_alloc(64, (size + 63) / 64 * 64);
    host_allocations.insert(*address);
    return *address ? SUCCESS : OUT_OF_MEMORY;
}
int cuMemFreeHost(void* address) {
    if (host_allocations.erase(address) == 0) return INVALID;
    std::free(address);
    return SUCCESS;
}
int cuMemcpyHtoDAsync_v2(uintptr_t to, const void* from, size_t size, void*) {
    if (!holds(to, size)) return ILLEGAL_ADDRESS;
    std::memcpy(reinterpret_cast<void*>(to), from, size);
    return SUCCESS;
}
int cuMemcpyDtoHAsync_v2(void* to, uintptr_t from, size_t size, void*) {
    if (!holds(from, size)) return ILLEGAL_ADDRESS;
    std::memcpy(to, reinterpret_cast<const void*>(from), size);
    return SUCCESS;
}
int cuMemsetD8Async(uintptr_t at, unsigned char value, size_t size, void*) {
    if (!holds(at, size)) return ILLEGAL_ADDRESS;
    std::memset(reinterpret_cast<void*>(at), value, size);
    return SUCCESS;
}
int cuStreamCreate(void** stream, unsigned) { *stream = new int(0); return context ? SUCCESS : NO_CONTEXT; }
int cuStreamDestroy_v2(void* stream) { delete static_cast<int*>(stream); return SUCCESS; }
int cuStreamSynchronize(void*) { synchronisations++; return untouched() ? SUCCESS : ILLEGAL_ADDRESS; }
int cuStreamWaitEvent(void*, void*, unsigned) { return SUCCESS; }
int cuEventCreate(void** event, unsigned) { *event = new int(0); return SUCCESS; }
int cuEventDestroy_v2(void* event) { delete static_cast<int*>(event); return SUCCESS; }
int cuEventRecord(void*, void*) { return SUCCESS; }
int cuEventQuery(void*) { return SUCCESS; }
int cuEventSynchronize(void*) { return SUCCESS; }
int cuEventElapsedTime(float* milliseconds, void*, void*) { *milliseconds = 1; return SUCCESS; }
int cuEventElapsedTime_v2(float* milliseconds, void*, void*) { *milliseconds = 1; return SUCCESS; }
int cuGetErrorString(int error, const char** text) {
    *text = error == OUT_OF_MEMORY ? "out of memory" : error == ILLEGAL_ADDRESS ? "an illegal memory access was encountered"
            : error == INVALID_IMAGE ? "device kernel image is invalid" : "an error";
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
    *module = dlopen(path.c_str(), RTLD_NOW | RTLD_LOCAL);
    unlink(path.c_str());
    return *module ? SUCCESS : INVALID_IMAGE;
}
int cuModuleUnload(void* module) { return dlclose(module) == 0 ? SUCCESS : INVALID; }
int cuModuleGetFunction(void** function, void* module, const char* name) {
    *function = dlsym(module, (std::string("launch_") + name).c_str());
    return *function ? SUCCESS : NOT_FOUND;
}
int cuFuncSetAttribute(void*, int attribute, int value) { return attribute == 8 && value <= 232448 ? SUCCESS : INVALID; }
int cuFuncGetAttribute(int* value, int, void*) { *value = 0; return SUCCESS; }
int cuLaunchKernel(void* function, unsigned gridX, unsigned gridY, unsigned gridZ, unsigned blockX, unsigned blockY,
                   unsigned blockZ, unsigned shared, void*, void** parameters, void**) {
    if (!context) return NO_CONTEXT;
    if (gridX == 0 || gridY == 0 || gridY > 65535 || gridZ != 1 || blockX == 0 || blockY != 1 || blockZ != 1 || shared > 232448) {
        return INVALID;
    }
    launches++;
    unsigned shape[5] = {gridX, gridY, gridZ, blockX, shared};
    reinterpret_cast<void (*)(const unsigned*, void*)>(function)(shape, parameters[0]);
    return SUCCESS;
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
    std::string command = compiler + " -x c++ -std=c++17 -O1 -ffp-contract=off -fno-strict-aliasing -U_FORTIFY_SOURCE -w -shared -fPIC";
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
    std::ofstream(path + ".cpp") << "#include \"" << header << "\"\n" << program->source;
    command += " -o " + path + ".so " + path + ".cpp >" + path + ".log 2>&1";
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

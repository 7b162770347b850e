// exrcheck [-c] FILE: OpenEXR's own check of a file, read into memory; 1 where it finds a fault.
//
// -c adds the pass through OpenEXRCore, which refuses every DWA file and every rip-map.
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>
#include <vector>

#include <ImfCheckFile.h>

int main(int count, char** words)
{
    const bool core = count == 3 && std::strcmp(words[1], "-c") == 0;
    if (count != (core ? 3 : 2)) {
        std::fprintf(stderr, "usage: exrcheck [-c] FILE\n");
        return 2;
    }
    std::ifstream file(words[count - 1], std::ios::binary);
    std::vector<char> bytes((std::istreambuf_iterator<char>(file)), {});
    const bool bad = OPENEXR_IMF_NAMESPACE::checkOpenEXRFile(
        bytes.data(), bytes.size(), false, false, core);
    std::puts(bad ? "bad" : "good");
    return bad;
}

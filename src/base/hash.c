#include "base/hash.h"

#include <string.h>

uint64_t gn_hash_add(uint64_t hash, const void *data, size_t size)
{
    const unsigned char *bytes = data;

    for (size_t i = 0; i < size; i++)
        hash = (hash ^ bytes[i]) * UINT64_C(0x100000001b3);
    return hash;
}

uint64_t gn_hash_text(const char *text)
{
    return gn_hash_add(GN_HASH_START, text, strlen(text));
}

#include "crawl/urlkey.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

int64_t gn_urlkey(const char *url, size_t size)
{
    return (int64_t)XXH3_64bits(url, size);
}

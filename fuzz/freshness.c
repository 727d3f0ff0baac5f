/* freshness.c - any bytes as a reply's header lines: it is fresh for no time
 * below 0, and none that nobody means. */
#include "fetch/freshness.h"
#include "base/error.h"
#include "base/mem.h"
#include "target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *headers = gn_memdup(data, size);
    int64_t ms;

    GN_CHECK(headers != NULL);
    ms = gn_freshness_ms(headers, INT64_C(1795687200) * 1000000, 1500000);
    GN_CHECK(ms >= 0 && ms <= INT64_C(315360000) * 1000);
    gn_free(headers);
    return 0;
}

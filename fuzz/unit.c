/* unit.c - any text as a duration and as a size: what is read can be written,
 * and reads the same again. */
#include "base/unit.h"
#include "base/error.h"
#include "base/mem.h"
#include "target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = gn_memdup(data, size);
    struct garner_error err;
    char written[32];
    int64_t value;
    int64_t again;

    GN_CHECK(text != NULL);
    if (gn_unit_duration(text, &value, &err) == GARNER_OK) {
        gn_unit_format_duration(value, written);
        GN_CHECK(value >= 0);
        /* too many digits for a fraction of a unit: none is written */
        GN_CHECK(gn_unit_duration(written, &again, &err) == GARNER_OK);
        GN_CHECK(again == value);
    }
    if (gn_unit_size(text, &value, &err) == GARNER_OK) {
        GN_CHECK(value >= 0);
        gn_unit_format_size(value, written);
    }
    gn_free(text);
    return 0;
}

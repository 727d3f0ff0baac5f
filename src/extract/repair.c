#include "extract/repair.h"

#include <stdint.h>
#include <string.h>

#include "base/utf8.h"

/* Bytes of ASCII, 32 or eight at a time. */
static size_t plain_bytes(const char *text, size_t size)
{
    size_t plain = 0;
    uint64_t four[4], eight;

    while (size - plain >= sizeof four) {
        memcpy(four, text + plain, sizeof four);
        if (((four[0] | four[1] | four[2] | four[3]) & 0x8080808080808080) != 0)
            break;
        plain += sizeof four;
    }
    while (size - plain >= sizeof eight) {
        memcpy(&eight, text + plain, sizeof eight);
        if ((eight & 0x8080808080808080) != 0)
            break;
        plain += sizeof eight;
    }
    while (plain < size && (text[plain] & 0x80) == 0)
        plain++;
    return plain;
}

size_t gn_repair_good(const char *text, size_t size)
{
    size_t good = plain_bytes(text, size);

    while (good < size) {
        const size_t length = gn_utf8_length(text + good, size - good);

        if (length == 0)
            break;
        good += length;
        if (length == 1)
            good += plain_bytes(text + good, size - good);
    }
    return good;
}

enum garner_code gn_repair(const char *text, size_t size, struct gn_buf *out)
{
    size_t good = gn_repair_good(text, size);

    if (good == size)
        return GARNER_DONE;
    while (size > 0) {
        gn_buf_append(out, text, good);
        if (good < size)
            gn_buf_text(out, "\xef\xbf\xbd");
        good += good < size;
        text += good;
        size -= good;
        good = gn_repair_good(text, size);
    }
    return gn_buf_failed(out) ? GARNER_NOMEM : GARNER_OK;
}

#include "extract/repair.h"

#include "base/utf8.h"

enum garner_code gn_repair(const char *text, size_t size, struct gn_buf *out)
{
    size_t good = gn_utf8_good(text, size);

    if (good == size)
        return GARNER_DONE;
    while (size > 0) {
        gn_buf_append(out, text, good);
        if (good < size)
            gn_buf_text(out, "\xef\xbf\xbd");
        good += good < size;
        text += good;
        size -= good;
        good = gn_utf8_good(text, size);
    }
    return gn_buf_failed(out) ? GARNER_NOMEM : GARNER_OK;
}

/* charset.c - any bytes as a Content-Type (the first line) and a body: what is
 * made of it is UTF-8, and not much longer. */
#include <string.h>

#include "base/error.h"
#include "base/utf8.h"
#include "extract/charset.h"
#include "extract/decode.h"
#include "target.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    const char *end = size > 0 ? memchr(text, '\n', size) : NULL;
    const size_t line = end != NULL ? (size_t)(end - text) : 0;
    const char *body = end != NULL ? end + 1 : text;
    const size_t rest = size - (size_t)(body - text);
    const struct gn_charset *charset =
        gn_charset_detect(body, rest, text, line);
    struct gn_buf out = {0};
    enum garner_code code;

    if (charset == NULL)
        return 0;
    code = gn_decode(charset, body, rest, &out);
    if (code == GARNER_DONE)
        GN_CHECK(gn_utf8_good(body, rest) == rest && out.size == 0);
    else
        GN_CHECK(code == GARNER_OK);
    GN_CHECK(gn_utf8_good(gn_buf_cstr(&out), out.size) == out.size);
    GN_CHECK(out.size <= 3 * rest + 8);
    gn_buf_fini(&out);
    return 0;
}

#include "extract/held.h"

#include <stdint.h>
#include <string.h>

#include "base/mem.h"

static bool lies_in(const struct gn_body *body, const char *data, size_t size)
{
    const uintptr_t start = (uintptr_t)body->data;
    const uintptr_t at = (uintptr_t)data;

    return body->data != NULL && at >= start && at + size <= start + body->size;
}

bool gn_held_init(struct gn_held *h, const struct gn_body *body,
                  sqlite3_value *value)
{
    *h = (struct gn_held){0};
    if (sqlite3_value_type(value) == SQLITE_NULL)
        return true;
    /* not sqlite3_value_text: it would copy all to put a NUL behind */
    h->data = sqlite3_value_blob(value);
    h->size = (size_t)sqlite3_value_bytes(value);
    if (h->data == NULL && h->size > 0)
        return false;
    if (h->size == 0)
        h->data = "";
    else if (!lies_in(body, h->data, h->size))
        h->data = h->copy = gn_memdup(h->data, h->size);
    if (h->data != NULL && h->size >= 3 &&
        memcmp(h->data, "\xef\xbb\xbf", 3) == 0) {
        h->data += 3;
        h->size -= 3;
    }
    return h->data != NULL;
}

void gn_held_fini(struct gn_held *h)
{
    gn_free(h->copy);
    *h = (struct gn_held){0};
}

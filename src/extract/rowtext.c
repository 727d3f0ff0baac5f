#include "extract/rowtext.h"

#include <string.h>

#include "base/mem.h"

/* Before its text stands its own address: a text is all that SQLite gives
 * back. */
struct gn_rowtext_kept {
    struct gn_buf buf;
    struct gn_arrow *arrow;
    unsigned held; /* by the row, and by each value of SQLite's */
    bool written;
};

enum { HEAD = sizeof(struct gn_rowtext_kept *) };

static void unhold(struct gn_rowtext_kept *k)
{
    if (--k->held > 0)
        return;
    if (k->buf.data != NULL && k->arrow->text == k->buf.data + HEAD)
        gn_arrow_forget(k->arrow);
    gn_buf_fini(&k->buf);
    gn_free(k);
}

static void unhold_text(void *text)
{
    struct gn_rowtext_kept *k;

    memcpy((void *)&k, (char *)text - HEAD, HEAD);
    unhold(k);
}

void gn_rowtext_next(struct gn_rowtext *r)
{
    struct gn_rowtext_kept *k = r->kept;

    if (k == NULL || !k->written)
        return;
    if (k->held > 1) {
        r->kept = r->before;
        r->before = k;
        k = r->kept;
    }
    if (k != NULL && k->held > 1) {
        unhold(k);
        r->kept = k = NULL;
    }
    if (k == NULL)
        return;
    if (k->buf.data != NULL && k->arrow->text == k->buf.data + HEAD)
        gn_arrow_forget(k->arrow);
    k->written = false;
}

struct gn_buf *gn_rowtext_begin(struct gn_rowtext *r)
{
    struct gn_rowtext_kept *k = r->kept;

    if (k != NULL && k->written)
        return NULL;
    if (k == NULL)
        k = r->kept = gn_alloc(sizeof *k);
    if (k == NULL)
        return NULL;
    k->arrow = r->arrow;
    k->held = 1;
    k->written = true;
    gn_buf_clear(&k->buf);
    gn_buf_append(&k->buf, (const void *)&k, HEAD);
    return &k->buf;
}

int gn_rowtext_give(struct gn_rowtext *r, sqlite3_context *to)
{
    struct gn_rowtext_kept *k = r->kept;
    const char *text;
    size_t size;

    if (k == NULL)
        return SQLITE_NOMEM;
    if (gn_buf_failed(&k->buf)) {
        k->written = false;
        return SQLITE_NOMEM;
    }
    text = k->buf.data + HEAD;
    size = k->buf.size - HEAD;
    k->held++;
    gn_arrow_know(k->arrow, text, size, false);
    sqlite3_result_text64(to, text, size, unhold_text, SQLITE_UTF8);
    return SQLITE_OK;
}

void gn_rowtext_fini(struct gn_rowtext *r)
{
    if (r->kept != NULL)
        unhold(r->kept);
    if (r->before != NULL)
        unhold(r->before);
    r->kept = r->before = NULL;
}

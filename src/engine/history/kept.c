#include "engine/history/kept.h"

#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "garner/read.h"

void gn_base_fini(struct gn_base *base)
{
    gn_free(base->data);
    *base = (struct gn_base){0};
}

static enum garner_code read_base(struct garner_rows *rows,
                                  struct gn_base *base,
                                  struct garner_error *err)
{
    const struct garner_value sha256 = garner_column(rows, 0);
    const struct garner_value body = garner_column(rows, 1);

    if (sha256.type != GARNER_BLOB ||
        sha256.bytes.size != sizeof base->sha256 || body.type != GARNER_BLOB)
        return gn_fail(err, GARNER_CORRUPT, "a body of garner_body is not one");
    base->data = gn_memdup(body.bytes.data, body.bytes.size);
    if (base->data == NULL)
        return gn_fail(err, GARNER_NOMEM, "out of memory for %zu bytes",
                       body.bytes.size);
    base->size = body.bytes.size;
    memcpy(base->sha256, sha256.bytes.data, sizeof base->sha256);
    base->depth = (int)garner_column(rows, 2).integer;
    base->whole = (size_t)garner_column(rows, 3).integer;
    return GARNER_OK;
}

enum garner_code gn_kept_last(struct garner_store *store, int64_t source,
                              size_t most, struct gn_base *base,
                              struct garner_error *err)
{
    struct garner_rows *rows;
    enum garner_code code = garner_query(
        store,
        "with recursive"
        " last(id, sha256, base, bytes) as ("
        "  select b.id, b.sha256, b.base, length(b.data)"
        "  from garner_source s join garner_body b on b.id = s.body"
        "  where s.id = ? and b.size <= ?),"
        " chain(depth, base, bytes) as ("
        "  select 0, base, bytes from last union all"
        "  select c.depth + 1, b.base, length(b.data)"
        "  from chain c join garner_body b on b.id = c.base limit 100),"
        " whole(depth, bytes) as ("
        "  select depth, bytes from chain order by depth desc limit 1)"
        " select l.sha256, body_of(l.id), w.depth, w.bytes"
        " from last l, whole w",
        GARNER_ARGS(garner_integer(source), garner_integer((int64_t)most)),
        &rows, err);

    *base = (struct gn_base){0};
    if (code != GARNER_OK)
        return code;
    code = garner_next(rows, err);
    if (code == GARNER_ROW)
        code = read_base(rows, base, err);
    garner_rows_close(rows);
    if (code == GARNER_DONE)
        return gn_fail(err, GARNER_NOTFOUND, "no body of source %lld",
                       (long long)source);
    return code;
}

#include "store/rows/joined.h"

#include "store/rows/kind.h"

static enum garner_code next(struct garner_rows *r, struct garner_error *err)
{
    r->started = true;
    return r->source->next(r->source, &r->on, err);
}

static void let_go(struct garner_rows *r)
{
    r->source->close(r->source);
}

static const struct gn_rows_kind joined = {.next = next, .close = let_go};

enum garner_code gn_rows_join(struct gn_rows_source *source,
                              struct garner_rows **rows,
                              struct garner_error *err)
{
    const enum garner_code code = gn_kind_new(&joined, "", 0, rows, err);

    if (code != GARNER_OK)
        return code;
    (*rows)->source = source;
    (*rows)->on = source->all[0];
    return GARNER_OK;
}

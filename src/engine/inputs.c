#include "engine/inputs.h"

#include <string.h>

#include "base/error.h"
#include "engine/headers.h"

static struct garner_value headers_json(const char *lines,
                                        struct gn_arena *arena)
{
    struct gn_buf json = {0};
    const char *copy = NULL;
    size_t size = 0;

    gn_headers_json(lines, &json);
    if (!gn_buf_failed(&json)) {
        size = json.size;
        copy = gn_arena_copy(arena, json.data, size);
    }
    arena->failed = copy == NULL || arena->failed;
    gn_buf_fini(&json);
    return garner_text_n(copy, copy != NULL ? size : 0);
}

/* Those of source, and of a page that is one of several its number. */
static size_t add_own(const struct gn_inputs *in,
                      const struct gn_source *source, struct gn_param *params)
{
    size_t n = 0;

    if (gn_config_has_next(source))
        params[n++] = (struct gn_param){
            GN_PAGE, garner_integer(in->page > 0 ? in->page : 1)};
    for (size_t i = 0; i < source->var_count; i++)
        params[n++] = (struct gn_param){source->vars[i].name,
                                        garner_text(source->vars[i].value)};
    return n;
}

static size_t add_queries(const struct gn_inputs *in,
                          const struct gn_source *source,
                          struct gn_query *queries)
{
    size_t n = 0;

    for (; n < source->row_spec_count; n++)
        queries[n] = (struct gn_query){.sql = source->rows[n].sql};
    if (in->wants_next && source->next.sql != NULL)
        queries[n++] = (struct gn_query){.sql = source->next.sql};
    return n;
}

/* A body that is gzip itself may become as large as one that was sent so, and
 * no less than any may. */
static struct gn_inflate_bounds bounds_of(const struct gn_fetch_limits *l)
{
    const size_t most = (size_t)l->max_body_bytes;

    return (struct gn_inflate_bounds){
        .ratio = (size_t)l->max_ratio,
        .most = most > GN_INFLATE_MOST ? most : GN_INFLATE_MOST};
}

enum garner_code gn_inputs_fill(const struct gn_inputs *in,
                                const struct gn_source *source,
                                struct gn_arena *arena,
                                struct gn_extraction *extraction,
                                struct garner_error *err)
{
    const struct gn_param fixed[] = {
        {"body", garner_text_n(in->body, in->body_size)},
        {"url", garner_text(in->url)},
        {"final_url", garner_text(in->final_url)},
        {"status", garner_integer(in->status)},
        {"content_type", garner_text(in->content_type)},
        {"fetched_at", garner_real((double)in->fetched_us / 1e6)},
        {"source", garner_text(source->name)},
        {"headers", in->headers != NULL ? headers_json(in->headers, arena)
                                        : garner_null()},
    };
    size_t count = sizeof fixed / sizeof fixed[0];
    struct gn_param *params = gn_arena_alloc(
        arena, sizeof fixed + (source->var_count + 2) * sizeof fixed[0]);
    struct gn_query *queries =
        gn_arena_alloc(arena, (source->row_spec_count + 1) * sizeof queries[0]);

    if (arena->failed)
        return gn_fail(err, GARNER_NOMEM, "out of memory for the rows of %s",
                       source->name);
    memcpy(params, fixed, sizeof fixed);
    if (source->crawl != NULL)
        params[count++] = (struct gn_param){"depth", garner_integer(in->depth)};
    extraction->limits = source->limits;
    extraction->gzip = bounds_of(&source->request.limits);
    extraction->params = params;
    extraction->param_count = count + add_own(in, source, params + count);
    extraction->queries = queries;
    extraction->query_count = add_queries(in, source, queries);
    return GARNER_OK;
}

/* NULL: there is no next page, or extraction has failed. */
static const char *read_next(struct gn_extraction *x,
                             const struct gn_rowset *rows,
                             struct gn_arena *arena)
{
    const struct garner_value v =
        rows->row_count > 0 ? rows->values[0] : garner_null();
    const char *next = NULL;

    if (v.type == GARNER_TEXT && v.bytes.size > 0)
        next = gn_arena_copy(arena, v.bytes.data, v.bytes.size);
    if (v.type == GARNER_NULL || v.type == GARNER_TEXT)
        return next;
    x->failed_query = x->query_count;
    x->code = gn_fail(&x->error, GARNER_INVALID,
                      "its first column is a number or a blob, and no URL; "
                      "write a select that gives a text, or NULL");
    return NULL;
}

void gn_inputs_take_next(struct gn_extraction *extraction,
                         struct gn_arena *arena, const char **next)
{
    struct gn_rowset *rows =
        &extraction->queries[--extraction->query_count].rows;

    *next = extraction->code == GARNER_OK ? read_next(extraction, rows, arena)
                                          : NULL;
    gn_rowset_fini(rows);
    *rows = (struct gn_rowset){0};
}

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
    const size_t fixed_count = sizeof fixed / sizeof fixed[0];
    struct gn_param *params = gn_arena_alloc(
        arena, sizeof fixed + source->var_count * sizeof fixed[0]);
    struct gn_query *queries =
        gn_arena_alloc(arena, source->row_spec_count * sizeof queries[0]);

    if (arena->failed)
        return gn_fail(err, GARNER_NOMEM, "out of memory for the rows of %s",
                       source->name);
    memcpy(params, fixed, sizeof fixed);
    for (size_t i = 0; i < source->var_count; i++)
        params[fixed_count + i] = (struct gn_param){
            source->vars[i].name, garner_text(source->vars[i].value)};
    for (size_t i = 0; i < source->row_spec_count; i++)
        queries[i] = (struct gn_query){.sql = source->rows[i].sql};
    extraction->params = params;
    extraction->param_count = fixed_count + source->var_count;
    extraction->queries = queries;
    extraction->query_count = source->row_spec_count;
    return GARNER_OK;
}

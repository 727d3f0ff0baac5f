#include "cli/lookup.h"

#include <inttypes.h>
#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "garner/read.h"

/* One value as text; *out NULL: it is NULL. */
static enum garner_code read_value(struct garner_value v,
                                   struct gn_arena *memory, const char **out,
                                   struct garner_error *err)
{
    *out = NULL;
    if (v.type == GARNER_NULL)
        return GARNER_OK;
    if (v.type == GARNER_INTEGER)
        *out = gn_arena_printf(memory, "%" PRId64, v.integer);
    else if (v.type == GARNER_TEXT &&
             memchr(v.bytes.data, '\0', v.bytes.size) == NULL)
        *out = gn_arena_copy(memory, v.bytes.data, v.bytes.size);
    else
        return gn_fail(err, GARNER_INVALID,
                       "the SQL gives a value that is neither a text nor a "
                       "whole number; write cast(... as text)");
    return *out != NULL ? GARNER_OK
                        : gn_fail(err, GARNER_NOMEM, "out of memory");
}

static enum garner_code read_all(struct garner_rows *rows,
                                 struct gn_arena *memory,
                                 struct gn_values *values,
                                 struct garner_error *err)
{
    const size_t most = GN_VALUES_MOST + 1;
    enum garner_code code = GARNER_OK;

    values->texts = gn_arena_alloc(memory, most * sizeof values->texts[0]);
    if (values->texts == NULL)
        return gn_fail(err, GARNER_NOMEM, "out of memory");
    if (garner_columns(rows) != 1)
        return gn_fail(err, GARNER_INVALID,
                       "the SQL gives %zu columns; one is the value",
                       garner_columns(rows));
    while (values->count < most &&
           (code = garner_next(rows, err)) == GARNER_ROW) {
        const char **text = &values->texts[values->count];

        code = read_value(garner_column(rows, 0), memory, text, err);
        if (code != GARNER_OK)
            return code;
        values->count += *text != NULL;
    }
    return code == GARNER_DONE || code == GARNER_OK || code == GARNER_ROW
               ? GARNER_OK
               : code;
}

static enum garner_code ask(struct garner_store *store, const char *sql,
                            struct gn_arena *memory, struct gn_values *values,
                            struct garner_error *err)
{
    struct garner_rows *rows;
    enum garner_code code = garner_query(store, sql, NULL, 0, &rows, err);

    if (code != GARNER_OK)
        return code;
    code = read_all(rows, memory, values, err);
    garner_rows_close(rows);
    return code;
}

static enum garner_code guess(struct gn_arena *memory, struct gn_values *values,
                              struct garner_error *err)
{
    values->texts = gn_arena_alloc(memory, sizeof values->texts[0]);
    if (values->texts == NULL)
        return gn_fail(err, GARNER_NOMEM, "out of memory");
    values->texts[0] = "value";
    values->count = 1;
    return GARNER_OK;
}

static enum garner_code get(void *context, const char *said, const char *sql,
                            struct gn_arena *memory, struct gn_values *values,
                            struct garner_error *err)
{
    const struct gn_lookup *l = context;
    const char *name = l->name != NULL ? l->name : said;
    struct garner_store *store = NULL;
    struct garner_options options;
    enum garner_code code;

    if (l->offline)
        return guess(memory, values, err);
    if (l->store != NULL)
        return ask(l->store, sql, memory, values, err);
    if (name == NULL && l->guesses)
        return guess(memory, values, err);
    if (name == NULL)
        return gn_fail(err, GARNER_INVALID,
                       "the SQL asks the store, and none is named; add 'store: "
                       "FILE' above the sources");
    garner_options_init(&options);
    options.read_only = true;
    options.create = false;
    code = garner_open(name, &options, &store, err);
    if (code == GARNER_NOTFOUND && l->guesses)
        return guess(memory, values, err);
    if (code == GARNER_OK)
        code = ask(store, sql, memory, values, err);
    garner_close(store);
    return code;
}

struct gn_values_way gn_lookup_way(struct gn_lookup *lookup)
{
    return (struct gn_values_way){get, lookup, lookup->offline};
}

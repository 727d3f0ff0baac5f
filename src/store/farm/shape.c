#include "store/farm/shape.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/mem.h"
#include "store/driver/sql.h"

enum { NORMAL = 0 }; /* of table_xinfo's hidden: neither hidden nor computed */

/* While it is being read. */
struct reading {
    struct gn_shape *shape;
    const char **keys; /* by their place in the primary key */
    size_t room;
    bool without_rowid;
    bool is_table;
    size_t integer_keys; /* columns of a primary key that are INTEGER */
    struct gn_buf all;   /* names of all columns, each between newlines */
};

static enum garner_code no_memory(struct garner_error *err)
{
    return gn_fail(err, GARNER_NOMEM, "the shape of a table");
}

char *gn_shape_quote(struct gn_arena *arena, const char *name)
{
    const size_t size = strlen(name);
    char *quoted = gn_arena_alloc(arena, size * 2 + 3);
    char *at = quoted;

    if (quoted == NULL)
        return NULL;
    *at++ = '"';
    for (size_t i = 0; i < size; i++) {
        *at++ = name[i];
        if (name[i] == '"')
            *at++ = '"';
    }
    *at++ = '"';
    *at = '\0';
    return quoted;
}

static const char *copy_text(struct gn_shape *shape,
                             const struct garner_value *v)
{
    return gn_arena_copy(&shape->arena, v->bytes.data,
                         v->type == GARNER_TEXT ? v->bytes.size : 0);
}

static enum garner_code take_table(void *context,
                                   const struct garner_value *values,
                                   struct garner_error *err)
{
    struct reading *r = context;

    r->shape->table = copy_text(r->shape, &values[0]);
    if (r->shape->table != NULL)
        r->shape->quoted = gn_shape_quote(&r->shape->arena, r->shape->table);
    r->is_table = values[1].bytes.size == 5 &&
                  memcmp(values[1].bytes.data, "table", 5) == 0;
    r->without_rowid = values[2].integer != 0;
    r->room = (size_t)values[3].integer;
    return r->shape->quoted != NULL ? GARNER_OK : no_memory(err);
}

static enum garner_code take_column(void *context,
                                    const struct garner_value *values,
                                    struct garner_error *err)
{
    struct reading *r = context;
    struct gn_shape *shape = r->shape;
    const size_t place = (size_t)values[2].integer; /* in the primary key */
    const char *name = copy_text(shape, &values[0]);
    const char *quoted;

    gn_buf_printf(&r->all, "\n%s\n", name != NULL ? name : "");
    if (values[3].integer != NORMAL)
        return GARNER_OK;
    quoted = name != NULL ? gn_shape_quote(&shape->arena, name) : NULL;
    if (quoted == NULL)
        return no_memory(err);
    GN_CHECK(shape->count < r->room && place <= r->room);
    shape->columns[shape->count++] = quoted;
    if (place == 0)
        return GARNER_OK;
    r->keys[place - 1] = quoted;
    shape->key_count++;
    if (values[1].bytes.size == 7 &&
        strncasecmp(values[1].bytes.data, "integer", 7) == 0) {
        shape->id = shape->count;
        r->integer_keys++;
    }
    return GARNER_OK;
}

static enum garner_code read_columns(struct gn_sqlite *c, struct reading *r,
                                     struct garner_error *err)
{
    struct gn_shape *shape = r->shape;

    shape->columns =
        gn_arena_alloc(&shape->arena, r->room * sizeof shape->columns[0]);
    r->keys = gn_arena_alloc(&shape->arena, r->room * sizeof r->keys[0]);
    if (shape->columns == NULL || r->keys == NULL)
        return no_memory(err);
    shape->keys = r->keys;
    return gn_sql_rows(c,
                       "select name, type, pk, hidden from "
                       "pragma_table_xinfo(?)",
                       GARNER_ARGS(garner_text(shape->table)), take_column, r,
                       err);
}

/* A column that is the rowid by another name has no index of its own. */
static enum garner_code find_id(struct gn_sqlite *c, const struct reading *r,
                                struct garner_error *err)
{
    struct gn_shape *shape = r->shape;
    int64_t indexes = 0;
    enum garner_code code = GARNER_OK;

    if (shape->key_count == 1 && r->integer_keys == 1 && !r->without_rowid)
        code = gn_sql_integer(c,
                              "select count(*) from pragma_index_list(?) where "
                              "origin = 'pk'",
                              GARNER_ARGS(garner_text(shape->table)), &indexes,
                              err);
    else
        shape->id = 0;
    if (indexes > 0)
        shape->id = 0;
    return code;
}

static bool is_taken(const struct reading *r, const char *name)
{
    char line[16];

    snprintf(line, sizeof line, "\n%s\n", name);
    return strcasestr(gn_buf_cstr(&r->all), line) != NULL;
}

static enum garner_code find_rowid(struct reading *r, struct garner_error *err)
{
    static const char *const names[] = {"rowid", "_rowid_", "oid"};
    struct gn_shape *shape = r->shape;

    if (r->without_rowid)
        return GARNER_OK;
    shape->key_count = 0;
    if (gn_buf_failed(&r->all))
        return no_memory(err);
    for (size_t i = 0; i < 3 && shape->rowid == NULL; i++)
        if (!is_taken(r, names[i]))
            shape->rowid = names[i];
    return shape->rowid != NULL
               ? GARNER_OK
               : gn_fail(
                     err, GARNER_UNSUPPORTED,
                     "table %.80s has columns named rowid, _rowid_ and oid; "
                     "rename one",
                     shape->table);
}

static enum garner_code make_lists(struct gn_shape *shape,
                                   struct garner_error *err)
{
    struct gn_buf list = {0};
    struct gn_buf marks = {0};

    for (size_t i = 0; i < shape->count; i++) {
        gn_buf_printf(&list, "%s%s", i > 0 ? "," : "", shape->columns[i]);
        gn_buf_text(&marks, i > 0 ? ",?" : "?");
    }
    if (!gn_buf_failed(&list) && !gn_buf_failed(&marks)) {
        shape->list = gn_arena_text(&shape->arena, gn_buf_cstr(&list));
        shape->marks = gn_arena_text(&shape->arena, gn_buf_cstr(&marks));
    }
    gn_buf_fini(&list);
    gn_buf_fini(&marks);
    return shape->list != NULL && shape->marks != NULL ? GARNER_OK
                                                       : no_memory(err);
}

enum garner_code gn_shape_read(struct gn_sqlite *c, const char *table,
                               struct gn_shape *shape, struct garner_error *err)
{
    struct reading r = {.shape = shape};
    enum garner_code code;

    *shape = (struct gn_shape){0};
    code = gn_sql_rows(c,
                       "select name, type, wr, ncol from pragma_table_list "
                       "where schema = 'main' and name = ? collate nocase",
                       GARNER_ARGS(garner_text(table)), take_table, &r, err);
    if (code == GARNER_OK && !r.is_table)
        code = gn_fail(err, GARNER_NOTFOUND, "there is no table %.80s", table);
    if (code == GARNER_OK)
        code = read_columns(c, &r, err);
    if (code == GARNER_OK)
        code = find_id(c, &r, err);
    if (code == GARNER_OK)
        code = find_rowid(&r, err);
    if (code == GARNER_OK)
        code = make_lists(shape, err);
    gn_buf_fini(&r.all);
    return code;
}

void gn_shape_fini(struct gn_shape *shape)
{
    gn_arena_clear(&shape->arena);
}

bool gn_shape_is_own(const char *table)
{
    return strncasecmp(table, "garner_", 7) == 0 ||
           strncasecmp(table, "sqlite_", 7) == 0;
}

static bool is_named(const char *quoted, const char *name)
{
    for (quoted++; *name != '\0'; quoted++, name++) {
        if (strncasecmp(quoted, name, 1) != 0)
            return false;
        quoted += *name == '"';
    }
    return quoted[0] == '"' && quoted[1] == '\0';
}

size_t gn_shape_column(const struct gn_shape *shape, const char *name)
{
    for (size_t i = 0; i < shape->count; i++)
        if (is_named(shape->columns[i], name))
            return i + 1;
    return 0;
}

#include "store/unit/rows.h"

#include <string.h>

#include "base/error.h"
#include "store/unit/name.h"

void gn_unit_rows_clear(struct gn_unit_rows *r)
{
    gn_arena_clear(&r->arena);
    *r = (struct gn_unit_rows){0};
}

const char *gn_unit_rows_verb(enum gn_unit_verb verb)
{
    static const char *const verbs[] = {
        [GN_UNIT_INSERT] = "insert into",
        [GN_UNIT_UPSERT] = "upsert into",
        [GN_UNIT_UPDATE] = "update of",
        [GN_UNIT_DELETE] = "delete from",
    };

    return verbs[verb];
}

static enum garner_code refuse(const struct gn_unit_rows *r,
                               const struct gn_unit_shape *shape,
                               const char *why, struct garner_error *err)
{
    return gn_fail(err, GARNER_INVALID, "row %zu (%s %.80s): %s", r->count + 1,
                   gn_unit_rows_verb(shape->verb), shape->table, why);
}

static enum garner_code check_null(const struct gn_unit_shape *shape,
                                   const struct garner_field *fields,
                                   struct garner_error *err)
{
    bool missing = shape->table == NULL || (fields == NULL && shape->count > 0);

    for (size_t i = 0; i < shape->count && !missing; i++)
        missing = fields[i].column == NULL;
    return missing ? gn_fail(err, GARNER_MISUSE,
                             "a row's table, fields or column is NULL")
                   : GARNER_OK;
}

static enum garner_code check_keys(const struct gn_unit_rows *r,
                                   const struct gn_unit_shape *shape,
                                   const struct garner_field *fields,
                                   struct garner_error *err)
{
    if (shape->keys > shape->count)
        return refuse(r, shape, "it has fewer fields than keys", err);
    if (shape->verb != GN_UNIT_INSERT && shape->keys == 0)
        return refuse(r, shape, "it has no key; name its columns first", err);
    if (shape->verb == GN_UNIT_UPDATE && shape->keys == shape->count)
        return refuse(r, shape, "all its fields are its key: none is set", err);
    for (size_t i = 0; i < shape->keys; i++)
        if (fields[i].value.type == GARNER_NULL)
            return gn_fail(err, GARNER_INVALID,
                           "row %zu (%s %.80s): its key %.80s is NULL, which "
                           "no row's is equal to",
                           r->count + 1, gn_unit_rows_verb(shape->verb),
                           shape->table, fields[i].column);
    return GARNER_OK;
}

/* An update may set what is its key. */
static enum garner_code check_names(const struct gn_unit_rows *r,
                                    const struct gn_unit_shape *shape,
                                    const struct garner_field *fields,
                                    struct garner_error *err)
{
    for (size_t i = 1; i < shape->count; i++) {
        const bool set = shape->verb == GN_UNIT_UPDATE && i >= shape->keys;

        for (size_t k = set ? shape->keys : 0; k < i; k++)
            if (gn_unit_name_same(fields[i].column, fields[k].column))
                return gn_fail(err, GARNER_INVALID,
                               "row %zu (%s %.80s): the column %.80s is named "
                               "twice",
                               r->count + 1, gn_unit_rows_verb(shape->verb),
                               shape->table, fields[i].column);
    }
    return GARNER_OK;
}

/* --- shapes ----------------------------------------------------------------
 */

static uint32_t hash_text(uint32_t hash, const char *text)
{
    for (; *text != '\0'; text++)
        hash = (hash ^ (unsigned char)*text) * 16777619U; /* FNV-1a */
    return hash;
}

static struct gn_unit_shape **bucket(struct gn_unit_rows *r,
                                     const struct gn_unit_shape *shape,
                                     const struct garner_field *fields)
{
    uint32_t hash = hash_text(2166136261U, shape->table);

    for (size_t i = 0; i < shape->count; i++)
        hash = hash_text(hash, fields[i].column);
    return &r->buckets[(hash ^ hash >> 16) % GN_UNIT_BUCKETS];
}

static bool fits(const struct gn_unit_shape *known,
                 const struct gn_unit_shape *shape,
                 const struct garner_field *fields)
{
    if (known->verb != shape->verb || known->keys != shape->keys ||
        known->count != shape->count || strcmp(known->table, shape->table) != 0)
        return false;
    for (size_t i = 0; i < known->count; i++)
        if (strcmp(known->columns[i], fields[i].column) != 0)
            return false;
    return true;
}

static struct gn_unit_shape *copy_shape(struct gn_unit_rows *r,
                                        const struct gn_unit_shape *shape,
                                        const struct garner_field *fields)
{
    struct gn_unit_shape *copy = gn_arena_alloc(&r->arena, sizeof *copy);
    const char **columns =
        gn_arena_alloc(&r->arena, shape->count * sizeof(char *));

    if (copy == NULL || columns == NULL)
        return NULL;
    *copy = *shape;
    copy->table = gn_arena_text(&r->arena, shape->table);
    copy->columns = columns;
    copy->number = r->count + 1;
    for (size_t i = 0; i < shape->count; i++) {
        columns[i] = gn_arena_text(&r->arena, fields[i].column);
        if (columns[i] == NULL)
            return NULL;
    }
    return copy->table != NULL ? copy : NULL;
}

/* The shape of a row: one that is known, or a new one, which is checked. */
static enum garner_code find_shape(struct gn_unit_rows *r,
                                   const struct gn_unit_shape *shape,
                                   const struct garner_field *fields,
                                   struct gn_unit_shape **out,
                                   struct garner_error *err)
{
    struct gn_unit_shape **at = bucket(r, shape, fields);
    struct gn_unit_shape *s = *at;
    enum garner_code code;

    while (s != NULL && !fits(s, shape, fields))
        s = s->chain;
    *out = s;
    if (s != NULL)
        return GARNER_OK;
    code = check_names(r, shape, fields, err);
    if (code != GARNER_OK)
        return code;
    *out = s = copy_shape(r, shape, fields);
    if (s == NULL)
        return gn_fail(err, GARNER_NOMEM, "a row of %.80s", shape->table);
    s->chain = *at;
    *at = s;
    if (r->last_shape != NULL)
        r->last_shape->next = s;
    else
        r->shapes = s;
    r->last_shape = s;
    r->shape_count++;
    return GARNER_OK;
}

/* --- rows ------------------------------------------------------------------
 */

static bool has_bytes(const struct garner_value *v)
{
    return v->type == GARNER_TEXT || v->type == GARNER_BLOB;
}

/* The row, behind it its values, behind these their bytes, in one piece. */
static struct gn_unit_row *copy_row(struct gn_arena *arena,
                                    const struct garner_field *fields,
                                    size_t count)
{
    size_t size = sizeof(struct gn_unit_row) + count * sizeof fields->value;
    struct garner_value *values;
    struct gn_unit_row *row;
    char *bytes;

    for (size_t i = 0; i < count; i++)
        if (has_bytes(&fields[i].value))
            size += fields[i].value.bytes.size;
    row = gn_arena_alloc(arena, size);
    if (row == NULL)
        return NULL;
    values = (struct garner_value *)(row + 1);
    bytes = (char *)(values + count);
    row->values = values;
    for (size_t i = 0; i < count; i++) {
        const struct garner_value *v = &fields[i].value;

        values[i] = *v;
        if (!has_bytes(v))
            continue;
        if (v->bytes.size > 0)
            memcpy(bytes, v->bytes.data, v->bytes.size);
        values[i].bytes.data = bytes;
        bytes += v->bytes.size;
    }
    return row;
}

enum garner_code gn_unit_rows_add(struct gn_unit_rows *r,
                                  const struct gn_unit_shape *shape,
                                  const struct garner_field *fields,
                                  struct garner_error *err)
{
    struct gn_unit_shape *s = r->latest;
    struct gn_unit_row *row;
    enum garner_code code = check_null(shape, fields, err);

    if (code == GARNER_OK)
        code = check_keys(r, shape, fields, err);
    if (code != GARNER_OK)
        return code;
    row = copy_row(&r->arena, fields, shape->count);
    if (row == NULL)
        return gn_fail(err, GARNER_NOMEM, "a row of %.80s", shape->table);
    /* The last that may fail: a shape has a row. */
    if (s == NULL || !fits(s, shape, fields))
        code = find_shape(r, shape, fields, &s, err);
    if (code != GARNER_OK)
        return code;
    row->shape = r->latest = s;
    row->number = ++r->count;
    row->next = NULL;
    if (r->last_row != NULL)
        r->last_row->next = row;
    else
        r->rows = row;
    r->last_row = row;
    return GARNER_OK;
}

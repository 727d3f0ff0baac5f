#include "store/unit/links.h"

#include <math.h>
#include <string.h>

#include "store/unit/name.h"

/* One foreign key between the rows of two tables. */
struct link {
    const struct gn_unit_links *all;
    const struct gn_unit_reference *reference;
    const struct gn_unit_table *to;

    /* the rows that are referred to, by the hash of what by */
    size_t *heads; /* buckets of them; a row's place + 1, or 0 */
    size_t *nexts; /* of each row */
    size_t buckets;
};

/* --- values ----------------------------------------------------------------
 */

/* A value as it is compared: a whole number, or bytes. */
struct plain {
    bool whole;
    int64_t number;
    const char *bytes;
    size_t size;
};

enum { DIGITS = 18 }; /* a whole number of so many fits */

/* Text that is a whole number: "-12". */
static bool is_whole(const char *text, size_t size, int64_t *number)
{
    const bool negative = size > 0 && *text == '-';
    size_t i = negative;

    *number = 0;
    if (size == i || size - i > DIGITS)
        return false;
    for (; i < size && text[i] >= '0' && text[i] <= '9'; i++)
        *number = *number * 10 + (text[i] - '0');
    if (negative)
        *number = -*number;
    return i == size;
}

static struct plain plain_bytes(const struct garner_value *v)
{
    struct plain p = {.bytes = v->bytes.data, .size = v->bytes.size};

    if (v->type != GARNER_TEXT)
        return p;
    while (p.size > 0 && p.bytes[p.size - 1] == ' ')
        p.size--;
    p.whole = is_whole(p.bytes, p.size, &p.number);
    return p;
}

static struct plain plain(const struct garner_value *v)
{
    struct plain p = {.whole = true};

    switch (v->type) {
    case GARNER_INTEGER:
        p.number = v->integer;
        break;
    case GARNER_REAL:
        if (fabs(v->real) < 0x1p62 && v->real == floor(v->real))
            p.number = (int64_t)v->real;
        else
            p = (struct plain){.bytes = (const char *)&v->real,
                               .size = sizeof v->real};
        break;
    case GARNER_TEXT:
    case GARNER_BLOB:
        return plain_bytes(v);
    case GARNER_NULL:
        break;
    }
    return p;
}

static uint64_t mix(uint64_t hash, uint64_t more)
{
    hash = (hash ^ more) * UINT64_C(0x9e3779b97f4a7c15);
    return hash ^ hash >> 32;
}

static uint64_t hash_value(uint64_t hash, const struct garner_value *v)
{
    const struct plain p = plain(v);

    if (p.whole)
        return mix(hash, (uint64_t)p.number);
    for (size_t i = 0; i < p.size; i++)
        hash = mix(hash, gn_unit_name_lower(p.bytes[i]));
    return hash;
}

/* The same to SQLite, maybe. */
static bool alike(const struct garner_value *a, const struct garner_value *b)
{
    const struct plain p = plain(a);
    const struct plain q = plain(b);

    if (p.whole || q.whole)
        return p.whole && q.whole && p.number == q.number;
    if (p.size != q.size)
        return false;
    for (size_t i = 0; i < p.size; i++)
        if (gn_unit_name_lower(p.bytes[i]) != gn_unit_name_lower(q.bytes[i]))
            return false;
    return true;
}

/* The same to SQLite, in any column. */
static bool equal(const struct garner_value *a, const struct garner_value *b)
{
    if (a->type != b->type)
        return false;
    if (a->type == GARNER_INTEGER)
        return a->integer == b->integer;
    if (a->type == GARNER_REAL)
        return a->real == b->real;
    return a->bytes.size == b->bytes.size &&
           (a->bytes.size == 0 ||
            memcmp(a->bytes.data, b->bytes.data, a->bytes.size) == 0);
}

/* --- keys ------------------------------------------------------------------
 */

/* What row is given for column; NULL: nothing, or the value NULL. */
static const struct garner_value *value_of(const struct gn_unit_row *row,
                                           const char *column)
{
    const struct gn_unit_shape *shape = row->shape;

    for (size_t i = 0; i < shape->count && column != NULL; i++)
        if (gn_unit_name_same(shape->columns[i], column))
            return row->values[i].type != GARNER_NULL ? &row->values[i] : NULL;
    return NULL;
}

/* The value of one column of the key, in a row that has it (targets) or in one
 * that refers to it. */
static const struct garner_value *part(const struct link *l,
                                       const struct gn_unit_pair *pair,
                                       size_t place, size_t row, bool target)
{
    return value_of(l->all->rows[row],
                    target ? gn_unit_schema_target(l->to, pair, place)
                           : pair->column);
}

/* false: row has no such key, or a NULL in it, which refers to nothing. */
static bool hash_key(const struct link *l, size_t row, bool target,
                     uint64_t *hash)
{
    size_t place = 1;

    *hash = 0;
    for (const struct gn_unit_pair *p = l->reference->pairs; p != NULL;
         p = p->next, place++) {
        const struct garner_value *v = part(l, p, place, row, target);

        if (v == NULL)
            return false;
        *hash = hash_value(*hash, v);
    }
    return true;
}

/* Whether two rows' keys, of which neither has a NULL, are the same. */
static bool same_key(const struct link *l, size_t a, bool a_target, size_t b,
                     bool (*same)(const struct garner_value *,
                                  const struct garner_value *))
{
    size_t place = 1;

    for (const struct gn_unit_pair *p = l->reference->pairs; p != NULL;
         p = p->next, place++)
        if (!same(part(l, p, place, a, a_target), part(l, p, place, b, true)))
            return false;
    return true;
}

/* --- links -----------------------------------------------------------------
 */

/* Of rows with equal keys (upserts) the first is enough. */
static void index_target(struct link *l, size_t row)
{
    uint64_t hash;
    size_t *head;

    if (!hash_key(l, row, true, &hash))
        return;
    head = &l->heads[hash & (l->buckets - 1)];
    for (size_t i = *head; i != 0; i = l->nexts[i - 1])
        if (same_key(l, row, true, i - 1, equal))
            return;
    l->nexts[row] = *head;
    *head = row + 1;
}

static void link_row(const struct link *l, size_t row)
{
    uint64_t hash;

    if (!hash_key(l, row, false, &hash))
        return;
    for (size_t i = l->heads[hash & (l->buckets - 1)]; i != 0;
         i = l->nexts[i - 1])
        if (same_key(l, row, false, i - 1, l->all->equal ? equal : alike))
            gn_unit_order_need(l->all->order, l->all->arena, row, i - 1,
                               l->reference);
}

void gn_unit_links_add(const struct gn_unit_links *links,
                       const struct gn_unit_table *from,
                       const struct gn_unit_reference *reference,
                       const struct gn_unit_table *to)
{
    struct link l = {
        .all = links, .reference = reference, .to = to, .buckets = 16};

    while (l.buckets < 2 * links->count)
        l.buckets *= 2;
    l.heads = gn_arena_zeroed(links->arena, l.buckets * sizeof *l.heads);
    l.nexts = gn_arena_zeroed(links->arena, links->count * sizeof *l.nexts);
    if (l.heads == NULL || l.nexts == NULL)
        return;
    for (size_t i = 0; i < links->count; i++)
        if (links->rows[i]->shape->found == to)
            index_target(&l, i);
    for (size_t i = 0; i < links->count; i++)
        if (links->rows[i]->shape->found == from)
            link_row(&l, i);
}

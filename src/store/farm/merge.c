#include "store/farm/merge.h"

#include <math.h>
#include <string.h>

#include "base/error.h"
#include "base/mem.h"
#include "store/farm/fleet.h"

struct merge {
    struct gn_rows_source source; /* first: it is what is passed around */
    struct garner_sort *sort;
    size_t sorts;
    char *folder;

    size_t columns; /* of the first row; 0: none was seen */

    size_t at; /* one after the other: whose rows come now */

    /* in order: a heap of those that stand on a row, the next one first */
    bool started;
    size_t *heap;
    size_t standing;

    struct garner_rows *all[];
};

/* --- comparing -------------------------------------------------------------
 */

/* NULL, numbers, text, blobs. */
static int rank(const struct garner_value *v)
{
    switch (v->type) {
    case GARNER_INTEGER:
    case GARNER_REAL:
        return 1;
    case GARNER_TEXT:
        return 2;
    case GARNER_BLOB:
        return 3;
    case GARNER_NULL:
        break;
    }
    return 0;
}

/* A double cannot hold all integers, nor they what is behind its point. */
static int compare_mixed(int64_t integer, double real)
{
    int64_t whole;

    if (isnan(real) || real < -9223372036854775808.0)
        return 1;
    if (real >= 9223372036854775808.0)
        return -1;
    whole = (int64_t)real;
    if (integer != whole)
        return integer < whole ? -1 : 1;
    return ((double)whole > real) - ((double)whole < real);
}

static int compare_numbers(const struct garner_value *a,
                           const struct garner_value *b)
{
    if (a->type == GARNER_INTEGER && b->type == GARNER_INTEGER)
        return (a->integer > b->integer) - (a->integer < b->integer);
    if (a->type == GARNER_INTEGER)
        return compare_mixed(a->integer, b->real);
    if (b->type == GARNER_INTEGER)
        return -compare_mixed(b->integer, a->real);
    return (a->real > b->real) - (a->real < b->real);
}

static int compare_bytes(const struct garner_value *a,
                         const struct garner_value *b)
{
    const size_t least =
        a->bytes.size < b->bytes.size ? a->bytes.size : b->bytes.size;
    const int order =
        least > 0 ? memcmp(a->bytes.data, b->bytes.data, least) : 0;

    return order != 0 ? order
                      : (a->bytes.size > b->bytes.size) -
                            (a->bytes.size < b->bytes.size);
}

int gn_merge_compare(const struct garner_value *a, const struct garner_value *b)
{
    if (rank(a) != rank(b) || rank(a) == 0)
        return rank(a) - rank(b);
    return rank(a) == 1 ? compare_numbers(a, b) : compare_bytes(a, b);
}

/* Of equal rows those of the first cursor come first. */
static bool comes_before(const struct merge *m, size_t a, size_t b)
{
    for (size_t i = 0; i < m->sorts; i++) {
        const size_t column = m->sort[i].column;
        const struct garner_value va = garner_column(m->all[a], column);
        const struct garner_value vb = garner_column(m->all[b], column);
        const int order = gn_merge_compare(&va, &vb);

        if (order != 0)
            return (order < 0) != m->sort[i].descending;
    }
    return a < b;
}

/* --- in order --------------------------------------------------------------
 */

static void sift_down(struct merge *m, size_t at)
{
    for (;;) {
        size_t child = 2 * at + 1;
        const size_t moved = m->heap[at];

        if (child >= m->standing)
            return;
        if (child + 1 < m->standing &&
            comes_before(m, m->heap[child + 1], m->heap[child]))
            child++;
        if (!comes_before(m, m->heap[child], moved))
            return;
        m->heap[at] = m->heap[child];
        m->heap[child] = moved;
        at = child;
    }
}

static enum garner_code step(struct merge *m, size_t number,
                             struct garner_error *err)
{
    enum garner_code code = garner_next(m->all[number], err);
    const size_t columns = garner_columns(m->all[number]);

    if (code == GARNER_ROW && m->columns == 0)
        m->columns = columns;
    if (code == GARNER_ROW && m->columns != columns)
        code = gn_fail(err, GARNER_SQL,
                       "its rows have %zu columns, others %zu; make the tables "
                       "alike (garner_exec_all)",
                       columns, m->columns);
    if (code == GARNER_ROW || code == GARNER_DONE || code == GARNER_CLOSED)
        return code; /* closed, the farm is gone, and all shards with it */
    return gn_fleet_blame(m->folder, (unsigned)number, code, err);
}

static enum garner_code start(struct merge *m, struct garner_error *err)
{
    m->started = true;
    for (size_t i = 0; i < m->source.count; i++) {
        const enum garner_code code = step(m, i, err);

        if (code == GARNER_ROW)
            m->heap[m->standing++] = i;
        else if (code != GARNER_DONE)
            return code;
    }
    for (size_t i = m->standing / 2; i-- > 0;)
        sift_down(m, i);
    return GARNER_OK;
}

static enum garner_code next_in_order(struct gn_rows_source *source,
                                      struct garner_rows **at,
                                      struct garner_error *err)
{
    struct merge *m = (struct merge *)source;
    enum garner_code code = GARNER_OK;

    if (!m->started) {
        code = start(m, err);
    } else if (m->standing > 0) {
        code = step(m, m->heap[0], err);
        if (code == GARNER_DONE)
            m->heap[0] = m->heap[--m->standing];
        sift_down(m, 0);
    }
    if (code != GARNER_OK && code != GARNER_ROW && code != GARNER_DONE)
        return code;
    if (m->standing == 0)
        return GARNER_DONE;
    *at = m->all[m->heap[0]];
    return GARNER_ROW;
}

/* --- one after the other ---------------------------------------------------
 */

static enum garner_code next_of_each(struct gn_rows_source *source,
                                     struct garner_rows **at,
                                     struct garner_error *err)
{
    struct merge *m = (struct merge *)source;
    enum garner_code code = GARNER_DONE;

    for (; m->at < source->count; m->at++) {
        code = step(m, m->at, err);
        if (code != GARNER_DONE)
            break;
    }
    if (code == GARNER_ROW)
        *at = m->all[m->at];
    return code;
}

/* --- opening and closing ---------------------------------------------------
 */

static void free_merge(struct merge *m)
{
    gn_free(m->heap);
    gn_free(m->sort);
    gn_free(m->folder);
    gn_free(m);
}

static void close_all(struct gn_rows_source *source)
{
    for (size_t i = 0; i < source->count; i++)
        garner_rows_close(source->all[i]);
    free_merge((struct merge *)source);
}

static size_t count_sorts(const struct garner_sort *sort)
{
    size_t n = 0;

    for (; sort != NULL; sort = sort->then)
        n++;
    return n;
}

static struct merge *new_merge(struct garner_rows *const *all, size_t count,
                               const struct garner_sort *sort,
                               const char *folder)
{
    struct merge *m = gn_alloc(sizeof *m + count * sizeof m->all[0]);
    size_t n = 0;

    if (m == NULL)
        return NULL;
    m->sorts = count_sorts(sort);
    m->folder = gn_strdup(folder);
    m->sort = gn_alloc((m->sorts + 1) * sizeof m->sort[0]);
    m->heap = gn_alloc(count * sizeof m->heap[0]);
    if (m->folder == NULL || m->sort == NULL || m->heap == NULL) {
        free_merge(m);
        return NULL;
    }
    for (const struct garner_sort *by = sort; by != NULL; by = by->then)
        m->sort[n++] = *by;
    m->source = (struct gn_rows_source){
        .all = m->all,
        .count = count,
        .next = m->sorts > 0 ? next_in_order : next_of_each,
        .close = close_all,
    };
    memcpy(m->all, all, count * sizeof all[0]);
    return m;
}

enum garner_code gn_merge_open(struct garner_rows *const *all, size_t count,
                               const struct garner_sort *sort,
                               const char *folder, struct garner_rows **rows,
                               struct garner_error *err)
{
    struct merge *m;
    enum garner_code code;

    for (const struct garner_sort *by = sort; by != NULL; by = by->then)
        if (by->column >= garner_columns(all[0]))
            return gn_fail(err, GARNER_MISUSE,
                           "the order names column %zu, but there are %zu",
                           by->column, garner_columns(all[0]));
    m = new_merge(all, count, sort, folder);
    if (m == NULL)
        return gn_fail(err, GARNER_NOMEM, "a cursor over %zu shards", count);
    code = gn_rows_join(&m->source, rows, err);
    if (code != GARNER_OK)
        free_merge(m);
    return code;
}

#include "engine/history/prune.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/error.h"
#include "base/mem.h"
#include "garner/read.h"
#include "garner/write.h"

enum {
    AT_ONCE = 10000, /* runs that are looked for at a time */
    ROWS = 1024,     /* looked at between two questions whether to go on */
    RUNS = 500,      /* in a transaction */
    BODIES = 50
};
/* Runs are in the order in which they were stored, which is nearly that of
 * their start: behind one that was started so much later than all that go, none
 * does.
 */
#define SLACK_US INT64_C(86400000000)

/* A source that something is to be deleted of. */
struct plan {
    int64_t source;
    int64_t bodies;    /* to be kept; 0: all */
    int64_t before_us; /* runs that were started before go */
    int64_t body;      /* that stay in any case; 0: none */
    int64_t answer_body;
    int64_t seen; /* bodies, from the last one on */
};

struct doomed {
    int64_t source;
    int64_t id;
    uint64_t bytes;
};

struct list {
    struct doomed *items;
    size_t count;
    size_t room;
};

struct work {
    struct garner_store *store;
    const struct gn_prune *prune;
    struct gn_pruned *done;
    struct plan *plans; /* by source */
    size_t count;
    int64_t newest_us; /* the latest of before_us */
    bool any_bodies;
    struct list list;
};

static bool goes_on(const struct work *w)
{
    return w->prune->go_on == NULL || w->prune->go_on(w->prune->context);
}

/* --- what is to go ------------------------------------------------------- */

static int by_source(const void *a, const void *b)
{
    const int64_t x = ((const struct plan *)a)->source;
    const int64_t y = ((const struct plan *)b)->source;

    return (x > y) - (x < y);
}

static int by_source_and_id(const void *a, const void *b)
{
    const struct doomed *x = a;
    const struct doomed *y = b;

    return x->source != y->source ? (x->source > y->source ? 1 : -1)
                                  : (x->id > y->id) - (x->id < y->id);
}

static struct plan *plan_of(const struct work *w, struct garner_value source)
{
    const struct plan key = {.source = source.integer};

    return source.type == GARNER_INTEGER && w->count > 0
               ? bsearch(&key, w->plans, w->count, sizeof key, by_source)
               : NULL;
}

static enum garner_code make_plans(struct work *w, struct garner_error *err)
{
    const struct gn_prune *p = w->prune;

    w->plans = gn_alloc((p->count + 1) * sizeof *w->plans);
    if (w->plans == NULL)
        return gn_fail(err, GARNER_NOMEM, "out of memory for %zu sources",
                       p->count);
    w->newest_us = INT64_MIN;
    for (size_t i = 0; i < p->count; i++) {
        const struct gn_keep *keep = &p->rules[i].keep;
        struct plan *plan = &w->plans[w->count];

        if (keep->bodies == 0 && keep->runs_ms == 0)
            continue;
        *plan = (struct plan){
            .source = p->rules[i].source,
            .bodies = keep->bodies,
            .before_us = keep->runs_ms > 0 ? p->now_us - keep->runs_ms * 1000
                                           : INT64_MIN};
        if (plan->before_us > w->newest_us)
            w->newest_us = plan->before_us;
        w->any_bodies = w->any_bodies || plan->bodies > 0;
        w->count++;
    }
    qsort(w->plans, w->count, sizeof *w->plans, by_source);
    return GARNER_OK;
}

static enum garner_code add(struct list *list, const struct doomed *one,
                            struct garner_error *err)
{
    if (list->count == list->room) {
        const size_t room = list->room > 0 ? 2 * list->room : 64;
        struct doomed *items = gn_realloc(list->items, room * sizeof *items);

        if (items == NULL)
            return gn_fail(err, GARNER_NOMEM, "out of memory for %zu rows",
                           room);
        list->items = items;
        list->room = room;
    }
    list->items[list->count++] = *one;
    return GARNER_OK;
}

/* Looks at a row; DONE: at no more of them. */
typedef enum garner_code look(struct work *w, const struct garner_rows *rows,
                              struct garner_error *err);

static enum garner_code look_at_all(struct work *w, const char *sql,
                                    look *at_one, struct garner_error *err)
{
    struct garner_rows *rows;
    unsigned seen = 0;
    enum garner_code code =
        garner_query(w->store, sql, GARNER_ARGS(), &rows, err);

    if (code != GARNER_OK)
        return code;
    while ((code = garner_next(rows, err)) == GARNER_ROW) {
        code = ++seen % ROWS != 0 || goes_on(w) ? at_one(w, rows, err)
                                                : GARNER_DONE;
        if (code != GARNER_OK)
            break;
    }
    garner_rows_close(rows);
    return code == GARNER_DONE ? GARNER_OK : code;
}

static enum garner_code look_at_source(struct work *w,
                                       const struct garner_rows *rows,
                                       struct garner_error *err)
{
    struct plan *plan = plan_of(w, garner_column(rows, 0));

    (void)err;
    if (plan != NULL) {
        plan->body = garner_column(rows, 1).integer;
        plan->answer_body = garner_column(rows, 2).integer;
    }
    return GARNER_OK;
}

/* They come from the last one on. */
static enum garner_code look_at_body(struct work *w,
                                     const struct garner_rows *rows,
                                     struct garner_error *err)
{
    struct plan *plan = plan_of(w, garner_column(rows, 1));
    const struct doomed one = {.source = garner_column(rows, 1).integer,
                               .id = garner_column(rows, 0).integer,
                               .bytes =
                                   (uint64_t)garner_column(rows, 2).integer};

    if (plan == NULL || plan->bodies == 0 || ++plan->seen <= plan->bodies ||
        one.id == plan->body || one.id == plan->answer_body)
        return GARNER_OK;
    return add(&w->list, &one, err);
}

/* They come from the first one on. */
static enum garner_code look_at_run(struct work *w,
                                    const struct garner_rows *rows,
                                    struct garner_error *err)
{
    const struct plan *plan = plan_of(w, garner_column(rows, 1));
    const int64_t started_us = garner_column(rows, 2).integer;
    const struct doomed one = {.id = garner_column(rows, 0).integer};

    if (started_us > w->newest_us && started_us - w->newest_us > SLACK_US)
        return GARNER_DONE;
    if (plan == NULL || started_us >= plan->before_us)
        return GARNER_OK;
    if (w->list.count == AT_ONCE && !w->prune->dry_run)
        return GARNER_DONE;
    return add(&w->list, &one, err);
}

/* --- deleting ------------------------------------------------------------ */

/* The ids of some of the list, as a JSON array. */
static void put_ids(const struct doomed *items, size_t count,
                    struct gn_buf *json)
{
    for (size_t i = 0; i < count; i++)
        gn_buf_printf(json, "%c%" PRId64, i == 0 ? '[' : ',', items[i].id);
    gn_buf_byte(json, ']');
}

#define IDS "(select value from json_each(?1))"

static const char *const of_runs[] = {"delete from garner_run where id in " IDS,
                                      NULL};

static const char *const of_bodies[] = {
    "update garner_body set codec = 'zstd', data = zstd(body_of(id)),"
    " base = null where base in " IDS " and id not in " IDS,
    "update garner_body set base = null where id in " IDS
    " and base is not null",
    "delete from garner_body where id in " IDS, NULL};

/* Runs statements with the ids of some of the list, in one transaction. */
static enum garner_code write_some(const struct work *w, const char *const *sql,
                                   const struct doomed *items, size_t count,
                                   struct garner_error *err)
{
    struct gn_buf json = {0};
    struct garner_batch *batch = NULL;
    enum garner_code code = garner_batch_new(&batch, err);

    put_ids(items, count, &json);
    if (code == GARNER_OK && gn_buf_failed(&json))
        code = gn_fail(err, GARNER_NOMEM, "out of memory for %zu rows", count);
    for (; code == GARNER_OK && *sql != NULL; sql++)
        code = garner_batch_add(
            batch, *sql,
            GARNER_ARGS(garner_text_n(gn_buf_cstr(&json), json.size)), err);
    if (code == GARNER_OK)
        code = garner_write(w->store, batch, NULL, err);
    garner_batch_free(batch);
    gn_buf_fini(&json);
    return code;
}

/* Deletes the list, step by step; empties it. */
static enum garner_code delete_list(struct work *w, const char *const *sql,
                                    size_t step, uint64_t *count,
                                    struct garner_error *err)
{
    struct list *list = &w->list;
    enum garner_code code = GARNER_OK;

    for (size_t i = 0; i < list->count && code == GARNER_OK && goes_on(w);
         i += step) {
        const size_t n = list->count - i < step ? list->count - i : step;

        if (!w->prune->dry_run)
            code = write_some(w, sql, list->items + i, n, err);
        for (size_t k = i; k < i + n && code == GARNER_OK; k++) {
            w->done->bytes += list->items[k].bytes;
            ++*count;
        }
    }
    list->count = 0;
    return code;
}

static enum garner_code prune_bodies(struct work *w, struct garner_error *err)
{
    enum garner_code code =
        look_at_all(w, "select id, body, answer_body from garner_source",
                    look_at_source, err);

    if (code == GARNER_OK)
        code = look_at_all(w,
                           "select id, source, length(data) from garner_body"
                           " order by id desc",
                           look_at_body, err);
    if (code != GARNER_OK)
        return code;
    /* Of what goes together, nothing is compressed anew. */
    if (w->list.count > 0)
        qsort(w->list.items, w->list.count, sizeof w->list.items[0],
              by_source_and_id);
    return delete_list(w, of_bodies, BODIES, &w->done->bodies, err);
}

static enum garner_code prune_runs(struct work *w, struct garner_error *err)
{
    enum garner_code code = GARNER_OK;
    bool more = true;

    while (more && code == GARNER_OK && goes_on(w)) {
        code = look_at_all(w,
                           "select id, source, started from garner_run"
                           " order by id",
                           look_at_run, err);
        more = w->list.count == AT_ONCE && !w->prune->dry_run;
        if (code == GARNER_OK)
            code = delete_list(w, of_runs, RUNS, &w->done->runs, err);
    }
    return code;
}

enum garner_code gn_prune(struct garner_store *store, const struct gn_prune *p,
                          struct gn_pruned *done, struct garner_error *err)
{
    struct work w = {.store = store, .prune = p, .done = done};
    enum garner_code code = make_plans(&w, err);

    if (code == GARNER_OK && w.any_bodies && goes_on(&w))
        code = prune_bodies(&w, err);
    if (code == GARNER_OK && w.newest_us > INT64_MIN)
        code = prune_runs(&w, err);
    gn_free(w.list.items);
    gn_free(w.plans);
    return code;
}

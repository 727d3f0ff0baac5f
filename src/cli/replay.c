#include "cli/replay.h"

#include "base/error.h"
#include "base/mem.h"
#include "cli/maker.h"
#include "cli/pour.h"
#include "cli/stored.h"
#include "engine/table/distinct.h"
#include "engine/table/fit.h"
#include "engine/table/table.h"
#include "garner/read.h"

enum {
    PAGE = 256,       /* runs listed at a time: no snapshot is held long */
    MOST_RUNS = 64,   /* of a transaction */
    MOST_ROWS = 1000, /* about so many of a transaction */
    MOST_BYTES = 8 << 20,
    NOT_MODIFIED = 304,
};

/* A run whose rows wait to be written. */
struct waiting {
    int64_t run;
    struct gn_made made;
};

struct work {
    struct gn_replay *replay;
    struct gn_maker maker;
    struct gn_pour *pour; /* NULL: nothing is written */
    struct gn_pour_set *sets;
    struct waiting waiting[MOST_RUNS];
    size_t count; /* of those */
    size_t rows;
    size_t bytes;
};

static void tell(struct work *w, int64_t run, const char *why)
{
    w->replay->bad++;
    w->replay->failed(w->replay->context, run, why);
}

/* --- writing --------------------------------------------------------------*/

static size_t rows_of(const struct gn_made *made)
{
    size_t rows = 0;

    for (size_t i = 0; i < made->extraction.query_count; i++)
        rows += made->extraction.queries[i].rows.row_count;
    return rows;
}

/* Writes count of those that wait, from first on, as one. */
static enum garner_code write_some(struct work *w, size_t first, size_t count,
                                   struct garner_error *err)
{
    const size_t width = w->replay->source->row_spec_count;
    const struct gn_rows_spec *all = w->replay->source->rows;
    enum garner_code code = GARNER_OK;

    for (size_t r = 0; r < count; r++) {
        const struct gn_query *made =
            w->waiting[first + r].made.extraction.queries;

        for (size_t i = 0; i < width; i++)
            w->sets[r * width + i] = (struct gn_pour_set){
                i, &made[i].rows,
                all[i].parent != NULL ? &made[all[i].parent - all].rows : NULL};
    }
    if (w->pour != NULL)
        code = gn_pour_write(w->pour, w->sets, count * width, NULL, err);
    for (size_t r = 0; r < count && code == GARNER_OK; r++) {
        w->replay->done++;
        w->replay->rows += rows_of(&w->waiting[first + r].made);
    }
    return code;
}

/* Whether it is the rows' fault, and others may do. */
static bool is_of_rows(enum garner_code code)
{
    return code == GARNER_CONSTRAINT || code == GARNER_SQL ||
           code == GARNER_INVALID;
}

static void drop_all(struct work *w)
{
    for (size_t i = 0; i < w->count; i++)
        gn_made_fini(&w->waiting[i].made);
    w->count = 0;
    w->rows = 0;
    w->bytes = 0;
}

/* All of them at once; if that fails, each alone, to find those that are bad.
 */
static enum garner_code write_all(struct work *w, struct garner_error *err)
{
    enum garner_code code = GARNER_OK;

    if (w->count > 0)
        code = write_some(w, 0, w->count, err);
    if (is_of_rows(code)) {
        code = GARNER_OK;
        for (size_t i = 0; i < w->count && code == GARNER_OK; i++) {
            code = write_some(w, i, 1, err);
            if (is_of_rows(code)) {
                tell(w, w->waiting[i].run, err->message);
                code = GARNER_OK;
            }
        }
    }
    drop_all(w);
    return code;
}

/* --- a run ----------------------------------------------------------------*/

static enum garner_code check(struct work *w, const struct gn_one *answer,
                              const struct gn_made *made,
                              struct garner_error *err)
{
    const struct gn_source *s = w->replay->source;
    struct gn_buf broken = {0};
    enum garner_code code =
        gn_maker_judge(&w->maker, answer, made, NULL, &broken, err);

    if (code == GARNER_OK && broken.size > 0) {
        broken.data[broken.size - 1] = '\0'; /* its line's end */
        code = gn_fail(err, GARNER_INVALID, "%s", gn_buf_cstr(&broken));
    }
    gn_buf_fini(&broken);
    for (size_t i = 0; i < s->row_spec_count && code == GARNER_OK; i++)
        code = gn_fit_key(&s->rows[i], &made->extraction.queries[i].rows, err);
    return code;
}

static enum garner_code drop_twins(const struct work *w, struct gn_made *made,
                                   struct garner_error *err)
{
    const struct gn_rows_spec *all = w->replay->source->rows;
    enum garner_code code = GARNER_OK;
    size_t dropped;

    for (size_t i = 0; i < made->extraction.query_count && code == GARNER_OK;
         i++)
        code = gn_distinct(&made->extraction.queries[i].rows, all[i].key,
                           all[i].key_count, &dropped, err);
    return code;
}

/* Makes the rows of a run, which then wait. */
static enum garner_code make(struct work *w, int64_t run,
                             const struct gn_one *answer,
                             struct garner_error *err)
{
    struct waiting *next = &w->waiting[w->count];
    enum garner_code code = gn_maker_run(&w->maker, answer, &next->made, err);

    if (code == GARNER_OK)
        code = check(w, answer, &next->made, err);
    if (code == GARNER_OK)
        code = drop_twins(w, &next->made, err);
    if (code != GARNER_OK) {
        gn_made_fini(&next->made);
        if (code == GARNER_NOMEM)
            return code;
        tell(w, run, err->message);
        return GARNER_OK;
    }
    next->run = run;
    w->count++;
    w->rows += rows_of(&next->made);
    for (size_t i = 0; i < next->made.extraction.query_count; i++)
        w->bytes += next->made.extraction.queries[i].rows.bytes;
    return w->count == MOST_RUNS || w->rows >= MOST_ROWS ||
                   w->bytes >= MOST_BYTES
               ? write_all(w, err)
               : GARNER_OK;
}

/* A 304 made no rows, nor did a status that is a failure, nor those of a
 * crawl's pages that are none, or say that they are not to be kept. */
static bool makes_rows(const struct work *w, const struct gn_one *answer)
{
    return answer->status != NOT_MODIFIED && !answer->rowless &&
           gn_expect_takes(w->replay->source->expect, answer->status);
}

static enum garner_code do_run(struct work *w, int64_t run,
                               struct garner_error *err)
{
    struct gn_one answer;
    enum garner_code code = gn_stored_answer(
        w->replay->store, w->replay->source->name, run, &answer, err);

    if (code == GARNER_NOTFOUND && w->replay->id_count == 0) {
        w->replay->skipped++;
        return GARNER_OK;
    }
    if (code == GARNER_NOTFOUND || code == GARNER_CORRUPT) {
        tell(w, run, err->message);
        return GARNER_OK;
    }
    if (code != GARNER_OK)
        return code;
    if (w->replay->source->crawl != NULL)
        code = gn_stored_page(w->replay->store, w->replay->source->name,
                              &answer, err);
    if (code == GARNER_OK && makes_rows(w, &answer))
        code = make(w, run, &answer, err);
    else if (code == GARNER_OK)
        w->replay->skipped++;
    gn_one_fini(&answer);
    return code;
}

/* --- all of them ----------------------------------------------------------*/

/* Lists runs behind after in page; *count 0: there are none. */
static enum garner_code list(const struct gn_replay *r, int64_t after,
                             int64_t page[PAGE], size_t *count,
                             struct garner_error *err)
{
    struct garner_rows *rows;
    enum garner_code code = garner_query(
        r->store,
        "select r.id from garner_run r join garner_source s on s.id = r.source"
        " where s.name = ?1 and r.id > ?2 and r.missed = 0"
        " and r.started >= ?3 and r.started < ?4 order by r.id limit ?5",
        GARNER_ARGS(garner_text(r->source->name), garner_integer(after),
                    garner_integer(r->from_us), garner_integer(r->to_us),
                    garner_integer(PAGE)),
        &rows, err);

    *count = 0;
    if (code != GARNER_OK)
        return code;
    while (*count < PAGE && (code = garner_next(rows, err)) == GARNER_ROW)
        page[(*count)++] = garner_column(rows, 0).integer;
    garner_rows_close(rows);
    return code == GARNER_ROW || code == GARNER_DONE ? GARNER_OK : code;
}

static enum garner_code do_runs(struct work *w, const int64_t *ids,
                                size_t count, struct garner_error *err)
{
    enum garner_code code = GARNER_OK;

    for (size_t i = 0; i < count && code == GARNER_OK; i++)
        code = w->replay->stop(w->replay->context)
                   ? gn_fail(err, GARNER_CANCELED, "interrupted")
                   : do_run(w, ids[i], err);
    if (code == GARNER_CANCELED && write_all(w, err) == GARNER_OK)
        return gn_fail(err, GARNER_CANCELED, "interrupted");
    return code == GARNER_OK ? write_all(w, err) : code;
}

static enum garner_code do_all(struct work *w, struct garner_error *err)
{
    const struct gn_replay *r = w->replay;
    int64_t page[PAGE];
    size_t count = 0;
    int64_t last = 0;
    enum garner_code code;

    if (r->id_count > 0)
        return do_runs(w, r->ids, r->id_count, err);
    do {
        code = list(r, last, page, &count, err);
        if (code == GARNER_OK && count > 0) {
            code = do_runs(w, page, count, err);
            last = page[count - 1];
        }
    } while (code == GARNER_OK && count > 0);
    return code;
}

/* What was before comes before: it cannot be put in behind what is now. */
static enum garner_code check_past(const struct gn_source *source,
                                   struct garner_error *err)
{
    for (size_t i = 0; i < source->row_spec_count; i++)
        if (source->rows[i].conflict == GN_CONFLICT_HISTORY)
            return gn_fail(err, GARNER_INVALID,
                           "table %.80s keeps what its rows were (conflict: "
                           "history), which replay cannot make anew",
                           source->rows[i].table);
    return GARNER_OK;
}

enum garner_code gn_replay_run(struct gn_replay *replay,
                               struct garner_error *err)
{
    const struct gn_source *s = replay->source;
    struct work *w;
    enum garner_code code = check_past(s, err);

    if (code != GARNER_OK)
        return code;
    w = gn_alloc(sizeof *w);
    if (w != NULL)
        w->sets =
            gn_alloc((s->row_spec_count * MOST_RUNS + 1) * sizeof w->sets[0]);
    if (w == NULL || w->sets == NULL) {
        gn_free(w);
        return gn_fail(err, GARNER_NOMEM, "out of memory for runs");
    }
    w->replay = replay;
    if (!replay->dry)
        code = gn_pour_new(replay->store, s->rows, s->row_spec_count, s->ack,
                           &w->pour, err);
    if (code == GARNER_OK)
        code = gn_maker_open(&w->maker, s, err);
    if (code == GARNER_OK) {
        code = do_all(w, err);
        gn_maker_close(&w->maker);
    }
    drop_all(w);
    gn_pour_free(w->pour);
    gn_free(w->sets);
    gn_free(w);
    return code;
}

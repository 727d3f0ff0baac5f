#include "engine/frontier/intake.h"

#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "crawl/order.h"
#include "engine/frontier/list.h"
#include "engine/frontier/page.h"
#include "engine/history/cell.h"
#include "garner/read.h"
#include "garner/write.h"

/* Long enough to be fast, and short enough for others to have their turn. */
enum { A_BATCH = 2000 };

/* Writes what batch has, if that is much or has to be. */
static enum garner_code write_some(const struct gn_intake *in,
                                   struct garner_batch *batch, size_t least,
                                   struct garner_error *err)
{
    enum garner_code code;

    if (atomic_load(in->stop))
        return gn_fail(err, GARNER_CANCELED, "garner was stopped");
    if (garner_batch_count(batch) < least)
        return GARNER_OK;
    code = garner_write(in->store, batch, NULL, err);
    garner_batch_clear(batch);
    return code;
}

/* What counts against the budgets of a crawl, and what does not. */
static enum garner_code count_crawled(struct gn_intake *in,
                                      struct garner_error *err)
{
    const struct garner_value args[] = {garner_integer(in->source),
                                        garner_integer(in->pass)};
    int64_t unasked = 0;
    enum garner_code code = gn_cell_ask(
        in->store,
        "select sum(bytes) from garner_frontier where source = ? and"
        " pass = ?",
        args, 2, &in->bytes, err);

    if (code == GARNER_OK)
        code = gn_cell_ask(
            in->store,
            "select count(*) from garner_frontier where source = ? and"
            " pass = ? and left_alone and status is null",
            args, 2, &unasked, err);
    in->unasked = (uint64_t)unasked;
    return code;
}

static enum garner_code count_rows(struct gn_intake *in,
                                   struct garner_error *err)
{
    const struct garner_value args[] = {garner_integer(in->source),
                                        garner_integer(in->pass)};
    int64_t done = 0;
    int64_t left = 0;
    enum garner_code code =
        gn_cell_ask(in->store,
                    "select count(*) from garner_frontier where source = ? and"
                    " pass = ?",
                    args, 2, &done, err);

    if (code == GARNER_OK)
        code = gn_cell_ask(
            in->store,
            "select count(*) from garner_frontier where source = ?1 and"
            " pass = ?2 - 1",
            args, 2, &left, err);
    in->bytes = 0;
    in->unasked = 0;
    in->total = (uint64_t)(done + left);
    in->left = (uint64_t)left;
    return code == GARNER_OK && in->crawl != NULL ? count_crawled(in, err)
                                                  : code;
}

static enum garner_code enter(struct gn_intake *in, struct gn_list *list,
                              struct garner_batch *batch,
                              struct garner_error *err)
{
    const char *url;
    size_t size;
    enum garner_code code;

    while ((code = gn_list_next(list, &url, &size, err)) == GARNER_ROW) {
        code = gn_page_add_listed(batch, in->source, url, size, in->pass, err);
        if (code == GARNER_OK)
            code = write_some(in, batch, A_BATCH, err);
        if (code != GARNER_OK)
            return code;
    }
    return code == GARNER_DONE ? write_some(in, batch, 1, err) : code;
}

static enum garner_code enter_list(struct gn_intake *in,
                                   struct garner_batch *batch,
                                   struct garner_error *err)
{
    struct gn_list list;
    enum garner_code code = gn_list_open(&list, &in->urls, in->store, err);

    if (code == GARNER_OK)
        code = enter(in, &list, batch, err);
    in->bad = list.bad;
    snprintf(in->first_bad, sizeof in->first_bad, "%s", list.first_bad);
    gn_list_close(&list);
    return code;
}

/* Removes the rows that sql, given the source and the pass, finds: a reader
 * does, which keeps nobody waiting. */
static enum garner_code remove_all(const struct gn_intake *in, const char *sql,
                                   struct garner_batch *batch,
                                   struct garner_error *err)
{
    struct garner_rows *rows;
    enum garner_code code = garner_query(
        in->store, sql,
        GARNER_ARGS(garner_integer(in->source), garner_integer(in->pass)),
        &rows, err);

    if (code != GARNER_OK)
        return code;
    while ((code = garner_next(rows, err)) == GARNER_ROW) {
        code =
            garner_batch_add(batch, "delete from garner_frontier where id = ?",
                             GARNER_ARGS(garner_column(rows, 0)), err);
        if (code == GARNER_OK)
            code = write_some(in, batch, A_BATCH, err);
        if (code != GARNER_OK)
            break;
    }
    garner_rows_close(rows);
    return code == GARNER_DONE ? write_some(in, batch, 1, err) : code;
}

static enum garner_code enter_starts(const struct gn_intake *in,
                                     struct garner_batch *batch,
                                     struct garner_error *err)
{
    enum garner_code code = GARNER_OK;

    for (size_t i = 0; i < in->crawl->start_count && code == GARNER_OK; i++) {
        const struct gn_page_found found = {.url = in->crawl->starts[i],
                                            .size =
                                                strlen(in->crawl->starts[i]),
                                            .pass = in->pass,
                                            .rank = gn_order_rank(0, 0)};

        code = gn_page_add_found(batch, in->source, &found, err);
    }
    return code;
}

static enum garner_code begin_pass(const struct gn_intake *in,
                                   struct garner_batch *batch,
                                   struct garner_error *err)
{
    enum garner_code code = garner_batch_add(
        batch,
        "update garner_source set pass = ?2,"
        " next_due = coalesce(nullif(?3, 0), next_due) where id = ?1",
        GARNER_ARGS(garner_integer(in->source), garner_integer(in->pass),
                    garner_integer(in->next_due_us)),
        err);

    return code == GARNER_OK ? write_some(in, batch, 1, err) : code;
}

static enum garner_code begin(struct gn_intake *in, struct garner_error *err)
{
    struct garner_batch *batch;
    enum garner_code code = garner_batch_new(&batch, err);

    if (code != GARNER_OK)
        return code;
    if (in->crawl != NULL) {
        in->pass += 2; /* so that what the last one found is not left */
        code = enter_starts(in, batch, err);
    } else {
        in->pass++;
        code = enter_list(in, batch, err);
        if (code == GARNER_OK)
            code = remove_all(in,
                              "select id from garner_frontier where source = ?1"
                              " and listed is not ?2",
                              batch, err);
    }
    if (code == GARNER_OK)
        code = begin_pass(in, batch, err);
    garner_batch_free(batch);
    return code == GARNER_OK ? count_rows(in, err) : code;
}

enum garner_code gn_intake_run(struct gn_intake *in, struct garner_error *err)
{
    int64_t pass = -1;
    enum garner_code code = gn_cell_ask(
        in->store, "select ifnull(pass, 0) from garner_source where id = ?",
        GARNER_ARGS(garner_integer(in->source)), &pass, err);

    if (code == GARNER_OK && pass < 0)
        code = gn_fail(err, GARNER_NOTFOUND,
                       "the source is not in garner_source any more");
    if (code == GARNER_OK) {
        in->pass = pass;
        code = count_rows(in, err);
    }
    in->goes_on = in->left > 0;
    if (code != GARNER_OK || in->goes_on)
        return code;
    return begin(in, err);
}

enum garner_code gn_intake_close(struct gn_intake *in, struct garner_error *err)
{
    struct garner_batch *batch;
    enum garner_code code = garner_batch_new(&batch, err);

    if (code != GARNER_OK)
        return code;
    code = remove_all(in,
                      "select id from garner_frontier where source = ?1 and"
                      " pass < ?2",
                      batch, err);
    garner_batch_free(batch);
    return code;
}

#include "engine/frontier/refill.h"

#include <string.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/mem.h"
#include "engine/frontier/ahead.h"
#include "engine/history/cell.h"
#include "engine/host/costs.h"
#include "garner/read.h"

static void free_pages(struct gn_page_list *list)
{
    struct gn_page *page;

    while ((page = TAILQ_FIRST(list)) != NULL) {
        TAILQ_REMOVE(list, page, next);
        gn_free(page);
    }
}

void gn_refill_fini(struct gn_refill *r)
{
    free_pages(&r->delayed);
    free_pages(&r->found);
    for (size_t i = 0; i < r->host_count; i++)
        gn_host_free(r->hosts[i]);
    gn_free(r->hosts);
    gn_free(r->by_name);
    r->hosts = NULL;
    r->by_name = NULL;
    r->host_count = 0;
}

/* --- those that are put off ---------------------------------------------- */

static enum garner_code write_delays(struct gn_refill *r,
                                     struct garner_error *err)
{
    struct garner_batch *batch;
    const struct gn_page *page;
    enum garner_code code;

    if (TAILQ_EMPTY(&r->delayed))
        return GARNER_OK;
    code = garner_batch_new(&batch, err);
    if (code != GARNER_OK)
        return code;
    TAILQ_FOREACH(page, &r->delayed, next)
    if (code == GARNER_OK)
        code = gn_page_add_delay(batch, page->id, page->off_until_us, err);
    if (code == GARNER_OK)
        code = garner_write(r->store, batch, NULL, err);
    garner_batch_free(batch);
    if (code == GARNER_OK)
        free_pages(&r->delayed);
    return code;
}

/* --- their hosts --------------------------------------------------------- */

/* Where among by_name the host of that name is, or is to be. */
static size_t place_of(const struct gn_refill *r, const char *name, bool *known)
{
    size_t first = 0;
    size_t end = r->host_count;

    *known = false;
    while (first < end && !*known) {
        const size_t middle = first + (end - first) / 2;
        const int order = strcmp(r->hosts[r->by_name[middle]]->name, name);

        *known = order == 0;
        if (order < 0)
            first = middle + 1;
        else
            end = middle;
    }
    return *known ? end : first;
}

/* Finds the host of page among hosts, or makes one more. */
static enum garner_code find_host(struct gn_refill *r, struct gn_page *page,
                                  struct garner_error *err)
{
    char *name = gn_host_name(page->url);
    enum garner_code code;
    size_t place;
    bool known;

    if (name == NULL)
        return gn_fail(err, GARNER_NOMEM, "out of memory for a host");
    place = place_of(r, name, &known);
    gn_free(name);
    if (known) {
        page->host_index = r->by_name[place];
        return GARNER_OK;
    }
    code = gn_costs_new_host(r->like, page->url, r->anew, r->store,
                             &r->hosts[r->host_count], err);
    if (code != GARNER_OK)
        return code;
    memmove(&r->by_name[place + 1], &r->by_name[place],
            (r->host_count - place) * sizeof r->by_name[0]);
    r->by_name[place] = page->host_index = r->host_count++;
    return GARNER_OK;
}

/* --- the pages ----------------------------------------------------------- */

enum { URL, ETAG, MODIFIED, ANSWER_URL, TEXTS };

/* *out is NULL if there is no memory. */
static enum garner_code make_page(struct garner_rows *rows,
                                  struct gn_page **out,
                                  struct garner_error *err)
{
    const struct garner_value sha256 = garner_column(rows, 3);
    char *texts[TEXTS] = {NULL};
    struct gn_page page = {.id = garner_column(rows, 0).integer,
                           .tries = (int)garner_column(rows, 1).integer,
                           .depth = (int)garner_column(rows, 2).integer,
                           .is_sitemap =
                               garner_column(rows, 8).type == GARNER_INTEGER};
    bool whole = true;

    for (size_t i = 0; i < TEXTS && whole; i++)
        whole = gn_cell_copy(garner_column(rows, 4 + i), &texts[i]);
    if (sha256.type == GARNER_BLOB && sha256.bytes.size == sizeof page.sha256) {
        page.has_body = true;
        memcpy(page.sha256, sha256.bytes.data, sizeof page.sha256);
    }
    page.url = texts[URL] != NULL ? texts[URL] : "";
    if (texts[ANSWER_URL] != NULL) {
        page.version = (struct gn_validators){texts[ETAG], texts[MODIFIED]};
        page.answer_url = texts[ANSWER_URL];
    }
    *out = whole ? gn_page_copy(&page) : NULL;
    for (size_t i = 0; i < TEXTS; i++)
        gn_free(texts[i]);
    return *out == NULL ? gn_fail(err, GARNER_NOMEM, "out of memory for a URL")
                        : GARNER_OK;
}

static enum garner_code take(struct gn_refill *r, struct garner_rows *rows,
                             struct garner_error *err)
{
    struct gn_page *page;
    enum garner_code code;

    if (gn_ahead_has(r->ids, r->id_count, garner_column(rows, 0).integer))
        return GARNER_OK;
    code = make_page(rows, &page, err);
    if (code != GARNER_OK)
        return code;
    TAILQ_INSERT_TAIL(&r->found, page, next);
    r->found_count++;
    return find_host(r, page, err);
}

/* By garner_frontier_next, in its order: what is done is not even read. */
static enum garner_code read_pages(struct gn_refill *r, int64_t now_us,
                                   struct garner_error *err)
{
    const size_t most = r->most + r->id_count;
    struct garner_rows *rows;
    size_t n = 0;
    enum garner_code code = garner_query(
        r->store,
        "select f.id, f.tries, f.depth, b.sha256, f.url,"
        " iif(f.spec = ?5, f.etag, null), iif(f.spec = ?5, f.modified, null),"
        " f.answer_url, f.sitemap"
        " from garner_frontier f left join garner_body b on b.id = f.body"
        " where f.source = ?1 and f.pass = ?2 - 1 and f.due <= ?3"
        " order by f.due, f.rank, f.id limit ?4",
        GARNER_ARGS(garner_integer(r->source), garner_integer(r->pass),
                    garner_integer(now_us), garner_integer((int64_t)most),
                    garner_integer(r->spec)),
        &rows, err);

    if (code != GARNER_OK)
        return code;
    while ((code = garner_next(rows, err)) == GARNER_ROW) {
        n++;
        code = take(r, rows, err);
        if (code != GARNER_OK)
            break;
    }
    garner_rows_close(rows);
    r->more = n == most;
    return code == GARNER_DONE ? GARNER_OK : code;
}

static enum garner_code read_next_due(struct gn_refill *r, int64_t now_us,
                                      struct garner_error *err)
{
    return gn_cell_ask(r->store,
                       "select min(due) from garner_frontier"
                       " where source = ?1 and pass = ?2 - 1 and due > ?3",
                       GARNER_ARGS(garner_integer(r->source),
                                   garner_integer(r->pass),
                                   garner_integer(now_us)),
                       &r->next_due_us, err);
}

enum garner_code gn_refill_left(struct garner_store *store, int64_t source,
                                int64_t pass, int64_t *left,
                                struct garner_error *err)
{
    return gn_cell_ask(
        store,
        "select count(*) from garner_frontier"
        " where source = ?1 and pass = ?2 - 1",
        GARNER_ARGS(garner_integer(source), garner_integer(pass)), left, err);
}

static enum garner_code count_left(struct gn_refill *r,
                                   struct garner_error *err)
{
    const int64_t then_ns = gn_clock_monotonic_ns();
    int64_t left = 0;
    const enum garner_code code =
        gn_refill_left(r->store, r->source, r->pass, &left, err);

    r->left = (uint64_t)left;
    r->count_ns = gn_clock_monotonic_ns() - then_ns;
    return code;
}

enum garner_code gn_refill_run(struct gn_refill *r, struct garner_error *err)
{
    const int64_t now_us = gn_clock_wall_us();
    enum garner_code code;

    r->hosts = gn_alloc((r->most + r->id_count + 1) * sizeof r->hosts[0]);
    r->by_name = gn_alloc((r->most + r->id_count + 1) * sizeof r->by_name[0]);
    if (r->hosts == NULL || r->by_name == NULL)
        return gn_fail(err, GARNER_NOMEM, "out of memory for hosts");
    code = write_delays(r, err);
    r->more = r->most == 0;
    if (code == GARNER_OK && !r->more)
        code = read_pages(r, now_us, err);
    if (code == GARNER_OK && !r->more)
        code = read_next_due(r, now_us, err);
    return code == GARNER_OK && r->counts ? count_left(r, err) : code;
}

/*
 * store.c - what libgarner's users get, through its public headers alone.
 *
 *   exec    each thread writes one row and waits until it is acknowledged
 *   submit  each thread hands over batches and does not wait
 *
 * With "?shards=N" behind the file's name it is a farm of N.
 */
#include <inttypes.h>
#include <stdatomic.h>
#include <stdio.h>
#include <string.h>

#include <garner/garner.h>

#include "base/clock.h"
#include "crew.h"

/* What the hands share. */
struct shop {
    const struct plan *plan;
    struct garner_store *store;
    struct garner_stats stats;         /* as they were at the end */
    atomic_uint_fast64_t acknowledged; /* rows, of submitted batches */
    atomic_uint_fast64_t failed;
};

static void must(enum garner_code code, const struct garner_error *err)
{
    if (code != GARNER_OK)
        die(garner_code_name(code), err->message);
}

#define ROW_ARGS(id)                                                           \
    GARNER_ARGS(garner_integer(id),                                            \
                garner_text_n(ROW_TIME, sizeof ROW_TIME - 1),                  \
                garner_text_n(ROW_URL, sizeof ROW_URL - 1),                    \
                garner_integer(ROW_STATUS), garner_blob(row_body, ROW_BODY))

static void open_store(struct shop *shop)
{
    struct garner_options options;
    struct garner_error err;

    garner_options_init(&options);
    options.ack = shop->plan->normal ? GARNER_COMMITTED : GARNER_SYNCED;
    must(garner_open(shop->plan->db, &options, &shop->store, &err), &err);
}

/* Where a row goes: on a farm, by its id. */
static struct garner_store *place(const struct shop *shop, int64_t id)
{
    return garner_shard(shop->store, &id, sizeof id);
}

static void exec_rows(struct hand *hand)
{
    struct shop *shop = hand->context;
    int64_t id = (int64_t)hand->index << 32;
    struct garner_error err;

    crew_ready(hand);
    while (crew_go_on(hand)) {
        int64_t started = gn_clock_monotonic_ns();

        if (garner_exec(place(shop, id), ROW_INSERT, ROW_ARGS(id), NULL,
                        &err) == GARNER_OK)
            crew_done(hand, 1, started);
        else if (hand->failed++ == 0)
            fprintf(stderr, "bench: %s\n", err.message);
        id++;
    }
}

static void settled(void *context, const struct garner_result *result,
                    const struct garner_error *err)
{
    struct shop *shop = context;

    if (err == NULL)
        atomic_fetch_add_explicit(&shop->acknowledged,
                                  (uint64_t)result->changes,
                                  memory_order_relaxed);
    else if (atomic_fetch_add(&shop->failed, 1) == 0)
        fprintf(stderr, "bench: %s\n", err->message);
}

static void submit_rows(struct hand *hand)
{
    struct shop *shop = hand->context;
    int64_t id = (int64_t)hand->index << 32;
    struct garner_batch *batch;
    struct garner_error err;

    crew_ready(hand);
    while (crew_go_on(hand)) {
        struct garner_store *shard = place(shop, id);

        must(garner_batch_new(&batch, &err), &err);
        for (unsigned i = 0; i < shop->plan->batch; i++)
            must(garner_batch_add(batch, ROW_INSERT, ROW_ARGS(id++), &err),
                 &err);
        must(garner_submit(shard, batch, settled, shop, &err), &err);
        hand->rows += shop->plan->batch;
    }
}

/* The last commit, the last callback and the close are inside the time. */
static void end_submit(void *context)
{
    struct shop *shop = context;
    struct garner_error err;

    must(garner_flush(shop->store, &err), &err);
    garner_stats(shop->store, &shop->stats);
    garner_close(shop->store);
    shop->store = NULL;
}

static void print_stats(void *context)
{
    struct shop *shop = context;

    if (shop->store != NULL)
        garner_stats(shop->store, &shop->stats);
    printf(",\"groups\":%" PRIu64 ",\"reruns\":%" PRIu64
           ",\"checkpoints\":%" PRIu64,
           shop->stats.groups, shop->stats.reruns, shop->stats.checkpoints);
}

static void check_count(struct shop *shop, uint64_t expected)
{
    struct garner_error err;
    struct garner_rows *rows;
    enum garner_code code;
    uint64_t stored = 0;

    open_store(shop);
    must(garner_query(shop->store, ROW_COUNT, NULL, 0, &rows, &err), &err);
    while ((code = garner_next(rows, &err)) == GARNER_ROW)
        stored += (uint64_t)garner_column(rows, 0).integer;
    if (code != GARNER_DONE)
        die("count", err.message);
    if (stored != expected)
        die(shop->plan->db, "holds another number of rows than acknowledged");
    garner_rows_close(rows);
    garner_close(shop->store);
}

int main(int argc, char **argv)
{
    struct plan plan = plan_read(argc, argv);
    struct shop shop = {.plan = &plan};
    struct garner_error err;
    uint64_t rows;

    open_store(&shop);
    if (plan.join_ns == 0)
        must(garner_exec_all(shop.store, ROW_TABLE, NULL, 0, NULL, &err), &err);
    if (strcmp(plan.mode, "exec") == 0) {
        rows = crew_run(&plan, exec_rows, &shop,
                        &(struct crew_end){NULL, print_stats});
        garner_close(shop.store);
    } else if (strcmp(plan.mode, "submit") == 0) {
        rows = crew_run(&plan, submit_rows, &shop,
                        &(struct crew_end){end_submit, print_stats});
        if (atomic_load(&shop.acknowledged) != rows)
            die("submit", "not every row was acknowledged");
    } else {
        die(plan.mode, "is neither exec nor submit");
    }
    if (plan.join_ns == 0)
        check_count(&shop, rows);
    return 0;
}

/* telling_test.c - what hosts tell the store by themselves is told again if it
 * does not take it, and they are known until then. */
#include "engine/host/telling.h"

#include "base/clock.h"
#include "engine/fixture_test.h"
#include "engine/host/costs.h"
#include "garner/tx.h"

/* A store with garner's tables, and two hosts that have something to tell. */
static struct world *begin_hosts(struct gn_hosts *h)
{
    struct world *w = begin(NULL, NULL);

    add_source(w, "/", 0);
    assert_int_equal(run(w), GARNER_OK);
    store_runs(w, "delete from garner_host");
    *h = (struct gn_hosts){0};
    for (int i = 0; i < 2; i++) {
        struct gn_host *host =
            gn_host_make(gn_strdup(i == 0 ? "http://a:80" : "http://b:80"));

        assert_non_null(host);
        assert_int_equal(gn_host_meet(h, host, &host, NULL), GARNER_OK);
        host->untold = (struct gn_cost){3, 1, 1, 100};
        host->circuit.failures = 2;
    }
    return w;
}

static void tell_all(struct world *w, struct gn_hosts *h)
{
    assert_int_equal(gn_costs_store_rest(h, w->store, &w->err), GARNER_OK);
}

/* Whether nothing is under way any more. */
static bool have_ended(struct gn_hosts *h)
{
    gn_telling_reap(h);
    return LIST_EMPTY(&h->tellings);
}

#define COSTS                                                                  \
    "select coalesce(group_concat(requests || not_modified || errors ||"       \
    " bytes || failures), 'none') from garner_host"

static void they_are_known_until_the_store_has_it(void **state)
{
    struct gn_hosts h;
    struct world *w = begin_hosts(&h);

    (void)state;
    h.all[1]->stays = true;
    tell_all(w, &h);
    assert_int_equal(h.all[0]->tellings, 1);
    assert_int_equal(h.all[0]->untold.requests, 0);
    gn_host_trim(&h, gn_clock_monotonic_ns());
    assert_int_equal(h.count, 2);
    WAIT_FOR(have_ended(&h));
    assert_asked(w, COSTS, "3111002,3111002");
    gn_host_trim(&h, gn_clock_monotonic_ns());
    assert_int_equal(h.count, 1);
    gn_hosts_close(&h);
    end(w);
}

static void what_is_refused_is_told_again(void **state)
{
    struct gn_hosts h;
    struct world *w = begin_hosts(&h);

    (void)state;
    store_runs(w, "create trigger no before insert on garner_host"
                  " begin select raise(abort, 'no'); end");
    gn_costs_leave(&h, h.all[0], w->store, gn_clock_monotonic_ns());
    assert_int_equal(h.all[0]->untold.requests, 0);
    h.all[0]->untold.requests = 1; /* meanwhile */
    WAIT_FOR(have_ended(&h));
    assert_int_equal(h.all[0]->untold.requests, 4);
    assert_true(h.all[0]->changed);
    assert_int_equal(h.all[0]->tellings, 0);
    store_runs(w, "drop trigger no");
    tell_all(w, &h);
    WAIT_FOR(have_ended(&h));
    assert_asked(w, COSTS, "4111002,3111002");
    gn_hosts_close(&h);
    end(w);
}

static void rules_are_told_again_too(void **state)
{
    const struct gn_cost cost = {1, 0, 0, 5};
    struct gn_host host = {.untold = {1, 1, 1, 1}, .learned = true};

    (void)state;
    gn_telling_done(&host, 7);
    assert_int_equal(host.told_ns, 7);
    assert_false(host.learned || host.changed || host.untold.bytes > 0);
    gn_telling_undo(&host, &cost, false);
    assert_false(host.learned);
    gn_telling_undo(&host, &cost, true);
    assert_true(host.learned && host.changed);
    assert_int_equal(host.untold.bytes, 10);
}

static void ignore(void *context, const struct garner_result *result,
                   const struct garner_error *err)
{
    (void)context;
    (void)result;
    (void)err;
}

/* Fills the queue of w's store, which is for one statement. */
static void fill(struct world *w)
{
    struct garner_batch *batch;

    assert_int_equal(garner_batch_new(&batch, &w->err), GARNER_OK);
    assert_int_equal(
        garner_batch_add(batch, "select 1", GARNER_ARGS(), &w->err), GARNER_OK);
    assert_int_equal(garner_submit(w->store, batch, ignore, NULL, &w->err),
                     GARNER_OK);
}

static void what_there_is_no_room_for_was_not_told(void **state)
{
    struct garner_options small;
    struct garner_tx *tx;
    struct gn_hosts h;
    struct world *w = begin_hosts(&h);

    (void)state;
    garner_options_init(&small);
    small.queue_statements = 1;
    garner_close(w->store);
    assert_int_equal(garner_open(w->path, &small, &w->store, &w->err),
                     GARNER_OK);
    assert_int_equal(garner_begin(w->store, NULL, &tx, &w->err), GARNER_OK);
    fill(w);
    tell_all(w, &h);
    gn_costs_leave(&h, h.all[0], w->store, gn_clock_monotonic_ns());
    assert_true(LIST_EMPTY(&h.tellings));
    assert_int_equal(h.all[0]->untold.requests, 3);
    gn_host_trim(&h, gn_clock_monotonic_ns());
    assert_int_equal(h.count, 2);
    assert_int_equal(garner_commit(tx, NULL, &w->err), GARNER_OK);
    gn_hosts_close(&h);
    end(w);
}

/* They may go before the store has taken it. */
static void nobody_need_wait_for_the_end(void **state)
{
    struct garner_tx *tx;
    struct gn_hosts h;
    struct world *w = begin_hosts(&h);

    (void)state;
    assert_int_equal(garner_begin(w->store, NULL, &tx, &w->err), GARNER_OK);
    tell_all(w, &h);
    assert_false(have_ended(&h));
    gn_hosts_close(&h);
    assert_int_equal(garner_commit(tx, NULL, &w->err), GARNER_OK);
    WAIT_FOR(strcmp(ask(w, COSTS), "3111002,3111002") == 0);
    end(w);
}

static void without_memory_nothing_is_told(void **state)
{
    struct gn_hosts h;
    struct world *w = begin_hosts(&h);
    unsigned nth = 0;

    (void)state;
    while (h.all[0]->untold.requests > 0) {
        gn_mem_fail_at(++nth);
        gn_costs_leave(&h, h.all[0], w->store, gn_clock_monotonic_ns());
        gn_mem_fail_at(0);
        assert_true(h.all[0]->untold.requests == 0 || LIST_EMPTY(&h.tellings));
    }
    assert_in_range(nth, 3, 20);
    gn_mem_fail_at(1);
    assert_int_equal(gn_costs_store_rest(&h, w->store, &w->err), GARNER_NOMEM);
    gn_mem_fail_at(0);
    assert_int_equal(h.all[1]->untold.requests, 3);
    WAIT_FOR(have_ended(&h));
    gn_hosts_close(&h);
    end(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(they_are_known_until_the_store_has_it),
        cmocka_unit_test(what_is_refused_is_told_again),
        cmocka_unit_test(rules_are_told_again_too),
        cmocka_unit_test(what_there_is_no_room_for_was_not_told),
        cmocka_unit_test(nobody_need_wait_for_the_end),
        cmocka_unit_test(without_memory_nothing_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

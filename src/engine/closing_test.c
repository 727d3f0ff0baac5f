/* closing_test.c - the end, when others still have what is ours. */
#include <sqlite3.h>

#include "base/mem.h"
#include "engine/closing.h"
#include "engine/fixture_test.h"

static void serve(struct tcp_peer *p, void *context)
{
    (void)context;
    while (tcp_peer_request(p))
        if (tcp_peer_asks(p, "/hang"))
            tcp_peer_wait(p);
        else
            tcp_peer_reply(p, "200 OK", "", "[1]");
}

/* The engine goes first; what the store has is stored when it can be. */
static void the_store_may_outlive_the_engine(void **state)
{
    struct world *w = begin(serve, NULL);
    sqlite3 *foreign;

    (void)state;
    add_source(w, "/", 0);
    add_rows(w, add_source(w, "/", 0), "t", NULL,
             "select value as x from json_each(:body)");
    w->options.loops = 1; /* else the store's error counts for more */
    open_engine(w);
    assert_int_equal(sqlite3_open(w->path, &foreign), SQLITE_OK);
    assert_int_equal(sqlite3_exec(foreign, "begin immediate", NULL, NULL, NULL),
                     SQLITE_OK);
    assert_int_equal(pthread_create(&w->thread, NULL, run_engine, w), 0);
    WAIT_FOR(status_of(w).storing == 2);
    gn_engine_stop(w->engine);
    gn_engine_stop(w->engine);
    assert_int_equal(run_ended(w), GARNER_CANCELED);
    assert_has(w->err.message, "has not taken 2 runs yet");
    assert_int_equal(sqlite3_exec(foreign, "commit", NULL, NULL, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_close(foreign), SQLITE_OK);
    garner_close(w->store);
    open_store(w);
    assert_asked(w, "select count(*) from garner_run where failure is null",
                 "2");
    assert_asked(w, "select count(*) from t", "1");
    end(w);
}

static void an_engine_that_never_ran_is_freed(void **state)
{
    struct world *w = begin(serve, NULL);

    (void)state;
    add_rows(w, add_source(w, "/", 0), "t", NULL,
             "select value as x from json_each(:body)");
    open_engine(w);
    close_engine(w);
    end(w);
}

/* Jobs of every kind at the end of a loop: what the store does not have becomes
 * a row. */
static void what_is_left_is_told(void **state)
{
    struct world *w = begin(serve, NULL);
    struct gn_active active = {.memory = {.id = 1}};
    const struct gn_request request = {.url = "http://127.0.0.1/"};
    struct gn_job *jobs = gn_alloc(3 * sizeof *jobs);
    struct garner_batch *batch;
    struct gn_flow f = {0};

    (void)state;
    assert_int_equal(run(w), GARNER_OK); /* makes the tables */
    assert_int_equal(gn_target_new(&request, &active.target, NULL), GARNER_OK);
    TAILQ_INIT(&f.all);
    for (int i = 0; i < 3; i++) {
        gn_job_init(&jobs[i], &active, &f, NULL);
        TAILQ_INSERT_TAIL(&f.all, &jobs[i], in_all);
    }
    jobs[0].state = GN_JOB_FETCHING;
    jobs[1].state = GN_JOB_EXTRACTING;
    jobs[1].run.started_us = 5;
    jobs[1].run.status = 200;
    jobs[1].run.bytes = 9;
    jobs[1].body_is_new = true;
    jobs[2].in_store = true;
    assert_int_equal(garner_batch_new(&batch, NULL), GARNER_OK);
    assert_int_equal(gn_closing_add_unsettled(&f, batch, NULL), GARNER_OK);
    assert_int_equal(garner_write(w->store, batch, NULL, NULL), GARNER_OK);
    garner_batch_free(batch);
    assert_asked(w,
                 "select group_concat(failure || (started > 5) ||"
                 " ifnull(status, '-') || ifnull(bytes, '-') ||"
                 " ifnull(body, '-')) from garner_run",
                 "canceled1---,canceled02009-");
    for (int i = 0; i < 3; i++)
        gn_job_fini(&jobs[i]);
    gn_free(jobs);
    gn_target_free(active.target);
    end(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_store_may_outlive_the_engine),
        cmocka_unit_test(an_engine_that_never_ran_is_freed),
        cmocka_unit_test(what_is_left_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

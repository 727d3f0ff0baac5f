/* leftover_test.c - what the store is told at the end, and whoever ran it. */
#include <sqlite3.h>

#include "base/mem.h"
#include "engine/fixture_test.h"
#include "engine/leftover.h"

enum { MANY = 1500 }; /* more than one batch of losses takes */

/* A flow that has ended, and the sources it was for. */
struct left {
    struct world *w;
    struct gn_target *target;
    struct gn_active *sources;
    struct gn_active *actives[MANY];
    struct gn_roster roster;
    struct gn_flow flow;
};

static void left_begin(struct left *l, size_t count)
{
    const struct gn_request request = {.url = "http://127.0.0.1/"};

    memset(l, 0, sizeof *l);
    l->w = begin(NULL, NULL);
    assert_int_equal(run(l->w), GARNER_OK); /* makes the tables */
    assert_int_equal(gn_target_new(&request, &l->target, NULL), GARNER_OK);
    l->sources = gn_alloc((count + 1) * sizeof *l->sources);
    assert_non_null(l->sources);
    for (size_t i = 0; i < count; i++) {
        l->actives[i] = &l->sources[i];
        l->sources[i].target = l->target;
        l->sources[i].memory.id = (int64_t)i + 1;
    }
    l->roster.actives = l->actives;
    l->roster.count = count;
    l->flow.store = l->w->store;
    TAILQ_INIT(&l->flow.all);
}

static void left_end(struct left *l)
{
    gn_free(l->sources);
    gn_target_free(l->target);
    end(l->w);
}

static void all_that_was_lost_is_stored_once(void **state)
{
    static const char sum[] = "select count(*) || ' ' || sum(missed) ||"
                              " ' ' || count(distinct source) from garner_run";
    struct left l;

    (void)state;
    left_begin(&l, MANY);
    for (size_t i = 0; i < MANY; i++) {
        l.sources[i].due.missed[GN_MISS_REFUSED] = 2;
        l.sources[i].not_stored = i == 0 ? 3 : 0;
    }
    l.sources[1].losses_told[GN_MISS_REFUSED] = 1;
    for (int i = 0; i < 2; i++) {
        assert_int_equal(gn_leftover_store(&l.flow, &l.roster, 0, NULL),
                         GARNER_OK);
        assert_asked(l.w, sum, "1501 3002 1500");
    }
    left_end(&l);
}

static void what_did_not_settle_is_stored(void **state)
{
    struct left l;
    struct gn_job *jobs = gn_alloc(2 * sizeof *jobs);

    (void)state;
    assert_non_null(jobs);
    left_begin(&l, 1);
    for (int i = 0; i < 2; i++) {
        gn_job_init(&jobs[i], &l.sources[0], &l.flow, NULL);
        TAILQ_INSERT_TAIL(&l.flow.all, &jobs[i], in_all);
    }
    jobs[0].state = GN_JOB_FETCHING;
    jobs[1].in_store = true; /* it has that one */
    assert_int_equal(gn_leftover_store(&l.flow, &l.roster, 0, NULL), GARNER_OK);
    assert_asked(l.w, "select group_concat(failure) from garner_run",
                 "canceled");
    for (int i = 0; i < 2; i++)
        gn_job_fini(&jobs[i]);
    gn_free(jobs);
    left_end(&l);
}

static void a_store_is_waited_for_as_long_as_is_said(void **state)
{
    struct garner_options options;
    struct left l;
    sqlite3 *foreign;

    (void)state;
    left_begin(&l, 1);
    garner_options_init(&options);
    options.timeout_ms = 3600000; /* it would wait for longer than any test */
    garner_close(l.w->store);
    assert_int_equal(garner_open(l.w->path, &options, &l.w->store, NULL),
                     GARNER_OK);
    l.flow.store = l.w->store;
    l.sources[0].not_stored = 1;
    assert_int_equal(sqlite3_open(l.w->path, &foreign), SQLITE_OK);
    assert_int_equal(sqlite3_exec(foreign, "begin immediate", NULL, NULL, NULL),
                     SQLITE_OK);
    assert_int_equal(gn_leftover_store(&l.flow, &l.roster, 10, &l.w->err),
                     GARNER_BUSY);
    assert_int_equal(sqlite3_exec(foreign, "commit", NULL, NULL, NULL),
                     SQLITE_OK);
    assert_int_equal(sqlite3_close(foreign), SQLITE_OK);
    left_end(&l);
}

static void how_it_ended_is_told(void **state)
{
    static const struct {
        int64_t late_ms;
        const char *message;
        enum garner_code code;
        bool in_store;
        bool twice;
    } cases[] = {
        {0, "", GARNER_OK, false, false},
        {0, "stopped twice", GARNER_CANCELED, false, true},
        {20, "still under way 20 ms after", GARNER_TIMEOUT, false, false},
        {20, "stopped twice", GARNER_CANCELED, false, true},
        {0, "has not taken 1 runs yet", GARNER_CANCELED, true, true},
        {20, "has not taken 1 runs yet", GARNER_TIMEOUT, true, false},
    };
    struct gn_job *jobs = gn_alloc(2 * sizeof *jobs);
    struct gn_flow f = {0};

    (void)state;
    assert_non_null(jobs);
    TAILQ_INIT(&f.all);
    for (int i = 0; i < 2; i++)
        TAILQ_INSERT_TAIL(&f.all, &jobs[i], in_all);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct garner_error err = {0};

        jobs[1].in_store = cases[i].in_store;
        assert_int_equal(
            gn_leftover_tell(&f, cases[i].twice, cases[i].late_ms, &err),
            cases[i].code);
        assert_has(err.message, cases[i].message);
    }
    gn_free(jobs);
}

static void lost_memory_is_an_error(void **state)
{
    enum garner_code code = GARNER_NOMEM;
    struct left l;

    (void)state;
    left_begin(&l, 1);
    l.sources[0].not_stored = 1;
    for (unsigned at = 1; code == GARNER_NOMEM; at++) {
        gn_mem_fail_at(at);
        code = gn_leftover_store(&l.flow, &l.roster, 0, &l.w->err);
        gn_mem_fail_at(0);
        assert_true(code == GARNER_OK || code == GARNER_NOMEM);
    }
    left_end(&l);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_that_was_lost_is_stored_once),
        cmocka_unit_test(what_did_not_settle_is_stored),
        cmocka_unit_test(a_store_is_waited_for_as_long_as_is_said),
        cmocka_unit_test(how_it_ended_is_told),
        cmocka_unit_test(lost_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

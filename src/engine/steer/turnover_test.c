/* turnover_test.c - entries; what comes and goes is in reload_test.c. */
#include <sys/mman.h>

#include "base/mem.h"
#include "engine/fixture_test.h"
#include "engine/steer/turnover.h"

static void nothing_comes_at_once(void **state)
{
    struct gn_flow flow = {.closed = false};
    struct gn_turnover t = {.flow = &flow};
    struct gn_entry *e = gn_entry_new(3);

    (void)state;
    gn_mutex_init(&flow.lock);
    assert_non_null(e);
    gn_turnover_tend(&t);
    gn_turnover_receive(&t);
    assert_false(gn_turnover_is_under_way(&t));
    assert_true(gn_turnover_rests(&t));
    t.leaving = 1;
    assert_true(gn_turnover_is_under_way(&t));
    flow.closed = true; /* its job is waited for, nothing else */
    assert_false(gn_turnover_is_under_way(&t));
    t.leaving = 0;
    t.entering = 1;
    assert_true(gn_turnover_is_under_way(&t));
    assert_false(gn_turnover_rests(&t));
    gn_turnover_come(&t, e);
    assert_int_equal(t.entering, 1);
    gn_mutex_fini(&flow.lock);
}

enum { CROWD = 4 };

/* A flow with one host, for which a job of each of CROWD sources waits. */
struct crowd {
    struct gn_source source;
    struct gn_active sources[CROWD];
    struct gn_active *actives[CROWD];
    struct gn_job *jobs[CROWD];
    struct gn_hosts hosts;
    struct gn_flow flow;
    struct gn_turnover turnover;
};

static void crowd_begin(struct crowd *c, struct gn_job *strange)
{
    const struct gn_spec at_once = {.every_ms = 0};
    struct gn_flow *f = &c->flow;
    int64_t due_at_ns;

    memset(c, 0, sizeof *c);
    c->source.request.url = "http://127.0.0.1/";
    c->source.host_interval_ms = 1;
    c->turnover.flow = f;
    f->hosts = &c->hosts;
    gn_mutex_init(&f->lock);
    TAILQ_INIT(&f->all);
    TAILQ_INIT(&f->going);
    assert_int_equal(gn_schedule_new(0, 1, &f->schedule, NULL), GARNER_OK);
    for (size_t i = 0; i < CROWD; i++) {
        c->sources[i].source = &c->source;
        c->actives[i] = &c->sources[i];
        assert_int_equal(gn_schedule_add(f->schedule, &c->sources[i].due,
                                         &at_once, 0, 0, NULL),
                         GARNER_OK);
        assert_non_null(gn_schedule_pop(f->schedule, 0, 0, &due_at_ns));
    }
    assert_int_equal(gn_hosts_open(&c->hosts, c->actives, CROWD, NULL),
                     GARNER_OK);
    c->hosts.all[0]->next_ns = INT64_MAX / 2;
    for (size_t i = 0; i < CROWD; i++) {
        c->jobs[i] = i == 1 ? strange : gn_alloc(sizeof *c->jobs[i]);
        assert_non_null(c->jobs[i]);
        gn_job_init(c->jobs[i], c->actives[i], f, NULL);
        TAILQ_INSERT_TAIL(&f->all, c->jobs[i], in_all);
        f->jobs++;
        c->sources[i].jobs++;
        assert_true(gn_hosts_wait(&c->hosts, c->jobs[i], 0));
    }
}

/* gone: a job that was given up. */
static void crowd_end(struct crowd *c, size_t gone)
{
    for (size_t i = 0; i < CROWD; i++) {
        if (i == gone)
            continue;
        gn_hosts_take_back(&c->hosts, c->jobs[i]);
        gn_job_fini(c->jobs[i]);
        if (i != 1)
            gn_free(c->jobs[i]);
    }
    assert_null(gn_hosts_give_up(&c->hosts));
    gn_hosts_close(&c->hosts);
    gn_schedule_free(c->flow.schedule);
    gn_mutex_fini(&c->flow.lock);
}

/* However many wait, each that goes takes as long. */
static void no_other_job_is_looked_at(void **state)
{
    struct gn_job *strange = mmap(NULL, sizeof *strange, PROT_READ | PROT_WRITE,
                                  MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    struct crowd c;

    (void)state;
    assert_ptr_not_equal(strange, MAP_FAILED);
    crowd_begin(&c, strange);
    assert_int_equal(mprotect(strange, sizeof *strange, PROT_NONE), 0);
    gn_turnover_go(&c.turnover, c.actives[CROWD - 1]);
    assert_int_equal(mprotect(strange, sizeof *strange, PROT_READ | PROT_WRITE),
                     0);
    assert_int_equal(c.sources[CROWD - 1].jobs, 0);
    assert_int_equal(c.flow.jobs, CROWD - 1);
    assert_true(gn_turnover_is_under_way(&c.turnover));
    crowd_end(&c, CROWD - 1);
    assert_int_equal(munmap(strange, sizeof *strange), 0);
}

static void lost_memory_is_an_error(void **state)
{
    (void)state;
    for (unsigned at = 1; at < 4; at++) {
        gn_mem_fail_at(at);
        assert_null(gn_entry_new(3));
        gn_mem_fail_at(0);
    }
    gn_entry_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_comes_at_once),
        cmocka_unit_test(no_other_job_is_looked_at),
        cmocka_unit_test(lost_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

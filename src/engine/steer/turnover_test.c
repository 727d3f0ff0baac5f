/* turnover_test.c - entries; what comes and goes is in reload_test.c. */
#include <sys/mman.h>

#include "base/mem.h"
#include "engine/fixture_test.h"
#include "engine/frontier/pass_state.h"
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

/* A host at which one source has its URL, another is since it was redirected,
 * and a third has a page; and a host of nobody else. One more source goes. */
enum { OWN, LED, PAGE, OTHER, ALL };

struct limited {
    struct world *w;
    struct gn_source sources[ALL];
    struct gn_active all[ALL];
    struct gn_active *actives[ALL + 1];
    struct gn_job *job;
    struct gn_page page;
    struct gn_pass pass;
    struct gn_roster roster;
    struct gn_hosts hosts;
    struct gn_flow flow;
};

static void limited_begin(struct limited *l)
{
    memset(l, 0, sizeof *l);
    l->w = begin(NULL, NULL);
    assert_int_equal(run(l->w), GARNER_OK); /* makes the tables */
    l->flow.store = l->w->store;
    gn_mutex_init(&l->flow.lock);
    l->sources[OWN].request.url = "http://a/";
    l->sources[LED].request.url = "http://b/";
    l->sources[OTHER].request.url = "http://c/";
    for (size_t i = 0; i < ALL; i++) {
        l->all[i].source = &l->sources[i];
        l->actives[i] = &l->all[i];
    }
    l->all[PAGE].pass = &l->pass;
    l->pass.owner = &l->all[PAGE];
    l->roster = (struct gn_roster){.actives = l->actives, .count = ALL};
    l->flow.hosts = &l->hosts;
    TAILQ_INIT(&l->flow.all);
    TAILQ_INIT(&l->flow.passes);
    gn_ahead_init(&l->pass.ahead);
    assert_int_equal(gn_hosts_open(&l->hosts, l->actives, ALL, NULL),
                     GARNER_OK);
    l->job = gn_alloc(sizeof *l->job);
    assert_non_null(l->job);
    gn_job_init(l->job, &l->all[LED], &l->flow, NULL);
    gn_hosts_visit(l->all[OWN].host, l->job);
    l->page.host = l->all[OWN].host;
    l->page.host->pages++;
    TAILQ_INSERT_TAIL(&l->flow.all, l->job, in_all);
    TAILQ_INSERT_TAIL(&l->flow.passes, &l->pass, next);
    TAILQ_INSERT_TAIL(&l->pass.ahead.ready, &l->page, next);
}

static void limited_end(struct limited *l)
{
    gn_job_fini(l->job);
    gn_free(l->job);
    gn_hosts_close(&l->hosts);
    gn_mutex_fini(&l->flow.lock);
    end(l->w);
}

static void one_goes(struct limited *l, struct gn_turnover *t)
{
    struct gn_active *a = gn_alloc(sizeof *a);

    assert_non_null(a);
    a->source = &l->sources[OTHER];
    a->leaving = true;
    l->actives[l->roster.count++] = a;
    t->leaving++;
    gn_turnover_tend(t);
    assert_int_equal(l->roster.count, ALL);
    assert_int_equal(t->leaving, 0);
}

static void hosts_are_limited_by_those_who_are_there(void **state)
{
    static const struct {
        int64_t own;
        int64_t led;
        int64_t page;
        int64_t expected;
    } cases[] = {{200, 0, 0, 200}, {0, 0, 0, 0},       {0, 50, 0, 50},
                 {0, 0, 30, 30},   {200, 300, 0, 200}, {200, 100, 300, 100},
                 {300, 200, 1, 1}};
    struct limited l;
    struct gn_turnover t = {.flow = &l.flow, .roster = &l.roster};

    (void)state;
    limited_begin(&l);
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        l.all[OWN].host->limiter.rate = 10; /* said who has gone */
        l.all[OTHER].host->limiter.rate = 10;
        l.sources[OWN].host_bytes = cases[i].own;
        l.sources[LED].host_bytes = cases[i].led;
        l.sources[PAGE].host_bytes = cases[i].page;
        one_goes(&l, &t);
        assert_int_equal(l.all[OWN].host->limiter.rate, cases[i].expected);
        assert_int_equal(l.all[LED].host->limiter.rate, cases[i].led);
        assert_int_equal(l.all[OTHER].host->limiter.rate, 0);
    }
    limited_end(&l);
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
        cmocka_unit_test(hosts_are_limited_by_those_who_are_there),
        cmocka_unit_test(lost_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

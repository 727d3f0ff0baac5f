/* extractor_test.c - many jobs on several workers, a full queue, an end that
 * loses none, and SQL checked before the first fetch. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "base/thread.h"
#include "extract/extractor.h"

enum { JOBS = 2000, PRODUCERS = 4 };

/* Counts what is done, and can hold a worker inside of done. */
struct gate {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    /* guarded by lock */
    bool shut;
    size_t held; /* workers inside of done while it is shut */
    size_t done;
};

struct job {
    struct gn_extraction extraction;
    struct gn_param params[2];
    struct gn_query query;
    struct gate *gate;
    char body[64];
};

static void gate_init(struct gate *gate, bool shut)
{
    *gate = (struct gate){.shut = shut};
    gn_mutex_init(&gate->lock);
    gn_cond_init(&gate->changed);
}

static void gate_fini(struct gate *gate)
{
    gn_cond_fini(&gate->changed);
    gn_mutex_fini(&gate->lock);
}

static void gate_open(struct gate *gate)
{
    gn_lock(&gate->lock);
    gate->shut = false;
    gn_cond_wake_all(&gate->changed);
    gn_unlock(&gate->lock);
}

/* Waits until at least done jobs are done, and held workers held. */
static void gate_wait(struct gate *gate, size_t done, size_t held)
{
    gn_lock(&gate->lock);
    while (gate->done < done || gate->held < held)
        gn_cond_wait(&gate->changed, &gate->lock);
    gn_unlock(&gate->lock);
}

static void done(struct gn_extraction *e)
{
    struct gate *gate = ((struct job *)e->context)->gate;

    gn_lock(&gate->lock);
    gate->held++;
    gn_cond_wake_all(&gate->changed);
    while (gate->shut)
        gn_cond_wait(&gate->changed, &gate->lock);
    gate->held--;
    gate->done++;
    gn_cond_wake_all(&gate->changed);
    gn_unlock(&gate->lock);
}

static void job_init(struct job *job, int number, struct gate *gate)
{
    const int size = snprintf(job->body, sizeof job->body,
                              "[{\"x\":%d},{\"x\":\"%d\"}]", number, number);

    job->gate = gate;
    job->params[0] =
        (struct gn_param){"body", garner_text_n(job->body, (size_t)size)};
    job->params[1] = (struct gn_param){"run_id", garner_integer(number)};
    job->query = (struct gn_query){
        .sql = number % 2 == 0 ? "select value->>'$.x' as x, :run_id as run "
                                 "from json_each(:body)"
                               : "select :run_id as run, value->>'$.x' as x "
                                 "from json_each(:body)"};
    job->extraction = (struct gn_extraction){.params = job->params,
                                             .param_count = 2,
                                             .queries = &job->query,
                                             .query_count = 1,
                                             .done = done,
                                             .context = job};
}

static void job_check(struct job *job, int number)
{
    const size_t x = number % 2 == 0 ? 0 : 1;
    const struct garner_value *v = job->query.rows.values;

    assert_int_equal(job->extraction.code, GARNER_OK);
    assert_int_equal(job->query.rows.row_count, 2);
    assert_int_equal(v[x].type, GARNER_INTEGER);
    assert_int_equal(v[x].integer, number);
    assert_int_equal(v[2 + x].type, GARNER_TEXT);
    assert_int_equal(v[1 - x].integer, number);
    gn_rowset_fini(&job->query.rows);
}

struct producer {
    struct gn_extractor *x;
    struct job *jobs;
    struct gate *gate;
    int from;
};

static void *produce(void *arg)
{
    struct producer *p = arg;

    for (int i = p->from; i < JOBS; i += PRODUCERS) {
        job_init(&p->jobs[i], i, p->gate);
        if (gn_extractor_submit(p->x, &p->jobs[i].extraction) != GARNER_OK)
            return p;
    }
    return NULL;
}

static void jobs_of_many_threads_are_all_done(void **state)
{
    const struct gn_extractor_options options = {.workers = 3, .queue = JOBS};
    struct job *jobs = gn_alloc(JOBS * sizeof jobs[0]);
    struct producer p[PRODUCERS];
    pthread_t t[PRODUCERS];
    struct gn_extractor *x;
    struct gate gate;

    (void)state;
    assert_non_null(jobs);
    gate_init(&gate, false);
    assert_int_equal(gn_extractor_new(&options, &x, NULL), GARNER_OK);
    for (int i = 0; i < PRODUCERS; i++) {
        p[i] = (struct producer){x, jobs, &gate, i};
        assert_int_equal(pthread_create(&t[i], NULL, produce, &p[i]), 0);
    }
    for (int i = 0; i < PRODUCERS; i++) {
        void *failed;

        assert_int_equal(pthread_join(t[i], &failed), 0);
        assert_null(failed);
    }
    gn_extractor_close(x); /* with most of them waiting */
    assert_int_equal(gate.done, JOBS);
    for (int i = 0; i < JOBS; i++)
        job_check(&jobs[i], i);
    gate_fini(&gate);
    gn_free(jobs);
}

/* A worker that has nothing to do is woken by the next job. */
static void idle_workers_are_woken(void **state)
{
    const struct gn_extractor_options options = {.workers = 2};
    struct gn_extractor *x;
    struct gate gate;
    struct job job;

    (void)state;
    gate_init(&gate, false);
    assert_int_equal(gn_extractor_new(&options, &x, NULL), GARNER_OK);
    for (int i = 0; i < 100; i++) {
        job_init(&job, i, &gate);
        assert_int_equal(gn_extractor_submit(x, &job.extraction), GARNER_OK);
        gate_wait(&gate, (size_t)i + 1, 0);
        job_check(&job, i);
    }
    gn_extractor_close(x);
    gate_fini(&gate);
}

static void a_full_queue_refuses_at_once(void **state)
{
    const struct gn_extractor_options options = {.workers = 2, .queue = 3};
    struct job jobs[7];
    struct gn_extractor *x;
    struct gate gate;

    (void)state;
    gate_init(&gate, true);
    assert_int_equal(gn_extractor_new(&options, &x, NULL), GARNER_OK);
    for (int i = 0; i < 7; i++)
        job_init(&jobs[i], i, &gate);
    for (int i = 0; i < 2; i++) /* one for each worker, which then is held */
        assert_int_equal(gn_extractor_submit(x, &jobs[i].extraction),
                         GARNER_OK);
    gate_wait(&gate, 0, 2);
    for (int i = 2; i < 5; i++)
        assert_int_equal(gn_extractor_submit(x, &jobs[i].extraction),
                         GARNER_OK);
    assert_int_equal(gn_extractor_submit(x, &jobs[5].extraction), GARNER_FULL);
    gate_open(&gate);
    gate_wait(&gate, 5, 0);
    assert_int_equal(gn_extractor_submit(x, &jobs[6].extraction), GARNER_OK);
    gn_extractor_close(x);
    assert_int_equal(gate.done, 6);
    for (int i = 0; i < 7; i++)
        if (i != 5)
            job_check(&jobs[i], i);
    gate_fini(&gate);
}

/* A job that submits the next from its done, until the extractor closes. */
struct chain {
    struct job job;
    struct gn_extractor *x;
    int links;
    enum garner_code last;
};

static void next_link(struct gn_extraction *e)
{
    struct chain *c = e->context;
    struct gate *gate = c->job.gate;

    job_check(&c->job, c->links++);
    job_init(&c->job, c->links, gate);
    c->job.extraction.done = next_link;
    c->job.extraction.context = c;
    c->last = gn_extractor_submit(c->x, &c->job.extraction);
    gn_lock(&gate->lock);
    gate->done++;
    gn_cond_wake_all(&gate->changed);
    gn_unlock(&gate->lock);
}

static void done_may_submit_until_it_closes(void **state)
{
    const struct gn_extractor_options options = {.workers = 1, .queue = 1};
    struct chain c = {.links = 0};
    struct gate gate;

    (void)state;
    gate_init(&gate, false);
    assert_int_equal(gn_extractor_new(&options, &c.x, NULL), GARNER_OK);
    job_init(&c.job, 0, &gate);
    c.job.extraction.done = next_link;
    c.job.extraction.context = &c;
    assert_int_equal(gn_extractor_submit(c.x, &c.job.extraction), GARNER_OK);
    gate_wait(&gate, 100, 0);
    gn_extractor_close(c.x);
    assert_int_equal(c.last, GARNER_CLOSED);
    gate_fini(&gate);
}

static void an_idle_one_closes(void **state)
{
    const struct gn_extractor_options options = {0};
    struct gn_extractor *x;

    (void)state;
    assert_int_equal(gn_extractor_new(&options, &x, NULL), GARNER_OK);
    gn_extractor_close(x);
    gn_extractor_close(NULL);
}

static void lost_memory_is_an_error(void **state)
{
    const struct gn_extractor_options options = {.workers = 3};
    struct garner_error err;
    struct gn_extractor *x;

    (void)state;
    for (unsigned nth = 1; nth <= 4; nth++) {
        gn_mem_fail_at(nth);
        assert_int_equal(gn_extractor_new(&options, &x, &err), GARNER_NOMEM);
        assert_null(x);
        assert_int_equal(err.code, GARNER_NOMEM);
    }
    gn_mem_fail_at(0);
}

static void sql_is_checked_before_the_first_fetch(void **state)
{
    static const char *const params[] = {"body", "url"};
    struct gn_rowset rows = {0};
    struct garner_error err;

    (void)state;
    assert_int_equal(gn_extract_check("select value->>'$.x' as x, :url as url "
                                      "from json_each(:body)",
                                      params, 2, &rows, &err),
                     GARNER_OK);
    assert_int_equal(rows.column_count, 2);
    assert_int_equal(rows.row_count, 0);
    assert_string_equal(rows.columns[0], "x");
    assert_string_equal(rows.columns[1], "url");
    gn_rowset_fini(&rows);
    assert_int_equal(gn_extract_check("select 1", NULL, 0, NULL, NULL),
                     GARNER_OK);
    assert_int_equal(gn_extract_check("select 1 +", params, 2, &rows, &err),
                     GARNER_SQL);
    assert_string_equal(err.message, "SQL: incomplete input: select 1 +");
    assert_int_equal(gn_extract_check("select :urll", params, 2, &rows, &err),
                     GARNER_SQL);
    assert_string_equal(err.message,
                        "the SQL has a parameter :urll that nothing is given "
                        "for; there is :body :url");
    assert_int_equal(rows.bytes, 0);
    for (unsigned nth = 1; nth <= 3; nth++) {
        gn_mem_fail_at(nth);
        assert_int_equal(
            gn_extract_check("select :url", params, 2, &rows, &err),
            GARNER_NOMEM);
        assert_int_equal(rows.bytes, 0);
    }
    gn_mem_fail_at(0);
}

static void what_to_follow_is_checked_too(void **state)
{
    static const char *const params[] = {"body", "final_url"};
    static const struct {
        const char *follow;
        enum garner_code code;
        const char *message;
    } cases[] = {
        {"main a[href]", GARNER_OK, ""},
        {"a[rel='x']", GARNER_OK, ""},
        {"select url from links_each(:body)", GARNER_OK, ""},
        {"with l as (select 1 as url, 2 as Priority) select * from l",
         GARNER_OK, ""},
        {"a[", GARNER_INVALID,
         "the selector at column 3: the name of an attribute is expected: a[^"},
        {"", GARNER_INVALID, "the selector at column 1"},
        {"select 1 as href", GARNER_INVALID,
         "\"href\" is no column of links; select url, and priority, nofollow "
         "or sitemap if you like"},
        {"select url from", GARNER_SQL, "SQL: incomplete input"},
        {"select :depths as url", GARNER_SQL, "the SQL has a parameter"},
    };

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct garner_error err = {GARNER_OK, 0, ""};

        assert_int_equal(
            gn_extract_check_follow(cases[i].follow, params, 2, &err),
            cases[i].code);
        if (strstr(err.message, cases[i].message) == NULL)
            fail_msg("%s: %s", cases[i].follow, err.message);
    }
    for (unsigned nth = 1; nth <= 3; nth++) {
        gn_mem_fail_at(nth);
        assert_int_equal(gn_extract_check_follow("a", params, 2, NULL),
                         GARNER_NOMEM);
    }
    gn_mem_fail_at(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(jobs_of_many_threads_are_all_done),
        cmocka_unit_test(idle_workers_are_woken),
        cmocka_unit_test(a_full_queue_refuses_at_once),
        cmocka_unit_test(done_may_submit_until_it_closes),
        cmocka_unit_test(an_idle_one_closes),
        cmocka_unit_test(lost_memory_is_an_error),
        cmocka_unit_test(sql_is_checked_before_the_first_fetch),
        cmocka_unit_test(what_to_follow_is_checked_too),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

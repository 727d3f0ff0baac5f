/* inbox_test.c - jobs from many threads, and those that come after the end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/mem.h"
#include "engine/inbox.h"

enum { POSTERS = 4, EACH = 2000 };

struct place {
    uv_loop_t loop;
    struct gn_inbox *inbox;
    int received;
    int calls;
};

static struct gn_job *new_job(void)
{
    static struct gn_active active;
    struct gn_job *job = gn_alloc(sizeof *job);

    assert_non_null(job);
    job->active = &active;
    gn_arena_init(&job->arena, job->memory, sizeof job->memory);
    return job;
}

static void receive(void *context)
{
    struct place *p = context;
    struct gn_jobs jobs = STAILQ_HEAD_INITIALIZER(jobs);
    struct gn_job *job;

    p->calls++;
    gn_inbox_take(p->inbox, &jobs);
    while ((job = STAILQ_FIRST(&jobs)) != NULL) {
        STAILQ_REMOVE_HEAD(&jobs, next);
        gn_job_free(job);
        p->received++;
    }
    if (p->received == POSTERS * EACH)
        uv_stop(&p->loop);
}

static void open_place(struct place *p)
{
    *p = (struct place){.calls = 0};
    assert_int_equal(uv_loop_init(&p->loop), 0);
    assert_int_equal(gn_inbox_new(&p->loop, receive, p, &p->inbox, NULL),
                     GARNER_OK);
}

static void close_place(struct place *p, size_t out)
{
    gn_inbox_close(p->inbox, out);
    assert_int_equal(uv_run(&p->loop, UV_RUN_DEFAULT), 0);
    assert_int_equal(uv_loop_close(&p->loop), 0);
}

static void *post(void *place)
{
    const struct place *p = place;

    for (int i = 0; i < EACH; i++)
        gn_inbox_post(p->inbox, new_job());
    return NULL;
}

static void what_is_posted_is_received(void **state)
{
    pthread_t threads[POSTERS];
    struct place p;

    (void)state;
    open_place(&p);
    for (int i = 0; i < POSTERS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, post, &p), 0);
    (void)uv_run(&p.loop, UV_RUN_DEFAULT);
    for (int i = 0; i < POSTERS; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    assert_int_equal(p.received, POSTERS * EACH);
    close_place(&p, 0);
}

static void a_ring_alone_is_heard(void **state)
{
    struct place p;

    (void)state;
    open_place(&p);
    gn_inbox_ring(p.inbox);
    (void)uv_run(&p.loop, UV_RUN_ONCE);
    assert_int_equal(p.calls, 1);
    close_place(&p, 0);
}

/* Leaks and uses after the end are the sanitizers' to see. */
static void late_jobs_are_freed(void **state)
{
    pthread_t thread;
    struct place p;

    (void)state;
    open_place(&p);
    gn_inbox_post(p.inbox, new_job()); /* posted, and never taken */
    assert_int_equal(pthread_create(&thread, NULL, post, &p), 0);
    close_place(&p, 1 + EACH);
    assert_int_equal(pthread_join(thread, NULL), 0);
}

static void lost_memory_is_an_error(void **state)
{
    struct place p;

    (void)state;
    assert_int_equal(uv_loop_init(&p.loop), 0);
    gn_mem_fail_at(1);
    assert_int_equal(gn_inbox_new(&p.loop, receive, &p, &p.inbox, NULL),
                     GARNER_NOMEM);
    assert_null(p.inbox);
    assert_int_equal(uv_loop_close(&p.loop), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_posted_is_received),
        cmocka_unit_test(a_ring_alone_is_heard),
        cmocka_unit_test(late_jobs_are_freed),
        cmocka_unit_test(lost_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

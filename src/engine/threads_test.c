/* threads_test.c - an engine that gets no thread for one of its loops. */
#include <dlfcn.h>
#include <errno.h>

#include "engine/loops_testing.h"

static _Thread_local bool refused; /* to the thread that says so */

/* Stands in for the system's. */
__attribute__((visibility("default"))) int
pthread_create(pthread_t *newthread, const pthread_attr_t *attr,
               void *(*start_routine)(void *), void *arg)
{
    int (*real)(pthread_t *, const pthread_attr_t *, void *(*)(void *), void *);

    *(void **)&real = dlsym(RTLD_NEXT, "pthread_create"); /* as POSIX says */
    assert_non_null(real);
    return refused ? EAGAIN : real(newthread, attr, start_routine, arg);
}

static void none_works_and_none_is_waited_for(void **state)
{
    static const struct wanted next[] = {{"s0", "/b", 3600000, 7, NULL},
                                         {"s1", "/b", 3600000, 7, NULL}};
    static const size_t loops[] = {0, 1};
    struct world *w = begin_loops(serve, NULL);

    (void)state;
    w->options.drain_ms = 3600000; /* nor is the end of this */
    add_on(w, 0, "/a", 3600000);
    add_on(w, 1, "/a", 3600000);
    open_engine(w);
    refused = true;
    (void)run_engine(w);
    refused = false;
    assert_int_equal(w->code, GARNER_NOMEM);
    assert_has(w->err.message, "a thread cannot be started");
    for (int i = 0; i < 2; i++) {
        struct gn_config c = config_on(w, next, loops, 2);
        struct gn_changes n;

        assert_int_equal(gn_engine_reload(w->engine, &c, &n, &w->err),
                         GARNER_CLOSED);
        gn_config_fini(&c);
    }
    close_engine(w);
    end_loops(w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(none_works_and_none_is_waited_for),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

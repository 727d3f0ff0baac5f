/* moves_test.c - one at a time, in and between processes. */
#include "store/process_test.h"

#include "store/farm/moves.h"
#include "store/tally_test.h"

static struct gn_moves *m;
static struct garner_error err;

static int with_moves(void **state)
{
    return fixture_up(state) == 0 && gn_moves_open(fixture.folder, SECONDS(20),
                                                   &m, NULL) == GARNER_OK
               ? 0
               : -1;
}

static int without_moves(void **state)
{
    gn_moves_close(m);
    return fixture_down(state);
}

static struct gn_moves *open_another(void)
{
    struct gn_moves *another;

    assert_int_equal(gn_moves_open(fixture.folder, SECONDS(20), &another, NULL),
                     GARNER_OK);
    return another;
}

static void one_has_them_at_a_time(void **state)
{
    struct gn_moves *another = open_another();

    (void)state;
    assert_int_equal(gn_moves_begin(m, 0, NULL), GARNER_OK);
    assert_int_equal(gn_moves_begin(m, 0, &err), GARNER_BUSY);
    assert_non_null(strstr(err.message, "another thread"));
    assert_int_equal(gn_moves_begin(another, 0, &err), GARNER_BUSY);
    assert_non_null(strstr(err.message, "process"));
    gn_moves_end(m);
    assert_int_equal(gn_moves_begin(another, 0, NULL), GARNER_OK);
    assert_int_equal(gn_moves_begin(m, 0, NULL), GARNER_BUSY);
    gn_moves_end(another);
    gn_moves_close(another);
}

static struct tally began = TALLY;

static void *begin_soon(void *context)
{
    tally_add(&began);
    return gn_moves_begin(context, SECONDS(20), NULL) == GARNER_OK ? context
                                                                   : NULL;
}

static void who_comes_next_waits(void **state)
{
    struct gn_moves *another = open_another();
    struct gn_moves *both[] = {m, another};
    pthread_t thread;
    void *got;

    (void)state;
    for (int i = 0; i < 2; i++) {
        tally_reset(&began);
        assert_int_equal(gn_moves_begin(m, 0, NULL), GARNER_OK);
        assert_int_equal(pthread_create(&thread, NULL, begin_soon, both[i]), 0);
        assert_true(tally_await(&began, 1));
        gn_moves_end(m);
        assert_int_equal(pthread_join(thread, &got), 0);
        assert_ptr_equal(got, both[i]);
        gn_moves_end(both[i]);
    }
    gn_moves_close(another);
}

/* The other process: has them until it is killed. */
static int hold(const char *folder)
{
    struct gn_moves *own;

    if (gn_moves_open(folder, SECONDS(20), &own, NULL) != GARNER_OK ||
        gn_moves_begin(own, 0, NULL) != GARNER_OK)
        return 1;
    puts("held");
    (void)fflush(stdout);
    for (;;)
        (void)pause();
}

static void death_gives_them_back(void **state)
{
    struct process p =
        process_start((const char *[]){"test", fixture.folder, NULL});
    char line[16];

    (void)state;
    assert_non_null(fgets(line, sizeof line, p.out));
    assert_int_equal(gn_moves_begin(m, 0, &err), GARNER_BUSY);
    assert_int_equal(kill(p.pid, SIGKILL), 0);
    assert_true(process_was_killed(&p));
    assert_int_equal(gn_moves_begin(m, 0, NULL), GARNER_OK);
    gn_moves_end(m);
}

static void only_who_is_alone_can_be_secluded(void **state)
{
    struct gn_moves *another = open_another();
    struct gn_moves *late;

    (void)state;
    assert_false(gn_moves_seclude(m));
    gn_moves_close(another);
    assert_true(gn_moves_seclude(m));
    assert_int_equal(gn_moves_open(fixture.folder, 0, &late, &err),
                     GARNER_BUSY);
    assert_null(late);
    gn_moves_end_seclusion(m);
    another = open_another();
    assert_false(gn_moves_seclude(m));
    gn_moves_close(another);
}

static void what_cannot_be_opened_says_why(void **state)
{
    struct gn_moves *none;
    enum garner_code code;

    (void)state;
    assert_int_equal(gn_moves_open("/no/such", 0, &none, &err), GARNER_IO);
    assert_null(none);
    for (unsigned n = 1;; n++) {
        gn_mem_fail_at(n);
        code = gn_moves_open(fixture.folder, SECONDS(20), &none, NULL);
        gn_mem_fail_at(0);
        if (code == GARNER_OK)
            break;
        assert_int_equal(code, GARNER_NOMEM);
    }
    gn_moves_close(none);
    gn_moves_close(NULL);
}

#define MOVES(f) cmocka_unit_test_setup_teardown(f, with_moves, without_moves)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        MOVES(one_has_them_at_a_time),
        MOVES(who_comes_next_waits),
        MOVES(death_gives_them_back),
        MOVES(only_who_is_alone_can_be_secluded),
        MOVES(what_cannot_be_opened_says_why),
    };

    if (argc == 2)
        return hold(argv[1]);
    return cmocka_run_group_tests(tests, NULL, NULL);
}

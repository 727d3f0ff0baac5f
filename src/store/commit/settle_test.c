/* settle_test.c - everyone is told once, and a loss is remembered. */
#include "store/fixture_test.h"

#include "base/futex.h"
#include "garner/store.h"
#include "store/commit/settle.h"

enum { MOST = 8 };

static struct garner_batch *batches[MOST];
static struct gn_ticket waiting[MOST];
static struct gn_ticket *group[2 * MOST];
static int told;
static int reported;

static void count_line(void *context, const char *line)
{
    (void)context;
    assert_non_null(strstr(line, "a queued write failed: it broke"));
    reported++;
}

static int fresh(void **state)
{
    (void)state;
    told = 0;
    reported = 0;
    garner_set_log(count_line, NULL);
    for (size_t i = 0; i < MOST; i++) {
        if (garner_batch_new(&batches[i], NULL) != GARNER_OK)
            return -1;
        batches[i]->ticket =
            (struct gn_ticket){.batch = batches[i], .count = 2};
        waiting[i] = (struct gn_ticket){.count = 1};
    }
    return 0;
}

static int clean(void **state)
{
    (void)state;
    garner_set_log(NULL, NULL);
    return 0;
}

static void done(void *context, const struct garner_result *result,
                 const struct garner_error *err)
{
    const enum garner_code *expected = context;

    told++;
    assert_int_equal(result->changes, *expected == GARNER_OK ? 3 : 0);
    if (*expected == GARNER_OK)
        assert_null(err);
    else
        assert_string_equal(err->message, "it broke");
}

static void fails(struct gn_ticket *t)
{
    t->code = GARNER_IO;
    if (t->batch != NULL) {
        t->batch->error = (struct garner_error){.code = GARNER_IO};
        strcpy(t->batch->error.message, "it broke");
    }
}

static void each_goes_its_way(void **state)
{
    static const enum garner_code ok = GARNER_OK;
    static const enum garner_code io = GARNER_IO;
    struct gn_settled s;
    struct gn_ticket *heard_ok = &batches[0]->ticket;
    struct gn_ticket *heard_io = &batches[1]->ticket;
    struct gn_ticket flush = {.count = 0};

    (void)state;
    heard_ok->done = heard_io->done = done;
    heard_ok->done_context = (void *)&ok;
    heard_ok->result.changes = 3;
    heard_io->done_context = (void *)&io;
    fails(heard_io);
    fails(&waiting[1]);
    fails(&batches[3]->ticket); /* unheard of */
    group[0] = heard_io;
    group[1] = &waiting[0];
    group[2] = &batches[2]->ticket;
    group[3] = heard_ok;
    group[4] = &waiting[1];
    group[5] = &batches[3]->ticket;
    group[6] = &flush;
    assert_int_equal(gn_settle_sort(group, 7, &s), 5);
    assert_int_equal(s.batches, 3);
    assert_int_equal(s.failed, 3);
    assert_int_equal(s.statements, 1 + 2 + 2);
    assert_int_equal(s.lost.code, GARNER_IO);
    assert_string_equal(s.lost.message, "it broke");
    assert_int_equal(atomic_load(&waiting[0].state), GN_TICKET_WAITING);
    gn_settle_tell(group, 5, NULL); /* frees batches 2 and 3 */
    assert_int_equal(atomic_load(&waiting[0].state), GN_TICKET_DONE);
    assert_int_equal(atomic_load(&waiting[1].state), GN_TICKET_DONE);
    assert_int_equal(atomic_load(&flush.state), GN_TICKET_DONE);
    assert_int_equal(reported, 1);
    assert_int_equal(told, 0);
    gn_settle_call_back(&s.due); /* frees batches 0 and 1 */
    assert_int_equal(told, 2);
    for (size_t i = 4; i < MOST; i++)
        garner_batch_free(batches[i]);
}

static void *wait_for_it(void *ticket)
{
    struct gn_ticket *t = ticket;

    while (atomic_load(&t->state) == GN_TICKET_WAITING)
        (void)gn_futex_wait(&t->state, GN_TICKET_WAITING, INT64_MAX);
    return NULL;
}

static void threads_are_woken(void **state)
{
    pthread_t threads[MOST];

    (void)state;
    for (size_t i = 0; i < MOST; i++) {
        group[i] = &waiting[i];
        assert_int_equal(
            gn_thread_start(&threads[i], wait_for_it, &waiting[i], NULL),
            GARNER_OK);
    }
    gn_settle_tell(group, MOST, NULL);
    for (size_t i = 0; i < MOST; i++) {
        gn_thread_join(threads[i]);
        garner_batch_free(batches[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(each_goes_its_way, fresh, clean),
        cmocka_unit_test_setup_teardown(threads_are_woken, fresh, clean),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

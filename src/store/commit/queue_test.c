/* queue_test.c - order, limits, and counts that always add up. */
#include "store/fixture_test.h"

#include "base/random.h"
#include "store/commit/queue.h"

enum { TICKETS = 200 };

static const struct gn_group_limits limits = {.statements = 10, .bytes = 1000};

static enum garner_code no_work(void *context, void *connection,
                                struct garner_error *err)
{
    (void)context;
    (void)connection;
    (void)err;
    return GARNER_OK;
}

/* What is counted must be what is in it. */
static void adds_up(const struct gn_queue *q)
{
    size_t statements = 0;
    size_t bytes = 0;
    size_t batches = 0;
    size_t submitted = 0;
    size_t waiters = 0;
    const struct gn_ticket *t = NULL;

    TAILQ_FOREACH(t, &q->all, in_queue)
    {
        assert_false(t->taken);
        statements += t->count;
        bytes += t->bytes;
        batches++;
        submitted += t->batch != NULL;
    }
    TAILQ_FOREACH(t, &q->waiters, in_waiters)
    {
        assert_null(t->batch);
        waiters++;
    }
    assert_int_equal(q->statements, statements);
    assert_int_equal(q->bytes, bytes);
    assert_int_equal(q->batches, batches);
    assert_int_equal(q->submitted, submitted);
    assert_int_equal(waiters, batches - submitted);
}

static void a_group_is_the_oldest_that_fit(void **state)
{
    struct gn_ticket t[8] = {
        {.count = 4, .bytes = 10},  {.count = 4, .bytes = 10},
        {.count = 3, .bytes = 10}, /* would be 11 */
        {.count = 1, .bytes = 10},  {.count = 30, .bytes = 10},
        {.work = no_work},          {.count = 1, .bytes = 900},
        {.count = 1, .bytes = 101},
    };
    static const size_t sizes[] = {2, 2, 1, 1, 1, 1, 0};
    struct gn_ticket *group[10];
    struct gn_queue q;
    size_t next = 0;

    (void)state;
    gn_queue_init(&q);
    for (size_t i = 0; i < 8; i++)
        gn_queue_push(&q, &t[i], 0);
    adds_up(&q);
    for (size_t i = 0; i < sizeof sizes / sizeof sizes[0]; i++) {
        assert_int_equal(gn_queue_take(&q, &limits, NULL, group), sizes[i]);
        for (size_t k = 0; k < sizes[i]; k++) {
            assert_ptr_equal(group[k], &t[next++]);
            assert_true(group[k]->taken);
        }
        adds_up(&q);
    }
    assert_int_equal(next, 8);
}

static void one_that_holds_is_its_own_thread_s(void **state)
{
    struct gn_ticket t[4] = {
        {.count = 1}, {.count = 1}, {.holds = true}, {.count = 1}};
    struct gn_ticket *group[10];
    struct gn_queue q;

    (void)state;
    gn_queue_init(&q);
    for (size_t i = 0; i < 4; i++)
        gn_queue_push(&q, &t[i], 0);
    assert_int_equal(gn_queue_take(&q, &limits, &t[2], group), 2);
    assert_int_equal(gn_queue_take(&q, &limits, NULL, group), 0);
    assert_int_equal(gn_queue_take(&q, &limits, &t[3], group), 0);
    assert_int_equal(gn_queue_take(&q, &limits, &t[2], group), 1);
    assert_ptr_equal(group[0], &t[2]);
    assert_int_equal(gn_queue_take(&q, &limits, NULL, group), 1);
    adds_up(&q);
}

static void tickets_without_statements_cannot_overflow_a_group(void **state)
{
    struct gn_ticket t[30] = {{.count = 0}};
    struct gn_ticket *group[10];
    struct gn_queue q;

    (void)state;
    gn_queue_init(&q);
    for (size_t i = 0; i < 30; i++)
        gn_queue_push(&q, &t[i], 0);
    assert_int_equal(gn_queue_take(&q, &limits, NULL, group), 10);
    adds_up(&q);
}

static void put_back_it_is_the_oldest_again(void **state)
{
    struct gn_ticket t[4] = {{.count = 1}, {.count = 2}, {.count = 3}};
    struct gn_ticket *group[10];
    struct gn_queue q;

    (void)state;
    gn_queue_init(&q);
    for (size_t i = 0; i < 3; i++)
        gn_queue_push(&q, &t[i], 0);
    assert_int_equal(gn_queue_take(&q, &limits, NULL, group), 3);
    gn_queue_push(&q, &t[3], 0);
    for (size_t i = 3; i-- > 0;)
        gn_queue_put_back(&q, &t[i]);
    adds_up(&q);
    assert_int_equal(gn_queue_take(&q, &limits, NULL, group), 4);
    for (size_t i = 0; i < 4; i++)
        assert_ptr_equal(group[i], &t[i]);
}

static void it_knows_since_when_submitted_ones_wait(void **state)
{
    struct garner_batch *b;
    struct gn_ticket first = {.count = 1};
    struct gn_ticket second = {.count = 1};
    struct gn_ticket waiting = {.count = 1};
    struct gn_queue q;

    (void)state;
    assert_int_equal(garner_batch_new(&b, NULL), GARNER_OK);
    first.batch = second.batch = b;
    gn_queue_init(&q);
    gn_queue_push(&q, &waiting, 5);
    gn_queue_push(&q, &first, 6);
    gn_queue_push(&q, &second, 7);
    assert_int_equal(q.oldest_ns, 6);
    gn_queue_remove(&q, &first);
    gn_queue_remove(&q, &second);
    gn_queue_push(&q, &second, 9);
    assert_int_equal(q.oldest_ns, 9);
    garner_batch_free(b);
}

static void whatever_happens_the_counts_add_up(void **state)
{
    static struct gn_ticket t[TICKETS];
    struct gn_ticket *group[10];
    bool queued[TICKETS] = {false};
    struct garner_batch *b;
    struct gn_queue q;
    uint64_t seed = 3;

    (void)state;
    assert_int_equal(garner_batch_new(&b, NULL), GARNER_OK);
    gn_queue_init(&q);
    for (int step = 0; step < 20000; step++) {
        size_t i = gn_random_next(&seed) % TICKETS;

        if (queued[i]) {
            gn_queue_remove(&q, &t[i]);
            queued[i] = false;
        } else {
            t[i] = (struct gn_ticket){.count = gn_random_next(&seed) % 12,
                                      .bytes = gn_random_next(&seed) % 1100};
            t[i].batch = gn_random_next(&seed) % 2 == 0 ? b : NULL;
            gn_queue_push(&q, &t[i], step);
            queued[i] = true;
        }
        if (gn_random_next(&seed) % 8 == 0) {
            size_t n = gn_queue_take(&q, &limits, NULL, group);

            for (i = 0; i < n; i++)
                queued[group[i] - t] = false;
        }
        adds_up(&q);
    }
    garner_batch_free(b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_group_is_the_oldest_that_fit),
        cmocka_unit_test(one_that_holds_is_its_own_thread_s),
        cmocka_unit_test(tickets_without_statements_cannot_overflow_a_group),
        cmocka_unit_test(put_back_it_is_the_oldest_again),
        cmocka_unit_test(it_knows_since_when_submitted_ones_wait),
        cmocka_unit_test(whatever_happens_the_counts_add_up),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

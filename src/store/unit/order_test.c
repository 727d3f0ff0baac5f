/* order_test.c - what is needed goes first, and circles are found. */
#include "store/fixture_test.h"

#include "base/arena.h"
#include "base/random.h"
#include "store/unit/order.h"

enum { MOST = 64 };

static struct gn_arena arena;
static struct gn_unit_order *order;

static int without_arena(void **state)
{
    (void)state;
    gn_mem_fail_at(0);
    gn_arena_clear(&arena);
    return 0;
}

static void start(size_t count)
{
    gn_arena_clear(&arena);
    order = gn_unit_order_new(&arena, count);
    assert_non_null(order);
}

/* "ab bc": a needs b, b needs c; whys are the text's. */
static void need(const char *pairs)
{
    for (const char *p = pairs; *p != '\0'; p += p[2] == ' ' ? 3 : 2)
        gn_unit_order_need(order, &arena, (size_t)(p[0] - 'a'),
                           (size_t)(p[1] - 'a'), p);
    assert_false(arena.failed);
}

static const char *sorted(void)
{
    static char letters[MOST];

    for (size_t i = 0; i < order->count; i++)
        letters[i] = (char)('a' + order->sorted[i]);
    letters[order->count] = '\0';
    return letters;
}

/* The circle as "aba", as its needs' whys tell it. */
static const char *circle(void)
{
    static char letters[MOST];
    const struct gn_unit_need *path[MOST];
    const size_t count = gn_unit_order_circle(order, path);

    for (size_t i = 0; i < count; i++) {
        const char *why = path[i]->why;

        assert_int_equal(path[i]->from, why[0] - 'a');
        assert_int_equal(path[i]->to, why[1] - 'a');
        letters[i] = why[0];
        letters[i + 1] = why[1];
    }
    letters[count + 1] = '\0';
    return letters;
}

static void what_needs_nothing_stays(void **state)
{
    (void)state;
    start(0);
    assert_true(gn_unit_order_sort(order));
    start(5);
    assert_true(gn_unit_order_sort(order));
    assert_string_equal(sorted(), "abcde");
    need("ba cb dc aa");
    assert_true(gn_unit_order_sort(order));
    assert_string_equal(sorted(), "abcde");
}

static void what_is_needed_is_fetched_forward(void **state)
{
    (void)state;
    start(5);
    need("bd");
    assert_true(gn_unit_order_sort(order));
    assert_string_equal(sorted(), "adbce");
    start(5);
    need("ab bc cd de");
    assert_true(gn_unit_order_sort(order));
    assert_string_equal(sorted(), "edcba");
    start(6);
    need("af ad af ba ce"); /* d and f in their own order */
    assert_true(gn_unit_order_sort(order));
    assert_string_equal(sorted(), "dfabec");
    for (size_t i = 0; i < 6; i++)
        assert_int_equal(order->members[order->circle[i]], 1);
}

static void circles_are_told_apart_and_sorted_too(void **state)
{
    (void)state;
    start(7); /* f needs the circle cd, which needs the circle abe */
    need("ab be ea cd dc db fc");
    assert_false(gn_unit_order_sort(order));
    assert_int_equal(order->circles, 4);
    assert_int_equal(order->circle[0], order->circle[1]);
    assert_int_equal(order->circle[0], order->circle[4]);
    assert_int_equal(order->members[order->circle[0]], 3);
    assert_int_equal(order->circle[2], order->circle[3]);
    assert_int_equal(order->members[order->circle[2]], 2);
    assert_true(order->circle[0] < order->circle[2]);
    assert_true(order->circle[2] < order->circle[5]);
    assert_int_equal(order->members[order->circle[6]], 1);
}

static void a_circle_is_named_in_full(void **state)
{
    (void)state;
    start(2);
    need("ab ba");
    assert_false(gn_unit_order_sort(order));
    assert_string_equal(circle(), "aba");
    start(6); /* a only leads there; the long way round is not taken */
    need("ab bc cd de eb db");
    assert_false(gn_unit_order_sort(order));
    assert_string_equal(circle(), "bcdb");
    start(5); /* e leaves the circle and comes back to it by nothing */
    need("ae ab bc bd ca");
    assert_false(gn_unit_order_sort(order));
    assert_string_equal(circle(), "abca");
}

static void it_can_be_sorted_again(void **state)
{
    (void)state;
    start(3);
    need("ab");
    assert_true(gn_unit_order_sort(order));
    need("ba");
    assert_false(gn_unit_order_sort(order));
    assert_string_equal(circle(), "aba");
    assert_false(gn_unit_order_sort(order));
    assert_int_equal(order->circles, 2);
}

static void a_long_chain_takes_no_stack(void **state)
{
    enum { LONG = 200000 };
    const struct gn_unit_need **path = gn_alloc(LONG * sizeof *path);

    (void)state;
    start(LONG);
    for (size_t i = 0; i + 1 < LONG; i++)
        gn_unit_order_need(order, &arena, i, i + 1, NULL);
    assert_true(gn_unit_order_sort(order));
    for (size_t i = 0; i < LONG; i++)
        assert_int_equal(order->sorted[i], LONG - 1 - i);
    gn_unit_order_need(order, &arena, LONG - 1, 0, NULL);
    assert_false(gn_unit_order_sort(order));
    assert_int_equal(order->circles, 1);
    assert_int_equal(gn_unit_order_circle(order, path), LONG);
    for (size_t i = 0; i < LONG; i++)
        assert_int_equal(path[i]->from, i);
    gn_free(path);
}

/* Can b be reached from a? By brute force. */
static bool reaches(bool edges[][MOST], size_t count, size_t a, size_t b)
{
    bool reached[MOST] = {false};
    size_t queue[MOST] = {a};
    size_t queued = 1;

    for (size_t i = 0; i < queued; i++)
        for (size_t to = 0; to < count; to++)
            if (edges[queue[i]][to] && !reached[to]) {
                reached[to] = true;
                queue[queued++ % MOST] = to;
            }
    return reached[b];
}

static void check_sorted(bool edges[][MOST], size_t count)
{
    size_t place[MOST];
    const bool sortable = gn_unit_order_sort(order);

    for (size_t i = 0; i < count; i++)
        place[order->sorted[i]] = i;
    for (size_t a = 0; a < count; a++) {
        size_t members = 0;

        for (size_t b = 0; b < count; b++) {
            const bool together = a == b || (reaches(edges, count, a, b) &&
                                             reaches(edges, count, b, a));

            members += together;
            assert_int_equal(order->circle[a] == order->circle[b], together);
            if (!together && edges[a][b])
                assert_true(place[b] < place[a] &&
                            order->circle[b] < order->circle[a]);
        }
        assert_int_equal(order->members[order->circle[a]], members);
        assert_true(!sortable || members == 1);
    }
    if (!sortable) {
        const struct gn_unit_need *path[MOST];
        const size_t length = gn_unit_order_circle(order, path);

        assert_true(length >= 2);
        for (size_t i = 0; i < length; i++) {
            assert_true(edges[path[i]->from][path[i]->to]);
            assert_int_equal(path[i]->to, path[(i + 1) % length]->from);
        }
    }
}

static void random_graphs_are_sorted(void **state)
{
    static bool edges[MOST][MOST];
    uint64_t seed = 5;

    (void)state;
    for (int round = 0; round < 300; round++) {
        const size_t count = 1 + gn_random_next(&seed) % 16;
        const size_t wanted = gn_random_next(&seed) % (2 * count);

        memset(edges, 0, sizeof edges);
        start(count);
        for (size_t i = 0; i < wanted; i++) {
            const size_t from = gn_random_next(&seed) % count;
            const size_t to = gn_random_next(&seed) % count;

            edges[from][to] = edges[from][to] || from != to;
            gn_unit_order_need(order, &arena, from, to, NULL);
        }
        check_sorted(edges, count);
    }
}

static void lost_memory_is_remembered(void **state)
{
    enum { NODES = 50000 };
    unsigned nth = 1;

    (void)state;
    for (;; nth++) {
        gn_arena_clear(&arena);
        gn_mem_fail_at(nth);
        order = gn_unit_order_new(&arena, NODES);
        for (size_t i = 0; order != NULL && i + 1 < NODES; i++)
            gn_unit_order_need(order, &arena, i, i + 1, NULL);
        if (!arena.failed)
            break;
    }
    assert_true(nth > 4);
    assert_non_null(order);
    assert_true(gn_unit_order_sort(order));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_needs_nothing_stays),
        cmocka_unit_test(what_is_needed_is_fetched_forward),
        cmocka_unit_test(circles_are_told_apart_and_sorted_too),
        cmocka_unit_test(a_circle_is_named_in_full),
        cmocka_unit_test(it_can_be_sorted_again),
        cmocka_unit_test(a_long_chain_takes_no_stack),
        cmocka_unit_test(random_graphs_are_sorted),
        cmocka_unit_test(lost_memory_is_remembered),
    };

    return cmocka_run_group_tests(tests, NULL, without_arena);
}

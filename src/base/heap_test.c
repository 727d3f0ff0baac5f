/* heap_test.c - random operations against a plain search. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/heap.h"
#include "base/mem.h"
#include "base/random.h"

enum { NODES = 200, STEPS = 50000 };

static const struct gn_heap_node *smallest(const struct gn_heap_node *nodes)
{
    const struct gn_heap_node *least = NULL;

    for (size_t i = 0; i < NODES; i++)
        if (nodes[i].at != 0 && (least == NULL || nodes[i].key < least->key))
            least = &nodes[i];
    return least;
}

static void the_first_is_always_the_smallest(void **state)
{
    struct gn_heap_node nodes[NODES] = {{0}};
    struct gn_heap heap = {0};
    uint64_t seed = 1;
    size_t held = 0;

    (void)state;
    for (int i = 0; i < STEPS; i++) {
        struct gn_heap_node *node = &nodes[gn_random_next(&seed) % NODES];
        const struct gn_heap_node *least;
        const int64_t key = (int64_t)(gn_random_next(&seed) % 1000);

        if (node->at == 0) {
            node->key = key;
            assert_int_equal(gn_heap_add(&heap, node, NULL), GARNER_OK);
            held++;
        } else if (gn_random_next(&seed) % 2 == 0) {
            gn_heap_move(&heap, node, key);
        } else {
            gn_heap_remove(&heap, node);
            held--;
        }
        assert_int_equal(heap.count, held);
        least = smallest(nodes);
        if (least == NULL)
            assert_null(gn_heap_first(&heap));
        else
            assert_int_equal(gn_heap_first(&heap)->key, least->key);
    }
    while (heap.count > 0)
        gn_heap_remove(&heap, gn_heap_first(&heap));
    gn_heap_fini(&heap);
}

static void lost_memory_leaves_the_heap_as_it_was(void **state)
{
    struct gn_heap_node nodes[17] = {{0}};
    struct gn_heap heap = {0};

    (void)state;
    for (size_t i = 0; i < 16; i++) {
        nodes[i].key = (int64_t)(20 - i);
        assert_int_equal(gn_heap_add(&heap, &nodes[i], NULL), GARNER_OK);
    }
    gn_mem_fail_at(1);
    assert_int_equal(gn_heap_add(&heap, &nodes[16], NULL), GARNER_NOMEM);
    assert_int_equal(nodes[16].at, 0);
    assert_int_equal(heap.count, 16);
    assert_ptr_equal(gn_heap_first(&heap), &nodes[15]);
    assert_int_equal(gn_heap_add(&heap, &nodes[16], NULL), GARNER_OK);
    assert_ptr_equal(gn_heap_first(&heap), &nodes[16]);
    gn_heap_fini(&heap);
}

static void keys_changed_at_once_are_put_in_order(void **state)
{
    struct gn_heap_node nodes[100] = {{0}};
    struct gn_heap heap = {0};
    uint64_t seed = 4;
    int64_t last = INT64_MIN;

    (void)state;
    gn_heap_order(&heap);
    for (size_t i = 0; i < 100; i++)
        assert_int_equal(gn_heap_add(&heap, &nodes[i], NULL), GARNER_OK);
    for (size_t i = 0; i < 100; i++)
        nodes[i].key = (int64_t)(gn_random_next(&seed) % 50);
    gn_heap_order(&heap);
    while (heap.count > 0) {
        struct gn_heap_node *first = gn_heap_first(&heap);

        assert_true(first->key >= last);
        last = first->key;
        gn_heap_remove(&heap, first);
    }
    gn_heap_fini(&heap);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_is_always_the_smallest),
        cmocka_unit_test(lost_memory_leaves_the_heap_as_it_was),
        cmocka_unit_test(keys_changed_at_once_are_put_in_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* ahead_test.c - pages in memory: their order, and where each is. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/mem.h"
#include "engine/frontier/ahead.h"

/* The hosts of pages; no more is known of them here. */
static char hosts[8];

/* Each of another host. */
static void fill(struct gn_ahead *w, struct gn_page *pages, size_t count)
{
    struct gn_page_list list = TAILQ_HEAD_INITIALIZER(list);

    for (size_t i = 0; i < count; i++) {
        pages[i] = (struct gn_page){
            .id = (int64_t)(10 - i), .url = "", .host = (void *)&hosts[i]};
        TAILQ_INSERT_TAIL(&list, &pages[i], next);
    }
    gn_ahead_fill(w, &list);
    assert_true(TAILQ_EMPTY(&list));
}

static bool any(const struct gn_page *page, const void *context)
{
    (void)page;
    (void)context;
    return true;
}

static bool is(const struct gn_page *page, const void *id)
{
    return page->id == *(const int64_t *)id;
}

static bool never(const struct gn_page *page, const void *asked)
{
    (void)page;
    ++*(int *)asked;
    return false;
}

static void they_go_in_their_order(void **state)
{
    struct gn_page pages[3];
    struct gn_ahead w;
    const int64_t second = 9;
    const int64_t none = 77;

    (void)state;
    gn_ahead_init(&w);
    assert_null(gn_ahead_take(&w, any, NULL));
    fill(&w, pages, 3);
    assert_int_equal(w.ready_count, 3);
    assert_ptr_equal(gn_ahead_take(&w, is, &second), &pages[1]);
    assert_null(gn_ahead_take(&w, is, &none));
    assert_ptr_equal(gn_ahead_take(&w, any, NULL), &pages[0]);
    assert_int_equal(w.ready_count, 1);
    assert_int_equal(w.out_count, 2);

    gn_ahead_return(&w, &pages[1]);
    assert_ptr_equal(TAILQ_FIRST(&w.ready), &pages[1]);
    gn_ahead_done(&w, &pages[0]);
    assert_int_equal(w.out_count, 0);
    assert_ptr_equal(gn_ahead_take(&w, any, NULL), &pages[1]);
    gn_ahead_delay(&w, &pages[1], 5);
    assert_int_equal(w.out_count, 0);
    assert_ptr_equal(TAILQ_FIRST(&w.delayed), &pages[1]);
    assert_int_equal(pages[1].off_until_us, 5);
}

/* How often it is asked whether a page may be fetched, when none may. */
static int asked_for(struct gn_ahead *w)
{
    int asked = 0;

    assert_null(gn_ahead_take(w, never, &asked));
    return asked;
}

static void of_one_host_one_is_asked_for(void **state)
{
    struct gn_page pages[3];
    struct gn_page more[1];
    struct gn_ahead w;

    (void)state;
    gn_ahead_init(&w);
    fill(&w, pages, 1);
    fill(&w, more, 1);
    assert_int_equal(asked_for(&w), 1);
    (void)gn_ahead_take(&w, any, NULL);
    pages[0].host = (void *)&hosts[7];
    gn_ahead_return(&w, &pages[0]); /* another one */
    assert_int_equal(asked_for(&w), 2);
    (void)gn_ahead_take(&w, any, NULL);
    (void)gn_ahead_take(&w, any, NULL);
    assert_int_equal(asked_for(&w), 0);
    gn_ahead_return(&w, &pages[0]); /* alone again */
    assert_int_equal(asked_for(&w), 1);
    fill(&w, &pages[1], 2);
    assert_int_equal(asked_for(&w), 3);
}

static void those_in_memory_are_known(void **state)
{
    struct gn_page pages[5];
    struct gn_ahead w;
    int64_t *ids;
    size_t count;

    (void)state;
    gn_ahead_init(&w);
    fill(&w, pages, 5);
    (void)gn_ahead_take(&w, any, NULL);                  /* 10 is out */
    gn_ahead_delay(&w, gn_ahead_take(&w, any, NULL), 1); /* 9 is none of them */
    ids = gn_ahead_ids(&w, &count);
    assert_non_null(ids);
    assert_int_equal(count, 4);
    for (size_t i = 1; i < count; i++)
        assert_true(ids[i - 1] < ids[i]);
    assert_true(gn_ahead_has(ids, count, 10));
    assert_false(gn_ahead_has(ids, count, 9));
    assert_true(gn_ahead_has(ids, count, 6));
    assert_false(gn_ahead_has(ids, 0, 6));
    gn_free(ids);
    gn_mem_fail_at(1);
    assert_null(gn_ahead_ids(&w, &count));
    gn_mem_fail_at(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(they_go_in_their_order),
        cmocka_unit_test(of_one_host_one_is_asked_for),
        cmocka_unit_test(those_in_memory_are_known),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

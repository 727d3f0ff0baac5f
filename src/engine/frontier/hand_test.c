/* hand_test.c - a hand takes a page and puts it down. */
#include "base/mem.h"
#include "engine/fixture_test.h"
#include "engine/frontier/hand.h"
#include "engine/host/host.h"

static const struct gn_source source = {.name = "s", .host_concurrency = 1};

static struct gn_page *new_page(const char *url, const char *etag,
                                struct gn_host *host)
{
    const struct gn_page page = {.id = 3,
                                 .tries = 2,
                                 .url = url,
                                 .version = {etag, NULL},
                                 .answer_url = etag != NULL ? url : NULL,
                                 .host = host};
    struct gn_page *copy = gn_page_copy(&page);

    assert_non_null(copy);
    return copy;
}

static void it_is_a_source_of_its_own(void **state)
{
    struct gn_active owner = {.source = &source, .memory = {.id = 7}};
    struct gn_host host = {.name = NULL};
    struct gn_page *page = new_page("http://h/a", "\"e\"", &host);
    struct gn_hand *hand;

    (void)state;
    assert_int_equal(gn_hand_new(&owner, &hand, NULL), GARNER_OK);
    assert_int_equal(gn_hand_take(hand, page, NULL), GARNER_OK);
    assert_ptr_equal(gn_hand_of(&hand->active), hand);
    assert_ptr_equal(hand->active.owner, &owner);
    assert_string_equal(gn_active_url(&hand->active), "http://h/a");
    assert_int_equal(hand->active.memory.id, 7);
    assert_string_equal(hand->active.memory.etag, "\"e\"");
    assert_int_equal(hand->active.attempt, 2);
    assert_ptr_equal(hand->active.host, &host);
    assert_true(hand->active.may_ask);
    assert_int_equal(host.claims, 1);
    gn_hand_have_fetched(hand); /* it still has its page */
    assert_int_equal(host.claims, 0);
    assert_ptr_equal(gn_hand_put_down(hand), page);
    assert_int_equal(host.claims, 0);
    gn_free(page);

    page = new_page("http://h/b", NULL, &host); /* nothing of the first stays */
    assert_int_equal(gn_hand_take(hand, page, NULL), GARNER_OK);
    assert_string_equal(gn_active_url(&hand->active), "http://h/b");
    assert_null(hand->active.memory.etag);
    assert_false(hand->active.memory.has_body);
    assert_int_equal(host.claims, 1);
    assert_ptr_equal(gn_hand_put_down(hand), page); /* without a fetch */
    assert_int_equal(host.claims, 0);
    assert_int_equal(gn_hand_take(hand, page, NULL), GARNER_OK);
    gn_hand_free(hand); /* and the page it has */
}

static void what_cannot_be_fetched_stays_with_the_caller(void **state)
{
    struct gn_active owner = {.source = &source};
    struct gn_host host = {.name = NULL};
    struct gn_page *page = new_page("nonsense", NULL, &host);
    struct gn_hand *hand;

    (void)state;
    assert_int_equal(gn_hand_new(&owner, &hand, NULL), GARNER_OK);
    assert_int_equal(gn_hand_take(hand, page, NULL), GARNER_INVALID);
    assert_null(hand->active.page);
    assert_int_equal(host.claims, 0);
    gn_free(page);
    gn_hand_free(hand);
    gn_hand_free(NULL);
    gn_mem_fail_at(1);
    assert_int_equal(gn_hand_new(&owner, &hand, NULL), GARNER_NOMEM);
    gn_mem_fail_at(0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_a_source_of_its_own),
        cmocka_unit_test(what_cannot_be_fetched_stays_with_the_caller),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* trail_test.c - what becomes of the links of a crawl's page. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "cli/trail.h"

#define LINK(text, more, mark)                                                 \
    {                                                                          \
        .url = (text), .size = sizeof(text) - 1, .priority = (more),           \
        .nofollow = (mark)                                                     \
    }

static struct gn_link links[] = {
    LINK("http://h/a", 2, false),     LINK("http://h/a", 9, false),
    LINK("http://h/b", 0, true),      LINK("http://h/b", 0, false),
    LINK("http://h/start", 0, false), LINK("http://h/here", 0, false),
    LINK("http://i/a", 0, false),     LINK("http://h/no", 0, false),
    LINK("http://h/other", 0, false),
};
enum { LINKS = sizeof links / sizeof links[0] };

static const char *const starts[] = {"http://h/start"};
static const char *const allow[] = {"/.$", "start", "here", "no"};
static const char *const deny[] = {"no"};
static struct gn_crawl crawl = {
    .starts = starts,
    .start_count = 1,
    .follow = "a",
    .bounds = {.same = GN_SAME_HOST,
               .allow = allow,
               .allow_count = 4,
               .deny = deny,
               .deny_count = 1,
               .depth = 3},
};
static const struct gn_source source = {.name = "s", .crawl = &crawl};

/* Whether these are the words for a page at this depth. */
static void leads(const struct gn_one *answer, const struct gn_onward *page,
                  const char *const words[], size_t followed)
{
    struct gn_trail t;

    assert_int_equal(gn_trail_read(&source, answer, page, &t, NULL), GARNER_OK);
    for (size_t i = 0; i < LINKS; i++)
        assert_string_equal(t.words[i], words[i]);
    assert_int_equal(t.followed, followed);
    gn_trail_fini(&t);
}

static void each_link_has_its_fate(void **state)
{
    static const char *const words[] = {"followed",  "seen",   "nofollow",
                                        "followed",  "seen",   "seen",
                                        "elsewhere", "denied", "not allowed"};
    static const char *const deep[] = {"too deep", "too deep", "nofollow",
                                       "too deep", "too deep", "too deep",
                                       "too deep", "too deep", "too deep"};
    const struct gn_onward page = {.links = links, .link_count = LINKS};
    static const char *const started[] = {"followed",  "seen",   "nofollow",
                                          "followed",  "seen",   "followed",
                                          "elsewhere", "denied", "not allowed"};
    struct gn_one one = {.depth = 2, .page_url = "http://h/here"};

    (void)state;
    leads(&one, &page, words, 2);
    one.depth = 3;
    leads(&one, &page, deep, 0);
    one.is_sitemap = true; /* what it names is as near as itself */
    leads(&one, &page, words, 2);
    one.page_url = "http://h/start"; /* twice known */
    leads(&one, &page, started, 3);
}

static void a_page_may_want_no_robots(void **state)
{
    struct gn_onward page = {.links = links, .link_count = LINKS};
    struct gn_one one = {.page_url = "http://h/here"};
    struct gn_trail t;

    (void)state;
    gn_buf_text(&one.headers, "x-robots-tag: none\n");
    for (int i = 0; i < 4; i++) {
        if (i == 1) {
            gn_buf_fini(&one.headers);
            page.noindex = page.nofollow = true;
        } else if (i == 2) {
            page.noindex = page.nofollow = false;
        } else if (i == 3) {
            page.noindex = page.nofollow = crawl.ignores_nofollow = true;
        }
        assert_int_equal(gn_trail_read(&source, &one, &page, &t, NULL),
                         GARNER_OK);
        assert_int_equal(t.keeps, i > 1);
        assert_int_equal(t.followed, i > 1 ? 2 : 0);
        assert_string_equal(t.words[0], i > 1 ? "followed" : "nofollow");
        assert_string_equal(t.words[2], i == 3 ? "followed" : "nofollow");
        gn_trail_fini(&t);
    }
    crawl.ignores_nofollow = false;
}

static void rows_are_made_of_what_may_be_kept(void **state)
{
    const struct gn_onward page = {.links = links, .link_count = 0};
    struct gn_one one = {.rowless = true};
    struct gn_trail t;

    (void)state;
    for (int i = 0; i < 3; i++) {
        crawl.ignores_nofollow = i > 0;
        one.is_sitemap = i > 1;
        assert_int_equal(gn_trail_read(&source, &one, &page, &t, NULL),
                         GARNER_OK);
        assert_int_equal(t.keeps, i == 1);
        assert_int_equal(t.depth, i < 2);
        gn_trail_fini(&t);
    }
    crawl.ignores_nofollow = false;
}

static void lost_memory_is_an_error(void **state)
{
    const struct gn_onward page = {.links = links, .link_count = LINKS};
    const struct gn_one one = {.depth = 1};
    enum garner_code code = GARNER_NOMEM;
    unsigned nth = 0;
    struct gn_trail t;

    (void)state;
    while (code != GARNER_OK) {
        assert_true(++nth < 1000);
        gn_mem_fail_at(nth);
        code = gn_trail_read(&source, &one, &page, &t, NULL);
        gn_mem_fail_at(0);
        assert_true(code == GARNER_OK || code == GARNER_NOMEM);
        gn_trail_fini(&t);
    }
    assert_true(nth > 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_link_has_its_fate),
        cmocka_unit_test(a_page_may_want_no_robots),
        cmocka_unit_test(rows_are_made_of_what_may_be_kept),
        cmocka_unit_test(lost_memory_is_an_error),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
